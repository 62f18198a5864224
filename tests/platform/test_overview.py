"""A page of a dossier is one answer: what may be seen of it, what can be decided now and what was, of one moment."""

from __future__ import annotations

import pytest

from services.assessment.policy import AssessmentPolicy
from services.casework.policy import CaseworkPolicy
from services.rights.policy import RightsPolicy
from services.sources.policy import SourcesPolicy
from shared.database.tables import Audit
from shared.engine.policy import Policy
from shared.engine.tables import Dossier
from shared.errors import Forbidden
from shared.http.decisions import shown
from shared.http.open_now import described
from shared.identity import Person
from shared.protocol.model import Law, State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_engine import TASK
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND


async def lines(desk: Desk, number: str) -> list[tuple[str, str]]:
    found = [one.entry for one in await desk.rows(Audit)]
    return sorted((one["action"], one["reason"]) for one in found if one["record"] == number and one["actor"] == "anna")


async def test_it_says_what_the_three_say_and_costs_what_one_does(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    await desk.decide(number, "weging-2a", "task", fields=TASK)
    showing, before = desk.engine.showing, len(await lines(desk, number))
    costs = desk.counted()
    found = await showing.overview(number, ANNA, "weging")
    assert len(costs.calls) == 1, "its room is opened once"
    assert costs.transactions == 1, "both looks are written together"
    reads = [one for one in costs.statements if one.startswith("SELECT to_jsonb(head)")]
    assert len(reads) == 1
    assert (await lines(desk, number))[-2:] == [("decisions read", "weging"), ("signal opened", "weging")]
    assert len(await lines(desk, number)) == before + 2
    assert found.shown == await showing.view(number, ANNA, "weging")
    assert described(found.open) == described(await showing.open_decisions(number, ANNA))
    assert [shown(one) for one in found.decisions] == [
        shown(one) for one in await showing.decisions(number, ANNA, "weging")
    ]
    assert found.decisions[0].words is not None


async def test_of_what_is_on_its_way_it_says_where_it_goes(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    row = await desk.row(Dossier, number)
    row.handing_over_since, row.handed_to = desk.clock.now(), "sources"
    await desk.add(row)
    await desk.believe(number)
    found = await desk.engine.showing.overview(number, ANNA, "weging")
    assert found.shown["destination"] == "sources"
    assert "report" not in found.shown
    assert (found.open.decisions, found.open.records) == ((), ())
    assert [one[0] for one in await lines(desk, number)] == ["decisions read"], "nothing of it was opened"


@pytest.mark.parametrize("state", [State.CLOSED, State.WEGING_2A])
async def test_it_is_for_who_may_see_the_dossier(desk_of: DeskOf, state: State) -> None:
    """A closed case is opened for nobody, and nothing for who watches only (art. 9 lid 2)."""
    desk = await desk_of("casework" if state == State.CLOSED else "assessment")
    number = await desk.arrives(state)
    person = ANNA if state == State.CLOSED else Person("fg-1", frozenset({"fg"}))
    with pytest.raises(Forbidden):
        await desk.engine.showing.overview(number, person, "weging")
    assert await lines(desk, number) == []


@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE])
@pytest.mark.parametrize("policy", [AssessmentPolicy(), SourcesPolicy(), CaseworkPolicy()])
def test_who_opens_a_signal_may_see_its_duties(policy: Policy, law: Law) -> None:
    """The page of a signal asks for them: to ask for who may not would be a refusal in the audit trail at every look."""
    assert policy.readers(law) <= RightsPolicy().roles(law)
