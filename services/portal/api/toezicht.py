"""Supervision: the pages of the FG, and what of it the privacy officer has to judge."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.accountability import account_pdf
from services.portal.api.visits import Visits, sends_to
from services.portal.forms import Control
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.accountability import AccountGathering
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.filled import text
from services.portal.use_cases.toezicht import Toezicht
from shared.clock import calendar_date
from shared.errors import NotFound
from shared.http.app import NUMBER
from shared.privileges import BY_NAME
from shared.protocol.designations import BEHEERDER, FG, PRIVACY_OFFICER

_ADDRESS = "/toezicht"
_WHICH = Control("text", "number", "Nummer van het signaal", "Zoals S-7K3MQ-9XD4T", required=True)


def router(visits: Visits, toezicht: Toezicht, accounts: AccountGathering, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def start_page(request: Request, session: Session, trouble: Trouble | None, filled: FormData) -> Response:
        found = await toezicht.start(session)
        shown: dict[str, Any] = {"found": found, "which": (_WHICH,), "watches": FG in session.roles}
        shown["register_of"] = calendar_date(datetime.now(UTC)).year - 1
        status = 400 if trouble else 200
        return pages.show("toezicht/toezicht.html", request, status, trouble=trouble, filled=filled, **shown)

    @routes.get(_ADDRESS)
    async def start(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, (FG, PRIVACY_OFFICER))
        return await start_page(request, session, None, FormData())

    @routes.post(f"{_ADDRESS}/zoeken")
    async def search(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """What somebody types comes into no address before it is known to be a number."""
        only_for(session, (FG,))
        number = text(filled, _WHICH.name).upper()
        if re.fullmatch(NUMBER, number):
            return sends_to(f"{_ADDRESS}/signalen/{number}")
        wrong = Trouble("Vul één nummer in.", ((_WHICH.name, "Dit is geen nummer van een signaal."),))
        return await start_page(request, session, wrong, filled)

    @routes.get(f"{_ADDRESS}/signalen/{{number}}")
    async def signal(request: Request, number: str, session: Session = visits.visitor) -> Response:
        only_for(session, (FG,))
        if not re.fullmatch(NUMBER, number):
            raise NotFound
        return pages.show("toezicht/signaal.html", request, found=await toezicht.signal(session, number))

    @routes.post(f"{_ADDRESS}/signalen/{{number}}/verantwoording")
    async def account(number: str, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """By POST: it is made when it is asked for, and stands in the audit trail of every service. `as`: json, else PDF/A."""
        only_for(session, (FG,))
        if not re.fullmatch(NUMBER, number):
            raise NotFound
        found = await accounts.gather(session, number)
        if text(filled, "as") == "json":
            return _attached(json.dumps(found, ensure_ascii=False, indent=1).encode(), "json")
        on = calendar_date(datetime.fromisoformat(found["madeAt"]))
        return _attached(await run_in_threadpool(account_pdf, accounts.law, found, on), "pdf")

    @routes.get(f"{_ADDRESS}/register/{{year}}/archief")
    async def register(year: int, session: Session = visits.visitor) -> Response:
        """The disclosure register of a year that is over, as an archive takes it."""
        only_for(session, (FG,))
        named = {"Content-Disposition": f'attachment; filename="register-van-verstrekkingen-{year}.zip"'}
        return Response(await toezicht.register(session, year), media_type="application/zip", headers=named)

    @routes.get(f"{_ADDRESS}/auditspoor")
    async def trail(
        request: Request, dienst: str = "", cursor: str = "", session: Session = visits.visitor
    ) -> Response:
        only_for(session, (FG, BEHEERDER))
        if dienst and dienst not in BY_NAME:
            raise NotFound
        found = await toezicht.trail(session, dienst, cursor)
        chains = await toezicht.chains(session)
        return pages.show("toezicht/auditspoor.html", request, found=found, producer=dienst, chains=chains, whole=False)

    @routes.post(f"{_ADDRESS}/auditspoor/nalopen")
    async def walk(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """From the first line: it takes its time, and changes nothing but how far it was checked."""
        only_for(session, (FG, BEHEERDER))
        found = await toezicht.trail(session, "", "")
        chains = await toezicht.chains(session, whole=True)
        return pages.show("toezicht/auditspoor.html", request, found=found, producer="", chains=chains, whole=True)

    @routes.get(f"{_ADDRESS}/spoed")
    async def urgent(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, (FG, BEHEERDER, PRIVACY_OFFICER))
        done, session.done = session.done, None
        return pages.show("toezicht/spoed.html", request, found=await toezicht.urgent(session), done=done)

    async def share_page(
        request: Request, session: Session, share: UUID, trouble: Trouble | None, filled: FormData
    ) -> Response:
        found = await toezicht.share(session, share)
        asked = toezicht.judging() if PRIVACY_OFFICER in session.roles and not found["judgement"] else ()
        shown: dict[str, Any] = {"share": found, "asked": asked, "trouble": trouble, "filled": filled}
        return pages.show("toezicht/verstrekking.html", request, 400 if trouble else 200, **shown)

    @routes.get(f"{_ADDRESS}/spoed/{{share}}")
    async def one(request: Request, share: UUID, session: Session = visits.visitor) -> Response:
        only_for(session, (FG, PRIVACY_OFFICER))
        return await share_page(request, session, share, None, FormData())

    @routes.post(f"{_ADDRESS}/spoed/{{share}}")
    async def judge(
        request: Request, share: UUID, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        only_for(session, (PRIVACY_OFFICER,))
        trouble = await toezicht.judge(session, share, filled)
        if trouble is None:
            session.done = "judged"
            return sends_to(f"{_ADDRESS}/spoed")
        return await share_page(request, session, share, trouble, filled)

    return routes


def _attached(content: bytes, form: str) -> Response:
    """Its name says what it is, and not of which signal: it stays behind in the lists of a browser."""
    named = {"Content-Disposition": f'attachment; filename="verantwoordingsdossier.{form}"'}
    return Response(content, media_type=f"application/{form}", headers=named)
