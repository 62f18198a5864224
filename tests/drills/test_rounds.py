"""Who is killed at a time, and what is told of all drills in the end."""

from __future__ import annotations

import io
import math
from pathlib import Path

from rich.console import Console

from deploy.cluster.home import SEVERAL, ClusterHome
from deploy.drills.command import DRILLS, IN_ONE, Held, table
from deploy.drills.journal import Journal, Waited
from deploy.drills.loss import EVERYTHING, OF_POSTGRES, OF_SERVICES, TOGETHER, Killed, rounds
from deploy.drills.place import Place


def test_everybody_is_killed_and_of_a_service_one_process_at_a_time() -> None:
    found = rounds(EVERYTHING)
    assert [one for some in found for one in some] == list(EVERYTHING)
    for some in found:
        services = [one.rpartition("-")[0] for one in some]
        assert len(services) == len({*services}) <= TOGETHER
        assert len(some) == 1 or {*services} <= {*SEVERAL}
    assert len([some for some in found if {*some} & {*OF_SERVICES}]) == math.ceil(len(OF_SERVICES) / TOGETHER)
    assert rounds(OF_POSTGRES) == [(one,) for one in OF_POSTGRES], "the same one twice is killed twice"
    assert rounds(("intake-1", "intake-2")) == [("intake-1",), ("intake-2",)]


def test_of_several_that_are_killed_the_door_may_cut_off_what_was_under_way() -> None:
    def killed(*names: str) -> Killed:
        return Killed(names, "", {"door": 0.1}, {"door": 2}, 2, "")

    assert not killed("assessment-1", "intake-1").faults
    assert killed("assessment-1", "oversight-1").faults


def test_what_goes_on_is_what_was_taken_since_and_decided() -> None:
    journal = Journal(waits=[Waited("carried", 1.0, 6.0, "S-1"), Waited("decision", 6.0, 7.0, "S-1")])
    assert journal.decided_since(0.5) == 1
    assert journal.decided_since(5.0) == 0, "it was under way before"
    journal.waited(Waited("carried", 5.5, 6.5, "S-2"))
    assert journal.decided_since(5.0) == 0, "it came, and nobody decided"
    journal.waited(Waited("decision", 6.5, 6.6, "S-2"))
    assert journal.decided_since(5.0) == 1


def test_a_next_drill_in_the_same_cluster_has_what_was_acknowledged_before(tmp_path: Path) -> None:
    place = Place(tmp_path, print)
    place.journal.report("S-1")
    place.figure("a figure")
    following = place.held_in(ClusterHome(tmp_path))
    assert following.journal is place.journal
    assert not following.figures
    with following.cluster() as home:
        assert home is following.running


def test_the_drills_that_share_a_cluster_are_known_and_the_one_that_leaves_another_version_is_last() -> None:
    assert {*IN_ONE} <= {*DRILLS}
    assert IN_ONE[-1] == "upgrade"


def test_the_table_has_each_drill_its_time_its_figures_and_what_was_wrong() -> None:
    told = io.StringIO()
    found = [Held("loss", 61.4, ("nats 7.4 s of 8",), ()), Held("cut", 9.0, (), ("intake.nats: [it] did not show",))]
    Console(width=120, file=told).print(table(found))
    text = told.getvalue()
    for one in ("loss", "61", "nats 7.4 s of 8", "nothing", "intake.nats: [it] did not show", "all", "70"):
        assert one in text
