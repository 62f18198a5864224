"""What each page does with the draft of its form: shows it, keeps it, throws it away."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import sends_to
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.drafts import NOTHING_KEPT, DraftPlace, OwnDraft, OwnDrafts

NOT_KEPT = Trouble("Uw concept kon nu niet worden bewaard. Wat u hebt ingevuld, staat er nog; probeer het zo nog eens.")


async def shown(request: Request, drafts: OwnDrafts, session: Session, place: DraftPlace) -> dict[str, Any]:
    """For a form that is opened: what was typed before. What was typed last, when the log-in ended, goes first."""
    draft = await drafts.read(session, place)
    if draft is NOTHING_KEPT:
        return {}
    return {"draft": draft} if getattr(request.state, "kept", None) else {"draft": draft, "filled": draft.filled}


async def asked_for(
    drafts: OwnDrafts, session: Session, place: DraftPlace, filled: FormData, then: str, here: str
) -> Response | Trouble | None:
    """When that is all that was asked: where it leads, or why it did not succeed; None for a form that is sent."""
    deed = filled.get("deed")
    if deed == "drop":
        await drafts.drop(session, place)
        return sends_to(here)
    if deed != "draft":
        return None
    if await drafts.keep(session, place, filled) is NOTHING_KEPT:
        return NOT_KEPT
    session.done = "kept"
    return sends_to(then)


async def after(
    drafts: OwnDrafts, session: Session, place: DraftPlace, filled: FormData, trouble: Trouble | None
) -> OwnDraft:
    """What was sent and not accepted is kept; what was accepted is no draft any more."""
    if trouble is not None:
        return await drafts.keep(session, place, filled)
    if filled.get("draft"):
        await drafts.drop(session, place)
    return NOTHING_KEPT
