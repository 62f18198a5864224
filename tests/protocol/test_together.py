"""Many at once where it is one thought: each cell is judged as if it were decided alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.protocol.facts import Taken
from shared.protocol.judge import Allowed, Attempt, AttemptPart, Refused, judge
from shared.protocol.model import State
from shared.protocol.together import each, judge_together
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN

OOV = frozenset({"oov"})
TASK = {"task": "toezicht-huisvesting"}


def tried(*parts: AttemptPart, state: State = State.CHECK_2A, **more: Any) -> Allowed | Refused:
    attempt = Attempt("check-2a", "may", more.pop("reason", "Nodig."), more.pop("fields", TASK), parts=parts, **more)
    return judge_together(MIDDEN_DELFLAND, state, attempt, OOV, KNOWN)


def faults(found: Allowed | Refused) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in found.faults] if isinstance(found, Refused) else []


def test_rows_columns_and_cells_have_their_own_outcome_reason_and_fields() -> None:
    row = AttemptPart((("report",), ("wonen", "burgerzaken")), reason="De melding voor beide.")
    cell = AttemptPart((("item-2",), ("politie",)), "may-not", "Niet nodig.", {"task": "geen-taak"})
    assert isinstance(tried(row, cell), Allowed)
    attempt = Attempt("check-2a", "may", "Nodig.", TASK, parts=(row, cell))
    assert [(place, one.about, one.outcome, one.reason) for place, one in each(attempt)] == [
        (0, ("report", "wonen"), "may", "De melding voor beide."),
        (0, ("report", "burgerzaken"), "may", "De melding voor beide."),
        (1, ("item-2", "politie"), "may-not", "Niet nodig."),
    ]


def test_what_is_wrong_with_one_cell_refuses_all_and_says_where() -> None:
    good = AttemptPart((("report",), ("wonen",)))
    assert faults(tried(good, AttemptPart((("item-77",), ("wonen",))))) == [("parts.1.about", "about-unknown")]
    assert faults(tried(good, AttemptPart((("report",), ("wonen", "burgerzaken"))))) == [("parts.1", "twice")]
    assert faults(tried(replace(good, outcome="misschien"))) == [("parts.0.outcome", "no-outcome")]
    assert faults(tried(good, reason="  ")) == [("parts.0.reason", "no-reason")]
    assert faults(tried(good, fields={})) == [("parts.0.fields.task", "missing")]
    assert faults(tried(good, about=("report", "wonen"))) == [("parts", "not-together")]
    assert faults(tried(AttemptPart((("report",), ())))) == [("parts", "not-together")]
    assert faults(tried(AttemptPart((tuple(f"i{n}" for n in range(40)), tuple(f"r{n}" for n in range(40)))))) == [
        ("parts", "too-many")
    ]


def test_not_now_and_not_you_are_answered_as_for_one() -> None:
    good = AttemptPart((("report",), ("wonen",)))
    found = tried(good, state=State.WEGING_1)
    assert isinstance(found, Refused)
    assert found.kind == "state"
    attempt = Attempt("check-2a", "may", "Nodig.", TASK, parts=(good,))
    found = judge_together(MIDDEN_DELFLAND, State.CHECK_2A, attempt, frozenset({"fg"}), KNOWN)
    assert isinstance(found, Refused)
    assert found.kind == "role"


def test_only_what_is_one_thought_is_decided_together() -> None:
    for law in (MIDDEN_DELFLAND, GROTE_GEMEENTE):
        together = {one.key for one in law.decisions if one.together}
        assert together == {"check-1", "answer", "check-1b", "check-2a", "check-2b"}
        for decision in law.decisions:
            if decision.together:
                assert all(one.leads_to is None and not one.ends and not one.forward_to for one in decision.outcomes)
    attempt = Attempt("rectify", "withdrawn", "Fout.", {"wrong": "Ja."}, parts=(AttemptPart((("item-2",),)),))
    assert faults(judge_together(MIDDEN_DELFLAND, State.CHECK_2A, attempt, OOV, KNOWN)) == [("parts", "not-together")]
    alone = Attempt("check-2a", "may", "Nodig.", TASK, about=("report", "wonen"))
    assert judge_together(MIDDEN_DELFLAND, State.CHECK_2A, alone, OOV, KNOWN) == judge(
        MIDDEN_DELFLAND, State.CHECK_2A, alone, OOV, KNOWN
    )


@pytest.mark.parametrize("outcome", ["approved", "refused"])
def test_several_sources_in_one_check(outcome: str) -> None:
    listed = Taken("source-list", "listed", (), {"sources": ["benefits", "subsidies"]})
    facts = replace(KNOWN, decisions=(listed,))
    four = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "Daarom.")
    fields = four | ({"fails": ["necessity"]} if outcome == "refused" else {})
    parts = (AttemptPart((("benefits", "subsidies"),)),)
    attempt = Attempt("check-1", outcome, "Gewogen.", fields, parts=parts)
    assert isinstance(judge_together(MIDDEN_DELFLAND, State.CHECK_1, attempt, OOV, facts), Allowed)
