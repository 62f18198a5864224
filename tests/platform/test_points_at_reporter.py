"""Words that point at the reporter are marked by who handles them, and left out on every road by which a text leaves (R-T.13)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.casework.policy import CaseworkPolicy
from services.sources.policy import SourcesPolicy
from shared.contracts.assessment import ResearchContent
from shared.contracts.export import ShareContent
from shared.contracts.intake import ReportedObject, ReporterMarks, Subject
from shared.contracts.sources import CaseContent
from shared.engine.arrive import documents_of
from shared.engine.common import following
from shared.engine.documents import Content, Finding, Report, Words
from shared.engine.effects import CopyByLetter, HandOver
from shared.engine.given import Given, GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.papers import composed
from shared.engine.policy import Policy
from shared.engine.proposal import about_proposal
from shared.engine.tables import ItemRow, TaskRow
from shared.engine.wording import Nameable
from shared.errors import Forbidden, Invalid
from shared.identity import Person
from shared.protocol.conditions.approach import POINTS_AT_REPORTER as POINTS
from shared.protocol.conditions.orders import ANSWERED_BY_HOLDER
from shared.protocol.judge import Attempt
from shared.protocol.meetings import MEMBER
from shared.protocol.model import HOLDER_OF, State
from shared.protocol.municipality import TABLE_OF_THE_RIEC
from shared.protocol.passing_on import Forwarding
from shared.protocol.records import Record
from shared.words.masked import REPORTER_LEFT_OUT
from shared.words.names import marks_of
from shared.words.sealed import filled, new_key
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_roads import (
    BOTH,
    DEPARTMENT,
    INTERVENTION,
    NOW,
    PASSED_ON,
    POLICIES,
    SHARED,
    loaded,
    taken,
)

KEY = new_key()
GREET = ReporterMarks(key=KEY, hashes=filled(KEY, marks_of("Greet Zonnebloem")))
HERSELF = "ik ben de buurvrouw op nummer 12"
TEXT = f"Roos Wilgenburg laadt dozen. {HERSELF.capitalize()}, Greet Zonnebloem."
ROOS = Subject(name="Roos Wilgenburg", address=f"Kerkpad 5 ({HERSELF})", occupation="klusser, zegt Greet Zonnebloem")
SHED = ReportedObject(kind="building", address="Kerkpad 5a", description=f"schuur; {HERSELF}")


def finding(category: str, text: str | None, **fields: Any) -> Finding:
    about = fields.pop("about", "S1")
    return Finding(
        category=category, about=about, finding=text, fields=fields, recorded_by="anna", recorded_at=NOW.isoformat()
    )


FOUND = {
    "item-2": INTERVENTION.model_copy(update={"finding": f"Controle; {HERSELF}."}),
    "item-3": finding("indication", f"Er ruikt iets; {HERSELF}."),
    "item-4": finding(POINTS, HERSELF, about="report"),
    "item-5": finding("question", f"Klopt dit? {HERSELF}.", source="horeca-permits", answerBy="2026-03-01"),
    "item-6": finding(
        "paper", f"Let op: {HERSELF}.", meeting="M-1", items=["report", "item-3"], concerning=["S1", "O1"]
    ),
    "item-7": finding("department-question", f"Mag dit? {HERSELF}.", order="item-2"),
}


def file(known: Loaded) -> Loaded:
    """A file as `known`, with the reporter in every text of it."""
    report = Report(text=TEXT, subjects=(ROOS,), objects=(SHED,), reporter_marks=GREET)
    return replace(known, content=Content(report, FOUND, known.opened.words, {"report": b""}))


def shows_nothing(read: Any) -> bool:
    said = json.dumps(read, default=lambda one: one.model_dump(mode="json"), ensure_ascii=False)
    return "buurvrouw" not in said and "onnebloem" not in said and REPORTER_LEFT_OUT in said


# --- every road ---------------------------------------------------------------------------------------------


def leaving() -> Iterator[tuple[str, Any]]:
    """What leaves by every outcome of the law that passes something on or shares it, by the decision."""
    cells = [
        taken("check-2a", "may", State.CHECK_2A, about=[item, to], version=1)
        for item in ("report", "item-3")
        for to in (*BOTH, TABLE_OF_THE_RIEC)
    ]
    for rule, outcome, state in (*PASSED_ON, *SHARED):
        forwarding = None
        if outcome.forward_to:
            forwarding = {"recipientKind": outcome.forward_to[0], "recipient": "x", "items": ["report", "item-3"]}
        named = {one.name for one in rule.asked(outcome)}
        fields: dict[str, Any] = {"partners": list(BOTH)} if "partners" in named else {}
        if rule.key == "propose-plan":
            fields |= {"answerBy": "2026-02-01", "explanation": f"Lees dit; {HERSELF}."}
        if rule.key == "riec-intake":
            fields |= {"criteria": {"a": f"Ja; {HERSELF}.", "b": {"unanswered": f"Nee; {HERSELF}."}}}
        leads_to = outcome.leads_to or state
        made = taken(
            rule.key,
            outcome.key,
            state,
            state_after=leads_to,
            ends=outcome.ends,
            forwarding=forwarding,
            about=["item-2"] if rule.key == "propose-plan" else ["report"],
        )
        known = file(loaded(state, [*cells, made], {str(made.id): Words(reason="x", fields=fields)}))
        for one in following(POLICIES[HOLDER_OF[state]], known, made):
            if isinstance(one, CopyByLetter) and isinstance(one.content, ShareContent):
                yield rule.key, one.content


@pytest.mark.refused("R-T.13")
def test_no_decision_lets_the_reporter_leave() -> None:
    found = list(leaving())
    read = [(key, one) for key, one in found if one.items or one.plan or one.answers]
    assert {key for key, _ in read} >= {"weging-1", "weging-2a", "weging-3", "propose-plan", "riec-intake"}
    assert [key for key, one in read if not shows_nothing(one)] == []
    for _, one in read:
        for item in one.items:
            assert item.category in ("report", "indication"), "a mark goes to nobody"


def task(item: str, kind: str, role: str) -> TaskRow:
    return TaskRow(id=uuid4(), number="S-00000-00000", item=item, kind=kind, role=role)


@pytest.mark.refused("R-T.13")
def test_no_task_shows_the_reporter() -> None:
    """A source, a department, the members of a meeting, and who is asked to agree."""
    checked = taken("check-2b", "may", State.CHECK_2B, version=3, about=["item-2", "report"])
    other = taken("check-2b", "may", State.CHECK_2B, version=3, about=["item-2", "item-3"])
    said = Words(reason="x", fields={"answer": f"Nee; {HERSELF}."})
    answered = taken(ANSWERED_BY_HOLDER, "answered", State.EXECUTION, about=["item-7"])
    proposed = taken("not-concerned", "taken-out", State.EXECUTION, about=["S1"], status="proposed")
    why = Words(reason=f"Want {HERSELF}.", fields={"known": f"Zo staat het er; {HERSELF}."})
    words = {str(answered.id): said, str(proposed.id): why}
    known = file(loaded(State.EXECUTION, [checked, other, answered, proposed], words))
    casework = CaseworkPolicy()
    question = SourcesPolicy().show_task(task("item-5", "question", "bronhouder-horeca-permits"), known)
    order = casework.show_task(task("item-2", "intervention", f"department-{DEPARTMENT}"), known)
    assert set(order["items"]) == {"report", "item-3"}
    assert set(question["identity"]) == {"name", "address"}
    assert question["identity"]["name"] == "Roos Wilgenburg"
    assert known.facts().of(ANSWERED_BY_HOLDER)
    answer = casework.show_task(task("item-7", "department-answer", f"department-{DEPARTMENT}"), known)
    agreeing = about_proposal(task(str(proposed.id), "co-signature", "privacy-officer"), known)
    in_order = [order[one] for one in ("items", "subjects", "objects", "intervention", "asked")]
    for read in (question, *in_order, answer, *(agreeing[one] for one in ("reason", "fields", "said", "concerns"))):
        assert shows_nothing(read), read


@pytest.mark.refused("R-T.13")
def test_no_paper_shows_the_reporter() -> None:
    known = file(loaded(State.PHASE_2, []))
    read = composed(known, FOUND["item-6"])
    assert [one["item"] for one in read["items"]] == ["report", "item-3"]
    assert (list(read["subjects"]), list(read["objects"])) == (["S1"], ["O1"])
    for one in (read["note"], *read["items"], read["subjects"], read["objects"]):
        assert shows_nothing(one), one


# --- marked, and revoked ------------------------------------------------------------------------------------


async def codes(doing: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        await doing
    assert "buurvrouw" not in str(refused.value)
    return [(one.field, one.code) for one in refused.value.faults]


async def received(desk: Desk, state: State, text: str = TEXT) -> str:
    return await desk.arrives(state, subjects=(Subject(name="Roos Wilgenburg"),), text=text, reporter=GREET)


TO_CUSTOMS = Forwarding("partner", "douane", ("report",))
NOTHING: dict[str, Any] = {"considered": "Alles is nagegaan."}


async def read_beforehand(desk: Desk, number: str) -> str:
    attempt = Attempt("weging-2a", "no-task", "Zo is het.", NOTHING, TO_CUSTOMS)
    (share,) = await desk.engine.previewing.shares(number, ANNA, Given(attempt, await desk.version(number)), "weging")
    return share.model_dump_json()


@pytest.mark.allowed("R-T.13", "R-6.3")
@pytest.mark.refused("R-T.13", "R-5.6")
async def test_words_are_marked_in_the_file_left_out_of_what_is_shared_and_unmarked_again(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await received(desk, State.WEGING_2A)
    assert await codes(desk.record(number, POINTS, "report", "ik ben de buurvrouw van nummer 12")) == [
        ("finding", "words-not-found")
    ]
    given = GivenRecord(Record(POINTS, "report", HERSELF), await desk.version(number))
    with pytest.raises(Forbidden):
        await desk.engine.recording.record(number, Person("farid", frozenset({MEMBER})), given)
    before = await read_beforehand(desk, number)
    assert "buurvrouw" in before
    assert "onnebloem" not in before, "his name is left out without a mark"
    made = await desk.record(number, POINTS, "report", HERSELF)
    shown = await desk.engine.showing.view(number, ANNA, "weging")
    assert (shown["report"]["text"], shown["items"][made.item]["finding"]) == (TEXT, HERSELF)
    assert all("buurvrouw" not in one.ciphertext for one in await desk.rows(ItemRow, number=number))
    after = await read_beforehand(desk, number)
    assert "buurvrouw" not in after
    assert after.count(REPORTER_LEFT_OUT) == before.count(REPORTER_LEFT_OUT) + 1
    quoting = desk.decide(
        number, "weging-2a", "task", fields={"powers": ["sluiting-drugspand"]}, reason=f"Want {HERSELF}."
    )
    assert await codes(quoting) == [("reason", "names-somebody")]
    wrong = {"wrong": "Dit is niet de melder."}
    await desk.decide(number, "rectify", "withdrawn", about=(made.item,), fields=wrong)
    assert await read_beforehand(desk, number) == before
    shown = await desk.engine.showing.view(number, ANNA, "weging")
    assert shown["items"][made.item]["superseded"], "it stays on the record"


@pytest.mark.refused("R-T.13", "R-5.6")
async def test_marked_words_that_stand_there_in_another_spelling_are_not_shared(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await received(desk, State.WEGING_2A, f"Dit zeg ik: {HERSELF}. Ja, de Búurvrouw, op nummer-12!")
    await desk.record(number, POINTS, "report", "buurvrouw op nummer 12")
    sharing = desk.decide(number, "weging-2a", "no-task", fields=NOTHING, forwarding=TO_CUSTOMS)
    assert await codes(sharing) == [("forwarding.items", "shows-reporter")]
    with_signs = "Búurvrouw, op nummer-12"
    await desk.record(number, POINTS, "report", with_signs)
    assert await desk.decide(number, "weging-2a", "no-task", fields=NOTHING, forwarding=TO_CUSTOMS)


@pytest.mark.allowed("R-T.13")
async def test_a_mark_goes_with_the_file_to_every_next_holder_and_counts_there(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await received(desk, State.PHASE_2)
    made = await desk.record(number, POINTS, "report", HERSELF)
    known = await desk.engine.parts.loader.load(number)
    to_sources = handed_over(POLICIES["assessment"], known, State.SOURCE_LIST)
    assert isinstance(to_sources, ResearchContent)
    there = carried(known, ResearchContent.model_validate_json(to_sources.model_dump_json()))
    assert there.opened.findings[made.item].finding == HERSELF
    to_casework = handed_over(POLICIES["sources"], there, State.CHECK_2A)
    assert isinstance(to_casework, CaseContent)
    last = carried(there, CaseContent.model_validate_json(to_casework.model_dump_json()))
    assert "buurvrouw" not in Nameable.of(last).shared(last.opened.report.text)


def carried(known: Loaded, content: ResearchContent) -> Loaded:
    """As the next holder has it."""
    documents = documents_of(content)
    report = documents.pop("report")
    assert isinstance(report, Report)
    return replace(
        known, content=Content(report, {name: one for name, one in documents.items() if isinstance(one, Finding)})
    )


def handed_over(policy: Policy, known: Loaded, state: State) -> object:
    decision = taken("x", "x", known.state, state_after=state)
    (one,) = [one for one in policy.follows(known, decision) if isinstance(one, HandOver)]
    return one.content
