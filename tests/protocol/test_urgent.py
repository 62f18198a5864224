"""What cannot wait, for a danger to somebody's life or safety, goes at once; what can wait does not (art. 6, 12 lid 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shared.engine.given import Open
from shared.http.open_now import described
from shared.protocol.afterwards import is_overdue, judge_by, judgement_faults, not_judged_by, not_to_judge
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.law import law_of
from shared.protocol.model import Law, State
from shared.protocol.municipality import POLICE
from shared.protocol.open_now import open_decisions
from shared.protocol.passing_on import Forwarding
from shared.protocol.show import document
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, complete, facts_for

FACT = "Er is een aanslag aangekondigd voor vanavond."
URGENT = Forwarding("partner", POLICE, ("report",), task="taak-politie", basis="vitaal-belang", urgent_because=FACT)


def tried(forwarding: Forwarding, law: Law = MIDDEN_DELFLAND) -> Allowed | Refused:
    attempt = Attempt("weging-2a", "no-task", "Aan de politie.", {"considered": "Alle."}, forwarding)
    return judge(law, State.WEGING_2A, attempt, frozenset(law.file_roles), KNOWN)


def codes(found: Allowed | Refused) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in found.faults] if isinstance(found, Refused) else []


@pytest.mark.allowed("R-12.4")
@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE], ids=lambda law: law.version)
def test_a_threat_goes_to_the_police_at_once_and_waits_for_no_second_signature(law: Law) -> None:
    four_eyes = {**law.choices.who, "weging-2a": law.choices.who["weging-2a"].together_with("privacy-officer")}
    guarded = law_of(replace(law.choices, who=four_eyes))
    ordinary = tried(replace(URGENT, urgent_because=None), guarded)
    assert isinstance(ordinary, Allowed)
    assert (ordinary.needs_co_signer, ordinary.urgent) == (("privacy-officer",), False)
    urgent = tried(URGENT, guarded)
    assert isinstance(urgent, Allowed)
    assert (urgent.needs_co_signer, urgent.urgent) == ((), True)


@pytest.mark.refused("R-12.4")
@pytest.mark.parametrize(
    ("otherwise", "fault"),
    [
        ({"urgent_because": "  "}, ("forwarding.urgentBecause", "no-fact")),
        ({"basis": None}, ("forwarding.basis", "basis-unfit")),
        ({"basis": "aangifte"}, ("forwarding.basis", "basis-unfit")),
        ({"basis": "x"}, ("forwarding.basis", "basis-unfit")),
        ({"task": "taak-douane"}, ("forwarding.task", "not-theirs")),
        ({"recipient": "douane", "task": None}, ("forwarding.urgentBecause", "not-urgent")),
        ({"recipient_kind": None, "recipient": None, "items": ()}, ("forwarding", "no-reason")),
    ],
)
def test_without_a_fact_or_a_basis_for_it_nothing_is_urgent(otherwise: dict[str, Any], fault: tuple[str, str]) -> None:
    assert codes(tried(replace(URGENT, **otherwise)))[0] == fault


@pytest.mark.refused("R-12.4")
def test_no_other_road_is_urgent() -> None:
    roads = 0
    for law in (MIDDEN_DELFLAND, GROTE_GEMEENTE):
        for decision in law.decisions:
            for outcome in decision.outcomes:
                if not outcome.forward_to or outcome.urgent_to:
                    continue
                roads += 1
                kind = outcome.forward_to[0]
                recipient = outcome.forward_only_to or next(iter(law.organisations[kind]))
                attempt = complete(law, decision, outcome, decision.who.roles[0])
                fields = dict(attempt.fields) | ({"municipality": recipient} if kind == "municipality" else {})
                to = Forwarding(kind, recipient, ("report",), basis="publieke-taak", urgent_because=FACT)
                found = judge(
                    law,
                    decision.states[0],
                    replace(attempt, fields=fields, forwarding=to),
                    frozenset(decision.who.roles),
                    facts_for(decision, outcome),
                )
                assert ("forwarding.urgentBecause", "not-urgent") in codes(found), (decision.key, outcome.key)
    assert roads


def test_it_is_offered_and_printed_where_it_is_possible() -> None:
    open_now = Open(3, State.WEGING_2A, MIDDEN_DELFLAND, open_decisions(MIDDEN_DELFLAND, State.WEGING_2A, KNOWN))
    (rule,) = (one for one in described(open_now).decisions if one.key == "weging-2a")
    assert {one.key: one.urgent for one in rule.outcomes} == {"task": (), "no-task": (POLICE,)}
    assert "met spoed mogelijk naar de politie" in document(MIDDEN_DELFLAND)


@pytest.mark.allowed("R-6.4")
def test_it_is_judged_within_the_term_of_the_municipality() -> None:
    shared_on = date(2026, 3, 2)
    assert judge_by(MIDDEN_DELFLAND, shared_on) == date(2026, 3, 9)
    other = law_of(replace(MIDDEN_DELFLAND.choices, terms=replace(MIDDEN_DELFLAND.terms, urgent_days=2)))
    assert judge_by(other, shared_on) == date(2026, 3, 4)
    assert [is_overdue(other, shared_on, date(2026, 3, day)) for day in (4, 5)] == [False, True]
    assert not judgement_faults("not-rightly", "could-wait", "Het gevaar was voorbij.")
    assert "binnen 7 dagen door de privacy officer beoordeeld" in document(MIDDEN_DELFLAND)


@pytest.mark.refused("R-6.4", "R-T.24")
def test_nobody_judges_his_own_share_or_without_a_reason_or_twice() -> None:
    mine = not_judged_by("petra", {"petra", "anna"})
    assert mine
    assert (mine.code, mine.article) == ("not-yours", "art. 7 lid 1")
    assert not_judged_by("petra", {"anna"}) is None
    for given, code in (
        (("maybe", "", "x"), "no-outcome"),
        (("rightly", "could-wait", "x"), "no-because"),
        (("rightly", "danger-shown", " "), "no-reason"),
        (("rightly", "danger-shown", "x" * 2001), "too-long"),
    ):
        assert [one.code for one in judgement_faults(*given)] == [code]
    for urgent, judged, found in ((False, False, "not-urgent"), (True, True, "judged")):
        fault = not_to_judge(urgent=urgent, judged=judged)
        assert fault
        assert fault.code == found
    assert not_to_judge(urgent=True, judged=False) is None
