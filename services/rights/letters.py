"""Letters: a person who is to be informed gets one, made from lists and the municipality's texts (art. 26 lid 2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.rights.kept_letters import KeptLetters, pdf_of, worded
from services.rights.policy import addressee, came_back, is_child
from services.rights.shelf import Moments
from shared.contracts.intake import Subject
from shared.engine.engine import Engine
from shared.engine.hear import at_most_thrice
from shared.errors import Conflict, Invalid
from shared.identity import Person
from shared.protocol.fields import field_faults
from shared.protocol.letters import ADDRESSED, LETTER, address_faults, letter_fields, paragraphs, recipient_faults
from shared.protocol.model import Law, State

ARTICLE = "art. 26 lid 2"
LETTER_TITLE = "Uw gegevens bij de gemeente"


class Letters:
    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._kept = KeptLetters(engine, LETTER)

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
        subject_code = loaded.dossier.subject or ""
        return await self._kept.keep(loaded, person, role, made, fields, about=subject_code, action="letter made")

    async def read(self, number: str, letter: str, person: Person, purpose: str) -> bytes:
        """The letter as PDF/UA, as it was made. Raises Forbidden, NotFound."""
        return pdf_of(await self._kept.read(number, letter, person, purpose, action="letter read"))


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
    opening = (
        f"{about}De gemeente verwerkt gegevens over u die zij niet van uzelf heeft gekregen. Met deze brief laat zij u weten"
        " welke dat zijn, waarom zij dat doet en wat u kunt doen (artikel 14 van de Algemene verordening"
        f" gegevensbescherming).{f' {by_hand}' if fields['channel'] == 'in-person' else ''}"
    )
    words = paragraphs(law, fields)
    return worded(law, to, on, live=live, title=LETTER_TITLE, opening=opening, paragraphs=words)
