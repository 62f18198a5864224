"""Bytes on their way into and out of age, in a stream: what is encrypted never lies on a disk as it was."""

from __future__ import annotations

import contextlib
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from deploy.embedded.home import HouseError


def seal(source: BinaryIO, file: Path, recipient: str) -> None:
    """Encrypt what `source` has; on the disk when this returns."""
    with file.open("xb") as stream:
        pyrage.encrypt_io(source, stream, [pyrage.x25519.Recipient.from_str(recipient)])
        stream.flush()
        os.fsync(stream.fileno())


def seal_tar(file: Path, recipient: str, fill: Callable[[tarfile.TarFile], None]) -> None:
    """The same, of what `fill` puts into a tar."""
    with _piped(lambda source: seal(source, file, recipient)) as sink, tarfile.open(fileobj=sink, mode="w|") as tar:
        fill(tar)


def opened(file: Path, secret: str) -> bytes:
    """Raises HouseError."""
    found = io.BytesIO()
    _decrypt(file, found, secret)
    return found.getvalue()


def extract(file: Path, secret: str, folder: Path) -> None:
    """A tar, into `folder`. Raises HouseError."""
    problems: list[Exception] = []

    def unpack(source: BinaryIO) -> None:
        try:
            with tarfile.open(fileobj=source, mode="r|") as tar:
                tar.extractall(folder, filter="tar")
        except (tarfile.TarError, OSError) as problem:
            problems.append(problem)
        # Read to its end: who writes must not find nobody there.
        while source.read(1 << 20):
            pass

    with _piped(unpack) as sink:
        _decrypt(file, sink, secret)
    if problems:
        raise HouseError(f"{file.name} cannot be unpacked: {type(problems[0]).__name__}")


def _decrypt(file: Path, sink: BinaryIO, secret: str) -> None:
    try:
        with file.open("rb") as stream:
            pyrage.decrypt_io(stream, sink, [pyrage.x25519.Identity.from_str(secret)])
    except (pyrage.DecryptError, OSError) as problem:
        raise HouseError(f"{file.name} does not open with this key ({type(problem).__name__})") from None


@contextlib.contextmanager
def _piped(work: Callable[[BinaryIO], Any]) -> Iterator[BinaryIO]:
    """What is written is read by `work`, in a thread of its own; its exception comes here."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with os.fdopen(reading, "rb") as source:
            try:
                work(source)
            except BaseException as problem:
                failed.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as sink:
            yield sink
    finally:
        thread.join()
    if failed:
        raise failed[0]
