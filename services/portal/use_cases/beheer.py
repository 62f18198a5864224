"""What the beheerder starts with: what is too late, and what waits for him."""

from __future__ import annotations

from services.portal.calls import Calls
from services.portal.sessions import Session
from services.portal.use_cases.answered import PageParts, overview
from services.portal.use_cases.breaches import WAITING_BREACHES
from services.portal.use_cases.destruction import WAITING_LISTS
from shared.pages import MOST


class Beheer:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def start(self, session: Session) -> PageParts:
        return await overview(
            self._calls,
            session,
            {
                "overdue": ("rights", f"/v1/overdue-duties?limit={MOST}"),
                "requests": ("rights", f"/v1/overdue-requests?limit={MOST}"),
                "lists": ("oversight", WAITING_LISTS),
                "open": ("retention", f"/v1/open-destructions?limit={MOST}"),
                "holds": ("retention", f"/v1/holds?limit={MOST}"),
                "breaches": ("oversight", WAITING_BREACHES),
            },
        )
