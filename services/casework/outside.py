"""What the RIEC said of a case, as it signed it: what of it waits, and what a decision on it has to agree with. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from services.casework.store import SaidRow
from shared.contracts.export import OutsideSaid
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.roads import RIEC_SUPPLEMENT
from shared.engine.shares import RIEC_INTAKE
from shared.engine.tables import DecisionRow
from shared.keys.signing import NotSigned
from shared.outside import said_by
from shared.protocol.conditions.riec import SIGNED_ANSWER, SIGNED_QUESTION
from shared.protocol.faults import Fault
from shared.protocol.municipality import TABLE_OF_THE_RIEC
from shared.protocol.phase_4_approach import TABLE, TABLE_SAYS
from shared.receivers import Receivers

RIEC_ANSWER = "riec-answer"
OUTSIDE = "outside-said"
"""The kind of task by which who has the file hears of it."""
ANSWERED_QUESTION = {"given": "answered", "nothing": "answered-with-nothing"}


def heard_of(loaded: Loaded, receivers: Receivers) -> dict[UUID, OutsideSaid]:
    """What was said about what this dossier gave out, in the order in which it came; each is verified once more, and
    nothing counts that is signed with a key that is not known any more."""
    found = {}
    for row in loaded.own_rows:
        if not isinstance(row, SaidRow):
            continue
        said = verified(receivers, row.statement)
        if said is not None and said.id == row.id and str(said.share) in given_out(loaded):
            found[said.id] = said
    return found


def verified(receivers: Receivers, statement: str) -> OutsideSaid | None:
    """What the RIEC signed; None for what it did not."""
    try:
        return said_by(receivers.of(TABLE_OF_THE_RIEC), TABLE_OF_THE_RIEC, statement)
    except NotSigned:
        return None


def given_out(loaded: Loaded) -> set[str]:
    """The messages by which this dossier gave something to the RIEC; a share is called as the message that brought it."""
    return {message for one in _to_the_riec(loaded) for message in one.sends}


def _of_last_intake(loaded: Loaded) -> set[str]:
    """The messages of the intake that is under way, and of what was given beside it since: the RIEC answers with whichever it
    has at hand."""
    asked: set[str] = set()
    for one in _to_the_riec(loaded):
        asked = set(one.sends) if one.key == RIEC_INTAKE else asked | set(one.sends)
    return asked


def _to_the_riec(loaded: Loaded) -> Iterator[DecisionRow]:
    return (one for one in loaded.taken if one.key in (RIEC_INTAKE, RIEC_SUPPLEMENT))


def answer_waiting(loaded: Loaded, receivers: Receivers) -> OutsideSaid | None:
    """The signed answer to the intake that is under way; None when there is none, or it was taken over."""
    asked = _of_last_intake(loaded)
    said = heard_of(loaded, receivers).values()
    answers = [one for one in said if one.kind == "answered" and str(one.share) in asked]
    taken_over = {loaded.fields_of(one).get("statement") for one in loaded.taken if one.key == RIEC_ANSWER}
    return next((one for one in answers if str(one.id) not in taken_over), None)


def questions_waiting(loaded: Loaded, receivers: Receivers) -> list[OutsideSaid]:
    """What the RIEC asked, and nobody answered."""
    answered = {loaded.fields_of(one).get("statement") for one in loaded.taken if one.key == RIEC_SUPPLEMENT}
    said = heard_of(loaded, receivers).values()
    return [one for one in said if one.kind == "asked" and str(one.id) not in answered]


def waiting_of(loaded: Loaded, receivers: Receivers) -> frozenset[str]:
    """The kinds of what the RIEC signed and nobody took over or answered, for the law to judge by."""
    answer, questions = answer_waiting(loaded, receivers), questions_waiting(loaded, receivers)
    return frozenset(({SIGNED_ANSWER} if answer else set()) | ({SIGNED_QUESTION} if questions else set()))


def agreement_faults(loaded: Loaded, given: Given, receivers: Receivers) -> Sequence[Fault]:
    """What in a decision does not agree with what the RIEC signed."""
    attempt = given.attempt
    if attempt.key == RIEC_ANSWER:
        return _of_answer(loaded, given, receivers)
    if attempt.key == RIEC_SUPPLEMENT:
        waiting = {str(one.id) for one in questions_waiting(loaded, receivers)}
        if attempt.fields.get("statement") not in waiting:
            return [
                Fault("fields.statement", "is geen ondertekende vraag die nog open staat", TABLE, "no-such-question")
            ]
    return []


def _of_answer(loaded: Loaded, given: Given, receivers: Receivers) -> list[Fault]:
    attempt, waits = given.attempt, answer_waiting(loaded, receivers)
    named = attempt.fields.get("statement")
    if waits is None:
        words = "is geen ondertekend antwoord op deze intake; laat het weg bij een antwoord dat anders binnenkwam"
        return [Fault("fields.statement", words, TABLE, "no-such-answer")] if named else []
    found = []
    if named != str(waits.id):
        words = "de Ondermijningstafel heeft ondertekend geantwoord: noem dat antwoord"
        found.append(Fault("fields.statement", words, TABLE, "signed-answer-waits"))
    if attempt.outcome not in TABLE_SAYS[waits.outcome or ""]:
        found.append(Fault("outcome", "is niet wat de Ondermijningstafel ondertekende", TABLE, "not-what-was-signed"))
    if waits.decided_on and attempt.fields.get("decidedOn") != waits.decided_on.isoformat():
        words = "is niet de dag die de Ondermijningstafel ondertekende"
        found.append(Fault("fields.decidedOn", words, TABLE, "not-what-was-signed"))
    return found


def told_of(said: OutsideSaid) -> dict[str, Any]:
    """As who has the file reads it; `digest`: of which of the packages that were issued it is said, as export shows them."""
    found = said.model_dump(mode="json", exclude_none=True, exclude={"questions"})
    return found | ({"questions": [one.model_dump() for one in said.questions]} if said.questions else {})


def shown_outside(loaded: Loaded, receivers: Receivers) -> dict[str, Any]:
    """What the RIEC said, and whether the answer on record is one that it signed or one that somebody entered."""
    heard = {row.id: row.heard_at for row in loaded.own_rows if isinstance(row, SaidRow)}
    answers = [loaded.fields_of(one) for one in loaded.taken if one.key == RIEC_ANSWER]
    by = ("signed" if answers[-1].get("statement") else "entered") if answers else None
    said = heard_of(loaded, receivers).items()
    return {
        "riecAnswer": by,
        "outside": [told_of(one) | {"heardAt": heard[identifier].isoformat()} for identifier, one in said],
    }
