"""What the drill of a sealed OpenBao calls wrong."""

from __future__ import annotations

import pytest

from deploy.drills.journal import Journal, Refusal, Waited
from deploy.drills.sealed import wrong_meanwhile

BEGAN, BACK = 100.0, 130.0
CUT = Refusal("door", 110, "ReadError", cut=True)
TAKEN = Waited("door", 110, 110.1)
CARRIED_LATER = Waited("carried", 111, 133)


def journal(*waits: Waited, refusals: tuple[Refusal, ...] = ()) -> Journal:
    return Journal(refusals=list(refusals), waits=[TAKEN, *waits])


def test_what_is_taken_by_a_fresh_door_and_carried_later_is_right() -> None:
    assert wrong_meanwhile(journal(CARRIED_LATER, refusals=(CUT,)), BEGAN, BACK, 1) == []


@pytest.mark.parametrize(
    ("found", "fresh", "said"),
    [
        (journal(CARRIED_LATER), 0, "took a report"),
        (journal(CARRIED_LATER, refusals=(Refusal("door", 110, "503", cut=False),)), 3, "refused 1 times: 503"),
        (journal(CARRIED_LATER, refusals=(CUT,) * 5), 3, "refused 5 times"),
        (journal(Waited("carried", 111, 112)), 3, "it was not"),
    ],
)
def test_what_is_wrong_is_said(found: Journal, fresh: int, said: str) -> None:
    faults = wrong_meanwhile(found, BEGAN, BACK, fresh)
    assert len(faults) == 1
    assert said in faults[0]
