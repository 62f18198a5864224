"""A plan is adopted by partners that were asked and said so themselves; every version stays on the record (art. 21, 22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.protocol.conditions.plan import versions, waiting
from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.model import State
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND
from tests.protocol.signals import ADOPTED, ALONE, APPROACH, KNOWN, MATRIX, PROPOSED, TODAY

TOGETHER = (*MATRIX, APPROACH)
SECOND = Item("i2", "intervention", "O1", {"department": "wonen", "subjects": []})
NAMED = {"name": "G. Verzonnen, teamleider"}
ENTERED = NAMED | {"how": "letter", "repliedOn": TODAY.isoformat()}


def adopts(partner: str, outcome: str = "adopts", **fields: Any) -> Taken:
    return Taken("answer-plan", outcome, (partner,), NAMED | fields, TODAY)


def known(*decisions: Taken, items: tuple[Item, ...] = KNOWN.items) -> Facts:
    return replace(KNOWN, decisions=decisions, items=items)


def adopt(facts: Facts, *participants: str, about: tuple[str, ...] = ("i1",), on: str | None = None) -> list[str]:
    """The codes of what is wrong with adopting it; none when it may."""
    fields: dict[str, Any] = {"adoptedOn": on or TODAY.isoformat()}
    fields |= {"participants": list(participants)} if participants else {}
    attempt = Attempt("adopt-plan", "adopted", "Zo is het afgesproken.", fields, about=about)
    judged = judge(MIDDEN_DELFLAND, State.PLAN, attempt, frozenset({"oov"}), facts)
    return [one.code for one in judged.faults] if isinstance(judged, Refused) else []


def answer(facts: Facts, role: str, partner: str, fields: dict[str, Any], outcome: str = "adopts") -> Allowed | Refused:
    attempt = Attempt("answer-plan", outcome, "Wij doen mee.", fields, about=(partner,))
    return judge(MIDDEN_DELFLAND, State.PLAN, attempt, frozenset({role}), facts)


@pytest.mark.allowed("R-T.19", "R-21.2")
def test_two_partners_that_were_asked_and_adopted_it_themselves() -> None:
    both = known(*TOGETHER, PROPOSED, adopts("wonen"), adopts("vergunningen"))
    assert adopt(both, "wonen", "vergunningen") == []
    assert adopt(known(*TOGETHER, PROPOSED, adopts("wonen"), adopts("politie")), "politie", "wonen") == []


@pytest.mark.refused("R-T.19")
@pytest.mark.parametrize(
    ("answers", "named", "code"),
    [
        ((), ("wonen", "vergunningen"), "participants-adopted"),
        ((adopts("wonen"),), ("wonen", "vergunningen"), "participants-adopted"),
        (
            (adopts("wonen"), adopts("vergunningen", "does-not-adopt")),
            ("wonen", "vergunningen"),
            "participants-adopted",
        ),
        ((adopts("wonen"), adopts("vergunningen", "question")), ("wonen", "vergunningen"), "participants-adopted"),
        ((adopts("wonen"), adopts("vergunningen")), ("wonen", "vergunningen", "belastingen"), "participants-adopted"),
        ((adopts("wonen"), adopts("vergunningen"), adopts("politie")), ("wonen", "politie"), "participants-adopted"),
        ((adopts("wonen"), adopts("vergunningen")), (), "participants-adopted"),
        ((adopts("wonen"),), ("wonen",), "enough-partners-adopted"),
    ],
)
def test_nobody_is_named_who_was_not_asked_or_did_not_adopt_it(
    answers: tuple[Taken, ...], named: tuple[str, ...], code: str
) -> None:
    assert code in adopt(known(*TOGETHER, PROPOSED, *answers), *named)


@pytest.mark.refused("R-T.19", "R-21.2")
def test_who_is_no_partner_of_the_lot_comes_beside_two_that_are() -> None:
    """Article 21 lid 2 onder a: two or more of the LOT, possibly with others."""
    asked = replace(PROPOSED, fields={"partners": ["wonen", "vergunningen", "douane", "nvwa"]})
    outside = adopts("douane"), adopts("nvwa")
    assert adopt(known(*TOGETHER, asked, *outside), "douane", "nvwa") == ["enough-partners-adopted"]
    assert adopt(known(*TOGETHER, asked, adopts("wonen"), *outside), "wonen", "douane", "nvwa") == [
        "enough-partners-adopted"
    ]
    both = adopts("wonen"), adopts("vergunningen")
    assert adopt(known(*TOGETHER, asked, *both, *outside), "wonen", "vergunningen", "douane", "nvwa") == []


@pytest.mark.refused("R-T.19")
def test_one_person_adopts_for_one_partner_and_who_proposes_for_none() -> None:
    def by(wonen: str, vergunningen: str) -> list[str]:
        both = replace(adopts("wonen"), by=wonen), replace(adopts("vergunningen"), by=vergunningen)
        return adopt(known(*TOGETHER, replace(PROPOSED, by="anna"), *both), "wonen", "vergunningen")

    assert by("gijs", "esra") == []
    assert by("gijs", "gijs") == ["each-by-its-own-person"]
    assert by("anna", "esra") == ["each-by-its-own-person"]
    entered = replace(adopts("politie"), by="anna", fields=ENTERED)
    facts = known(*TOGETHER, replace(PROPOSED, by="anna"), replace(adopts("wonen"), by="gijs"), entered)
    assert adopt(facts, "wonen", "politie") == [], "what came in otherwise is entered by who has the file"


@pytest.mark.refused("R-T.19")
def test_a_plan_together_that_nobody_was_asked_about_is_not_adopted() -> None:
    assert adopt(known(*TOGETHER)) == ["enough-partners-adopted"]
    assert set(adopt(known(*TOGETHER), "wonen", "vergunningen")) == {"participants-adopted", "enough-partners-adopted"}


def test_who_takes_it_up_alone_needs_no_partner_and_hears_the_one_that_was_asked() -> None:
    """Article 21 lid 3 asks no second one; but a partner that was asked and did not adopt it is not passed over."""
    alone = (*MATRIX, ALONE)
    assert adopt(known(*alone)) == []
    assert adopt(known(*alone), "wonen") == ["participants-adopted"]
    assert adopt(known(*alone, PROPOSED)) == ["enough-partners-adopted"]
    assert adopt(known(*alone, PROPOSED, adopts("wonen")), "wonen") == []


@pytest.mark.refused("R-T.19", "R-22.1")
def test_a_new_version_asks_anew() -> None:
    first = (PROPOSED, adopts("wonen"), adopts("vergunningen"))
    again = known(*TOGETHER, *first, PROPOSED)
    assert adopt(again, "wonen", "vergunningen") == ["participants-adopted", "enough-partners-adopted"]
    changed = known(*TOGETHER, *first, items=(*KNOWN.items, SECOND))
    assert "is-what-was-proposed" in adopt(changed, "wonen", "vergunningen", about=("i1", "i2"))
    weighed = known(*TOGETHER, *first, Taken("reweighing", "integral"))
    assert adopt(weighed, "wonen", "vergunningen") == ["participants-adopted", "enough-partners-adopted"]


@pytest.mark.allowed("R-22.1")
def test_earlier_versions_stay_on_the_record() -> None:
    both = (adopts("wonen"), adopts("vergunningen"))
    later = replace(PROPOSED, about=("i2",))
    found = versions((*TOGETHER, PROPOSED, adopts("wonen"), PROPOSED, *both, ADOPTED, later, adopts("wonen")))
    assert [(one.number, one.state, one.interventions, [*one.adopters]) for one in found] == [
        (1, "replaced", ("i1",), ["wonen"]),
        (2, "adopted", ("i1",), ["wonen", "vergunningen"]),
        (3, "proposed", ("i2",), ["wonen"]),
    ]
    assert [one.state for one in versions((ALONE, ADOPTED))] == ["adopted"]


@pytest.mark.allowed("R-T.19")
def test_a_department_answers_itself_and_what_came_in_otherwise_says_how() -> None:
    facts = known(*TOGETHER, PROPOSED)
    for outcome in ("adopts", "does-not-adopt", "question"):
        assert isinstance(answer(facts, "department-wonen", "wonen", NAMED, outcome), Allowed)
    assert isinstance(answer(facts, "oov", "politie", ENTERED), Allowed)
    asked = known(*TOGETHER, PROPOSED, adopts("wonen", "question"))
    assert isinstance(answer(asked, "department-wonen", "wonen", NAMED), Allowed), "after his question he answers"


@pytest.mark.refused("R-T.19")
@pytest.mark.parametrize(
    ("role", "partner", "fields", "code"),
    [
        ("oov", "wonen", ENTERED, "department-answers-itself"),
        ("oov", "politie", NAMED, "missing"),
        ("oov", "politie", {name: one for name, one in ENTERED.items() if name != "name"}, "missing"),
        ("oov", "politie", ENTERED | {"repliedOn": (TODAY + timedelta(days=1)).isoformat()}, "repliedOn-not-ahead"),
        ("oov", "douane", ENTERED, "about-unknown"),
        ("department-wonen", "wonen", ENTERED, "not-asked"),
        ("department-wonen", "wonen", {}, "missing"),
        ("department-vergunningen", "vergunningen", NAMED, "has-not-answered"),
    ],
)
def test_nobody_answers_for_another(role: str, partner: str, fields: dict[str, Any], code: str) -> None:
    facts = known(*TOGETHER, PROPOSED, adopts("vergunningen", "does-not-adopt"))
    judged = answer(facts, role, partner, fields)
    assert isinstance(judged, Refused)
    assert code in [one.code for one in judged.faults]


@pytest.mark.refused("R-T.19")
def test_nobody_answers_what_was_not_asked_or_was_replaced() -> None:
    for decisions in (TOGETHER, (*TOGETHER, PROPOSED, ADOPTED), (*TOGETHER, PROPOSED, Taken("reweighing", "integral"))):
        judged = answer(known(*decisions), "department-wonen", "wonen", NAMED)
        assert isinstance(judged, Refused)
        assert [one.code for one in judged.faults][:1] == ["about-unknown"]


def test_it_is_adopted_after_the_last_participant_said_so() -> None:
    early = replace(PROPOSED, on=TODAY - timedelta(days=5))
    heard = replace(adopts("politie"), fields=ENTERED | {"repliedOn": (TODAY - timedelta(days=2)).isoformat()})
    facts = known(*TOGETHER, early, replace(adopts("wonen"), on=TODAY - timedelta(days=4)), heard)
    for days, faults in ((3, ["adoptedOn-not-before"]), (2, []), (0, [])):
        on = (TODAY - timedelta(days=days)).isoformat()
        assert adopt(facts, "wonen", "politie", on=on) == faults


@pytest.mark.parametrize("version", LAWS.versions)
def test_a_plan_is_put_before_partners_by_who_records_its_adoption_alone(version: str) -> None:
    law = LAWS.of(version)
    rules = {one.key: one for one in law.decisions}
    proposes = rules["propose-plan"].who
    assert set(proposes.roles) == set(rules["adopt-plan"].who.roles)
    assert not proposes.co_signers
    assert set(rules["answer-plan"].who.roles) - set(proposes.roles) == {
        f"department-{one}" for one in law.choices.departments
    }


def test_what_waits_is_the_last_version() -> None:
    assert waiting(known(*TOGETHER)) is None
    now = waiting(known(*TOGETHER, PROPOSED, adopts("wonen")))
    assert now is not None
    assert (now.number, [*now.adopters]) == (1, ["wonen"])
