"""What another signal reads of a file (art. 9 lid 2): item by item, made by who has the file.

A closed case is read so at casework. Of what is sealed the same readings lie in the archives beside the items: whoever
reads there has neither the marks of the reporter nor what was put right, and need not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from shared.contracts.common import Frozen
from shared.engine.about_person import items_known
from shared.engine.concerned import persons_of
from shared.engine.documents import REPORT
from shared.engine.loaded import Loaded
from shared.engine.rectified import shown_items
from shared.engine.wording import Nameable
from shared.protocol.opening import seen_from

PERSONS = "persons"


class PlainReading(Frozen):
    """One item as it is read for another signal: `shown`, with the persons and objects that come with it.

    `category`: by which who reads it knows from which phase it may be had. `for_persons`: it is read for a request of a person alone,
    because it counts no more, or is a record of the handling. `brought`: the persons that it told of, also who is not concerned.
    `persons`, `places`: all of the file, so that who answers a request can say who somebody is, and leaves the others out.
    """

    item: str
    category: str
    shown: dict[str, Any]
    subjects: dict[str, dict[str, Any]]
    objects: dict[str, dict[str, Any]]
    for_persons: bool = False
    brought: tuple[str, ...] = ()
    persons: dict[str, dict[str, Any]] = Field(default_factory=dict)
    places: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @property
    def encoded(self) -> bytes:
        """The JSON that is encrypted."""
        return self.model_dump_json().encode()


def readings_of(loaded: Loaded) -> dict[str, PlainReading]:
    """By item what can ever be read of `loaded` for another signal, whatever its phase."""
    return {name: one for name, one in every_reading_of(loaded).items() if not one.for_persons}


def every_reading_of(loaded: Loaded) -> dict[str, PlainReading]:
    """The same, and what is read for a request of a person alone.

    What was put right is not shared any more, nor who is not concerned, and what says anything of who is restricted is not used: that
    is read for a request alone, which is about all that was processed. Who represents a child is known for its notice alone, and
    the reporter has reported nothing about the new signal.
    """
    content, known, concerned = loaded.opened, Nameable.of(loaded), loaded.concerned
    items = shown_items(loaded)
    abouts = {one.name: one.about for one in loaded.facts().items}
    counts = {
        one.name
        for one in loaded.facts().items
        if seen_from(loaded.law.category(one.category))
        and set(loaded.restricted).isdisjoint(
            (one.name, one.about, *persons_of(loaded, (one.name,), even_restricted=True))
        )
    }
    whole = {"persons": _described(content.subjects, known), "places": _described(content.objects, known)}
    found: dict[str, PlainReading] = {}
    for name in items_known(loaded):
        if name == REPORT:
            shown: dict[str, Any] = {"text": known.shared(content.report.text)}
            persons, objects = content.reported, _described(content.objects, known)
        else:
            given = items.get(name) or content.findings[name].shown()
            words = {name: known.shared_in(given[name]) for name in ("finding", "fields")}
            if PERSONS in words["fields"]:
                named = [each for each in words["fields"][PERSONS] if each["subject"] in concerned]
                words["fields"] = {**words["fields"], PERSONS: named}
            shown = {**given, **words, "about": abouts.get(name, given["about"])}
            persons, objects = content.findings[name].persons, {}
        mine = {name: person for name, person in persons.items() if name in concerned}
        found[name] = PlainReading(
            item=name,
            category=shown.get("category", REPORT),
            shown=shown,
            subjects=_described(mine, known),
            objects=objects,
            for_persons=name not in counts,
            brought=tuple(persons),
            **whole,
        )
    return found


def composed(readings: Iterable[PlainReading]) -> dict[str, Any]:
    """What somebody reads: the report, persons, objects and items; `report` is None where that is not among them."""
    shown: dict[str, Any] = {"report": None, "subjects": {}, "objects": {}, "items": {}}
    for one in readings:
        if one.item == REPORT:
            shown["report"] = one.shown
        else:
            shown["items"][one.item] = one.shown
        shown["subjects"] |= one.subjects
        shown["objects"] |= one.objects
    return shown


def _described(concerned: Mapping[str, BaseModel], known: Nameable) -> dict[str, dict[str, Any]]:
    return {name: known.shared_texts(one).model_dump(exclude_none=True) for name, one in concerned.items()}
