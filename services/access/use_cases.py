"""What access does: exchange a log-in for a token of one service, and keep designations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.access import portal_store, store
from services.access.leases import Leasing
from services.access.portal import Portal
from services.access.provider import LogIn, Provider
from services.access.register import Registering, held_by
from services.access.settings import Settings
from services.access.statements import Register, Statements
from services.access.store import KnownUser
from shared import audit
from shared.clock import calendar_date
from shared.contracts.access import Designating
from shared.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from shared.identity import TOKEN, TOKEN_SECONDS, Person
from shared.keys.signing import NotSigned
from shared.pages import Page, Window
from shared.privileges import BY_NAME
from shared.protocol.designations import Wanted, designation_fault, ending_fault
from shared.protocol.faults import Fault
from shared.service.platform import Platform

KNOWN_USER_KIND = "meldpunt-known-user"


LOG_IN = "log-in+jwt"
LONGEST_LOG_IN = 12 * 3600
"""Seconds: nothing that was given for a log-in counts for longer, whatever the settings say."""


@dataclass(frozen=True)
class TokenAsked:
    """What the portal asks: for `audience`, with `assertion` to show that it is the portal.

    `log_in`: an ID token of the provider with the `nonce` that the portal gave to that log-in; or, without one, what was
    given for it before.
    """

    assertion: str
    log_in: str
    nonce: str | None
    audience: str


@dataclass(frozen=True)
class TokenGiven:
    """A token and its seconds. `resume`: for the next one of the same log-in, until it has not been used for too long."""

    token: str
    seconds: int
    resume: str


class Access:
    def __init__(
        self, platform: Platform, settings: Settings, statements: Statements, registering: Registering, leasing: Leasing
    ) -> None:
        self.platform = platform
        self.clock = platform.clock
        self._settings = settings
        self._law = settings.laws.configured
        self._portal = Portal(settings, platform.clock)
        self._provider = Provider(settings, platform.clock)
        self.statements = statements
        self._registering = registering
        self._leasing = leasing
        self._seen: set[str] = set()
        """Who is known to have logged in, by this process."""

    # --- tokens ----------------------------------------------------------------------------------

    async def exchange(self, asked: TokenAsked) -> TokenGiven:
        """RFC 8693: a log-in of the provider, or what was given for it, for a token of one service.

        Raises NotAuthenticated when it is not the portal that asks, or the log-in is none, not the one that the portal
        began, over, or offered before; Invalid for an unknown service.
        """
        shown = self._portal.authenticate(asked.assertion)
        if asked.audience not in BY_NAME:
            raise Invalid([Fault("audience", "is geen dienst van deze installatie", code="unknown-service")])
        if asked.nonce is None:
            log_in = await self.resumed(asked.log_in)
        else:
            log_in = await self._provider.log_in(asked.log_in, asked.nonce)
        subject, audience = log_in.subject, asked.audience
        now = self.clock.now()
        held = await self.platform.designations.of(subject)
        async with self.platform.database.transaction() as session:
            if not await store.use(session, now, {one.hash: one.until for one in (shown, *log_in.used)}):
                raise NotAuthenticated
            if await store.left_since(session, subject, log_in.ends_by_leaving_at):
                raise NotAuthenticated
            await self._meet(session, subject)
            session.add(audit.line(now, "token given", actor=subject, record=audience))
        self._seen.add(subject)
        claims: dict[str, Any] = {
            "iss": "access",
            "aud": audience,
            "sub": subject,
            "exp": int(now.timestamp()) + TOKEN_SECONDS,
            "jti": str(uuid4()),
            "designations": [
                {"role": one.role, "startsAt": one.starts_at.isoformat(), "endsAt": one.ends_at.isoformat()}
                for one in held
            ],
        }
        token = self.platform.signer.sign(TOKEN, claims | _proved(log_in))
        return TokenGiven(token, TOKEN_SECONDS, self._resume(log_in, now))

    async def log_out(self, assertion: str, log_in: str) -> None:
        """Who logged in is logged out, everywhere: what was given for any log-in of his that began before now gives no token
        any more. One that is over already needs no end. Raises NotAuthenticated when it is not the portal that asks."""
        shown = self._portal.authenticate(assertion)
        try:
            found = await self.resumed(log_in)
        except NotAuthenticated:
            return
        now = self.clock.now()
        async with self.platform.database.transaction() as session:
            if not await store.use(session, now, {shown.hash: shown.until}):
                raise NotAuthenticated
            await store.leave(session, found.subject, now, now - timedelta(seconds=LONGEST_LOG_IN))
            await portal_store.forget(session, found.subject)
            session.add(audit.line(now, "logged out", actor=found.subject))

    def _resume(self, log_in: LogIn, now: datetime) -> str:
        """With what the portal gets the next token for the same log-in: until nothing was asked for a while, and never for
        longer than the log-in lasts."""
        idle = now + timedelta(seconds=self._settings.log_in_idle_seconds)
        claims: dict[str, Any] = {
            "iss": "access",
            "aud": "access",
            "sub": log_in.subject,
            "exp": int(min(idle, log_in.until).timestamp()),
            "begun": log_in.begun.timestamp(),
            "until": int(log_in.until.timestamp()),
        }
        return self.platform.signer.sign(LOG_IN, claims | _proved(log_in))

    async def resumed(self, token: str) -> LogIn:
        """The log-in for which this was given. Raises NotAuthenticated when it is none, or has run out."""
        try:
            claims = await self.platform.verifier.verify(token, kind=LOG_IN, service="access")
        except NotSigned:
            raise NotAuthenticated from None
        if datetime.fromtimestamp(claims["exp"], UTC) <= self.clock.now():
            raise NotAuthenticated
        begun, until = (datetime.fromtimestamp(claims[one], UTC) for one in ("begun", "until"))
        proved = datetime.fromtimestamp(claims["auth_time"], UTC) if "auth_time" in claims else None
        return LogIn(claims["sub"], begun, until, proved)

    async def _meet(self, session: AsyncSession, user_id: str) -> None:
        """Remember that somebody logged in: only who did can be designated. Raises NotSigned."""
        if user_id not in self._seen and not await self._is_known(session, user_id):
            statement = self.platform.signer.sign(KNOWN_USER_KIND, {"sub": user_id})
            await store.put_user(session, KnownUser(user_id=user_id, statement=statement, seen_at=self.clock.now()))

    async def _is_known(self, session: AsyncSession, user_id: str) -> bool:
        row = await session.get(KnownUser, user_id)
        if row is None:
            return False
        try:
            claims = await self.platform.verifier.verify(str(row.statement), kind=KNOWN_USER_KIND, service="access")
        except NotSigned:
            return False
        return claims.get("sub") == user_id

    # --- designations ----------------------------------------------------------------------------

    async def designate(self, person: Person, wanted: Designating) -> DesignationShown:
        """The beheerder designates somebody; raises Forbidden or Invalid (R-7.4, R-7.5), PartDown while oversight has
        not confirmed what is here."""
        acting = person.role_among({"beheerder"})
        person.proved_just_now()
        now = self.clock.now()
        # A day that has begun is not over; but nobody was designated before it was decided.
        given = wanted.model_copy(update={"starts_at": max(wanted.starts_at, now)})
        async with self.platform.database.transaction() as session:
            register = await self._registering.to_add(session)
            asked = Wanted(
                given.role,
                given.user_id,
                person.user_id,
                given.starts_at,
                given.ends_at,
                today=calendar_date(now),
                starts_on=calendar_date(wanted.starts_at),
                ends_on=calendar_date(given.ends_at),
                known=given.user_id in self._seen or await self._is_known(session, given.user_id),
                others=held_by(register, given.user_id, now),
            )
            refused = designation_fault(self._law, asked)
            if refused:
                raise Invalid([refused])
            register = await self.statements.add(session, register, person.user_id, given=given)
            line = audit.line(
                now, "designated", actor=person.user_id, role=acting, record=given.user_id, reason=given.role
            )
            session.add(line)
            issued = await self._leasing.issue(session, register)
        await self._leasing.tell(issued)
        return _shown(register, register.seq)

    async def end(self, person: Person, seq: int) -> None:
        """The beheerder ends a designation now; every service stops believing it with the next message.

        Raises Forbidden, NotFound, and PartDown while oversight has not confirmed what is here.
        """
        acting = person.role_among({"beheerder"})
        person.proved_just_now()
        now = self.clock.now()
        async with self.platform.database.transaction() as session:
            register = await self._registering.to_add(session)
            given = dict(register.open(now)).get(seq)
            if given is None:
                raise NotFound("Deze aanwijzing bestaat niet of is al beëindigd.")
            refused = ending_fault(self._law, given.role)
            if refused:
                raise Forbidden(f"{refused.reason.capitalize()} ({refused.article}).")
            register = await self.statements.add(session, register, person.user_id, ends=seq)
            line = audit.line(
                now, "designation ended", actor=person.user_id, role=acting, record=given.user_id, reason=given.role
            )
            session.add(line)
            issued = await self._leasing.issue(session, register)
        await self._leasing.tell(issued)

    async def designations(self, person: Person, window: Window) -> Page[DesignationShown]:
        """All designations that are believed, also past ones; for the beheerder and the FG."""
        person.role_among({"beheerder", "fg"})
        async with self.platform.database.reading() as session:
            register, page = await self.statements.page(session, window)
        return Page([_shown(register, seq) for seq in page.rows], page.next)


def _proved(log_in: LogIn) -> dict[str, int]:
    """When somebody showed who he is, for services that ask that it was just now (R-8.2)."""
    return {"auth_time": int(log_in.proved_at.timestamp())} if log_in.proved_at else {}


@dataclass(frozen=True)
class DesignationShown:
    """A designation as people see it. `id`: the number of its statement; `ends_at`: or when it was ended."""

    id: int
    user_id: str
    role: str
    starts_at: datetime
    ends_at: datetime
    designated_by: str
    basis: str


def _shown(register: Register, seq: int) -> DesignationShown:
    stated = register.stated[seq]
    given = stated.given
    assert given is not None
    return DesignationShown(
        id=seq,
        user_id=given.user_id,
        role=given.role,
        starts_at=given.starts_at,
        ends_at=register.ends_at(seq) or given.ends_at,
        designated_by=stated.by,
        basis=given.basis,
    )
