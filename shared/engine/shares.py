"""What a receiver outside the file will read: the items that were chosen, and the persons and objects of those."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from shared.clock import calendar_date
from shared.contracts.export import ShareContent, SharedItem, SharedPlan, ShareLetter, Unanswered
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.concerned import objects_of, persons_of
from shared.engine.documents import REPORT, Content
from shared.engine.effects import CopyByLetter, Disclose
from shared.engine.entitled import allowed_in_2a, bases_of, tasks_of
from shared.engine.loaded import Loaded
from shared.engine.plans import planned_in, without_persons
from shared.engine.tables import DecisionRow
from shared.engine.wording import Nameable
from shared.protocol.composing import OF, along_faults, fields_going, still_named
from shared.protocol.conditions import approach
from shared.protocol.conditions.plan import ADOPT_PLAN
from shared.protocol.faults import Fault
from shared.words.masked import masked, without

_Concerned = TypeVar("_Concerned", Subject, ReportedObject)
EXPORT, RIEC_INTAKE = "export", "riec-intake"
RECTIFICATION = "rectification"
NAME, ADDRESS, FIELDS = "name", "address", tuple(Subject.model_fields)
"""What of a person can go along without the rest."""
_CALLED = {ADDRESS: "adres", "occupation": "beroep"}
"""How a text says that it stood there."""
_TEXTS = {ADDRESS, "occupation", "description"}
"""What of a person or an object can say something of another."""
_POSTCODE = re.compile(r"(?<!\w)([1-9]\d{3})\s?([A-Z]{2})(?!\w)")
_STREET = re.compile(r"(?<!\w)[^\W\d][^\d,]*[\s,]+\d+\w*")
"""From a word to the number that follows it."""


def sent(loaded: Loaded, decision: DecisionRow, one: Disclose) -> CopyByLetter:
    """A copy of exactly what `one` discloses, for the service where its receiver finds it."""
    return CopyByLetter(EXPORT, ShareLetter(number=loaded.dossier.signal, letters=()), share_of(loaded, decision, one))


def share_of(loaded: Loaded, decision: DecisionRow, one: Disclose) -> ShareContent:
    """What the receiver of `one` will read."""
    plan = planned_in(loaded, decision)
    items = [name for name in one.items if plan is None or name not in {each.item for each in plan.actions}]
    going = along(loaded, items, one.concerning, even_restricted=one.urgent)
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
        plan=plan
        and _read(
            without_persons(plan, (*going.subjects, *loaded.opened.objects)), _put_before(loaded, decision, one, going)
        ),
    )


def _put_before(loaded: Loaded, decision: DecisionRow, one: Disclose, going: Along) -> Along:
    """By what the texts of a plan are read: as it was adopted it goes alone, and is read as it was proposed to him, with what
    went along then."""
    if decision.key != ADOPT_PLAN:
        return going
    return along(loaded, allowed_in_2a(loaded).get(one.recipient, ()), one.concerning)


@dataclass(frozen=True)
class Along:
    """What a receiver gets of the items that were chosen for him: their texts, and of whom and what these are those who
    were chosen to go along. `left_out`: how many of these are not; `in_part`: of how many persons only some fields are.
    `hidden`: the names that are left out, by the code of each; `others`: those that go along; `instead`: what else is left
    out, with what is said instead."""

    items: tuple[SharedItem, ...]
    subjects: dict[str, Subject]
    objects: dict[str, ReportedObject]
    left_out: int = 0
    in_part: int = 0
    hidden: Mapping[str, str] = field(default_factory=dict)
    others: Collection[str] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    known: Nameable = field(default_factory=Nameable)

    def words(self, text: str) -> str:
        """Any text as this receiver reads it. Without the reporter first: words that point at him may have the name of who
        is called by a code."""
        return without(masked(self.known.shared(text), self.hidden, self.others), self.instead)

    def described(self, one: _Concerned) -> _Concerned:
        """A person or an object as he reads it: somebody's own name is his, and every other text may say something of another."""
        texts = {name: self.words(value) for name, value in one.model_dump(include=_TEXTS, exclude_none=True).items()}
        return self.known.shared_texts(one).model_copy(update=texts)


def along(
    loaded: Loaded, items: Collection[str], concerning: Collection[str] | None = None, *, even_restricted: bool = False
) -> Along:
    """`concerning`: the persons and objects that go along, by S1, O1 …, and of a person single fields, by S1.name; None:
    all that the items concern. Whose name is left out is called S1, S2 … in the texts too; an address or occupation that is
    left out is no longer in them. Who is restricted never goes along, nor what is only about him (art. 18 AVG);
    `even_restricted`: but for a danger to somebody's life or safety."""
    if loaded.restricted and not even_restricted:
        items = [one for one in items if one not in loaded.restricted]
        if concerning is None:
            # Whose name is hidden is who is not chosen.
            concerning = (*(one for one in loaded.concerned if one not in loaded.restricted), *loaded.opened.objects)
    persons = persons_of(loaded, items, even_restricted=even_restricted)
    objects = objects_of(loaded, items)
    read = Along((), persons, objects, known=Nameable.of(loaded))
    if concerning is not None:
        read = _only_chosen(loaded, read, fields_going(concerning, FIELDS))
    return _as_read(loaded, read, items)


