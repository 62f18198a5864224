"""Who is calling, and which designations hold at this moment.

A token names a person and the designations that `access` knew when it was made, for at most five minutes.
A service also needs a lease that is still running (`shared.leases`), and judges start and end against its own clock;
when access or the bus is silent for longer than a lease, nobody is designated any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.clock import Clock
from shared.errors import Forbidden, LogInAnew, NotAuthenticated
from shared.keys.signing import NotSigned, Verifier
from shared.leases import Designations

TOKEN = "at+jwt"  # noqa: S105
TOKEN_SECONDS = 300
JUST_NOW_SECONDS = 600
"""So long after somebody showed who he is nobody else sits at his screen: time to read once more what he is about to do."""


@dataclass(frozen=True)
class Person:
    """Somebody with a valid token. `roles` are the designations that hold now. `has_just_proved`: he showed the log-in
    provider a moment ago who he is, and did not only go on with what was open."""

    user_id: str
    roles: frozenset[str] = frozenset()
    has_just_proved: bool = False

    def proved_just_now(self) -> None:
        """Raises LogInAnew unless he did: what goes out, destroys or makes somebody somebody asks it (R-8.2)."""
        if not self.has_just_proved:
            raise LogInAnew

    def role_among(self, allowed: frozenset[str] | set[str] | tuple[str, ...]) -> str:
        """The designation under which this person may act; raises Forbidden when there is none."""
        for role in sorted(allowed):
            if role in self.roles:
                return role
        raise Forbidden


class Identity:
    """Turns a bearer token into a Person for one service."""

    def __init__(self, service: str, verifier: Verifier, clock: Clock, designations: Designations) -> None:
        self._service = service
        self._verifier = verifier
        self._clock = clock
        self._designations = designations

    async def caller(self, authorization: str | None) -> Person:
        """The person behind a bearer token; raises NotAuthenticated, or PartDown."""
        return await self.person(await self.claims(authorization))

    async def claims(self, authorization: str | None) -> dict[str, Any]:
        """The claims of a valid token for this service; raises NotAuthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated
        try:
            claims = await self._verifier.verify(token.strip(), kind=TOKEN, service="access")
        except NotSigned as problem:
            raise NotAuthenticated from problem
        now = self._clock.now().timestamp()
        if claims.get("aud") != self._service or not claims.get("sub"):
            raise NotAuthenticated
        if not claims["iat"] - 30 <= now < min(claims["exp"], claims["iat"] + TOKEN_SECONDS):
            raise NotAuthenticated
        return claims

    async def person(self, claims: dict[str, Any]) -> Person:
        """The person of `claims`, with the roles that token and lease agree on; raises PartDown."""
        now = self._clock.now()
        told = {
            str(one["role"])
            for one in claims.get("designations", [])
            if datetime.fromisoformat(one["startsAt"]) <= now < datetime.fromisoformat(one["endsAt"])
        }
        user_id = str(claims["sub"])
        held = {one.role for one in await self._designations.of(user_id)}
        proved = claims.get("auth_time")
        just_now = isinstance(proved, int) and now.timestamp() - proved < JUST_NOW_SECONDS
        return Person(user_id, frozenset(told & held), just_now)
