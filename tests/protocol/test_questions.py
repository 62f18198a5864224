"""Questions to a source: until when, and what an answer is (art. 18 lid 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.protocol.facts import Facts, Taken
from shared.protocol.judge import Attempt, Refused, judge
from shared.protocol.model import State
from shared.protocol.records import Record, judge_record
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import APPROVED, KNOWN, RELEVANT, SOURCE_LIST, TODAY, complete

KEEPER = "bronhouder-benefits"
ASKED = replace(KNOWN, decisions=(SOURCE_LIST, APPROVED))
GIVEN_UP = replace(ASKED, decisions=(*ASKED.decisions, Taken("answer", "not-consulted", ("q1",))))


def answered(
    outcome: str,
    facts: Facts = ASKED,
    *,
    role: str = KEEPER,
    state: State = State.HIT_CHECK,
    reason: str = "",
    **more: Any,
) -> list[str]:
    """The fields of an answer with which something is wrong."""
    given = {"consultedOn": TODAY.isoformat()} if outcome != "not-consulted" else {}
    attempt = Attempt("answer", outcome, reason, given | more, about=("q1",))
    judged = judge(MIDDEN_DELFLAND, state, attempt, frozenset({role}), facts)
    return [one.field for one in judged.faults] if isinstance(judged, Refused) else []


@pytest.mark.allowed("R-T.23")
@pytest.mark.refused("R-T.23")
def test_a_question_has_a_latest_date_that_is_not_over() -> None:
    def wrong(**more: str) -> list[str]:
        record = Record("question", "S1", "Is er een uitkering?", fields={"source": "benefits"} | more)
        return [one.field for one in judge_record(MIDDEN_DELFLAND, State.HIT_CHECK, record, "oov", KNOWN)]

    assert wrong(answerBy=TODAY.isoformat()) == wrong(answerBy="2026-01-24") == []
    assert wrong() == wrong(answerBy="2026-01-09") == wrong(answerBy="ooit") == ["fields.answerBy"]


@pytest.mark.allowed("R-T.23")
@pytest.mark.refused("R-T.23")
@pytest.mark.parametrize("state", [State.HIT_CHECK, State.WEGING_4])
def test_a_late_answer_is_an_answer_after_not_consulted_and_after_nothing_else(state: State) -> None:
    assert answered("no-hit", GIVEN_UP, state=state) == []
    for before in ("hit", "no-hit", "more-than-one"):
        facts = replace(ASKED, decisions=(*ASKED.decisions, Taken("answer", before, ("q1",))))
        assert answered("no-hit", facts, state=state) == ["key"]


@pytest.mark.refused("R-T.23")
def test_a_late_hit_is_judged_before_weging_4_is_decided() -> None:
    decision = MIDDEN_DELFLAND.decision("weging-4")
    assert decision is not None
    late = replace(GIVEN_UP, decisions=(*GIVEN_UP.decisions, Taken("answer", "hit", ("q1",))))
    confirmed = complete(MIDDEN_DELFLAND, decision, decision.outcomes[0])
    judged = judge(MIDDEN_DELFLAND, State.WEGING_4, confirmed, frozenset({"oov"}), late)
    assert isinstance(judged, Refused)
    assert judged.faults[0].code == "every-hit-judged"
    known = replace(late, decisions=(*late.decisions, RELEVANT))
    assert not isinstance(judge(MIDDEN_DELFLAND, State.WEGING_4, confirmed, frozenset({"oov"}), known), Refused)


@pytest.mark.allowed("R-T.23")
@pytest.mark.refused("R-T.23")
def test_more_than_one_says_by_codes_what_would_tell_them_apart() -> None:
    assert answered("more-than-one", apart=["birth-date", "address"]) == []
    for wrong in (None, [], ["Jan van 1970"], "Jan van 1970"):
        assert answered("more-than-one", apart=wrong) == ["fields.apart"], wrong


@pytest.mark.allowed("R-T.23")
@pytest.mark.refused("R-T.23")
def test_who_keeps_a_source_chooses_and_writes_nothing() -> None:
    assert answered("hit", relevance=["use-differs"]) == answered("not-consulted", whyNot="may-not") == []
    assert answered("hit", relevance="Hij woont er niet.") == ["fields.relevance"]
    assert answered("not-consulted", whyNot="Hij woont er niet.") == ["fields.whyNot"]
    assert answered("no-hit", reason="Nagezien, hij woont er niet.") == ["reason"]
    # Who enters what was answered elsewhere says so himself.
    outside: dict[str, Any] = {"answeredBy": "Sociale Zaken", "answeredOn": TODAY.isoformat()}
    assert answered("no-hit", role="oov", reason="Per telefoon.", **outside) == []
    assert answered("no-hit", role="oov", **outside) == ["reason"]
