"""The JSON Schema of what a decision asks, generated from its definition."""

from __future__ import annotations

from typing import Any

from shared.protocol.model import Decision, Field, Outcome


def schema_of(decision: Decision, outcome: Outcome) -> dict[str, Any]:
    """The schema of `fields` for one outcome of `decision`."""
    asked = [one for one in decision.fields if not one.outcomes or outcome.key in one.outcomes]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [one.name for one in asked if one.required],
        "properties": {one.name: _property(one) for one in asked},
    }


def _property(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"title": field.question, "description": field.article}
    if field.kind == "flag":
        return described | {"type": "boolean"}
    if field.kind == "choice":
        return described | {"type": "string", "enum": list(field.choices)}
    if field.kind == "choices":
        items = {"type": "string", "enum": list(field.choices)}
        return described | {"type": "array", "minItems": 1, "uniqueItems": True, "items": items}
    if field.kind == "date":
        return described | {"type": "string", "format": "date"}
    return described | {"type": "string", "minLength": 1, "maxLength": field.most}
