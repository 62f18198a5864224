"""Letters: a person who is to be informed gets one, made from lists and the municipality's texts (art. 26 lid 2).

What was made lies as ciphertext under the key of the duty, and its name says its hash: the decision that it was sent
names exactly this letter.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fastapi.concurrency import run_in_threadpool

from services.rights.policy import addressee, came_back, is_child
from services.rights.shelf import Moments
from shared import audit
from shared.contracts.intake import Subject
from shared.documents import compiled
from shared.engine.documents import Finding
from shared.engine.engine import Engine
from shared.engine.hear import at_most_thrice
from shared.engine.loaded import Loaded
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Invalid, NotFound
from shared.identity import Person
from shared.protocol.fields import field_faults
from shared.protocol.letters import ADDRESSED, LETTER, address_faults, letter_fields, paragraphs, recipient_faults
from shared.protocol.live import TRIAL
from shared.protocol.model import Law, State
from shared.protocol.show import day

ARTICLE = "art. 26 lid 2"
LETTER_TEMPLATE = Path(__file__).parent / "letter.typ"
LETTER_TITLE = "Uw gegevens bij de gemeente"


class Letters:
    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._writer = Writer(engine.parts, engine.settlement.queue.wake)

    async def make(
        self, number: str, person: Person, fields: Mapping[str, Any], version: int, address: str | None = None
    ) -> dict[str, Any]:
        """A letter to the person of duty `number`: its name, its hash and the new version. `address`: where he was found,
        when an earlier one came back. Raises Forbidden, Conflict (he is not to be informed), Invalid, NotFound."""
        role = self.parts.role_of(person)
        return await at_most_thrice(lambda: self._make(number, person, role, fields, version, address))

    async def _make(
        self, number: str, person: Person, role: str, fields: Mapping[str, Any], version: int, address: str | None
    ) -> dict[str, Any]:
        loaded = await self.parts.loader.for_change(number, version, by=person)
        subject = next(iter(loaded.opened.subjects.values()), None)
        to, back = addressee(loaded), came_back(loaded)
        if loaded.state != State.DUTY_TO_SEND or subject is None:
            raise Conflict(f"Deze persoon wordt nu niet geïnformeerd ({ARTICLE}).", state=loaded.state)
        faults = field_faults(ARTICLE, letter_fields(loaded.law.choices), fields, role, ())
        if not faults:
            # What is no code of the list is no recipient.
            faults = recipient_faults(fields["recipients"], loaded.mine(Moments).received_by())
        faults += address_faults(address, fields.get("channel"), back.outcome if back else None)
        if faults:
            raise Invalid(faults)
        if to and address:
            to = to.model_copy(update={"address": address})
        if to is None:
            raise Conflict("Dit kan niet: wie dit kind vertegenwoordigt, is nog niet bekend (art. 5 UAVG).")
        if fields["channel"] != "in-person" and not to.address:
            raise Conflict(f"Dit kan niet: {ADDRESSED} ({ARTICLE}).")
        child = subject if is_child(loaded) else None
        made = said(loaded.law, to, fields, loaded.today, child=child, live=self.platform.settings.live)
        pdf = await run_in_threadpool(notice_pdf, made, loaded.today)
        digest = hashlib.sha256(pdf).hexdigest()
        name = f"{LETTER}-{digest[:32]}"
        if name not in loaded.opened.findings:
            await self._keep(loaded, person, role, name, dict(fields) | {"pdf": base64.b64encode(pdf).decode()})
            version += 1
        return {"letter": name, "sha256": digest, "version": version}

    async def _keep(self, loaded: Loaded, person: Person, role: str, name: str, fields: dict[str, Any]) -> None:
        now = self.platform.clock.now()
        finding = Finding(
            category=LETTER,
            about=loaded.dossier.subject or "",
            fields=fields,
            recorded_by=person.user_id,
            recorded_at=now.isoformat(),
        )
        line = audit.line(
            now,
            "letter made",
            actor=person.user_id,
            role=role,
            record=loaded.number,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
        )
        await self._writer.write(Change(loaded, state=loaded.dossier.state, documents={name: finding}, rows=[line]))

    async def read(self, number: str, letter: str, person: Person, purpose: str) -> bytes:
        """The letter as PDF/UA, as it was made. Raises Forbidden, NotFound."""
        role = self.parts.role_of(person, reading=True)
        loaded = await self.parts.loader.load(number)
        found = loaded.opened.findings.get(letter)
        if found is None or found.category != LETTER:
            raise NotFound
        async with self.platform.database.transaction() as session:
            now = self.platform.clock.now()
            line = audit.line(
                now,
                "letter read",
                actor=person.user_id,
                role=role,
                record=number,
                reason=purpose,
                concerns=loaded.concerns,
            )
            session.add(line)
        return base64.b64decode(found.fields["pdf"])


def said(
    law: Law, to: Subject, fields: Mapping[str, Any], on: date, *, live: bool, child: Subject | None = None
) -> dict[str, Any]:
    """Everything that stands in the letter; `child`: whom `to` represents."""
    about = (
        f"U ontvangt deze brief als vertegenwoordiger van {child.name or 'een kind'}: waar hieronder u staat, gaat het om dit"
        " kind, en u oefent de rechten namens het kind uit. "
        if child
        else ""
    )
    by_hand = "Deze brief wordt u persoonlijk overhandigd."
    return {
        "title": LETTER_TITLE,
        "sender": law.choices.notice["verwerkingsverantwoordelijke"],
        "trial": None if live else TRIAL,
        "addressee": [one for one in (to.name, to.address) if one],
        "date": day(on),
        "opening": (
            f"{about}De gemeente verwerkt gegevens over u die zij niet van uzelf heeft gekregen. Met deze brief laat zij u weten"
            " welke dat zijn, waarom zij dat doet en wat u kunt doen (artikel 14 van de Algemene verordening"
            f" gegevensbescherming).{f' {by_hand}' if fields['channel'] == 'in-person' else ''}"
        ),
        "paragraphs": [list(one) for one in paragraphs(law, fields)],
    }


def notice_pdf(letter: Mapping[str, Any], on: date) -> bytes:
    """The letter of that day as PDF/UA-1: tagged, so that it can be read aloud."""
    return compiled(LETTER_TEMPLATE, {"letter": letter}, "ua-1", on=on)
