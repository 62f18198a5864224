"""Questions to who keeps a source: several sources, each about several persons and objects, at once; read beforehand as they
will read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.forms import Control, Filled, controls, read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import special, text, trouble, version
from services.portal.words import COUNTED

QUESTION_RECORD, SOURCE = "question", "source"
MOST_QUESTIONS = 12
"""So many steps a service takes in one request."""


@dataclass(frozen=True)
class AskedSource:
    """One source that can be asked: about whom and what, and the question."""

    code: str
    called: str
    about: Control
    question: Control


@dataclass(frozen=True)
class Asking:
    """The form: a block for each source, and what holds for all of them."""

    sources: tuple[AskedSource, ...]
    common: tuple[Control, ...]

    @property
    def every(self) -> tuple[Control, ...]:
        return (*(one for source in self.sources for one in (source.about, source.question)), *self.common)


class Questions:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @staticmethod
    def asked(dossier: Opened) -> Asking:
        """Raises Conflict while nothing can be asked."""
        record = dossier.record(QUESTION_RECORD)
        schema = record["fields"]
        known = {"report": "de melding", **dossier.known.subjects, **dossier.known.objects}
        about = tuple((code, known.get(code, code)) for code in record["about"] if code != "report")
        sources = []
        for one in schema["properties"][SOURCE]["oneOf"]:
            name = f"bron.{one['const']}"
            of_whom = Control("choices", f"{name}.about", "Over wie of wat?", required=True, options=about)
            words = Control(
                "area", f"{name}.finding", "Wat vraagt u?", "Alleen wat nodig is.", required=True, most=2000
            )
            sources.append(AskedSource(one["const"], one["title"], of_whom, words))
        rest = {name: one for name, one in schema["properties"].items() if name != SOURCE}
        return Asking(tuple(sources), controls(schema | {"properties": rest}, dossier.known))

    @staticmethod
    def items(asking: Asking, filled: Filled) -> list[dict[str, Any]]:
        """A question for each source and each of whom it is asked."""
        fields = read(asking.common, filled)
        found = []
        for one in asking.sources:
            about, words = filled.getlist(one.about.name), text(filled, one.question.name)
            # What was begun and is not complete is judged as it is: the service says what is missing.
            for code in about or ([""] if words else []):
                body = {
                    "category": QUESTION_RECORD,
                    "about": str(code) or "report",
                    "fields": {SOURCE: one.code} | fields,
                    "specialGrounds": special(filled),
                }
                found.append(body | ({"finding": words} if words else {}))
        return found

    async def preview(
        self, session: Session, dossier: Opened, asking: Asking, filled: Filled
    ) -> tuple[list[dict[str, Any]], Trouble | None]:
        """What each of them would read; or what is wrong with all of them."""
        items = self.items(asking, filled)
        if wrong := self._count(items):
            return [], wrong
        path, purpose = f"{at(dossier.number)}/previews", session.purposes[dossier.number]
        found, faults, words, asks_ground = [], dict[tuple[str, str], None](), "", False
        for item in items:
            body = item | {"expectedVersion": version(filled)}
            said = await self._calls.post(session, dossier.holder, path, body, purpose)
            if said.is_done:
                found.append(said.body[QUESTION_RECORD])
            elif wrong := trouble(said):
                words, asks_ground = wrong.words, asks_ground or wrong.special
                faults |= dict.fromkeys(self._placed(wrong, item).faults)
        return found, Trouble(words, tuple(faults), special=asks_ground) if words else None

    async def ask(
        self, session: Session, dossier: Opened, asking: Asking, filled: Filled
    ) -> tuple[Sequence[dict[str, Any]], Trouble | None]:
        """They are asked one after the other; where that stops, what was asked stands, and is given with what was wrong."""
        items = self.items(asking, filled)
        if wrong := self._count(items):
            return (), wrong
        body = {"expectedVersion": version(filled), "steps": [{"item": one} for one in items]}
        said = await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/steps", body)
        if wrong := trouble(said):
            return (), self._placed(wrong, items[0])
        asked, problem = items[: len(said.body["done"])], said.body["stopped"]
        stopped = trouble(Said(problem.get("status", 400), problem)) if problem else None
        if stopped is None:
            return asked, None
        # What the service says of one request, that nothing was recorded, is not so of several.
        words = "Kijk de volgende vraag na." if stopped.faults else stopped.words
        return asked, self._placed(replace(stopped, words=f"{_so_far(len(asked))} {words}"), items[len(asked)])

    @staticmethod
    def left(asking: Asking, filled: FormData, asked: Sequence[dict[str, Any]]) -> FormData:
        """What was filled in without what was `asked`: it is not asked again."""
        done = {(f"bron.{one['fields'][SOURCE]}.about", one["about"]) for one in asked}
        rest = [one for one in filled.multi_items() if one not in done]
        begun = {name for name, _ in rest}
        over = {
            one.question.name
            for one in asking.sources
            if one.about.name not in begun and any(one.code == each["fields"][SOURCE] for each in asked)
        }
        return FormData([(name, value) for name, value in rest if name not in over])

    @staticmethod
    def _count(items: list[dict[str, Any]]) -> Trouble | None:
        if not items:
            return Trouble("Stel ten minste één vraag.")
        return (
            Trouble(f"Stel ten hoogste {MOST_QUESTIONS} vragen tegelijk; dit zijn er {len(items)}.")
            if len(items) > MOST_QUESTIONS
            else None
        )

    @staticmethod
    def _placed(wrong: Trouble, item: dict[str, Any]) -> Trouble:
        """At the block of the source that it is about."""
        block = f"bron.{item['fields'][SOURCE]}"
        places = {
            "about": f"{block}.about",
            "finding": f"{block}.finding",
            "category": f"{block}.finding",
            f"fields.{SOURCE}": f"{block}.finding",
        }
        # What every record is asked is here a question.
        asks = {"finding": "ontbreekt: wat vraagt u?"}
        faults = (
            (places.get(name, name), asks.get(name, reason) if reason.startswith("ontbreekt") else reason)
            for name, reason in wrong.faults
        )
        return replace(wrong, faults=tuple(faults))


def _so_far(count: int) -> str:
    return f"Er {'is één vraag' if count == 1 else f'zijn {COUNTED[count]} vragen'} gesteld; de rest nog niet."
