"""The letter to a person who is informed: made from lists, read, and named when it has gone (art. 26 lid 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, InSignal, controls, read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import text, trouble, version
from shared.errors import NotFound
from shared.protocol.fields import schema
from shared.protocol.letters import NOBODY_ELSE, letter_fields
from shared.protocol.model import Law
from shared.protocol.moments import UNDELIVERABLE

RECIPIENTS_FIELD = "fields.recipients"
FOUND_AT = Control(
    "text", "address", "Op welk adres is deze persoon gevonden?", "Alleen als u de brief verstuurt.", most=200
)


class LettersToPersons:
    def __init__(self, calls: Calls, law: Law) -> None:
        self._calls = calls
        self._controls = controls(schema(letter_fields(law.choices)), InSignal())

    def asked(self, duty: Opened) -> tuple[Control, ...]:
        """Who received something of this person is offered, and nobody else: the letter names just these."""
        due = set(self._due(duty))
        mine = tuple(
            replace(one, options=tuple(each for each in one.options if each[0] in due))
            if one.name == RECIPIENTS_FIELD
            else one
            for one in self._controls
        )
        back = any(one["key"] == UNDELIVERABLE and one["status"] == "taken" for one in duty.decisions)
        return (*mine, FOUND_AT) if back else mine

    def begun(self, duty: Opened) -> FormData:
        """Whom the register names stands in it beforehand."""
        return FormData([(RECIPIENTS_FIELD, one) for one in self._due(duty)])

    @staticmethod
    def _due(duty: Opened) -> list[str]:
        return [one["recipient"] for one in duty.view["received"]] or [NOBODY_ELSE]

    async def make(self, session: Session, duty: Opened, filled: Filled) -> Trouble | None:
        asked = self.asked(duty)
        body: dict[str, Any] = {"channel": "", "categories": [], "sources": [], "recipients": []}
        body |= read((one for one in asked if one.name.startswith("fields.")), filled)
        body["expectedVersion"] = version(filled)
        if address := text(filled, FOUND_AT.name):
            body["address"] = address
        # What was left empty is no code of a list: said here as the page asks it.
        empty = [one for one in asked if one.required and not body[one.name.removeprefix("fields.")]]
        if empty:
            return Trouble(
                "Alles wat er niet klopt, staat hierbij.", tuple((one.name, f"kies: {one.label}") for one in empty)
            )
        return trouble(await self._calls.post(session, duty.holder, f"{at(duty.number)}/letters", body))

    async def document(self, session: Session, duty: Opened, letter: str) -> bytes:
        """Raises NotFound for what is no letter of this duty."""
        if letter not in [one["letter"] for one in duty.view["letters"]]:
            raise NotFound
        path = f"{at(duty.number)}/letters/{letter}"
        found = await self._calls.document(session, duty.holder, path, session.purposes[duty.number])
        if found is None:
            raise NotFound
        return found
