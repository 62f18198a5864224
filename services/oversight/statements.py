"""What oversight signs of an approval when it is taken: a row alone releases nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from services.oversight import store
from shared.service.platform import Platform

APPROVAL_KIND = "meldpunt-approval"


def statement_of(platform: Platform, approval: store.Approval, signals: Iterable[store.ListedRow]) -> str:
    """A statement of who approved which signals of which list, with what was shown of each and the keys that go; raises
    NotSigned without a certificate."""
    approved = {one.number: signal_claims(one) for one in signals}
    return platform.signer.sign(APPROVAL_KIND, approval_claims(approval) | {"signals": approved})


def signal_claims(row: store.ListedRow) -> dict[str, Any]:
    """What is signed of a signal: what the approver was shown of it, its end date with that, and its archive keys."""
    return {"facts": row.facts, "keys": row.archive_keys}


def approval_claims(approval: store.Approval) -> dict[str, str | None]:
    """What is signed of an approval besides the signals: which, of what, by whom, and from when it cannot be withdrawn."""
    return {
        "approval": str(approval.id),
        "list": str(approval.list_id),
        "approver": approval.approver,
        "effective": approval.effective_at.astimezone(UTC).isoformat(),
    }
