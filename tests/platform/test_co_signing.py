"""A co-signer agrees, refuses or asks, and sees what is signed (R-T.1, R-T.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.retention.tables import Hold
from shared.clock import calendar_date
from shared.database.tables import Audit
from shared.engine.asking import CO_SIGNATURE, QUESTION_BACK
from shared.engine.given import GivenAnswer, Shown
from shared.engine.records import ANSWERED, ASKED_BACK, REFUSAL
from shared.engine.tables import DecisionRow, Dossier, TaskRow
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_engine_elsewhere import asked as asked_hold
from tests.platform.test_engine_elsewhere import sealed
from tests.platform.test_standing_back import BEHEERDER, BRAM, PETRA, duty

WHY = "De wijkagent vroeg erom."
NOT_SO = "Dit volgt niet uit wat er ligt."


async def deferred(desk_of: DeskOf) -> tuple[Desk, str, UUID]:
    """Bram proposes to defer a notice; petra is asked."""
    desk = await desk_of("rights")
    desk.designated = {("petra", "privacy-officer"), ("bram", "vervanger"), ("anna", "oov")}
    await desk.hears_access()
    number = await duty(desk)
    fields = {
        "grounds": ["d"],
        "reviewOn": until(desk),
        **dict.fromkeys(("necessity", "proportionality", "factors"), "Het onderzoek loopt."),
    }
    found = await desk.decide(number, "duty", "defer", BRAM, reason=WHY, fields=fields)
    return desk, number, (await desk.decision(found)).id


def until(desk: Desk) -> str:
    return (calendar_date(desk.clock.now()) + timedelta(days=30)).isoformat()


async def task_of(desk: Desk, person: Person, kind: str = CO_SIGNATURE) -> TaskRow:
    (task,) = [one for one in (await desk.engine.tasks.list(person, Window())).rows if one.kind == kind]
    return task


async def says(desk: Desk, person: Person, outcome: str, reason: str, kind: str = CO_SIGNATURE) -> Shown:
    task = await task_of(desk, person, kind)
    return await desk.engine.tasks.answer(task.id, person, GivenAnswer(outcome, reason))


async def recorded(desk: Desk, number: str, key: str) -> tuple[DecisionRow, str]:
    """A record of that kind, with its words."""
    loaded = await desk.engine.parts.loader.load(number)
    (row,) = [one for one in loaded.decisions if one.key == key]
    words = loaded.words_of(row)
    assert words is not None
    return row, words.reason


async def state(desk: Desk, number: str) -> str:
    return str((await desk.row(Dossier, number)).state)


# --- agreeing and refusing -------------------------------------------------------------------------


@pytest.mark.allowed("R-T.1")
async def test_who_agrees_signs(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    await says(desk, PETRA, "agree", "Akkoord met deze termijn.")
    row = await desk.row(DecisionRow, proposal)
    assert (row.status, row.co_signers, row.deciders) == ("taken", ["petra"], ["bram"])
    assert await state(desk, number) == State.DUTY_DEFERRED


@pytest.mark.refused("R-T.1")
async def test_a_refusal_ends_the_proposal_and_is_no_signature(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    shown = await says(desk, PETRA, "disagree", NOT_SO)
    row = await desk.row(DecisionRow, proposal)
    assert (shown.decision.status, row.status, row.co_signers) == ("refused", "refused", [])
    assert await state(desk, number) == State.DUTY_OPEN
    assert await desk.open_tasks(number) == []
    for answer in ("agree", "disagree", "question"):
        with pytest.raises(Conflict, match="wacht niet op een medeondertekening"):
            await desk.decide_as(number, "duty", answer, PETRA, proposal)


@pytest.mark.allowed("R-T.1")
async def test_a_refusal_is_on_the_record_and_told_with_its_words(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    await says(desk, PETRA, "disagree", NOT_SO)
    row, words = await recorded(desk, number, REFUSAL)
    assert (row.recorder, row.role, row.outcome, words) == ("petra", "privacy-officer", "duty:defer", NOT_SO)
    assert row.about == [str(proposal)]
    signal = (await desk.row(Dossier, number)).signal
    (told,) = await desk.post(signal, "decided.v1")
    assert told.body is not None
    assert b'"proposal-refused"' in told.body
    assert NOT_SO.encode() not in told.body, "its words in a letter only"
    assert told.next_at <= desk.clock.now()
    (line,) = [one for one in await desk.rows(Audit) if one.entry["action"] == "proposal refused: duty"]
    assert line.entry["actor"] == "petra"
    found = await desk.engine.showing.decisions(number, ANNA, "weging")
    assert NOT_SO in [one.words.reason for one in found if one.words]


@pytest.mark.refused("R-T.1")
@pytest.mark.parametrize("answer", ["", "nee", "defer"])
async def test_nothing_else_is_an_answer(desk_of: DeskOf, answer: str) -> None:
    desk, number, proposal = await deferred(desk_of)
    with pytest.raises(Invalid, match="kies één antwoord"):
        await says(desk, PETRA, answer, "Nee.")
    for one in ("agree", "disagree", "question"):
        with pytest.raises(Invalid, match="heeft een reden"):
            await says(desk, PETRA, one, " ")
    assert (await desk.row(DecisionRow, proposal)).status == "proposed"
    assert await state(desk, number) == State.DUTY_OPEN


# --- a question -------------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.1")
async def test_a_question_goes_back_and_the_co_signer_is_asked_again(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    await says(desk, PETRA, "question", "Waarom een maand?")
    assert (await desk.row(DecisionRow, proposal)).status == "questioned"
    assert [one.kind for one in await desk.open_tasks(number)] == [QUESTION_BACK]
    back = await task_of(desk, BRAM, QUESTION_BACK)
    _, shown = await desk.engine.tasks.one(back.id, BRAM, "weging")
    assert [one["question"] for one in shown["asked"]] == ["Waarom een maand?"]
    await says(desk, BRAM, "answer", "Dan is de inval geweest.", QUESTION_BACK)
    again = await task_of(desk, PETRA)
    _, shown = await desk.engine.tasks.one(again.id, PETRA, "weging")
    assert [one.get("answer") for one in shown["asked"]] == [None, "Dan is de inval geweest."]
    await says(desk, PETRA, "agree", "Dan is het goed.")
    assert (await desk.row(DecisionRow, proposal)).status == "taken"
    for key in (ASKED_BACK, ANSWERED):
        assert (await recorded(desk, number, key))[0].about == [str(proposal)]


@pytest.mark.refused("R-T.1")
async def test_while_a_question_is_open_nobody_signs(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    with pytest.raises(Conflict, match="geen vraag"):
        await desk.decide(number, "duty", "answer", BRAM, confirms=proposal)
    await says(desk, PETRA, "question", "Waarom een maand?")
    with pytest.raises(Conflict, match="eerst antwoordt wie het deed"):
        await desk.decide_as(number, "duty", "agree", PETRA, proposal)
    for other in (ANNA, Person("ivo", frozenset({"vervanger"}))):
        with pytest.raises(Forbidden, match="Alleen wie een besluit voorstelt"):
            await desk.decide(number, "duty", "answer", other, confirms=proposal)
        assert QUESTION_BACK not in [one.kind for one in (await desk.engine.tasks.list(other, Window())).rows]
    back = await task_of(desk, BRAM, QUESTION_BACK)
    with pytest.raises(NotFound):
        await desk.engine.tasks.one(back.id, Person("ivo", frozenset({"vervanger"})), "weging")


@pytest.mark.allowed("R-T.1")
@pytest.mark.parametrize("questioned", [False, True])
async def test_who_proposed_takes_it_back(desk_of: DeskOf, *, questioned: bool) -> None:
    desk, number, proposal = await deferred(desk_of)
    if questioned:
        await says(desk, PETRA, "question", "Waarom een maand?")
    with pytest.raises(Forbidden):
        await desk.decide(number, "withdrawal", "", ANNA, confirms=proposal)
    await desk.decide(number, "withdrawal", "", BRAM, reason="Ik doe het over.", confirms=proposal)
    assert (await desk.row(DecisionRow, proposal)).status == "withdrawn"
    assert await desk.open_tasks(number) == []
    with pytest.raises(Conflict):
        await desk.decide_as(number, "duty", "agree", PETRA, proposal)
    assert await state(desk, number) == State.DUTY_OPEN


@pytest.mark.refused("R-T.1")
async def test_what_was_overtaken_while_it_was_asked_about_does_not_come_back(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    await says(desk, PETRA, "question", "Waarom een maand?")
    on = (calendar_date(desk.clock.now()) + timedelta(days=7)).isoformat()
    await desk.decide(number, "contact", "on", ANNA, fields={"contactOn": on, "why": "Een huisbezoek."})
    with pytest.raises(Conflict, match="doe een nieuw voorstel"):
        await desk.decide(number, "duty", "answer", BRAM, confirms=proposal)


# --- a hold -----------------------------------------------------------------------------------------


@pytest.mark.refused("R-T.1")
async def test_a_hold_that_the_beheerder_refuses_never_waits(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    identifier, other = await asked_hold(desk, number, "report"), await asked_hold(desk, number, "item-2")
    with pytest.raises(Invalid, match="geen dossier om een vraag in te bewaren"):
        await desk.decide(number, "hold", "question", BEHEERDER, confirms=identifier)
    await desk.decide(number, "hold", "disagree", BEHEERDER, reason=NOT_SO, confirms=identifier)
    assert (await desk.row(Hold, identifier)).state == "dropped"
    await desk.decide(number, "withdrawal", "", ANNA, confirms=other)
    assert (await desk.row(Hold, other)).state == "dropped"
    told = [one.body or b"" for one in await desk.post(number, "decided.v1")]
    assert sum(b'"proposal-refused"' in one for one in told) == 1


# --- what is seen -----------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.2")
async def test_who_co_signs_sees_what_is_signed(desk_of: DeskOf) -> None:
    desk, number, _ = await deferred(desk_of)
    task = await task_of(desk, PETRA)
    _, shown = await desk.engine.tasks.one(task.id, PETRA, "weging")
    assert (shown["number"], shown["decision"], shown["outcome"], shown["article"]) == (
        number,
        "duty",
        "defer",
        shown["article"],
    )
    assert "persoon" in shown["question"] or "betrokkene" in shown["question"]
    assert shown["concerns"] == [{"subject": "S1", "name": "Jan Wilgenroos"}]
    assert shown["dueOn"], "by when he has to know without it"
    assert (shown["proposedBy"], shown["reason"]) == ("bram", WHY)
    said: dict[str, Any] = {one["question"]: one["answer"] for one in shown["said"]}
    assert until(desk) in said.values(), "until when"
    assert all(one["article"] for one in shown["said"])
    (grounds,) = [one for one in said.values() if isinstance(one, list)]
    assert grounds != ["d"], "a ground as people call it"


@pytest.mark.refused("R-T.2", "R-7.2")
async def test_the_beheerder_sees_codes_of_a_hold_and_no_words(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    identifier = await asked_hold(desk, number, "report")
    (found,) = await desk.engine.showing.decisions(number, BEHEERDER, "bewaren")
    assert isinstance(found.decision, DecisionRow)
    assert (found.decision.id, found.decision.about, found.words) == (identifier, ["report"], None)
    assert found.decision.coded is not None
    assert set(found.decision.coded) == {"ground", "endsOn"}
    with pytest.raises(Forbidden):
        await desk.engine.showing.decisions(number, Person("farid", frozenset({"lot-member"})), "bewaren")


@pytest.mark.refused("R-T.2")
async def test_nobody_else_sees_it(desk_of: DeskOf) -> None:
    desk, _, _ = await deferred(desk_of)
    task = await task_of(desk, PETRA)
    for other in (ANNA, BEHEERDER, Person("farid", frozenset({"lot-member"}))):
        with pytest.raises(NotFound):
            await desk.engine.tasks.one(task.id, other, "weging")
