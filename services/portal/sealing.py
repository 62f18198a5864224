"""What the portal seals, to be opened by any of its processes and by nobody else.

The key of each thing is made from what only the browser has and from the portal's own key: who keeps it opens nothing, and who
has somebody's cookie cannot make what the portal would open. When the portal's key is replaced, everybody logs in once more.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import PartDown

NONCE = 12


class Sealing:
    """`own`: the secret that all processes of the portal have. It is asked for each time, so that a new one counts at once."""

    def __init__(self, own: Callable[[], bytes]) -> None:
        self._own = own

    def name(self, secret: str, kind: str) -> str:
        """Under which it is found, and by which nothing opens: 64 hexadecimal digits."""
        return self._derived(secret, f"names {kind}").hex()

    def seal(self, said: Any, secret: str, kind: str, bound: str = "") -> str:
        """`bound`: as what it is opened; base64url."""
        nonce = secrets.token_bytes(NONCE)
        cipher = AESGCM(self._derived(secret, f"opens {kind}"))
        return base64.urlsafe_b64encode(
            nonce + cipher.encrypt(nonce, json.dumps(said).encode(), bound.encode())
        ).decode()

    def open(self, sealed: str, secret: str, kind: str, bound: str = "") -> Any | None:
        """None for what was not sealed here, with this secret, as this."""
        try:
            found = base64.urlsafe_b64decode(sealed)
            cipher = AESGCM(self._derived(secret, f"opens {kind}"))
            return json.loads(cipher.decrypt(found[:NONCE], found[NONCE:], bound.encode()))
        except (ValueError, binascii.Error, InvalidTag):
            return None

    def _derived(self, secret: str, what: str) -> bytes:
        return HKDF(SHA256(), 32, salt=self._own(), info=f"meldpunt portal {what}".encode()).derive(secret.encode())


def of_key(file: Path) -> Callable[[], bytes]:
    """The secret that all have who have the private key (a JWK) in `file`; read again when that has changed. Raises PartDown
    while it cannot be read."""
    known: tuple[int, bytes] = (0, b"")

    def own() -> bytes:
        nonlocal known
        try:
            changed_at = file.stat().st_mtime_ns
            if changed_at != known[0]:
                key = OKPKey.import_key(json.loads(file.read_text())).as_dict(private=True)
                made = HKDF(SHA256(), 32, salt=None, info=b"meldpunt portal seals").derive(str(key["d"]).encode())
                known = (changed_at, made)
        except (OSError, JoseError, ValueError, KeyError) as problem:
            raise PartDown("the portal's key is missing or no JWK") from problem
        return known[1]

    return own
