"""A proposal as it is shown to who is asked about it: what is signed, for whom, until when, on which grounds (R-T.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.engine.documents import Content
from shared.engine.loaded import Loaded
from shared.engine.records import ANSWERED, ASKED_BACK
from shared.engine.tables import DecisionRow, TaskRow
from shared.engine.wording import Nameable
from shared.errors import NotFound
from shared.numbers import is_request
from shared.protocol.designations import BEHEERDER
from shared.protocol.fields import as_people_say


def about_proposal(task: TaskRow, loaded: Loaded) -> dict[str, Any]:
    """What was proposed, with the words and fields of who did, and what was asked and answered about it since; not the
    file. `said` are the fields as people say them. Persons are named to who may know them: not to the beheerder.

    The reporter is left out, also where words that point at him were marked since. Raises NotFound when it is not there.
    """
    found = loaded.decision(UUID(task.item))
    rule = loaded.law.decision(found.key) if found else None
    outcome = loaded.outcome_of(found) if found else None
    if found is None or rule is None or outcome is None:
        raise NotFound
    words, known = loaded.words_of(found), Nameable.of(loaded)
    shown: dict[str, Any] = {
        "number": loaded.number,
        "proposal": task.item,
        "decision": found.key,
        "question": rule.question,
        "outcome": found.outcome,
        "answer": outcome.answer,
        "article": found.article,
        "about": found.about,
        "called": {one: loaded.law.called(one) for one in found.about},
        "proposedBy": found.recorder,
        "proposedAs": loaded.law.called(found.role),
        "proposedAt": found.taken_at.isoformat(),
        "reason": known.shared(words.reason) if words else None,
        "fields": known.shared_fields(words.fields, rule.asked(outcome)) if words else None,
        "said": as_people_say(rule.asked(outcome), known.shared_fields(loaded.fields_of(found), rule.asked(outcome))),
        "concerns": [] if task.role == BEHEERDER else _concerned(loaded, found, known),
        "asked": _asked(loaded, found, known),
    }
    items = _recorded(loaded, found, known) if is_request(loaded.number) else {}
    if items:
        shown["items"] = items
    if loaded.dossier.due_on:
        shown["dueOn"] = loaded.dossier.due_on.isoformat()
    if words and words.special_grounds:
        shown["specialGrounds"] = words.special_grounds
    return shown


def _concerned(loaded: Loaded, found: DecisionRow, known: Nameable) -> list[dict[str, Any]]:
    """The persons that it is about, by name: of a duty the one whom it concerns."""
    subjects = (loaded.content or Content()).subjects
    if is_request(loaded.number):
        # Whom it concerns and who asks, whatever of it is decided on.
        named = list(subjects)
    elif loaded.dossier.subject:
        named = [loaded.dossier.subject]
        subjects = dict(zip(named, subjects.values(), strict=False))
    else:
        named = found.about
    return [
        {"subject": one} | known.shared_texts(subjects[one]).model_dump(include={"name", "address"}, exclude_none=True)
        for one in named
        if one in subjects
    ]


def _recorded(loaded: Loaded, found: DecisionRow, known: Nameable) -> dict[str, str]:
    """Of a request what was found and is decided on, as the person would read it: who co-signs has nothing else to go by."""
    findings = (loaded.content or Content()).findings
    return {one: known.shared(str(findings[one].fields.get("what", ""))) for one in found.about if one in findings}


def _asked(loaded: Loaded, found: DecisionRow, known: Nameable) -> list[dict[str, Any]]:
    """What was asked about it and answered, in its order."""
    kinds = {ASKED_BACK: "question", ANSWERED: "answer"}
    said = []
    for one in loaded.decisions:
        words = loaded.words_of(one)
        if one.key in kinds and str(found.id) in one.about and words:
            said.append(
                {"by": one.recorder, "at": one.taken_at.isoformat(), kinds[one.key]: known.shared(words.reason)}
            )
    return said
