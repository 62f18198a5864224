"""Putting right, and what else can be done with a dossier: by forms out of what the interface says of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, controls, read
from services.portal.people import People
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import special, trouble, version

OVERTAKEN = Trouble("Er is intussen iets veranderd aan dit dossier. Kijk wat er nu staat, en probeer het opnieuw.")


class Righting:
    def __init__(self, calls: Calls, people: People) -> None:
        self._calls, self._people = calls, people

    def asked(self, dossier: Opened, action: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of an action, named as its body names them."""
        return controls(action["fields"], replace(dossier.known, people=self._people.everybody()), "")

    async def act(self, session: Session, dossier: Opened, action: dict[str, Any], filled: Filled) -> Trouble | None:
        """None when it was done; else what was wrong."""
        if version(filled) != dossier.open["version"]:
            return OVERTAKEN
        body = {**action["given"], **read(self.asked(dossier, action), filled, ""), "specialGrounds": special(filled)}
        path = action["path"] if action["path"].startswith("/") else f"{at(dossier.number)}/{action['path']}"
        return trouble(await self._calls.post(session, dossier.holder, path, body))
