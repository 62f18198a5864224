"""A dossier and its forms."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import drafts as draft
from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.grid import is_grid
from services.portal.leaving import own, page_of
from services.portal.pages import Pages
from services.portal.places import Places
from services.portal.repeated import written
from services.portal.seen import InBetween, Opened
from services.portal.sessions import Session, know
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers, draft_of
from services.portal.use_cases.drafts import OwnDrafts
from services.portal.use_cases.filled import text, version
from services.portal.use_cases.questions import QUESTION_RECORD
from services.portal.words import NAMES_A_LETTER
from shared.errors import Conflict, NotFound
from shared.http.app import DOSSIERS
from shared.numbers import is_request
from shared.protocol.opening import FOR_A_REQUEST, purpose_fault


def router(visits: Visits, dossiers: Dossiers, drafts: OwnDrafts, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def opened(number: str, session: Session) -> Opened:
        return await opened_by(dossiers, number, session)

    def too_late(request: Request, found: Opened, filled: FormData, session: Session, problem: Conflict) -> Response:
        """It is not asked any more: he reads what came in between, and has his words to copy; who clicked twice reads that it
        was done."""
        if was_done(found, filled, session):
            return sends_to(f"/dossiers/{found.number}")
        shown: dict[str, Any] = {"dossier": found, "changes": between(found, filled), "words": written(filled)}
        return pages.show("dossier/te-laat.html", request, 409, why=problem.detail, **shown)

    async def page(request: Request, session: Session, found: Opened, status: int = 200, **more: Any) -> Response:
        if found.is_closed:
            return pages.show("dossier/gesloten.html", request, status, dossier=found, **more)
        duties = await dossiers.duties(session, found.number)
        return pages.show("dossier/dossier.html", request, status, dossier=found, duties=duties, **more)

    @routes.get("/dossiers/{number}")
    async def dossier(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        done, session.done = session.done, None
        return await page(request, session, found, done=done)

    @routes.post("/dossiers/{number}/openen")
    async def open_it(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        """For what it is opened is chosen, and goes to the audit trail with every look."""
        if DOSSIERS.fullmatch(number) is None:
            raise NotFound
        purpose = str(filled.get("purpose", ""))
        if purpose_fault(purpose):
            trouble = Trouble("Kies waarvoor u dit dossier opent.", (("purpose", "Kies één doel."),))
            return pages.show("dossier/openen.html", request, 400, number=number, trouble=trouble, filled=filled)
        know(session.purposes, {number: purpose})
        return sends_to(own(str(filled.get("then", ""))) if filled.get("then") else f"/dossiers/{number}")

    @routes.get("/dossiers/{number}/besluiten/{key}")
    async def question(
        request: Request, number: str, key: str, antwoord: str = "", session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        if is_grid(decision):
            return sends_to(f"/dossiers/{number}/rooster/{key}")
        if len(decision["outcomes"]) > 1 and not antwoord:
            return pages.show("dossier/vraag.html", request, dossier=found, decision=decision)
        outcome = chosen(decision, antwoord)
        if outcome["shares"]:
            # What leaves the file is composed and read beforehand.
            also = urlencode([("antwoord", outcome["key"]), *begun(request).multi_items()])
            return sends_to(f"/dossiers/{number}/delen/{key}?{also}")
        filled = begun(request)
        if key in NAMES_A_LETTER and "fields.letter" not in filled:
            # It names a letter that was made before.
            return sends_to(f"/dossiers/{number}/{NAMES_A_LETTER[key]}")
        shown: dict[str, Any] = {"dossier": found, "decision": decision, "outcome": outcome, "filled": filled}
        shown |= await draft.shown(request, drafts, session, draft_of(found, f"{key}.{outcome['key']}"))
        return pages.show("dossier/besluit.html", request, asked=dossiers.asked(found, decision, outcome), **shown)

    @routes.post("/dossiers/{number}/besluiten/{key}")
    async def decide(
        request: Request,
        number: str,
        key: str,
        antwoord: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await opened(number, session)
        try:
            decision = found.decision(key)
            outcome = chosen(decision, antwoord)
        except Conflict as problem:
            return too_late(request, found, filled, session, problem)
        place, here = draft_of(found, f"{key}.{outcome['key']}"), f"/dossiers/{number}"
        done = await draft.asked_for(
            drafts, session, place, filled, here, f"{here}/besluiten/{key}?antwoord={outcome['key']}"
        )
        if isinstance(done, Response):
            return done
        trouble = done or await dossiers.decide(session, found, decision, outcome, filled)
        if trouble and trouble.overtaken:
            # As it stands now: once more sends what was typed against that.
            found = await opened(number, session)
            if was_done(found, filled, session):
                return sends_to(here)
        kept = await draft.after(drafts, session, place, filled, trouble)
        if trouble is None:
            session.done = "decided"
            return sends_to(here)
        if trouble.overtaken:
            try:
                decision = found.decision(key)
                outcome = chosen(decision, antwoord)
            except Conflict as problem:
                return too_late(request, found, filled, session, problem)
        shown: dict[str, Any] = {"dossier": found, "decision": decision, "outcome": outcome, "filled": filled}
        shown |= {"draft": kept, "changes": between(found, filled)}
        asked = dossiers.asked(found, decision, outcome)
        return pages.show("dossier/besluit.html", request, 400, trouble=trouble, asked=asked, **shown)

    @routes.get("/dossiers/{number}/vastleggen/{category}")
    async def recording(request: Request, number: str, category: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        if record["composed"]:
            return sends_to(f"/dossiers/{number}/delen/stukken/{category}")
        if category == QUESTION_RECORD:
            return sends_to(f"/dossiers/{number}/vragen")
        shown = await draft.shown(request, drafts, session, draft_of(found, f"item.{category}"))
        asked = dossiers.recorded(found, record)
        return pages.show("dossier/vastleggen.html", request, dossier=found, record=record, asked=asked, **shown)

    @routes.post("/dossiers/{number}/vastleggen/{category}")
    async def record_it(
        request: Request, number: str, category: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        try:
            record = found.record(category)
        except Conflict as problem:
            return too_late(request, found, filled, session, problem)
        place, here = draft_of(found, f"item.{category}"), f"/dossiers/{number}"
        done = await draft.asked_for(drafts, session, place, filled, here, f"{here}/vastleggen/{category}")
        if isinstance(done, Response):
            return done
        trouble = done or await dossiers.keep(session, found, record, filled)
        if trouble and trouble.overtaken:
            found = await opened(number, session)
            if was_done(found, filled, session):
                return sends_to(here)
        kept = await draft.after(drafts, session, place, filled, trouble)
        if trouble is None:
            session.done = "recorded"
            return sends_to(here)
        if trouble.overtaken:
            try:
                record = found.record(category)
            except Conflict as problem:
                return too_late(request, found, filled, session, problem)
        asked = dossiers.recorded(found, record)
        shown: dict[str, Any] = {"dossier": found, "record": record, "filled": filled, "asked": asked}
        shown |= {"draft": kept, "changes": between(found, filled)}
        return pages.show("dossier/vastleggen.html", request, 400, trouble=trouble, **shown)

    @routes.post("/dossiers/{number}/intrekken")
    async def withdraw(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        trouble = await dossiers.withdraw(session, found, filled)
        if trouble is None:
            session.done = "withdrawn"
            return sends_to(f"/dossiers/{number}")
        return await page(request, session, found, 400, trouble=trouble, filled=filled)

    return routes


def install(app: FastAPI, pages: Pages, places: Places) -> None:
    """Every page of a dossier asks first for what it is opened, and is shown after that."""

    async def not_opened(request: Request, error: Exception) -> Response:
        number, then = request.path_params["number"], page_of(request, places)
        return pages.show("dossier/openen.html", request, number=number, then=then)

    app.add_exception_handler(NotOpened, not_opened)


async def opened_by(dossiers: Dossiers, number: str, session: Session) -> Opened:
    """Raises NotFound also for what is no number: there is no such dossier; NotOpened before a purpose was chosen."""
    if DOSSIERS.fullmatch(number) is None:
        raise NotFound
    if is_request(number):
        # There is one thing that it can be opened for.
        know(session.purposes, {number: FOR_A_REQUEST})
    if number not in session.purposes:
        raise NotOpened
    return await dossiers.open(session, number)


class NotOpened(NotFound):
    """Het dossier is nog niet geopend."""


def was_done(found: Opened, filled: FormData, session: Session) -> bool:
    """Whether he sent the same words a moment ago, as by a double click: then it stands there, and he is told so."""
    words = text(filled, "reason") or text(filled, "finding")
    mine = [one for one in between(found, filled) if words and (one.by, one.words) == (session.user_id, words)]
    if mine:
        session.done = "decided" if mine[0].decision else "recorded"
    return bool(mine)


def between(found: Opened, filled: FormData) -> list[InBetween]:
    """What came in between since he had the page."""
    return found.since(version(filled), str(filled.get("known", "")))


def begun(request: Request) -> FormData:
    """What a link fills in beforehand: codes and dates, never words."""
    given = request.query_params.items()
    return FormData([(name, one) for name, one in given if _is(r"fields\.\w+", name) and _is(r"[\w-]{1,60}", one)])


def _is(pattern: str, number: str) -> bool:
    return re.fullmatch(pattern, number) is not None
