"""What a co-signer answers, and when it is whose turn (R-T.1)."""

from __future__ import annotations

import pytest

from shared.protocol.co_signing import (
    AGREE,
    ANSWER_BACK,
    ASKS_BACK,
    CO_SIGNER_SAYS,
    DISAGREE,
    NEXT,
    QUESTIONED,
    TAKES_BACK,
    WAITING,
    answer_faults,
    not_waiting,
)

OVER = ("taken", "refused", "withdrawn")


@pytest.mark.parametrize("answer", [*CO_SIGNER_SAYS, ANSWER_BACK])
def test_every_answer_has_a_reason(answer: str) -> None:
    assert answer_faults(answer, "Zo is het.", "art. 16", room=True) == []
    assert [one.code for one in answer_faults(answer, " ", "art. 16", room=True)] == ["no-reason"]


@pytest.mark.parametrize("answer", ["", "nee", "inform", "ja"])
def test_nothing_else_is_an_answer(answer: str) -> None:
    (fault,) = answer_faults(answer, "Nee, dit niet.", "art. 16", room=True)
    assert fault.code == "no-answer"
    assert "akkoord (agree), niet akkoord (disagree), vraag (question)" in fault.reason


def test_only_to_agree_is_a_signature() -> None:
    assert set(CO_SIGNER_SAYS) - set(NEXT) == {AGREE}
    assert (NEXT[DISAGREE], NEXT[TAKES_BACK]) == ("refused", "withdrawn"), "both end it"


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        *((one, WAITING, None) for one in (*CO_SIGNER_SAYS, TAKES_BACK)),
        (ANSWER_BACK, WAITING, "no-question"),
        *((one, QUESTIONED, "first-answer") for one in CO_SIGNER_SAYS),
        (ANSWER_BACK, QUESTIONED, None),
        (TAKES_BACK, QUESTIONED, None),
        *((one, over, "not-waiting") for one in (*CO_SIGNER_SAYS, ANSWER_BACK, TAKES_BACK) for over in OVER),
    ],
)
def test_whose_turn_it_is(answer: str, status: str, code: str | None) -> None:
    fault = not_waiting(answer, status, "art. 16")
    assert (fault.code if fault else None) == code


def test_after_an_answer_the_co_signer_is_asked_again() -> None:
    assert NEXT[ASKS_BACK] == QUESTIONED
    assert NEXT[ANSWER_BACK] == WAITING


def test_no_question_where_there_is_nothing_to_keep_it_in() -> None:
    for answer, refused in ((AGREE, False), (DISAGREE, False), (ASKS_BACK, True), (ANSWER_BACK, True)):
        assert bool(answer_faults(answer, "Waarom?", "art. 9", room=False)) == refused
