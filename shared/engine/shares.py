"""What a receiver outside the file will read: the items that were chosen, and the persons and objects of those."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.clock import calendar_date
from shared.contracts.export import ShareContent, SharedItem, ShareLetter, Unanswered
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.documents import REPORT, Content
from shared.engine.effects import CopyByLetter, Disclose
from shared.engine.entitled import bases_of, tasks_of
from shared.engine.loaded import Loaded
from shared.engine.plans import planned_in, without_persons
from shared.engine.tables import DecisionRow
from shared.engine.wording import Nameable
from shared.protocol.composing import along_faults, still_named
from shared.protocol.conditions import approach
from shared.protocol.faults import Fault
from shared.words.masked import masked

EXPORT, RIEC_INTAKE = "export", "riec-intake"
RECTIFICATION = "rectification"


def sent(loaded: Loaded, decision: DecisionRow, one: Disclose) -> CopyByLetter:
    """A copy of exactly what `one` discloses, for the service where its receiver finds it."""
    return CopyByLetter(EXPORT, ShareLetter(number=loaded.dossier.signal, letters=()), share_of(loaded, decision, one))


def share_of(loaded: Loaded, decision: DecisionRow, one: Disclose) -> ShareContent:
    """What the receiver of `one` will read."""
    plan = planned_in(loaded, decision)
    items = [name for name in one.items if plan is None or name not in {each.item for each in plan.actions}]
    going = along(loaded, items, one.concerning)
    return ShareContent(
        number=loaded.dossier.signal,
        protocol=loaded.dossier.protocol,
        recipient_kind=one.recipient_kind,
        recipient=one.recipient,
        decision=decision.key,
        outcome=decision.outcome,
        article=decision.article,
        decided_on=calendar_date(decision.taken_at),
        passes_duty=one.passes_duty,
        tasks=tasks_of(loaded, one),
        bases=bases_of(loaded, one),
        urgent=one.urgent,
        items=going.items,
        answers=_criteria(loaded, decision),
        left_out=len(set(approach.shareable(loaded.facts())) - set(one.items)),
        subjects=going.subjects,
        objects=going.objects,
        left_out_concerned=going.left_out,
        plan=plan and without_persons(plan, (*going.subjects, *loaded.opened.objects)),
    )


@dataclass(frozen=True)
class Along:
    """What a receiver gets of the items that were chosen for him: their texts, and of whom and what these are those who
    were chosen to go along. `left_out`: how many of these are not."""

    items: tuple[SharedItem, ...]
    subjects: dict[str, Subject]
    objects: dict[str, ReportedObject]
    left_out: int


def along(loaded: Loaded, items: Collection[str], concerning: Collection[str] | None = None) -> Along:
    """`concerning`: the persons and objects that go along, by S1, O1 …; None: all that the items concern. Who is left
    out is called S1, S2 … in the texts too."""
    persons, objects = persons_of(loaded, items), objects_of(loaded, items)
    if concerning is None:
        return Along(tuple(_item(loaded.opened, name) for name in items), persons, objects, 0)
    going = {key: one for key, one in persons.items() if key in concerning}
    what = {key: one for key, one in objects.items() if key in concerning}
    hidden = _left_out(loaded, going)
    others = tuple(one.name for one in going.values() if one.name)
    texts = tuple(_item(loaded.opened, name, hidden, others) for name in items)
    return Along(texts, going, what, len(persons) + len(objects) - len(going) - len(what))


def along_wrong(
    loaded: Loaded, concerning: Collection[str] | None, field: str, *receivers: Collection[str]
) -> list[Fault]:
    """What is wrong with who and what was chosen to go along, at `field`; `receivers`: the items that each gets."""
    if concerning is None:
        return []
    concerned = {code for items in receivers for code in concerned_by(loaded, items)}
    faults = along_faults(concerning, concerned, field)
    if faults:
        return faults
    named: set[str] = set()
    for items in receivers:
        going = along(loaded, items, concerning)
        hidden = Nameable(tuple(_left_out(loaded, going.subjects)))
        named |= {one.item for one in going.items if hidden.is_named_in(one.text or "")}
    return still_named(named, loaded.law.names, field)


def concerned_by(loaded: Loaded, items: Collection[str]) -> tuple[str, ...]:
    """Whom and what `items` concern, by S1, O1 …"""
    return (*persons_of(loaded, items), *objects_of(loaded, items))


def _left_out(loaded: Loaded, going: Collection[str]) -> dict[str, str]:
    """The names of who does not go along, each with the code by which he is called instead; of who is meant by two of
    them both."""
    person = loaded.standing.person
    return {
        one.name: person(key) for key, one in loaded.opened.subjects.items() if one.name and person(key) not in going
    }


def _criteria(loaded: Loaded, decision: DecisionRow) -> dict[str, str | Unanswered]:
    """Of an intake: what was answered to each criterion, or why not."""
    given = loaded.fields_of(decision).get("criteria") if decision.key == RIEC_INTAKE else None
    return {
        key: one if isinstance(one, str) else Unanswered(because=one["unanswered"])
        for key, one in (given or {}).items()
    }


def _item(
    content: Content, name: str, hidden: Mapping[str, str] = MappingProxyType({}), others: Collection[str] = ()
) -> SharedItem:
    if name == REPORT:
        text = masked(content.report.text, hidden, others)
        return SharedItem(item=REPORT, category=REPORT, about=REPORT, text=text)
    found = content.findings[name]
    words = masked(found.finding, hidden, others) if found.finding else found.finding
    return SharedItem(item=name, category=found.category, about=found.about, text=words, matches=found.matches)


def persons_of(loaded: Loaded, items: Collection[str]) -> dict[str, Subject]:
    """Whom who gets `items` comes to know, by S1, S2 …: those of the report go with the report, another with what was
    found about him. Nobody twice, and nobody who proved not to be concerned."""
    content = loaded.opened
    named = {loaded.standing.person(one) for one in _about(content, items)}
    named |= set(content.reported) if REPORT in items else set()
    return {key: one for key, one in loaded.concerned.items() if key in named}


def received_by(loaded: Loaded, one: Disclose) -> tuple[str, ...]:
    """The persons of whom who gets `one` comes to know something. Who is told that something is wrong had it before."""
    if loaded.content is None or one.road == RECTIFICATION:
        return ()
    had = persons_of(loaded, [name for name in one.items if name == REPORT or name in loaded.content.findings])
    return tuple(key for key in had if one.concerning is None or key in one.concerning)


def objects_of(loaded: Loaded, items: Collection[str]) -> dict[str, ReportedObject]:
    """Of which buildings, businesses and so on who gets `items` comes to know, by O1, O2 …"""
    content = loaded.opened
    about = _about(content, items)
    return {key: one for key, one in content.objects.items() if key in about or REPORT in items}


def _about(content: Content, items: Collection[str]) -> set[str]:
    """What the findings among `items` are about, and whom they brought to light."""
    found = [content.findings[name] for name in items if name != REPORT]
    return {one.about for one in found} | {person for one in found for person in one.persons}
