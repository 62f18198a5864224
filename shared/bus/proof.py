"""Believing nothing of a database row that a signature does not say.

What somebody said is kept as it came, headers and body, and verified where it is used (`said`). Rows of `outgoing` decide
which keys are locked and released. Whoever can write rows must not be able to use that, so the lock is part of what the
use case signed, and a key is released only on a signed receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from shared.bus.post import STATEMENT, claims_of, type_of
from shared.contracts.common import KeyRef, Message, Receipts
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed
from shared.keys.signing import NotSigned, Verifier


async def said(
    verifier: Verifier, producer: str, kind: type[Message], to: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Raises NotSigned unless `producer` signed exactly this message, of this kind and to that addressee."""
    claims = await verifier.verify(headers.get("meldpunt-signature", ""), kind=STATEMENT, service=producer)
    _compare(claims, kind, to, headers, body)


def said_by_known_keys(
    verifier: Verifier, producer: str, kind: type[Message], to: str, headers: Mapping[str, str], body: bytes
) -> None:
    """As `said`, without asking anybody: for who checks without a house."""
    claims = verifier.check(headers.get("meldpunt-signature", ""), kind=STATEMENT, service=producer)
    _compare(claims, kind, to, headers, body)


def _compare(claims: Mapping[str, Any], kind: type[Message], to: str, headers: Mapping[str, str], body: bytes) -> None:
    try:
        expected = claims_of(headers, body)
    except KeyError as problem:
        raise NotSigned from problem
    if expected["type"] != type_of(kind) or expected["to"] != to:
        raise NotSigned
    if any(claims.get(name) != value for name, value in expected.items()):
        raise NotSigned


async def signed_lock(verifier: Verifier, service: str, row: Outgoing) -> KeyRef:
    """The key that this service signed to be left behind by `row`; raises CannotSucceed for any other."""
    ref = KeyRef(mount=row.lock_mount or "", key=row.lock_key or "")
    try:
        claims = await verifier.verify(row.headers.get("meldpunt-signature", ""), kind=STATEMENT, service=service)
    except NotSigned as problem:
        raise CannotSucceed("a hand-over that this service did not sign") from problem
    expected = f"{ref.mount}/{ref.key}"
    if claims.get("lock") != expected or claims.get("id") != str(row.id) or claims.get("to") != row.addressee:
        raise CannotSucceed("a hand-over whose lock is not the one that was signed")
    if row.body is not None and claims.get("hash") != hashlib.sha256(row.body).hexdigest():
        raise CannotSucceed("a hand-over whose content is not what was signed")
    return ref


async def check_receipt(verifier: Verifier, row: Outgoing) -> None:
    """Raises CannotSucceed unless the addressee signed that it has what `row` handed over."""
    found = row.receipt or {"headers": {}, "body": ""}
    headers, body = found["headers"], str(found["body"]).encode()
    try:
        claims = await verifier.verify(headers.get("meldpunt-signature", ""), kind=STATEMENT, service=row.addressee)
        expected = claims_of(headers, body)
    except (NotSigned, KeyError) as problem:
        raise CannotSucceed("a receipt that the addressee did not sign") from problem
    if any(claims.get(name) != value for name, value in expected.items()):
        raise CannotSucceed("a receipt that was altered")
    if row.id not in {one.message for one in Receipts.model_validate_json(body).received}:
        raise CannotSucceed("a receipt for something else")
