"""A LOT+ follows a LOT that has weighed the signal (R-D.16): partners from outside come after the municipality itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.assessment.bodies import MeetingIn, MemberIn
from services.assessment.use_cases import Meetings
from shared.clock import calendar_date
from shared.engine.given import Shown
from shared.engine.tables import Dossier, MeetingRow
from shared.errors import Conflict, Invalid
from shared.protocol.model import State
from shared.protocol.phase_2 import CRITERIA
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk

LOT = "M-lot"


async def before_a_lot(desk: Desk) -> str:
    """A signal in phase 2, on the agenda of a LOT of today with its quorum."""
    number = await desk.arrives(State.PHASE_2)
    now = desk.clock.now()
    there = ["anna", "bram", "farid"]
    desk.designated.add(("farid", "lot-member"))
    await desk.hears_access()
    await desk.add(
        MeetingRow(
            id=LOT,
            version=1,
            kind="LOT",
            held_on=calendar_date(now),
            chair="anna",
            members=[{"userId": one} for one in there],
            present=there,
            agenda=[number],
        ),
    )
    return number


async def weighed(desk: Desk, number: str, outcome: str) -> Shown:
    fields = {"waitsFor": "Het kadaster."} if outcome == "held-over" else {"criteria": dict.fromkeys(CRITERIA, "Ja.")}
    return await desk.decide(number, "weging-3", outcome, fields=fields, meeting=LOT)


async def lot_plus(desk: Desk, number: str) -> None:
    """Calls a LOT+ on this signal, and puts it on the agenda of one that was called without."""
    meetings = Meetings(desk.engine)
    members = (MemberIn(user_id="farid"), MemberIn(organisation="politie"))
    given = MeetingIn(kind="LOT+", held_on=calendar_date(desk.clock.now()), members=members)
    called = await meetings.call(ANNA, given)
    refused = []
    try:
        await meetings.call(ANNA, given.model_copy(update={"agenda": (number,)}))
    except Invalid as problem:
        refused.append(problem)
    try:
        await meetings.add(ANNA, called.id, number)
    except Invalid as problem:
        refused.append(problem)
    assert len(refused) in (0, 2), "the same holds, whichever way it comes on the agenda"
    if refused:
        raise refused[0]


@pytest.mark.refused("R-D.16")
async def test_not_of_what_no_lot_has_weighed(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await before_a_lot(desk)
    with pytest.raises(Invalid, match="dat geen LOT heeft gewogen"):
        await lot_plus(desk, number)


@pytest.mark.refused("R-D.16")
async def test_not_of_what_a_lot_held_over(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await before_a_lot(desk)
    await weighed(desk, number, "held-over")
    with pytest.raises(Invalid, match="dat geen LOT heeft gewogen"):
        await lot_plus(desk, number)


@pytest.mark.refused("R-D.16")
async def test_not_of_what_a_lot_weighed_and_took_back(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await before_a_lot(desk)
    found = await weighed(desk, number, "heavy-enough")
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(found)).id)
    with pytest.raises(Invalid, match="dat geen LOT heeft gewogen"):
        await lot_plus(desk, number)


@pytest.mark.allowed("R-D.16")
async def test_of_what_a_lot_has_weighed_also_when_it_went_on(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await before_a_lot(desk)
    await weighed(desk, number, "heavy-enough")
    await lot_plus(desk, number)
    gone = await desk.arrives(State.PHASE_2)
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(Dossier, gone)
        row.left, row.handed_to = True, "sources"
    await desk.believe(gone)
    await lot_plus(desk, gone)


@pytest.mark.parametrize(
    ("present", "days", "refused"),
    [(("farid",), 0, None), (("esra",), 0, Invalid), (("farid",), 1, Conflict)],
    ids=["who is there", "who was not invited", "of tomorrow"],
)
async def test_the_chair_says_who_is_there_when_she_calls_a_meeting_of_today(
    desk_of: DeskOf, present: tuple[str, ...], days: int, refused: type[Exception] | None
) -> None:
    """One request for what is one act; what is refused is what is refused of attendance."""
    desk = await desk_of("assessment")
    await before_a_lot(desk)
    held_on = calendar_date(desk.clock.now()) + timedelta(days=days)
    members = (MemberIn(user_id="farid"),)
    given = MeetingIn(kind="LOT", held_on=held_on, members=members, present=present)
    if refused is None:
        assert (await Meetings(desk.engine).call(ANNA, given)).present == present
        return
    with pytest.raises(refused):
        await Meetings(desk.engine).call(ANNA, given)
