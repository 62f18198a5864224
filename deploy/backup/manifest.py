"""What a backup says of itself, in the clear: what, when, of which versions, until when it can be opened.

Whoever can write in the folder of backups knows to which key they are sealed, and could make one. So the manifest has a MAC with the
identity that opens it, which lies elsewhere; and the manifest has the hash of everything.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.embedded.home import HouseError

FILE = "manifest.json"
KIND = "meldpunt-backup"
FORMAT = 1
LARGEST = 100_000
"""Bytes of a manifest."""
CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """A file of the backup, as it lies there: encrypted."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`at`: the moment at which every database is; `snapshot_at`: when OpenBao's was taken, which is later. `recipient`: the public half of
    the identity. `seals`: of each file with a seal key the SHA-256; without them OpenBao's snapshot opens nothing."""

    name: str
    at: datetime
    snapshot_at: datetime
    age_days: int
    recipient: str
    versions: dict[str, str]
    seals: dict[str, str]
    parts: tuple[Part, ...]

    @property
    def ends_at(self) -> datetime:
        """When its identity is destroyed: from then on nobody opens it. Counted from the later of both moments, since the keys in it are
        those of then."""
        return self.snapshot_at + timedelta(days=self.age_days)

    def write(self, folder: Path, identity: str) -> None:
        about = asdict(self) | {
            "kind": KIND,
            "format": FORMAT,
            "at": self.at.isoformat(),
            "snapshot_at": self.snapshot_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
        }
        text = json.dumps(about, sort_keys=True)
        (folder / FILE).write_text(json.dumps({"manifest": about, "mac": _mac(text, identity)}, indent=1))


def read(folder: Path) -> tuple[Manifest, dict[str, Any]]:
    """The manifest and the whole of the file, for `is_of`. Raises HouseError for what is none."""
    file = folder / FILE
    try:
        if file.stat().st_size > LARGEST:
            raise HouseError(f"{file} is no manifest of a backup: it is too large")
        whole = json.loads(file.read_text())
        told = whole["manifest"]
        if told["kind"] != KIND or told["format"] != FORMAT:
            raise HouseError(f"{file} is a manifest of something else, or of a version that is not known here")
        found = Manifest(
            name=str(told["name"]),
            at=_moment(told["at"]),
            snapshot_at=_moment(told["snapshot_at"]),
            age_days=int(told["age_days"]),
            recipient=str(told["recipient"]),
            versions={str(name): str(one) for name, one in told["versions"].items()},
            seals={str(name): str(one) for name, one in told["seals"].items()},
            parts=tuple(Part(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in told["parts"]),
        )
    except OSError:
        raise HouseError(f"{file} is not there: this is no backup, or what is left of one that was cut off") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise HouseError(f"{file} cannot be read") from None
    if any(Path(one.name).name != one.name for one in found.parts) or any(Path(one).name != one for one in found.seals):
        raise HouseError(f"{file} names something outside its folder")
    return found, whole


def is_of(whole: dict[str, Any], identity: str) -> bool:
    """Whether the manifest was made by who had `identity`."""
    mac = _mac(json.dumps(whole["manifest"], sort_keys=True), identity)
    return hmac.compare_digest(mac, str(whole.get("mac")))


def part_of(file: Path) -> Part:
    return Part(file.name, file.stat().st_size, sha256(file))


def sha256(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while data := stream.read(CHUNK):
            found.update(data)
    return found.hexdigest()


def _mac(text: str, identity: str) -> str:
    key = hashlib.sha256(f"{KIND} manifest {identity}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without an offset")
    return found
