"""A signal about which a request was put goes on meanwhile: who has it now answers, and is told what holds (R-10.1, R-10.3)."""

from __future__ import annotations

import pytest

from services.rights.asking import AskingHolders
from services.rights.going_after import GoingAfter
from services.rights.restricting import RequestRestricting
from shared.contracts.acts import Restricted
from shared.contracts.answering import PersonElsewhere
from shared.database.tables import Audit, Outgoing
from shared.errors import CannotSucceed, Invalid
from shared.numbers import random_seed, signal_number
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.requested import searched
from tests.platform.test_holders_asked import answer, hears, seen
from tests.platform.test_requests_carried_out import granted
from tests.platform.test_requests_restricting import DONE, kept, procedures, put_before


async def told_to(desk: Desk, holder: str) -> list[Restricted]:
    rows = await desk.rows(Outgoing, event="restricted.v1", addressee=holder)
    return sorted((Restricted.model_validate_json(one.body or b"") for one in rows), key=lambda one: one.at)


async def found_as(desk: Desk, number: str, what: str) -> list[str]:
    """The names here of what was answered in these words."""
    return [one["item"] for one in (await seen(desk, number))["found"] if one["what"] == what]


async def late(desk: Desk, signal: str) -> int:
    """How often the trail says that who has the signal no more answered after all."""
    lines = [one.entry for one in await desk.rows(Audit)]
    return len([one for one in lines if (one["action"], one["reason"]) == ("answer came too late", signal)])


@pytest.mark.allowed("R-10.1")
@pytest.mark.refused("R-10.1")
async def test_what_who_had_it_before_answers_late_is_let_go_and_who_has_it_answers(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "access")
    gone = PersonElsewhere(number=signal, request=number, holder="sources")
    await desk.hears(GoingAfter(desk.engine).elsewhere, gone, "assessment")
    await hears(desk, answer(desk, number, signal, found=False, subject=None, person=None, items=(), uses=()))
    await desk.hears(GoingAfter(desk.engine).elsewhere, gone.model_copy(update={"holder": None}), "assessment")
    view = await seen(desk, number)
    (stands,) = view["signals"]
    assert (stands["holder"], stands["state"], stands["looked"]) == ("sources", "waiting", [])
    assert await late(desk, signal) == 2, "it shows"
    assert [one.addressee for one in await desk.rows(Outgoing, event="person-asked.v1")] == ["assessment", "sources"]
    with pytest.raises(Invalid) as caught:
        await searched(desk, number)
    assert [one.code for one in caught.value.faults] == ["answer-silent"], "who has it now has not answered"
    await hears(desk, answer(desk, number, signal), "sources")
    (stands,) = (await seen(desk, number))["signals"]
    assert (stands["holder"], stands["state"], stands["found"]) == ("sources", "answered", True)
    # Put before another by hand, who was asked first is one of them too; who never was, is not.
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "casework")
    await hears(desk, answer(desk, number, signal), "sources")
    assert (await seen(desk, number))["signals"][0]["state"] == "waiting"
    other = signal_number(random_seed())
    await AskingHolders(desk.engine).ask(number, ANNA, other, "casework")
    with pytest.raises(CannotSucceed):
        await hears(desk, answer(desk, number, other), "sources")
    with pytest.raises(CannotSucceed):
        await desk.hears(GoingAfter(desk.engine).elsewhere, gone.model_copy(update={"number": other}), "sources")


@pytest.mark.refused("R-10.3")
async def test_what_can_still_be_taken_back_is_not_told_to_who_has_it_next(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "restriction")
    await hears(desk, answer(desk, number, signal))
    (item,) = await found_as(desk, number, "Zij heeft geen uitkering.")
    await searched(desk, number)
    desk.clock.pass_by(1)
    done = await desk.decide(number, "request-item", "done", fields=DONE, about=(item,))
    desk.clock.pass_by(1)
    await kept(desk, number, signal, done=False, restricted=False, holder="sources")
    (told,) = await told_to(desk, "sources")
    assert not told.restricted, "nobody takes it back there, when the decision is taken back"
    decided_on = await desk.decision(done)
    assert told.at < decided_on.taken_at, "what lies in the post is younger, and counts when it comes"
    await desk.decide(number, "withdrawal", confirms=decided_on.id)
    assert [one.restricted for one in await told_to(desk, "sources")] == [False]
    assert await told_to(desk, "assessment") == []
    # What can no longer be taken back is told to the next one at once.
    await desk.decide(number, "request-item", "done", fields=DONE, about=(item,))
    desk.clock.pass_by(WINDOW + 1)
    await kept(desk, number, signal, "sources", done=False, restricted=False, holder="casework")
    (told,) = await told_to(desk, "casework")
    assert (told.restricted, told.items) == (True, ("item-2",))


