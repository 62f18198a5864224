"""The letters about a request: as PDF/UA and as JSON of the same words, kept under the key of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.rights.kept_letters import KeptLetters, pdf_of, worded
from services.rights.request_policy import told
from shared.engine.engine import Engine
from shared.engine.hear import at_most_thrice
from shared.errors import Conflict, NotFound
from shared.identity import Person
from shared.numbers import is_request
from shared.protocol.model import State
from shared.protocol.request_kinds import REQUEST_LETTER
from shared.protocol.request_letters import (
    EXTENSION,
    LIFTING,
    SUPPLEMENT,
    TELLING_ANSWERS,
    given_items,
    paragraphs,
    proof_told,
    title,
)
from shared.protocol.request_proof import copied
from shared.protocol.requests import AFTER_THE_ANSWER
from shared.protocol.withholding import was_answered


class RequestLetters:
    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._kept = KeptLetters(engine, REQUEST_LETTER)

    async def make(self, number: str, person: Person, kind: str, version: int) -> dict[str, Any]:
        """A letter of `kind` (of `LETTERS`) about request `number`: its name, its hash and the new version. Raises Forbidden,
        Conflict (it is not decided what it would say), NotFound."""
        role = self.parts.role_of(person)
        return await at_most_thrice(lambda: self._make(number, person, role, kind, version))

    async def _make(self, number: str, person: Person, role: str, kind: str, version: int) -> dict[str, Any]:
        loaded = await self.parts.loader.for_change(number, version, by=person)
        if not is_request(number):
            raise NotFound
        answers = loaded.state == State.REQUEST_ANSWER
        again = was_answered(loaded.facts().decisions)
        untimely = kind in TELLING_ANSWERS and (not answers or again != (kind == SUPPLEMENT))
        if (loaded.state in AFTER_THE_ANSWER) != (kind == LIFTING) or untimely:
            raise Conflict("Deze brief hoort nu niet bij dit verzoek (art. 10 lid 4).", state=loaded.state)
        about = told(loaded, kind)
        if kind in (EXTENSION, *TELLING_ANSWERS, LIFTING) and about.decision is None:
            raise Conflict("Eerst wordt besloten wat in deze brief staat (art. 10 lid 5).", state=loaded.state)
        # Who asks gets it: for a child or somebody represented, that is the one who asked for him.
        to = list(loaded.opened.subjects.values())[-1]
        opening = f"U vroeg de gemeente iets over uw gegevens. Het nummer van uw verzoek is {number}."
        said = worded(
            loaded.law,
            to,
            loaded.today,
            live=self.platform.settings.live,
            title=title(kind),
            opening=opening,
            paragraphs=paragraphs(kind, about),
        )
        items = given_items(about) if kind in TELLING_ANSWERS else []
        copy = said | {"number": number, "kind": kind, "items": items, "completeness": copied(proof_told(about))}
        fields = {"kind": kind, "copy": copy}
        return await self._kept.keep(loaded, person, role, said, fields, about="report", action="request letter made")

    async def pdf(self, number: str, letter: str, person: Person, purpose: str) -> bytes:
        """The letter as PDF/UA, as it was made. Raises Forbidden, NotFound."""
        return pdf_of(await self._read(number, letter, person, purpose))

    async def copy(self, number: str, letter: str, person: Person, purpose: str) -> dict[str, Any]:
        """The same words for a machine (art. 15 lid 3 AVG): title, addressee, date, paragraphs, and the data that he gets. Raises
        Forbidden, NotFound."""
        found: dict[str, Any] = (await self._read(number, letter, person, purpose))["copy"]
        return found

    async def _read(self, number: str, letter: str, person: Person, purpose: str) -> Mapping[str, Any]:
        return await self._kept.read(number, letter, person, purpose, action="request letter read")
