"""A signal with its holder, as far as the portal asks it: what it answers, and what was sent to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.portal.calls import Said
from services.portal.sessions import COOKIE, Session
from tests.portal.conftest import ADDRESS, SAME
from tests.portal.keeping import begins

NUMBER = "S-7K3MQ-9XD4T"
VIEW: dict[str, Any] = {
    "receivedOn": "2026-11-01",
    "phase": 1,
    "workingName": "gele uil",
    "report": {"text": "Een schuur vol."},
    "subjects": {"S1": {"name": "Jan Wilgenroos"}},
    "objects": {"O1": {"address": "Kerkpad 5"}},
    "items": {},
}
OPEN: dict[str, Any] = {
    "version": 3,
    "state": "weging-2a",
    "decisions": [],
    "records": [],
    "actions": [],
    "shareable": [],
    "concerns": {},
    "personFields": [],
    "recipients": {},
    "entitled": {},
    "allowed": None,
    "inOneGo": 0,
}


@dataclass
class Held:
    """`open`: what can be decided; `answers`: by the end of a path, what is answered to what is sent or asked there."""

    browser: httpx.AsyncClient
    open: dict[str, Any] = field(default_factory=dict)
    view: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Said] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        if path == f"/v1/signals/{NUMBER}/overview":
            return Said(200, {"dossier": VIEW | self.view, "openDecisions": OPEN | self.open, "decisions": []})
        return self._answered(path)

    async def post(
        self, session: Session, service: str, path: str, body: dict[str, Any], purpose: str | None = None
    ) -> Said:
        self.sent.append((path, body))
        return self._answered(path)

    def _answered(self, path: str) -> Said:
        found = next((said for end, said in self.answers.items() if path.endswith(end)), None)
        return found or Said(404, {"detail": "Dat is er niet."})

    async def reads(self, path: str = "") -> str:
        answer = await self.browser.get(f"/dossiers/{NUMBER}{path}")
        assert answer.status_code == 200, answer.status_code
        return " ".join(answer.text.split())

    async def sends(self, path: str, **filled: Any) -> httpx.Response:
        given = {"csrf": "the-token", "version": "3"} | {name.replace("__", "."): one for name, one in filled.items()}
        return await self.browser.post(f"/dossiers/{NUMBER}{path}", data=given, headers=SAME)


async def held(app: FastAPI, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Held:
    """Somebody who has opened it, before a holder that answers this."""
    session = Session("resume", "u-1", ("oov",), csrf="the-token", purposes={NUMBER: "weging"})
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
    browser.cookies.set(COOKIE, await begins(app, session))
    found = Held(browser, **more)
    for name in ("get", "post"):
        monkeypatch.setattr(app.state.calls, name, getattr(found, name))
    return found
