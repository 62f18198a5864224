"""Meetings: the list, one at the table, its papers one after the other, and its minutes."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.forms import Control
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.meetings import Met, MyMeetings, WaitingSignals
from shared.errors import NotFound, PartDown

_NUMBER = r"M-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}"
SPOKEN = {"voor": "for", "tegen": "against", "terugstaan": "stand-back"}
"""What somebody says at the table, by how its address calls it."""
WHY = Control("area", "reason", "Waarom?", required=True, most=4000)


def router(visits: Visits, meetings: MyMeetings, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/overleggen")

    async def met(identifier: str, session: Session) -> Met:
        if not re.fullmatch(_NUMBER, identifier):
            raise NotFound
        return await meetings.one(session, identifier)

    async def table(request: Request, session: Session, found: Met, status: int = 200, **more: Any) -> Response:
        done, session.done = session.done, None
        may_add = found.prepares and not found.is_over
        on_agenda = set(found.meeting["agenda"])
        waiting = await meetings.signals(session) if may_add else WaitingSignals({})
        others = {one: called for one, called in waiting.called.items() if one not in on_agenda}
        shown: dict[str, Any] = {"met": found, "waiting": others, "more_silent": waiting.silent, "done": done}
        return pages.show("meeting/overleg.html", request, status, **shown, **more)

    async def after(
        request: Request, session: Session, found: Met, filled: FormData, trouble: Trouble | None, done: str
    ) -> Response:
        if trouble is not None:
            # As it is now: a part may have been recorded before something was refused.
            found = await met(found.meeting["id"], session)
            return await table(request, session, found, 400, trouble=trouble, filled=filled)
        session.done = done
        return sends_to(f"/overleggen/{found.meeting['id']}")

    @routes.get("")
    async def mine(request: Request, session: Session = visits.visitor) -> Response:
        found = await meetings.all(session)
        done, session.done = session.done, None
        to_come = [one for one in reversed(found) if not one.is_over]
        past = [one for one in found if one.is_over]
        prepares = meetings.prepares(session)
        return pages.show("meeting/overleggen.html", request, to_come=to_come, past=past, prepares=prepares, done=done)

    @routes.get("/bijeenroepen")
    async def calling(request: Request, session: Session = visits.visitor) -> Response:
        return pages.show("meeting/bijeenroepen.html", request, asked=await meetings.calling(session))

    @routes.post("/bijeenroepen")
    async def call(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        identifier, trouble = await meetings.call(session, filled)
        if trouble is None:
            session.done = "called"
            return sends_to(f"/overleggen/{identifier}")
        asked = await meetings.calling(session)
        shown: dict[str, Any] = {"asked": asked, "trouble": trouble, "filled": filled}
        return pages.show("meeting/bijeenroepen.html", request, 400, **shown)

    @routes.get("/{identifier}")
    async def one(request: Request, identifier: str, session: Session = visits.visitor) -> Response:
        return await table(request, session, await met(identifier, session))

    @routes.get("/{identifier}/stukken")
    async def papers(request: Request, identifier: str, session: Session = visits.visitor) -> Response:
        found = await met(identifier, session)
        read = await meetings.papers(session, found)
        return pages.show("meeting/stukken.html", request, met=found, papers=read)

    @routes.get("/{identifier}/stukken.pdf")
    async def paper_copy(identifier: str, session: Session = visits.visitor) -> Response:
        found = await met(identifier, session)
        read = await meetings.papers(session, found)
        if not read:
            raise PartDown if found.silent else NotFound
        # No number in the name of the file: it ends up in a list of what was fetched.
        headers = {"Content-Disposition": 'attachment; filename="stukken.pdf"'}
        return Response(
            await run_in_threadpool(meetings.pdf, found, read), media_type="application/pdf", headers=headers
        )

    @routes.get("/{identifier}/verslag")
    async def minutes(request: Request, identifier: str, session: Session = visits.visitor) -> Response:
        return pages.show("meeting/verslag.html", request, met=await met(identifier, session))

    @routes.post("/{identifier}/agenda")
    async def add(
        request: Request, identifier: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await met(identifier, session)
        return await after(request, session, found, filled, await meetings.add(session, found, filled), "added")

    @routes.post("/{identifier}/aanwezig")
    async def attend(
        request: Request, identifier: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await met(identifier, session)
        return await after(request, session, found, filled, await meetings.attend(session, found, filled), "present")

    @routes.post("/{identifier}/sluiten")
    async def close(
        request: Request, identifier: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await met(identifier, session)
        return await after(request, session, found, filled, await meetings.close(session, found), "closed")

    @routes.get("/{identifier}/punten/{number}/{says}")
    async def speaking(
        request: Request, identifier: str, number: str, says: str, session: Session = visits.visitor
    ) -> Response:
        found = await met(identifier, session)
        item = found.item(number)
        if says not in SPOKEN:
            raise NotFound
        return pages.show("meeting/zeggen.html", request, met=found, item=item, says=says, asked=(WHY,))

    @routes.post("/{identifier}/punten/{number}/{says}")
    async def say(
        request: Request,
        identifier: str,
        number: str,
        says: str,
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await met(identifier, session)
        item = found.item(number)
        if says not in SPOKEN:
            raise NotFound
        trouble = await meetings.say(session, found, item, SPOKEN[says], filled)
        if trouble is None:
            session.done = SPOKEN[says]
            return sends_to(f"/overleggen/{identifier}")
        shown: dict[str, Any] = {"met": found, "item": item, "says": says, "asked": (WHY,), "filled": filled}
        return pages.show("meeting/zeggen.html", request, 400, trouble=trouble, **shown)

    return routes
