"""The engine of one service: its parts, put together around its policy and its shelf."""

from __future__ import annotations

from typing import Any

from shared.engine.account import Accounting
from shared.engine.agenda import Agenda
from shared.engine.answering import Answering
from shared.engine.cluster import Clusters
from shared.engine.consult import Consultations
from shared.engine.decide import Deciding
from shared.engine.drafts import Drafts
from shared.engine.findable import Findables, tells
from shared.engine.freeze import Freezer
from shared.engine.load import Loader
from shared.engine.looks import Looks
from shared.engine.noted import Noting
from shared.engine.parts import Parts
from shared.engine.perform import Performer
from shared.engine.policy import Policy
from shared.engine.preview import Previewing
from shared.engine.record import Recording
from shared.engine.restricting import Restricting
from shared.engine.sealed_answering import AnsweringSealed
from shared.engine.settle import Settlement
from shared.engine.shelf import Shelf
from shared.engine.show import Showing
from shared.engine.tasks import Tasks
from shared.engine.telling import Telling
from shared.engine.write import Writer
from shared.periodic import Periodic
from shared.queue import Queue, Work
from shared.service.platform import Platform


class Engine:
    """What a service that decides can be asked. A service that holds dossiers has `queues` and `periodic` among its own."""

    def __init__(self, platform: Platform, policy: Policy, shelf: Shelf | None = None) -> None:
        self.platform = platform
        self.policy = policy
        shelf = shelf or Shelf()
        self.parts = Parts(platform, policy, Loader(platform, shelf), Performer(platform, policy, shelf))
        self.settlement = Settlement(self.parts)
        writer = Writer(self.parts, self.settlement.queue.wake)
        self.deciding = Deciding(self.parts, writer)
        self.recording = Recording(self.parts, writer)
        self.previewing = Previewing(self.deciding, self.recording)
        self.showing = Showing(self.parts)
        self.clusters = Clusters(self.parts, writer, self.deciding, self.showing)
        self.tasks = Tasks(self.parts, self.deciding, self.showing, self.recording)
        self.drafts = Drafts(self.parts, self.tasks)
        self.agenda = Agenda(self.parts, self.deciding, self.tasks, self.showing)
        self.consultations = Consultations(self.parts)
        self.looks = Looks(self.parts, self.showing)
        self.noting = Noting(self.parts)
        self.answering = Answering(self.parts, self.showing)
        self.sealed = AnsweringSealed(self.parts, self.showing, self.looks)
        self.restricting = Restricting(self.parts)
        self.accounting = Accounting(self.parts)
        self.freezer = Freezer(platform, self.parts.loader.check, self.parts.loader.least)
        self.queues: dict[Queue[Any], Work[Any]] = {
            self.settlement.queue: self.settlement.work,
            self.freezer.queue: self.freezer.look,
        }
        self.periodic: tuple[Periodic, ...] = (self.freezer.walking, self.drafts.forgetting, self.looks.forgetting)
        if tells(platform):
            findables = Findables(platform, self.parts.loader)
            self.queues[findables.queue] = findables.tell
            self.periodic = (*self.periodic, findables.periodic)
        if platform.row.reads_archives:
            self.periodic = (*self.periodic, self.sealed.forgetting)
        self.telling = Telling(platform, policy)
