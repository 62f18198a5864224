"""What a receiver outside the file will read: the items that were chosen, and the persons and objects of those."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from shared.clock import calendar_date
from shared.contracts.export import ShareContent, SharedItem, SharedPlan, ShareLetter, Unanswered
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.documents import REPORT, Content
from shared.engine.effects import CopyByLetter, Disclose
from shared.engine.entitled import bases_of, tasks_of
from shared.engine.loaded import Loaded
from shared.engine.plans import planned_in, without_persons
from shared.engine.tables import DecisionRow
from shared.engine.wording import Nameable
from shared.protocol.composing import OF, along_faults, fields_going, still_named
from shared.protocol.conditions import approach
from shared.protocol.faults import Fault
from shared.words.masked import masked, without

_Concerned = TypeVar("_Concerned", Subject, ReportedObject)
EXPORT, RIEC_INTAKE = "export", "riec-intake"
RECTIFICATION = "rectification"
NAME, FIELDS = "name", tuple(Subject.model_fields)
"""What of a person can go along without the rest."""
_CALLED = {"address": "adres", "occupation": "beroep"}
"""How a text says that it stood there."""


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
        answers=_criteria(loaded, decision, going),
        left_out=len(set(approach.shareable(loaded.facts())) - set(one.items)),
        subjects=going.subjects,
        objects=going.objects,
        left_out_concerned=going.left_out,
        concerned_in_part=going.in_part,
        plan=plan and _read(without_persons(plan, (*going.subjects, *loaded.opened.objects)), going),
    )


@dataclass(frozen=True)
class Along:
    """What a receiver gets of the items that were chosen for him: their texts, and of whom and what these are those who
    were chosen to go along. `left_out`: how many of these are not; `in_part`: of how many persons only some fields are.
    `hidden`: the names that are left out, by the code of each; `instead`: what else is, with what is said instead."""

    items: tuple[SharedItem, ...]
    subjects: dict[str, Subject]
    objects: dict[str, ReportedObject]
    left_out: int = 0
    in_part: int = 0
    hidden: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)


def along(loaded: Loaded, items: Collection[str], concerning: Collection[str] | None = None) -> Along:
    """`concerning`: the persons and objects that go along, by S1, O1 …, and of a person single fields, by S1.name; None:
    all that the items concern. Whose name is left out is called S1, S2 … in the texts too; an address or occupation that is
    left out is no longer in them."""
    known = Nameable.of(loaded)
    persons, objects = persons_of(loaded, items), objects_of(loaded, items)
    if concerning is None:
        texts = tuple(_item(loaded.opened, name, known) for name in items)
        return Along(texts, _without_reporter(persons, known), _without_reporter(objects, known))
    chosen = {key: names for key, names in fields_going(concerning, FIELDS).items() if key in persons or key in objects}
    parts = {key: _only(one, chosen[key]) for key, one in persons.items() if key in chosen}
    # Of whom nothing was chosen that is known, nothing goes along.
    going = {key: one for key, one in parts.items() if one == persons[key] or one != Subject()}
    what = {key: one for key, one in objects.items() if key in chosen}
    hidden = {value: code for code, name, value in _not_going(loaded, chosen) if name == NAME}
    others = tuple(one.name for one in going.values() if one.name)
    instead = _instead(loaded, chosen, (*going.values(), *what.values()), hidden, others)
    said = [_item(loaded.opened, name, known, hidden, others) for name in items]
    return Along(
        items=tuple(one.model_copy(update={"text": one.text and without(one.text, instead)}) for one in said),
        subjects=_without_reporter(going, known),
        objects={key: _described(one, hidden, others, instead) for key, one in _without_reporter(what, known).items()},
        left_out=len(persons) + len(objects) - len(going) - len(what),
        in_part=sum(one != persons[key] for key, one in going.items()),
        hidden=hidden,
        instead=instead,
    )


def along_wrong(
    loaded: Loaded, concerning: Collection[str] | None, field: str, *receivers: Collection[str]
) -> list[Fault]:
    """What is wrong with who and what was chosen to go along, at `field`; `receivers`: the items that each gets."""
    if concerning is None:
        return []
    concerned = {code for items in receivers for code in concerned_by(loaded, items)}
    faults = along_faults(concerning, concerned, field, FIELDS)
    if faults:
        return faults
    named: set[str] = set()
    for items in receivers:
        going = along(loaded, items, concerning)
        hidden = Nameable(tuple(going.hidden))
        named |= {one.item for one in going.items if hidden.is_named_in(one.text or "")}
        named |= {key for key, one in going.objects.items() if hidden.is_named_in(one.description or "")}
    return still_named(named, loaded.law.names, field)


def concerned_by(loaded: Loaded, items: Collection[str]) -> tuple[str, ...]:
    """Whom and what `items` concern, by S1, O1 …"""
    return (*persons_of(loaded, items), *objects_of(loaded, items))


def went(loaded: Loaded, one: Disclose) -> tuple[str, ...]:
    """Whom and what the receiver of `one` comes to know, for the register: of a person each field that is known, without what
    it says."""
    if loaded.content is None:
        return one.besides
    going = _given_by(loaded, loaded.content, one)
    fields = (
        f"{key}{OF}{name}" for key, person in going.subjects.items() for name in person.model_dump(exclude_none=True)
    )
    return (*fields, *going.objects, *one.besides)


def _read(plan: SharedPlan, going: Along) -> SharedPlan:
    """Names stand in no plan; an address that does not go along stands in this one no longer."""
    actions = (one.model_copy(update={"text": without(one.text, going.instead)}) for one in plan.actions)
    said = plan.explanation and without(plan.explanation, going.instead)
    return plan.model_copy(update={"actions": tuple(actions), "explanation": said})


def _only(one: Subject, names: Collection[str]) -> Subject:
    return Subject(**one.model_dump(include=set(names)))


def _not_going(loaded: Loaded, chosen: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str, str]]:
    """Of everybody what does not go along: the code by which he is called, the field and what it says; of who is meant by two of
    them both."""
    for key, one in loaded.opened.subjects.items():
        code = loaded.standing.person(key)
        for name, value in one.model_dump(exclude_none=True).items():
            if value and name not in chosen.get(code, ()):
                yield code, name, value


def _instead(
    loaded: Loaded,
    chosen: Mapping[str, Collection[str]],
    going: Collection[Subject | ReportedObject],
    hidden: Mapping[str, str],
    others: Collection[str],
) -> dict[str, str]:
    """What else does not go along, with what a text says instead; what goes along with somebody or something else stays."""
    goes = [value for one in going for value in one.model_dump(include=set(_CALLED), exclude_none=True).values()]
    found: dict[str, str] = {}
    for code, name, value in _not_going(loaded, chosen):
        for part in _parts(value) if name != NAME else ():
            if not any(without(one, {part: ""}) != one for one in goes):
                # A name in it was made a code before.
                found |= dict.fromkeys((part, masked(part, hidden, others)), f"[{_CALLED[name]} van {code}]")
    return found


def _parts(value: str) -> list[str]:
    """By what an address is known: the whole, and each part with a number, without a place that others share."""
    return [value, *(part.strip() for part in value.split(",") if any(one.isdigit() for one in part))]


def _described(
    one: ReportedObject, hidden: Mapping[str, str], others: Collection[str], instead: Mapping[str, str]
) -> ReportedObject:
    if not one.description:
        return one
    return one.model_copy(update={"description": without(masked(one.description, hidden, others), instead)})


def _criteria(loaded: Loaded, decision: DecisionRow, going: Along) -> dict[str, str | Unanswered]:
    """Of an intake: what was answered to each criterion, or why not."""
    given = loaded.fields_of(decision).get("criteria") if decision.key == RIEC_INTAKE else None
    known = Nameable.of(loaded)

    def words(text: str) -> str:
        return without(known.shared(text), going.instead)

    return {
        key: words(one) if isinstance(one, str) else Unanswered(because=words(one["unanswered"]))
        for key, one in (given or {}).items()
    }


def _item(
    content: Content,
    name: str,
    known: Nameable,
    hidden: Mapping[str, str] = MappingProxyType({}),
    others: Collection[str] = (),
) -> SharedItem:
    """Without the reporter first: words that point at him may have the name of who is called by a code."""

    def words(text: str | None) -> str | None:
        return masked(known.shared(text), hidden, others) if text else text

    if name == REPORT:
        return SharedItem(item=REPORT, category=REPORT, about=REPORT, text=words(content.report.text))
    found = content.findings[name]
    text = words(found.finding)
    return SharedItem(item=name, category=found.category, about=found.about, text=text, matches=found.matches)


def _without_reporter(concerned: Mapping[str, _Concerned], known: Nameable) -> dict[str, _Concerned]:
    return {key: known.shared_texts(one) for key, one in concerned.items()}


def persons_of(loaded: Loaded, items: Collection[str]) -> dict[str, Subject]:
    """Whom who gets `items` comes to know, by S1, S2 …: those of the report go with the report, another with what was
    found about him. Nobody twice, and nobody who proved not to be concerned."""
    content = loaded.opened
    named = {loaded.standing.person(one) for one in _about(content, items)}
    named |= set(content.reported) if REPORT in items else set()
    return {key: one for key, one in loaded.concerned.items() if key in named}


def received_by(loaded: Loaded, one: Disclose) -> tuple[str, ...]:
    """The persons of whom who gets `one` comes to know something, by an item or without one. Who is told that something is
    wrong had it before."""
    if loaded.content is None or one.road == RECTIFICATION:
        return ()
    given = {*_given_by(loaded, loaded.content, one).subjects}
    given |= {loaded.standing.person(code) for code in fields_going(one.besides, FIELDS)}
    return tuple(key for key in loaded.concerned if key in given)


def _given_by(loaded: Loaded, content: Content, one: Disclose) -> Along:
    """What of the items of `one` is still here, and whom and what goes along with it."""
    return along(loaded, [name for name in one.items if name == REPORT or name in content.findings], one.concerning)


def objects_of(loaded: Loaded, items: Collection[str]) -> dict[str, ReportedObject]:
    """Of which buildings, businesses and so on who gets `items` comes to know, by O1, O2 …"""
    content = loaded.opened
    about = _about(content, items)
    return {key: one for key, one in content.objects.items() if key in about or REPORT in items}


def _about(content: Content, items: Collection[str]) -> set[str]:
    """What the findings among `items` are about, and whom they brought to light. Who reads a record of the handling, such as an
    order, knows by that only the code."""
    findings = (content.findings[name] for name in items if name != REPORT)
    found = [one for one in findings if one.category not in approach.PROCESS_CATEGORIES]
    return {one.about for one in found} | {person for one in found for person in one.persons}
