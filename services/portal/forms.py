"""Controls of a page out of the JSON Schema that the decision interface gives, and back: what was filled in, as JSON.

Pure. No decision and no field is named here: a kind of field that the law gets has to be known here once, and each decision
that uses it has its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from shared.clock import AMSTERDAM

PERSONS_SHOWN = 3
"""Lines for persons who come to light, where more than one can be named."""
LONG = 200
"""From here on a text has several lines."""
SOME = "some"
"""Not everybody of whom the items are goes along, but who and what was chosen."""
MOST_SHOWN = 7
"""So many answers stand one below the other; more are in a list that opens."""

_OTHER_SIGNALS = "^S-"
"""How the pattern of a signal's number begins; those of what is in this signal begin otherwise."""
Called = Mapping[str, str]


class Filled(Protocol):
    """A form that was sent: several values can have one name."""

    def get(self, key: str, default: Any, /) -> Any: ...

    def getlist(self, key: Any, /) -> list[Any]: ...


@dataclass(frozen=True)
class InSignal:
    """What of the signal can be named, by code with what people call it."""

    subjects: Called = field(default_factory=dict)
    objects: Called = field(default_factory=dict)
    items: Called = field(default_factory=dict)
    meetings: Called = field(default_factory=dict)
    along: Mapping[str, Called] = field(default_factory=dict)
    """What of somebody or something can go along with what is shared: by S1, O1 … the codes for that (S1.name)."""
    people: Called = field(default_factory=dict)
    """Who can be chosen where the id of a user is asked."""


@dataclass(frozen=True)
class Control:
    """`kind`: which macro of `controls.html` draws it. `name`: in the form, and where a fault is about it. `parts`: the
    controls inside it."""

    kind: str
    name: str
    label: str
    hint: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    parts: tuple[Control, ...] = ()
    most: int = 0

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


def controls(schema: Mapping[str, Any], known: InSignal, prefix: str = "fields") -> tuple[Control, ...]:
    """One for each property of what is asked, each named below `prefix`, or with none as it stands in the body."""
    required = set(schema.get("required", ()))
    return tuple(
        control(f"{prefix}.{name}".removeprefix("."), one, known, required=name in required)
        for name, one in schema.get("properties", {}).items()
    )


def control(name: str, schema: Mapping[str, Any], known: InSignal, *, required: bool) -> Control:
    """Raises ValueError for a kind of field that is not known here."""
    asked = {"label": schema.get("title", ""), "hint": schema.get("description", ""), "required": required}
    match schema.get("type"):
        case "boolean":
            return Control("flag", name, **asked)
        case "string" if "oneOf" in schema:
            options = _options(schema)
            return Control("choice" if len(options) <= MOST_SHOWN else "list", name, options=options, **asked)
        case "string" if schema.get("format") == "date":
            return Control("date", name, **asked)
        case "string" if schema.get("format") == "date-time":
            return Control("moment", name, **asked)
        case "string" if schema.get("pattern", "").startswith("^M-"):
            return Control("list", name, options=tuple(known.meetings.items()), **asked)
        case "string":
            most = schema.get("maxLength", LONG)
            kind = "url" if "http" in schema.get("pattern", "") else "area" if most > LONG else "text"
            return Control(kind, name, most=most, **asked)
        case "array":
            return _some(name, schema, known, asked)
        case "object":
            return _several(name, schema, known, asked)
    raise ValueError(f"no control for {name}")


def _some(name: str, schema: Mapping[str, Any], known: InSignal, asked: dict[str, Any]) -> Control:
    inner = schema["items"]
    if r"\." in inner.get("pattern", ""):
        return along(name, known, asked)
    if inner.get("type") == "object":
        lines = min(schema.get("maxItems", PERSONS_SHOWN), PERSONS_SHOWN)
        parts = tuple(
            Control("person", f"{name}.{line}", f"Persoon {line + 1}" if lines > 1 else "", required=line == 0)
            for line in range(lines)
        )
        return Control("group", name, parts=parts, **asked)
    if inner.get("format") == "user-id":
        return somebody(name, known.people, asked, only=tuple(code for code, _ in _options(inner)))
    pattern = inner.get("pattern", "")
    if "oneOf" not in inner and (not pattern or pattern.startswith(_OTHER_SIGNALS)):
        # What is of no list is typed, each on a line of its own.
        return Control("word" if schema.get("maxItems") == 1 else "words", name, **asked)
    return Control("choices", name, options=_options(inner) or tuple(_named(inner["pattern"], known).items()), **asked)


def without_hint(asked: tuple[Control, ...], said: str | None) -> tuple[Control, ...]:
    """The same without the hint that already stands above them all: the article of the question."""
    return tuple(replace(one, hint="") if one.hint == said else one for one in asked)


def somebody(name: str, people: Called, asked: dict[str, Any], only: tuple[str, ...] = ()) -> Control:
    """A user, by name where the directory has one; who is not in the list goes by his number. `only`: one of these."""
    options = tuple((one, people.get(one, one)) for one in only or people)
    return Control("one-of" if only else "somebody", name, options=options, **asked)


def chosen(name: str, filled: Filled) -> str | None:
    """The id of the user that was chosen or typed in a control of `somebody`; what was typed goes first."""
    return _text(filled, f"{name}.number") or _text(filled, name)


