"""What one service adds to handling a dossier. Everything has a default: a chapter is as short as it can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.common import Letter
from shared.dossier.content import Content
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.http.decisions import ItemIn
from shared.protocol.faults import Fault
from shared.protocol.model import State


class Chapter:
    """Subclassed by every service that holds dossiers."""

    own_archive: str | None = None
    """The archive for what this service made itself; None where nothing is ever sealed."""
    category = "signal"
    """How a dossier that ends here is called on destruction lists and declarations."""

    async def show(
        self, session: AsyncSession, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> dict[str, Any]:
        """What somebody with the file sees."""
        return {
            "report": {name: one for name, one in content.report.items() if name not in ("subjects", "objects")},
            "subjects": content.subjects,
            "objects": content.objects,
            "items": content.findings,
        }

    def hand_over(
        self, decision: DecisionRow, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> tuple[str, Letter, Any]:
        """For a decision that leads to another holder: to whom, the message without letters, and its content."""
        raise NotImplementedError(f"nothing goes on from {dossier.state} here")

    async def faults(self, session: AsyncSession, dossier: Dossier, item: ItemIn) -> list[Fault]:
        """What is wrong with a record beyond what the protocol can see."""
        return []

    def recorded(self, dossier: Dossier, item: Item, document: dict[str, Any]) -> list[Task]:
        """Whom a new record asks something."""
        return []

    async def decided(
        self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, words: dict[str, Any]
    ) -> None:
        """What else changes when a decision is taken, in its transaction."""

    async def withdrawn(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow) -> None:
        """What changes back when a decision is withdrawn, in its transaction."""

    async def is_ready(self, session: AsyncSession, task: Task) -> bool:
        """Whether what a task asks can be done already."""
        return True

    def needs_content(self, decision: DecisionRow) -> bool:
        """Whether `settled` looks into the dossier."""
        return False

    async def settled(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, content: Content) -> None:
        """What else happens when a decision can no longer be withdrawn, in that transaction."""

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        """What who is asked may see, and nothing else."""
        raise NotImplementedError(f"there are no tasks of kind {task.kind} here")

    def decides(self, task: Task) -> tuple[str, tuple[str, ...]] | None:
        """Which decision answers a task, and about what; None for one that is only read."""
        return None

    def is_mine(self, state: State) -> bool:
        """Whether a dossier in this state is worked on here."""
        return True
