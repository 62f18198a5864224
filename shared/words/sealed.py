"""The marks of a reporter for who may compare with them and may not know him: keyed hashes that serve one signal.

Intake makes them with a key of their own per signal, so that the same reporter gives other hashes in another signal.
They hide the name from who reads them, not from who has all names of the Netherlands and the time to try each: they
travel and lie as the report itself does, sealed or encrypted, and are shown to nobody (decision 21).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Container, Iterable

_FILLED_TO = 32
"""So many hashes at least, and a multiple of it: their number says nothing about how many names somebody has."""
_BYTES = 10


def new_key() -> str:
    """A key for one signal, as text."""
    return secrets.token_hex(16)


def hashes(key: str, marks: Iterable[str]) -> frozenset[str]:
    """Of each of `marks` its hash."""
    return frozenset(
        hashlib.blake2b(one.encode("utf-8", "surrogatepass"), key=bytes.fromhex(key), digest_size=_BYTES).hexdigest()
        for one in marks
    )


def filled(key: str, marks: Iterable[str]) -> tuple[str, ...]:
    """The hashes of `marks` among others that are nobody's."""
    found = set(hashes(key, marks))
    while len(found) % _FILLED_TO:
        found.add(secrets.token_hex(_BYTES))
    return tuple(sorted(found))


def recognised(key: str, marks: Iterable[str], known: Container[str]) -> frozenset[str]:
    """Those of `marks` whose hash is among `known`."""
    return frozenset(one for one in marks if any(each in known for each in hashes(key, (one,))))
