"""Bus: what is shared comes in, and ends with the task of its receiver."""

from __future__ import annotations

from services.export.task_over import EndingWithTask
from services.export.use_cases import Sharing
from shared.bus.inbox import Handler
from shared.contracts.acts import Restricted
from shared.contracts.casework import TaskOver
from shared.contracts.export import ShareLetter


def handlers(sharing: Sharing) -> dict[str, Handler]:
    return {
        ShareLetter.event: sharing.comes,
        TaskOver.event: EndingWithTask(sharing).over,
        Restricted.event: sharing.keeping_back.heard,
    }
