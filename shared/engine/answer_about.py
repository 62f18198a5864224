"""What a holder answers to a request of a person: judged, and made as he reads it; of a file that is open and of one that is sealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts.answering import PersonalItem, PersonAnswered
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.about_person import Chosen, items_known, looked_faults, read_by, uses_of, words_faults
from shared.engine.documents import REPORT
from shared.engine.loaded import Loaded
from shared.errors import Invalid
from shared.identity import Person
from shared.protocol.answering import IS_ABOUT, answer_faults

ReadsOf = Callable[[Loaded, Chosen], tuple[Subject | None, tuple[ReportedObject, ...], tuple[PersonalItem, ...]]]


@dataclass(frozen=True)
class GivenAnswerAbout:
    """What somebody answers: `outcome` as in the protocol, `looked` how he looked in free text, and what he chose."""

    outcome: str
    looked: str
    subject: str | None = None
    items: Sequence[str] = ()
    objects: Sequence[str] = ()
    summaries: Mapping[str, str] | None = None


def answer_made(
    loaded: Loaded, request: str, person: Person, given: GivenAnswerAbout, reads: ReadsOf = read_by
) -> PersonAnswered:
    """What goes to rights. Raises Invalid with everything that is wrong."""
    summaries = given.summaries or {}
    faults = answer_faults(
        given.outcome,
        given.looked,
        given.subject,
        given.items,
        given.objects,
        summaries,
        subjects=loaded.opened.subjects,
        known=items_known(loaded),
        places=loaded.opened.objects,
    )
    chosen = Chosen(given.subject or "", tuple(given.items), tuple(given.objects), summaries)
    if not faults and given.outcome == IS_ABOUT:
        faults = words_faults(loaded, chosen)
    if not any(one.field == "looked" for one in faults):
        faults += looked_faults(loaded, given.subject, given.looked)
    if faults:
        raise Invalid(faults)
    answered = PersonAnswered(
        number=loaded.number,
        request=request,
        found=given.outcome == IS_ABOUT,
        looked=given.looked,
        state=loaded.dossier.state,
        received_on=loaded.dossier.received_on,
        answered_by=person.user_id,
    )
    if not answered.found:
        return answered
    who, objects, items = reads(loaded, chosen)
    about = {
        "subject": loaded.standing.person(chosen.subject),
        "person": who,
        "objects": objects,
        "items": items,
        "uses": uses_of(loaded),
    }
    return answered.model_copy(update=about)


def described(loaded: Loaded, name: str) -> dict[str, Any]:
    """An item as it stands in the file, for who answers."""
    if name == REPORT:
        return {"category": REPORT, "finding": loaded.opened.report.text}
    return loaded.opened.findings[name].shown()
