"""The same engine on what is no dossier: sealed signals at retention (R-9.15), destruction lists at oversight (R-9.14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.oversight import lists
from services.oversight import store as oversight
from services.oversight.use_cases import DestructionLists
from services.retention.tables import Hold, SealedSignal
from services.retention.use_cases import Holds
from shared.clock import calendar_date
from shared.database.tables import Outgoing
from shared.errors import Conflict, Forbidden, Invalid
from shared.identity import Person
from shared.keys.transit import key_name
from shared.numbers import random_seed, signal_number
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, VERSION, WINDOW, Desk

BEHEERDER = Person("beheerder", frozenset({"beheerder"}), has_just_proved=True)


# --- holds ---------------------------------------------------------------------------------------


async def sealed(desk: Desk, state: str = "sealed") -> str:
    number = signal_number(random_seed())
    today = calendar_date(desk.clock.now())
    archived = {"archive": "archive-signal", "key": "k", "version": 1, "ciphertext": "vault:v1:x"}
    await desk.add(
        SealedSignal(
            number=number,
            version=7,
            state=state,
            phase=1,
            ending="weging-1:no-suspicion",
            article="art. 12 lid 2",
            protocol=VERSION,
            received_on=today,
            decided_on=today,
            ends_on=today + timedelta(days=365),
            dossier=[archived | {"item": one} for one in ("report", "item-2")],
            decisions=[],
            sealed_at=desk.clock.now(),
            staying=[],
            list_id=uuid4() if state == "listed" else None,
        )
    )
    return number


async def asked(desk: Desk, number: str, *items: str) -> UUID:
    ends_on = (calendar_date(desk.clock.now()) + timedelta(days=100)).isoformat()
    fields = {"ground": "bezwaar", "endsOn": ends_on, "needed": "de melding zelf"}
    found = await desk.decide(number, "hold", "held", about=items, fields=fields)
    return (await desk.decision(found)).id


async def test_what_is_asked_of_a_hold_and_why_leaves_at_once_by_letter_only(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    identifier = await asked(desk, number, "report")
    (told,) = await desk.post(number, "decided.v1")
    assert told.body is not None
    assert b'"hold-asked"' in told.body
    assert b"de melding zelf" not in told.body
    assert told.next_at <= desk.clock.now()
    (hold,) = await desk.rows(Hold, number=number)
    assert (hold.id, hold.state, hold.items, hold.ground) == (identifier, "proposed", ["report"], "bezwaar")


async def test_a_hold_keeps_when_the_beheerder_agrees_and_ends_when_he_says_so(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    first, second = await asked(desk, number, "report"), await asked(desk, number, "item-2")
    with pytest.raises(Forbidden):
        await desk.decide(number, "hold", confirms=first)
    with pytest.raises(Invalid):
        await desk.decide(number, "hold", "agree", BEHEERDER, reason=" ", confirms=first)
    await desk.decide(number, "hold", "agree", BEHEERDER, confirms=first)
    await desk.decide(number, "hold", "agree", BEHEERDER, confirms=second)
    assert {one.state for one in await desk.rows(Hold, number=number)} == {"held"}
    today = {"endedOn": calendar_date(desk.clock.now()).isoformat()}
    with pytest.raises(Forbidden):
        await desk.decide(number, "end-hold", "ended", about=(str(first),), fields=today)
    for wrong in ((), ("report",), (str(uuid4()),)):
        with pytest.raises(Invalid):
            await desk.decide(number, "end-hold", "ended", BEHEERDER, about=wrong, fields=today)
    ended = await desk.decide(number, "end-hold", "ended", BEHEERDER, about=(str(first),), fields=today)
    assert (await desk.row(Hold, first)).state == "ended"
    with pytest.raises(Conflict):
        # It was told at once: only a new decision changes anything.
        await desk.decide(number, "withdrawal", "", BEHEERDER, confirms=(await desk.decision(ended)).id)
    assert (await desk.row(Hold, first)).state == "ended"


async def test_a_hold_on_a_list_is_told_at_once_and_a_lapsed_one_is_asked_anew(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk, "listed")
    first, second = await asked(desk, number, "report"), await asked(desk, number, "item-2")
    await desk.decide(number, "hold", "agree", BEHEERDER, confirms=first)
    (withheld,) = await desk.rows(Outgoing, event="withheld.v1")
    assert withheld.next_at <= desk.clock.now(), "keys may be released any moment"
    async with desk.platform.database.transaction() as session:
        (await session.get_one(Hold, second)).state = "too-late"
    with pytest.raises(Conflict):
        await desk.decide(number, "hold", "agree", BEHEERDER, confirms=second)


async def test_holds_come_in_pages(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    first, ends_on = desk.clock.now(), calendar_date(desk.clock.now())
    made = [
        Hold(
            id=uuid4(),
            number=f"S-00000-{place:05}",
            state="held" if place % 2 else "proposed",
            ground="bezwaar",
            items=["report"],
            ends_on=ends_on,
            asked_by="anna",
            asked_at=first + timedelta(seconds=place),
        )
        for place in range(130)
    ]
    await desk.add(*made, Hold(**made[0].model_dump() | {"id": uuid4(), "state": "ended"}))
    page = await Holds(desk.engine).waiting(BEHEERDER, Window())
    rest = await Holds(desk.engine).waiting(BEHEERDER, Window(page["next"]))
    assert [one["id"] for one in (*page["holds"], *rest["holds"])] == [str(one.id) for one in made]
    assert rest["next"] is None


# --- lists ---------------------------------------------------------------------------------------


async def offered(desk: Desk, *numbers: str) -> str:
    identifier, today = uuid4(), calendar_date(desk.clock.now())
    key = key_name(identifier, oversight.ROOM)
    await desk.platform.room().make(key)
    await desk.add(
        lists.OfferedList(
            id=identifier,
            version=1,
            state="listed",
            protocol=VERSION,
            words_key=key,
            listed_on=today,
            approve_before=today + timedelta(days=30),
            ultimate_on=today + timedelta(days=60),
        ),
        *(
            lists.ListedRow(list_id=identifier, number=one, state="listed", facts={}, archive_keys=[], duties={})
            for one in numbers
        ),
    )
    return str(identifier)


async def test_the_beheerder_approves_some_and_the_rest_stays_listed(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, "S-00000-00001", "S-00000-00002")
    read = {"confirmList": listed}
    with pytest.raises(Forbidden):
        await desk.decide(listed, "approve-destruction", "approved", ANNA, fields=read)
    with pytest.raises(Invalid):
        await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": "iets"})
    found = await desk.decide(
        listed, "approve-destruction", "approved", BEHEERDER, about=("S-00000-00001",), fields=read
    )
    assert (await desk.row(lists.OfferedList, UUID(listed))).state == "listed"
    decision = await desk.decision(found)
    approval = await desk.row(lists.Approval, decision.id)
    assert approval.effective_at == desk.clock.now() + timedelta(seconds=WINDOW), "no key is released before"
    claims = await desk.platform.verifier.verify(approval.statement, kind="meldpunt-approval", service="oversight")
    assert list(claims["signals"]) == ["S-00000-00001"]
    loaded = await desk.engine.parts.loader.load(listed)
    assert loaded.opened.words[str(decision.id)].fields == read, "the words stay, under a key of the list"
    assert await desk.rows(Outgoing) == []


async def test_lists_come_in_pages_the_newest_first(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    today = calendar_date(desk.clock.now())
    await desk.add(
        *(
            lists.OfferedList(
                id=uuid4(),
                version=1,
                state="listed",
                protocol=VERSION,
                words_key="k",
                listed_on=today - timedelta(days=place),
                approve_before=today,
                ultimate_on=today,
            )
            for place in range(120)
        )
    )
    page = await DestructionLists(desk.engine).all(BEHEERDER, Window())
    rest = await DestructionLists(desk.engine).all(BEHEERDER, Window(page["next"]))
    dates = [one["listedOn"] for one in (*page["lists"], *rest["lists"])]
    assert dates == [(today - timedelta(days=place)).isoformat() for place in range(120)]


async def test_an_approval_is_withdrawn_while_nothing_is_released(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, "S-00000-00001")
    found = await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": listed})
    assert (await desk.row(lists.OfferedList, UUID(listed))).state == "approved"
    await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=(await desk.decision(found)).id)
    assert (await desk.row(lists.OfferedList, UUID(listed))).state == "listed"
    assert [one.state for one in await desk.rows(lists.ListedRow)] == ["listed"]
    assert (await desk.row(lists.Approval, (await desk.decision(found)).id)).withdrawn


async def test_each_approval_of_a_list_has_its_own_time_whatever_happens_to_the_list(desk_of: DeskOf) -> None:
    """R-9.14: a second approval, or a hold that takes another signal off the list, takes nobody's time away."""
    desk = await desk_of("oversight")
    one, other = "S-00000-00001", "S-00000-00002"
    listed = await offered(desk, one, other)
    fields = {"confirmList": listed}
    first = await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, about=(one,), fields=fields)
    await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, about=(other,), fields=fields)
    identifier = (await desk.decision(first)).id
    approval = await desk.row(lists.Approval, identifier)
    assert approval.next_at == approval.effective_at > desk.clock.now()
    async with desk.platform.database.transaction() as session:
        # As `withheld` and `overdue` do.
        (await session.get_one(lists.OfferedList, UUID(listed))).version += 1
    await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=identifier)
    states = {row.number: row.state for row in await desk.rows(lists.ListedRow)}
    assert states == {one: "listed", other: "approved"}
    assert (await desk.row(lists.OfferedList, UUID(listed))).state == "listed"


async def test_a_withdrawal_that_took_too_long_comes_too_late(desk_of: DeskOf) -> None:
    """The time is judged again in the transaction: before it OpenBao was asked for something."""
    desk = await desk_of("oversight")
    listed = await offered(desk, "S-00000-00001")
    found = await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": listed})
    identifier = (await desk.decision(found)).id
    call = desk.platform.bao.call

    async def slow(method: str, path: str, *more: Any, **named: Any) -> Any:
        if "/encrypt/" in path:
            desk.clock.pass_by(WINDOW)
        return await call(method, path, *more, **named)

    desk.platform.bao.call = slow  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=identifier)
    assert [row.state for row in await desk.rows(lists.ListedRow)] == ["approved"]
    assert not (await desk.row(lists.Approval, identifier)).withdrawn


async def test_what_is_being_released_is_not_withdrawn(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, "S-00000-00001")
    found = await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": listed})
    async with desk.platform.database.transaction() as session:
        await lists.set_state(session, UUID(listed), ["S-00000-00001"], state="releasing")
    with pytest.raises(Conflict):
        await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=(await desk.decision(found)).id)
    assert [row.state for row in await desk.rows(lists.ListedRow)] == ["releasing"]
