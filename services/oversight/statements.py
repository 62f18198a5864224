"""What oversight signs of an approval when it is taken: a row alone releases nothing."""

from __future__ import annotations

from services.oversight import store
from shared.service.platform import Platform

KIND = "meldpunt-approval"


def statement_of(platform: Platform, approval: store.Approval, numbers: list[str]) -> str:
    """A statement of who approved which signals of which list; raises NotSigned without a certificate."""
    claims = {"approval": str(approval.id), "list": str(approval.list_id), "approver": approval.approver}
    return platform.signer.sign(KIND, claims | {"numbers": sorted(numbers)})
