"""A letter to somebody is kept as it was made: as ciphertext under the key of the duty or the request that it is about.

Its name says its hash, so that the decision that it was sent names exactly this letter.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fastapi.concurrency import run_in_threadpool

from shared import audit
from shared.contracts.intake import Subject
from shared.documents import compiled
from shared.engine.documents import Finding
from shared.engine.engine import Engine
from shared.engine.loaded import Loaded
from shared.engine.write import Change, Writer
from shared.errors import NotFound
from shared.identity import Person
from shared.protocol.letters import LETTER
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.show import day

LETTER_TEMPLATE = Path(__file__).parent / "letter.typ"


class KeptLetters:
    """Those of `category`. `action`: what the audit trail says of what is done with one."""

    def __init__(self, engine: Engine, category: str) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._writer = Writer(engine.parts, engine.settlement.queue.wake)
        self._category = category

    async def keep(
        self,
        loaded: Loaded,
        person: Person,
        role: str,
        said: Mapping[str, Any],
        fields: Mapping[str, Any],
        *,
        about: str,
        action: str,
    ) -> dict[str, Any]:
        """The letter that says `said`: its name, its hash and the new version. `fields`: what is kept beside it. One that was made in
        the same words on that day is the same. Raises Conflict, Overtaken."""
        pdf = await run_in_threadpool(letter_pdf, said, loaded.today)
        digest, version = hashlib.sha256(pdf).hexdigest(), loaded.dossier.version
        name = f"{LETTER}-{digest[:32]}"
        if name not in loaded.opened.findings:
            now = self.platform.clock.now()
            finding = Finding(
                category=self._category,
                about=about,
                fields={**fields, "pdf": base64.b64encode(pdf).decode()},
                recorded_by=person.user_id,
                recorded_at=now.isoformat(),
            )
            line = audit.line(
                now,
                action,
                actor=person.user_id,
                role=role,
                record=loaded.number,
                turn=loaded.next_turn,
                concerns=loaded.concerns,
            )
            await self._writer.write(Change(loaded, loaded.dossier.state, documents={name: finding}, rows=[line]))
            version += 1
        return {"letter": name, "sha256": digest, "version": version}

    async def read(self, number: str, letter: str, person: Person, purpose: str, *, action: str) -> Mapping[str, Any]:
        """What was kept of a letter, on the record. Raises Forbidden, NotFound, also for who stands back from what it is about."""
        role = self.parts.role_of(person, reading=True)
        loaded = await self.parts.loader.load(number, by=person)
        found = loaded.opened.findings.get(letter)
        if found is None or found.category != self._category:
            raise NotFound
        line = audit.line(
            self.platform.clock.now(),
            action,
            actor=person.user_id,
            role=role,
            record=number,
            reason=purpose,
            concerns=loaded.concerns,
        )
        async with self.platform.database.transaction() as session:
            session.add(line)
        return found.fields


def worded(
    law: Law, to: Subject, on: date, *, live: bool, title: str, opening: str, paragraphs: Iterable[Iterable[Any]]
) -> dict[str, Any]:
    """Everything that stands in a letter of the municipality to `to`, of that day."""
    return {
        "title": title,
        "sender": law.choices.notice["verwerkingsverantwoordelijke"],
        "trial": None if live else TRIAL,
        "addressee": [one for one in (to.name, to.address) if one],
        "date": day(on),
        "opening": opening,
        "paragraphs": [list(one) for one in paragraphs],
    }


def pdf_of(kept: Mapping[str, Any]) -> bytes:
    """The letter as PDF/UA, as it was made."""
    return base64.b64decode(kept["pdf"])


def letter_pdf(letter: Mapping[str, Any], on: date) -> bytes:
    """The letter of that day as PDF/UA-1: tagged, so that it can be read aloud."""
    return compiled(LETTER_TEMPLATE, {"letter": letter}, "ua-1", on=on)
