"""Looking for a string in every byte that was written, also encoded, escaped or compressed."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")


def forms(canary: str) -> dict[str, bytes]:
    """Every form of `canary` to look for: name to bytes.

    Eight characters in a row are enough: the compression inside PostgreSQL puts a byte of its own after
    every eight literals, so a random string stays recognisable in windows of eight.
    """
    raw = canary.encode()
    found = {f"plain {start}": raw[start : start + 8] for start in range(len(raw) - 7)}
    found["utf-16"] = canary.encode("utf-16-le")
    found["hex"] = raw.hex().encode()
    found["HEX"] = raw.hex().upper().encode()
    found["json escaped"] = "".join(f"\\u{ord(one):04x}" for one in canary).encode()
    found["percent"] = "".join(f"%{byte:02X}" for byte in raw).encode()
    found["quoted"] = quote(canary).encode()
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            text = encode(b"\0" * shift + raw)
            # The first and last characters also hold bits of the neighbours.
            found[f"{name} shifted {shift}"] = text[(0, 2, 3)[shift] : len(text) - 4]
    return found


def files(folder: Path, skip: tuple[str, ...] = ()) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink() and not any(part in skip for part in file.parts):
            yield file


def hits(folder: Path, canary: str, skip: tuple[str, ...] = ()) -> list[str]:
    """Where `canary` occurs under `folder`: file and form."""
    wanted = forms(canary)
    found = []
    for file in files(folder, skip):
        try:
            data = file.read_bytes()
        except OSError:
            continue
        for name, pattern in wanted.items():
            if pattern in data:
                found.append(f"{file.relative_to(folder)}: {name}")
        for text in _inflated(data):
            if any(pattern in text for pattern in wanted.values()):
                found.append(f"{file.relative_to(folder)}: compressed")
    return found


def _inflated(data: bytes) -> Iterator[bytes]:
    for match in _COMPRESSED.finditer(data):
        try:
            yield zlib.decompressobj(wbits=47).decompress(data[match.start() : match.start() + 1_000_000], 4_000_000)
        except zlib.error:
            continue


def plant(folder: Path, canary: str) -> dict[str, Path]:
    """Write `canary` in each form into a file of its own, to show that the search finds it."""
    folder.mkdir()
    raw = f'"before {canary} after"'.encode()
    texts = {
        "plain": raw,
        "utf-16": canary.encode("utf-16-le"),
        "hex": canary.encode().hex().encode(),
        "json": json.dumps({"x": canary}).encode(),
        "escaped": "".join(f"\\u{ord(one):04x}" for one in canary).encode(),
        "percent": "".join(f"%{byte:02X}" for byte in canary.encode()).encode(),
        "gzip": b"noise" + gzip.compress(raw),
        "zlib": b"noise" + zlib.compress(raw, 9),
    }
    for shift in range(3):
        texts[f"base64-{shift}"] = b"xx" + base64.b64encode(b"abc"[:shift] + canary.encode() + b"tail")
    made = {}
    for name, text in texts.items():
        made[name] = folder / name
        made[name].write_bytes(text)
    return made
