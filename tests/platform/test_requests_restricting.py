"""A request restricts at who holds the signals, from the answer that it is about him until it is lifted, which he hears before; and
while an objection or a bezwaar runs, retention is told (AVG 18 and 21; R-9.15)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.rights.asking import AskingHolders
from services.rights.going_after import GoingAfter
from services.rights.request_letters import RequestLetters
from services.rights.restricting import RequestRestricting
from services.rights.store import AskedSignal, RequestRow
from shared.clock import calendar_date
from shared.contracts.acts import ProcedureTold, Restricted, RestrictionKept
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, Conflict, Invalid, NotBelieved
from shared.numbers import random_seed, signal_number
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.requested import NAME, ON_ITSELF, answered, identified, letter, requested, searched, told_of_rights
from tests.platform.test_holders_asked import answer, hears, seen

DONE = ON_ITSELF | {"done": "Het wordt gedaan."}
REFUSED = ON_ITSELF | {"refusedOn": "accurate", "toAsker": "Het klopt."}


async def put_before(desk_of: DeskOf, kind: str, holder: str = "assessment") -> tuple[Desk, str, str]:
    desk = await desk_of("rights")
    number, signal = await requested(desk, kind=kind, asks="Mijn adres klopt niet."), signal_number(random_seed())
    await told_of_rights(desk, number)
    await identified(desk, number)
    await AskingHolders(desk.engine).ask(number, ANNA, signal, holder)
    return desk, number, signal


async def sent(desk: Desk) -> list[Restricted]:
    """What holders were told, in the order in which it holds."""
    rows = await desk.rows(Outgoing, event="restricted.v1")
    assert not any(NAME.encode() in (one.body or b"") for one in rows)
    told: dict[bool, list[Restricted]] = {True: [], False: []}
    for one in rows:
        told[one.addressee == "export"].append(Restricted.model_validate_json(one.body or b""))
    found = sorted(told[False], key=lambda one: one.at)
    assert sorted(told[True], key=lambda one: one.at) == found, "what waits for its receiver is kept back too"
    return found


async def procedures(desk: Desk) -> list[tuple[str, bool]]:
    rows = await desk.rows(Outgoing, event="procedure-told.v1")
    assert {one.addressee for one in rows} <= {"retention"}
    told = [ProcedureTold.model_validate_json(one.body or b"") for one in sorted(rows, key=lambda one: one.next_at)]
    return [(one.number, one.runs) for one in told]


async def decided(desk: Desk, number: str, outcome: str, fields: dict[str, Any], what: str | None = None) -> None:
    """`what`: about that only, and for the rest nothing is done."""
    await searched(desk, number)
    for one in (await seen(desk, number))["found"]:
        mine = what in (None, one["what"])
        about = (one["item"],)
        if mine:
            await desk.decide(number, "request-item", outcome, fields=fields, about=about)
        else:
            await desk.decide(number, "request-item", "refused", fields=REFUSED, about=about)


async def closed(desk: Desk, number: str, outcome: str) -> None:
    desk.clock.pass_by(1)
    await desk.decide(number, "request-weighed", outcome, fields={"toAsker": "Zo hebben wij besloten."})
    desk.clock.pass_by(1)
    await answered(desk, number)


async def kept(desk: Desk, number: str, signal: str, producer: str = "assessment", **more: Any) -> None:
    facts: dict[str, Any] = {"done": True, "restricted": True} | more
    told = RestrictionKept(number=signal, request=number, **facts)
    await desk.hears(GoingAfter(desk.engine).kept, told, producer)


@pytest.mark.allowed("R-10.3", "R-10.4")
async def test_what_is_contested_is_restricted_from_the_answer_until_the_letter(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "rectification")
    assert await sent(desk) == []
    await hears(desk, answer(desk, number, signal))
    (told,) = await sent(desk)
    assert (told.number, told.request, told.subject, told.whole) == (signal, number, "S1", True)
    assert (told.items, told.restricted, told.by, told.role) == (("item-2", "report"), True, "anna", "oov")
    assert (await seen(desk, number))["signals"][0]["restricted"] is None
    await kept(desk, number, signal)
    assert (await seen(desk, number))["signals"][0]["restricted"] is True
    desk.clock.pass_by(1)
    await decided(desk, number, "refused", REFUSED)
    await closed(desk, number, "refused")
    assert [one.restricted for one in await sent(desk)] == [True, False]
    waits = [one for one in await desk.rows(Outgoing, event="restricted.v1") if one.next_at > desk.clock.now()]
    assert len(waits) == 2, "it is told when the answer can no longer be taken back"
    (name,) = [one["letter"] for one in (await seen(desk, number))["letters"] if one["kind"] == "answer"]
    copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "x")
    assert "eindigt dat voor wat wij niet doen" in str(copy["paragraphs"]), "he hears it before (art. 18 lid 3)"


@pytest.mark.allowed("R-10.3")
async def test_a_restriction_is_granted_in_part_and_lifted_after_a_letter(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "restriction")
    await hears(desk, answer(desk, number, signal))
    assert await sent(desk) == [], "it is not granted by being asked"
    await decided(desk, number, "done", DONE, what="Zij heeft geen uitkering.")
    (told,) = await sent(desk)
    assert (told.whole, told.items, told.restricted) == (False, ("item-2",), True)
    await closed(desk, number, "partly")
    assert len(await sent(desk)) == 1, "the answer does not end it"
    assert (await seen(desk, number))["restricted"] is True
    assert (await desk.row(RequestRow, number)).ends_on is None, "the request stays as long"
    with pytest.raises(Conflict):
        await letter(desk, number, "lifting")
    await desk.decide(number, "request-lift", "lifted", fields={"toAsker": "Het is nagekeken."})
    assert len(await sent(desk)) == 1
    today = calendar_date(desk.clock.now())
    fields = {"letter": await letter(desk, number, "lifting"), "liftToldOn": today.isoformat()}
    desk.clock.pass_by(1)
    done = await desk.decide(number, "request-lift-told", "sent", fields=fields)
    assert [one.restricted for one in await sent(desk)] == [True, False]
    assert (await seen(desk, number))["restricted"] is False
    assert (await desk.row(RequestRow, number)).ends_on > today + timedelta(days=4 * 365)
    # Taken back, it holds as it did, and nobody was told.
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(done)).id)
    assert [one.restricted for one in await sent(desk)] == [True]
    assert (await desk.row(RequestRow, number)).ends_on is None


@pytest.mark.refused("R-10.3")
async def test_nothing_is_lifted_without_its_letter_or_where_nothing_is_restricted(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "restriction")
    await hears(desk, answer(desk, number, signal))
    await decided(desk, number, "done", DONE)
    with pytest.raises(Conflict):
        await desk.decide(number, "request-lift", "lifted", fields={"toAsker": "Het is nagekeken."})
    (*_, told) = await sent(desk)
    assert (told.whole, told.items) == (True, ("item-2", "report"))
    await closed(desk, number, "granted")
    today = calendar_date(desk.clock.now()).isoformat()
    wrong = {"letter": (await seen(desk, number))["letters"][-1]["letter"], "liftToldOn": today}
    with pytest.raises(Invalid):
        await desk.decide(number, "request-lift-told", "sent", fields=wrong)
    await desk.decide(number, "request-lift", "lifted", fields={"toAsker": "Het is nagekeken."})
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "request-lift-told", "sent", fields=wrong)
    assert [one.code for one in refused.value.faults] == ["lifting-letter-was-made"]
    assert all(one.restricted for one in await sent(desk))
    other = await requested(desk)
    await told_of_rights(desk, other)
    await identified(desk, other)
    await searched(desk, other)
    await closed(desk, other, "nothing")
    with pytest.raises(Invalid) as refused:
        await desk.decide(other, "request-lift", "lifted", fields={"toAsker": "x"})
    assert [one.code for one in refused.value.faults] == ["something-is-restricted"]


@pytest.mark.allowed("R-10.4")
async def test_an_objection_keeps_what_it_is_about_until_it_is_answered(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "objection")
    assert await procedures(desk) == [(signal, True)], "from the moment that its holder is asked"
    await hears(desk, answer(desk, number, signal))
    assert (await sent(desk))[-1].restricted
    await RequestRestricting(desk.engine).repeat()
    assert await procedures(desk) == [(signal, True)] * 2, "what somebody takes away there comes back"
    desk.clock.pass_by(1)
    await decided(desk, number, "refused", REFUSED)
    await closed(desk, number, "refused")
    assert (await procedures(desk))[-1] == (signal, False)
    assert not (await sent(desk))[-1].restricted
    desk.clock.pass_by(WINDOW + 1)
    # A bezwaar against that answer is about the same.
    bezwaar = await requested(desk, kind="bezwaar", against=number, asks="Het is niet goed gewogen.")
    assert (await procedures(desk)).count((signal, True)) == 3
    await identified(desk, bezwaar, "established-objector")
    fields = {"withdrawnOn": calendar_date(desk.clock.now()).isoformat(), "how": "paper"}
    await desk.decide(bezwaar, "request-withdrawn", "withdrawn", fields=fields)
    assert (await procedures(desk))[-1] == (signal, False)


@pytest.mark.refused("R-10.4")
async def test_what_is_not_about_him_is_free_again(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "objection")
    await hears(desk, answer(desk, number, signal))
    await kept(desk, number, signal)
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    desk.clock.pass_by(1)
    nobody = answer(desk, number, signal, found=False, subject=None, person=None, items=(), uses=())
    await hears(desk, nobody)
    assert [one.restricted for one in await sent(desk)] == [True, False]
    assert (await procedures(desk))[-1] == (signal, False)
    desk, number, signal = await put_before(desk_of, "access")
    await hears(desk, answer(desk, number, signal))
    assert [one for one in await sent(desk) if one.request == number] == [], "to ask what there is restricts nothing"


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_it_goes_after_the_signal_and_only_its_holder_says_that_it_holds(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of, "objection")
    await hears(desk, answer(desk, number, signal))
    with pytest.raises(CannotSucceed):
        await kept(desk, number, signal, "casework")
    desk.clock.pass_by(1)
    await kept(desk, number, signal, done=False, restricted=False, holder="sources")
    rows = await desk.rows(Outgoing, event="restricted.v1")
    assert sorted(one.addressee for one in rows) == ["assessment", "export", "sources"]
    await kept(desk, number, signal, "sources")
    assert (await seen(desk, number))["signals"][0]["restricted"] is True
    await kept(desk, number, signal, "sources", done=False, restricted=False, holder="retention")
    assert (await seen(desk, number))["signals"][0]["holder"] == "retention"
    assert len(await desk.rows(Outgoing, event="restricted.v1")) == 3, "there it is only kept"
    forged = AskedSignal(
        request=number,
        signal=signal_number(random_seed()),
        holder="casework",
        state="answered",
        asked_by="anna",
        asked_at=desk.clock.now(),
        found=True,
        subject="S1",
    )
    async with desk.platform.database.transaction() as session:
        session.add(forged)
    with pytest.raises(NotBelieved):
        await kept(desk, number, forged.signal, "casework")
    with pytest.raises(NotBelieved):
        await seen(desk, number)
