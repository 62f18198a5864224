"""What was granted on a request waits until it was carried out, and what counts as that (AVG 16, 17 and 19; R-10.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.protocol.carrying_out import CARRIED_OUT, OnRecord, granted, not_carried_out, to_carry_out
from shared.protocol.conditions.carrying_out import what_was_done
from shared.protocol.facts import Facts, Grant, Item, Taken
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.model import State
from shared.protocol.open_now import open_decisions
from shared.protocol.requests_lifting import is_granted
from shared.protocol.restricting import RESTRICTING, restricted, restrictions
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, REQUEST

ITEMS = (Item("report", "report"), Item("item-1", "bag", "S1"), Item("item-2", "bag", "O1"))
SAID = {"whatWasDone": "Nagelopen en rechtgezet."}
FRESH = replace(KNOWN, decisions=(), items=ITEMS, subjects=("S1", "S2"))


def grant(kind: str, *things: str, subject: str = "S1") -> Grant:
    return Grant(REQUEST, kind, subject, things)


def tried(one: Grant, known: Facts, statement: str = "", state: State = State.WEGING_1) -> list[str]:
    """By which conditions it is refused; nothing: it is not."""
    fields = SAID | ({"statement": statement} if statement else {})
    attempt = Attempt(CARRIED_OUT, "done", "Gedaan.", fields, about=(REQUEST,))
    facts = replace(known, granted={REQUEST: one})
    found = judge(MIDDEN_DELFLAND, state, attempt, frozenset({"oov"}), facts)
    return [each.code for each in found.faults] if isinstance(found, Refused) else []


def put_right(known: Facts, outcome: str, thing: str, instead: str = "") -> Facts:
    gone = next(one for one in known.items if one.name == thing)
    new = (replace(gone, name=instead, corrects=thing),) if instead else ()
    decided = Taken("rectify", outcome, (thing, *((instead,) if instead else ())))
    return replace(
        known,
        items=(*(one for one in known.items if one.name != thing), *new),
        superseded=(*known.superseded, gone),
        decisions=(*known.decisions, decided),
    )


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
def test_a_correction_is_carried_out_when_each_item_was_put_right() -> None:
    one = grant("rectification", "item-1", "item-2")
    assert tried(one, FRESH) == ["granted-is-put-right"]
    half = put_right(FRESH, "corrected", "item-1", "item-3")
    assert tried(one, half) == ["granted-is-put-right"]
    whole = put_right(half, "withdrawn", "item-2")
    assert tried(one, whole) == []
    known = [what_was_done(whole, one, thing) for thing in one.things]
    assert known == ["corrected", "withdrawn"]


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
def test_an_erasure_is_carried_out_when_nothing_stands_in_its_place() -> None:
    one = grant("erasure", "item-1")
    corrected = put_right(FRESH, "corrected", "item-1", "item-3")
    assert tried(one, corrected) == ["granted-is-put-right"], "what stands in its place says it too"
    twice = put_right(corrected, "corrected", "item-3", "item-4")
    assert tried(one, twice) == ["granted-is-put-right"]
    gone = put_right(twice, "withdrawn", "item-4")
    assert tried(one, gone) == []
    assert what_was_done(gone, one, "item-1") == "withdrawn"


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
def test_what_cannot_change_has_a_statement_and_is_erased_with_the_person_only() -> None:
    stays = grant("rectification", "report", "person")
    assert tried(stays, FRESH) == ["what-stays-has-a-statement"]
    assert tried(stays, FRESH, "De schuur is niet van hem.") == []
    assert what_was_done(FRESH, stays, "report") == "stated"
    erased = replace(stays, kind="erasure")
    assert tried(erased, FRESH, "De schuur is niet van hem.") == ["granted-is-put-right"], "that is no erasure"
    out = replace(FRESH, subjects=("S2",), left_out=("S1",), decisions=(Taken("not-concerned", "taken-out", ("S1",)),))
    assert tried(erased, out) == []
    assert what_was_done(out, erased, "person") == "taken-out"
    # Who was named twice is known by one name: as who he is, that is a correction, and no erasure.
    same = replace(FRESH, subjects=("S2",), same={"S1": "S2"})
    assert tried(grant("rectification", "person"), same) == []
    assert tried(grant("erasure", "person"), same) == ["granted-is-put-right"]


@pytest.mark.refused("R-10.3")
def test_it_is_about_a_request_that_waits_here() -> None:
    done = put_right(FRESH, "withdrawn", "item-1")
    assert tried(replace(grant("rectification", "item-1"), request="V-AAAAA-AAAAA"), done) == []
    facts = replace(done, granted={})
    attempt = Attempt(CARRIED_OUT, "done", "Gedaan.", SAID, about=(REQUEST,))
    found = judge(MIDDEN_DELFLAND, State.WEGING_1, attempt, frozenset({"oov"}), facts)
    assert isinstance(found, Refused)
    assert [one.code for one in found.faults] == ["about-unknown"]
    waiting = replace(facts, granted={REQUEST: grant("rectification", "item-1")})
    assert isinstance(judge(MIDDEN_DELFLAND, State.WEGING_1, attempt, frozenset({"oov"}), waiting), Allowed)
    for role in ("fg", "beheerder", "privacy-officer"):
        refused = judge(MIDDEN_DELFLAND, State.WEGING_1, attempt, frozenset({role}), waiting)
        assert isinstance(refused, Refused)
        assert refused.kind == "role"


def said(outcome: str, version: int, *things: str) -> OnRecord:
    return OnRecord(RESTRICTING, outcome, (REQUEST, "S1", *things), version)


DONE = OnRecord(CARRIED_OUT, "done", (REQUEST,), 5)
FIRST = said("granted-rectification", 4, "item-1")


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
@pytest.mark.parametrize(
    ("records", "waits"),
    [
        ((), ()),
        ((said("restricted", 4, "item-1"),), ()),
        ((said("restricted-in-part", 4, "item-1"),), ()),
        ((FIRST,), ("item-1",)),
        ((FIRST, DONE), ()),
        # What was said before anything was granted says nothing of it, however it is dated.
        ((DONE, said("granted-rectification", 5, "item-1")), ("item-1",)),
        ((FIRST, DONE, said("granted-rectification", 5, "item-1", "item-2")), ("item-1", "item-2")),
        ((FIRST, said("granted-rectification", 5, "item-2"), DONE), ("item-2",)),
        # The same, said once more, is what was carried out.
        ((FIRST, DONE, said("granted-rectification", 6, "item-1")), ()),
        ((FIRST, DONE, said("granted-erasure", 6, "item-1")), ("item-1",)),
        ((FIRST, said("lifted", 4)), ()),
    ],
)
def test_it_waits_until_it_was_said_of_what_was_granted(records: tuple[OnRecord, ...], waits: tuple[str, ...]) -> None:
    found = to_carry_out(records)
    assert tuple(one for each in found.values() for one in each.things) == waits


@pytest.mark.allowed("R-10.3")
def test_what_is_granted_is_restricted_as_before() -> None:
    holding = restrictions([("granted-erasure", (REQUEST, "S1", "person", "item-2"))])
    found = restricted(holding, {"item-1": {"S1"}, "item-2": set()}, lambda code: code)
    assert found == dict.fromkeys(("S1", "item-1", "item-2"), REQUEST), "who he is was granted, so he is restricted"
    assert granted([said("granted-erasure", 1, "person")])[REQUEST].things == ("person",)


SENT, GRANTED = Taken("request-answer-sent", "sent"), Taken("request-item", "done", ("item-2",))


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
@pytest.mark.parametrize(
    ("kind", "taken", "as_what"),
    [
        ("rectification", (GRANTED, SENT), "rectification"),
        ("erasure", (GRANTED, SENT), "erasure"),
        ("erasure", (GRANTED,), ""),
        ("erasure", (SENT,), ""),
        ("restriction", (GRANTED, SENT), ""),
        ("objection", (GRANTED, SENT), ""),
        ("access", (SENT,), ""),
    ],
)
def test_what_waits_is_a_correction_or_erasure_that_was_answered(kind: str, taken: Any, as_what: str) -> None:
    assert is_granted(kind, taken) == as_what


def test_the_signals_are_named() -> None:
    assert not_carried_out(()) == []
    (fault,) = not_carried_out(("S-7K3MQ-9XD4T",))
    assert "S-7K3MQ-9XD4T" in fault.reason


def test_of_a_signal_without_a_request_nothing_is_said_of_requests() -> None:
    offered = {one.rule.key for one in open_decisions(MIDDEN_DELFLAND, State.EXECUTION, replace(KNOWN, granted={}))}
    assert "rectify" in offered
    assert CARRIED_OUT not in offered
    waiting = {
        one.rule.key
        for one in open_decisions(
            MIDDEN_DELFLAND, State.EXECUTION, replace(KNOWN, granted={REQUEST: grant("rectification", "item-2")})
        )
    }
    assert CARRIED_OUT in waiting
