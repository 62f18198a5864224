"""Kinds of fields. Each knows whether a value fits, its JSON Schema, what it says when it does not, and its own name."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

_WEB = r"https?://[^\s/?#.]+(\.[^\s/?#.]+)+([/?#]\S*)?"
MOST_SHORT = 200
MOST_ANSWER = 2000
Schema = dict[str, Any]


class Kind(ABC):
    """What can be filled in. `subjects` are those of the signal: S1, S2 …"""

    in_words: ClassVar[bool] = False
    """Whether somebody fills it in with words of his own."""

    def is_filled(self, value: Any) -> bool:
        return value is not None and value not in ("", [], (), {})

    @abstractmethod
    def fits(self, value: Any, subjects: Collection[str]) -> bool: ...

    @abstractmethod
    def schema(self) -> Schema: ...

    def said(self, value: Any) -> Any:
        """A value that fits, as people say it: names for codes."""
        return value

    @abstractmethod
    def wanted(self) -> str:
        """What is said of a value that does not fit: "moet … zijn"."""

    @abstractmethod
    def described(self) -> str:
        """How the printed protocol calls it."""


@dataclass(frozen=True)
class Text(Kind):
    in_words = True
    most: int = 2000

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, str) and bool(value.strip()) and len(value) <= self.most

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": self.most}

    def wanted(self) -> str:
        return f"moet een tekst zijn van ten hoogste {self.most} tekens"

    def described(self) -> str:
        return "in woorden" if self.most > MOST_SHORT else "een korte tekst"


@dataclass(frozen=True)
class Flag(Kind):
    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, bool)

    def schema(self) -> Schema:
        return {"type": "boolean"}

    def wanted(self) -> str:
        return "moet ja (true) of nee (false) zijn"

    def described(self) -> str:
        return "ja of nee"


@dataclass(frozen=True)
class Date(Kind):
    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        try:
            # The one form that everybody reads alike; not 20261201, nor a number.
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False

    def schema(self) -> Schema:
        return {"type": "string", "format": "date"}

    def wanted(self) -> str:
        return "moet een datum zijn, als jjjj-mm-dd"

    def described(self) -> str:
        return "een datum"


@dataclass(frozen=True)
class Choice(Kind):
    """One of `choices`, which are codes with their names."""

    choices: Mapping[str, str]

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, str) and value in self.choices

    def schema(self) -> Schema:
        return _one_of(self.choices)

    def said(self, value: Any) -> Any:
        return self.choices.get(value, value)

    def wanted(self) -> str:
        return f"moet één zijn van: {_listed(self.choices)}"

    def described(self) -> str:
        return f"één van: {_names(self.choices)}"


@dataclass(frozen=True)
class Choices(Kind):
    """Some of `choices`, `at_least` so many, none twice. `alone`: the one beside which there is no other."""

    choices: Mapping[str, str]
    at_least: int = 1
    alone: str | None = None

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return some_of(value, self.choices, self.at_least) and (self.alone not in value or len(value) == 1)

    def schema(self) -> Schema:
        some: Schema = {"type": "array", "minItems": self.at_least, "uniqueItems": True, "items": _one_of(self.choices)}
        either = [{"maxItems": 1}, {"not": {"contains": {"const": self.alone}}}]
        return some | ({"anyOf": either} if self.alone else {})

    def said(self, value: Any) -> Any:
        return [self.choices.get(one, one) for one in value]

    def wanted(self) -> str:
        return f"moet bestaan uit {self._number} van: {_listed(self.choices)}{self._apart}"

    def described(self) -> str:
        return f"{self._number} van: {_names(self.choices)}{self._apart}"

    @property
    def _apart(self) -> str:
        return f"; ‘{self.choices[self.alone]}’ sluit de andere uit" if self.alone else ""

    @property
    def _number(self) -> str:
        return "één of meer" if self.at_least == 1 else f"{self.at_least} of meer"


@dataclass(frozen=True)
class Explained(Kind):
    """Some of `choices`, each with words of its own; of each group in `one_of` (by its name) at least one. `groups`: all of
    them, by name, in which people find a choice."""

    in_words = True
    choices: Mapping[str, str]
    one_of: Mapping[str, frozenset[str]]
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return (
            isinstance(value, Mapping)
            and bool(value)
            and set(value) <= set(self.choices)
            and all(isinstance(one, str) and one.strip() and len(one) <= MOST_ANSWER for one in value.values())
            and all(group & set(value) for group in self.one_of.values())
        )

    def schema(self) -> Schema:
        text = {"type": "string", "minLength": 1, "maxLength": MOST_ANSWER}
        some: Schema = {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {code: {"title": name} | text for code, name in self.choices.items()},
        }
        groups = []
        for name, group in {**self.one_of, **self.groups}.items():
            if not group:
                continue
            least = [{"required": [one]} for one in sorted(self.one_of.get(name, ()))]
            named: Schema = {"title": name, "properties": {code: True for code in self.choices if code in group}}
            groups.append(named | ({"anyOf": least} if least else {}))
        return some | ({"allOf": groups} if groups else {})

    def wanted(self) -> str:
        return f"moet bestaan uit aanwijzingen van de lijst, elk met eigen woorden{self._least}"

    def described(self) -> str:
        return f"aanwijzingen van de lijst, elk met eigen woorden{self._least}"

    @property
    def _least(self) -> str:
        return "".join(f"; ten minste één uit ‘{name}’" for name in self.one_of)


@dataclass(frozen=True)
class WebAddress(Kind):
    """Where something stands on the internet: http or https, and a host."""

    in_words = True

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, str) and len(value) <= MOST_ANSWER and re.fullmatch(_WEB, value) is not None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_WEB}$", "maxLength": MOST_ANSWER}

    def wanted(self) -> str:
        return "moet een internetadres zijn, dat begint met http:// of https://"

    def described(self) -> str:
        return "een internetadres"


@dataclass(frozen=True)
class Answers(Kind):
    """An answer in words to each of `questions`, or `{"unanswered": reason}` (R-F2.3)."""

    in_words = True
    questions: Mapping[str, str]

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return (
            isinstance(value, Mapping) and set(value) == set(self.questions) and all(map(self._is_one, value.values()))
        )

    @staticmethod
    def _is_one(answer: Any) -> bool:
        if isinstance(answer, Mapping):
            answer = answer.get("unanswered") if set(answer) == {"unanswered"} else None
        return isinstance(answer, str) and bool(answer.strip()) and len(answer) <= MOST_ANSWER

    def schema(self) -> Schema:
        text = {"type": "string", "minLength": 1, "maxLength": MOST_ANSWER}
        unanswered = {"type": "object", "required": ["unanswered"], "properties": {"unanswered": text}}
        either = [text, unanswered | {"additionalProperties": False}]
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(self.questions),
            "properties": {key: {"title": question, "anyOf": either} for key, question in self.questions.items()},
        }

    def said(self, value: Any) -> Any:
        return {question: value[key] for key, question in self.questions.items() if key in value}

    def wanted(self) -> str:
        return f"moet elk van deze in woorden beantwoorden, of zeggen waarom niet (unanswered): {', '.join(self.questions)}"

    def described(self) -> str:
        return "op elke vraag een antwoord in woorden, of waarom dat er niet is"


@dataclass(frozen=True)
class Verdicts(Kind):
    """For each thing, by its number, one of `choices`; about which things, a condition says."""

    choices: Mapping[str, str]

    def fits(self, value: Any, subjects: Collection[str]) -> bool:
        return isinstance(value, Mapping) and all(
            isinstance(key, str) and len(key) <= MOST_SHORT and isinstance(one, str) and one in self.choices
            for key, one in value.items()
        )

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": _one_of(self.choices)}

    def said(self, value: Any) -> Any:
        return {key: self.choices.get(one, one) for key, one in value.items()}

    def wanted(self) -> str:
        return f"moet per nummer één zijn van: {_listed(self.choices)}"

    def described(self) -> str:
        return f"voor elk één van: {_names(self.choices)}"


def some_of(value: Any, known: Collection[str], at_least: int) -> bool:
    """Whether a value is a list of at least so many of `known`, each once."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        return False
    return len(set(value)) == len(value) >= at_least and set(value) <= set(known)


def _one_of(choices: Mapping[str, str]) -> Schema:
    return {"type": "string", "oneOf": [{"const": code, "title": name} for code, name in choices.items()]}


def _listed(choices: Mapping[str, str]) -> str:
    """With the codes that a machine sends."""
    return ", ".join(code if code == name else f"{name} ({code})" for code, name in choices.items())


def _names(choices: Mapping[str, str]) -> str:
    found: Sequence[str] = list(choices.values())
    # A name can have a comma in it.
    return "; ".join(found[:-1]) + f" of {found[-1]}" if len(found) > 1 else "".join(found)
