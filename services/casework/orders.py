"""What a department does with its order: what it asks and found, and what becomes of that (art. 24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.casework.effects import TakenOver
from services.casework.given_out import going_with
from shared.engine.documents import Finding
from shared.engine.effects import Ask, CloseTasks, Disclose, Effect, Forget, OpenTasks
from shared.engine.goes_on import became_known, numbered
from shared.engine.loaded import Loaded
from shared.engine.records import item_name
from shared.engine.roads import INTERVENTION
from shared.engine.tables import DecisionRow, TaskRow
from shared.identity import Person
from shared.protocol.conditions.orders import (
    ANSWERED_BY_HOLDER,
    ASKED_BY,
    FOUND,
    IN_QUARANTINE,
    JUDGED,
    PROGRESS,
    unanswered,
)
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.phase_4_orders import WHY_CANNOT
from shared.protocol.standing_back import own_finding

ANSWER_TO_READ = "department-answer"
"""What a department is asked to read: the answer to its question."""
ANSWERS_FOR_HOLDER = {ASKED_BY: ANSWERED_BY_HOLDER, IN_QUARANTINE: JUDGED}
"""What who has the file is asked, and the decision by which he answers."""
ACCEPTED = "accepted"


# --- what is set going ----------------------------------------------------------------------------------


def came_in(loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
    """Who has the file answers a question, or judges a finding, within the term; the department reads the answer when that
    can no longer be withdrawn."""
    due = _due(loaded, finding)
    for_holder = tuple(Ask(finding.category, role, item, due=due) for role in loaded.law.file_roles)
    if finding.category != ASKED_BY:
        return for_holder
    return *for_holder, Ask(ANSWER_TO_READ, f"department-{_department(loaded, finding)}", item, later=True)


def answered(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """An answer goes to the department, and so it is a line in the register."""
    (name,) = decision.about
    to = _department(loaded, loaded.opened.findings[name])
    return (
        CloseTasks((name,), kind=ASKED_BY),
        OpenTasks((name,)),
        Disclose(INTERVENTION, "department", to, (name,)),
    )


def not_judged_by(loaded: Loaded, person: Person, attempt: Attempt) -> Fault | None:
    """Nobody judges what he found himself, or what was found by the department that he is designated for."""
    if attempt.key != JUDGED:
        return None
    finding = loaded.opened.findings[attempt.about[0]]
    order = loaded.opened.findings[finding.fields["order"]]
    return own_finding(person.user_id, person.roles, finding.recorded_by, str(order.fields["department"]))


def judged(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """What lay in quarantine goes for good when the judgement can no longer be withdrawn: it is an item by then, or it
    never will be one. Whom it brought to light has to be informed, within the month from when it was reported (AVG 14)."""
    name = decision.about[0]
    gone: tuple[Effect, ...] = (CloseTasks((name,)), Forget((name,)))
    if decision.outcome != ACCEPTED:
        return gone
    item = decision.about[1]
    persons = loaded.opened.findings[item].persons
    since = loaded.opened.findings[name].recorded_on
    return *gone, TakenOver(item), *((became_known(loaded, persons, since),) if persons else ())


def taken_over(loaded: Loaded, attempt: Attempt, now: datetime) -> dict[str, Finding]:
    """The item that an accepted finding becomes: what the department wrote, about whom or what the holder says."""
    if attempt.key != JUDGED or attempt.outcome != ACCEPTED:
        return {}
    found = loaded.opened.findings[attempt.about[0]]
    fields: dict[str, Any] = {"order": found.fields["order"], "department": _department(loaded, found)}
    if found.fields.get("named"):
        fields["persons"] = numbered(found.fields["named"], loaded.dossier.people)
    item = found.model_copy(
        update={
            "category": FOUND,
            "about": attempt.fields["concerns"],
            "fields": fields,
            "recorded_at": now.isoformat(),
        }
    )
    return {item_name(loaded): item}


# --- what is shown --------------------------------------------------------------------------------------


def quarantine(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """What waits to be judged, for who has the file and nobody else; and what waits too long."""
    names = [one.name for one in loaded.facts().quarantined]
    return {name: loaded.opened.findings[name].shown() | _term(loaded, name) for name in names}


def questions(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """What departments asked, with the answers."""
    open_ones = unanswered(loaded.facts())
    given = {one.about[0]: one.fields.get("answer") for one in loaded.facts().of(ANSWERED_BY_HOLDER)}
    return {
        name: {"order": one.fields["order"], "question": one.finding, "answer": given.get(name)}
        | (_term(loaded, name) if name in open_ones else {})
        for name, one in loaded.opened.of_category(ASKED_BY).items()
    }


def answer_to(loaded: Loaded, name: str) -> dict[str, Any]:
    """The answer to one, as the department reads it: without the reporter, and without who and what does not go along with its
    order; and its own question as it wrote that, for what would be left out of its own words tells it who reported."""
    found = questions(loaded)[name]
    return found | {"answer": found["answer"] and going_with(found["order"], loaded).words(found["answer"])}


def progress_of(loaded: Loaded, order: str) -> dict[str, Any] | None:
    """How far the department says that it is, and since when."""
    said = [one for one in loaded.facts().of(PROGRESS) if one.about == (order,)]
    return {"outcome": said[-1].outcome, **said[-1].fields} if said else None


def history(loaded: Loaded, order: str) -> list[dict[str, Any]]:
    """What the department said and asked about an order before, in its order: how far it was, its question as it wrote that (what
    would be left out of its own words tells it who reported) with the answer that it was given to read, and that it reported
    something. What it found lies apart from the file, and is shown to nobody but who judges it."""
    read = {one.item for one in loaded.tasks if one.kind == ANSWER_TO_READ and _is_open(one, loaded)}
    said: list[tuple[datetime, dict[str, Any]]] = [
        (one.taken_at, {"progress": progress.outcome, **_in_words(progress.fields)})
        for one in loaded.taken
        if one.key == PROGRESS
        for progress in loaded.decided(one)
        if progress.about == (order,)
    ]
    for name, one in loaded.opened.of_category(ASKED_BY, IN_QUARANTINE).items():
        if one.fields["order"] != order:
            continue
        at = datetime.fromisoformat(one.recorded_at)
        if one.category == IN_QUARANTINE:
            said.append((at, {"foundOn": one.fields["foundOn"]}))
        else:
            answer = {"answer": answer_to(loaded, name)["answer"]} if name in read else {}
            said.append((at, {"question": one.finding, **answer}))
    return [{"at": at.isoformat(), **one} for at, one in sorted(said, key=lambda one: one[0])]


def _in_words(fields: Mapping[str, Any]) -> dict[str, Any]:
    why = fields.get("whyCannot")
    return {**fields, **({"whyCannot": WHY_CANNOT[why]} if why else {})}


def _is_open(task: TaskRow, loaded: Loaded) -> bool:
    return task.opened_at is not None and loaded.now is not None and task.opened_at <= loaded.now


def questions_about(loaded: Loaded, order: str) -> tuple[str, ...]:
    """The questions that were asked about an order."""
    return tuple(name for name, one in loaded.opened.of_category(ASKED_BY).items() if one.fields["order"] == order)


def _department(loaded: Loaded, finding: Finding) -> str:
    return str(loaded.opened.findings[finding.fields["order"]].fields["department"])


def _due(loaded: Loaded, finding: Finding) -> date:
    return finding.recorded_on + timedelta(days=loaded.law.terms.finding_days)


def _term(loaded: Loaded, name: str) -> dict[str, Any]:
    due = _due(loaded, loaded.opened.findings[name])
    return {"dueOn": due.isoformat(), "overdue": due < loaded.today}
