"""Words that point at the reporter are marked by who handles them, and left out on every road by which a text leaves (R-T.13)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest

from services.casework.policy import CaseworkPolicy
from services.sources.policy import SourcesPolicy
from shared.contracts.assessment import ResearchContent
from shared.contracts.dossier import DecisionWords
from shared.contracts.export import ShareContent
from shared.contracts.intake import ReportedObject, ReporterMarks, Subject
from shared.contracts.sources import CaseContent
from shared.engine.arrive import documents_of
from shared.engine.common import following, told_to_supervision
from shared.engine.documents import Content, Finding, Report, Words
from shared.engine.effects import CopyByLetter, HandOver
from shared.engine.given import Given, GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.papers import composed
from shared.engine.policy import Policy
from shared.engine.proposal import about_proposal
from shared.engine.records import ANSWERED
from shared.engine.tables import ItemRow, TaskRow
from shared.engine.wording import Nameable, faults_in_shared, faults_in_words
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
from shared.words.names import marks_of
from shared.words.reporter import REPORTER_LEFT_OUT
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


def file(known: Loaded, other: Mapping[str, Finding] = MappingProxyType({})) -> Loaded:
    """A file as `known`, with the reporter in every text of it; `other`: in the place of one of its items."""
    report = Report(text=TEXT, subjects=(ROOS,), objects=(SHED,), reporter_marks=GREET)
    return replace(known, content=Content(report, {**FOUND, **other}, known.opened.words, {"report": b""}))


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
    in_order = [order[one] for one in ("items", "subjects", "objects", "intervention")]
    for read in (
        question,
        *in_order,
        answer["answer"],
        *(agreeing[one] for one in ("reason", "fields", "said", "concerns")),
    ):
        assert shows_nothing(read), read


@pytest.mark.refused("R-T.13")
def test_a_department_that_tries_names_reads_its_own_question_back_as_it_wrote_it() -> None:
    """What would be left out of it tells who reported."""
    probe = f"Was het Piet Bakker, Greet Zonnebloem of Ans Dekker? Of {HERSELF}?"
    checked = taken("check-2b", "may", State.CHECK_2B, version=3, about=["item-2", "report"])
    answered = taken(ANSWERED_BY_HOLDER, "answered", State.EXECUTION, about=["item-7"])
    said = Words(reason="x", fields={"answer": f"Nee; {HERSELF}."})
    asking = FOUND["item-7"].model_copy(update={"finding": probe})
    known = file(loaded(State.EXECUTION, [checked, answered], {str(answered.id): said}), {"item-7": asking})
    casework = CaseworkPolicy()
    order = casework.show_task(task("item-2", "intervention", f"department-{DEPARTMENT}"), known)
    answer = casework.show_task(task("item-7", "department-answer", f"department-{DEPARTMENT}"), known)
    assert ([one["question"] for one in order["history"]], answer["question"]) == ([probe], probe)
    assert answer["answer"] == f"Nee; {REPORTER_LEFT_OUT}."


@pytest.mark.refused("R-T.13")
def test_nothing_of_a_text_leaves_in_which_he_can_still_be_read() -> None:
    """By whatever road: also where nobody decides about it."""
    known = Nameable.of(file(loaded(State.EXECUTION, [])))
    spelt = ("G r e e t Z o n n e b l o e m zag het.", "Ja, ik ben de búurvrouw op nummer-12!", "op 06; nummer 12a")
    assert [known.shared(one) for one in spelt] == [REPORTER_LEFT_OUT, REPORTER_LEFT_OUT, spelt[2]]
    assert "búurvrouw" in known.left_out(spelt[1]), "who decides is told why it is not shared"
    assert not known.is_named_in(REPORTER_LEFT_OUT)
    assert not Nameable(("Piet Melder",)).is_named_in(f"Hier {REPORTER_LEFT_OUT}.")
    assert Nameable(("Piet Melder",)).is_named_in(f"Hier {REPORTER_LEFT_OUT}, de Melder.")


@pytest.mark.refused("R-T.13")
def test_who_and_what_goes_along_is_read_as_what_is_shared() -> None:
    """A person that a finding brought to light, and an object of it, without the report."""
    spelt = "Kerkpad 5, naast G r e e t Z o n n e b l o e m"
    report = Report(
        text="Er wordt geladen.", objects=(SHED.model_copy(update={"address": spelt}),), reporter_marks=GREET
    )
    named = [{"subject": "S2", "name": "Jan Smit", "address": spelt}]
    items = {"item-1": finding("kvk-open", "Bestuurder.", about="report", persons=named)}
    items["item-2"] = finding("indication", "Er ruikt iets.", about="O1")
    known = replace(loaded(State.WEGING_2A, []), content=Content(report, items, {}, {"report": b""}))

    def found(item: str, *concerning: str) -> list[str]:
        going = concerning or None
        return [one.code for one in faults_in_shared(known, {item: "forwarding.items"}, {}, going)]

    assert (found("item-1"), found("item-2")) == (["shows-reporter"], ["shows-reporter"])
    assert (found("item-1", "S2"), found("item-2", "O1")) == (["shows-reporter"], ["shows-reporter"])
    assert (found("item-1", "S2.name"), found("item-2", "O2")) == ([], []), "what stays behind is not read"
    (fault,) = faults_in_shared(known, {"item-1": "forwarding.items"}, {})
    assert fault.reason.endswith("of markeer de woorden zoals zij er staan")


@pytest.mark.refused("R-T.13")
def test_a_refusal_tells_who_has_not_the_file_nothing_of_what_was_marked() -> None:
    known = file(loaded(State.EXECUTION, []))
    texts = {"reason": f"Want {HERSELF}."}
    assert faults_in_words(known, texts, {}, ("bronhouder-horeca-permits",)) == []
    (fault,) = faults_in_words(known, texts, {}, known.law.file_roles)
    assert (fault.code, fault.reason) == ("names-somebody", "bevat woorden die naar de melder verwijzen: laat ze weg")


@pytest.mark.refused("R-T.13")
def test_what_was_marked_and_written_by_who_did_not_know_it_does_not_reach_supervision() -> None:
    known = file(loaded(State.EXECUTION, []))
    words = Words(reason=f"Want {HERSELF}.", fields={"considered": HERSELF})
    by_him = taken("answer", "no-hit", State.EXECUTION, role="bronhouder-horeca-permits")
    said = told_to_supervision(known, by_him, words, f"Ja, {HERSELF}.", None).content
    assert isinstance(said, DecisionWords)
    assert (said.reason, said.fields["coSignerReason"]) == (f"Want {REPORTER_LEFT_OUT}.", f"Ja, {REPORTER_LEFT_OUT}.")
    assert said.fields["considered"] == REPORTER_LEFT_OUT


@pytest.mark.allowed("R-T.13")
def test_a_code_in_a_proposal_is_no_text() -> None:
    """Who answered is a user's name, and what was chosen a code: also when they read as marked words."""
    proposed = taken("not-concerned", "taken-out", State.EXECUTION, about=["S1"], status="proposed")
    back = taken(ANSWERED, "answered", State.EXECUTION, about=[str(proposed.id)])
    words = {str(proposed.id): Words(reason="x"), str(back.id): Words(reason=f"Want {back.recorder}.")}
    known = file(
        loaded(State.EXECUTION, [proposed, back], words), {"item-4": finding(POINTS, back.recorder, about="report")}
    )
    (said,) = about_proposal(task(str(proposed.id), "co-signature", "privacy-officer"), known)["asked"]
    assert (said["by"], said["answer"]) == (back.recorder, f"Want {REPORTER_LEFT_OUT}.")


@pytest.mark.refused("R-T.13")
def test_a_mark_counts_until_its_revocation_can_no_longer_be_withdrawn() -> None:
    revoked = taken("rectify", "withdrawn", State.EXECUTION, about=["item-4"])
    revoked.effective_at = NOW + timedelta(hours=1)
    known = file(loaded(State.EXECUTION, [revoked]))
    before, after = (replace(known, now=NOW + timedelta(minutes=one)) for one in (59, 60))
    assert Nameable.of(before).shared(HERSELF) == REPORTER_LEFT_OUT
    assert Nameable.of(after).shared(HERSELF) == HERSELF


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
    assert await read_beforehand(desk, number) == after, "that can still be withdrawn"
    desk.clock.pass_by(desk.platform.settings.withdrawal_seconds)
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
