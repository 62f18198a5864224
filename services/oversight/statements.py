"""What oversight signs of an approval when it is taken: a row alone releases nothing."""

from __future__ import annotations

from datetime import UTC

from services.oversight import store
from shared.service.platform import Platform

APPROVAL_KIND = "meldpunt-approval"


def statement_of(platform: Platform, approval: store.Approval, numbers: list[str]) -> str:
    """A statement of who approved which signals of which list; raises NotSigned without a certificate."""
    return platform.signer.sign(APPROVAL_KIND, approval_claims(approval) | {"numbers": sorted(numbers)})


def approval_claims(approval: store.Approval) -> dict[str, str | None]:
    """What is signed of an approval besides the signals: which, of what, by whom, and from when it cannot be withdrawn."""
    return {
        "approval": str(approval.id),
        "list": str(approval.list_id),
        "approver": approval.approver,
        "effective": approval.effective_at.astimezone(UTC).isoformat(),
    }
