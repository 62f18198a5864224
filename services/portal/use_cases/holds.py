"""HoldPages: what a running procedure needs is not destroyed meanwhile. Asked by picking items, agreed to by the beheerder."""

from __future__ import annotations

from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, InSignal, controls, read
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import body_of, part_of
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import special, text, trouble
from services.portal.watch_words import ARCHIVE_WORDS, item_called
from shared.errors import Conflict

_HOLD, _END_HOLD = "hold", "end-hold"
REASON = Control("area", "reason", "Waarom?", "De reden blijft bij het besluit staan.", required=True, most=2000)
ENDED_ON = Control("date", "fields.endedOn", "Op welke dag liep de procedure af?", required=True)


class HoldPages:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def all(self, session: Session, cursor: str = "") -> dict[str, Any]:
        """Those that are asked or in force. Raises NotFound for who may not see them."""
        return body_of(await self._calls.get(session, "retention", part_of("/v1/holds", cursor)))

    async def running(self, session: Session, cursor: str = "") -> dict[str, Any]:
        """The requests for which nothing is listed while they run, the oldest first."""
        return body_of(await self._calls.get(session, "retention", part_of("/v1/procedures", cursor)))

    async def of_signal(self, session: Session, number: str) -> dict[str, Any]:
        """What of a sealed signal can be held and what is: codes, no content. Raises NotFound."""
        return body_of(await self._calls.get(session, "retention", f"{at(number)}/holds"))

    async def asked(self, session: Session, found: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of asking a hold, for who may; none for the others."""
        said = await self._calls.get(session, "retention", f"{at(found['number'])}/open-decisions")
        rules = [one for one in said.body["decisions"] if one["key"] == _HOLD] if said.is_done else []
        if not rules or not set(session.roles) & set(rules[0]["decidedBy"]):
            return ()
        items = tuple(
            (one["item"], f"{item_called(one['item']).capitalize()} ({_kept(one)})") for one in found["items"]
        )
        picked = Control(
            "choices", "about", "Welke gegevens heeft de procedure nodig?", "De rest gaat op zijn dag.", True, items
        )
        return (picked, *controls(rules[0]["outcomes"][0]["fields"], InSignal()), REASON)

    async def ask(
        self, session: Session, found: dict[str, Any], asked: tuple[Control, ...], filled: Filled
    ) -> Trouble | None:
        about = [str(one) for one in filled.getlist("about")]
        if not about:
            return Trouble("Er is nog niets gekozen.", (("about", "Kies ten minste één gegeven."),))
        fields = read((one for one in asked if one.name.startswith("fields.")), filled)
        given = {"key": _HOLD, "outcome": "held", "about": about, "fields": fields}
        return await self._decided(session, found["number"], given, filled)

    async def answer(self, session: Session, number: str, hold: str, outcome: str, filled: Filled) -> Trouble | None:
        """The beheerder agrees to a hold that was asked, or not."""
        return await self._decided(session, number, {"key": _HOLD, "outcome": outcome, "confirms": hold}, filled)

    async def end(self, session: Session, number: str, hold: str, filled: Filled) -> Trouble | None:
        fields = {"endedOn": text(filled, ENDED_ON.name)}
        given = {"key": _END_HOLD, "outcome": "ended", "about": [hold], "fields": fields}
        return await self._decided(session, number, given, filled)

    async def _decided(self, session: Session, number: str, given: dict[str, Any], filled: Filled) -> Trouble | None:
        offered = await self._calls.get(session, "retention", f"{at(number)}/open-decisions")
        if offered.status == 409:
            raise Conflict(offered.body.get("detail", ""))
        body = given | {
            "reason": text(filled, "reason"),
            "expectedVersion": body_of(offered)["version"],
            "specialGrounds": special(filled),
        }
        return trouble(await self._calls.post(session, "retention", f"{at(number)}/decisions", body))


def _kept(one: dict[str, str]) -> str:
    return ARCHIVE_WORDS.get(one["keptIn"], one["keptIn"])
