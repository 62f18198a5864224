"""What who watches is told by codes and days: which informing is deferred, and what of a sealed signal is held."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.retention.use_cases import Holds
from services.rights.use_cases import Deferrals
from shared.clock import calendar_date
from shared.database.tables import Audit
from shared.engine.tables import Dossier
from shared.errors import Conflict, Forbidden, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.test_destruction_attacks import sealed
from tests.platform.test_engine_elsewhere import offered
from tests.platform.test_heads_elsewhere import duties

WATCH = [Person(role, frozenset({role})) for role in ("privacy-officer", "beheerder", "fg")]
OTHERS = [Person(role, frozenset({role})) for role in ("oov", "lot-member", "department-wonen")]
NUMBER = "S-00000-00001"


@pytest.mark.allowed("R-26.8")
@pytest.mark.refused("R-26.8")
async def test_deferrals_come_by_the_day_on_which_they_are_looked_at(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, made = await duties(desk, 3)
    today = calendar_date(desk.clock.now())
    async with desk.platform.database.transaction() as session:
        for days, one in ((20, made[0]), (10, made[1])):
            row = await session.get_one(Dossier, one)
            row.state, row.due_on = State.DUTY_DEFERRED, today + timedelta(days=days)
    deferrals = Deferrals(desk.engine)
    for person in WATCH:
        found = (await deferrals.all(person, Window()))["duties"]
        assert [(one["number"], one["signal"], one["subject"]) for one in found] == [
            (made[1], number, "S2"),
            (made[0], number, "S1"),
        ]
        assert "Wilgenroos" not in repr(found)
    for person in OTHERS:
        with pytest.raises(Forbidden):
            await deferrals.all(person, Window())


@pytest.mark.allowed("R-9.15")
@pytest.mark.refused("R-9.15")
async def test_what_can_be_held_is_told_by_code_to_who_asks_agrees_or_watches(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    await desk.add(sealed(NUMBER, calendar_date(desk.clock.now()) + timedelta(days=9)))
    holds = Holds(desk.engine)
    for person in (*WATCH, OTHERS[0]):
        found = await holds.of_signal(NUMBER, person)
        assert found["items"] == [{"item": "report", "keptIn": "archive-signal"}]
        assert found["holds"] == []
        assert not [one for one in ("vault:", "weging-1") if one in repr(found)], "nothing but codes and days"
    for person in OTHERS[1:]:
        with pytest.raises(Forbidden):
            await holds.of_signal(NUMBER, person)
    with pytest.raises(NotFound):
        await holds.of_signal("S-00000-00009", WATCH[0])
    assert [one.entry["record"] for one in await desk.rows(Audit) if one.entry["action"] == "holds looked at"] == [
        NUMBER
    ] * 4


@pytest.mark.refused("R-9.14", "R-9.15")
async def test_what_is_decided_elsewhere_in_the_same_state_is_neither_offered_nor_taken(desk_of: DeskOf) -> None:
    """Before, the beheerder's approval of one signal at retention took it out of the state in which its list is carried
    out, and a hold that was asked of a list was kept and held nothing."""
    oversight, retention = await desk_of("oversight"), await desk_of("retention")
    listed = await offered(oversight, NUMBER)
    await retention.add(sealed(NUMBER, calendar_date(retention.clock.now()), state=State.LISTED))
    officer, beheerder, _ = WATCH
    for desk, number, keys in (
        (oversight, listed, {"never-informed", "approve-destruction"}),
        (retention, NUMBER, {"hold", "end-hold"}),
    ):
        shown = await desk.engine.showing.open_decisions(number, beheerder)
        assert {one.rule.key for one in shown.decisions} == keys
    needed = {"ground": "bezwaar", "endsOn": "2199-01-01", "needed": "de melding"}
    with pytest.raises(Conflict, match="niet hier"):
        await oversight.decide(listed, "hold", "held", officer, fields=needed, about=(NUMBER,))
    with pytest.raises(Conflict, match="niet hier"):
        await retention.decide(NUMBER, "approve-destruction", "approved", beheerder, fields={"confirmList": NUMBER})
