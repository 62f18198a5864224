"""The letters about a request: as PDF/UA and as JSON of the same words, kept under the key of the request."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from fastapi.concurrency import run_in_threadpool

from services.rights.letters import notice_pdf
from services.rights.request_policy import told
from shared import audit
from shared.engine.documents import Finding
from shared.engine.engine import Engine
from shared.engine.hear import at_most_thrice
from shared.engine.loaded import Loaded
from shared.engine.write import Change, Writer
from shared.errors import Conflict, NotFound
from shared.identity import Person
from shared.numbers import is_request
from shared.protocol.live import TRIAL
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
from shared.protocol.show import day
from shared.protocol.withholding import was_answered


class RequestLetters:
    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._writer = Writer(engine.parts, engine.settlement.queue.wake)

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
        said = {
            "title": title(kind),
            "sender": loaded.law.choices.notice["verwerkingsverantwoordelijke"],
            "trial": None if self.platform.settings.live else TRIAL,
            "addressee": [one for one in (to.name, to.address) if one],
            "date": day(loaded.today),
            "opening": f"U vroeg de gemeente iets over uw gegevens. Het nummer van uw verzoek is {number}.",
            "paragraphs": [list(one) for one in paragraphs(kind, about)],
        }
        pdf = await run_in_threadpool(notice_pdf, said, loaded.today)
        digest = hashlib.sha256(pdf).hexdigest()
        name = f"letter-{digest[:32]}"
        if name not in loaded.opened.findings:
            copy = said | {
                "number": number,
                "kind": kind,
                "items": given_items(about) if kind in TELLING_ANSWERS else [],
            }
            copy["completeness"] = copied(proof_told(about))
            fields = {"kind": kind, "pdf": base64.b64encode(pdf).decode(), "copy": copy}
            await self._keep(loaded, person, role, name, fields)
            version += 1
        return {"letter": name, "sha256": digest, "version": version}

    async def _keep(self, loaded: Loaded, person: Person, role: str, name: str, fields: dict[str, Any]) -> None:
        now = self.platform.clock.now()
        finding = Finding(
            category=REQUEST_LETTER,
            about="report",
            fields=fields,
            recorded_by=person.user_id,
            recorded_at=now.isoformat(),
        )
        line = audit.line(
            now,
            "request letter made",
            actor=person.user_id,
            role=role,
            record=loaded.number,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
        )
        await self._writer.write(Change(loaded, state=loaded.dossier.state, documents={name: finding}, rows=[line]))

    async def pdf(self, number: str, letter: str, person: Person, purpose: str) -> bytes:
        """The letter as PDF/UA, as it was made. Raises Forbidden, NotFound."""
        return base64.b64decode((await self._read(number, letter, person, purpose))["pdf"])

    async def copy(self, number: str, letter: str, person: Person, purpose: str) -> dict[str, Any]:
        """The same words for a machine (art. 15 lid 3 AVG): title, addressee, date, paragraphs, and the data that he gets. Raises
        Forbidden, NotFound."""
        found: dict[str, Any] = (await self._read(number, letter, person, purpose))["copy"]
        return found

    async def _read(self, number: str, letter: str, person: Person, purpose: str) -> dict[str, Any]:
        role = self.parts.role_of(person, reading=True)
        loaded = await self.parts.loader.load(number, by=person)
        found = loaded.opened.findings.get(letter)
        if found is None or found.category != REQUEST_LETTER:
            raise NotFound
        async with self.platform.database.transaction() as session:
            now = self.platform.clock.now()
            session.add(
                audit.line(
                    now,
                    "request letter read",
                    actor=person.user_id,
                    role=role,
                    record=number,
                    reason=purpose,
                    concerns=loaded.concerns,
                )
            )
        return found.fields
