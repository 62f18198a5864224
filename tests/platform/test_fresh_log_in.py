"""Who destroys, lets something out or designates has shown just now who he is (R-8.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from shared.errors import Invalid, LogInAnew
from shared.identity import JUST_NOW_SECONDS, Identity, Person
from shared.protocol.model import Law
from tests.platform.conftest import DeskOf
from tests.platform.desk import MovedClock
from tests.platform.test_engine_elsewhere import BEHEERDER, offered
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND

STALE = Person("beheerder", frozenset({"beheerder"}))


class Nobody:
    async def of(self, user_id: str) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("said", "is_now"),
    [(0, True), (JUST_NOW_SECONDS - 1, True), (JUST_NOW_SECONDS, False), (None, False), ("now", False), (True, False)],
)
async def test_it_is_what_the_token_says_and_the_service_judges(said: Any, is_now: bool) -> None:
    clock = MovedClock()
    identity = Identity("oversight", cast(Any, None), clock, cast(Any, Nobody()))
    proved = clock.now() - timedelta(seconds=said) if type(said) is int else None
    claims = {"sub": "anna", "auth_time": int(proved.timestamp()) if proved else said}
    assert (await identity.person(claims)).has_just_proved is is_now
    assert not (await identity.person({"sub": "anna"})).has_just_proved


@pytest.mark.allowed("R-8.2")
@pytest.mark.refused("R-8.2")
async def test_a_destruction_is_approved_by_who_logged_in_just_now(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, "S-00000-00001")
    read = {"confirmList": listed}
    with pytest.raises(LogInAnew):
        await desk.decide(listed, "approve-destruction", "approved", STALE, fields=read)
    # What is not accepted is said first: nobody logs in anew for nothing.
    with pytest.raises(Invalid):
        await desk.decide(listed, "approve-destruction", "approved", STALE, fields={"confirmList": "iets"})
    await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields=read)


@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE], ids=lambda one: one.version)
def test_the_law_asks_it_of_what_destroys_and_of_what_goes_to_the_riec(law: Law) -> None:
    asked = {one.key for one in law.decisions if one.log_in_anew}
    assert asked == {"approve-destruction", "riec-intake", "riec-supplement"}
