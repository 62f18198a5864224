"""The JSON Schema of what a decision or a record asks, generated from its definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.protocol.fields import MOST_IDENTITY, MOST_PERSONS
from shared.protocol.model import Decision, Field, Outcome


def schema_of(decision: Decision, outcome: Outcome) -> dict[str, Any]:
    """The schema of `fields` for one outcome of `decision`; what only some roles are asked is not required."""
    return schema([one for one in decision.fields if not one.outcomes or outcome.key in one.outcomes])


def schema(asked: Sequence[Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [one.name for one in asked if one.required and not one.roles],
        "properties": {one.name: _property(one) for one in asked},
    }


def _property(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"title": field.question, "description": field.article}
    text = {"type": "string", "minLength": 1, "maxLength": field.most}
    if field.kind == "flag":
        return described | {"type": "boolean"}
    if field.kind == "choice":
        return described | {"type": "string", "enum": list(field.choices)}
    if field.kind == "choices":
        items = {"type": "string", "enum": list(field.choices)}
        return described | {"type": "array", "minItems": field.at_least, "uniqueItems": True, "items": items}
    if field.kind == "subjects":
        return described | {"type": "array", "uniqueItems": True, "items": {"type": "string", "pattern": "^S[0-9]+$"}}
    if field.kind == "persons":
        line = {"type": "string", "minLength": 1, "maxLength": MOST_IDENTITY}
        person: dict[str, Any] = {"type": "object", "additionalProperties": False, "required": ["name"]}
        items = person | {"properties": {"name": line, "address": line}}
        return described | {"type": "array", "minItems": 1, "maxItems": MOST_PERSONS, "items": items}
    if field.kind == "answers":
        unanswered = {"type": "object", "required": ["unanswered"], "properties": {"unanswered": text}}
        answer = {"anyOf": [text, unanswered | {"additionalProperties": False}]}
        answers = dict.fromkeys(field.choices, answer)
        return described | {
            "type": "object",
            "additionalProperties": False,
            "required": list(field.choices),
            "properties": answers,
        }
    if field.kind == "date":
        return described | {"type": "string", "format": "date"}
    return described | text
