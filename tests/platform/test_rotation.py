"""OpenBao's audit log does not grow without end, and no request is missing in it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import parts as embedded
from deploy.embedded.rotate import KEPT, KEPT_DAYS, MOST_SECONDS, RotatedLog
from tests.house import until
from tests.platform.real import Bao, RealParts


@pytest.fixture
def log(parts: RealParts, openbao: Bao) -> Iterator[Path]:
    file = embedded.openbao_audit_log(parts.home)
    yield file
    for one in file.parent.glob(f"{file.name}.*"):
        one.unlink()


def test_every_request_is_in_one_of_the_files(parts: RealParts, openbao: Bao, log: Path) -> None:
    rotated = RotatedLog(log, lambda: parts.supervisor.tell("openbao", signal.SIGHUP), most_bytes=1)
    for round_ in range(3):
        for n in range(5):
            openbao.administrator.read(f"kv/data/marked-{round_}-{n}")
        rotated.look()
        openbao.administrator.read(f"kv/data/marked-{round_}-after")
        until(log.exists)
    files = [*rotated.ended(), log]
    assert len(files) == 4
    written = "".join(file.read_text() for file in files)
    for round_ in range(3):
        for what in (*range(5), "after"):
            # A line for the request and one for the answer.
            assert written.count(f'marked-{round_}-{what}"') == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_file_that_is_neither_large_nor_old_goes_on(tmp_path: Path) -> None:
    opened: list[str] = []
    log = tmp_path / "audit.log"
    rotated = RotatedLog(log, lambda: opened.append("again"))
    rotated.look()
    log.write_text("a line")
    rotated.look()
    assert (opened, rotated.ended()) == ([], [])
    rotated._since -= MOST_SECONDS
    rotated.look()
    assert (opened, len(rotated.ended()), log.exists()) == (["again"], 1, False)


def test_what_is_old_or_one_too_many_goes(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    rotated = RotatedLog(log, lambda: None, most_bytes=1)
    for n in range(KEPT + 3):
        log.write_text(f"file {n}")
        rotated.look()
    assert [one.read_text() for one in rotated.ended()] == [f"file {n}" for n in range(3, KEPT + 3)]
    old = rotated.ended()[2]
    month_ago = time.time() - (KEPT_DAYS + 1) * 24 * 3600
    os.utime(old, (month_ago, month_ago))
    log.write_text("a new one")
    rotated.look()
    assert old not in rotated.ended()
    assert len(rotated.ended()) == KEPT - 1
