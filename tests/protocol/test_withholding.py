"""What of a request is withheld, what was told, and what waits to be told: by the decisions on it alone (R-10.12)."""

from __future__ import annotations

from datetime import date

import pytest

from shared.protocol.conditions.case import Case
from shared.protocol.conditions.requests_again import nothing_was_told
from shared.protocol.conditions.requests_lifting import lifting_is_not_decided, lifting_waits, something_is_restricted
from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.requests_lifting import InForce, in_force
from shared.protocol.withholding import WHOLE, decided_last, told_already, waits_for_more, withheld

GIVEN, KEPT = Taken("request-item", "given", ("item-2",)), Taken("request-withhold", "withheld", ("item-3",))
NEUTRAL, SENT = Taken("request-neutral", "neutral"), Taken("request-answer-sent", "sent-again-later")
LAPSED = Taken("request-withhold-lapsed", "lapsed", ("item-3",), on=date(2026, 3, 1))
NEITHER_LAPSED = Taken("request-neutral-lapsed", "lapsed", on=date(2026, 3, 1))
AFTER_ALL = Taken("request-item", "given", ("item-3",))


@pytest.mark.allowed("R-10.12")
def test_what_is_withheld_is_what_was_decided_last() -> None:
    assert withheld((GIVEN, KEPT)) == {"item-3": KEPT}
    again = Taken("request-withhold", "withheld", ("item-3",), {"reviewOn": "2026-09-01"})
    assert withheld((GIVEN, KEPT, SENT, again)) == {"item-3": again}
    for taken in (
        (GIVEN, KEPT, SENT, LAPSED),
        (GIVEN, KEPT, AFTER_ALL),
        (GIVEN, KEPT, Taken("request-withdrawn", "x")),
    ):
        assert withheld(taken) == {}


@pytest.mark.refused("R-10.13")
def test_an_answer_that_says_neither_withholds_the_whole_whatever_there_is() -> None:
    for before in ((), (KEPT,), (GIVEN, KEPT)):
        assert withheld((*before, NEUTRAL, SENT)) == {WHOLE: NEUTRAL}
        assert told_already((*before, NEUTRAL, SENT)) == {}
        assert decided_last((*before, NEUTRAL, SENT, NEITHER_LAPSED)) == {}, "all of it is decided on anew"
    assert withheld((NEUTRAL, SENT, NEITHER_LAPSED, KEPT)) == {"item-3": KEPT}


@pytest.mark.allowed("R-10.12")
def test_more_waits_to_be_told_from_when_a_ground_lapsed_until_it_is() -> None:
    assert waits_for_more((GIVEN, KEPT, SENT)) is None
    assert waits_for_more((GIVEN, KEPT, SENT, LAPSED, AFTER_ALL)) == LAPSED
    assert waits_for_more((NEUTRAL, SENT, NEITHER_LAPSED)) == NEITHER_LAPSED
    assert waits_for_more((GIVEN, KEPT, SENT, LAPSED, AFTER_ALL, SENT)) is None


@pytest.mark.refused("R-10.12")
def test_what_was_told_is_told() -> None:
    assert told_already((GIVEN, KEPT)) == {}, "nothing has gone"
    assert told_already((GIVEN, KEPT, SENT, LAPSED, AFTER_ALL)) == {"item-2": GIVEN}
    assert told_already((GIVEN, KEPT, SENT, LAPSED, AFTER_ALL, SENT)) == {"item-2": GIVEN, "item-3": AFTER_ALL}


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
def test_what_is_granted_after_all_is_restricted_anew_and_what_was_lifted_is_not() -> None:
    done, lifted = Taken("request-item", "done", ("item-2",)), Taken("request-lift", "lifted")
    asked = (done, KEPT, SENT, lifted)
    assert in_force("rectification", asked) == InForce(everything=False, found=frozenset({"item-2"}))
    first = (*asked, Taken("request-lift-told", "sent"))
    assert in_force("rectification", first) is None
    more = (*first, LAPSED, Taken("request-item", "done", ("item-3",)), SENT)
    assert in_force("rectification", more) == InForce(everything=False, found=frozenset({"item-3"}))
    registered = (Item("request", "request", "report", {"kind": "rectification"}),)
    for taken, waits in ((first, False), (more, False), ((*more, lifted), True)):
        case = Case(Facts(date(2026, 3, 1), decisions=taken, items=registered))
        assert (lifting_waits.missing(case) is None) is waits
        assert (something_is_restricted.missing(case) is None) is (taken is not first)
        assert (lifting_is_not_decided.missing(case) is None) is (not waits)


@pytest.mark.allowed("R-10.13")
@pytest.mark.refused("R-10.13")
def test_neither_can_still_be_said_when_nothing_of_him_was_told() -> None:
    """All that was found and not withheld proved to be about somebody else."""
    not_his = Taken("request-item", "not-his", ("item-2",))
    for told, can in ((not_his, True), (GIVEN, False)):
        case = Case(Facts(date(2026, 3, 1), decisions=(told, KEPT, SENT, LAPSED)))
        assert (nothing_was_told.missing(case) is None) is can
