"""What several say of one request at the same moment stays, each of it: nobody's answer is written over by another's (R-10.1, R-10.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from services.rights.asking import AskingHolders
from services.rights.carrying_out import CarryingOut
from services.rights.going_after import GoingAfter
from services.rights.holdings import AskingServices, questions
from services.rights.sealed import AskingReaders
from services.rights.store import AskedSignal, HoldingsRow, SealedReaderRow
from shared.bus.inbox import Handled, Handler, Incoming
from shared.contracts.acts import CarriedOut, RestrictionKept, ThingDone
from shared.contracts.answering import PersonAnsweredLetter, PersonElsewhere
from shared.contracts.common import Message
from shared.contracts.holdings import Holding, HoldingsTold
from shared.contracts.sealed import SealedAsked, SealedPut
from shared.database.tables import Outgoing
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Invalid, NotBelieved, Overtaken
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.requested import searched, services_answer
from tests.platform.test_holders_asked import answer, hears, seen
from tests.platform.test_requests_carried_out import WHAT, granted
from tests.platform.test_requests_restricting import put_before

QUESTIONS = "services.rights.asking.questions"
KEPT = {"done": True, "restricted": True}


async def looked_at(handler: Handler, message: Message, producer: str = "assessment") -> Handled:
    """Until just before its effect: what it is judged by was read."""
    return await handler(Incoming(uuid4(), producer, signed=True), message)


async def row_of(desk: Desk, number: str, signal: str) -> AskedSignal:
    row: AskedSignal = await desk.row(AskedSignal, (number, signal))
    return row


async def apart(desk: Desk, *all_of_it: Handled) -> None:
    for one in all_of_it:
        await desk.platform.database.together(one.effect)


async def apart_the_other_way(desk: Desk, *all_of_it: Handled) -> None:
    await apart(desk, *reversed(all_of_it))


async def in_one_transaction(desk: Desk, *all_of_it: Handled) -> None:
    await asyncio.gather(*(desk.platform.database.together(one.effect) for one in all_of_it))


@pytest.mark.allowed("R-10.1", "R-10.3")
@pytest.mark.parametrize("commit", [apart, apart_the_other_way, in_one_transaction])
async def test_what_two_say_together_stays_of_both(desk_of: DeskOf, commit: Callable[..., Awaitable[None]]) -> None:
    desk, number, signal = await put_before(desk_of, "rectification")
    await hears(desk, answer(desk, number, signal))
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    letter = await desk.letter(PersonAnsweredLetter, signal, answer(desk, number, signal, subject="S2"))
    answers = await looked_at(AskingHolders(desk.engine).answered, letter)
    keeps = await looked_at(GoingAfter(desk.engine).kept, RestrictionKept(number=signal, request=number, **KEPT))
    await commit(desk, answers, keeps)
    row = await row_of(desk, number, signal)
    assert (row.state, row.subject, row.restricted) == ("answered", "S2", True)


@pytest.mark.allowed("R-10.3")
async def test_what_was_carried_out_and_that_it_holds_stay_both(desk_of: DeskOf) -> None:
    desk, number, signal = await granted(desk_of)
    done = tuple(ThingDone(thing=one, done="corrected") for one in WHAT)
    facts: dict[str, Any] = {"number": signal, "request": number, "kind": "rectification", "done": done}
    says = CarriedOut(**facts, at=desk.clock.now())
    carried = await looked_at(CarryingOut(desk.engine).said, says)
    keeps = await looked_at(GoingAfter(desk.engine).kept, RestrictionKept(number=signal, request=number, **KEPT))
    await apart(desk, carried, keeps)
    row = await row_of(desk, number, signal)
    assert row.restricted is True
    assert row.carried_out
    # Of two that say what was done, the one that was decided last holds, whichever comes last.
    older = await looked_at(CarryingOut(desk.engine).said, says.model_copy(update={"done": ()}))
    desk.clock.pass_by(1)
    newer = await looked_at(CarryingOut(desk.engine).said, says.model_copy(update={"at": desk.clock.now()}))
    await apart(desk, newer, older)
    assert CarriedOut.model_validate((await row_of(desk, number, signal)).carried_out).done == done


@pytest.mark.refused("R-10.1")
async def test_an_answer_to_what_was_asked_anew_meanwhile_is_looked_at_once_more(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "access")
    letter = await desk.letter(PersonAnsweredLetter, signal, answer(desk, number, signal))
    answers = await looked_at(AskingHolders(desk.engine).answered, letter)
    gone = PersonElsewhere(number=signal, request=number, holder=None)
    nowhere = await looked_at(GoingAfter(desk.engine).elsewhere, gone)
    await services_answer(desk, number)
    row: HoldingsRow = await desk.row(HoldingsRow, (number, "export", ""))
    held = HoldingsTold(request=number, signal=None, asked_at=row.asked_at, holdings=(Holding(what="share"),))
    tells = await looked_at(AskingServices(desk.engine).told, held, "export")
    desk.clock.pass_by(60)
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "casework")
    await AskingServices(desk.engine).ask(number, ANNA)
    for one in (answers, nowhere, tells):
        with pytest.raises(Overtaken):
            await desk.platform.database.together(one.effect)
    assert ((await row_of(desk, number, signal)).holder, (await seen(desk, number))["found"]) == ("casework", [])
    assert (await desk.row(HoldingsRow, (number, "export", ""))).answered_at is None


@pytest.mark.refused("R-10.1")
async def test_readers_of_a_question_that_was_put_anew_are_not_given_in_its_place(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "access")
    gone = PersonElsewhere(number=signal, request=number, holder="retention")
    await desk.hears(GoingAfter(desk.engine).elsewhere, gone, "assessment")
    (row,) = await desk.rows(Outgoing, event="sealed-asked.v1")
    asked_at = SealedAsked.model_validate_json(row.body or b"").asked_at
    put = SealedPut(signal=signal, request=number, asked_at=asked_at, at=("sources",))
    puts = await looked_at(AskingReaders(desk.engine).put, put, "retention")
    desk.clock.pass_by(60)
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "casework")
    with pytest.raises(Overtaken):
        await desk.platform.database.together(puts.effect)
    assert (await row_of(desk, number, signal)).holder == "casework"
    assert not await desk.rows(SealedReaderRow)


@pytest.mark.refused("R-10.1", "R-10.3")
async def test_who_asks_anew_takes_nothing_away_and_not_when_looking_is_over(
    desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number, signal = await put_before(desk_of, "rectification")
    await hears(desk, answer(desk, number, signal))
    keeps = RestrictionKept(number=signal, request=number, **KEPT)

    def while_it_is_asked(deed: Callable[[], Awaitable[Any]]) -> None:
        async def meanwhile(*given: Any) -> Any:
            monkeypatch.setattr(QUESTIONS, questions)
            await deed()
            return await questions(*given)

        monkeypatch.setattr(QUESTIONS, meanwhile)

    while_it_is_asked(lambda: desk.hears(GoingAfter(desk.engine).kept, keeps, "assessment"))
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    row = await row_of(desk, number, signal)
    assert (row.state, row.subject, row.restricted) == ("waiting", "S1", True)
    await hears(desk, answer(desk, number, signal))
    while_it_is_asked(lambda: searched(desk, number))
    with pytest.raises(Conflict, match="niet naar gegevens gezocht"):
        await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    assert (await row_of(desk, number, signal)).state == "answered"


@pytest.mark.refused("R-10.1")
async def test_nobody_says_that_all_have_answered_while_another_is_asked(
    desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number, signal = await put_before(desk_of, "access")
    await hears(desk, answer(desk, number, signal))
    await searched(desk, number, done=False)
    write = Writer.write

    async def meanwhile(writer: Writer, change: Change) -> Any:
        monkeypatch.setattr(Writer, "write", write)
        await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
        await services_answer(desk, number)
        return await write(writer, change)

    monkeypatch.setattr(Writer, "write", meanwhile)
    with pytest.raises(Invalid) as caught:
        await desk.decide(number, "request-search-done", "complete", fields={"completeness": "Alle acht."})
    assert [one.code for one in caught.value.faults] == ["answer-silent"]


@pytest.mark.refused("R-10.3")
async def test_a_row_that_is_changed_at_that_moment_is_not_written_on(desk_of: DeskOf) -> None:
    """What was believed when it was read is not believed for that when it is written."""
    desk, number, signal = await put_before(desk_of, "rectification")
    await hears(desk, answer(desk, number, signal))
    keeps = await looked_at(GoingAfter(desk.engine).kept, RestrictionKept(number=signal, request=number, **KEPT))
    async with desk.platform.database.transaction() as session:
        found = await session.get(AskedSignal, (number, signal))
        assert found
        found.found = False
    with pytest.raises(NotBelieved):
        await desk.platform.database.together(keeps.effect)
    assert (await row_of(desk, number, signal)).restricted is None
