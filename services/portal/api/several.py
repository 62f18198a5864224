"""Several questions on one page: first which answers, then the forms of these."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import drafts as draft
from services.portal.api.dossiers import between, opened_by
from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.repeated import written
from services.portal.seen import InBetween, Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.drafts import OwnDrafts
from services.portal.use_cases.filled import version
from services.portal.use_cases.several import (
    AS_ITEM,
    NOT_IN_ORDER,
    STEPS_OVERTAKEN,
    Several,
    Step,
    TookSteps,
    address,
    draft_of_several,
    moved,
    recorded_already,
    steps_of,
)

NOTHING = Trouble("Kies ten minste één antwoord.")


def router(visits: Visits, dossiers: Dossiers, several: Several, drafts: OwnDrafts, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}/samen")
    opened = partial(opened_by, dossiers)

    async def choosing(
        request: Request, found: Opened, session: Session, steps: Sequence[Step], trouble: Trouble | None = None
    ) -> Response:
        follows = await several.follow(session, found, steps)
        if not follows.has(steps):
            # From where it goes another way, as the protocol goes.
            follows = await several.follow(session, found, follows.of(steps))
        shown: dict[str, Any] = {"dossier": found, "follows": follows, "steps": steps, "record": AS_ITEM}
        return pages.show("several/kiezen.html", request, 400 if trouble else 200, trouble=trouble, **shown)

    @routes.get("")
    async def choose(request: Request, number: str, session: Session = visits.visitor) -> Response:
        """With what was chosen before in the address, to choose otherwise."""
        return await choosing(request, await opened(number, session), session, _steps(request))

    @routes.get("/invullen")
    async def fill_in(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found, steps = await opened(number, session), _steps(request)
        if not steps:
            return await choosing(request, found, session, steps, NOTHING)
        follows = await several.follow(session, found, steps)
        if not follows.has(steps):
            return await choosing(request, found, session, steps, NOT_IN_ORDER)
        if len(steps) == 1 and steps[0].key != AS_ITEM:
            return sends_to(f"/dossiers/{number}/besluiten/{steps[0].key}?antwoord={steps[0].answer}")
        shown: dict[str, Any] = {"dossier": found, "questions": several.questions(found, follows, steps)}
        shown |= await draft.shown(request, drafts, session, draft_of_several(found, steps))
        return pages.show("several/invullen.html", request, address=address(number, steps), **shown)

    @routes.post("/invullen")
    async def take(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        async with visits.sending(session):
            return await taken(request, number, filled, session)

    async def taken(request: Request, number: str, filled: FormData, session: Session) -> Response:
        found, steps = await opened(number, session), _steps(request)
        if not steps:
            return sends_to(f"/dossiers/{number}/samen")
        place, here, seen = draft_of_several(found, steps), f"/dossiers/{number}", version(filled)
        done = await draft.asked_for(drafts, session, place, filled, here, address(number, steps))
        if isinstance(done, Response):
            return done
        # What he sent before, by a second click or by going back, is not sent again.
        already = recorded_already(found, steps, filled, session, seen)
        if already == len(steps):
            session.done = "several"
            return sends_to(here)
        if already == len(between(found, filled)):
            seen = int(found.open["version"]) if already else seen
        left, filled = steps[already:], moved(filled, already, {}, len(steps))
        follows = await several.follow(session, found, left)
        if follows.has(left):
            questions = several.questions(found, follows, left)
            result = TookSteps(0, {}, done) if done else await several.take(session, found, questions, filled, seen)
        else:
            result = TookSteps(0, {}, STEPS_OVERTAKEN)
        if result.trouble is None:
            await draft.after(drafts, session, place, filled, None)
            session.done = "several"
            return sends_to(here)
        return await again(request, found, left, filled, session, result)

    async def again(
        request: Request, found: Opened, steps: Sequence[Step], filled: FormData, session: Session, result: TookSteps
    ) -> Response:
        """The forms that are left, as it stands now, with what was typed and what came in between."""
        changes: list[InBetween] = []
        if result.done or (result.trouble and result.trouble.overtaken):
            if result.done:
                await draft.after(drafts, session, draft_of_several(found, steps), filled, None)
            found = await opened(found.number, session)
            changes = [] if result.done else between(found, filled)
        still = await several.still(session, found, steps[result.done :])
        if still is None:
            return too_late(request, found, filled)
        left, follows = still
        gone = steps[result.done : len(steps) - len(left)]
        words = [one for step in gone for one in written(step.own(filled))]
        filled = moved(filled, len(steps) - len(left), result.made, len(steps))
        kept = await draft.after(drafts, session, draft_of_several(found, left), filled, result.trouble)
        shown: dict[str, Any] = {"dossier": found, "questions": several.questions(found, follows, left)}
        shown |= {"draft": kept, "changes": changes, "filled": filled, "trouble": result.trouble, "words": words}
        return pages.show("several/invullen.html", request, 400, address=address(found.number, left), **shown)

    def too_late(request: Request, found: Opened, filled: FormData) -> Response:
        shown: dict[str, Any] = {"dossier": found, "changes": between(found, filled), "words": written(filled)}
        return pages.show("dossier/te-laat.html", request, 409, why=STEPS_OVERTAKEN.words, **shown)

    return routes


def _steps(request: Request) -> list[Step]:
    return steps_of(request.query_params.multi_items())
