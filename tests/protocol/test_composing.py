"""Papers are composed of items; in phase 4 and for a LOT+ only of what check 2A allows the members (R-T.16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.protocol.composing import CONCERNING, along_faults, fields_going, joined, may_read, paper_faults
from shared.protocol.facts import Item, Meeting, Taken
from shared.protocol.judge import possible
from shared.protocol.meetings import MEMBER
from shared.protocol.model import State
from shared.protocol.open_now import open_decisions
from shared.protocol.records import Record, judge_record
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, TODAY

MAY = tuple(Taken("check-2a", "may", ("report", to)) for to in (MEMBER, "politie"))


def facts(*decisions: Taken, kind: str = "LOT", **more: Any) -> Any:
    meetings = {"M-1": Meeting(kind, TODAY, (), ("S-1",))}
    return replace(KNOWN, decisions=decisions, meetings=meetings, **more)


def codes(state: State, known: Any, *items: str, meeting: str = "M-1") -> list[str]:
    fields = {"meeting": meeting, "items": list(items)}
    return [one.code for one in paper_faults(MIDDEN_DELFLAND, state, fields, known)]


def test_a_paper_is_for_the_meeting_to_come_with_the_signal_on_its_agenda() -> None:
    known = facts()
    assert codes(State.PHASE_2, known, "report") == []
    assert codes(State.PHASE_2, known, "report", meeting="M-2") == ["no-meeting-to-come"]
    assert codes(State.PHASE_2, replace(known, number="S-2"), "report") == ["no-meeting-to-come"]
    assert codes(State.PHASE_2, replace(known, today=TODAY + timedelta(days=1)), "report") == ["no-meeting-to-come"]


@pytest.mark.allowed("R-T.16")
def test_of_phase_2_any_item_of_the_file_and_nothing_else() -> None:
    assert codes(State.PHASE_2, facts(), "report", "item-2") == []
    for item in ("item-99", "q1", "i1", "S1"):
        assert codes(State.PHASE_2, facts(), "report", item) == ["item-unknown"], item


@pytest.mark.allowed("R-T.16")
@pytest.mark.refused("R-T.16")
def test_before_check_2a_nobody_goes_along_and_an_object_may() -> None:
    def found(state: State, known: Any, *concerning: str) -> list[str]:
        fields = {"meeting": "M-1", "items": ["report"], "concerning": list(concerning)}
        return [one.code for one in paper_faults(MIDDEN_DELFLAND, state, fields, known)]

    assert found(State.PHASE_2, facts(), "O1") == []
    assert found(State.PHASE_2, facts(), "O1", "S1") == ["persons-before-2a"]
    assert found(State.PHASE_2, facts(), "S1.name") == ["persons-before-2a"]
    assert found(State.APPROACH, facts(*MAY), "S1") == []


@pytest.mark.allowed("R-T.16", "R-20.1")
@pytest.mark.refused("R-T.16", "R-20.1")
@pytest.mark.parametrize(
    ("state", "kind"),
    [(State.APPROACH, "LOT"), (State.REWEIGHING, "LOT"), (State.APPROACH, "LOT+"), (State.PHASE_2, "LOT+")],
)
def test_of_phase_4_and_for_a_lot_plus_what_2a_allows_the_members(state: State, kind: str) -> None:
    known = facts(*MAY, kind=kind)
    assert codes(state, known, "report") == []
    assert codes(state, known, "report", "item-2") == ["not-allowed-in-2a"]
    assert codes(state, facts(MAY[1], kind=kind), "report") == ["not-allowed-in-2a"], "the police are not the members"
    no = Taken("check-2a", "may-not", ("report", MEMBER))
    assert codes(state, facts(*MAY, no, kind=kind), "report") == ["not-allowed-in-2a"], "the newest counts"


@pytest.mark.refused("R-T.16")
def test_what_is_new_gets_its_cell_first() -> None:
    items = (*KNOWN.items, Item("item-9", "bag", "O1"))
    assert codes(State.APPROACH, facts(*MAY, items=items), "item-9") == ["not-allowed-in-2a"]
    for state in (State.APPROACH, State.REWEIGHING):
        assert "check-2a" in [one.rule.key for one in open_decisions(MIDDEN_DELFLAND, state, facts(*MAY, items=items))]
    cell = Taken("check-2a", "may", ("item-9", MEMBER))
    assert codes(State.APPROACH, facts(*MAY, cell, items=items), "item-9") == []


def test_what_was_put_right_since_is_read_no_more() -> None:
    gone = facts(*MAY, items=KNOWN.items[1:], superseded=KNOWN.items[:1])
    assert may_read(State.APPROACH, "LOT", gone) == frozenset()


def test_the_members_are_a_recipient() -> None:
    assert MEMBER in possible(MIDDEN_DELFLAND, KNOWN)["recipient"]
    assert MIDDEN_DELFLAND.called(MEMBER) != MEMBER


@pytest.mark.refused("R-T.16")
def test_it_has_items_and_at_most_a_short_note() -> None:
    def wrong(finding: str | None, **fields: Any) -> list[tuple[str, str]]:
        record = Record("paper", "report", finding, None, {"meeting": "M-1", **fields})
        found = judge_record(MIDDEN_DELFLAND, State.PHASE_2, record, "oov", facts())
        return [(one.field, one.code) for one in found]

    assert wrong(None, items=["report"]) == []
    assert wrong("Graag vooraf lezen.", items=["report"], concerning=["O1"]) == []
    assert wrong("x" * 201, items=["report"]) == [("finding", "note-too-long")]
    assert wrong("Vrije tekst.") == [("fields.items", "missing")]
    for bad in ([], "report", ["report", "report"], [3], ["../x"]):
        assert [field for field, _ in wrong(None, items=bad)] == ["fields.items"], bad
    assert wrong(None, items=["report"], concerning=["S1.name", "O1"]) == []
    for bad in ("S1", ["Jan"], ["S1", "S1"], ["S1.name", "S1.name"], ["O1.address"], ["S1."], ["S1.a.b"], [3]):
        assert wrong(None, items=["report"], concerning=bad) == [("fields.concerning", "does-not-fit")], bad


@pytest.mark.refused("R-T.16")
def test_nobody_goes_along_whom_the_items_do_not_concern() -> None:
    assert (
        along_faults(None, ("S1",), "x") == along_faults((), ("S1",), "x") == along_faults(("S1",), ("S1",), "x") == []
    )
    (fault,) = along_faults(("S1", "S2"), ("S1", "O1"), "forwarding.concerning")
    assert (fault.field, fault.code) == ("forwarding.concerning", "not-of-these-items")
    assert "S2" in fault.reason


PERSON = ("name", "address", "occupation")


@pytest.mark.allowed("R-T.15", "R-T.16")
@pytest.mark.refused("R-T.15", "R-T.16")
def test_of_a_person_no_more_goes_along_than_was_chosen() -> None:
    assert fields_going(("S1", "S2.name", "S2.address", "O1"), PERSON) == {
        "S1": frozenset(PERSON),
        "S2": frozenset({"name", "address"}),
        "O1": frozenset(PERSON),
    }

    def wrong(*named: str) -> list[str]:
        return [one.code for one in along_faults(named, ("S1", "S2", "O1"), "x", PERSON)]

    assert wrong("S1", "S2.name", "S2.address", "O1") == wrong() == []
    assert wrong("S1.name", "S9.name") == ["not-of-these-items"]
    assert wrong("S1", "S1.name") == ["whole-and-in-part"]
    (fault,) = along_faults(("S1.birthDate",), ("S1",), "x", PERSON)
    assert fault.code == "field-unknown"
    for one in ("birthDate", *PERSON):
        assert one in fault.reason, "what can be chosen is said"


def test_who_goes_along_in_one_of_two_choices_goes_along() -> None:
    assert joined(("S1.name", "O1"), ("S1", "S2.name"), ("S2.address",)) == ("O1", "S1", "S2.name", "S2.address")


@pytest.mark.allowed("R-T.15", "R-T.18", "R-T.19", "R-T.20")
@pytest.mark.refused("R-T.15")
@pytest.mark.parametrize(
    ("key", "shares", "not_with"),
    [
        ("check-2b", "may", "may-not"),
        ("propose-plan", "proposed", None),
        ("riec-supplement", "given", "nothing"),
        ("riec-intake", "handed-in", None),
        ("approach", "integral", "mono-municipality"),
    ],
)
def test_wherever_something_is_shared_it_is_chosen_who_goes_along(key: str, shares: str, not_with: str | None) -> None:
    rule = MIDDEN_DELFLAND.decision(key)
    assert rule is not None

    def asks(answer: str) -> list[bool]:
        outcome = rule.outcome(answer)
        assert outcome is not None
        return [one.required for one in rule.asked(outcome) if one.name == CONCERNING]

    assert asks(shares) == [False], "without a choice everybody goes along"
    assert not_with is None or asks(not_with) == []
