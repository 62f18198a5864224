"""The breach register: of the FG, the privacy officer and the beheerder; and the monthly list of access."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import drafts as draft
from services.portal.api.dossiers import between, was_done
from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.pages import Pages
from services.portal.repeated import written
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.breaches import DISCOVERED, BreachPages
from services.portal.use_cases.dossiers import draft_of
from services.portal.use_cases.drafts import OwnDrafts
from shared.clock import SystemClock, calendar_date
from shared.errors import Conflict, NotFound
from shared.http.app import INCIDENT
from shared.protocol.breaches import WHO_BEGINS
from shared.protocol.designations import BEHEERDER, FG

_ADDRESS, _ACCESS = "/toezicht/datalekken", "/toezicht/toegang"
_MONTH, _USER = re.compile(r"20\d\d-(0[1-9]|1[0-2])"), re.compile(r"[A-Za-z0-9-]{1,64}")


def router(visits: Visits, breaches: BreachPages, drafts: OwnDrafts, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def opened(session: Session, number: str) -> Opened:
        only_for(session, WHO_BEGINS)
        if not re.fullmatch(INCIDENT, number):
            raise NotFound
        return await breaches.open(session, number)

    async def register(
        request: Request, session: Session, cursor: str, trouble: Trouble | None, filled: FormData
    ) -> Response:
        found = await breaches.all(session, cursor)
        shown: dict[str, Any] = {"found": found, "asked": (DISCOVERED,), "filled": filled, "trouble": trouble}
        return pages.show("datalekken/register.html", request, 400 if trouble else 200, **shown)

    @routes.get(_ADDRESS)
    async def every(request: Request, cursor: str = "", session: Session = visits.visitor) -> Response:
        only_for(session, WHO_BEGINS)
        return await register(request, session, cursor, None, FormData())

    @routes.post(_ADDRESS)
    async def begin(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        only_for(session, WHO_BEGINS)
        number, trouble = await breaches.begin(session, filled)
        if trouble is None:
            session.done = "begun"
            return sends_to(f"{_ADDRESS}/{number}")
        return await register(request, session, "", trouble, filled)

    @routes.get(f"{_ADDRESS}/{{number}}")
    async def entry(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await opened(session, number)
        done, session.done = session.done, None
        return pages.show("datalekken/datalek.html", request, entry=found, done=done)

    def too_late(request: Request, found: Opened, filled: FormData, session: Session, problem: Conflict) -> Response:
        """It is not asked any more: his words are there to copy; who clicked twice reads that it was done."""
        if was_done(found, filled, session):
            return sends_to(f"{_ADDRESS}/{found.number}")
        shown: dict[str, Any] = {"entry": found, "changes": between(found, filled), "words": written(filled)}
        return pages.show("datalekken/te-laat.html", request, 409, why=problem.detail, **shown)

    @routes.get(f"{_ADDRESS}/{{number}}/besluiten/{{key}}")
    async def question(
        request: Request, number: str, key: str, antwoord: str = "", session: Session = visits.visitor
    ) -> Response:
        found = await opened(session, number)
        decision = found.decision(key)
        outcome = chosen(decision, antwoord)
        shown: dict[str, Any] = {"entry": found, "decision": decision, "outcome": outcome, "filled": FormData()}
        shown |= await draft.shown(request, drafts, session, draft_of(found, f"{key}.{outcome['key']}"))
        return pages.show("datalekken/besluit.html", request, asked=breaches.asked(found, decision, outcome), **shown)

    @routes.post(f"{_ADDRESS}/{{number}}/besluiten/{{key}}")
    async def decide(
        request: Request,
        number: str,
        key: str,
        antwoord: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await opened(session, number)
        try:
            decision = found.decision(key)
            outcome = chosen(decision, antwoord)
        except Conflict as problem:
            return too_late(request, found, filled, session, problem)
        place, here = draft_of(found, f"{key}.{outcome['key']}"), f"{_ADDRESS}/{number}"
        form = f"{here}/besluiten/{key}?antwoord={outcome['key']}"
        done = await draft.asked_for(drafts, session, place, filled, here, form)
        if isinstance(done, Response):
            return done
        trouble = done or await breaches.decide(session, found, decision, outcome, filled)
        if trouble and trouble.overtaken:
            # As it stands now: once more sends what was typed against that.
            found = await opened(session, number)
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
        shown: dict[str, Any] = {"entry": found, "decision": decision, "outcome": outcome, "filled": filled}
        shown |= {"draft": kept, "changes": between(found, filled)}
        asked = breaches.asked(found, decision, outcome)
        return pages.show("datalekken/besluit.html", request, 400, trouble=trouble, asked=asked, **shown)

    @routes.post(f"{_ADDRESS}/{{number}}/intrekken")
    async def withdraw(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(session, number)
        trouble = await breaches.withdraw(session, found, filled)
        if trouble is None:
            session.done = "withdrawn"
            return sends_to(f"{_ADDRESS}/{number}")
        return pages.show("datalekken/datalek.html", request, 400, entry=found, trouble=trouble, filled=filled)

    @routes.get(_ACCESS)
    async def access(request: Request, maand: str = "", wie: str = "", session: Session = visits.visitor) -> Response:
        """Of the month that is asked, or of this one."""
        only_for(session, (FG, BEHEERDER))
        this = calendar_date(SystemClock().now()).isoformat()[:7]
        month = maand or this
        if not _MONTH.fullmatch(month) or (wie and not _USER.fullmatch(wie)):
            raise NotFound
        found = await breaches.access(session, month, wie)
        first = date.fromisoformat(f"{month}-01")
        before = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1).isoformat()[:7]
        after = (first + timedelta(days=31)).isoformat()[:7]
        after = after if after <= this else ""
        return pages.show("datalekken/toegang.html", request, found=found, who=wie, before=before, after=after)

    return routes
