"""DestructionPages lists and declarations: of the beheerder, the privacy officer and the FG."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.destruction import DestructionPages
from shared.protocol.designations import BEHEERDER, FG, PRIVACY_OFFICER

_ADDRESS = "/vernietiging"
_READERS = (BEHEERDER, FG, PRIVACY_OFFICER)


def router(visits: Visits, destruction: DestructionPages, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get(_ADDRESS)
    async def lists(request: Request, cursor: str = "", session: Session = visits.visitor) -> Response:
        only_for(session, _READERS)
        return pages.show("vernietiging/lijsten.html", request, found=await destruction.all(session, cursor))

    @routes.get(f"{_ADDRESS}/lijsten/{{list_id}}")
    async def one_list(request: Request, list_id: UUID, session: Session = visits.visitor) -> Response:
        only_for(session, _READERS)
        found = await destruction.open(session, list_id)
        done, session.done = session.done, None
        return pages.show("vernietiging/lijst.html", request, list=found, done=done)

    @routes.get(f"{_ADDRESS}/lijsten/{{list_id}}/besluiten/{{key}}")
    async def question(request: Request, list_id: UUID, key: str, session: Session = visits.visitor) -> Response:
        only_for(session, _READERS)
        found = await destruction.open(session, list_id)
        decision = found.decision(key)
        outcome = chosen(decision, "")
        # Everything that waits is picked beforehand: who leaves something on the list takes it away.
        waiting = [("about", one["number"]) for one in found.signals if one["state"] == "listed"]
        shown: dict[str, Any] = {"list": found, "decision": decision, "outcome": outcome, "filled": FormData(waiting)}
        asked = destruction.asked(found, decision, outcome)
        return pages.show("vernietiging/besluit.html", request, asked=asked, **shown)

    @routes.post(f"{_ADDRESS}/lijsten/{{list_id}}/besluiten/{{key}}")
    async def decide(
        request: Request,
        list_id: UUID,
        key: str,
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        only_for(session, _READERS)
        found = await destruction.open(session, list_id)
        decision = found.decision(key)
        outcome = chosen(decision, "")
        trouble = await destruction.decide(session, found, decision, outcome, filled)
        if trouble is None:
            session.done = "decided"
            return sends_to(f"{_ADDRESS}/lijsten/{list_id}")
        shown: dict[str, Any] = {"list": found, "decision": decision, "outcome": outcome, "filled": filled}
        asked = destruction.asked(found, decision, outcome)
        return pages.show("vernietiging/besluit.html", request, 400, trouble=trouble, asked=asked, **shown)

    @routes.post(f"{_ADDRESS}/lijsten/{{list_id}}/intrekken")
    async def withdraw(
        request: Request, list_id: UUID, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        only_for(session, _READERS)
        found = await destruction.open(session, list_id)
        trouble = await destruction.withdraw(session, found, filled)
        if trouble is None:
            session.done = "withdrawn"
            return sends_to(f"{_ADDRESS}/lijsten/{list_id}")
        return pages.show("vernietiging/lijst.html", request, 400, list=found, trouble=trouble, filled=filled)

    @routes.get(f"{_ADDRESS}/verklaringen")
    async def declarations(request: Request, cursor: str = "", session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER, FG))
        found = await destruction.declarations(session, cursor)
        return pages.show("vernietiging/verklaringen.html", request, found=found)

    @routes.get(f"{_ADDRESS}/verklaringen/{{identifier}}")
    async def declaration(request: Request, identifier: UUID, session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER, FG))
        found = await destruction.declaration(session, identifier)
        return pages.show("vernietiging/verklaring.html", request, one=found)

    @routes.get(f"{_ADDRESS}/verklaringen/{{identifier}}/document")
    async def document(identifier: UUID, session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER, FG))
        found = await destruction.document(session, identifier)
        named = {"Content-Disposition": 'attachment; filename="verklaring.pdf"'}
        return Response(found, media_type="application/pdf", headers=named)

    @routes.get(f"{_ADDRESS}/verklaringen/{{identifier}}/archief")
    async def archive_package(identifier: UUID, session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER, FG))
        found = await destruction.document(session, identifier, "archive-package")
        named = {"Content-Disposition": 'attachment; filename="verklaring-archief.zip"'}
        return Response(found, media_type="application/zip", headers=named)

    return routes
