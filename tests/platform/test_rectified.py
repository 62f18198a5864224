"""The engine puts right what is wrong: the old version stays, rights hears of persons, nobody gets it any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.casework.use_cases import Consulting
from shared.clock import calendar_date
from shared.contracts.intake import Subject
from shared.engine.documents import REPORT, Finding
from shared.engine.tables import Dossier, GrantRow
from shared.errors import Invalid, NotBelieved
from shared.protocol.correcting import Correction
from shared.protocol.model import State
from shared.words.reporter import REPORTER_LEFT_OUT
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, LATEST, WINDOW, Desk
from tests.platform.real import Postgres
from tests.platform.test_tasks import DIRK, adopted

WHY = {"wrong": "Nagezien in het register."}
TWO = (Subject(name="Jan Wilgenroos", address="Dorpsstraat 1"), Subject(name="J. Wilgenroos"))


def found(desk: Desk, about: str = "O1") -> Finding:
    now = desk.clock.now().isoformat()
    return Finding(category="bag", about=about, finding="Een woning.", recorded_by="anna", recorded_at=now)


async def file(desk: Desk, number: str) -> dict[str, Any]:
    return await desk.engine.showing.view(number, ANNA, "weging")


async def facts(desk: Desk, number: str) -> Any:
    return (await desk.engine.parts.loader.load(number)).facts()


@pytest.mark.allowed("R-T.11")
async def test_a_corrected_fact_stays_on_the_record_and_counts_no_more(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A, findings={"item-0": found(desk)})
    right = Correction("Een loods, geen woning.")
    made = await desk.decide(number, "rectify", "corrected", about=("item-0",), fields=WHY, correction=right)
    new = (await desk.decision(made)).about[1]
    shown = (await file(desk, number))["items"]
    assert (shown["item-0"]["superseded"], shown["item-0"]["supersededBy"]) == (True, new)
    assert shown["item-0"]["finding"] == "Een woning."
    assert (shown[new]["finding"], shown[new]["corrects"]) == ("Een loods, geen woning.", "item-0")
    assert "superseded" not in shown[new]
    known = await facts(desk, number)
    assert [one.name for one in known.items] == [REPORT, new]
    # Taken back in its time, everything is as it was.
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(made)).id)
    shown = (await file(desk, number))["items"]
    assert "superseded" not in shown["item-0"]
    assert shown[new]["superseded"] is True


@pytest.mark.refused("R-T.11")
async def test_what_stands_in_its_place_is_read_as_what_is_recorded(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A, findings={"item-0": found(desk)})
    for words, fields in (
        ("Hij is ziek en ligt in het ziekenhuis.", WHY),
        ("Een loods.", {"wrong": "Jan Wilgenroos zei het."}),
    ):
        with pytest.raises(Invalid):
            await desk.decide(
                number, "rectify", "corrected", about=("item-0",), fields=fields, correction=Correction(words)
            )
    with pytest.raises(Invalid):
        await desk.decide(number, "rectify", "withdrawn", about=("item-0",))
    await desk.decide(number, "rectify", "withdrawn", about=("item-0",), fields=WHY)
    with pytest.raises(Invalid):
        await desk.decide(number, "rectify", "withdrawn", about=("item-0",), fields=WHY)
    assert [one.name for one in (await facts(desk, number)).items] == [REPORT]


@pytest.mark.allowed("R-T.11")
@pytest.mark.refused("R-T.11")
async def test_rights_is_told_of_who_was_named_twice_when_it_cannot_be_taken_back(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A, subjects=TWO, findings={"item-0": found(desk, "S2")})
    made = await desk.decide(number, "same-person", "same", about=("S2", "S1"), fields={"known": "Zelfde adres."})
    (told,) = await desk.post(number, "person-put-right.v1")
    assert told.addressee == "rights"
    assert told.next_at == (await desk.decision(made)).effective_at
    assert b"Wilgenroos" not in (told.body or b"")
    shown = await file(desk, number)
    assert shown["subjects"]["S2"]["sameAs"] == "S1"
    known = await facts(desk, number)
    assert known.subjects == ("S1",)
    assert known.item("item-0").about == "S1"
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(made)).id)
    assert await desk.post(number, "person-put-right.v1") == []
    assert (await facts(desk, number)).subjects == ("S1", "S2")


@pytest.mark.allowed("R-T.11")
async def test_what_was_put_right_goes_on_with_the_signal(desk_of: DeskOf) -> None:
    """The next holder knows by the decisions' codes what no longer counts; what was never made stays behind."""
    desk = await desk_of("sources")
    number = await desk.arrives(State.WEGING_4, subjects=TWO, findings={"item-0": found(desk)})
    right = Correction("Een loods.")
    undone = await desk.decide(number, "rectify", "corrected", about=("item-0",), fields=WHY, correction=right)
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(undone)).id)
    made = await desk.decide(number, "rectify", "corrected", about=("item-0",), fields=WHY, correction=right)
    new = (await desk.decision(made)).about[1]
    loaded = await desk.engine.parts.loader.load(number)
    (case,) = [one for one in desk.engine.policy.follows(loaded, _confirmed(loaded)) if hasattr(one, "content")]
    assert {one.item: one.corrects for one in case.content.findings} == {"item-0": None, new: "item-0"}
    assert [one.key for one in case.content.decisions if one.status == "taken" and one.key == "rectify"] == ["rectify"]


