"""What can be done besides deciding is described with all that it takes: sent as it is described, it is done."""

from __future__ import annotations

from typing import Any

import pytest

from shared.engine.actions import Doing, actions_of
from shared.engine.given import Given, Possible
from shared.engine.joining import with_others
from shared.engine.tables import Dossier
from shared.errors import Invalid, NotFound
from shared.http.clusters import ClusterIn, JoinIn
from shared.http.open_now import OpenAction, described
from shared.http.taking import DecisionIn, given
from shared.identity import Person
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_clusters import barn
from tests.platform.test_standing_back import BRAM

WHY = "Zo is het nagegaan."


async def offered(desk: Desk, number: str, person: Person = ANNA) -> dict[str, Possible]:
    return {one.name: one for one in (await desk.engine.showing.open_decisions(number, person)).actions}


async def action(desk: Desk, number: str, name: str, person: Person = ANNA) -> OpenAction:
    found = described(await desk.engine.showing.open_decisions(number, person)).actions
    return next(one for one in found if one.name == name)


def body(one: OpenAction, **filled: Any) -> dict[str, Any]:
    """As somebody sends it who fills in what is asked, and nothing else."""
    assert set(filled) == set(one.fields["required"]) == set(one.fields["properties"])
    return {**one.given, **filled}


def decided(one: OpenAction, **filled: Any) -> Given:
    """As the interface reads it."""
    sent = DecisionIn.model_validate(body(one, **filled))
    return given(sent, sent.expected_version)


@pytest.mark.allowed("R-T.24")
@pytest.mark.refused("R-T.24")
async def test_a_signal_is_closed_to_somebody_and_opened_by_another(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    await desk.designates(BRAM)
    assert Doing.OPEN not in await offered(desk, number)
    close = await action(desk, number, Doing.CLOSE)
    assert (close.path, close.article) == ("decisions", "art. 2:4 Awb")
    await desk.engine.deciding.decide(number, ANNA, decided(close, about=["bram"], reason=WHY))
    with pytest.raises(NotFound):
        await offered(desk, number, BRAM)
    reopen = await action(desk, number, Doing.OPEN)
    (about,) = reopen.fields["properties"]["about"]["items"]["oneOf"]
    assert about["const"] == "bram"
    await desk.engine.deciding.decide(number, ANNA, decided(reopen, about=["bram"], reason=WHY))
    assert Doing.CLOSE in await offered(desk, number, BRAM)
    assert Doing.OPEN not in await offered(desk, number, BRAM), "nobody opens it for himself"


@pytest.mark.allowed("R-D.13")
@pytest.mark.refused("R-D.13")
async def test_a_signal_joins_others_by_their_numbers_and_leaves(desk_of: DeskOf) -> None:
    """Who joins one with a signal that is in a cluster joins that cluster; what he may not see is as what is not there."""
    desk = await desk_of("assessment")
    one, two, three = await barn(desk)

    async def join(number: str, *others: str) -> str:
        sent = JoinIn.model_validate(body(await action(desk, number, Doing.JOIN), others=list(others), reason=WHY))
        named = await with_others(desk.engine.showing, ANNA, number, sent.expected_version, sent.others)
        return (await desk.engine.clusters.join(ANNA, named, sent.reason, sent.special_grounds)).number

    cluster = await join(one, two)
    assert await join(three, two) == cluster, "it went along whole"
    assert {(await desk.row(Dossier, each)).cluster for each in (one, two, three)} == {cluster}
    split = await action(desk, one, Doing.SPLIT)
    assert split.path == f"/v1/clusters/{cluster}/splits"
    out = ClusterIn.model_validate(body(split, reason=WHY))
    members = await with_others(desk.engine.showing, ANNA, one, out.members[0].expected_version, ())
    await desk.engine.clusters.split(ANNA, cluster, members[:1], out.reason, {})
    assert Doing.SPLIT not in await offered(desk, one)
    absent = "S-00000-00000"
    close = await action(desk, two, Doing.CLOSE)
    await desk.engine.deciding.decide(two, ANNA, decided(close, about=["anna"], reason=WHY))
    for hidden in (absent, two):
        with pytest.raises(Invalid) as refused:
            await join(one, hidden)
        assert {("members.1", "not-here")} <= {(fault.field, fault.code) for fault in refused.value.faults}


async def test_who_only_watches_is_offered_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    loaded = await desk.engine.parts.loader.load(number)
    assert actions_of(desk.engine.policy, loaded, Person("frits", frozenset({"fg"})), ()) == []
    assert await offered(desk, number, ANNA)
