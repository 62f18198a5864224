"""Deciding on several signals at once."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import opened_by
from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.clusters import ClusterForms
from services.portal.use_cases.dossiers import Dossiers
from shared.errors import Conflict

NOT_FOR_ALL = "Dit wordt voor dit cluster nu niet gevraagd: de signalen staan niet meer op dezelfde plaats."


def router(visits: Visits, dossiers: Dossiers, clusters: ClusterForms, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}/cluster")

    @routes.get("")
    async def cluster(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await opened_by(dossiers, number, session)
        done, session.done = session.done, None
        opened = await clusters.open(session, found)
        return pages.show("dossier/cluster.html", request, dossier=found, cluster=opened, done=done)

    @routes.get("/{key}")
    async def form(
        request: Request, number: str, key: str, antwoord: str, session: Session = visits.visitor
    ) -> Response:
        found = await opened_by(dossiers, number, session)
        opened = await clusters.open(session, found)
        decision = _decision(opened, key)
        # For whom it was different before he had to log in again, what that asks is drawn again too.
        outcome, filled = chosen(decision, antwoord), request.state.kept or FormData()
        shown: dict[str, Any] = {"dossier": found, "cluster": opened, "decision": decision, "outcome": outcome}
        shown |= {"asked": clusters.asked(found, decision, outcome), "filled": filled}
        members = clusters.members(found, opened, decision, outcome, filled)
        return pages.show("dossier/cluster-besluit.html", request, members=members, **shown)

    @routes.post("/{key}")
    async def decide(
        request: Request,
        number: str,
        key: str,
        antwoord: str,
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await opened_by(dossiers, number, session)
        opened = await clusters.open(session, found)
        decision = _decision(opened, key)
        outcome = chosen(decision, antwoord)
        members = clusters.members(found, opened, decision, outcome, filled)
        trouble = await clusters.decide(session, found, decision, outcome, members, filled)
        if trouble is None:
            session.done = "decided"
            return sends_to(f"/dossiers/{number}")
        if trouble.overtaken:
            # As it stands now: once more sends what was typed against that.
            found = await opened_by(dossiers, number, session)
            opened = await clusters.open(session, found)
            decision = _decision(opened, key)
            outcome = chosen(decision, antwoord)
            members = clusters.members(found, opened, decision, outcome, filled)
        shown: dict[str, Any] = {"dossier": found, "cluster": opened, "decision": decision, "outcome": outcome}
        shown |= {"asked": clusters.asked(found, decision, outcome), "filled": filled, "trouble": trouble}
        return pages.show("dossier/cluster-besluit.html", request, 400, members=members, **shown)

    return routes


def _decision(cluster: dict[str, Any], key: str) -> dict[str, Any]:
    """Raises Conflict for what cannot be decided for all."""
    for one in cluster["decisions"]:
        if one["key"] == key:
            found: dict[str, Any] = one
            return found
    raise Conflict(NOT_FOR_ALL)
