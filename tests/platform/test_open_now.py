"""Taking back is an action with a name and a time; what can be decided is told with what is missing."""

from __future__ import annotations

from datetime import timedelta

from shared.engine.given import Open, Withdrawable
from shared.http.open_now import described
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.test_engine import TASK


async def now(desk: Desk, number: str) -> Open:
    return await desk.engine.showing.open_decisions(number, ANNA)


async def withdrawals(desk: Desk, number: str) -> tuple[Withdrawable, ...]:
    return tuple(one.about for one in (await now(desk, number)).actions if isinstance(one.about, Withdrawable))


async def test_withdraw_is_offered_with_its_name_until_it_cannot_be_done(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    assert await withdrawals(desk, number) == ()
    taken = await desk.decision(await desk.decide(number, "weging-2a", "task", fields=TASK))
    (action,) = [one for one in described(await now(desk, number)).actions if one.until]
    assert described(await now(desk, number)).allowed is None, "before phase 4 nothing waits for check 2A"
    assert (action.name, action.decision, action.by) == ("withdraw", taken.id, "anna")
    assert action.until == taken.effective_at == desk.clock.now() + timedelta(seconds=WINDOW)
    assert "taak" in (action.says or "")
    desk.clock.pass_by(WINDOW)
    assert await withdrawals(desk, number) == ()


async def test_what_ended_it_is_offered_too_and_what_was_recorded_since_ends_it(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    await desk.decide(number, "weging-2a", "task", fields=TASK)
    await desk.record(number, "indication", "O1", "Er komen busjes.")
    assert await withdrawals(desk, number) == (), "something rests on it"
    await desk.decide(number, "weging-2b", "inside", fields={"area": "O1"})
    (action,) = await withdrawals(desk, number)
    assert action.decision.key == "weging-2b"
    await desk.decide(number, "withdrawal", confirms=action.decision.id)
    assert await withdrawals(desk, number) == (), "not twice, and not what came before it"


async def test_what_is_missing_is_read_from_the_room(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    number = await desk.arrives(State.SOURCE_LIST)
    await desk.decide(number, "source-list", "listed", fields={"sources": ["horeca-permits"]})
    found = {one.key: one for one in described(await now(desk, number)).decisions}
    assert list(found["check-1"].choices[0]) == ["horeca-permits"]
    assert not found["check-1-done"].can_be_taken
    assert found["check-1-done"].missing
    duty = await desk_of("rights")
    assert duty.engine.policy.records is False
