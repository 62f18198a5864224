"""What leaves the file: what can be shared, composing it, reading it beforehand, and the matrices of checks 2A and 2B."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import begun, opened_by
from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.pages import Pages
from services.portal.read import Read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases import passing_on
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.sharing import Composing
from shared.protocol.states import State

SEND, CHANGE, FILL, SHOW = "versturen", "aanpassen", "invullen", "tonen"
"""What a button of these pages wants; anything else reads it beforehand, or decides."""


def router(visits: Visits, dossiers: Dossiers, sharing: Composing, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}")
    opened = partial(opened_by, dossiers)

    @routes.get("/delen")
    async def offered(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        now, later = sharing.offered(found)
        return pages.show("sharing/delen.html", request, dossier=found, now=now, later=later)

    # --- papers ----------------------------------------------------------------------------------

    @routes.get("/delen/stukken/{category}")
    async def paper(request: Request, number: str, category: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        asked = sharing.paper(found, record)
        return pages.show("sharing/samenstellen.html", request, asked=asked, **_of_paper(found, record))

    @routes.post("/delen/stukken/{category}")
    async def paper_on(
        request: Request, number: str, category: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        asked = sharing.paper(found, record)
        trouble, read = None, None
        match filled.get("stap"):
            case step if step == CHANGE:
                pass
            case step if step == SEND:
                trouble = await sharing.send_paper(session, found, record, asked, filled)
                if trouble is None:
                    session.done = "shared"
                    return sends_to(f"/dossiers/{number}")
            case _:
                read, trouble = await sharing.preview_of_paper(session, found, record, asked, filled)
        return _composing(request, filled, asked, trouble, read, _of_paper(found, record))

    # --- decisions -------------------------------------------------------------------------------

    @routes.get("/delen/{key}")
    async def compose(
        request: Request, number: str, key: str, antwoord: str = "", aan: str = "", session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        outcome = chosen(decision, antwoord)
        to = _to(found, outcome, aan)
        shown = _of_decision(found, decision, outcome, to)
        if outcome["forwarding"] and to is None:
            receivers = passing_on.receivers(found, outcome)
            return pages.show(
                "sharing/aan-wie.html", request, receivers=receivers, nobody=outcome["onlyTo"] is None, **shown
            )
        shown |= {"asked": sharing.asked(found, decision, outcome, to), "filled": begun(request)}
        return pages.show("sharing/samenstellen.html", request, **shown)

    @routes.post("/delen/{key}")
    async def compose_on(
        request: Request,
        number: str,
        key: str,
        antwoord: str = "",
        aan: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        outcome = chosen(decision, antwoord)
        to = _to(found, outcome, aan)
        asked = sharing.asked(found, decision, outcome, to)
        if to and to != passing_on.NOBODY:
            filled = FormData([*filled.multi_items(), ("forwarding.recipient", to)])
        trouble, read = None, None
        match filled.get("stap"):
            case step if step == CHANGE:
                pass
            case step if step == SEND:
                trouble = await sharing.send(session, found, decision, outcome, asked, filled)
                if trouble is None:
                    session.done = "shared"
                    # What has ended is opened no more; how its share stands is.
                    ended = outcome["leadsTo"] == State.ENDED
                    return sends_to(f"/verstrekkingen?dossier={number}" if ended else f"/dossiers/{number}")
            case _:
                read, trouble = await sharing.preview(session, found, decision, outcome, asked, filled)
        return _composing(request, filled, asked, trouble, read, _of_decision(found, decision, outcome, to))

    def _composing(
        request: Request,
        filled: FormData,
        asked: Any,
        trouble: Trouble | None,
        read: list[Read] | None,
        shown: dict[str, Any],
    ) -> Response:
        shown |= {"filled": filled}
        if read is not None and trouble is None:
            passed_on = [one for one in filled.multi_items() if one[0] not in ("csrf", "stap", "forwarding.recipient")]
            return pages.show("sharing/voorbeeld.html", request, read=read, passed_on=passed_on, **shown)
        status = 400 if trouble else 200
        return pages.show("sharing/samenstellen.html", request, status, trouble=trouble, asked=asked, **shown)

    # --- a matrix --------------------------------------------------------------------------------

    @routes.get("/rooster/{key}")
    async def grid(request: Request, number: str, key: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        return pages.show(
            "sharing/rooster.html", request, dossier=found, decision=decision, grid=sharing.grid(found, decision)
        )

    @routes.post("/rooster/{key}")
    async def grid_on(
        request: Request, number: str, key: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        matrix = sharing.grid(found, decision)
        step = filled.get("stap")
        shown: dict[str, Any] = {"dossier": found, "decision": decision, "grid": matrix}
        if step == SHOW:
            return pages.show("sharing/rooster.html", request, filled=filled, **shown)
        filled = matrix.filled_in(filled)
        if step == FILL:
            return pages.show("sharing/rooster.html", request, filled=filled, **shown)
        trouble = await sharing.decide_grid(session, found, decision, matrix, filled)
        if trouble is None:
            session.done = "decided"
            return sends_to(f"/dossiers/{number}")
        return pages.show("sharing/rooster.html", request, 400, filled=filled, trouble=trouble, **shown)

    return routes


def _to(dossier: Opened, outcome: dict[str, Any], aan: str) -> str | None:
    """To whom a signal goes on: what was chosen, or the only one there is. Raises NotFound later for what is neither."""
    if not outcome["forwarding"]:
        return None
    if aan:
        return aan
    known = list(passing_on.receivers(dossier, outcome))
    return known[0] if outcome["onlyTo"] and len(known) == 1 else None


def _of_decision(dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any], to: str | None) -> dict[str, Any]:
    """What the pages of composing show of a decision."""
    receivers = passing_on.receivers(dossier, outcome)
    address = f"/dossiers/{dossier.number}/delen/{decision['key']}?antwoord={outcome['key']}"
    return {
        "dossier": dossier,
        "question": decision["question"],
        "answer": outcome["answer"],
        "article": outcome["article"] or decision["article"],
        "guidance": decision["guidance"],
        "address": address + (f"&aan={to}" if to and re.fullmatch(r"[a-z-]+(:[a-z0-9-]+)?", to) else ""),
        "other": address if outcome["forwarding"] and not outcome["onlyTo"] else None,
        "receiver": receivers.get(to or ""),
        "to_nobody": to == passing_on.NOBODY,
    }


def _of_paper(dossier: Opened, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "question": f"Een {record['name']} samenstellen",
        "answer": "",
        "article": "",
        "guidance": (),
        "address": f"/dossiers/{dossier.number}/delen/stukken/{record['category']}",
        "other": None,
        "receiver": None,
        "to_nobody": False,
    }
