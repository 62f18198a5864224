"""Requests of persons concerned: the register, registering one, and its letters. What is decided on one has its page by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, InSignal, controls, read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import body_of, part_of
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import text, trouble, version
from shared.errors import NotFound
from shared.protocol.fields import schema
from shared.protocol.model import Law, State
from shared.protocol.registering import registration_fields
from shared.protocol.request_kinds import ANSWER_SENT, EXTENSION_SENT, INFORMED, LIFT, LIFT_TOLD
from shared.protocol.request_letters import EXTENSION, LETTERS, LIFTING, RECEIPT, SUPPLEMENT, THE_ANSWER
from shared.protocol.requests import AFTER_THE_ANSWER

RIGHTS_SERVICE = "rights"
REGISTER_KEY = re.compile(r"[A-Za-z0-9_-]{8,60}")
"""As the form has it."""
TOLD_BY = {
    RECEIPT: INFORMED,
    EXTENSION: EXTENSION_SENT,
    THE_ANSWER: ANSWER_SENT,
    SUPPLEMENT: ANSWER_SENT,
    LIFTING: LIFT_TOLD,
}
"""By which decision it is recorded that a letter of each kind was sent."""


@dataclass(frozen=True)
class LetterOffered:
    """A kind of letter that can be made now. `records`: the decision by which it is said to be sent; None while that waits."""

    kind: str
    called: str
    records: dict[str, Any] | None

    @property
    def as_sent(self) -> str:
        """Which answer of `records` can be given now: the first of which nothing is missing."""
        outcomes = self.records["outcomes"] if self.records else []
        return str(
            next((one["key"] for one in outcomes if not one.get("missing")), outcomes[0]["key"] if outcomes else "")
        )


class RequestPages:
    def __init__(self, calls: Calls, law: Law) -> None:
        self._calls = calls
        self.asked: tuple[Control, ...] = controls(schema(registration_fields(law.choices)), InSignal())

    async def all(self, session: Session, cursor: str = "", *, done: bool = False) -> dict[str, Any]:
        """The register by the day of receipt, with both clocks. Raises NotFound for who may not see it."""
        more = {"done": "true"} if done else {}
        return body_of(await self._calls.get(session, RIGHTS_SERVICE, part_of("/v1/requests", cursor, **more)))

    async def register(self, session: Session, filled: Filled) -> tuple[str, Trouble | None]:
        """The number of what was registered, or what was wrong with it."""
        key = text(filled, "key")
        body = {"fields": read(self.asked, filled), "key": key if REGISTER_KEY.fullmatch(key) else ""}
        said = await self._calls.post(session, RIGHTS_SERVICE, "/v1/requests", body)
        if said.status == 404:
            raise NotFound
        wrong = trouble(said)
        return ("", wrong) if wrong else (str(said.body["number"]), None)

    @staticmethod
    def offered(request: Opened) -> list[LetterOffered]:
        """The letters that can be made: the receipt as long as it was not sent, an extension, an answer or the lifting of a
        restriction that was decided on. After an answer the next one is a supplement to it."""
        open_now = {one["key"]: one for one in request.open["decisions"]}
        taken = {one["key"] for one in request.decisions if one["status"] == "taken"}
        may = {
            RECEIPT: INFORMED not in taken,
            EXTENSION: "request-extend" in taken and EXTENSION_SENT not in taken,
            SUPPLEMENT if ANSWER_SENT in taken else THE_ANSWER: request.open["state"] == State.REQUEST_ANSWER,
        }
        if request.open["state"] in AFTER_THE_ANSWER:
            lifting = [
                one["key"] for one in request.decisions if one["status"] == "taken" and one["key"] in (LIFT, LIFT_TOLD)
            ]
            may = {LIFTING: lifting[-1:] == [LIFT]}
        return [LetterOffered(one, LETTERS[one], open_now.get(TOLD_BY[one])) for one, can in may.items() if can]

    async def make(self, session: Session, request: Opened, kind: str, filled: Filled) -> Trouble | None:
        """Raises NotFound for a kind of letter that cannot be made now."""
        if kind not in [one.kind for one in self.offered(request)]:
            raise NotFound
        body = {"kind": kind, "expectedVersion": version(filled)}
        return trouble(await self._calls.post(session, RIGHTS_SERVICE, f"{at(request.number)}/letters", body))

    async def pdf(self, session: Session, request: Opened, letter: str) -> bytes:
        """Raises NotFound for what is no letter of this request."""
        return await self._read(session, request, letter, "")

    async def copy(self, session: Session, request: Opened, letter: str) -> bytes:
        """The same for a machine, as JSON. Raises NotFound."""
        return await self._read(session, request, letter, "/copy")

    async def _read(self, session: Session, request: Opened, letter: str, which: str) -> bytes:
        if letter not in [one["letter"] for one in request.view["letters"]]:
            raise NotFound
        path = f"{at(request.number)}/letters/{letter}{which}"
        found = await self._calls.document(session, RIGHTS_SERVICE, path, session.purposes[request.number])
        if found is None:
            raise NotFound
        return found
