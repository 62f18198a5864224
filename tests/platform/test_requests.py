"""A request of the person concerned: registered, known who asks, looked for, weighed, answered (art. 10; story 8)."""

from __future__ import annotations

import pytest

from services.rights.request_letters import RequestLetters
from shared.engine.tables import Dossier
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA
from tests.platform.requested import (
    NAME,
    agreed,
    answered,
    identified,
    recorded,
    requested,
    searched,
    set_aside,
    told_of_rights,
)


@pytest.mark.allowed("R-10.12")
async def test_a_part_is_given_and_the_rest_is_withheld_with_the_privacy_officer(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk, ago=3)
    await told_of_rights(desk, number)
    await identified(desk, number)
    given, withheld = await recorded(desk, number), await recorded(desk, number, "casework")
    await searched(desk, number)
    await desk.decide(number, "request-item", "given", about=(given,))
    await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk, "b"), about=(withheld,))
    await agreed(desk)
    await desk.decide(number, "request-weighed", "partly", fields={"toAsker": "Wij geven wat kan."})
    name = await answered(desk, number)
    assert (await desk.row(Dossier, number)).state == "request-done"
    copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "weigh")
    assert len(copy["items"]) == 1
    assert "strafbare feiten (b)" in str(copy)
    assert NAME in copy["addressee"]
