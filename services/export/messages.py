"""Bus: what is shared comes in, and ends with the task of its receiver; rights asks what is held of a number."""

from __future__ import annotations

from services.export.holdings import HeldShares
from services.export.task_over import EndingWithTask
from services.export.use_cases import Sharing
from shared.bus.inbox import Handler
from shared.contracts.acts import Restricted
from shared.contracts.casework import TaskOver
from shared.contracts.export import ShareLetter
from shared.contracts.holdings import HoldingsAsked
from shared.holding import AnsweringHoldings


def handlers(sharing: Sharing) -> dict[str, Handler]:
    held = HeldShares(sharing.platform.mac)
    return {
        ShareLetter.event: sharing.comes,
        TaskOver.event: EndingWithTask(sharing).over,
        Restricted.event: sharing.keeping_back.heard,
        HoldingsAsked.event: AnsweringHoldings(sharing.platform, held.of).asked,
    }
