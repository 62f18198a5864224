"""Whoever outside the file comes to know something stands in the disclosure register, by whatever road (R-6.4, R-T.14).

Walks the law: every outcome that passes a signal on or shares something, every record that asks somebody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.assessment.policy import AssessmentPolicy
from services.casework.given_out import going_with
from services.casework.orders import answer_to
from services.casework.policy import CaseworkPolicy
from services.export.wording import document
from services.sources.policy import SourcesPolicy
from shared.contracts.assessment import Begun, SubjectsContent
from shared.contracts.export import ShareContent
from shared.contracts.intake import ReportedObject, Subject
from shared.engine import roads
from shared.engine.common import following
from shared.engine.documents import Content, Finding, Report, Words
from shared.engine.effects import Ask, CopyByLetter, Disclose, OpenTasks, Tell
from shared.engine.entitled import bases_of, tasks_of
from shared.engine.given import Given
from shared.engine.goes_on import became_known
from shared.engine.loaded import Loaded
from shared.engine.papers import composed
from shared.engine.policy import Policy
from shared.engine.shares import along, along_wrong, share_of, went
from shared.engine.tables import DecisionRow, Dossier, TaskRow
from shared.protocol.conditions.orders import ANSWERED_BY_HOLDER
from shared.protocol.judge import Attempt, AttemptPart
from shared.protocol.laws import Laws
from shared.protocol.model import HOLDER_OF, Category, Decision, Outcome, State
from shared.protocol.municipality import TABLE_OF_THE_RIEC

LAW = Laws.read("midden-delfland-2025").configured
NOW = datetime(2026, 1, 2, tzinfo=UTC)
POLICIES: dict[str, Policy] = {
    "assessment": AssessmentPolicy(),
    "sources": SourcesPolicy(),
    "casework": CaseworkPolicy(),
}
DEPARTMENT = next(iter(LAW.organisations["department"]))
BOTH = (DEPARTMENT, "politie")
SUBJECTS = (Subject(name="Jan Wilgenroos"),)
INTERVENTION = Finding(
    category="intervention",
    about="S1",
    finding="Een bestuurlijke rapportage.",
    fields={
        "department": DEPARTMENT,
        "instrument": next(iter(LAW.choices.powers)),
        "plannedOn": "2026-03-01",
        "subjects": ["S1"],
    },
    recorded_by="anna",
    recorded_at=NOW.isoformat(),
)
RECORDS: dict[str, dict[str, Any]] = {
    "paper": {"meeting": "M-1", "items": ["report"]},
    "question": {"source": "horeca-permits", "answerBy": "2026-12-01"},
    "intervention": INTERVENTION.fields,
    "monitoring": {"intervention": "item-2"},
    "department-question": {"order": "item-2"},
}


def taken(key: str, outcome: str, state: State, **more: Any) -> DecisionRow:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "number": "S-00000-00000",
        "version": 9,
        "key": key,
        "outcome": outcome,
        "article": "art. 1",
        "status": "taken",
        "state_before": state,
        "state_after": state,
        "ends": False,
        "deciders": ["anna"],
        "dissenters": [],
        "co_signers": [],
        "recorder": "anna",
        "role": "oov",
        "about": [],
        "forwarding": None,
        "taken_at": NOW,
        "effective_at": NOW,
        "protocol": LAW.version,
        "sends": [],
        "next_at": NOW,
    }
    return DecisionRow(**facts | more)


def loaded(state: State, decisions: list[DecisionRow], words: dict[str, Words] | None = None) -> Loaded:
    number = "S-00000-00000"
    dossier = Dossier(
        number=number,
        signal=number,
        version=9,
        state=state,
        protocol=LAW.version,
        received_on=date(2026, 1, 1),
        last_act_on=date(2026, 1, 1),
        earlier=[],
        closed_to=[],
    )
    content = Content(Report(text="x", subjects=SUBJECTS), {"item-2": INTERVENTION}, words or {}, {"report": b""})
    return Loaded(dossier, LAW, NOW.date(), decisions=tuple(decisions), content=content)


def shared_by(policy: Policy, rule: Decision, outcome: Outcome, state: State, **more: Any) -> list[Disclose]:
    fields = more.pop("fields", {})
    leads_to = outcome.leads_to or state
    decision = taken(rule.key, outcome.key, state, state_after=leads_to, ends=outcome.ends, **more)
    cell = taken("check-2a", "may", State.CHECK_2A, about=["report", DEPARTMENT], version=1)
    known = loaded(state, [cell, decision], {str(decision.id): Words(reason="x", fields=fields)})
    return [one for one in following(policy, known, decision) if isinstance(one, Disclose)]


def outcomes() -> Iterator[tuple[Decision, Outcome, State]]:
    for rule in LAW.decisions:
        for state in rule.states:
            if HOLDER_OF.get(state) in POLICIES:
                yield from ((rule, one, state) for one in rule.outcomes_in(state))


PASSED_ON = [found for found in outcomes() if found[1].forward_to]
SHARED = [found for found in outcomes() if found[1].discloses]


@pytest.mark.parametrize(("rule", "outcome", "state"), PASSED_ON, ids=lambda one: getattr(one, "key", str(one)))
def test_what_is_passed_on_is_one_line_and_what_goes_to_nobody_is_none(
    rule: Decision, outcome: Outcome, state: State
) -> None:
    policy = POLICIES[HOLDER_OF[state]]
    for kind in outcome.forward_to:
        given = {"recipientKind": kind, "recipient": "ontvanger", "items": ["report"]}
        (line,) = shared_by(policy, rule, outcome, state, forwarding=given)
        assert (line.road, line.recipient, line.items) == (roads.FORWARDING, "ontvanger", ("report",))
        assert line.passes_duty
        assert line.outside == (kind != "department")
        assert bool(line.subjects) == line.outside, "who is concerned has to know by then"
    nobody: dict[str, Any] = {"recipientKind": None, "recipient": None, "items": []}
    assert shared_by(policy, rule, outcome, state, forwarding=nobody) == []


@pytest.mark.parametrize(("rule", "outcome", "state"), SHARED, ids=lambda one: getattr(one, "key", str(one)))
def test_who_takes_part_gets_a_line_with_what_check_2a_allows_him(
    rule: Decision, outcome: Outcome, state: State
) -> None:
    named = [one.name for one in rule.asked(outcome) if one.name == "partners"]
    fields: dict[str, Any] = {name: [DEPARTMENT, "politie"] for name in named}
    plan = ("item-2",) if rule.key == "propose-plan" else ()
    fields |= {"answerBy": "2026-02-01"} if plan else {}
    lines = shared_by(POLICIES[HOLDER_OF[state]], rule, outcome, state, fields=fields, about=["item-2"])
    assert [one.recipient for one in lines] == ([DEPARTMENT, "politie"] if named else [TABLE_OF_THE_RIEC])
    assert {one.items for one in lines if one.recipient == DEPARTMENT} <= {(*plan, "report")}
    assert {one.items for one in lines if one.recipient == "politie"} <= {plan}, "what 2A allows him nothing of"
    assert any(one.outside and one.subjects for one in lines)


def test_what_shares_something_is_read_beforehand_and_nothing_else_is_said_to() -> None:
    by_itself = {("adopt-plan", "adopted"), ("check-2b-done", "complete")}
    for rule, outcome, _ in outcomes():
        known = bool(outcome.forward_to or outcome.discloses or (rule.key, outcome.key) in by_itself)
        assert roads.shares(rule, outcome) is known, (rule.key, outcome.key)
        means = {"riec-intake": "riec", "riec-supplement": "riec"}.get(rule.key) if outcome.discloses else None
        assert roads.only_to(rule, outcome) == (means or outcome.forward_only_to)


@pytest.mark.allowed("R-T.14", "R-22.1")
def test_who_adopted_a_plan_gets_it_once_more_and_nothing_of_a_person_with_it() -> None:
    adopts = [
        taken("answer-plan", "adopts", State.PLAN, version=4 + place, about=[one]) for place, one in enumerate(BOTH)
    ]
    proposed = taken("propose-plan", "proposed", State.PLAN, version=3, about=["item-2"])
    cell = taken("check-2a", "may", State.CHECK_2A, about=["report", DEPARTMENT], version=1)
    adopted = taken("adopt-plan", "adopted", State.PLAN, about=["item-2"], state_after=State.CHECK_2B)
    words = {
        str(proposed.id): Words(reason="x", fields={"partners": list(BOTH), "answerBy": "2026-02-01"}),
        str(adopted.id): Words(reason="x", fields={"participants": list(BOTH), "adoptedOn": "2026-01-02"}),
        str(adopts[0].id): Words(reason="x", fields={"name": "G. Verzonnen"}),
        str(adopts[1].id): Words(reason="x", fields={"name": "P. Bedacht", "how": "letter", "repliedOn": "2026-01-01"}),
    }
    known = loaded(State.PLAN, [cell, proposed, *adopts, adopted], words)
    effects = following(POLICIES["casework"], known, adopted)
    lines = [one for one in effects if isinstance(one, Disclose)]
    assert [(one.recipient, one.items, one.outside) for one in lines] == [
        (DEPARTMENT, ("item-2",), False),
        ("politie", ("item-2",), True),
    ]
    contents = [
        one.content for one in effects if isinstance(one, CopyByLetter) and isinstance(one.content, ShareContent)
    ]
    assert len(contents) == 2
    for one in contents:
        assert one.plan is not None
        assert (one.items, one.subjects) == ((), {})
        assert [action.about for action in one.plan.actions] == [None], "it is about S1, whom nothing here tells"
        assert [(by.partner, by.name, by.entered_as) for by in one.plan.adopted_by] == [
            (DEPARTMENT, "G. Verzonnen", None),
            ("politie", "P. Bedacht", "letter"),
        ]


@pytest.mark.allowed("R-T.19", "R-22.1")
@pytest.mark.refused("R-T.19")
def test_what_was_left_out_of_a_plan_is_left_out_of_it_when_it_is_adopted() -> None:
    plan = "Controle bij Roos Wilgenburg, Dorpsstraat 1, en op Molenweg 5."
    cell = taken("check-2a", "may", State.CHECK_2A, about=["report", DEPARTMENT], version=1)
    proposed = taken("propose-plan", "proposed", State.PLAN, version=3, about=["item-2"])
    adopts = taken("answer-plan", "adopts", State.PLAN, version=4, about=[DEPARTMENT])
    adopted = taken("adopt-plan", "adopted", State.PLAN, about=["item-2"], state_after=State.CHECK_2B)
    asked = {"partners": list(BOTH), "answerBy": "2026-02-01", "concerning": ["S2"]}
    words = {
        str(proposed.id): Words(reason="x", fields=asked),
        str(adopts.id): Words(reason="x", fields={"name": "G. Verzonnen"}),
        str(adopted.id): Words(reason="x", fields={"participants": list(BOTH), "adoptedOn": "2026-01-02"}),
    }
    findings = {**HOLDER.opened.findings, "item-2": INTERVENTION.model_copy(update={"finding": plan})}
    content = replace(HOLDER.opened, findings=findings, words=words)
    read = {}
    for decisions in ((cell, proposed), (cell, proposed, adopts, adopted)):
        effects = following(POLICIES["casework"], replace(HOLDER, decisions=decisions, content=content), decisions[-1])
        told = [one.content for one in effects if isinstance(one, CopyByLetter)]
        read[decisions[-1].key] = {one.recipient: one.plan for one in told if isinstance(one, ShareContent)}
    for partner in BOTH:
        before, after = read["propose-plan"][partner], read["adopt-plan"][partner]
        assert before is not None
        assert after is not None
        assert before.actions == after.actions
        assert "Dorpsstraat" not in after.model_dump_json()
    mine = read["adopt-plan"][DEPARTMENT]
    assert mine is not None
    assert "Molenweg 5" in mine.actions[0].text, "what went along stays"


PROCESSES = [one for one in LAW.categories if one.process]


@pytest.mark.parametrize("category", PROCESSES, ids=lambda one: str(one.key))
def test_who_is_asked_something_gets_a_line_when_he_can_read_it(category: Category) -> None:
    finding = INTERVENTION.model_copy(update={"category": category.key, "fields": RECORDS[category.key]})
    for state in category.states:
        effects = POLICIES[HOLDER_OF[state]].recorded(loaded(state, []), "item-3", finding)
        asked = [one for one in effects if isinstance(one, Ask) and one.role not in LAW.file_roles]
        lines = [one for one in effects if isinstance(one, Disclose)]
        assert [one.item for one in asked if not one.later] == [one.items[0] for one in lines]


def test_a_department_gets_its_line_when_it_is_asked_and_no_second_one() -> None:
    adopted = taken("adopt-plan", "adopted", State.PLAN, version=2, about=["item-2"])
    cell = taken("check-2b", "may", State.CHECK_2B, version=3, about=["item-2", "report"])
    done = taken("check-2b-done", "complete", State.CHECK_2B, version=4, state_after=State.EXECUTION)
    known = loaded(State.CHECK_2B, [adopted, cell, done])
    effects = following(POLICIES["casework"], known, done)
    (opened,) = [one for one in effects if isinstance(one, OpenTasks)]
    (line,) = [one for one in effects if isinstance(one, Disclose)]
    assert opened.items == ("item-2",)
    assert (line.road, line.recipient, line.items) == (roads.INTERVENTION, DEPARTMENT, ("item-2", "report"))
    again = taken("check-2b-done", "complete", State.CHECK_2B, version=8, state_after=State.EXECUTION)
    known = loaded(State.CHECK_2B, [adopted, cell, done, again])
    assert not [one for one in following(POLICIES["casework"], known, again) if isinstance(one, Disclose)]


@pytest.mark.allowed("R-T.10", "R-T.14")
def test_the_line_and_what_the_receiver_reads_say_the_task_and_the_basis_in_words() -> None:
    cell = taken("check-2a", "may", State.CHECK_2A, version=1, about=["report", DEPARTMENT])
    other = taken("check-2a", "may", State.CHECK_2A, version=2, about=["item-2", DEPARTMENT])
    chosen = taken("approach", "integral", State.APPROACH, version=3, state_after=State.PLAN)
    fields = {
        "partners": [DEPARTMENT, "politie"],
        "basis": {DEPARTMENT: "verenigbaar-doel", "politie": "gezag-politie"},
    }
    words = {
        str(cell.id): Words(reason="x", fields={"task": "toezicht-huisvesting", "basis": "publieke-taak"}),
        str(other.id): Words(reason="x", fields={"task": "sluiting-woning"}),
        str(chosen.id): Words(reason="x", fields=fields),
    }
    known = loaded(State.APPROACH, [cell, other, chosen], words)
    (line,) = [one for one in following(POLICIES["casework"], known, chosen) if isinstance(one, Disclose) and one.items]
    tasks, bases = tasks_of(known, replace(line, items=("report",))), bases_of(known, replace(line, items=("report",)))
    assert tasks == ("Toezicht op de huisvesting (Huisvestingswet 2014, artikel 33; het college)",)
    assert [one.split(" (Alg")[1] for one in bases] == [
        "emene verordening gegevensbescherming, artikel 6 lid 1 onder e; de burgemeester)",
        "emene verordening gegevensbescherming, artikel 6 lid 1 onder e en lid 4; het college)",
    ]
    told = share_of(known, chosen, replace(line, items=("report",)))
    assert (told.tasks, told.bases) == (tasks, bases)
    said = [value for _, value in document(LAW, told, live=True)["lines"]]
    assert {*tasks, *bases} <= set(said)
    police = tasks_of(known, replace(line, recipient="politie"))
    assert police == (), "what was chosen for one is said of no other"


@pytest.mark.allowed("R-T.8")
@pytest.mark.parametrize(("key", "outcome"), [("purpose", "set"), ("no-signal", "spam")])
def test_rights_hears_that_a_signal_has_begun_and_only_then(key: str, outcome: str) -> None:
    begun = taken(key, outcome, State.RECEIVED, state_after=State.WEGING_1)
    (told,) = AssessmentPolicy().follows(loaded(State.RECEIVED, [begun]), begun)
    assert isinstance(told, Tell)
    assert isinstance(told.message, Begun)
    assert (told.to, told.message.decision.key) == ("rights", key)
    later = taken("weging-1", "suspicion", State.WEGING_1, state_after=State.WEGING_2A)
    assert not AssessmentPolicy().follows(loaded(State.WEGING_1, [begun, later]), later)
    met = became_known(loaded(State.WEGING_1, [begun]), {"S2": SUBJECTS[0]})
    assert isinstance(met.content, SubjectsContent)
    assert met.content.begun
    assert met.content.begun.key == key


# --- who goes along, and what of him ----------------------------------------------------------------------

ROOS = Subject(name="Roos Wilgenburg", address="Dorpsstraat 1, Maasland", occupation="kok")
KEES = Subject(name="Kees Zevenster", address="Molenweg 5")
SHED = ReportedObject(kind="building", address="Molenweg 5", description="Schuur van Roos Wilgenburg, Dorpsstraat 1")
FAR = SHED.model_copy(update={"address": "Dorpsstraat 12"})
TEXT = "Roos Wilgenburg (kok, Dorpsstraat 1) helpt Kees Zevenster op Molenweg 5."
HOLDER = replace(
    loaded(State.CHECK_2B, []),
    content=Content(
        Report(text=TEXT, subjects=(ROOS, KEES), objects=(SHED,)),
        {
            "item-2": INTERVENTION,
            "item-3": INTERVENTION.model_copy(update={"category": "bag", "about": "S2", "finding": "Kees huurt."}),
        },
        {},
        {"report": b""},
    ),
)


@pytest.mark.allowed("R-T.15", "R-T.16")
@pytest.mark.refused("R-T.15", "R-T.16")
def test_a_name_without_an_address_and_an_address_without_a_name() -> None:
    named = along(HOLDER, ["report"], ("S1.name", "S2", "O1"))
    assert named.subjects == {"S1": Subject(name=ROOS.name), "S2": KEES}
    assert (named.left_out, named.in_part) == (0, 1)
    (item,) = named.items
    assert item.text == "Roos Wilgenburg ([beroep van S1], [adres van S1]) helpt Kees Zevenster op Molenweg 5."
    assert named.objects["O1"].description == "Schuur van Roos Wilgenburg, [adres van S1]"
    further = replace(
        HOLDER, content=replace(HOLDER.opened, report=HOLDER.opened.report.model_copy(update={"objects": (FAR,)}))
    )
    assert "Dorpsstraat 1" not in (along(further, ["report"], ("S1.name", "S2", "O1")).items[0].text or "")
    nameless = along(HOLDER, ["report"], ("S1.address", "S2.name"))
    assert nameless.subjects == {"S1": Subject(address=ROOS.address), "S2": Subject(name=KEES.name)}
    assert (nameless.left_out, nameless.in_part) == (1, 2)
    (item,) = nameless.items
    assert item.text == "S1 ([beroep van S1], Dorpsstraat 1) helpt Kees Zevenster op [adres van S2]."
    everything = along(HOLDER, ["report"])
    assert (everything.items[0].text, everything.subjects) == (TEXT, {"S1": ROOS, "S2": KEES})
    assert (everything.left_out, everything.in_part) == (0, 0)


@pytest.mark.allowed("R-T.14")
@pytest.mark.refused("R-T.14")
def test_the_register_has_which_fields_went_and_not_what_they_say() -> None:
    line = Disclose(roads.FORWARDING, "partner", "politie", ("report", "item-2"))
    assert went(HOLDER, line) == ("S1.name", "S1.address", "S1.occupation", "S2.name", "S2.address", "O1")
    assert went(HOLDER, replace(line, concerning=("S1.name", "O1"))) == ("S1.name", "O1")
    assert went(HOLDER, replace(line, concerning=())) == ()
    assert went(HOLDER, replace(line, items=("item-2",))) == (), "an order by itself tells codes"
    question = INTERVENTION.model_copy(update={"category": "question", "fields": RECORDS["question"]})
    for about, known in (("S2", ("S2.name", "S2.address")), ("O1", ("O1",))):
        asked = POLICIES["sources"].recorded(HOLDER, "item-9", question.model_copy(update={"about": about}))
        (line,) = [one for one in asked if isinstance(one, Disclose)]
        assert went(HOLDER, line) == known, "who keeps the source reads whom it is about"


def ordered(*cells: tuple[str, Any]) -> Loaded:
    """A case of which check 2B lets these go along with its order, by item."""
    adopted = taken("adopt-plan", "adopted", State.PLAN, version=2, about=["item-2"])
    rows = [
        taken("check-2b", "may", State.CHECK_2B, version=3 + place, about=["item-2", item])
        for place, (item, _) in enumerate(cells)
    ]
    chosen = {
        str(row.id): Words(reason="x", fields={} if one is None else {"concerning": one})
        for row, (_, one) in zip(rows, cells, strict=True)
    }
    done = taken("check-2b-done", "complete", State.CHECK_2B, version=9, state_after=State.EXECUTION)
    return replace(HOLDER, decisions=(adopted, *rows, done), content=replace(HOLDER.opened, words=chosen))


def with_order(known: Loaded, text: str) -> Loaded:
    """The same with `text` as its order."""
    findings = {**known.opened.findings, "item-2": INTERVENTION.model_copy(update={"finding": text})}
    return replace(known, content=replace(known.opened, findings=findings))


def order_of(known: Loaded) -> tuple[dict[str, Any], Disclose, ShareContent]:
    """What the department reads, its line in the register, and what was read of it beforehand."""
    casework, done = POLICIES["casework"], known.decisions[-1]
    task = TaskRow(id=uuid4(), number=known.number, item="item-2", kind=roads.INTERVENTION, role=DEPARTMENT)
    (line,) = [one for one in following(casework, known, done) if isinstance(one, Disclose)]
    return casework.show_task(task, known), line, share_of(known, done, line)


@pytest.mark.allowed("R-T.18", "R-T.15")
@pytest.mark.refused("R-T.18", "R-T.15")
def test_an_order_has_of_whom_and_what_check_2b_chose() -> None:
    whole, line, _ = order_of(ordered(("report", None)))
    assert (line.concerning, list(whole["subjects"]), whole["leftOut"]) == (None, ["S1", "S2"], 0)
    assert whole["items"]["report"]["text"] == TEXT
    known = with_order(ordered(("report", ["S1.name"]), ("item-3", ["S2"])), f"Ga langs: {TEXT}")
    order, line, beforehand = order_of(known)
    assert order["intervention"] == (
        "Ga langs: Roos Wilgenburg ([beroep van S1], [adres van S1]) helpt Kees Zevenster op Molenweg 5."
    )
    assert (line.concerning, went(known, line)) == (("S1.name", "S2"), ("S1.name", "S2.name", "S2.address"))
    assert order["subjects"] == {"S1": {"name": ROOS.name}, "S2": {"name": KEES.name, "address": KEES.address}}
    assert (order["objects"], order["leftOut"], order["inPart"]) == ({}, 1, 1)
    assert "Dorpsstraat" not in str(order)
    assert {one.item: one.text for one in beforehand.items} == {
        "item-2": order["intervention"],
        "report": order["items"]["report"]["text"],
        "item-3": order["items"]["item-3"]["finding"],
    }
    assert (beforehand.subjects["S1"], beforehand.concerned_in_part) == (Subject(name=ROOS.name), 1)
    done = taken("check-2b-done", "complete", State.CHECK_2B, version=20, state_after=State.EXECUTION)
    for item, concerning, tells in (
        ("report", ["S1.name"], False),
        ("report", ["S1.name", "S1.address"], True),
        ("item-3", ["S2.name"], True),
    ):
        cell = taken("check-2b", "may", State.CHECK_2B, version=15, about=["item-2", item])
        chose = {**known.opened.words, str(cell.id): Words(reason="x", fields={"concerning": concerning})}
        again = replace(known, decisions=(*known.decisions, cell, done), content=replace(known.opened, words=chose))
        lines = [one for one in following(POLICIES["casework"], again, done) if isinstance(one, Disclose)]
        assert bool(lines) is tells, "what it has now is a line when it is not what it had"
        for one in lines:
            assert set(concerning) <= set(went(again, one))
            assert share_of(again, done, one).subjects == going_with("item-2", again).subjects
    nobody, _, _ = order_of(ordered(("report", [])))
    assert (nobody["subjects"], nobody["leftOut"]) == ({}, 3)
    asked = INTERVENTION.model_copy(update={"category": "department-question", "fields": {"order": "item-2"}})
    later = ordered(("report", []))
    answer = taken(ANSWERED_BY_HOLDER, "answered", State.EXECUTION, version=10, about=["item-7"])
    words = {**later.opened.words, str(answer.id): Words(reason="x", fields={"answer": TEXT})}
    findings = {**later.opened.findings, "item-7": asked}
    later = replace(
        later, decisions=(*later.decisions, answer), content=replace(later.opened, words=words, findings=findings)
    )
    assert answer_to(later, "item-7")["answer"] == "S1 ([beroep van S1], [adres van S1]) helpt S2 op [adres van S2]."
    assert nobody["items"]["report"]["text"].startswith("S1 ([beroep van S1], [adres van S1]) helpt S2 op")
    casework = POLICIES["casework"]
    check = Given(Attempt("check-2b-done", "complete", "x", {"conclusion": "x"}), 9)
    assert casework.faults(known, check) == ()
    named = with_order(ordered(("report", [])), "Ga langs bij K33s Zevenster.")
    assert [one.code for one in casework.faults(named, check)] == ["names-left-out"], "of an order too"
    odd = replace(known.opened, report=known.opened.report.model_copy(update={"text": "K33s Zevenster, Z3venster."}))
    hidden = replace(ordered(("report", ["S1"])), content=replace(odd, words=ordered(("report", None)).opened.words))
    assert casework.faults(hidden, check) == (), "without a choice nobody is left out"


@pytest.mark.allowed("R-T.15", "R-T.16")
@pytest.mark.refused("R-T.15", "R-T.16")
def test_nothing_of_one_person_or_object_says_who_or_where_another_is() -> None:
    kees = Subject(name=KEES.name, address="Bij Roos Wilgenburg, Molenweg 5", occupation="Klusser bij Roos Wilgenburg")
    shed = SHED.model_copy(update={"address": "Erf van Roos Wilgenburg", "description": "Naast Plein 3, 2635AB."})
    far = ReportedObject(kind="building", address="Plein 3, 2635 AB Den Hoorn")
    report = Report(text="Kees, Plein 3 in Den Hoorn, om 3 uur.", subjects=(ROOS, kees), objects=(shed, far))
    known = replace(HOLDER, content=replace(HOLDER.opened, report=report))
    going = along(known, ["report"], ("S2", "O1"))
    assert going.subjects == {
        "S2": Subject(name=KEES.name, address="Bij S1, Molenweg 5", occupation="Klusser bij S1"),
    }
    assert going.objects["O1"].address == "Erf van S1"
    assert going.objects["O1"].description == "Naast [adres van O2], [adres van O2]."
    assert going.items[0].text == "Kees, [adres van O2] in Den Hoorn, om 3 uur."
    assert along(known, ["report"], ("S2", "O1", "O2")).items[0].text == report.text, (
        "where one is that goes along stays"
    )
    for one in (kees.model_copy(update={"occupation": "Klusser bij W1lgenburg"}), KEES):
        odd = replace(known, content=replace(known.opened, report=report.model_copy(update={"subjects": (ROOS, one)})))
        wrong = along_wrong(odd, ("S2", "O1"), "fields.concerning", ["report"])
        assert [each.code for each in wrong] == ([] if one is KEES else ["names-left-out"])
    plan = with_order(HOLDER, "Ga langs bij W1lgenburg.")
    attempt = Attempt("propose-plan", "proposed", "x", {"concerning": [], "partners": [DEPARTMENT]}, about=("item-2",))
    assert [one.code for one in roads.along_faults_in(plan, attempt)] == ["names-left-out"], "a plan is read too"
    note = INTERVENTION.model_copy(update={"category": "paper", "finding": TEXT, "fields": RECORDS["paper"]})
    assert composed(HOLDER, note)["note"] == "S1 ([beroep van S1], [adres van S1]) helpt S2 op [adres van S2]."


@pytest.mark.parametrize(
    ("address", "text", "becomes"),
    [
        ("Dorpsstraat 12 Den Hoorn", "In Dorpsstraat 12 in Den Hoorn.", "In [adres van S1] in Den Hoorn."),
        ("Dorpsstraat, 12", "Om 12 uur bij Dorpsstraat 12.", "Om 12 uur bij [adres van S1]."),
        ("12", "Om 12 uur.", "Om 12 uur."),
        ("Maasland, Dorpsstraat 12a", "In Maasland bij Dorpsstraat 12A.", "In Maasland bij [adres van S1]."),
        ("Dorpsstraat 12 2635AB Den Hoorn", "Op 2635 AB en 2635ab.", "Op [adres van S1] en [adres van S1]."),
        ("Dorpsstraat 12, 2635 AB", "Op 2635AB, niet 2635 AC.", "Op [adres van S1], niet 2635 AC."),
    ],
)
def test_an_address_is_known_by_its_street_with_the_number_and_by_its_postcode(
    address: str, text: str, becomes: str
) -> None:
    report = Report(text=text, subjects=(Subject(name=ROOS.name, address=address),))
    known = replace(HOLDER, content=replace(HOLDER.opened, report=report))
    assert along(known, ["report"], ("S1.name",)).items[0].text == becomes


@pytest.mark.refused("R-T.15", "R-T.18", "R-T.19", "R-T.20")
def test_the_same_is_wrong_with_who_goes_along_on_every_road() -> None:
    cells = [
        taken("check-2a", "may", State.CHECK_2A, version=1, about=["item-3", to]) for to in (*BOTH, TABLE_OF_THE_RIEC)
    ]
    known = replace(HOLDER, decisions=tuple(cells))

    def wrong(attempt: Attempt) -> list[tuple[str, str]]:
        return [(one.field, one.code) for one in roads.along_faults_in(known, attempt)]

    def codes(concerning: list[str]) -> set[str]:
        fields = {"concerning": concerning, "partners": list(BOTH)}
        tried = (
            Attempt("propose-plan", "proposed", "x", fields, about=("item-2",)),
            Attempt("riec-supplement", "given", "x", {"concerning": concerning}, about=("item-3",)),
            Attempt("check-2b", "may", "x", {"concerning": concerning}, about=("item-2", "item-3")),
            Attempt("riec-intake", "handed-in", "x", {"concerning": concerning}),
        )
        found = {tuple(wrong(one)) for one in tried}
        assert len(found) == 1, "one implementation"
        (faults,) = found
        assert {field for field, _ in faults} <= {"fields.concerning"}
        return {code for _, code in faults}

    assert codes(["S2"]) == codes(["S2.name"]) == codes([]) == set()
    assert codes(["S1"]) == codes(["O1"]) == {"not-of-these-items"}
    assert codes(["S2.birthDate"]) == {"field-unknown"}
    assert codes(["S2", "S2.name"]) == {"whole-and-in-part"}
    row = AttemptPart((("item-2",), ("report", "item-3")), "may", "x", {"concerning": ["S1", "S2"]})
    assert wrong(Attempt("check-2b", "", "", {}, parts=(row,))) == [], "of a row all its items together"
    row = replace(row, about=(("item-2",), ("item-3",)))
    assert wrong(Attempt("check-2b", "", "", {}, parts=(row,))) == [("parts.0.fields.concerning", "not-of-these-items")]
    supplement = taken("riec-supplement", "given", State.RIEC_ANSWER, about=["item-3"])
    words = {str(supplement.id): Words(reason="x", fields={"concerning": ["S2.name"]})}
    after = replace(known, decisions=(*cells, supplement), content=replace(known.opened, words=words))
    rule = LAW.decision("riec-supplement")
    outcome = rule and rule.outcome("given")
    assert outcome
    (line,) = roads.shared_by_outcome(after, supplement, outcome)
    told = share_of(after, supplement, line)
    assert (told.subjects, told.concerned_in_part) == ({"S2": Subject(name=KEES.name)}, 1)
    assert "een deel van wat bekend is van één persoon hieronder" in str(document(LAW, told, live=True)["lines"])
