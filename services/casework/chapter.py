"""Casework's chapter: papers, interventions of departments, and what closing a case sets going."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import calendar_date
from shared.contracts.casework import Closed
from shared.dossier import store
from shared.dossier.chapter import Chapter
from shared.dossier.concerned import INTERVENTION, comes_nearer
from shared.dossier.content import Content
from shared.dossier.papers import MEMBER, paper_faults, show_paper
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.http.decisions import ItemIn
from shared.protocol.faults import Fault
from shared.protocol.model import State
from shared.service.platform import Platform

EXECUTION = "execution"


class Casework(Chapter):
    own_archive = "archive-case"
    category = "signal of phase 4"

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def faults(self, session: AsyncSession, dossier: Dossier, item: ItemIn) -> list[Fault]:
        return await paper_faults(session, dossier, item, calendar_date(self.platform.clock.now()))

    def recorded(self, dossier: Dossier, item: Item, document: dict[str, Any]) -> list[Task]:
        now = self.platform.clock.now()
        fields = document["fields"]
        if item.category == "paper":
            return [
                Task(
                    id=uuid4(),
                    number=dossier.number,
                    item=item.item,
                    kind="paper",
                    role=MEMBER,
                    meeting=fields["meeting"],
                    opened_at=now,
                )
            ]
        if item.category == "intervention":
            role = f"department-{fields['department']}"
            return [
                Task(id=uuid4(), number=dossier.number, item=item.item, kind="intervention", role=role, opened_at=now)
            ]
        return []

    async def is_ready(self, session: AsyncSession, task: Task) -> bool:
        """A department is asked from the execution on: adopted, and checked (R-23.1)."""
        if task.kind != "intervention":
            return True
        dossier = await session.get(Dossier, task.number)
        if dossier is None or dossier.state != State.EXECUTION:
            return False
        decisions = await store.decisions_of(session, task.number)
        return any(one.key == "adopt-plan" and one.status == "taken" and task.item in one.about for one in decisions)

    async def show(
        self, session: AsyncSession, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> dict[str, Any]:
        """Besides the file: how the plan stands, and whether it is a case of the RIEC (R-21.4, R-24.2)."""
        taken = sorted((one for one in decisions if one.status == "taken"), key=lambda row: row.version)
        accepted = [one for one in taken if one.key == "riec-answer" and one.outcome.startswith("accepted")]
        return await super().show(session, dossier, content, decisions) | {
            "riecCase": bool(accepted),
            "plan": progress(content, taken, calendar_date(self.platform.clock.now())),
        }

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        """A department sees its intervention and the items that check 2B allows it for that, and nothing else."""
        if task.kind == "paper":
            return show_paper(task, content)
        if task.kind != "intervention":
            return {}
        intervention = content.documents[task.item]
        allowed: dict[str, str] = {}
        for one in sorted(decisions, key=lambda row: row.version):
            if one.key == "check-2b" and one.status == "taken" and one.about[0] == task.item:
                allowed[one.about[1]] = one.outcome
        return {
            "intervention": intervention["finding"],
            **{name: intervention["fields"][name] for name in ("instrument", "legalBasis", "plannedOn")},
            "items": {name: _shared(name, content) for name, outcome in allowed.items() if outcome == "may"},
        }

    def decides(self, task: Task) -> tuple[str, tuple[str, ...]] | None:
        return (EXECUTION, (task.item,)) if task.kind == "intervention" else None

    def is_mine(self, state: State) -> bool:
        """What departments and members saw ends when the case is closed (R-25.3)."""
        return state not in (State.ENDED, State.CLOSED)

    async def decided(
        self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, words: dict[str, Any]
    ) -> None:
        now = self.platform.clock.now()
        if decision.key == EXECUTION:
            await store.close_tasks(session, dossier.number, decision.about[0], now)
        if decision.state_after in (State.CLOSED, State.ENDED):
            await store.close_all_tasks(session, dossier.number, now)

    def needs_content(self, decision: DecisionRow) -> bool:
        return decision.key == "adopt-plan"

    async def settled(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, content: Content) -> None:
        if decision.key == "adopt-plan":
            self._plan_notices(session, dossier, decision, content)
        if decision.state_after == State.CLOSED and decision.state_before != State.CLOSED:
            # Retention counts the years from the last substantive act.
            closed = Closed(
                number=dossier.number,
                closed_on=calendar_date(decision.taken_at),
                last_act_on=dossier.last_act_on,
                protocol=dossier.protocol,
            )
            self.platform.post.tell(session, "retention", closed)

    def _plan_notices(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, content: Content) -> None:
        """The notice is planned for the moment of the intervention (R-26.2)."""
        for name in decision.about:
            fields = content.documents[name]["fields"]
            on = date.fromisoformat(fields["plannedOn"])
            comes_nearer(self.platform, session, dossier.number, fields.get("subjects") or (), INTERVENTION, on)


def progress(content: Content, taken: Sequence[DecisionRow], today: date) -> list[dict[str, Any]]:
    """Every intervention: the version of the plan that adopted it, its status, and whether it is overdue (R-22.1)."""
    versions: dict[str, int] = {}
    for version, one in enumerate((one for one in taken if one.key == "adopt-plan"), 1):
        versions |= dict.fromkeys(one.about, version)
    done = {one.about[0]: one.outcome for one in taken if one.key == EXECUTION}
    found = []
    for name, document in content.of_category("intervention").items():
        status = done.get(name) or ("adopted" if name in versions else "proposed")
        planned = date.fromisoformat(document["fields"]["plannedOn"])
        found.append(
            {
                "intervention": name,
                "planVersion": versions.get(name),
                "status": status,
                "department": document["fields"]["department"],
                "plannedOn": planned.isoformat(),
                "overdue": status in ("proposed", "adopted") and planned < today,
            }
        )
    return found


def _shared(name: str, content: Content) -> dict[str, Any]:
    """An item as a department gets it: with its source, without who recorded it."""
    if name == "report":
        return {"category": "report", "text": content.report["text"], "subjects": content.reported}
    document = content.documents[name]
    return {key: document[key] for key in ("category", "about", "finding", "matches")}
