"""What is wrong is put right: what no longer counts, what stands in its place, and who has to be told (AVG 5 and 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.protocol.conditions.approach import cells, shareable
from shared.protocol.conditions.case import Case
from shared.protocol.conditions.rectifying import (
    goes_to_a_representative,
    had,
    rectifiable,
    to_be_told,
    two_persons,
    who_knows,
)
from shared.protocol.correcting import Correction
from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.judge import Allowed, Attempt, Refused, judge, missing, possible
from shared.protocol.model import State
from shared.protocol.records import Record, judge_record
from shared.protocol.rectifying import IN_HAND, split, standing
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND
from tests.protocol.signals import BASE, CHECKED_ITEM_2, GIVEN_OUT, KNOWN, TODAY, WRONG, complete, state_of
from tests.protocol.test_urgent import URGENT

OOV = frozenset({"oov"})
WHY = {"wrong": "Het is nagezien bij de bron."}
HIT = Item("item-9", "benefits", "S1", {"hit": "q1"})


def tried(key: str, outcome: str, *about: str, facts: Facts = KNOWN, **more: object) -> Allowed | Refused:
    fields = more.pop("fields", WHY)
    attempt = Attempt(key, outcome, "een reden", fields, about=about, **more)  # type: ignore[arg-type]
    return judge(MIDDEN_DELFLAND, State.CHECK_2A, attempt, OOV, facts)


def code(found: Allowed | Refused) -> str:
    return found.faults[0].code if isinstance(found, Refused) else ""


@pytest.mark.allowed("R-T.11")
@pytest.mark.parametrize("version", LAWS.versions)
def test_who_has_the_file_puts_right_in_every_phase_and_not_in_a_closed_case(version: str) -> None:
    law = LAWS.of(version)
    for key in ("rectify", "same-person", "not-concerned"):
        rule = law.decision(key)
        assert rule is not None
        assert set(rule.states) == set(IN_HAND)
        assert {State.CLOSED, State.ENDED, State.SEALED}.isdisjoint(rule.states)
        assert set(rule.who.roles) == set(law.file_roles)


@pytest.mark.allowed("R-T.11")
@pytest.mark.refused("R-T.11")
def test_a_fact_is_corrected_by_what_stands_in_its_place_or_withdrawn_without() -> None:
    assert isinstance(tried("rectify", "corrected", "item-2", correction=Correction("Een loods.")), Allowed)
    assert isinstance(tried("rectify", "withdrawn", "item-2"), Allowed)
    assert code(tried("rectify", "corrected", "item-2")) == "correction-missing"
    assert code(tried("rectify", "withdrawn", "item-2", correction=Correction("Een loods."))) == "no-correction"
    assert code(tried("rectify", "withdrawn", "item-2", fields={})) == "missing"
    assert code(tried("rectify", "corrected", "item-2", correction=Correction())) == "missing"
    wrong = Correction("Een loods.", about="S9")
    assert code(tried("rectify", "corrected", "item-2", correction=wrong)) == "about-unknown"


@pytest.mark.refused("R-T.11")
def test_the_report_and_what_was_acted_on_are_not_put_right() -> None:
    assert set(rectifiable(KNOWN)) == {"item-2"}, (
        "not the report, nor a question that was answered, nor what was adopted"
    )
    for name in ("report", "q1", "i1", "item-77"):
        assert code(tried("rectify", "withdrawn", name)) == "about-unknown"
    fresh = replace(KNOWN, decisions=BASE[:2])
    assert {"q1", "i1"} <= set(rectifiable(fresh)), "what nobody acted on yet can be withdrawn"
    given = Correction("Anders.")
    assert code(tried("rectify", "corrected", "q1", facts=fresh, correction=given)) == "is-no-handling"


@pytest.mark.refused("R-T.11")
def test_data_of_a_hit_stay_with_their_hit() -> None:
    known = replace(KNOWN, items=(*KNOWN.items, HIT))
    assert isinstance(tried("rectify", "corrected", "item-9", facts=known, correction=Correction("Zo.")), Allowed)
    about = Correction("Zo.", about="O1")
    assert code(tried("rectify", "corrected", "item-9", facts=known, correction=about)) == "same-hit"


@pytest.mark.allowed("R-T.11")
@pytest.mark.refused("R-T.11")
def test_what_was_corrected_or_withdrawn_is_not_shared_or_weighed_and_stays_on_the_record() -> None:
    items = (*KNOWN.items, Item("item-8", "bag", "O1", corrects="item-2"))
    taken = Taken("rectify", "corrected", ("item-2", "item-8"))
    counts, superseded = split(items, standing([taken]))
    assert [one.name for one in superseded] == ["item-2"]
    facts = replace(KNOWN, items=counts, superseded=superseded)
    assert shareable(facts) == ("report", "item-8")
    assert ("item-2", "wonen") not in cells(facts, "check-2a", "may"), "what is new gets a cell of its own"
    # The decision was withdrawn: the old one counts, and what stood in its place does not.
    counts, superseded = split(items, standing([]))
    assert [one.name for one in superseded] == ["item-8"]
    counts, superseded = split(KNOWN.items, standing([WRONG]))
    assert [one.name for one in superseded] == ["item-2"]


@pytest.mark.allowed("R-T.11")
@pytest.mark.refused("R-T.11")
def test_who_was_named_twice_is_one_person() -> None:
    known = standing([Taken("same-person", "same", ("S3", "S2")), Taken("same-person", "same", ("S2", "S1"))])
    assert known.concerned(("S1", "S2", "S3")) == ("S1",)
    item = Item("i2", "intervention", "S3", {"subjects": ["S3", "S1"]})
    assert known.of(item).about == "S1"
    assert known.of(item).fields["subjects"] == ["S1"]
    two = replace(KNOWN, subjects=("S1", "S2"))
    shown: dict[str, Any] = {"fields": {"known": "Zelfde adres."}}
    assert isinstance(tried("same-person", "same", "S2", "S1", facts=two, **shown), Allowed)
    assert code(tried("same-person", "same", "S1", "S1", facts=two, **shown)) == "two-persons"
    assert code(tried("same-person", "same", "S2", "S1", **shown)) == "about-unknown"
    assert two_persons.missing(Case(two, ("S2", "S1"))) is None


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
def test_nothing_is_shared_of_who_is_not_concerned_and_his_duty_stays() -> None:
    items = (*KNOWN.items, Item("item-6", "indication", "S1"))
    out = Taken("not-concerned", "taken-out", ("S1",))
    counts, superseded = split(items, standing([out]))
    assert [one.name for one in superseded] == ["item-6"], "the question about him stays what it was"
    assert next(one for one in counts if one.name == "i1").fields["subjects"] == []
    facts = replace(KNOWN, items=counts, superseded=superseded, subjects=(), left_out=("S1",), notices={})
    assert "item-6" not in shareable(facts)
    decision = MIDDEN_DELFLAND.decision("check-2a-done")
    assert decision is not None
    undecided = [one.missing(Case(facts)) for one in decision.needs]
    assert any(one and "S1" in one for one in undecided), "whether he is told is still decided"


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
def test_whoever_received_what_was_wrong_is_told_before_the_case_closes() -> None:
    given = (*BASE, CHECKED_ITEM_2, GIVEN_OUT)
    out = Taken("not-concerned", "taken-out", ("S1",))
    assert had(replace(KNOWN, decisions=given), "item-2") == ("wonen",)
    assert had(replace(KNOWN, decisions=(*BASE, CHECKED_ITEM_2)), "item-2") == (), "checked, and not given yet"
    told = replace(KNOWN, decisions=(*given, out), left_out=("S1",), subjects=())
    assert to_be_told(told) == (("S1", "benefits"), ("S1", "wonen")), "he was asked about, and the report named him"
    shared = Taken("approach", "integral", (), {"partners": ["wonen", "vergunningen"]})
    partners = replace(KNOWN, decisions=(*BASE[:-3], shared, WRONG), superseded=KNOWN.items[1:2])
    assert to_be_told(partners) == (("item-2", "wonen"),)
    done = Taken("set-right", "impossible", ("item-2", "wonen"))
    assert to_be_told(replace(partners, decisions=(*partners.decisions, done))) == ()


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
def test_the_riec_is_told_of_what_its_package_had_and_of_what_it_was_given_on_its_question() -> None:
    may = Taken("check-2a", "may", ("item-2", "riec"))

    def told(*taken: Taken) -> tuple[tuple[str, str], ...]:
        return to_be_told(replace(KNOWN, decisions=(*BASE, *taken)))

    handed_in = Taken("riec-intake", "handed-in")
    assert told(may, handed_in, WRONG) == (("item-2", "riec"),)
    given = Taken("riec-supplement", "given", ("item-2",))
    assert told(may, given, WRONG) == (("item-2", "riec"),)
    done = Taken("set-right", "told", ("item-2", "riec"))
    assert told(may, handed_in, WRONG, done) == ()
    # Not what stood right before it left, nor what check 2A kept from it, nor a question that was answered with nothing.
    assert told(may, WRONG, handed_in) == ()
    assert told(replace(may, outcome="may-not"), handed_in, WRONG) == ()
    assert told(may, replace(given, outcome="nothing", about=()), WRONG) == ()
    assert told(may, replace(given, about=("report",)), WRONG) == ()


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
def test_a_child_is_marked_and_its_notice_goes_to_who_represents_it() -> None:
    mother: dict[str, Any] = {"representative": [{"name": "Els Wilgenroos", "address": "Dorpsstraat 1"}]}

    def recorded(about: str, fields: dict[str, Any]) -> list[str]:
        record = Record("child", about, "Volgens de melding zestien noch ouder.", None, fields)
        return [one.code for one in judge_record(MIDDEN_DELFLAND, State.WEGING_1, record, "oov", KNOWN)]

    assert recorded("S1", mother) == recorded("S1", {}) == []
    assert recorded("O1", mother) == ["about-a-person"]
    assert recorded("S1", {"representative": [*mother["representative"], *mother["representative"]]}) == [
        "does-not-fit"
    ]
    assert "item-4" not in shareable(replace(KNOWN, items=(Item("item-4", "child", "S1"),))), "for the notice alone"

    def missing(**fields: object) -> str | None:
        facts = Facts(TODAY, items=(Item("child", "child", "S1", fields),))
        return goes_to_a_representative.missing(Case(facts))

    assert missing(child=True, **mother) is None
    assert missing(child=False) is None
    assert missing(child=True, representative=[]) is not None


@pytest.mark.allowed("R-T.13")
@pytest.mark.refused("R-T.13")
def test_a_mark_of_words_is_made_in_every_phase_goes_to_nobody_and_lapses_when_it_is_wrong() -> None:
    record = Record("reporter-clue", "report", "ik ben de buurvrouw")
    for state in IN_HAND:
        made = judge_record(MIDDEN_DELFLAND, state, record, "oov", KNOWN)
        assert [one.code for one in made] == (["purpose-first"] if state == State.RECEIVED else []), state
    lot = judge_record(MIDDEN_DELFLAND, State.PHASE_2, record, "lot-member", KNOWN)
    assert [one.code for one in lot] == ["not-yours"]
    known = replace(KNOWN, items=(*KNOWN.items, Item("item-4", record.category, "report")))
    assert "item-4" not in shareable(known)
    assert tried("rectify", "withdrawn", "item-4", facts=known).__class__ is Allowed
    instead = Correction("andere woorden")
    assert code(tried("rectify", "corrected", "item-4", facts=known, correction=instead)) == "is-no-handling"
    gone = standing((Taken("rectify", "withdrawn", ("item-4",)),))
    assert not gone.counts(Item("item-4", record.category, "report"))


PAPER = Item("p1", "paper", "report", {"items": ["report", "item-2"]}, on=date(2025, 12, 1))
LATER = date(2025, 12, 8)


@pytest.mark.allowed("R-6.7")
def test_who_had_it_before_phase_4_is_told_too() -> None:
    """A question and a paper are shares, in whichever phase, and it may have been put right in any."""
    items = (*KNOWN.items, PAPER)
    wrong = replace(WRONG, on=LATER)
    here = replace(KNOWN, items=items, decisions=(*BASE, wrong))
    before = replace(KNOWN, items=items, right_before=(wrong,))
    for facts in (here, before):
        assert to_be_told(facts) == (("item-2", "lot-member"),)
        assert possible(MIDDEN_DELFLAND, facts)["receiver"] == ("lot-member",)
        done = Taken("set-right", "told", ("item-2", "lot-member"))
        assert to_be_told(replace(facts, decisions=(*facts.decisions, done))) == ()
    out = Taken("not-concerned", "taken-out", ("S1",), on=LATER)
    assert had(replace(here, decisions=(), right_before=(out,)), "S1") == ("benefits", "lot-member")


@pytest.mark.refused("R-6.7")
def test_who_did_not_have_it_is_not_told() -> None:
    late = replace(PAPER, on=LATER + timedelta(days=1))
    without_him = replace(PAPER, fields={"items": ["report"], "concerning": ["O1"]})
    out, wrong = Taken("not-concerned", "taken-out", ("S1",), on=LATER), replace(WRONG, on=LATER)
    assert had(replace(KNOWN, items=(late,), right_before=(wrong,)), "item-2") == ()
    assert had(replace(KNOWN, items=(without_him,), right_before=(wrong,)), "item-2") == ()
    assert had(replace(KNOWN, items=(without_him,), right_before=(out,)), "S1") == ()
    # Decided on in phase 4: what was wrong before that goes to nobody by it.
    assert had(replace(KNOWN, decisions=(*BASE, CHECKED_ITEM_2, GIVEN_OUT), right_before=(wrong,)), "item-2") == ()


@pytest.mark.allowed("R-6.7")
@pytest.mark.refused("R-6.7")
def test_a_person_is_found_by_one_field_by_another_code_and_by_a_finding_that_brought_him_to_light() -> None:
    out = Taken("not-concerned", "taken-out", ("S1",), on=LATER)
    in_part = replace(PAPER, fields={"items": ["report"], "concerning": ["S1.name"]})
    assert had(replace(KNOWN, items=(in_part,), right_before=(out,)), "S1") == ("lot-member",)
    # He was called S3 when the paper was made, and S1 when he was asked about.
    twice = replace(in_part, fields={"items": ["report"], "concerning": ["S3"]})
    asked = Item("q1", "question", "S1", {"source": "benefits"})
    merged = replace(KNOWN, items=(twice, asked), right_before=(replace(out, about=("S3",)),), same={"S3": "S1"})
    assert had(merged, "S3") == ("lot-member", "benefits")
    # Who is known by a finding went along with that, and not with the report.
    found = Item("item-5", "bag", "O1", {"persons": [{"subject": "S4", "name": "Kees Wilg"}]})
    late = replace(out, about=("S4",))
    for items, expected in ((["report"], ()), (["item-5"], ("lot-member",))):
        paper = replace(PAPER, fields={"items": items})
        assert had(replace(KNOWN, items=(found, paper), right_before=(late,)), "S4") == expected


@pytest.mark.allowed("R-6.7")
def test_what_an_earlier_holder_told_and_who_confirmed_it_counts_with_the_next() -> None:
    wrong, to = replace(WRONG, on=LATER), ("item-2", "lot-member")
    told = Taken("set-right", "told", to, on=LATER + timedelta(days=2))
    facts = replace(KNOWN, items=(*KNOWN.items, PAPER), right_before=(wrong, told))
    assert to_be_told(facts) == ()
    (known,) = who_knows(facts)
    assert (known.how, known.told, known.confirmed) == ("told", told.on, None), (
        "by its code, on the day it was recorded"
    )
    day = (LATER + timedelta(days=5)).isoformat()
    (known,) = who_knows(replace(facts, decisions=(Taken("set-right", "confirmed", to, {"confirmedOn": day}),)))
    assert (known.how, known.told, known.confirmed) == ("confirmed", told.on, date.fromisoformat(day))


@pytest.mark.allowed("R-6.7", "R-12.4")
@pytest.mark.refused("R-6.7")
def test_a_signal_does_not_end_before_who_had_it_was_told_but_for_a_danger_to_a_life() -> None:
    facts = replace(KNOWN, items=(*KNOWN.items, PAPER), right_before=(replace(WRONG, on=LATER),))
    ends = [
        (decision, outcome) for decision in MIDDEN_DELFLAND.decisions for outcome in decision.outcomes if outcome.ends
    ]
    assert {one.key for one, _ in ends} >= {"no-signal", "weging-1", "weging-3", "weging-4", "approach"}
    for decision, outcome in ends:
        waits = missing(MIDDEN_DELFLAND, decision, outcome, facts, (), {})
        assert "everybody-set-right" in {one.code for one in waits}, (decision.key, outcome.key)
    decision, outcome = next((one, each) for one, each in ends if each.urgent_to)
    good = complete(MIDDEN_DELFLAND, decision, outcome)
    state, role = state_of(decision, outcome), decision.who.roles[0]
    calmly = judge(MIDDEN_DELFLAND, state, good, frozenset({role}), facts)
    assert isinstance(calmly, Refused)
    assert [one.code for one in calmly.faults] == ["everybody-set-right"]
    judged = judge(MIDDEN_DELFLAND, state, replace(good, forwarding=URGENT), frozenset({role}), facts)
    assert isinstance(judged, Allowed), judged
    assert judged.urgent