def _as_read(loaded: Loaded, read: Along, items: Collection[str]) -> Along:
    return replace(
        read,
        items=tuple(_item(loaded.opened, name, read) for name in items),
        subjects={key: read.described(one) for key, one in read.subjects.items()},
        objects={key: read.described(one) for key, one in read.objects.items()},
    )


def along_one(loaded: Loaded, subject: str, items: Collection[str], objects: Collection[str]) -> Along:
    """What the person `subject` himself reads of `items`: with him and these objects, whatever the items are about, and
    nobody else."""
    code = loaded.standing.person(subject)
    things = {key: one for key, one in loaded.opened.objects.items() if key in objects}
    everything = Along((), {code: loaded.opened.subjects[code]}, things, known=Nameable.of(loaded))
    read = _only_chosen(loaded, everything, {code: FIELDS, **dict.fromkeys(things, ())})
    return _as_read(loaded, read, items)


def _only_chosen(loaded: Loaded, everything: Along, concerning: Mapping[str, Collection[str]]) -> Along:
    """What goes along of `everything`, as it is known."""
    persons, objects = everything.subjects, everything.objects
    chosen = {key: names for key, names in concerning.items() if key in persons or key in objects}
    parts = {key: _only(one, chosen[key]) for key, one in persons.items() if key in chosen}
    # Of whom nothing was chosen that is known, nothing goes along.
    going = {key: one for key, one in parts.items() if one == persons[key] or one != Subject()}
    what = {key: one for key, one in objects.items() if key in chosen}
    hidden = {value: code for code, name, value in _not_going(loaded, chosen) if name == NAME}
    others = tuple(one.name for one in going.values() if one.name)
    return replace(
        everything,
        subjects=going,
        objects=what,
        left_out=len(persons) + len(objects) - len(going) - len(what),
        in_part=sum(one != persons[key] for key, one in going.items()),
        hidden=hidden,
        others=others,
        instead=_instead(loaded, chosen, (*going.values(), *what.values()), hidden, others),
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
        said = {**going.subjects, **going.objects}
        named |= {
            key
            for key, one in said.items()
            if any(map(hidden.is_named_in, one.model_dump(include=_TEXTS, exclude_none=True).values()))
        }
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
    """A name stands in a plan when whom it belongs to came to light later."""
    actions = (one.model_copy(update={"text": going.words(one.text)}) for one in plan.actions)
    said = plan.explanation and going.words(plan.explanation)
    return plan.model_copy(update={"actions": tuple(actions), "explanation": said})


def _only(one: Subject, names: Collection[str]) -> Subject:
    return Subject(**one.model_dump(include=set(names)))


def _not_going(loaded: Loaded, chosen: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str, str]]:
    """Of everybody what does not go along: the code by which he is called, the field and what it says; of who is meant by two of
    them both; and of what does not go along where it is."""
    for key, one in loaded.opened.subjects.items():
        code = loaded.standing.person(key)
        for name, value in one.model_dump(exclude_none=True).items():
            if value and name not in chosen.get(code, ()):
                yield code, name, value
    for code, thing in loaded.opened.objects.items():
        if thing.address and code not in chosen:
            yield code, ADDRESS, thing.address


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
        for spelt in _parts(name, value):
            if not any(without(one, dict.fromkeys(spelt, "")) != one for one in goes):
                # A name in it was made a code before.
                spelt = (*spelt, *(masked(one, hidden, others) for one in spelt))
                found = dict.fromkeys(spelt, f"[{_CALLED[name]} van {code}]") | found
    return found


def _parts(name: str, value: str) -> Iterator[tuple[str, ...]]:
    """By what it is known, each in its spellings: the whole, and of an address each street with its number and the postcode,
    without a place that others share. A number alone says nothing."""
    if name == NAME:
        return
    if any(map(str.isalpha, value)):
        yield (value,)
    if name == ADDRESS:
        yield from ((f"{one[1]} {one[2]}", f"{one[1]}{one[2]}") for one in _POSTCODE.finditer(value))
        yield from ((one[0],) for one in _STREET.finditer(_POSTCODE.sub(",", value)))


def _criteria(loaded: Loaded, decision: DecisionRow, going: Along) -> dict[str, str | Unanswered]:
    """Of an intake: what was answered to each criterion, or why not."""
    given = loaded.fields_of(decision).get("criteria") if decision.key == RIEC_INTAKE else None
    return {
        key: going.words(one) if isinstance(one, str) else Unanswered(because=going.words(one["unanswered"]))
        for key, one in (given or {}).items()
    }


def _item(content: Content, name: str, read: Along) -> SharedItem:
    if name == REPORT:
        return SharedItem(item=REPORT, category=REPORT, about=REPORT, text=read.words(content.report.text))
    found = content.findings[name]
    text = found.finding and read.words(found.finding)
    return SharedItem(item=name, category=found.category, about=found.about, text=text, matches=found.matches)


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
    items = [name for name in one.items if name == REPORT or name in content.findings]
    return along(loaded, items, one.concerning, even_restricted=one.urgent)
