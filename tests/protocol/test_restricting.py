"""What follows from the records of a restriction, and what it refuses (AVG 18 lid 2; R-10.3)."""

from __future__ import annotations

from datetime import date

import pytest

from shared.protocol.conditions.approach import cells, shareable, usable
from shared.protocol.conditions.rectifying import rectifiable
from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.judge import missing
from shared.protocol.requests_lifting import InForce, holds_up, in_force
from shared.protocol.restricting import restricted, restrictions
from tests.protocol.laws import MIDDEN_DELFLAND

V, W = "V-7K3MQ-9XD4T", "V-AAAAA-AAAAA"
CONCERNS = {"report": {"S1", "S2"}, "item-1": {"S1"}, "item-2": {"S2"}, "item-3": set[str](), "item-4": {"S1", "S2"}}


def follows(*records: tuple[str, tuple[str, ...]], same: str = "") -> dict[str, str]:
    return restricted(restrictions(records), CONCERNS, lambda code: "S2" if code == same else code)


@pytest.mark.allowed("R-10.3")
def test_what_is_about_nobody_else_is_restricted_with_him() -> None:
    assert follows(("restricted", (V, "S2"))) == {"S2": V, "item-2": V}
    assert follows(("restricted", (V, "S2", "item-3"))) == {"S2": V, "item-2": V, "item-3": V}
    assert follows(("restricted", (V, "S3")), same="S3") == {"S2": V, "item-2": V}, "who was named twice is one"
    both = follows(("restricted", (V, "S2")), ("restricted", (W, "S1")))
    assert set(both) == {"S1", "S2", "report", "item-1", "item-2", "item-4"}


@pytest.mark.allowed("R-10.3")
def test_a_part_is_that_part_and_what_cannot_be_kept_apart_is_the_person() -> None:
    assert follows(("restricted-in-part", (V, "S2", "item-2"))) == {"item-2": V}
    assert follows(("restricted-in-part", (V, "S2", "item-4"))) == {"S2": V, "item-2": V}


@pytest.mark.refused("R-10.3")
def test_the_last_of_a_request_counts_and_each_request_ends_its_own() -> None:
    first, second = ("restricted", (V, "S2")), ("restricted", (W, "S2"))
    assert follows(first, ("lifted", (V, "S2"))) == {}
    assert follows(first, second, ("lifted", (V, "S2"))) == {"S2": W, "item-2": W}
    assert follows(first, ("restricted-in-part", (V, "S2", "item-2"))) == {"item-2": V}


@pytest.mark.refused("R-10.3", "R-10.4")
def test_what_was_allowed_before_counts_no_more_and_can_be_put_right() -> None:
    items = (
        Item("item-1", "bag", "S1"),
        Item("item-2", "bag", "S2"),
        Item("item-5", "intervention", "O1", {"subjects": ["S1", "S2"]}),
        Item("item-6", "intervention", "O1", {"subjects": ["S1"]}),
    )
    taken = tuple(Taken("check-2a", "may", (one, "wonen")) for one in ("item-1", "item-2"))
    facts = Facts(
        date(2026, 1, 2), items=items, decisions=taken, subjects=("S1", "S2"), restricted={"S2": V, "item-2": V}
    )
    assert shareable(facts) == ("item-1",)
    assert cells(facts, "check-2a", "may") == {("item-1", "wonen")}
    assert list(usable(facts)) == ["item-6"], "an intervention on both is one on him"
    assert "item-2" in rectifiable(facts)


@pytest.mark.refused("R-10.3")
def test_what_was_proposed_before_is_judged_again_when_it_is_confirmed() -> None:
    """By the same function, and by who has not the file without the number of the request."""
    items = (Item("item-2", "bag", "S2"), Item("item-5", "intervention", "O1", {"subjects": ["S2"]}))
    facts = Facts(date(2026, 1, 2), items=items, subjects=("S1", "S2"), restricted={"S2": V, "item-2": V})

    def said(key: str, outcome: str, *about: str) -> list[str]:
        rule = MIDDEN_DELFLAND.decision(key)
        assert rule
        answer = rule.outcome(outcome)
        assert answer
        found = missing(MIDDEN_DELFLAND, rule, answer, facts, about, {})
        return [one.reason for one in found if one.code == "restricted"]

    assert V in said("check-2a", "may", "item-2", "wonen")[0]
    assert said("check-2a", "may", "item-9", "wonen") == []
    assert said("execution", "dropped", "item-5") == said("rectify", "withdrawn", "item-2") == []
    (progress,) = said("progress", MIDDEN_DELFLAND.decision("progress").outcomes[0].key, "item-5")  # type: ignore[union-attr]
    assert "S2 is afgeschermd" in progress
    assert V not in progress


DONE, REFUSED = Taken("request-item", "done", ("found-1",)), Taken("request-item", "refused", ("found-2",))
SENT, LIFTED, BACK = (
    Taken("request-answer-sent", "sent"),
    Taken("request-lift-told", "sent"),
    Taken("request-withdrawn", "x"),
)
SOME = InForce(everything=False, found=frozenset({"found-1"}))
ALL = InForce(everything=True)


@pytest.mark.allowed("R-10.3", "R-10.4")
@pytest.mark.parametrize(
    ("kind", "taken", "holds"),
    [
        ("rectification", (), ALL),
        ("objection", (DONE,), ALL),
        ("rectification", (REFUSED, SENT), None),
        ("rectification", (DONE, REFUSED, SENT), SOME),
        ("objection", (BACK,), None),
        ("restriction", (), None),
        ("restriction", (DONE,), SOME),
        ("restriction", (DONE, Taken("request-item", "refused", ("found-1",))), None),
        ("erasure", (DONE, SENT), SOME),
        ("erasure", (DONE, SENT, LIFTED), None),
        ("access", (Taken("request-item", "given", ("found-1",)),), None),
        ("bezwaar", (), None),
    ],
)
def test_what_is_in_force_follows_from_the_decisions(
    kind: str, taken: tuple[Taken, ...], holds: InForce | None
) -> None:
    assert in_force(kind, taken) == holds


@pytest.mark.allowed("R-10.4")
def test_an_objection_and_a_bezwaar_hold_up_until_they_are_answered() -> None:
    for kind in ("objection", "bezwaar"):
        assert holds_up(kind, ())
        assert not holds_up(kind, (SENT,))
        assert not holds_up(kind, (BACK,))
    assert not holds_up("access", ())