@pytest.mark.allowed("R-10.1", "R-10.3")
async def test_what_comes_to_who_has_it_no_more_goes_to_who_has_it(desk_of: DeskOf) -> None:
    """What was decided while the signal went on lies in the post for who had it."""
    desk, number, signal = await put_before(desk_of, "restriction")
    await hears(desk, answer(desk, number, signal))
    (item,) = await found_as(desk, number, "Zij heeft geen uitkering.")
    await searched(desk, number)
    desk.clock.pass_by(1)
    await desk.decide(number, "request-item", "done", fields=DONE, about=(item,))
    await kept(desk, number, signal, done=False, restricted=False, holder="sources")
    desk.clock.pass_by(WINDOW + 1)
    await kept(desk, number, signal, done=False, restricted=False, holder="sources")
    (*_, told) = await told_to(desk, "sources")
    assert (told.restricted, told.items) == (True, ("item-2",))
    assert (await seen(desk, number))["signals"][0]["restricted"] is None, "it is not confirmed by who had it"
    await kept(desk, number, signal)
    assert (await seen(desk, number))["signals"][0]["restricted"] is None
    await kept(desk, number, signal, "sources")
    (stands,) = (await seen(desk, number))["signals"]
    assert (stands["holder"], stands["restricted"]) == ("sources", True)


@pytest.mark.allowed("R-10.1", "R-10.3")
async def test_who_hears_first_that_it_went_on_is_asked_what_was_not_answered(desk_of: DeskOf) -> None:
    """Where it went can be known from what it is only kept for, before its holder says that he cannot answer."""
    desk, number, signal = await put_before(desk_of, "rectification")
    await hears(desk, answer(desk, number, signal))
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    await kept(desk, number, signal, done=False, restricted=False, holder="sources")
    asked = await desk.rows(Outgoing, event="person-asked.v1")
    assert [one.addressee for one in asked] == ["assessment", "assessment", "sources"]
    gone = PersonElsewhere(number=signal, request=number, holder="sources")
    await desk.hears(GoingAfter(desk.engine).elsewhere, gone, "assessment")
    assert len(await desk.rows(Outgoing, event="person-asked.v1")) == 3
    assert [one.restricted for one in await told_to(desk, "sources")] == [True]
    await hears(desk, answer(desk, number, signal), "sources")
    assert (await seen(desk, number))["signals"][0]["state"] == "answered"


@pytest.mark.allowed("R-10.1", "R-10.3")
@pytest.mark.refused("R-10.1")
async def test_what_nobody_says_to_have_is_asked_again_before_the_search_is_done(desk_of: DeskOf) -> None:
    """Somebody who can write at a holder takes the row of a dossier away while it is asked about, and puts it back."""
    desk, number, signal = await put_before(desk_of, "objection")
    gone = PersonElsewhere(number=signal, request=number, holder=None)
    await desk.hears(GoingAfter(desk.engine).elsewhere, gone, "assessment")
    with pytest.raises(Invalid) as caught:
        await searched(desk, number)
    (fault,) = caught.value.faults
    assert (fault.code, signal in fault.reason) == ("answer-nowhere", True)
    assert [one["missed"] for one in (await seen(desk, number))["signals"]] == [False]
    await RequestRestricting(desk.engine).repeat()
    assert await procedures(desk) == [(signal, True)] * 2, "nothing of it is destroyed meanwhile"
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    await hears(desk, answer(desk, number, signal))
    (stands,) = (await seen(desk, number))["signals"]
    assert (stands["state"], stands["found"]) == ("answered", True)
    assert [one.restricted for one in await told_to(desk, "assessment")] == [True]
    # A number that is of no signal, asked twice, is nowhere.
    other = signal_number(random_seed())
    for place in ("assessment", "casework"):
        await AskingHolders(desk.engine).ask(number, ANNA, other, place)
        await desk.hears(GoingAfter(desk.engine).elsewhere, gone.model_copy(update={"number": other}), place)
    await searched(desk, number)
    assert (await seen(desk, number))["state"] == "request-weighing"


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_who_misses_what_he_is_to_keep_is_told_until_he_has_it_again(desk_of: DeskOf) -> None:
    desk, number, signal = await granted(desk_of)
    before = len(await told_to(desk, "assessment"))
    await kept(desk, number, signal, done=False, restricted=False, holder=None)
    (stands,) = (await seen(desk, number))["signals"]
    assert (stands["state"], stands["restricted"], stands["carriedOut"]) == ("answered", None, False)
    rows = await desk.rows(Outgoing, event="restricted.v1", addressee="assessment")
    assert len(rows) == before + 1
    last = max(rows, key=lambda one: one.next_at)
    assert last.next_at > desk.clock.now()
    told = Restricted.model_validate_json(last.body or b"")
    assert (told.restricted, told.granted) == (True, "rectification")
    with pytest.raises(Invalid) as caught:
        await desk.decide(number, "request-lift", "lifted", fields={"toAsker": "Het is verbeterd."})
    assert [one.code for one in caught.value.faults] == ["not-carried-out"], "it is not done by being away"
    await kept(desk, number, signal)
    assert (await seen(desk, number))["signals"][0]["restricted"] is True
