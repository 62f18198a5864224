"""What oversight signs of an approval when it is taken: a row alone releases nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import lists
from services.oversight.owed import owed_in
from shared.engine.head import vouched_for
from shared.errors import NotBelieved
from shared.protocol.model import State
from shared.protocol.never_informed import answers_in, counted
from shared.service.platform import Platform

APPROVAL_KIND = "meldpunt-approval"


async def waiting_on(platform: Platform, session: AsyncSession, list_id: UUID) -> list[lists.ListedRow]:
    """The signals of a list that wait for an approval; raises NotBelieved when one is not as retention listed it."""
    found = await lists.signals_on(session, list_id, State.LISTED)
    if not all([await vouched_for(platform.mac, one) for one in found]):
        raise NotBelieved
    return found


def statement_of(platform: Platform, approval: lists.Approval, signals: Sequence[lists.ListedRow]) -> str:
    """A statement of who approved which signals of which list, with what was shown of each, the keys that go, and how many
    persons were never informed, by ground, as the privacy officer answered; raises NotSigned without a certificate."""
    approved = {one.number: signal_claims(one) for one in signals}
    owed = {one.number: owed_in([one]) for one in signals if one.duties is not None}
    never = {number: counted(one, answers_in(one)) for number, one in owed.items()}
    claims = approval_claims(approval) | {"signals": approved, "neverInformed": never}
    return platform.signer.sign(APPROVAL_KIND, claims)


def signal_claims(row: lists.ListedRow) -> dict[str, Any]:
    """What is signed of a signal: what the approver was shown of it, its end date with that, and its archive keys."""
    return {"facts": row.facts, "keys": row.archive_keys}


def approval_claims(approval: lists.Approval) -> dict[str, str | None]:
    """What is signed of an approval besides the signals: which, of what, by whom, and from when it cannot be withdrawn."""
    return {
        "approval": str(approval.id),
        "list": str(approval.list_id),
        "approver": approval.approver,
        "effective": approval.effective_at.astimezone(UTC).isoformat(),
    }
