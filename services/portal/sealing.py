"""What the portal seals, to be opened by any of its processes and by nobody else.

The key of each thing is made from what only the browser has and from the portal's own key: who keeps it opens nothing, and who
has somebody's cookie cannot make what the portal would open.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
from collections.abc import Callable, Sequence
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
GAVE_IT = "gave this number"


class PortalSeal:
    """`own`: the secrets that all processes of the portal have; the first seals, each opens. They are asked for each time, so that
    another counts at once. Raises PartDown while they cannot be read."""

    def __init__(self, own: Callable[[], Sequence[bytes]]) -> None:
        self._own = own

    def number(self) -> str:
        """Another for a browser: 256 bits that nobody guesses, with what shows that they were given here."""
        secret = secrets.token_urlsafe(32)
        return f"{secret}.{_derived(self._own()[0], secret, GAVE_IT).hex()}"

    def is_given(self, number: str) -> bool:
        """Whether it was given here: nobody is asked about one that a visitor made up."""
        secret, _, shown = number.rpartition(".")
        given = [_derived(own, secret, GAVE_IT).hex() for own in self._own()]
        return any([secrets.compare_digest(one.encode(), shown.encode()) for one in given])

    def name(self, secret: str, kind: str) -> str:
        """Under which it is found, and by which nothing opens: 64 hexadecimal digits."""
        return _derived(b"", secret, f"names {kind}").hex()

    def seal(self, said: Any, secret: str, kind: str, bound: str = "") -> str:
        """`bound`: as what it is opened; base64url."""
        nonce = secrets.token_bytes(NONCE)
        cipher = AESGCM(_derived(self._own()[0], secret, f"opens {kind}"))
        return base64.urlsafe_b64encode(
            nonce + cipher.encrypt(nonce, json.dumps(said).encode(), bound.encode())
        ).decode()

    def open(self, sealed: str, secret: str, kind: str, bound: str = "") -> Any | None:
        """None for what was not sealed here, with this secret, as this."""
        for own in self._own():
            # What is no base64, too short, or not sealed with this.
            with contextlib.suppress(ValueError, InvalidTag):
                found = base64.urlsafe_b64decode(sealed)
                cipher = AESGCM(_derived(own, secret, f"opens {kind}"))
                return json.loads(cipher.decrypt(found[:NONCE], found[NONCE:], bound.encode()))
        return None


def _derived(own: bytes, secret: str, what: str) -> bytes:
    return HKDF(SHA256(), 32, salt=own, info=f"meldpunt portal {what}".encode()).derive(secret.encode())


def keys_in(file: Path) -> list[OKPKey]:
    """The portal's private keys: a JWK, or a JWK set of which the first is used and the others only open what they sealed. Raises
    PartDown."""
    try:
        found = json.loads(file.read_text())
        return [OKPKey.import_key(one) for one in found.get("keys", [found])]
    except (OSError, JoseError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise PartDown("the portal's key is missing or no JWK") from problem


def of_keys(file: Path) -> Callable[[], Sequence[bytes]]:
    """The secrets that all have who have the private keys in `file`; read again when that has changed."""
    known: tuple[int, list[bytes]] = (0, [])

    def own() -> list[bytes]:
        nonlocal known
        try:
            changed_at = file.stat().st_mtime_ns
        except OSError as problem:
            raise PartDown("the portal's key is missing") from problem
        if changed_at != known[0]:
            halves = [str(one.as_dict(private=True)["d"]) for one in keys_in(file)]
            known = (changed_at, [_derived(b"", one, "seals with this key") for one in halves])
        return known[1]

    return own
