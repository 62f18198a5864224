"""Bus: what others did is kept; destruction lists come in; the words of destroyed signals go."""

from __future__ import annotations

from services.oversight import store
from services.oversight.use_cases import Approvals, Keeping
from shared.contracts.assessment import Decided, Disclosed
from shared.contracts.common import Audited, Whereabouts
from shared.contracts.retention import Destroy, Listed, Overdue
from shared.service.platform import Platform


def listen(platform: Platform, keeping: Keeping, approvals: Approvals) -> None:
    platform.inbox.handlers |= {
        Audited.event: keeping.audited,
        Decided.event: keeping.decided,
        Disclosed.event: keeping.disclosed,
        Whereabouts.event: keeping.whereabouts,
        Listed.event: approvals.listed,
        Overdue.event: approvals.overdue,
        Destroy.event: platform.releaser.on_destroy(store.keys_of, store.delete_rows),
    }
