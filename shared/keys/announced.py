"""What an addressee says of its letterbox keys, with its signature: this one is mine, that one is not to be used.

The owner signs the public half when it makes a key. That statement goes along with the key wherever it is kept, in a
message, a row or a file, and is verified at each of those before anything is sealed with it: who writes a row or a file,
or publishes on a subject, cannot have letters sealed for himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.errors import CannotSucceed
from shared.keys.letters import split_kid
from shared.keys.signing import SKEW, NotSigned, Signer, Verifier

LETTERBOX_KEY = "meldpunt-letterbox-key"
LETTERBOX_REVOKED = "meldpunt-letterbox-revoked"


@dataclass(frozen=True)
class PublicKey:
    """A letterbox key of an addressee: its id, the public half as PEM, when it was made (aware), and its owner's word."""

    kid: str
    public_pem: str
    made_at: datetime
    statement: str = ""


def announcement(signer: Signer, kid: str, public_pem: str, made_at: datetime) -> PublicKey:
    """A key of the signer's own, just made; raises NotSigned without a certificate."""
    claims = {"kid": kid, "pem": public_pem, "madeAt": made_at.isoformat()}
    return PublicKey(kid, public_pem, made_at, signer.sign(LETTERBOX_KEY, claims))


async def announced(verifier: Verifier, owner: str, statement: str) -> PublicKey:
    """The key that `owner` announced; raises NotSigned for one that it did not, or PartDown."""
    return _key(owner, statement, await verifier.verify(statement, kind=LETTERBOX_KEY, service=owner))


def announced_as_known(verifier: Verifier, owner: str, statement: str) -> PublicKey:
    """As `announced`, by the signing keys that are known now: for who may not wait for a part."""
    return _key(owner, statement, verifier.check(statement, kind=LETTERBOX_KEY, service=owner))


def _key(owner: str, statement: str, claims: dict[str, Any]) -> PublicKey:
    kid, pem = _own(owner, claims), claims.get("pem")
    try:
        made_at = datetime.fromisoformat(str(claims.get("madeAt")))
        late = abs(made_at.timestamp() - claims["iat"])
    except (ValueError, OverflowError) as problem:
        raise NotSigned from problem
    # A key is signed when it is made: nobody can date one ahead, to have it stay the newest.
    if not isinstance(pem, str) or made_at.tzinfo is None or late > SKEW.total_seconds():
        raise NotSigned
    return PublicKey(kid, pem, made_at, statement)


def revocation(signer: Signer, kid: str) -> str:
    """The signer's word that nothing is to be sealed with its key `kid` any more; raises NotSigned."""
    return signer.sign(LETTERBOX_REVOKED, {"kid": kid})


async def revoked(verifier: Verifier, owner: str, statement: str) -> str:
    """The kid that `owner` revoked; raises NotSigned, or PartDown."""
    return _own(owner, await verifier.verify(statement, kind=LETTERBOX_REVOKED, service=owner))


def _own(owner: str, claims: dict[str, Any]) -> str:
    kid = str(claims.get("kid", ""))
    try:
        named, _ = split_kid(kid)
    except CannotSucceed as problem:
        raise NotSigned from problem
    if named != owner:
        raise NotSigned("a letterbox key of another service")
    return kid
