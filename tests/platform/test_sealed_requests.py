"""A request of a person about what is sealed: each reader answers for its class, for this request alone, and nobody else gets anything
(R-10.1, R-10.2; art. 9 lid 2 leaves its dates alone)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from services.retention.tables import FindableRow, SealedSignal
from services.retention.use_cases.for_requests import GivingToRequests
from shared.clock import calendar_date
from shared.contracts.answering import PersonAnswered
from shared.contracts.sealed import ForRequest, RequestOver, SealedAsked, SealedForRequest, SealedPut
from shared.database.tables import Audit, Outgoing
from shared.engine.answer_about import GivenAnswerAbout
from shared.engine.consulted import every_reading_of, readings_of
from shared.engine.store import delete_rows
from shared.engine.tables import GrantRow, SealedAskRow
from shared.errors import CannotSucceed, Conflict, Forbidden, Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.sealing import SealedLetter
from shared.pages import Window
from shared.protocol.model import State
from shared.words.reporter import REPORTER_LEFT_OUT
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.looks import FOUND, READERS, WHY, Kept, finding
from tests.platform.real import Postgres

REQUEST, HASH = "V-7K3MQ-9XD4T", "h" * 22
BIRD = "Wilgenroos"
CONCERNS = GivenAnswerAbout("about", "Alle tekst is gelezen.", "S1", ("report",))
NOBODY = GivenAnswerAbout("not-about", "Alle tekst is gelezen.")


@dataclass
class Asked:
    """Retention with a sealed signal that a person's hash finds, and the readers of its classes."""

    kept: Kept
    letters: list[BaseModel] = field(default_factory=list)

    @classmethod
    async def of(cls, desk_of: DeskOf, *, closed_to: str = "") -> Asked:
        kept = await Kept.of(desk_of, closed_to=closed_to)
        row = FindableRow(number=kept.number, holder="casework", turn=1, key_version=1, hashes=[HASH], closed_to=[])
        await kept.retention.add(row)
        asked = cls(kept)
        for desk in kept.readers.values():
            asked._notes(desk)
        return asked

    def _notes(self, desk: Desk) -> None:
        """What is sealed for rights from now on, as it is before."""
        seal = desk.platform.sealer.seal

        def noted(addressee: str, content: BaseModel) -> SealedLetter:
            if isinstance(content, PersonAnswered):
                assert addressee == "rights"
                self.letters.append(content)
            return seal(addressee, content)

        desk.platform.sealer.seal = noted  # type: ignore[method-assign]

    @property
    def number(self) -> str:
        return self.kept.number

    def question(self, **more: Any) -> SealedAsked:
        now = self.kept.retention.clock.now()
        ground = ForRequest(request=REQUEST, kind="access", answer_by=calendar_date(now) + timedelta(days=20))
        facts = {"signal": self.number, "ground": ground, "hashes": ("x" * 22, HASH), "asked_at": now}
        return SealedAsked(**facts | {"until": now + timedelta(days=3)} | more)

    async def asks(self, producer: str = "rights", **more: Any) -> tuple[str, ...]:
        """Rights asks, and each reader hears what it is given; returns what rights hears."""
        retention = self.kept.retention
        before = {row.id for row in await retention.rows(Outgoing)}
        await retention.hears(GivingToRequests(retention.platform).asked, self.question(**more), producer)
        sent = [row for row in await retention.rows(Outgoing) if row.id not in before]
        for one in sent:
            if one.event == SealedForRequest.event:
                desk = self.kept.readers[one.addressee]
                given = SealedForRequest.model_validate_json(one.body or b"")
                await desk.hears(desk.engine.sealed.given, given, "retention")
        (put,) = [one for one in sent if one.event == SealedPut.event]
        assert put.addressee == "rights"
        return SealedPut.model_validate_json(put.body or b"").at

    async def opens(self, service: str, person: Person = ANNA, request: str = REQUEST) -> Any:
        return await self.kept.readers[service].engine.sealed.one(self.number, request, person, "verzoek")

    async def answers(self, service: str, given: GivenAnswerAbout, person: Person = ANNA) -> PersonAnswered:
        await self.kept.readers[service].engine.sealed.answer(self.number, REQUEST, person, given)
        content = self.letters[-1]
        assert isinstance(content, PersonAnswered)
        return content


