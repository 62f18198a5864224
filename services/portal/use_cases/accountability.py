"""The verantwoordingsdossier of one signal, in one action: a chapter asked of each service with the FG's own token, bound by
oversight. A service that is silent or refuses is a chapter that says so (R-2.4)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from services.portal.calls import Calls, Said
from services.portal.sessions import Session
from services.portal.use_cases.answered import body_of
from shared.accountability import ACCOUNTING, moment_said, unaccounted
from shared.errors import PartDown
from shared.protocol.model import Law

ACCOUNT_TITLE = "Verantwoordingsdossier"
_PURPOSE = "toezicht"


class AccountGathering:
    """`live`: real data are processed; else the file says that it is of a trial."""

    def __init__(self, calls: Calls, law: Law, *, live: bool) -> None:
        self._calls = calls
        self.law = law
        self._live = live

    async def gather(self, session: Session, number: str) -> dict[str, Any]:
        """As `AccountFile` (shared/accountability.py), each chapter as its service gave it. Raises NotFound where there never was
        such a signal, and PartDown while oversight cannot say so."""
        body_of(await self._calls.get(session, "oversight", f"/v1/signals/{number}"))
        asked = [self._asked(session, one, number) for one in ACCOUNTING]
        answers = dict(zip(ACCOUNTING, await asyncio.gather(*asked), strict=True))
        chapters = [said.body for said in answers.values() if said is not None and said.is_done]
        missing = [
            {"service": one, "why": "silent" if said is None else "refused"}
            for one, said in answers.items()
            if said is None or not said.is_done
        ]
        binding = await self._bound(session, number, [one["seal"] for one in chapters])
        doubtful = [
            one["chapter"]["service"]
            for one in chapters
            if one["chapter"].get("notBelieved") or one["chapter"]["standing"] == "not-believed"
        ]
        untold = unaccounted(one["chapter"] for one in chapters)
        found: dict[str, Any] = {
            "title": f"{ACCOUNT_TITLE} {number}",
            "number": number,
            "madeAt": moment_said(datetime.now(UTC)),
            "municipality": self.law.municipality,
            "trial": not self._live,
            "complete": not missing and not doubtful and not untold and binding is not None,
            "chapters": chapters,
        }
        more = {"missing": missing, "doubtful": doubtful, "unaccounted": untold, "binding": binding}
        return found | {name: one for name, one in more.items() if one}

    async def _asked(self, session: Session, service: str, number: str) -> Said | None:
        try:
            return await self._calls.get(session, service, f"/v1/signals/{number}/chapter", _PURPOSE)
        except PartDown:
            return None

    async def _bound(self, session: Session, number: str, seals: list[str]) -> dict[str, Any] | None:
        """What oversight signs of it; None where it does not answer: each chapter has the seal of its own service still."""
        path = f"/v1/signals/{number}/accountability-files"
        try:
            said = await self._calls.post(session, "oversight", path, {"seals": seals})
        except PartDown:
            return None
        return said.body if said.is_done else None
