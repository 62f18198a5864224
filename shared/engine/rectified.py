"""What follows when something is put right: rights hears whom it concerns, what is asked about it is asked no longer, and
who is told stands in the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contracts.assessment import ChildContent, ChildLetter, PersonPutRight
from shared.contracts.intake import Subject
from shared.engine.documents import Finding
from shared.engine.effects import CloseTasks, CopyByLetter, Disclose, Effect, Tell
from shared.engine.loaded import Loaded
from shared.engine.papers import MEETING
from shared.engine.roads import BRONHOUDER, QUESTION
from shared.engine.shares import RECTIFICATION
from shared.engine.tables import DecisionRow
from shared.protocol.conditions.approach import CHILD
from shared.protocol.conditions.orders import IN_QUARANTINE
from shared.protocol.conditions.rectifying import SET_RIGHT, who_knows
from shared.protocol.facts import Item
from shared.protocol.moments import NOT_CONCERNED, SAME_PERSON
from shared.protocol.municipality import MEMBER
from shared.protocol.rectifying import RECTIFY


def put_right(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """What a decision by which something is put right sets going. `loaded` knows the decision."""
    about = decision.about
    if decision.key == RECTIFY:
        return (CloseTasks((about[0],)), *_no_child(loaded, about[0]))
    if decision.key == SAME_PERSON:
        return (_told_to_rights(loaded, decision, about[1]), *_child_too(loaded, about[0], about[1]))
    if decision.key == NOT_CONCERNED:
        questions = loaded.opened.of_category(QUESTION).items()
        asked = tuple(name for name, one in questions if loaded.standing.person(one.about) == about[0])
        return (_told_to_rights(loaded, decision, None), *((CloseTasks(asked),) if asked else ()))
    if decision.key == SET_RIGHT and decision.outcome == "told":
        thing, recipient = about
        kind = _kind_of(loaded, recipient)
        # He had it before: nothing of the person concerned comes nearer by it, and whom it is about he knew.
        return (Disclose(RECTIFICATION, kind, recipient, (thing,), ()),)
    return ()


def _kind_of(loaded: Loaded, recipient: str) -> str:
    """As the register called him when he got it."""
    if recipient == MEMBER:
        return MEETING
    if recipient in {one.key for one in loaded.law.choices.sources if one.closed}:
        return BRONHOUDER
    return "department" if recipient in loaded.law.organisations["department"] else "partner"


def _told_to_rights(loaded: Loaded, decision: DecisionRow, same_as: str | None) -> Tell:
    told = PersonPutRight(
        number=loaded.dossier.signal,
        subject=decision.about[0],
        same_as=same_as,
        decision=str(decision.id),
        by=decision.recorder,
        role=decision.role,
        on=decision.taken_at,
    )
    return Tell("rights", told)


# --- children -----------------------------------------------------------------------------------------


def child_marked(loaded: Loaded, finding: Finding) -> Sequence[Effect]:
    """Rights hears that somebody is a child, and who represents him (art. 5 UAVG)."""
    if finding.category != CHILD:
        return ()
    return (_child(loaded, loaded.standing.person(finding.about), finding),)


def child_of(loaded: Loaded, subject: str) -> Finding | None:
    """The mark of a person as a child; the newest, where he was marked anew."""
    standing = loaded.standing
    marks = [
        one
        for name, one in loaded.opened.of_category(CHILD).items()
        if standing.person(one.about) == subject and standing.counts(Item(name, CHILD, one.about))
    ]
    return max(marks, key=lambda one: one.recorded_at, default=None)


def representative_of(mark: Finding) -> Subject | None:
    """Who represents a child, when that is known."""
    named = mark.fields.get("representative")
    return Subject.model_validate(named[0]) if named else None


def _child(loaded: Loaded, subject: str, mark: Finding | None) -> CopyByLetter:
    content = ChildContent(
        number=loaded.dossier.signal,
        subject=subject,
        child=mark is not None,
        representative=representative_of(mark) if mark else None,
    )
    return CopyByLetter("rights", ChildLetter(number=loaded.dossier.signal, letters=()), content)


def _no_child(loaded: Loaded, item: str) -> Sequence[Effect]:
    """The mark that somebody is a child was withdrawn; what was recorded before it counts again."""
    mark = loaded.opened.findings.get(item)
    if mark is None or mark.category != CHILD:
        return ()
    subject = loaded.standing.person(mark.about)
    return (_child(loaded, subject, child_of(loaded, subject)),)


def _child_too(loaded: Loaded, gone: str, stays: str) -> Sequence[Effect]:
    """Who was named twice is a child under his other name too."""
    marked = any(one.about == gone for one in loaded.opened.of_category(CHILD).values())
    mark = child_of(loaded, stays) if marked else None
    return (_child(loaded, stays, mark),) if mark else ()


# --- as it is shown -----------------------------------------------------------------------------------


def shown_items(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """Every item as somebody with the file sees it; what no longer counts says so, and what stands in its place."""
    found = {}
    for name, one in loaded.opened.findings.items():
        if one.category == IN_QUARANTINE:
            # It is no item of the file; who has the file finds it apart.
            continue
        standing, shown = loaded.standing, one.shown()
        if not standing.counts(Item(name, one.category, one.about, corrects=one.corrects or "")):
            shown |= {"superseded": True, "supersededBy": standing.replaced.get(name)}
        if name in loaded.restricted:
            shown |= {"restricted": loaded.restricted[name]}
        found[name] = shown
    return found


def shown_receivers(loaded: Loaded) -> list[dict[str, Any]]:
    """Who had what was put right, and what is known of his hearing it (AVG 19): `thing`, `receiver`, `how` (`told`, `impossible`,
    `confirmed`; null: not yet), `told` and `confirmed` as days."""
    return [
        {
            "thing": one.thing,
            "receiver": one.receiver,
            "how": one.how,
            "told": one.told.isoformat() if one.told else None,
            "confirmed": one.confirmed.isoformat() if one.confirmed else None,
        }
        for one in who_knows(loaded.facts())
    ]


def shown_subjects(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """Every person; who is somebody else, proved not to be concerned or is restricted, says so, and a child who represents him."""
    found: dict[str, dict[str, Any]] = {}
    for name, one in loaded.opened.subjects.items():
        found[name] = one.model_dump(exclude_none=True)
        if loaded.standing.person(name) != name:
            found[name]["sameAs"] = loaded.standing.person(name)
        if name in loaded.standing.left_out:
            found[name]["notConcerned"] = True
        if loaded.standing.person(name) in loaded.restricted:
            found[name]["restricted"] = loaded.restricted[loaded.standing.person(name)]
        mark = child_of(loaded, name)
        if mark:
            by = representative_of(mark)
            found[name] |= {"child": True, "representative": by.model_dump(exclude_none=True) if by else None}
    return found
