"""What of a dossier is about one person, as he may read it: without other persons, and without who reported it (art. 10 lid 1).

Made by the rules by which anything leaves a file (shares.py); who answers chooses, and sums up what cannot be read without
recognising somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import calendar_date
from shared.contracts.answering import PersonalItem, PersonalUse
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.documents import REPORT
from shared.engine.loaded import Loaded
from shared.engine.shares import Along, along_one
from shared.engine.wording import Nameable
from shared.protocol.answering import recognisable
from shared.protocol.conditions.approach import CHILD, POINTS_AT_REPORTER
from shared.protocol.faults import Fault

APART = (POINTS_AT_REPORTER, CHILD)
"""What is known for the reporter's sake, and of who represents a child, is no fact about whoever asks."""


@dataclass(frozen=True)
class Chosen:
    """What somebody chose of a dossier for the person `subject`: `items`, with `objects` that are told with their address;
    `summaries`: what is read instead of an item's own words."""

    subject: str
    items: tuple[str, ...]
    objects: tuple[str, ...]
    summaries: Mapping[str, str]


def items_known(loaded: Loaded) -> tuple[str, ...]:
    """The facts of a dossier of which one can be about somebody, also what was put right since: it was processed."""
    findings = (name for name, one in loaded.opened.findings.items() if one.category not in APART)
    return (*((REPORT,) if REPORT in loaded.opened.raw else ()), *findings)


def concerning(loaded: Loaded, subject: str) -> tuple[str, ...]:
    """Those of which the dossier itself says that they are about `subject`. Free text is for a human."""
    found = loaded.opened.findings
    person = loaded.standing.person(subject)

    def is_about(name: str) -> bool:
        if name == REPORT:
            return person in {loaded.standing.person(one) for one in loaded.opened.reported}
        codes = {found[name].about, *found[name].persons}
        return person in {loaded.standing.person(one) for one in codes}

    return tuple(one for one in items_known(loaded) if is_about(one))


def read_by(loaded: Loaded, chosen: Chosen) -> tuple[Subject, tuple[ReportedObject, ...], tuple[PersonalItem, ...]]:
    """The person himself, the objects and the items, as he reads them."""
    going = along_one(loaded, chosen.subject, chosen.items, chosen.objects)
    person = next(iter(going.subjects.values()))
    return person, tuple(going.objects.values()), tuple(_item(loaded, one, going, chosen) for one in chosen.items)


def _item(loaded: Loaded, name: str, going: Along, chosen: Chosen) -> PersonalItem:
    shared = next(one for one in going.items if one.item == name)
    finding = loaded.opened.findings.get(name)
    category = loaded.law.category(shared.category)
    instead = chosen.summaries.get(name)
    return PersonalItem(
        item=name,
        category=shared.category,
        text=shared.text if instead is None else instead,
        matches=shared.matches,
        recorded_on=finding.recorded_on if finding else None,
        closed=bool(category and category.closed),
        summed_up=instead is not None,
    )


def words_faults(loaded: Loaded, chosen: Chosen) -> list[Fault]:
    """The items, or what is read instead of them, in which somebody else can still be recognised."""
    going = along_one(loaded, chosen.subject, chosen.items, chosen.objects)
    hidden, known = Nameable(tuple(going.hidden)), Nameable.of(loaded)

    def shows(text: str) -> bool:
        return hidden.is_named_in(text) or known.still_shows_reporter(text)

    own = {f"items.{one.item}" for one in going.items if one.item not in chosen.summaries and shows(one.text or "")}
    instead = {f"summaries.{name}" for name, text in chosen.summaries.items() if shows(text)}
    places = {f"objects.{key}" for key, one in going.objects.items() if any(shows(text) for _, text in one if text)}
    return recognisable(own | instead | places)


def looked_faults(loaded: Loaded, subject: str | None, looked: str) -> list[Fault]:
    """What is wrong with the words on how was looked, which who asks can read: nobody but `subject` is named in them, and nothing
    shows who reported it."""
    own = {loaded.standing.person(subject)} if subject in loaded.opened.subjects else set()
    others = [one for key, one in loaded.opened.subjects.items() if loaded.standing.person(key) not in own]
    hidden = Nameable(tuple(one.name for one in others if one.name))
    shows = hidden.is_named_in(looked) or Nameable.of(loaded).still_shows_reporter(looked)
    return recognisable(["looked"] if shows else ())


def uses_of(loaded: Loaded) -> tuple[PersonalUse, ...]:
    """For what the file was used: the decisions that count, here and with earlier holders."""
    counting = (one for one in loaded.coded() if one.status == "taken" and loaded.law.decision(one.key))
    return tuple(
        PersonalUse(key=one.key, outcome=one.outcome, article=one.article, on=calendar_date(one.taken_at))
        for one in counting
    )
