"""Is what was filled in what was asked? The same for decisions and for records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.protocol.faults import Fault
from shared.protocol.model import Field

_ASKED = "Ingevuld wordt wat erbij is gevraagd, op de wijze die daar staat, en niets anders."
RULES = dict.fromkeys(("not-asked", "missing", "does-not-fit"), _ASKED)
"""What the printed protocol says of each fault, by its code."""


def field_faults(
    article: str, asked: Sequence[Field], given: Mapping[str, Any], role: str, subjects: Collection[str]
) -> list[Fault]:
    """Everything that is wrong with `given`, of which `asked` were asked of somebody acting as `role`."""
    mine = {one.name: one for one in asked if not one.roles or role in one.roles}
    faults = [
        Fault("fields", "hier staat iets wat niet wordt gevraagd", article, "not-asked")
        for name in given
        if name not in mine
    ]
    for name, field in mine.items():
        value = given.get(name)
        if field.required and not field.kind.is_filled(value):
            faults.append(Fault(f"fields.{name}", f"ontbreekt: {field.question}", field.article, "missing"))
        elif value is not None and not field.kind.fits(value, subjects):
            faults.append(Fault(f"fields.{name}", field.kind.wanted(), field.article, "does-not-fit"))
    return faults


def as_people_say(asked: Sequence[Field], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was filled in, in the order in which it was asked: each `question`, its `answer` with names for codes, and the
    `article` that asks it."""
    return [
        {"question": one.question, "answer": one.kind.said(given[one.name]), "article": one.article}
        for one in asked
        if one.name in given
    ]


def schema(asked: Sequence[Field]) -> dict[str, Any]:
    """The JSON Schema of what is asked; what only some roles are asked is not required."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [one.name for one in asked if one.required and not one.roles],
        "properties": {
            one.name: {"title": one.question, "description": one.article} | one.kind.schema() for one in asked
        },
    }
