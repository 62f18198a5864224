"""Meetings: who may take part, what is on the agenda, who says who was there (art. 1 onder n and o, art. 15)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.protocol.facts import Facts, Meeting
from shared.protocol.faults import Fault
from shared.protocol.meetings import (
    agenda_closed,
    agenda_fault,
    calling_faults,
    deciding_faults,
    invited_fault,
    not_held,
    over_fault,
    saying_fault,
    speaking_faults,
    speaking_late,
    takes_part,
    who_agree,
)
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND

TODAY = date(2026, 4, 10)
BEFORE, AFTER = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def test_who_sees_the_file_or_is_a_member_takes_part() -> None:
    assert set(takes_part(MIDDEN_DELFLAND)) == {"lot-member", "oov", "vervanger"}
    assert set(takes_part(GROTE_GEMEENTE)) == {"lot-member", "beoordelaar", "regisseur"}


@pytest.mark.parametrize(
    ("kind", "held_on", "member", "code"),
    [
        ("LOT", TODAY, ("anna", None), None),
        ("LOT+", AFTER, ("anna", None), None),
        ("LOT+", TODAY, (None, "politie"), None),
        ("casusoverleg", TODAY, ("anna", None), None),
        ("MT", TODAY, ("anna", None), "no-such-meeting"),
        ("LOT", BEFORE, ("anna", None), "in-the-past"),
        ("LOT", TODAY, (None, "politie"), "not-from-outside"),
        ("LOT+", TODAY, (None, "douane"), "not-from-outside"),
        ("casusoverleg", TODAY, (None, "wonen"), "not-from-outside"),
        ("LOT", TODAY, ("zomaar-iemand", None), "not-a-member"),
        ("LOT", TODAY, (None, None), "one-or-the-other"),
        ("LOT+", TODAY, ("anna", "politie"), "one-or-the-other"),
    ],
)
def test_who_may_be_called_to_which_meeting(
    kind: str, held_on: date, member: tuple[str | None, str | None], code: str | None
) -> None:
    faults = calling_faults(MIDDEN_DELFLAND, kind, held_on, [member], {"anna"}, TODAY)
    assert [one.code for one in faults] == ([code] if code else [])
    assert all(one.article for one in faults)


def test_everything_that_is_wrong_with_a_meeting_is_said_at_once() -> None:
    members = [("iemand", None), (None, "douane"), ("anna", None)]
    faults = calling_faults(MIDDEN_DELFLAND, "LOT+", BEFORE, members, {"anna"}, TODAY)
    assert [one.field for one in faults] == ["heldOn", "members.0", "members.1"]
    assert "van buiten alleen politie, HEIT, RIEC" in faults[2].reason, "names and not codes"


def test_a_lot_plus_has_on_its_agenda_only_what_a_lot_weighed() -> None:
    for kind in MIDDEN_DELFLAND.meetings:
        assert agenda_fault(kind, known=False, weighed=False) is not None
        assert agenda_fault(kind, known=True, weighed=True) is None
        assert (agenda_fault(kind, known=True, weighed=False) is not None) == (kind == "LOT+")
    assert [bool(agenda_closed(day, TODAY)) for day in (BEFORE, TODAY, AFTER)] == [True, False, False]


def test_who_says_who_was_there() -> None:
    assert invited_fault("anna", {"anna"}) is None
    assert invited_fault("bram", {"anna"}) is not None
    assert [bool(not_held(day, TODAY)) for day in (BEFORE, TODAY, AFTER)] == [False, False, True]
    by_chair, by_self = MIDDEN_DELFLAND, GROTE_GEMEENTE
    for law, who, by, may in (
        (by_chair, "anna", "anna", True),
        (by_chair, "anna", "chair", True),
        (by_chair, "anna", "replacement", True),
        (by_chair, "anna", "bram", False),
        (by_self, "anna", "anna", True),
        (by_self, "anna", "chair", False),
        (by_self, "anna", "replacement", False),
        (by_self, "politie", "chair", True),
        (by_self, "politie", "replacement", True),
        (by_self, "politie", "anna", False),
    ):
        fault = saying_fault(law, who, by, chairs=by in ("chair", "replacement"), outside=["politie"])
        assert (fault is None) == may, (law.attendance_by, who, by)


def judged(
    present: tuple[str, ...],
    dissent: dict[str, str] | None = None,
    closed_to: tuple[str, ...] = (),
    key: str = "weging-3",
) -> list[Fault]:
    """What is wrong with a decision of a LOT of today, which has a quorum of three."""
    decision = MIDDEN_DELFLAND.decision(key)
    assert decision is not None
    meeting = Meeting("LOT", TODAY, present, ("S-1",))
    facts = Facts(TODAY, "S-1", meetings={"M-1": meeting}, closed_to=closed_to)
    return deciding_faults(decision, "M-1" if decision.who.meeting else None, facts, dissent)


def test_who_dissents_is_counted_as_present_and_not_among_who_decided() -> None:
    there = ("anna", "bram", "farid")
    assert judged(there, {"farid": "Er ligt te weinig."}) == []
    assert who_agree(there, {"farid": "Er ligt te weinig."}) == ["anna", "bram"]


@pytest.mark.parametrize(
    ("dissent", "code"),
    [
        ({"gijs": "Ik was er niet."}, "not-there-to-dissent"),
        ({"farid": " "}, "dissent-without-words"),
        (dict.fromkeys(("anna", "bram", "farid"), "Nee."), "nobody-agrees"),
    ],
)
def test_who_dissents_was_there_and_says_why(dissent: dict[str, str], code: str) -> None:
    assert [one.code for one in judged(("anna", "bram", "farid"), dissent)] == [code]


def test_nobody_dissents_from_what_one_person_decides() -> None:
    assert [one.code for one in judged(("anna",), {"anna": "Nee."}, key="purpose")] == ["no-meeting"]


def test_who_stands_back_counts_for_no_quorum_and_does_not_decide() -> None:
    there = ("anna", "bram", "farid", "gijs")
    assert judged(there, closed_to=("gijs",)) == []
    assert [one.code for one in judged(there, closed_to=("gijs", "farid"))] == ["no-quorum"]
    assert [one.code for one in judged(there, {"gijs": "Nee."}, closed_to=("gijs",))] == ["not-there-to-dissent"]
    assert who_agree(there, ("farid",), ("gijs",)) == ["anna", "bram"]


@pytest.mark.allowed("R-15.1")
@pytest.mark.refused("R-15.1")
@pytest.mark.parametrize(
    ("says", "words", "code"),
    [
        ("for", "", None),
        ("against", "Er ligt te weinig.", None),
        ("against", " ", "against-without-words"),
        ("maybe", "Ik weet het niet.", "no-such-voice"),
    ],
)
def test_what_a_member_says_himself(says: str, words: str, code: str | None) -> None:
    assert [one.code for one in speaking_faults(says, words)] == ([code] if code else [])


def test_it_is_said_on_the_day_before_the_meeting_decides_and_while_it_runs() -> None:
    held_on, day_after = date(2026, 12, 1), date(2026, 12, 2)
    assert speaking_late(held_on, held_on, decided=False) is None
    assert over_fault(closed=False) is None
    late = (
        speaking_late(held_on, held_on, decided=True),
        speaking_late(held_on, day_after, decided=False),
        over_fault(closed=True),
    )
    assert [one.code for one in late if one] == ["decided-there", "meeting-over", "meeting-over"]
