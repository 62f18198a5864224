"""What another signal reads of a file (art. 9 lid 2): item by item, made by who has the file.

A closed case is read so at casework. Of what is sealed the same readings lie in the archives beside the items: whoever
reads there has neither the marks of the reporter nor what was put right, and need not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from shared.contracts.common import Frozen
from shared.engine.concerned import persons_of
from shared.engine.documents import REPORT
from shared.engine.loaded import Loaded
from shared.engine.rectified import shown_items
from shared.engine.wording import Nameable
from shared.protocol.conditions.approach import CHILD, POINTS_AT_REPORTER
from shared.protocol.opening import seen_from

_APART = (CHILD, POINTS_AT_REPORTER)
PERSONS = "persons"


class PlainReading(Frozen):
    """One item as it is read for another signal: `shown`, with the persons and objects that come with it.

    `category`: by which who reads it knows from which phase it may be had.
    """

    item: str
    category: str
    shown: dict[str, Any]
    subjects: dict[str, dict[str, Any]]
    objects: dict[str, dict[str, Any]]

    @property
    def encoded(self) -> bytes:
        """The JSON that is encrypted."""
        return self.model_dump_json().encode()


def readings_of(loaded: Loaded) -> dict[str, PlainReading]:
    """By item what can ever be read of `loaded` for another signal, whatever its phase.

    What was put right is not shared any more, nor who is not concerned; who represents a child is known for its notice
    alone; and the reporter has reported nothing about the new signal. What says anything of who is restricted is not used.
    """
    content, known, concerned = loaded.opened, Nameable.of(loaded), loaded.concerned
    items = shown_items(loaded)
    found: dict[str, PlainReading] = {}
    for one in loaded.facts().items:
        if one.category in _APART or not seen_from(loaded.law.category(one.category)):
            continue
        if not set(loaded.restricted).isdisjoint(
            (one.name, one.about, *persons_of(loaded, (one.name,), even_restricted=True))
        ):
            continue
        if one.name == REPORT:
            shown: dict[str, Any] = {"text": known.shared(content.report.text)}
            persons, objects = content.reported, _described(content.objects, known)
        else:
            given = items[one.name]
            words = {name: known.shared_in(given[name]) for name in ("finding", "fields")}
            if PERSONS in words["fields"]:
                named = [each for each in words["fields"][PERSONS] if each["subject"] in concerned]
                words["fields"] = {**words["fields"], PERSONS: named}
            shown = {**given, **words, "about": one.about}
            persons, objects = content.findings[one.name].persons, {}
        mine = {name: person for name, person in persons.items() if name in concerned}
        found[one.name] = PlainReading(
            item=one.name, category=one.category, shown=shown, subjects=_described(mine, known), objects=objects
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
