"""A person asks what there is of him: the holder answers with what of the file is his, and of nobody else (art. 10 lid 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import BaseModel

from shared.clock import calendar_date
from shared.contracts.answering import PersonAnswered
from shared.contracts.intake import ReporterMarks, Subject
from shared.contracts.rights import PersonAsked, PersonAskedLetter, Requester
from shared.database.tables import Audit, Outgoing
from shared.engine.answer_about import GivenAnswerAbout
from shared.engine.documents import Finding
from shared.engine.tables import AskedRow, Dossier
from shared.errors import CaseClosed, Conflict, Forbidden, Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.sealing import SealedLetter
from shared.numbers import random_seed, signal_number
from shared.pages import Window
from shared.protocol.model import State
from shared.words.names import marks_of
from shared.words.sealed import filled, new_key
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk

REQUEST = "V-7K3MQ-9XD4T"
BIRD = "Wilgenroos"
KEY = new_key()
GREET = ReporterMarks(key=KEY, hashes=filled(KEY, marks_of("Greet Zonnebloem")))
TWO = (
    Subject(name=f"Jan {BIRD}", address="Dorpsstraat 1", occupation="klusser"),
    Subject(name="Piet Paardenbloem", address="Kerkweg 4"),
)
TEXT = "Jan Wilgenroos en Piet Paardenbloem sjouwen tonnen. Greet Zonnebloem zag het."
CONCERNS = GivenAnswerAbout("about", "Alle tekst is gelezen.", "S1", ("report",))


def finding(about: str, text: str, desk: Desk, category: str = "internet") -> Finding:
    return Finding(
        category=category, about=about, finding=text, recorded_by="anna", recorded_at=desk.clock.now().isoformat()
    )


async def asked(desk: Desk, number: str, request: str = REQUEST) -> None:
    content = PersonAsked(
        number=number,
        request=request,
        kind="access",
        requester=Requester(person=Subject(name=f"J. {BIRD}", address="Dorpsstraat 1")),
        answer_by=calendar_date(desk.clock.now()) + timedelta(days=28),
    )
    await desk.hears(desk.engine.answering.asked, await desk.letter(PersonAskedLetter, number, content), "rights")


def told(desk: Desk) -> list[BaseModel]:
    """What is sealed from now on, as it is before."""
    found: list[BaseModel] = []
    seal = desk.platform.sealer.seal

    def noted(addressee: str, content: BaseModel) -> SealedLetter:
        assert addressee == "rights"
        found.append(content)
        return seal(addressee, content)

    desk.platform.sealer.seal = noted  # type: ignore[method-assign]
    return found


async def here(desk_of: DeskOf, service: str = "assessment", state: State = State.WEGING_1) -> tuple[Desk, str]:
    desk = await desk_of(service)
    found = {
        "item-2": finding("S1", f"Op het profiel van {BIRD} staan foto's van de schuur.", desk),
        "item-3": finding("S2", "Piet Paardenbloem adverteert met schuren.", desk),
        "item-4": finding("O1", "De schuur is van Piet Paardenbloem; Jan Wilgenroos slaapt er.", desk),
    }
    number = await desk.arrives(state, subjects=TWO, findings=found, text=TEXT, reporter=GREET)
    await asked(desk, number)
    return desk, number


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.1", "R-5.1")
async def test_he_reads_what_is_his_without_others_and_without_who_reported_it(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    shown = await desk.engine.answering.one(number, REQUEST, ANNA, "verzoek")
    assert shown.requester.person.name == f"J. {BIRD}"
    assert shown.about == {"S1": ("report", "item-2"), "S2": ("report", "item-3")}
    assert set(shown.items) == {"report", "item-2", "item-3", "item-4"}, "free text is read by a human"
    sealed = told(desk)
    chosen = replace(CONCERNS, items=("report", "item-2", "item-4"), summaries={})
    await desk.engine.answering.answer(number, REQUEST, ANNA, chosen)
    (content,) = sealed
    assert isinstance(content, PersonAnswered)
    assert content.person == TWO[0]
    said = content.model_dump_json()
    for other in ("Piet", "Paardenbloem", "Kerkweg", "Greet", "Zonnebloem", "item-3"):
        assert other not in said
    texts = {one.item: one.text for one in content.items}
    assert texts["item-4"] == "De schuur is van S2; Jan Wilgenroos slaapt er."
    assert content.looked == "Alle tekst is gelezen."
    assert [one.key for one in content.uses] == []


@pytest.mark.allowed("R-10.2")
async def test_looking_for_a_request_is_no_act_in_the_case(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    before = await desk.row(Dossier, number)
    desk.clock.pass_by(3 * 86_400)
    await desk.hears_access()
    await desk.engine.answering.one(number, REQUEST, ANNA, "verzoek")
    sealed = told(desk)
    nobody = GivenAnswerAbout("not-about", "Alle namen en alle tekst zijn gelezen.")
    row = await desk.engine.answering.answer(number, REQUEST, ANNA, nobody)
    after = await desk.row(Dossier, number)
    assert (after.version, after.turn, after.last_act_on) == (before.version, before.turn, before.last_act_on)
    (content,) = sealed
    assert isinstance(content, PersonAnswered)
    assert (content.found, content.person, content.items) == (False, None, ())
    assert (row.who, row.answered_by) == (None, "anna"), "who asked is known here until it was answered"
    lines = [str(one.entry) for one in await desk.rows(Audit)]
    assert sum("opened for a request" in one for one in lines) == 1
    assert sum("request answered: not-about" in one for one in lines) == 1
    assert not any(BIRD in one for one in lines)


@pytest.mark.refused("R-10.1", "R-5.1")
async def test_an_answer_that_lacks_something_or_shows_another_is_refused_with_all_of_it(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)

    async def faults(given: GivenAnswerAbout) -> dict[str, str]:
        with pytest.raises(Invalid) as caught:
            await desk.engine.answering.answer(number, REQUEST, ANNA, given)
        return {one.field: one.code for one in caught.value.faults}

    assert await faults(GivenAnswerAbout("perhaps", " ")) == {"outcome": "answer-outcome", "looked": "answer-looked"}
    wrong = GivenAnswerAbout("about", "x", "S9", ("item-2", "item-9"), ("O7",), {"item-3": "y"})
    assert await faults(wrong) == {
        "subject": "answer-subject",
        "items.1": "answer-unknown",
        "objects.0": "answer-unknown",
        "summaries.item-3": "answer-summary",
    }
    assert await faults(replace(CONCERNS, items=())) == {"items": "answer-nothing"}
    empty = GivenAnswerAbout("not-about", "x", "S1", ("report",))
    assert await faults(empty) == {"outcome": "answer-empty"}
    shows = replace(CONCERNS, items=("item-2", "item-4"), summaries={"item-4": "Paardenbloem verhuurt u een plek."})
    assert await faults(shows) == {"summaries.item-4": "answer-others"}
    # Who asks can read how was looked: nobody else is named in it, and of a file that is not about him nobody at all.
    for looked in (f"Ook bij {TWO[1].name} gekeken.", "Volgens Greet Zonnebloem."):
        assert await faults(replace(CONCERNS, looked=looked)) == {"looked": "answer-others"}
    other = GivenAnswerAbout("not-about", f"Het gaat over {TWO[0].name}.")
    assert await faults(other) == {"looked": "answer-others"}
    assert (await desk.row(AskedRow, (REQUEST, number))).answered_at is None
    assert not await desk.post(number, "person-answered.v1")


@pytest.mark.refused("R-7.3", "R-10.2")
async def test_nobody_else_sees_it_and_it_is_answered_once(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    answering = desk.engine.answering
    for who in (Person("fg", frozenset({"fg"})), Person("lot", frozenset({"lot-member"}))):
        with pytest.raises(Forbidden):
            await answering.one(number, REQUEST, who, "verzoek")
        with pytest.raises(Forbidden):
            await answering.waiting(who, Window())
    with pytest.raises(NotFound):
        await answering.one(number, "V-00000-00000", ANNA, "verzoek")
    with pytest.raises(NotFound):
        await answering.one(signal_number(random_seed()), REQUEST, ANNA, "verzoek")
    assert [one.request for one in (await answering.waiting(ANNA, Window())).rows] == [REQUEST]
    await answering.answer(number, REQUEST, ANNA, CONCERNS)
    assert (await answering.waiting(ANNA, Window())).rows == []
    with pytest.raises(Conflict):
        await answering.answer(number, REQUEST, ANNA, CONCERNS)
    with pytest.raises(Conflict):
        await answering.one(number, REQUEST, ANNA, "verzoek")
    await asked(desk, number)
    assert len((await answering.waiting(ANNA, Window())).rows) == 1, "rights asked again"


@pytest.mark.refused("R-10.2")
async def test_a_row_that_rights_did_not_send_opens_nothing(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    row = await desk.row(AskedRow, (REQUEST, number))
    forged = AskedRow(**{**row.model_dump(), "request": "V-AAAAA-AAAAA"})
    async with desk.platform.database.transaction() as session:
        session.add(forged)
    with pytest.raises(NotBelieved):
        await desk.engine.answering.one(number, forged.request, ANNA, "verzoek")


@pytest.mark.allowed("R-10.2")
async def test_of_what_is_not_here_rights_hears_where_it_is(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = signal_number(random_seed())
    await asked(desk, number)
    (row,) = await desk.rows(Outgoing, event="person-elsewhere.v1")
    assert REQUEST in (row.body or b"").decode()
    assert BIRD not in (row.body or b"").decode()
    assert not await desk.rows(AskedRow)


@pytest.mark.refused("R-10.1")
async def test_a_row_that_says_that_it_left_sends_rights_nowhere(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    async with desk.platform.database.transaction() as session:
        dossier = await session.get_one(Dossier, number)
        dossier.left, dossier.handed_to = True, "casework"
    with pytest.raises(NotBelieved):
        await asked(desk, number)
    assert not await desk.rows(Outgoing, event="person-elsewhere.v1")


@pytest.mark.allowed("R-10.1")
async def test_a_closed_case_is_opened_for_a_request_and_stays_closed(desk_of: DeskOf) -> None:
    """Both environments count (art. 10 lid 1); nobody opens it otherwise."""
    desk, number = await here(desk_of, "casework", State.CLOSED)
    with pytest.raises(CaseClosed):
        await desk.engine.showing.view(number, ANNA, "verzoek")
    assert (await desk.engine.answering.one(number, REQUEST, ANNA, "verzoek")).about["S1"] == ("report", "item-2")
    await desk.engine.answering.answer(number, REQUEST, ANNA, CONCERNS)
    assert (await desk.row(Dossier, number)).state == State.CLOSED