def _confirmed(loaded: Any) -> Any:
    row = loaded.decisions[-1]
    return type(row)(**row.model_dump() | {"key": "weging-4", "outcome": "confirmed", "state_after": "check-2a"})


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
async def test_a_department_does_not_see_who_was_taken_out_and_is_told_before_the_case_closes(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, (intervention,) = await adopted(desk)
    for item, to in ((REPORT, "wonen"),):
        await desk.decide(number, "check-2a", "may", about=(item, to), fields={"task": "toezicht-huisvesting"})
    await desk.decide(number, "check-2b", "may", about=(intervention, REPORT), fields={"necessity": "Nodig."})
    await desk.decide(number, "check-2b-done", "complete", fields={"conclusion": "De melding gaat mee."})
    desk.clock.pass_by(WINDOW)
    (task,) = await desk.open_tasks(number)
    _, seen = await desk.engine.tasks.one(task.id, DIRK, "uitvoering")
    assert seen["subjects"]["S1"]["name"] == "Jan Wilgenroos"
    await desk.decide(number, "not-concerned", "taken-out", about=("S1",), fields={"known": "Een naamgenoot."})
    assert len(await desk.post(number, "person-put-right.v1")) == 1
    _, seen = await desk.engine.tasks.one(task.id, DIRK, "uitvoering")
    assert seen["subjects"] == {}
    today = calendar_date(desk.clock.now()).isoformat()
    dropped = {"whyDropped": "Zij ging over iemand anders."}
    await desk.decide(number, "execution", "dropped", about=(intervention,), fields=dropped)
    with pytest.raises(Invalid, match="nog niet verteld"):
        await desk.decide(number, "close", "closed", fields={"result": "Niets."})
    with pytest.raises(Invalid):
        await desk.decide(number, "set-right", "told", about=("S1", "burgerzaken"), fields={"toldOn": today})
    await desk.decide(number, "set-right", "told", about=("S1", "wonen"), fields={"toldOn": today})
    lines = [one.body or b"" for one in await desk.post(number, "disclosed.v1")]
    assert sum(b'"road":"rectification"' in one for one in lines) == 1
    await desk.decide(number, "close", "closed", fields={"result": "Niets."})


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
async def test_a_child_is_shown_with_who_represents_it_and_rights_hears_sealed(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    mother = [{"name": "Els Wilgenroos"}]
    await desk.record(number, "child", "S1", "Zit nog op school.", representative=mother)
    (letter,) = await desk.post(number, "child.v1")
    assert letter.addressee == "rights"
    assert b"Wilgenroos" not in (letter.body or b"")
    shown = await file(desk, number)
    assert (shown["subjects"]["S1"]["child"], shown["subjects"]["S1"]["representative"]["name"]) == (
        True,
        "Els Wilgenroos",
    )
    mark = next(name for name, one in shown["items"].items() if one["category"] == "child")
    with pytest.raises(Invalid):
        await desk.record(number, "child", "O1", "Zit nog op school.")
    desk.clock.pass_by(1)
    await desk.decide(number, "rectify", "withdrawn", about=(mark,), fields={"wrong": "Is ouder."})
    assert "child" not in (await file(desk, number))["subjects"]["S1"]
    assert len(await desk.post(number, "child.v1")) == 2, "rights hears that too"


@pytest.mark.refused("R-T.12")
async def test_who_is_asked_about_somebody_who_was_taken_out_is_asked_no_longer(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    number = await desk.arrives(State.SOURCE_LIST, subjects=TWO)
    await desk.decide(number, "source-list", "listed", fields={"sources": ["horeca-permits"]})
    four = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "ja")
    await desk.decide(number, "check-1", "approved", about=("horeca-permits",), fields=four)
    await desk.decide(number, "check-1-done", "some", fields={"conclusion": "eén bron"})
    asked = await desk.record(
        number, "question", "S2", "Is er een vergunning?", source="horeca-permits", answerBy=LATEST
    )
    assert [one.item for one in await desk.open_tasks(number)] == [asked.item]
    await desk.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
    assert await desk.open_tasks(number) == []
    with pytest.raises(Invalid):
        await desk.decide(number, "same-person", "same", about=("S2", "S1"), fields={"known": "Toch."})


ROWS = {
    "a decision that is gone": "DELETE FROM decision WHERE key = 'rectify'",
    "one that was withdrawn": "UPDATE decision SET status = 'withdrawn' WHERE key = 'rectify'",
    "another thing": "UPDATE decision SET about = '[\"report\"]' WHERE key = 'rectify'",
}


@pytest.mark.refused("R-T.11")
@pytest.mark.parametrize("statement", ROWS.values(), ids=ROWS)
async def test_rows_bring_back_nothing_that_was_put_right(desk_of: DeskOf, postgres: Postgres, statement: str) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A, findings={"item-0": found(desk)})
    await desk.decide(number, "rectify", "withdrawn", about=("item-0",), fields=WHY)
    await postgres.superuser("assessment")(statement)
    with pytest.raises(NotBelieved):
        await file(desk, number)


@pytest.mark.refused("R-T.11", "R-T.12")
async def test_a_closed_case_shows_another_signal_only_what_counts(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    findings = {"item-0": found(desk), "item-00": found(desk, "S2"), "item-000": found(desk)}
    number = await desk.arrives(State.EXECUTION, subjects=TWO, findings=findings)
    await desk.record(number, "child", "S1", "Zit nog op school.", representative=[{"name": "Els Wilgenroos"}])
    await desk.decide(number, "rectify", "withdrawn", about=("item-0",), fields=WHY)
    await desk.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
    await desk.record(number, "reporter-clue", "report", "een schuur")
    async with desk.platform.database.transaction() as session:
        (await session.get_one(Dossier, number)).state = "closed"
    await desk.believe(number)
    until, new = desk.clock.now() + timedelta(hours=1), "S-00000-00000"
    await desk.add(GrantRow(id=uuid4(), number=number, new_signal=new, phase=3, person="anna", until=until))
    shown = await Consulting(desk.engine).consult(number, new, ANNA)
    assert list(shown["items"]) == ["item-000"]
    assert list(shown["subjects"]) == ["S1"]
    assert "Els" not in str(shown)
    assert shown["report"]["text"] == f"{REPORTER_LEFT_OUT} vol.", (
        "who reported it has nothing to do with another signal"
    )
