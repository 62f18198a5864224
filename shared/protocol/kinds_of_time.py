"""A kind of field for what is told in hours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.protocol.kinds import Kind, Schema


@dataclass(frozen=True)
class Instant(Kind):
    """A day with an hour, where hours count: ISO 8601 with its distance to UTC, so that no hour of October is two."""

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        try:
            return isinstance(value, str) and len(value) <= 40 and datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            return False

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time", "maxLength": 40}

    def wanted(self) -> str:
        return "moet een dag met een tijd zijn, als jjjj-mm-ddTuu:mm met het verschil met UTC erachter"

    def described(self) -> str:
        return "een dag met een tijd"
