"""What was struck off a destruction list: an approval that was withdrawn, a signal that a hold keeps.

It is noted in OpenBao, where oversight can write a note once and take none away: whoever puts back rows of before, in
whatever databases, brings nothing back. A note is a signed statement, and it counts by being there; who withdrew, and why, stands in
the decisions on the list.
"""

from __future__ import annotations

from uuid import UUID

from shared.openbao import STRUCK, STRUCK_NAMES, BaoError, BaoRefused
from shared.service.platform import Platform

STRUCK_KIND = "meldpunt-struck"


async def strike(platform: Platform, list_id: UUID, what: str) -> None:
    """Note that `what` (the id of an approval, or the number of a signal) is off the list. Done again it changes nothing. Raises PartDown, and NotSigned without a certificate."""
    claims = {"list": str(list_id), "struck": what, "at": platform.clock.now().isoformat()}
    note = {"data": {"statement": platform.signer.sign(STRUCK_KIND, claims)}}
    try:
        await platform.bao.call("POST", f"{STRUCK}/{list_id}/{what}", note)
    except BaoRefused:
        # It may make a note, and change none.
        if what not in await struck(platform, list_id):
            raise


async def struck(platform: Platform, list_id: UUID) -> frozenset[str]:
    """Everything that is off this list. Raises PartDown."""
    try:
        answer = await platform.bao.call("LIST", f"{STRUCK_NAMES}/{list_id}")
    except BaoError as problem:
        if problem.status == 404:
            return frozenset()
        raise
    return frozenset(answer["data"]["keys"])
