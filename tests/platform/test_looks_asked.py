"""Who asks for a look into something earlier sees what came of it, and why there is nothing is told to nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services.casework.use_cases import Consulting
from shared.contracts.consult import Consult, LookAnswered
from shared.database.tables import Audit, Outgoing
from shared.engine.consult import ASKED_OF
from shared.engine.tables import AskedLookRow, GrantRow
from shared.errors import CannotSucceed, Invalid
from shared.identity import Person
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA
from tests.platform.looks import Kept
from tests.platform.real import Postgres

BRAM = Person("bram", frozenset({"oov"}))


@pytest.mark.allowed("R-9.9", "R-9.10")
@pytest.mark.refused("R-9.10")
async def test_who_asks_sees_what_came_of_it(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("assessment")
    consultations = desk.engine.consultations
    number = await desk.arrives(State.PHASE_2)
    for case in ("S-00000-00000", "S-00000-00001"):
        await consultations.ask(number, ANNA, case, "Hetzelfde pand als toen.")
        desk.clock.pass_by(1)
    assert {row.addressee for row in await desk.post(number, Consult.event)} == set(ASKED_OF)
    last, first = await consultations.asked(number, ANNA)
    assert (first.case, first.state, last.state) == ("S-00000-00000", "asked", "asked")
    assert await consultations.asked(number, BRAM) == []
    one, other = sorted(await desk.rows(AskedLookRow), key=lambda row: row.case)
    await desk.hears(consultations.answered, LookAnswered(look=one.id), "casework")
    assert (await consultations.asked(number, ANNA))[1].state == "asked", "retention has not said anything"
    await desk.hears(consultations.answered, LookAnswered(look=one.id, at=("assessment",)), "retention")
    for asked in ASKED_OF:
        await desk.hears(consultations.answered, LookAnswered(look=other.id), asked)
    await desk.hears(consultations.answered, LookAnswered(look=uuid4(), at=("sources",)), "retention")
    last, first = await consultations.asked(number, ANNA)
    assert (first.state, first.at) == ("found", ("assessment",))
    assert (last.state, last.at) == ("nothing", ())
    with pytest.raises(CannotSucceed):
        await desk.hears(consultations.answered, LookAnswered(look=one.id), "sources")
    await postgres.superuser("assessment")("UPDATE asked_look SET \"case\" = 'S-00000-00009' WHERE id = $1", one.id)
    assert [look.case for look in await consultations.asked(number, ANNA)] == [other.case], "it shuts out no other"
    desk.clock.pass_by(timedelta(hours=9).total_seconds())
    await desk.hears_access()
    assert await consultations.asked(number, ANNA) == []
    await desk.engine.looks.forget()
    assert await desk.rows(AskedLookRow) == []


@pytest.mark.allowed("R-9.10")
@pytest.mark.refused("R-9.10")
async def test_casework_says_whether_a_closed_case_is_there(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    consulting = Consulting(desk.engine)
    closed, in_hand = await desk.arrives(State.CLOSED), await desk.arrives(State.EXECUTION)

    async def answer(number: str, person: str = "anna") -> tuple[str, ...]:
        until, look = desk.clock.now() + timedelta(hours=1000), uuid4()
        wanted = Consult(number=number, new_signal="S-00000-00000", phase=1, person=person, until=until, look=look)
        await desk.hears(consulting.asked, wanted, "assessment")
        rows = await desk.rows(Outgoing, event=LookAnswered.event)
        said = [LookAnswered.model_validate_json(one.body or b"") for one in rows]
        return next(one.at for one in said if one.look == look)

    assert await answer(closed) == ("casework",)
    assert await answer(in_hand) == ()
    assert await answer("S-ZZZZZ-ZZZZZ") == ()
    (grant,) = await desk.rows(GrantRow)
    assert grant.until <= desk.clock.now() + timedelta(hours=8), "as long as the law gives it"
    assert (await consulting.consult(closed, "S-00000-00000", ANNA))["forPhase"] == 1


async def test_every_look_is_in_the_audit_trail_before_anything_leaves(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 1)
    await kept.reads("assessment")
    lines = [one.entry for one in await kept.retention.rows(Audit)]
    (given,) = [one for one in lines if one["action"] == "sealed signal given to look into"]
    assert (given["actor"], given["record"], given["reason"]) == ("anna", kept.number, kept.new)
    lines = [one.entry for one in await kept.readers["assessment"].rows(Audit)]
    (read,) = [one for one in lines if one["action"] == "sealed signal consulted"]
    assert (read["actor"], read["record"], read["reason"]) == ("anna", kept.number, kept.new)


@pytest.mark.allowed("R-9.13")
@pytest.mark.refused("R-9.13")
async def test_what_is_taken_over_is_a_fact_of_the_new_signal_and_names_the_old_one(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, old = await desk.arrives(State.WEGING_2A), "S-00000-00001"
    made = await desk.record(number, "bag", "O1", "Een woning; zo stond het in een eerder dossier.", takenFrom=old)
    shown = (await desk.engine.showing.view(number, ANNA, "weging"))["items"][made.item]
    assert shown["fields"] == {"takenFrom": old}
    with pytest.raises(Invalid):
        await desk.record(number, "bag", "O1", "Een woning.", takenFrom="Jan Wilgenroos")
    # As every fact it has its phase: what the old one had from a closed source is not recorded before phase 3.
    with pytest.raises(Invalid):
        await desk.record(number, "benefits", "S1", "Een uitkering.", takenFrom=old)