@pytest.mark.allowed("R-10.1", "R-10.2", "R-9.13")
@pytest.mark.refused("R-10.1", "R-5.1", "R-9.13")
async def test_each_reader_answers_for_its_class_without_others_and_without_who_reported(desk_of: DeskOf) -> None:
    asked = await Asked.of(desk_of)
    before: SealedSignal = await asked.kept.retention.row(SealedSignal, asked.number)
    assert await asked.asks() == tuple(sorted(READERS))
    shown = await asked.opens("assessment")
    assert shown.subjects["S1"]["name"] == f"Jan {BIRD}"
    assert shown.subjects["S2"]["notConcerned"] is True
    assert {"report", "item-01", "item-02"} <= set(shown.items)
    assert {"report", "item-02"} <= set(shown.about["S1"])
    assert shown.items["item-06"]["finding"] == "Dit klopte niet.", "what was put right was processed"
    told = await asked.answers("assessment", replace(CONCERNS, items=("report", "item-02")))
    assert (told.state, told.person and told.person.name) == ("sealed", f"Jan {BIRD}")
    texts = {one.item: one.text for one in told.items}
    assert texts["report"] == f"Er stond {REPORTER_LEFT_OUT}, zei de buurman."
    said = told.model_dump_json()
    for other in ("Populier", "Beukendaal", "loods vol"):
        assert other not in said
    closed = await asked.opens("sources")
    assert "report" not in closed.items
    assert closed.subjects["S1"]["name"] == f"Jan {BIRD}", "who it is can be said where the report is not"
    told = await asked.answers("sources", replace(CONCERNS, items=("item-03",)))
    assert told.person is None, "his name and address lie in another class"
    assert [one.closed for one in told.items] == [True]
    assert (await asked.answers("casework", NOBODY)).found is False
    after: SealedSignal = await asked.kept.retention.row(SealedSignal, asked.number)
    assert after.model_dump() == before.model_dump(), "nothing of the sealed signal changes, and no date moves"
    desk = asked.kept.readers["assessment"]
    assert not await desk.rows(GrantRow), "it is no look for a new signal"
    with pytest.raises(NotFound):
        await asked.kept.reads("assessment")
    lines = [str(one.entry) for one in await desk.rows(Audit)]
    assert sum("sealed signal opened for a request" in one for one in lines) == 1
    assert sum("request answered: about" in one for one in lines) == 1
    assert not any(BIRD in one for one in lines)
    # What is read for a request alone is given to no new signal.
    assert await asked.kept.asks("assessment", 2) == ("assessment",)
    assert "item-06" not in (await asked.kept.reads("assessment"))["items"]
    assert not any(one.item == "item-06" for given in await asked.kept.given() for one in given.readings)


