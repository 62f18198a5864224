"""Every edge of the house is in the drill of cuts, also one that comes to be tomorrow."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from deploy.drills.cut import NOT_HERE, TOGETHER, Edges, cuttable, run, waves
from deploy.drills.looks import SHOWN_AS
from deploy.drills.place import Place
from deploy.embedded.home import HouseError
from shared.asking import PORTAL, PROMETHEUS, PROVIDER, SET_UP, Asks, edges
from shared.privileges import SERVICES


def test_every_edge_is_cut_or_named_as_one_that_is_not_here() -> None:
    found = cuttable()
    assert {(one.who, one.whom) for one in found.parts} == {(one.name, part) for one in SERVICES for part in SHOWN_AS}
    assert {one.who for one in found.provider} == {PORTAL, "access"}
    left = edges() - {*found.parts, *found.pages, *found.provider}
    assert all(one.who in NOT_HERE or one.whom in NOT_HERE for one in left)
    assert all(NOT_HERE.values())


def test_a_row_that_is_added_is_cut() -> None:
    more = dataclasses.replace(SERVICES[0], name="new")
    found = cuttable(edges((*SERVICES, more)))
    assert {one.whom for one in found.parts if one.who == "new"} == set(SHOWN_AS)
    assert Asks(PORTAL, "new") in found.pages


@pytest.mark.parametrize(
    "strange",
    [Asks("intake", "assessment"), Asks(PORTAL, "openbao"), Asks("intake", "printer"), Asks("intake", PROVIDER)],
)
def test_an_edge_that_nobody_knows_how_to_cut_stops_the_drill(strange: Asks) -> None:
    with pytest.raises(HouseError, match=strange.whom):
        cuttable([*edges(), strange])


def test_a_part_that_there_is_not_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="printer"):
        run(Place(tmp_path, print, ("printer",)))


def test_what_is_not_here_is_left_out() -> None:
    assert cuttable([Asks(SET_UP, "nats"), Asks(PROMETHEUS, "intake")]) == Edges([], [], [])


def test_each_edge_is_cut_once_and_says_what_its_own_cut_did() -> None:
    parts = cuttable().parts
    found = waves(parts)
    assert sorted(one for wave in found for one in wave) == sorted(parts)
    for wave in found:
        assert len({one.who for one in wave}) == len(wave) <= TOGETHER
        assert len({one.whom for one in wave}) > 1
    assert len(found) <= len(parts) / TOGETHER + 1