def along(name: str, known: InSignal, asked: dict[str, Any]) -> Control:
    """Whom and what goes along: everybody, or only what is chosen of each."""
    called = {**known.subjects, **known.objects}
    # Each part is drawn under the name of the whole: one list is sent.
    parts = tuple(
        Control("choices", f"{name}.{code}", called.get(code, code), options=tuple(options.items()))
        for code, options in known.along.items()
    )
    # What is left empty is chosen here too: nobody. The words for that are the control's own.
    question = asked["label"].partition("?")[0] + "?"
    return Control("along", name, parts=parts, **asked | {"label": question, "required": True})


def _several(name: str, schema: Mapping[str, Any], known: InSignal, asked: dict[str, Any]) -> Control:
    if isinstance(schema.get("additionalProperties"), dict):
        options = _options(schema["additionalProperties"])
        every = {**known.subjects, **known.objects, **known.items}
        parts = tuple(Control("list", f"{name}.{code}", called, options=options) for code, called in every.items())
        return Control("group", name, parts=parts, **asked)
    properties = schema["properties"]
    answers = all("anyOf" in one for one in properties.values())
    kind = "answer" if answers else "sign"
    each = {code: Control(kind, f"{name}.{code}", one["title"], required=answers) for code, one in properties.items()}
    groups = tuple(_group(name, place, one, each) for place, one in enumerate(schema.get("allOf", ())))
    loose = tuple(one for one in each.values() if not any(one in group.parts for group in groups))
    return Control("group" if answers else "signs", name, parts=(*groups, *loose), **asked)


def _group(name: str, place: int, schema: Mapping[str, Any], parts: Mapping[str, Control]) -> Control:
    """Signs that stand together under a name; of some groups one at least has to be chosen."""
    inside = tuple(parts[code] for code in schema.get("properties", ()) if code in parts)
    return Control("kind", f"{name}.groep-{place + 1}", schema["title"], required="anyOf" in schema, parts=inside)


def _options(schema: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((one["const"], one["title"]) for one in schema.get("oneOf", ()))


def _named(pattern: str, known: InSignal) -> Called:
    if pattern.startswith("^S"):
        return known.subjects
    return {**known.subjects, **known.objects} if pattern.startswith(("^[SO]", "^(")) else known.items


def read(asked: Iterable[Control], filled: Filled, prefix: str = "fields") -> dict[str, Any]:
    """What was filled in, in the form in which the decision interface takes it; what was left empty is absent."""
    found = {one.name.removeprefix(f"{prefix}."): _value(one, filled) for one in asked}
    return {name: value for name, value in found.items() if value is not None}


def _value(one: Control, filled: Filled) -> Any:
    match one.kind:
        case "choices":
            return [str(value) for value in filled.getlist(one.name)] or None
        case "along":
            some = filled.get(f"{one.name}.who", "") == SOME
            return [str(value) for value in filled.getlist(one.name)] if some else None
        case "flag":
            return {"true": True, "false": False}.get(str(filled.get(one.name, "")))
        case "person":
            person = {part: text for part in ("name", "address") if (text := _text(filled, f"{one.name}.{part}"))}
            return person or None
        case "answer":
            text = _text(filled, one.name)
            return {"unanswered": text} if text and filled.get(f"{one.name}.unanswered", "") else text
        case "moment":
            return _moment(_text(filled, one.name))
        case "words":
            return [line for line in (_text(filled, one.name) or "").split("\n") if line.strip()] or None
        case "somebody" | "one-of":
            return [who] if (who := chosen(one.name, filled)) else None
        case "word":
            return [text] if (text := _text(filled, one.name)) else None
        case "group" | "signs":
            parts = [each for part in one.parts for each in (part.parts if part.kind == "kind" else (part,))]
            inner = {part.name.rpartition(".")[2]: _value(part, filled) for part in parts}
            given = {code: value for code, value in inner.items() if value is not None}
            if one.parts and one.parts[0].kind == "person":
                return list(given.values()) or None
            return given or None
    return _text(filled, one.name)


def _moment(typed: str | None) -> str | None:
    """A day and a time as somebody here reads them from a clock, with their distance to UTC. The hour that comes twice is the
    first one: of a term that runs from it the end comes sooner. What is no moment stays as it was typed, for the law to refuse."""
    try:
        read_off = datetime.fromisoformat(typed or "")
    except ValueError:
        return typed
    return (read_off if read_off.tzinfo else read_off.replace(tzinfo=AMSTERDAM)).isoformat()


def _text(filled: Filled, name: str) -> str | None:
    # A browser sends lines with two characters at their end.
    return str(filled.get(name, "")).replace("\r\n", "\n").strip() or None


@dataclass(frozen=True)
class Sheet:
    """One form of a task. `called`: on the way to it; `common`: what is asked whatever is answered; `each`: by the key of an
    answer what it is called, all that it asks, and what it alone asks. Without answers it reports something."""

    called: str
    question: str | None
    article: str | None
    common: tuple[Control, ...]
    each: dict[str, tuple[str, tuple[Control, ...], tuple[Control, ...]]]

    @property
    def is_report(self) -> bool:
        return not self.each

    @property
    def outcomes(self) -> tuple[str, ...]:
        return tuple(self.each)

    @property
    def every(self) -> tuple[Control, ...]:
        """All controls, in the order of the page."""
        return (*self.common, *(one for _, _, own in self.each.values() for one in own))

    def asked(self, outcome: str) -> tuple[Control, ...]:
        return self.each[outcome][1]
