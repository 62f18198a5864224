"""Is there something already? The person asks assessment, which gives a warrant, and retention with it: each with his own token.

The portal passes the warrant on and keeps nothing of question or answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import special, text, trouble
from shared.errors import Conflict
from shared.protocol.opening import MOST_ASKED

ASKED_AT, ANSWERED_AT = "assessment", "retention"
TYPED_FIELDS = {"typed.name": "name", "typed.address": "address", "typed.companyNumber": "companyNumber"}
NOT_HERE = "Of er al iets is, vraagt u in de fase van weging: in een latere fase gebeurt dat niet meer."


@dataclass(frozen=True)
class ExistenceAnswer:
    """What retention answered. `called`: what was asked about, as the person knows it."""

    called: dict[str, str]
    results: list[dict[str, Any]]
    rules: list[dict[str, str]]
    note: str

    @property
    def nothing(self) -> bool:
        return not any(one["signals"] for one in self.results)


class ExistencePages:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @staticmethod
    def asked(dossier: Opened) -> tuple[Control, ...]:
        """Raises Conflict for a signal that is not weighed any more, and for a duty."""
        if dossier.holder != ASKED_AT:
            raise Conflict(NOT_HERE)
        known = dossier.known
        there = (*known.subjects.items(), *known.objects.items())
        hint = f"Kies er hoogstens {MOST_ASKED}. Gezocht wordt op de naam, het adres en het KvK-nummer die hier zijn vastgelegd."
        return (
            Control("choices", "about", "Over wie of wat uit dit signaal?", hint, options=there),
            Control("line", "typed.name", "Of een andere naam", "Met voornaam of voorletter.", most=200),
            Control("line", "typed.address", "Of een ander adres", "Met huisnummer.", most=300),
            Control("line", "typed.companyNumber", "Of een KvK-nummer", most=40),
            Control(
                "area", "reason", "Waarom vraagt u dit?", "De reden gaat naar het toezicht.", required=True, most=500
            ),
        )

    async def ask(
        self, session: Session, dossier: Opened, filled: Filled
    ) -> tuple[ExistenceAnswer | None, Trouble | None]:
        """The answer, or what was wrong with the question."""
        typed = {name: text(filled, field) for field, name in TYPED_FIELDS.items() if text(filled, field)}
        body: dict[str, Any] = {
            "about": [str(one) for one in filled.getlist("about")],
            "reason": text(filled, "reason"),
            "specialGrounds": special(filled),
        } | ({"typed": typed} if typed else {})
        given = await self._calls.post(session, ASKED_AT, f"{at(dossier.number)}/existence-checks", body)
        if wrong := trouble(given):
            return None, wrong
        warrant = {"warrant": given.body["warrant"]}
        said = await self._calls.post(session, ANSWERED_AT, "/v1/existence-checks", warrant)
        if wrong := trouble(said):
            return None, Trouble(wrong.words, again=said.body.get("again"))
        known = {**dossier.known.subjects, **dossier.known.objects}
        called = {one: known.get(one) or ", ".join(typed.values()) for one in given.body["asked"]}
        return ExistenceAnswer(called, said.body["results"], said.body["rules"], said.body["note"]), None
