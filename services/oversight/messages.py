"""Bus: what others did is kept; destruction lists come in; the words of destroyed signals go."""

from __future__ import annotations

from services.oversight import store
from services.oversight.use_cases import Keeping, Releasing
from shared.contracts.common import Audited, Whereabouts
from shared.contracts.dossier import Decided
from shared.contracts.retention import Destroy, Destroyed, Listed, Overdue, Withheld
from shared.service.platform import Platform


def listen(platform: Platform, keeping: Keeping, releasing: Releasing) -> None:
    platform.inbox.handlers |= {
        Audited.event: keeping.audited,
        Decided.event: keeping.decided,
        Whereabouts.event: keeping.whereabouts,
        Listed.event: releasing.listed,
        Overdue.event: releasing.overdue,
        Withheld.event: releasing.withheld,
        Destroyed.event: keeping.destroyed,
        Destroy.event: platform.releaser.on_destroy(store.keys_of, store.delete_rows),
    }
