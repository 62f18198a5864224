"""A department's task begins when the line in the register can no longer be taken back, and not before (R-24.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.clock import calendar_date
from shared.database.tables import Outgoing
from shared.engine.documents import REPORT
from shared.engine.given import GivenAnswer, Shown
from shared.engine.tables import NoticeRow, TaskRow
from shared.errors import NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import WINDOW, Desk

DIRK = Person("dirk", frozenset({"department-wonen"}))
DROPPED = GivenAnswer("dropped", "Het pand staat leeg.", {"whyDropped": "Er valt niets meer te controleren."})


async def adopted(desk: Desk, interventions: int = 1) -> tuple[str, tuple[str, ...]]:
    """A case whose plan is adopted and checked by 2B; its number and the interventions."""
    number = await desk.arrives(State.PLAN)
    today = calendar_date(desk.clock.now()).isoformat()
    await desk.add(NoticeRow(number=number, subject="S1", version=1, state="informed"))
    plan = {
        "instrument": "last-onder-bestuursdwang",
        "department": "wonen",
        "plannedOn": (calendar_date(desk.clock.now()) + timedelta(days=7)).isoformat(),
        "subjects": ["S1"],
    }
    made = [(await desk.record(number, "intervention", "O1", "Controle.", **plan)).item for _ in range(interventions)]
    fields: dict[str, Any] = {"adoptedOn": today}
    await desk.decide(number, "adopt-plan", "adopted", about=tuple(made), fields=fields)
    for one in made:
        fields = {"necessity": "Het adres volstaat."}
        await desk.decide(number, "check-2b", "may-not", about=(one, REPORT), fields=fields)
    return number, tuple(made)


async def given_out(desk: Desk, number: str) -> Shown:
    return await desk.decide(number, "check-2b-done", "complete", fields={"conclusion": "Niets gaat mee."})


async def shown(desk: Desk) -> list[str]:
    """The items about which the department is asked something."""
    return [one.item for one in (await desk.engine.tasks.list(DIRK, Window())).rows]


async def register(desk: Desk, number: str) -> list[Outgoing]:
    """The lines in the register that say what the department got."""
    return [one for one in await desk.post(number, "disclosed.v1") if b'"road":"intervention"' in (one.body or b"")]


async def tasks_of(desk: Desk, number: str) -> list[TaskRow]:
    return await desk.rows(TaskRow, number=number)


@pytest.mark.refused("R-24.1")
async def test_it_is_neither_shown_nor_answered_while_the_disclosure_can_be_withdrawn(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, (intervention,) = await adopted(desk)
    found = await desk.decision(await given_out(desk, number))
    (task,) = await tasks_of(desk, number)
    (line,) = await register(desk, number)
    assert task.opened_at == line.next_at == found.effective_at
    for seconds in (0, WINDOW - 1):
        desk.clock.pass_by(seconds)
        assert await shown(desk) == []
        with pytest.raises(NotFound):
            await desk.engine.tasks.one(task.id, DIRK, "uitvoering")
        with pytest.raises(NotFound):
            await desk.engine.tasks.answer(task.id, DIRK, DROPPED)
    desk.clock.pass_by(1)
    assert await shown(desk) == [intervention]
    await desk.engine.tasks.one(task.id, DIRK, "uitvoering")
    await desk.engine.tasks.answer(task.id, DIRK, DROPPED)
    assert await shown(desk) == []


@pytest.mark.refused("R-24.1")
async def test_it_never_begins_when_the_disclosure_is_withdrawn(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, (intervention,) = await adopted(desk)
    found = await desk.decision(await given_out(desk, number))
    desk.clock.pass_by(WINDOW - 1)
    await desk.decide(number, "withdrawal", confirms=found.id)
    assert await register(desk, number) == []
    desk.clock.pass_by(10 * WINDOW)
    assert await shown(desk) == []
    (task,) = await tasks_of(desk, number)
    assert (task.opened_at, task.opened_by) == (None, None)
    await given_out(desk, number)
    assert await shown(desk) == []
    desk.clock.pass_by(WINDOW)
    assert await shown(desk) == [intervention], "given out anew it begins in its own time"


async def test_it_begins_when_a_following_decision_ends_the_time_to_withdraw(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, (one, other) = await adopted(desk, interventions=2)
    await given_out(desk, number)
    assert await shown(desk) == []
    fields = {"whyDropped": "Vervallen."}
    await desk.decide(number, "execution", "dropped", about=(one,), fields=fields)
    assert {line.next_at for line in await register(desk, number)} == {desk.clock.now()}
    assert await shown(desk) == [other]
    assert await desk.post(number, "task-over.v1") == [], "it has another order still"
