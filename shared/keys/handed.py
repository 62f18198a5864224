"""Who holds a signal: the holder before signs to whom it hands over, and nobody else says where it is.

The first holder is who receives reports. Each one shows, when a signal has come, what the one before signed; who keeps track
of holders believes that only of who held it until then.
"""

from __future__ import annotations

from shared.keys.signing import NotSigned, Signer, Verifier
from shared.protocol.states import PHASES

HANDED_OVER = "meldpunt-handed-over"
FIRST = PHASES[1].holder
"""Where every signal begins."""


def handed_over(signer: Signer, number: str, to: str) -> str:
    """The signer's word that `to` holds the signal from now on; raises NotSigned without a certificate."""
    return signer.sign(HANDED_OVER, {"number": number, "to": to})


async def check_handed_over(verifier: Verifier, statement: str, number: str, *, by: str, to: str) -> None:
    """Raises NotSigned unless `by` signed that `to` holds this signal, or PartDown."""
    claims = await verifier.verify(statement, kind=HANDED_OVER, service=by)
    if claims.get("number") != number or claims.get("to") != to:
        raise NotSigned
