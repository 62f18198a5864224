"""What somebody filled in: of all that a form sends, and said back to him where there may be no form for it any more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from starlette.datastructures import FormData

from services.portal.people import People
from services.portal.words import WORDS, capitalized
from shared.protocol.model import Field, Law
from shared.protocol.opening import PURPOSES_OF_OPENING

OF_THE_PAGE = ("csrf", "version", "known", "draft", "deed")
"""Fields that the page filled in, and nobody typed."""
_OF_THE_FORM = re.compile(r"then|stap|step|decision|hold|key|as|na|members\.[0-9A-Z-]+\.(version|drawn)")
"""Of these the form needs what it was, and nobody else anything."""
NOBODY_CHOSEN = ("who", "some")
"""Of whom goes along, as the form has it when nobody touched it."""
_YES_NO = {"true": "Ja", "false": "Nee"}
_OF_ALL_FORMS = {"outcome": "Antwoord", "purpose": "Waarvoor", "specialGrounds": "Grond voor bijzondere gegevens"}
"""What is asked beside the fields of a decision."""


def typed(filled: FormData) -> Iterable[tuple[str, str]]:
    """What a person filled in, without what the page did."""
    return [(name, str(value)) for name, value in filled.multi_items() if name not in OF_THE_PAGE]


def written(filled: FormData) -> list[tuple[str, str]]:
    """Of that what he wrote and chose, each with the name of its field: where there is no form any more to show it in."""
    return [
        (name, value)
        for name, value in typed(filled)
        if value.strip() and not _OF_THE_FORM.fullmatch(name) and (name.rpartition(".")[2], value) != NOBODY_CHOSEN
    ]


class Repeated:
    """A form is known here by the names of its fields alone, and one name can be asked in several ways."""

    def __init__(self, law: Law, people: People) -> None:
        self._law, self._people = law, people
        self._fields: dict[str, list[Field]] = defaultdict(list)
        self._answers: dict[str, set[str]] = defaultdict(set)
        for outcome in (one for decision in law.decisions for one in decision.outcomes):
            self._answers[outcome.key].add(outcome.answer)
        for fields in (*(one.fields for one in law.decisions), *(one.fields for one in law.categories)):
            for one in fields:
                self._fields[one.name].append(one)

    def label(self, name: str) -> str:
        """What was asked; empty where the name says too little."""
        field, inner = _field(name), name.rpartition(".")[2]
        questions = {one.question for one in self._fields.get(field, ())}
        if len(questions) == 1 and inner == field:
            return questions.pop()
        return _OF_ALL_FORMS.get(inner) or capitalized(WORDS.get(inner, ""))

    def value(self, name: str, given: str) -> str:
        """Names for codes, where the code is the same wherever that is asked; anything else as it was typed."""
        asked: list[Mapping[str, str]] = [
            getattr(one.kind, "choices", {}) for one in self._fields.get(_field(name), ())
        ]
        called = {one[given] for one in asked if given in one}
        if name.rpartition(".")[2] == "outcome":
            called = self._answers.get(given, set())
        if name == "purpose" and given in PURPOSES_OF_OPENING:
            called = {PURPOSES_OF_OPENING[given]}
        if called:
            return called.pop() if len(called) == 1 else given
        return _YES_NO.get(given) or self._people.known(given) or self._law.called(given)


def _field(name: str) -> str:
    """`result` of `fields.result`, and of `closing-1.fields.result`, where several forms are sent as one."""
    return name.rpartition("fields.")[2].partition(".")[0]
