"""HTTP: what the portal has kept here, so that each of its processes finds it. What is sealed is opened by none but the portal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import Field

from services.access.portal import MOST_ASSERTION
from services.access.portal_sessions import PortalSessions
from services.access.portal_store import KeptThere
from services.access.provider import MOST_TOKEN
from shared.http.bodies import Strict

MOST_KEPT_SEALED = 190_000
KeptName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="A hash of what only the browser has")]
Sealed = Annotated[
    str, Field(max_length=MOST_KEPT_SEALED, pattern=r"^[A-Za-z0-9_=-]*$", description="base64url, opaque")
]
NameAsked = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="A hash of what only the browser has")]
AssertionShown = Annotated[
    str,
    Header(
        alias="Client-Assertion",
        max_length=MOST_ASSERTION,
        description="The portal's assertion (RFC 7523) for the audience `access-sessions`; for a minute, more than once",
    ),
]


class SessionIn(Strict):
    """`token`: the `refresh_token` of the log-in that it is of."""

    name: KeptName
    token: Annotated[str, Field(max_length=MOST_TOKEN)]
    idle_seconds: Annotated[int, Field(ge=1, le=43_200)]
    sealed: Sealed


class SessionChanged(Strict):
    """`version`: that which was read."""

    version: Annotated[int, Field(ge=1, lt=2**31 - 1)]
    sealed: Sealed


class WordsIn(Strict):
    """`session`: in which they were typed; it may be over."""

    name: KeptName
    session: KeptName
    sealed: Sealed


class KeptOut(Strict):
    user_id: str
    version: int
    is_over: bool
    sealed: str


class KeptFound(Strict):
    """`found`: null where nothing is kept; not an error, since a browser shows what it has for as long as it has it."""

    found: KeptOut | None


class IsKept(Strict):
    """`is_kept`: false when somebody changed or ended it in between, or there is none."""

    is_kept: bool


def _found(kept: KeptThere | None) -> KeptFound:
    return KeptFound(found=KeptOut.model_validate(kept) if kept else None)


def router(sessions: PortalSessions) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["the portal's sessions"])

    @routes.post("/sessions", status_code=204, summary="Keep a session of somebody who logged in (the portal)")
    async def begin(body: SessionIn, shown: AssertionShown = "") -> Response:
        """Whose it is comes from the token, and not from the portal's word."""
        await sessions.begin(shown, body.name, body.token, body.idle_seconds, body.sealed)
        return Response(status_code=204)

    @routes.get("/sessions/{sessionName}", summary="Find a session (the portal)")
    async def find(
        sessionName: NameAsked,  # noqa: N803
        at_work: Annotated[bool, Query(alias="atWork", description="He does something now, and is not idle")] = True,
        shown: AssertionShown = "",
    ) -> KeptFound:
        return _found(await sessions.find(shown, sessionName, at_work=at_work))

    @routes.put("/sessions/{sessionName}", summary="Change what is sealed in a session (the portal)")
    async def change(body: SessionChanged, sessionName: NameAsked, shown: AssertionShown = "") -> IsKept:  # noqa: N803
        return IsKept(is_kept=await sessions.change(shown, sessionName, body.version, body.sealed))

    @routes.delete("/sessions/{sessionName}", status_code=204, summary="End a session (the portal)")
    async def end(sessionName: NameAsked, shown: AssertionShown = "") -> Response:  # noqa: N803
        """For half a day it is still known whose it was, so that what he typed is kept for him."""
        await sessions.end(shown, sessionName)
        return Response(status_code=204)

    @routes.post("/words", summary="Keep for minutes what was typed while a session ended (the portal)")
    async def keep(body: WordsIn, shown: AssertionShown = "") -> IsKept:
        return IsKept(is_kept=await sessions.keep_words(shown, body.session, body.name, body.sealed))

    @routes.get("/words/{wordsName}", summary="Find what was typed (the portal)")
    async def words(wordsName: NameAsked, shown: AssertionShown = "") -> KeptFound:  # noqa: N803
        return _found(await sessions.words(shown, wordsName))

    @routes.delete("/words/{wordsName}", status_code=204, summary="Throw away what was typed (the portal)")
    async def drop(wordsName: NameAsked, shown: AssertionShown = "") -> Response:  # noqa: N803
        await sessions.drop_words(shown, wordsName)
        return Response(status_code=204)

    return routes
