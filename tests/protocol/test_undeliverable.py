"""A notice that came back informed nobody: why, when, what is done instead, and by when (art. 26, R-26.11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.protocol.facts import Taken
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.letters import address_faults
from shared.protocol.model import State
from shared.protocol.moments import AT_ONCE, UNDELIVERABLE, By, due_on
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, TODAY

SENT_ON = TODAY - timedelta(days=10)
LETTER = Taken("notice-sent", "sent", fields={"channel": "letter", "sentOn": SENT_ON.isoformat()}, on=SENT_ON)
BY_HAND = replace(LETTER, fields={**LETTER.fields, "channel": "in-person"})
BACK = {"cause": "moved", "returnedOn": TODAY.isoformat()}


def tried(outcome: str, *taken: Taken, state: State = State.DUTY_DONE, **fields: Any) -> Allowed | Refused:
    attempt = Attempt("notice-undeliverable", outcome, "Terug van de post.", BACK | fields)
    return judge(MIDDEN_DELFLAND, state, attempt, frozenset({"oov"}), replace(KNOWN, decisions=taken))


@pytest.mark.allowed("R-26.11")
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("address-sought", State.DUTY_TO_SEND),
        ("in-person", State.DUTY_TO_SEND),
        ("not-possible", State.DUTY_OPEN),
    ],
)
def test_it_opens_the_duty_again_and_what_is_not_possible_is_decided_anew(outcome: str, state: State) -> None:
    found = tried(outcome, LETTER)
    assert isinstance(found, Allowed)
    assert found.outcome.leads_to == state
    anew = MIDDEN_DELFLAND.decision("duty")
    assert anew is not None
    assert "privacy-officer" in anew.who.co_signers, "that it is not due, she decides too"


@pytest.mark.refused("R-26.11")
@pytest.mark.parametrize(
    ("taken", "fields", "code"),
    [
        ((), {}, "notice-was-sent"),
        ((BY_HAND,), {}, "notice-was-sent"),
        ((Taken("duty", "not-due"),), {}, "notice-was-sent"),
        ((LETTER, Taken("notice-undeliverable", "in-person")), {}, "notice-was-sent"),
        ((LETTER,), {"returnedOn": (SENT_ON - timedelta(days=1)).isoformat()}, "returnedOn-not-before"),
        ((LETTER,), {"returnedOn": (TODAY + timedelta(days=1)).isoformat()}, "returnedOn-not-ahead"),
        ((LETTER,), {"cause": "Hij was er niet."}, None),
        ((LETTER,), {"returnedOn": None}, None),
    ],
)
def test_only_what_was_sent_comes_back_after_that_and_with_a_cause_of_the_list(
    taken: tuple[Taken, ...], fields: dict[str, Any], code: str | None
) -> None:
    found = tried("address-sought", *taken, **fields)
    assert isinstance(found, Refused)
    assert code is None or code in [one.code for one in found.faults]


@pytest.mark.allowed("R-26.11", "R-26.3")
def test_the_duty_has_a_new_term() -> None:
    month, back = date(2026, 4, 1), By(UNDELIVERABLE, date(2026, 6, 10), date(2026, 5, 12))
    before = By("disclosure", date(2026, 3, 9), date(2026, 3, 9))
    ordered = By(AT_ONCE, date(2026, 3, 20), date(2026, 3, 20))
    assert due_on(State.DUTY_TO_SEND, month, [before, ordered, back]) == back.on
    assert due_on(State.DUTY_OPEN, month, [before, ordered, back]) == back.on
    later = By("contact", date(2026, 5, 20), date(2026, 5, 13))
    assert due_on(State.DUTY_OPEN, month, [before, ordered, back, later]) == later.on
    again = By(AT_ONCE, date(2026, 5, 14), date(2026, 5, 14))
    assert due_on(State.DUTY_TO_SEND, month, [before, ordered, back, again]) == again.on


@pytest.mark.allowed("R-26.11")
@pytest.mark.refused("R-26.11")
@pytest.mark.parametrize(
    ("address", "channel", "back", "code"),
    [
        (None, "letter", None, None),
        ("Kerkweg 2", "letter", "address-sought", None),
        (None, "in-person", "in-person", None),
        ("Kerkweg 2", "letter", None, "address-not-asked"),
        ("Kerkweg 2", "in-person", "in-person", "address-not-asked"),
        (None, "letter", "address-sought", "address-missing"),
        (" ", "digital", "in-person", "address-missing"),
    ],
)
def test_a_letter_gets_another_address_only_after_one_came_back(
    address: str | None, channel: str, back: str | None, code: str | None
) -> None:
    assert [one.code for one in address_faults(address, channel, back)] == ([code] if code else [])
