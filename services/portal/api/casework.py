"""A case: its plan, and what is asked of the RIEC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import opened_by
from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.intake import RiecIntake
from services.portal.words import (
    APPROACHES,
    INTAKE_DECISION,
    OF_THE_PLAN,
    PLAN_DECISIONS,
    PLAN_RECORDS,
    RIEC_DECISIONS,
)
from shared.clock import calendar_date
from shared.errors import NotFound

READ_FIRST, RELEASE = "bekijken", "vrijgeven"


def router(visits: Visits, dossiers: Dossiers, intake: RiecIntake, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}")

    async def case(number: str, session: Session) -> Opened:
        """Raises NotFound for what is no case, NotOpened."""
        found = await opened_by(dossiers, number, session)
        if "plan" not in found.view:
            raise NotFound
        return found

    @routes.get("/plan")
    async def plan(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await case(number, session)
        mine = [one for one in found.open["decisions"] if found.is_for(one)]
        shown: dict[str, Any] = {
            "approach": next((one for one in reversed(found.decisions) if _taken(one, APPROACHES)), None),
            "adopted": [one for one in found.decisions if _taken(one, PLAN_DECISIONS)],
            "decisions": [one for one in mine if OF_THE_PLAN & set(one["about"])],
            "records": [one for one in found.open["records"] if one["category"] in PLAN_RECORDS],
        }
        return pages.show("casework/plan.html", request, dossier=found, **shown)

    @routes.get("/riec")
    async def riec(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await case(number, session)
        done, session.done = session.done, None
        package = await intake.proposed(session, found)
        offered = {one["key"]: one for one in found.open["decisions"]}
        shown: dict[str, Any] = {
            "intake": offered.get(INTAKE_DECISION),
            "handed_in": [one for one in found.decisions if _taken(one, (INTAKE_DECISION,))],
            "answers": [one for one in found.decisions if _taken(one, RIEC_DECISIONS)],
            "decisions": [offered[one] for one in RIEC_DECISIONS if one in offered],
            "proposal": intake.proposal(found),
            "package": package,
            "left_out": intake.left_out(found, package) if package else {},
        }
        return pages.show("casework/riec.html", request, dossier=found, done=done, **shown)

    @routes.get("/riec/intake")
    async def begin(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await case(number, session)
        decision = found.decision(INTAKE_DECISION)
        asked = dossiers.asked(found, decision, decision["outcomes"][0])
        today = calendar_date(datetime.now(UTC)).isoformat()
        filled = FormData([(one.name, today) for one in asked if one.kind == "date"])
        return pages.show("casework/intake.html", request, dossier=found, decision=decision, asked=asked, filled=filled)

    @routes.post("/riec/intake")
    async def send(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        """First it is read as the RIEC will read it; then it is released, changed, or left."""
        found = await case(number, session)
        decision = found.decision(INTAKE_DECISION)
        outcome = decision["outcomes"][0]
        step, trouble = str(filled.get("step", "")), None
        if step == RELEASE:
            trouble = await dossiers.decide(session, found, decision, outcome, filled)
            if trouble is None:
                session.done = "released"
                return sends_to(f"/dossiers/{number}/riec")
        elif step == READ_FIRST:
            body = dossiers.body(found, decision, outcome, filled)
            package, trouble = await intake.package(session, found, body)
            if package is not None:
                passed_on = [(name, one) for name, one in filled.multi_items() if name not in ("csrf", "step")]
                shown: dict[str, Any] = {"package": package, "left_out": intake.left_out(found, package)}
                return pages.show("casework/pakket.html", request, dossier=found, passed_on=passed_on, **shown)
        asked = dossiers.asked(found, decision, outcome)
        status = 400 if trouble else 200
        return pages.show(
            "casework/intake.html",
            request,
            status,
            dossier=found,
            decision=decision,
            asked=asked,
            filled=filled,
            trouble=trouble,
        )

    return routes


def _taken(one: dict[str, Any], keys: tuple[str, ...]) -> bool:
    return one["key"] in keys and one["status"] == "taken"
