"""Is what was filled in what was asked? The same for decisions and for records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.model import Field

MOST_PERSONS = 20
MOST_IDENTITY = 300


def field_faults(
    key: str, article: str, asked: Sequence[Field], given: Mapping[str, Any], role: str, facts: Facts
) -> list[Fault]:
    """Everything that is wrong with `given`, of which `asked` were asked of somebody acting as `role`."""
    faults = []
    mine = {one.name: one for one in asked if not one.roles or role in one.roles}
    for name in given:
        if name not in mine:
            faults.append(Fault("fields", f"has something that {key} does not ask", article))
    for name, field in mine.items():
        value = given.get(name)
        empty = value is None or value in ("", [], ()) or value == {}
        if (field.required and empty and field.kind != "subjects") or (field.required and value is None):
            faults.append(Fault(f"fields.{name}", f"is required: {field.question}", field.article))
        elif value is not None and not fits(field, value, facts):
            faults.append(Fault(f"fields.{name}", wanted(field), field.article))
    return faults


def fits(field: Field, value: Any, facts: Facts) -> bool:
    if field.kind == "flag":
        return isinstance(value, bool)
    if field.kind == "choice":
        return value in field.choices
    if field.kind in ("choices", "subjects"):
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
            return False
        known = field.choices if field.kind == "choices" else facts.subjects
        # An intervention concerns somebody, when there is anybody.
        least = field.at_least if field.kind == "choices" or facts.subjects else 0
        return len(set(value)) == len(value) >= least and set(value) <= set(known)
    if field.kind == "answers":
        return isinstance(value, Mapping) and set(value) == set(field.choices) and all(map(_answered, value.values()))
    if field.kind == "persons":
        return isinstance(value, (list, tuple)) and 1 <= len(value) <= MOST_PERSONS and all(map(_person, value))
    if field.kind == "date":
        try:
            # The one form that everybody reads alike; not 20261201, nor a number.
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    return isinstance(value, str) and bool(value.strip()) and len(value) <= field.most


def _person(value: Any) -> bool:
    """A name, and where known the address: no more than a report may say of somebody (Bijlage 1)."""
    if not isinstance(value, Mapping) or not {"name"} <= set(value) <= {"name", "address"}:
        return False
    return all(isinstance(one, str) and one.strip() and len(one) <= MOST_IDENTITY for one in value.values())


def _answered(answer: Any) -> bool:
    """In words, or `{"unanswered": reason}` (R-F2.3)."""
    if isinstance(answer, Mapping):
        answer = answer.get("unanswered") if set(answer) == {"unanswered"} else None
    return isinstance(answer, str) and bool(answer.strip()) and len(answer) <= 2000


def wanted(field: Field) -> str:
    if field.kind == "answers":
        return f"must answer each of {', '.join(field.choices)} in words, or say why one is unanswered"
    if field.kind == "subjects":
        return "must be some of the subjects of this signal (S1, S2 …)"
    if field.kind == "persons":
        return f"must be at most {MOST_PERSONS} persons, each with a `name` and at most an `address` besides"
    words = {"flag": "must be true or false", "date": "must be a date (YYYY-MM-DD)"}
    if field.kind in ("choice", "choices"):
        number = "one" if field.kind == "choice" else "some" if field.at_least < 2 else f"{field.at_least} or more"
        return f"must be {number} of {', '.join(field.choices)}"
    return words.get(field.kind, f"must be text of at most {field.most} characters")
