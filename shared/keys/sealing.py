"""Which public key a service seals with, for each addressee: learnt from beacons, kept on disk.

The copy on disk is what lets the door seal a report while OpenBao and everything else is away. It holds what the owners
signed, and of that only what still counts is believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel

from shared.errors import PartDown
from shared.keys.announced import PublicKey, announced_as_known
from shared.keys.letters import seal
from shared.keys.signing import NotSigned, Verifier

log = structlog.get_logger()


@dataclass(frozen=True)
class SealedLetter:
    """A sealed letter, the key it was sealed with, and the hash of the word that its receipt must show."""

    kid: str
    text: str
    word_hash: str


def hash_of(word: str) -> str:
    """The SHA-256 in hex of a letter's word: who sent it keeps the hash, who opened it shows the word."""
    return hashlib.sha256(word.encode()).hexdigest()


class Sealer:
    """Seals for the addressees of one service. What is adopted was verified by who adopts it."""

    def __init__(self, folder: Path, verifier: Verifier) -> None:
        self._file = folder / "letterbox-keys.json"
        self._newest: dict[str, PublicKey] = {}
        for addressee, statement in _statements(self._file).items():
            try:
                self._newest[addressee] = announced_as_known(verifier, addressee, statement)
            except NotSigned as problem:
                log.error("a letterbox key on disk is not believed", addressee=addressee, why=problem.detail)

    def newest(self, addressee: str) -> PublicKey | None:
        """The key that is sealed with now; None before the first was ever seen."""
        return self._newest.get(addressee)

    def all(self) -> dict[str, PublicKey]:
        """By addressee what is sealed with now."""
        return dict(self._newest)

    def adopt(self, addressee: str, key: PublicKey) -> bool:
        """Seal with `key` from now on, unless a newer one is known. Returns whether it was adopted."""
        known = self._newest.get(addressee)
        if known is not None and known.made_at >= key.made_at:
            return False
        self._newest[addressee] = key
        self._write()
        return True

    def drop(self, addressee: str, kid: str) -> bool:
        """Seal with `kid` no longer; returns whether it was sealed with. Nothing is sealed until another is adopted."""
        known = self._newest.get(addressee)
        if known is None or known.kid != kid:
            return False
        del self._newest[addressee]
        self._write()
        return True

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".new")
        with temporary.open("w") as stream:
            json.dump({addressee: one.statement for addressee, one in self._newest.items()}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._file)

    def seal(self, addressee: str, content: BaseModel) -> SealedLetter:
        """Seal `content` for `addressee`; raises PartDown before the first key of it was ever seen."""
        key = self._newest.get(addressee)
        if key is None:
            raise PartDown(f"no letterbox key of {addressee} is known yet")
        word = secrets.token_urlsafe(16)
        text = json.dumps({"word": word, "content": content.model_dump(mode="json")})
        return SealedLetter(key.kid, seal(text.encode(), key.kid, key.public_pem), hash_of(word))


def _statements(file: Path) -> dict[str, str]:
    """By addressee what its owner signed, as far as it can be read; a file that is broken is no reason not to start."""
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as problem:
        log.error("the letterbox keys on disk cannot be read", problem=type(problem).__name__)
        return {}
    return {str(name): str(one) for name, one in found.items()} if isinstance(found, dict) else {}
