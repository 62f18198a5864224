"""Nobody is forgotten when what is known of him is destroyed (art. 26 lid 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.model import Law, State
from shared.protocol.never_informed import (
    ABOUT_EACH,
    AFTER_ALL,
    GROUND_HOLDS,
    NEVER_INFORMED,
    Owed,
    answer_faults,
    answers_in,
    counted,
    never_informed_faults,
    said,
    waiting_for_a_notice,
)
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN

TODAY = date(2026, 1, 15)
ONE, OTHER = "S-00000-00001", "S-00000-00002"
OPEN = Owed(ONE, "open")
DEFERRED = Owed(ONE, "deferred", ("i", "d"), TODAY)
NOT_DUE = Owed(ONE, "not-due", ("already-informed",))
SENT = Owed(ONE, "sent")


def codes(owed: dict[str, Owed], answers: dict[str, str], told: tuple[str, ...] = (ONE,)) -> list[str]:
    return [one.code for one in never_informed_faults([ONE], told, owed, answers, TODAY)]


@pytest.mark.allowed("R-T.22")
@pytest.mark.parametrize("answer", [one for one in ABOUT_EACH if one != GROUND_HOLDS])
def test_whoever_was_never_informed_is_informed_or_not_with_a_ground(answer: str) -> None:
    for state in ("open", "to-send", "deferred"):
        assert codes({"D-1": replace(OPEN, state=state)}, {"D-1": answer}) == []


@pytest.mark.allowed("R-T.22")
def test_nothing_is_asked_about_who_was_informed_or_to_whom_nothing_is_due() -> None:
    assert codes({}, {}) == codes({"D-1": SENT, "D-2": NOT_DUE}, {}) == []
    assert codes({"D-1": replace(OPEN, signal=OTHER)}, {}) == [], "it is on the list, and is not approved now"


@pytest.mark.refused("R-T.22")
def test_a_list_is_not_approved_before_each_was_decided_on() -> None:
    both = {"D-1": OPEN, "D-2": DEFERRED, "D-3": SENT}
    assert codes(both, {}) == codes(both, {"D-1": AFTER_ALL}) == ["undecided"]
    assert codes(both, {"D-1": AFTER_ALL, "D-2": AFTER_ALL}, told=()) == ["not-told"], "rights has not answered yet"
    assert codes(both, {"D-1": AFTER_ALL, "D-2": AFTER_ALL, "D-3": AFTER_ALL}) == ["nobody-here"]
    assert codes(both, {"D-1": AFTER_ALL, "D-2": AFTER_ALL, "D-9": AFTER_ALL}) == ["nobody-here"]


@pytest.mark.refused("R-T.22", "R-26.7")
def test_a_ground_is_confirmed_and_never_made_without_the_privacy_officer() -> None:
    """Art. 26 lid 4: it holds only for who was deferred with him, to a date that is not past."""
    assert codes({"D-2": DEFERRED}, {"D-2": GROUND_HOLDS}) == []
    late = replace(DEFERRED, review_on=TODAY - timedelta(days=1))
    for one in (OPEN, replace(OPEN, state="to-send"), late):
        assert codes({"D-1": one}, {"D-1": GROUND_HOLDS}) == ["no-ground"]


@pytest.mark.allowed("R-26.10", "R-26.7")
@pytest.mark.refused("R-26.10", "R-26.7")
@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE], ids=lambda law: law.version)
def test_only_the_privacy_officer_answers_and_the_beheerder_approves_without_answering(law: Law) -> None:
    answer = Attempt("never-informed", "answered", "Nagegaan.", {NEVER_INFORMED: {"D-1": AFTER_ALL}})
    read = {"confirmList": "S-1"}
    approve = Attempt("approve-destruction", "approved", "De termijn is voorbij.", read)
    both = replace(approve, fields=read | {NEVER_INFORMED: {"D-1": AFTER_ALL}})

    def judged(attempt: Attempt, role: str) -> Allowed | Refused:
        return judge(law, State.LISTED, attempt, frozenset({role}), KNOWN)

    assert isinstance(judged(answer, "privacy-officer"), Allowed)
    assert isinstance(judged(approve, "beheerder"), Allowed)
    for attempt, role in ((answer, "beheerder"), (answer, "fg"), (approve, "privacy-officer"), (both, "beheerder")):
        assert isinstance(judged(attempt, role), Refused), role


@pytest.mark.refused("R-26.10")
def test_she_answers_about_some_and_about_nobody_else() -> None:
    both = {"D-1": OPEN, "D-2": DEFERRED, "D-3": SENT}
    assert answer_faults(both, {"D-1": AFTER_ALL}, TODAY) == []
    assert [one.code for one in answer_faults(both, {"D-3": AFTER_ALL}, TODAY)] == ["nobody-here"]
    assert [one.code for one in answer_faults(both, {"D-1": GROUND_HOLDS}, TODAY)] == ["no-ground"]
    assert answers_in({"D-1": replace(OPEN, answered=AFTER_ALL), "D-2": OPEN}) == {"D-1": AFTER_ALL}


def test_a_signal_waits_for_a_notice_and_another_does_not() -> None:
    owed = {"D-1": OPEN, "D-2": replace(OPEN, signal=OTHER)}
    answers = {"D-1": AFTER_ALL, "D-2": "impossible-or-disproportionate"}
    assert waiting_for_a_notice(owed, answers) == {ONE}


@pytest.mark.allowed("R-T.22")
def test_they_are_counted_by_ground_each_once() -> None:
    owed = {"D-1": OPEN, "D-2": DEFERRED, "D-3": SENT, "D-4": NOT_DUE, "D-5": OPEN}
    answers = {"D-1": "impossible-or-disproportionate", "D-2": GROUND_HOLDS}
    assert counted(owed, answers) == {
        "already-informed": 1,
        "d,i": 1,
        "impossible-or-disproportionate": 1,
        "undecided": 1,
    }
    assert counted({"D-1": OPEN}, {"D-1": AFTER_ALL}) == {"undecided": 1}, "it was ordered and did not go"
    assert counted({"D-2": DEFERRED}, {}) == {"undecided": 1}, "at the ultimate date nobody said that it still holds"
    assert "(d) en de bescherming" in said("d,i")
    assert all(said(one)[0].islower() for one in ("undecided", "already-informed"))
