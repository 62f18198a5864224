"""The letter to a person who is informed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import NotOpened, opened_by
from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.letters import LettersToPersons
from services.portal.words import NOTICE_SENT
from shared.errors import NotFound


def router(visits: Visits, dossiers: Dossiers, letters: LettersToPersons, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}/brief")

    async def duty(number: str, session: Session) -> Opened:
        """Raises NotFound for what is no duty to inform a person, NotOpened, Conflict when nobody is informed now."""
        found = await opened_by(dossiers, number, session)
        if "received" not in found.view:
            raise NotFound
        return found

    def page(
        request: Request, found: Opened, filled: FormData, trouble: Trouble | None = None, done: str | None = None
    ) -> Response:
        decision = found.decision(NOTICE_SENT)
        shown = {"dossier": found, "decision": decision, "asked": letters.asked(found), "filled": filled, "done": done}
        return pages.show("letter/brief.html", request, 400 if trouble else 200, trouble=trouble, **shown)

    @routes.get("")
    async def begin(request: Request, number: str, session: Session = visits.visitor) -> Response:
        try:
            found = await duty(number, session)
        except NotOpened:
            return sends_to(f"/dossiers/{number}")
        done, session.done = session.done, None
        return page(request, found, letters.begun(found), done=done)

    @routes.post("")
    async def make(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await duty(number, session)
        trouble = await letters.make(session, found, filled)
        if trouble is None:
            session.done = "made"
            return sends_to(f"/dossiers/{number}/brief")
        # Somebody may have got something of this person meanwhile: as it stands now.
        return page(request, await duty(number, session), filled, trouble)

    @routes.get("/{letter}")
    async def document(number: str, letter: str, session: Session = visits.visitor) -> Response:
        # Neither number nor name in that of the file: it ends up in a list of what was fetched.
        headers = {"Content-Disposition": 'attachment; filename="brief.pdf"'}
        found = await duty(number, session)
        return Response(await letters.document(session, found, letter), media_type="application/pdf", headers=headers)

    return routes