@pytest.mark.refused("R-9.11")
async def test_of_a_closed_case_a_new_signal_reads_nothing_that_is_read_for_a_request_alone(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    found = {"item-01": finding(desk, *FOUND["item-06"]), "item-02": finding(desk, *FOUND["item-08"])}
    number = await desk.arrives(State.EXECUTION, findings=found)
    await desk.decide(number, "rectify", "withdrawn", about=("item-01",), fields=WHY)
    loaded = await desk.engine.parts.loader.load(number)
    assert set(every_reading_of(loaded)) == {"report", "item-01", "item-02"}
    assert set(readings_of(loaded)) == {"report"}


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_a_number_that_his_hashes_do_not_find_is_not_given(desk_of: DeskOf) -> None:
    asked = await Asked.of(desk_of)
    assert await asked.asks(hashes=("x" * 22,)) == ()
    assert await asked.asks(hashes=()) == ()
    assert await asked.asks(signal="S-00000-00000") == ()
    for state in (State.APPROVED, State.ENDED):
        async with asked.kept.retention.platform.database.transaction() as session:
            (await session.get_one(SealedSignal, asked.number)).state = state
        assert await asked.asks() == (), "what is being destroyed is read for nobody any more"
    for one in READERS:
        assert not await asked.kept.readers[one].rows(SealedAskRow)


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_a_forged_ground_and_whoever_is_not_rights_get_nothing(desk_of: DeskOf) -> None:
    asked = await Asked.of(desk_of)
    for producer in ("assessment", "sources", "casework", "export", "worklist", "retention"):
        with pytest.raises(CannotSucceed):
            await asked.asks(producer)
    signal = ForRequest(request=asked.kept.new, kind="access", answer_by=asked.question().ground.answer_by)
    with pytest.raises(CannotSucceed):
        await asked.asks(ground=signal)
    assert await asked.asks(until=asked.kept.retention.clock.now()) == (), "a question of long ago"
    assert await asked.asks()
    retention = asked.kept.retention
    (given, *_) = [
        SealedForRequest.model_validate_json(one.body or b"")
        for one in await retention.rows(Outgoing, event=SealedForRequest.event)
        if one.addressee == "assessment"
    ]
    desk = asked.kept.readers["assessment"]
    for producer in ("rights", "sources"):
        with pytest.raises(CannotSucceed):
            await desk.hears(desk.engine.sealed.given, given, producer)
    sources = asked.kept.readers["sources"]
    with pytest.raises(CannotSucceed, match="does not read"):
        await sources.hears(sources.engine.sealed.given, given, "retention")
    over = RequestOver(request=REQUEST, signals=(asked.number,))
    with pytest.raises(CannotSucceed):
        await desk.hears(desk.engine.sealed.over, over, "retention")


@pytest.mark.refused("R-10.2")
async def test_rows_of_a_superuser_open_nothing_here_or_at_retention(desk_of: DeskOf, postgres: Postgres) -> None:
    asked = await Asked.of(desk_of)
    await asked.asks()
    superuser = postgres.superuser("assessment")
    for change in ("request = 'V-AAAAA-AAAAA'", "until = until + interval '9 years'", "closed_to = '[\"bram\"]'"):
        await superuser(f"UPDATE sealed_asked SET {change}")
        with pytest.raises(NotBelieved):
            await asked.opens("assessment", request="V-AAAAA-AAAAA" if "request" in change else REQUEST)
        await superuser("DELETE FROM sealed_asked")
        asked.kept.retention.clock.pass_by(1)
        await asked.asks()
        assert await asked.opens("assessment")
    await superuser("UPDATE sealed_asked SET over = TRUE")
    asked.kept.retention.clock.pass_by(1)
    await asked.asks()
    assert await asked.opens("assessment"), "nor does a row shut it that rights did not send"
    keeper = postgres.superuser("retention")
    await keeper("UPDATE findable SET hashes = ARRAY['" + "x" * 22 + "']")
    with pytest.raises(NotBelieved):
        await asked.asks(hashes=("x" * 22,))


@pytest.mark.allowed("R-10.2")
@pytest.mark.refused("R-10.2", "R-7.3")
async def test_who_has_the_role_there_reads_it_while_it_lasts_and_answers_once(desk_of: DeskOf) -> None:
    asked = await Asked.of(desk_of, closed_to="bram")
    await asked.asks(until=asked.kept.retention.clock.now() + timedelta(days=300))
    desk = asked.kept.readers["assessment"]
    sealed, bram = desk.engine.sealed, Person("bram", frozenset({"oov"}))
    for who in (Person("fg", frozenset({"fg"})), Person("lot", frozenset({"lot-member"}))):
        with pytest.raises(Forbidden):
            await asked.opens("assessment", who)
        with pytest.raises(Forbidden):
            await sealed.waiting(who, Window())
    with pytest.raises(NotFound):
        await asked.opens("assessment", bram)
    assert (await sealed.waiting(bram, Window())).rows == [], "who stands back does not know that it is there"
    with pytest.raises(NotFound):
        await asked.opens("assessment", request="V-00000-00000")
    assert [one.request for one in (await sealed.waiting(ANNA, Window())).rows] == [REQUEST]
    with pytest.raises(Invalid) as caught:
        await asked.answers("assessment", replace(CONCERNS, items=("item-99",), looked=f"Ook {BIRD} en Populier."))
    assert {one.field: one.code for one in caught.value.faults} == {
        "items.0": "answer-unknown",
        "looked": "answer-others",
    }
    await asked.answers("assessment", CONCERNS)
    (row,) = await desk.rows(SealedAskRow)
    assert (row.readings, row.decisions, row.answered_by) == (None, [], "anna"), "the copy goes with the answer"
    for again in (asked.opens("assessment"), asked.answers("assessment", CONCERNS)):
        with pytest.raises(Conflict):
            await again
    other = asked.kept.readers["sources"]
    other.clock.pass_by(timedelta(days=7, seconds=1).total_seconds())
    with pytest.raises(NotFound):
        await asked.opens("sources")
    await other.engine.sealed.forget()
    assert not await other.rows(SealedAskRow), "however long was asked, a look ends"


@pytest.mark.refused("R-10.1", "R-10.2", "R-9.12")
async def test_with_the_end_of_the_request_it_goes_also_when_it_comes_late(desk_of: DeskOf) -> None:
    asked = await Asked.of(desk_of)
    over = RequestOver(request=REQUEST, signals=(asked.number,))
    late, soon = asked.kept.readers["sources"], asked.kept.readers["assessment"]
    await late.hears(late.engine.sealed.over, over, "rights")
    await asked.asks()
    with pytest.raises(NotFound):
        await asked.opens("sources")
    assert [one.readings for one in await late.rows(SealedAskRow)] == [None]
    assert await asked.opens("assessment")
    await soon.hears(soon.engine.sealed.over, over, "rights")
    with pytest.raises(NotFound):
        await asked.opens("assessment")
    assert [one.readings for one in await soon.rows(SealedAskRow)] == [None]
    with pytest.raises(NotFound):
        await asked.answers("assessment", CONCERNS)
    async with late.platform.database.transaction() as session:
        await delete_rows(session, [asked.number])
    assert not await late.rows(SealedAskRow), "what is destroyed is gone here too"
