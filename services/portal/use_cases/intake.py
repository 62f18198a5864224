"""An intake for the RIEC: read as the RIEC will read it, before anything is released."""

from __future__ import annotations

from typing import Any

from services.portal.calls import Calls
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import trouble
from services.portal.words import INTAKE_DECISION
from shared.protocol.co_signing import WAITING


class RiecIntake:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def package(
        self, session: Session, dossier: Opened, body: dict[str, Any]
    ) -> tuple[dict[str, Any] | None, Trouble | None]:
        """What the RIEC would read of a decision that was not taken yet; or what is wrong with it."""
        purpose = session.purposes[dossier.number]
        said = await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/previews", body, purpose)
        wrong = trouble(said)
        return (None, wrong) if wrong else (next(iter(said.body["shares"]), {}), None)

    @staticmethod
    def proposal(dossier: Opened) -> dict[str, Any] | None:
        """The intake that waits for a second pair of eyes."""
        proposed = (one for one in dossier.decisions if one["key"] == INTAKE_DECISION and one["status"] == WAITING)
        return next(proposed, None)

    async def proposed(self, session: Session, dossier: Opened) -> dict[str, Any] | None:
        """The package of the intake that waits, as it would be released now; None without one, or when it no longer can be."""
        found = self.proposal(dossier)
        if found is None:
            return None
        body = {name: found[name] for name in ("key", "outcome", "reason", "fields")}
        version = {"expectedVersion": dossier.open["version"]}
        grounds = {"specialGrounds": found.get("specialGrounds") or {}}
        return (await self.package(session, dossier, body | version | grounds))[0]

    @staticmethod
    def left_out(dossier: Opened, package: dict[str, Any]) -> dict[str, str]:
        """The items of the file that do not go along, by number with what each says."""
        goes = {one["item"] for one in package.get("items", ())}
        every = {"report": "de melding", **dossier.items}
        return {name: words for name, words in every.items() if name not in goes}
