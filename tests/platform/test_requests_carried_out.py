"""The request shows which holder carried out what was granted, and nothing is lifted while one has not (AVG 16, 17 and 19; R-10.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.rights.carrying_out import CarryingOut
from services.rights.request_letters import RequestLetters
from services.rights.store import AskedSignal
from shared.clock import calendar_date
from shared.contracts.acts import CarriedOut, ReceiverTold, Restricted, ThingDone
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, Invalid, NotBelieved
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.requested import letter
from tests.platform.test_holders_asked import answer, hears, seen
from tests.platform.test_requests_restricting import DONE, closed, decided, kept, put_before, sent

LIFT = {"toAsker": "Het is verbeterd."}
WHAT = ("item-2", "report", "person")


async def granted(desk_of: DeskOf, kind: str = "rectification") -> tuple[Desk, str, str]:
    """Everything that was found was granted, and the answer has gone."""
    desk, number, signal = await put_before(desk_of, kind)
    await hears(desk, answer(desk, number, signal))
    desk.clock.pass_by(1)
    await decided(desk, number, "done", DONE)
    await closed(desk, number, "granted")
    # Its holder hears it when it can no longer be taken back.
    desk.clock.pass_by(WINDOW + 1)
    return desk, number, signal


async def said(desk: Desk, number: str, signal: str, producer: str = "assessment", **more: Any) -> None:
    things = more.pop("things", WHAT)
    facts: dict[str, Any] = {
        "kind": "rectification",
        "done": tuple(ThingDone(thing=one, done="corrected") for one in things),
        "at": desk.clock.now(),
    }
    told = CarriedOut(number=signal, request=number, **facts | more)
    await desk.hears(CarryingOut(desk.engine).said, told, producer)


async def refused(desk: Desk, number: str) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, "request-lift", "lifted", fields=LIFT)
    return [(one.code, one.reason) for one in wrong.value.faults]


async def row(desk: Desk, number: str) -> dict[str, Any]:
    return dict((await seen(desk, number))["signals"][0])


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_nothing_is_lifted_before_its_holder_says_that_it_was_done(desk_of: DeskOf) -> None:
    desk, number, signal = await granted(desk_of)
    (*_, last) = await sent(desk)
    assert (last.whole, last.items, last.granted) == (True, ("item-2", "report"), "rectification")
    assert (await row(desk, number))["carriedOut"] is False
    (fault,) = await refused(desk, number)
    assert fault[0] == "not-carried-out"
    assert signal in fault[1]
    # A part of it is not all of it, nor is it what was said of another kind.
    await said(desk, number, signal, things=("item-2",))
    assert (await row(desk, number))["carriedOut"] is False
    desk.clock.pass_by(1)
    await said(desk, number, signal, kind="erasure")
    assert len(await refused(desk, number)) == 1
    desk.clock.pass_by(1)
    today = calendar_date(desk.clock.now())
    await said(desk, number, signal, told=(ReceiverTold(receiver="wonen", on=today), ReceiverTold(receiver="politie")))
    # One that was overtaken changes nothing.
    await said(desk, number, signal, things=(), at=desk.clock.now() - timedelta(hours=1))
    shown = await row(desk, number)
    assert shown["carriedOut"] is True
    assert {one["thing"] for one in shown["carriedOutThings"]} == set(WHAT)
    assert [one["receiver"] for one in shown["receiversTold"]] == ["wonen", "politie"]
    # Of two that say the same decision the later holds, in whichever order they come.
    at, (first, other) = desk.clock.now(), (None, today)
    for minutes, confirmed in ((2, other), (1, first)):
        told = (ReceiverTold(receiver="wonen", on=today, confirmed=confirmed), ReceiverTold(receiver="politie"))
        await said(desk, number, signal, told=told, at=at, known_at=at + timedelta(minutes=minutes))
    shown = await row(desk, number)
    assert [one["confirmed"] for one in shown["receiversTold"]] == [today.isoformat(), None]
    await desk.decide(number, "request-lift", "lifted", fields=LIFT)
    name = await letter(desk, number, "lifting")
    copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "x")
    said_of = str(copy["paragraphs"])
    assert "onderdelen van de gemeente" in said_of, "who was told stands in the letter (art. 19 AVG)"
    assert "partners" not in said_of, "and nobody who could not be told"


@pytest.mark.allowed("R-10.3")
async def test_an_erasure_waits_too_and_a_restriction_waits_for_nobody(desk_of: DeskOf) -> None:
    desk, number, signal = await granted(desk_of, "erasure")
    assert (await sent(desk))[-1].granted == "erasure"
    assert [one[0] for one in await refused(desk, number)] == ["not-carried-out"]
    await said(desk, number, signal, kind="erasure")
    await desk.decide(number, "request-lift", "lifted", fields=LIFT)
    desk, number, signal = await granted(desk_of, "restriction")
    assert (await row(desk, number))["carriedOut"] is None
    await desk.decide(number, "request-lift", "lifted", fields=LIFT)


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_only_who_is_known_to_have_the_file_is_believed(desk_of: DeskOf) -> None:
    desk, number, signal = await granted(desk_of)
    with pytest.raises(CannotSucceed):
        await said(desk, number, signal, "export")
    before = len(await desk.rows(Outgoing, event="restricted.v1"))
    await said(desk, number, signal, "casework")
    assert (await row(desk, number))["carriedOut"] is False
    rows = await desk.rows(Outgoing, event="restricted.v1")
    assert len(rows) == before + 1
    again = max(rows, key=lambda one: one.next_at)
    assert (again.addressee, Restricted.model_validate_json(again.body or b"").granted) == (
        "assessment",
        "rectification",
    )
    # Its holder says where it went, and who has it now says it anew.
    await kept(desk, number, signal, done=False, restricted=False, holder="casework")
    await said(desk, number, signal, "casework")
    assert (await row(desk, number))["carriedOut"] is True
    # Sealed, nobody carries it out any more, and nobody uses it.
    desk, number, signal = await granted(desk_of)
    await kept(desk, number, signal, done=False, restricted=False, holder="retention")
    await desk.decide(number, "request-lift", "lifted", fields=LIFT)


@pytest.mark.refused("R-10.3")
async def test_a_row_that_somebody_changes_or_inserts_marks_nothing(desk_of: DeskOf) -> None:
    desk, number, signal = await granted(desk_of)
    async with desk.platform.database.transaction() as session:
        found = await session.get(AskedSignal, (number, signal))
        assert found
        found.carried_out = CarriedOut(
            number=signal,
            request=number,
            kind="rectification",
            done=tuple(ThingDone(thing=one, done="corrected") for one in WHAT),
            at=desk.clock.now(),
        ).model_dump(mode="json")
    with pytest.raises(NotBelieved):
        await desk.decide(number, "request-lift", "lifted", fields=LIFT)
