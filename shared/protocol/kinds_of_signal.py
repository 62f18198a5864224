"""Kinds of fields that name what is in a signal: its persons, objects and items, and who comes to light."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from shared.protocol.kinds import Kind, Schema, some_of

MOST_PERSONS = 20
MOST_ITEMS = 50
MOST_IDENTITY = 300
_MEETING = r"M-[A-Za-z0-9-]{1,38}"
_SIGNAL = r"S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}"
_GOING = r"[SO][0-9]{1,4}|S[0-9]{1,4}\.[A-Za-z]{1,40}"


@dataclass(frozen=True)
class Subjects(Kind):
    """Some of the persons in the signal; at least one when there is any (R-22.2)."""

    def is_filled(self, value: Any) -> bool:
        return value is not None

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return some_of(value, subjects, 1 if subjects else 0)

    def schema(self) -> Schema:
        return {"type": "array", "uniqueItems": True, "items": {"type": "string", "pattern": "^S[0-9]+$"}}

    def wanted(self) -> str:
        return "moet bestaan uit personen van dit signaal (S1, S2 …)"

    def described(self) -> str:
        return "personen van het signaal (S1, S2 …)"


@dataclass(frozen=True)
class Items(Kind):
    """Some items of the signal, by name; which there are, the rule says that asks for them."""

    most: int = MOST_ITEMS

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return _codes(value, r"[a-z0-9-]{1,40}", self.most) and bool(value)

    def schema(self) -> Schema:
        name = {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"}
        return {"type": "array", "minItems": 1, "maxItems": self.most, "uniqueItems": True, "items": name}

    def wanted(self) -> str:
        return f"moet bestaan uit één of meer gegevens van dit signaal, ten hoogste {self.most}, elk één keer"

    def described(self) -> str:
        return "één of meer gegevens van het signaal"


@dataclass(frozen=True)
class OnAgendaOf(Kind):
    """A meeting with this signal on its agenda, by its number; which there are, the rule says that asks for it."""

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, str) and re.fullmatch(_MEETING, value) is not None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_MEETING}$"}

    def wanted(self) -> str:
        return "moet het nummer zijn van een overleg met dit signaal op de agenda"

    def described(self) -> str:
        return "een overleg met het signaal op de agenda"


@dataclass(frozen=True)
class OtherSignal(Kind):
    """The number of another signal, where something was found."""

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, str) and re.fullmatch(_SIGNAL, value) is not None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_SIGNAL}$", "maxLength": 13}

    def wanted(self) -> str:
        return "moet het nummer van een signaal zijn, zoals S-7K3MQ-9XD4T"

    def described(self) -> str:
        return "het nummer van een ander signaal"


@dataclass(frozen=True)
class PersonsAndObjects(Kind):
    """Some of the persons and objects that the chosen items concern, and of a person single fields (S1.name); none is a
    choice too. Which fields there are, the rule says that reads it."""

    most: int = MOST_ITEMS

    def is_filled(self, value: Any) -> bool:
        return value is not None

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return _codes(value, _GOING, self.most)

    def schema(self) -> Schema:
        code = {"type": "string", "pattern": f"^({_GOING})$"}
        return {"type": "array", "maxItems": self.most, "uniqueItems": True, "items": code}

    def wanted(self) -> str:
        return "moet bestaan uit personen, gegevens van een persoon en objecten van dit signaal (S1, S1.name, O1 …), elk één keer"

    def described(self) -> str:
        return "personen, gegevens van een persoon en objecten van het signaal (S1, S1.name, O1 …)"


@dataclass(frozen=True)
class Persons(Kind):
    """Persons, at most so many: a name, and where known an address; no more than a report may say (Bijlage 1)."""

    most: int = MOST_PERSONS

    in_words = True

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, (list, tuple)) and 1 <= len(value) <= self.most and all(map(self._is_one, value))

    @staticmethod
    def _is_one(value: Any) -> bool:
        if not isinstance(value, Mapping) or not {"name"} <= set(value) <= {"name", "address"}:
            return False
        return all(isinstance(one, str) and one.strip() and len(one) <= MOST_IDENTITY for one in value.values())

    def schema(self) -> Schema:
        line = {"type": "string", "minLength": 1, "maxLength": MOST_IDENTITY}
        person = {"type": "object", "additionalProperties": False, "required": ["name"]}
        items = person | {"properties": {"name": line, "address": line}}
        return {"type": "array", "minItems": 1, "maxItems": self.most, "items": items}

    def wanted(self) -> str:
        who = "één persoon" if self.most == 1 else f"ten hoogste {self.most} personen, elk"
        return f"moet bestaan uit {who} met een naam (name) en hooguit een adres (address)"

    def described(self) -> str:
        return (
            "één persoon, met naam en zo mogelijk adres"
            if self.most == 1
            else "personen, elk met naam en zo mogelijk adres"
        )


def _codes(value: Any, pattern: str, most: int) -> bool:
    return (
        isinstance(value, (list, tuple))
        and all(isinstance(one, str) and re.fullmatch(pattern, one) for one in value)
        and len(set(value)) == len(value) <= most
    )
