"""Requests of persons that were put before a holder: which wait, who asks, and the answer with what of the file is about him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import PageParts, body_of, overview
from services.portal.use_cases.dossiers import SIGNAL_SERVICES
from services.portal.use_cases.existence import ANSWERED_AT, ExistenceAnswer
from services.portal.use_cases.filled import text, trouble
from shared.errors import NotFound
from shared.protocol.answering import IS_ABOUT, IS_NOT_ABOUT, LOOKED_MOST, SUMMARY_MOST
from shared.protocol.model import Law
from shared.protocol.opening import FOR_A_REQUEST

NON_ACTIVE = "niet-actief/"
"""Before the holder in the address of what he reads of a sealed signal."""
MOST_OF_A_TEXT = 300
LOOKED = Control(
    "area",
    "looked",
    "Hoe hebt u in de vrije tekst gekeken?",
    "Een naam kan overal in staan. Schrijf hier geen namen van anderen.",
    required=True,
    most=LOOKED_MOST,
)


@dataclass(frozen=True)
class PutBefore:
    """A request at one holder: who asks, and what there is of the signal. `subject`: who was said to be that person; `sealed`: it is
    what the holder reads of a signal in the non-active environment."""

    holder: str
    found: dict[str, Any]
    subject: str | None = None
    sealed: bool = False

    @property
    def address(self) -> str:
        before = NON_ACTIVE if self.sealed else ""
        return f"/voorgelegd/{before}{self.holder}/{self.found['number']}/{self.found['request']}"


class AnswerPages:
    def __init__(self, calls: Calls, law: Law) -> None:
        self._calls, self._law = calls, law

    async def waiting(self, session: Session) -> PageParts:
        """What waits at each holder, by its name, and what is sealed by its reader's; what is silent is a gap."""
        asked = {one: (one, "/v1/person-requests") for one in SIGNAL_SERVICES}
        asked |= {f"{NON_ACTIVE}{one}": (one, "/v1/sealed-requests") for one in SIGNAL_SERVICES}
        return await overview(self._calls, session, asked)

    async def one(
        self,
        session: Session,
        holder: str,
        signal: str,
        request: str,
        subject: str | None = None,
        *,
        sealed: bool = False,
    ) -> PutBefore:
        """Raises NotFound, also for a person who is not in the file; Conflict when it was answered. Who reads what is sealed is not
        told who asks: that stands at rights, for who may see the request."""
        if holder not in SIGNAL_SERVICES:
            raise NotFound
        said = await self._calls.get(session, holder, _path(signal, request, sealed=sealed), FOR_A_REQUEST)
        found = body_of(said)
        if subject is not None and subject not in found["subjects"]:
            raise NotFound
        if sealed:
            asked = body_of(await self._calls.get(session, "rights", f"/v1/requests/{request}", FOR_A_REQUEST))
            found = found | {"requester": asked["person"]}
        return PutBefore(holder, found, subject, sealed)

    def asked(self, put: PutBefore) -> tuple[Control, ...]:
        """What is filled in of somebody who is in the file; of nobody only how was looked."""
        if put.subject is None:
            return (LOOKED,)
        items = {name: self._called(name, one) for name, one in put.found["items"].items()}
        objects = {
            code: one.get("address") or one.get("description") or code for code, one in put.found["objects"].items()
        }
        which = Control("choices", "items", "Wat gaat over deze persoon?", required=True, options=tuple(items.items()))
        places = Control(
            "choices",
            "objects",
            "Welke adressen of zaken leest hij voluit?",
            "Wat u niet kiest, staat er zonder adres.",
            options=tuple(objects.items()),
        )
        hint = "Alleen als een ander, of wie het meldde, in de tekst te herkennen is."
        instead = tuple(
            Control("area", f"summaries.{name}", f"In plaats van: {called}", hint, most=SUMMARY_MOST)
            for name, called in items.items()
        )
        return (which, *((places,) if objects else ()), *instead, LOOKED)

    def _called(self, name: str, item: dict[str, Any]) -> str:
        words = str(item.get("finding") or "")
        short = words if len(words) <= MOST_OF_A_TEXT else f"{words[:MOST_OF_A_TEXT]} …"
        called = "de melding" if name == "report" else self._law.names.get(item["category"], item["category"])
        return f"{called}: {short}" if short else called

    @staticmethod
    def begun(put: PutBefore) -> FormData:
        """What stands in a form that nobody filled in yet: what the dossier itself says is about him."""
        about = put.found["about"].get(put.subject, ()) if put.subject else ()
        return FormData([("items", one) for one in about])

    async def send(self, session: Session, put: PutBefore, filled: Filled) -> Trouble | None:
        body: dict[str, Any] = {"outcome": IS_ABOUT if put.subject else IS_NOT_ABOUT, "looked": text(filled, "looked")}
        if put.subject:
            body |= {"subject": put.subject, "items": filled.getlist("items"), "objects": filled.getlist("objects")}
            said = {name: text(filled, f"summaries.{name}") for name in put.found["items"]}
            body["summaries"] = {name: one for name, one in said.items() if one}
        path = f"{_path(put.found['number'], put.found['request'], sealed=put.sealed)}/answer"
        return trouble(await self._calls.post(session, put.holder, path, body))

    async def look(self, session: Session, request: str) -> tuple[ExistenceAnswer | None, Trouble | None]:
        """Whether there is something of who made `request`, by the keyed hashes; or what was wrong. Raises NotFound."""
        given = await self._calls.post(session, "rights", f"/v1/requests/{request}/existence-checks", {})
        if given.status == 404:
            raise NotFound
        if wrong := trouble(given):
            return None, wrong
        warrant = {"warrant": given.body["warrant"]}
        said = await self._calls.post(session, ANSWERED_AT, "/v1/existence-checks", warrant)
        if wrong := trouble(said):
            return None, Trouble(wrong.words, again=said.body.get("again"))
        return ExistenceAnswer({}, said.body["results"], said.body["rules"], said.body["note"]), None

    async def put_before(self, session: Session, request: str, filled: Filled) -> Trouble | None:
        """Put a request before the holder of a signal. Raises NotFound for who may not."""
        body = {"signal": text(filled, "signal").upper()}
        said = await self._calls.post(session, "rights", f"/v1/requests/{request}/signals", body)
        if said.status == 404:
            raise NotFound
        return trouble(said)

    async def ask_services(self, session: Session, request: str) -> None:
        """Ask the services that answer by themselves anew. Raises NotFound, and Conflict when looking is over."""
        body_of(await self._calls.post(session, "rights", f"/v1/requests/{request}/services", {}))


def _path(signal: str, request: str, *, sealed: bool = False) -> str:
    return f"/v1/signals/{signal}/{'sealed' if sealed else 'person'}-requests/{request}"
