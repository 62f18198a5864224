"""Bus: persons become known, phase 3 asks about them, destruction is ordered."""

from __future__ import annotations

from services.rights import store
from services.rights.use_cases import Concerned
from shared.contracts.assessment import InformingAsked, Subjects
from shared.contracts.dossier import InformingDue
from shared.contracts.retention import Destroy
from shared.dossier.holder import keys_in
from shared.service.platform import Platform


def listen(platform: Platform, concerned: Concerned) -> None:
    platform.inbox.handlers |= {
        Subjects.event: concerned.known,
        InformingDue.event: concerned.due,
        InformingAsked.event: concerned.asked,
        Destroy.event: platform.releaser.on_destroy(keys_in(platform.room().mount), store.delete_rows),
    }
