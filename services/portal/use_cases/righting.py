"""Putting right, and what else can be done with a dossier: by forms out of what the interface says of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, chosen, controls, read
from services.portal.people import People
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import at
from services.portal.use_cases.filled import empty, special, trouble, version

CLOSES_TO = "close"
"""The action by which a dossier is closed to somebody."""
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
        asked = self.asked(dossier, action)
        # A form may leave out nothing: what is absent from the body can mean something else than it does here.
        if missing := empty(asked, filled):
            return Trouble("Er is nog niets vastgelegd. Vul eerst in wat ontbreekt.", missing)
        body = {**action["given"], **read(asked, filled, ""), "specialGrounds": special(filled)}
        path = action["path"] if action["path"].startswith("/") else f"{at(dossier.number)}/{action['path']}"
        wrong = trouble(await self._calls.post(session, dossier.holder, path, body))
        return _placed(wrong, asked) if wrong else None

    @staticmethod
    def closes_to_himself(session: Session, action: dict[str, Any], filled: Filled) -> bool:
        """Whether the dossier does not exist any more for who did this."""
        return action["name"] == CLOSES_TO and chosen("about", filled) == session.user_id


def _placed(wrong: Trouble, asked: Iterable[Control]) -> Trouble:
    """What is about one line of a field, as `about.0`, at that field."""
    names = {one.name for one in asked}
    wholes = ((name.partition(".")[0], name, reason) for name, reason in wrong.faults)
    return replace(wrong, faults=tuple((whole if whole in names else name, reason) for whole, name, reason in wholes))
