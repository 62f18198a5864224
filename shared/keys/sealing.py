"""Which public key a service seals with, for each addressee: learnt from beacons, kept on disk.

The copy on disk is what lets the door seal a report while OpenBao and everything else is away.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from shared.errors import PartDown
from shared.keys.letters import seal


@dataclass(frozen=True)
class SealedLetter:
    """A sealed letter, the key it was sealed with, and the hash of the word that its receipt must show."""

    kid: str
    text: str
    word_hash: str


@dataclass(frozen=True)
class PublicKey:
    """A letterbox key of an addressee: its id, the public half as PEM, and when it was made (aware)."""

    kid: str
    public_pem: str
    made_at: datetime


def hash_of(word: str) -> str:
    """The SHA-256 in hex of a letter's word: who sent it keeps the hash, who opened it shows the word."""
    return hashlib.sha256(word.encode()).hexdigest()


class Sealer:
    """Seals for the addressees of one service."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "letterbox-keys.json"
        self._newest: dict[str, PublicKey] = {}
        if self._file.exists():
            for addressee, found in json.loads(self._file.read_text()).items():
                made_at = datetime.fromisoformat(found["made_at"])
                self._newest[addressee] = PublicKey(found["kid"], found["public_pem"], made_at)

    def newest(self, addressee: str) -> PublicKey | None:
        """The key that is sealed with now; None before the first was ever seen."""
        return self._newest.get(addressee)

    def adopt(self, addressee: str, key: PublicKey) -> bool:
        """Seal with `key` from now on, unless a newer one is known. Returns whether it was adopted."""
        known = self._newest.get(addressee)
        if known is not None and known.made_at >= key.made_at:
            return False
        self._newest[addressee] = key
        self._file.parent.mkdir(parents=True, exist_ok=True)
        text = {
            name: {"kid": one.kid, "public_pem": one.public_pem, "made_at": one.made_at.isoformat()}
            for name, one in self._newest.items()
        }
        temporary = self._file.with_suffix(".new")
        with temporary.open("w") as stream:
            json.dump(text, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._file)
        return True

    def seal(self, addressee: str, content: BaseModel) -> SealedLetter:
        """Seal `content` for `addressee`; raises PartDown before the first key of it was ever seen."""
        key = self._newest.get(addressee)
        if key is None:
            raise PartDown(f"no letterbox key of {addressee} is known yet")
        word = secrets.token_urlsafe(16)
        text = json.dumps({"word": word, "content": content.model_dump(mode="json")})
        return SealedLetter(key.kid, seal(text.encode(), key.kid, key.public_pem), hash_of(word))
