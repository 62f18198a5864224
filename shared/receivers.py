"""The public keys of receivers outside the municipality: what is fetched is sealed to one, what they say is signed by one.

They stand in a file of the municipality, beside its protocol: a receiver gets another key without another protocol.

    [riec]
    versleutelen = "age1…"     # as `age-keygen` prints it
    ondertekenen = "…"         # Ed25519, the `x` of its JWK
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.keys.signing import SIGNING_ALGORITHMS, SKEW, NotSigned
from shared.protocol.loading import Unacceptable
from shared.protocol.model import Law
from shared.protocol.municipality import TABLE_OF_THE_RIEC
from shared.protocol.reading import Table
from shared.protocol.syntax import Unreadable, read_toml

SEALS, SIGNS = "versleutelen", "ondertekenen"
SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how one begins


@dataclass(frozen=True)
class Receiver:
    """Whom something is sealed to (`age`), and whose signature counts; None where there is no key for that."""

    seals_to: str | None = None
    signs_with: str | None = None

    def sealed(self, data: bytes) -> bytes:
        """`data` as only he reads it, in the format of age; as it is when there is no key for that."""
        if self.seals_to is None:
            return data
        return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(self.seals_to)]))

    def said(self, statement: str, kind: str) -> dict[str, Any]:
        """The claims of what he signed; raises NotSigned for what is not his, or of a moment that has not come yet."""
        if self.signs_with is None:
            raise NotSigned("there is no key by which this receiver signs")
        try:
            key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": self.signs_with})
            found = jws.deserialize_compact(statement, key, algorithms=SIGNING_ALGORITHMS)
            claims = json.loads(found.payload)
        except (JoseError, ValueError, TypeError, RecursionError) as problem:
            raise NotSigned from problem
        signed_at = claims.get("iat") if isinstance(claims, dict) else None
        if found.headers().get("typ") != kind or not isinstance(signed_at, int) or isinstance(signed_at, bool):
            raise NotSigned
        if signed_at > (datetime.now(UTC) + SKEW).timestamp():
            raise NotSigned("the signature is of a moment that has not come yet")
        return dict(claims)


@dataclass(frozen=True)
class Receivers:
    """Those whose keys are known, by their codes."""

    known: Mapping[str, Receiver]

    def of(self, code: str) -> Receiver:
        return self.known.get(code, Receiver())


def read_receivers(file: Path | None, law: Law) -> Receivers:
    """The keys in `file`; raises Unacceptable with everything that is wrong with it. None: no receiver has a key."""
    if file is None:
        return Receivers({})
    try:
        values = read_toml(file)
    except Unreadable as problem:
        raise Unacceptable([f"{file}: {problem}"]) from None
    problems: list[str] = []
    table = Table(values, problems)
    outside = {TABLE_OF_THE_RIEC, *law.organisations["partner"], *law.organisations["municipality"]}
    found = {code: _receiver(table.table(code), code, outside) for code in table.keys}
    _each_its_own(table, found)
    if problems:
        raise Unacceptable([f"{file}: {one}" for one in problems])
    return Receivers(found)


def _receiver(table: Table, code: str, outside: Iterable[str]) -> Receiver:
    if code not in outside:
        table.wrong("", "is geen ontvanger buiten de gemeente die in het protocol staat")
    seals_to = table.text(SEALS) if SEALS in table.keys else None
    signs_with = table.text(SIGNS) if SIGNS in table.keys else None
    if seals_to is None and signs_with is None:
        table.wrong("", f"heeft geen sleutel: {SEALS} of {SIGNS} ontbreekt")
    if seals_to and seals_to.upper().startswith(SECRET):
        table.wrong(SEALS, "is een geheime sleutel: die hoort hier niet, en de ontvanger heeft een nieuwe nodig")
    elif seals_to and not _seals(seals_to):
        table.wrong(SEALS, "moet een publieke sleutel van age zijn (age1…)")
    if signs_with and not _signs(signs_with):
        table.wrong(SIGNS, "moet een publieke sleutel Ed25519 zijn (base64url, 43 tekens)")
    table.finish()
    return Receiver(seals_to, signs_with)


def _each_its_own(table: Table, found: Mapping[str, Receiver]) -> None:
    """With the key of another a receiver could read or answer what is not for him."""
    for name, of in ((SEALS, "seals_to"), (SIGNS, "signs_with")):
        keys: dict[str, str] = {}
        for code, one in found.items():
            key = getattr(one, of)
            if key and keys.setdefault(key, code) != code:
                table.at(code).wrong(name, f"is ook de sleutel van {keys[key]}")


def _seals(key: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        return False
    return True


def _signs(key: str) -> bool:
    try:
        found = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": key})
        return len(key) == 43 and found.as_dict(private=False)["x"] == key
    except (JoseError, ValueError, TypeError):
        return False
