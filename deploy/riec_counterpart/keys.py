"""EXAMPLE: the two key pairs of a receiver outside. The private halves stay in its own folder."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyrage
from joserfc import jws
from joserfc.jwk import OKPKey

from shared.outside import ENDINGS_KIND, SAID_KIND
from shared.receivers import SEALS, SIGNS

RIEC = "riec"
ALGORITHM: Final = "Ed25519"


class OwnKeys:
    """What it opens with, and what it signs with."""

    def __init__(self, opens: pyrage.x25519.Identity, signs: OKPKey) -> None:
        self._opens = opens
        self._signs = signs

    @classmethod
    def of(cls, folder: Path) -> OwnKeys:
        """Those in `folder`, made at first use."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        opens = _kept(folder / "age.txt", lambda: str(pyrage.x25519.Identity.generate()))
        signs = _kept(folder / "signing.json", lambda: json.dumps(OKPKey.generate_key(ALGORITHM).as_dict(private=True)))
        return cls(pyrage.x25519.Identity.from_str(opens), OKPKey.import_key(json.loads(signs)))

    def public_halves(self) -> str:
        """Its entry in the municipality's file of receivers."""
        x = self._signs.as_dict(private=False)["x"]
        return f'[{RIEC}]\n{SEALS} = "{self._opens.to_public()}"\n{SIGNS} = "{x}"\n'

    def opened(self, data: bytes) -> bytes:
        """Raises DecryptError for what is not sealed to it."""
        return bytes(pyrage.decrypt(data, [self._opens]))

    def says(self, share: str, digest: str, kind: str, **more: Any) -> str:
        """A statement about what it received."""
        return self._signed(SAID_KIND, {"id": str(uuid4()), "share": share, "digest": digest, "kind": kind} | more)

    def asks_for_endings(self) -> str:
        return self._signed(ENDINGS_KIND, {})

    def _signed(self, kind: str, claims: dict[str, Any]) -> str:
        body = {"by": RIEC, "iat": int(time.time())} | claims
        header = {"alg": ALGORITHM, "typ": kind}
        return jws.serialize_compact(header, json.dumps(body).encode(), self._signs, algorithms=[ALGORITHM])


def _kept(file: Path, make: Any) -> str:
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(make())
    return file.read_text()
