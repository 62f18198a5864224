"""What access does: exchange a log-in for a token of one service, and keep designations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.access import store
from services.access.portal import Portal
from services.access.provider import LogIn, Provider
from services.access.settings import Settings
from shared import audit
from shared.contracts.access import Designation, Leases
from shared.errors import Forbidden, Invalid, NotAuthenticated, NotFound, PartDown
from shared.identity import TOKEN, TOKEN_SECONDS, Person, keep_leases
from shared.keys.signing import NotSigned
from shared.pages import Page, Window
from shared.periodic import Periodic
from shared.privileges import BY_NAME
from shared.protocol.designations import BY_CONTROLLER, CONTROLLER, Wanted, designation_fault, ending_fault
from shared.protocol.faults import Fault
from shared.service.platform import Platform

SOON = timedelta(seconds=2)
"""After how long at most the leases are told again that a part kept from being told."""


LOG_IN = "log-in+jwt"


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
    """A token and its seconds. `resume`: for the other services of the same log-in; not given twice."""

    token: str
    seconds: int
    resume: str | None


class Access:
    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self.clock = platform.clock
        self._settings = settings
        self._law = settings.laws.configured
        self._portal = Portal(settings, platform.clock)
        self._provider = Provider(settings, platform.clock)
        self.renewal = Periodic(
            "leases",
            self.renew,
            platform.clock,
            every=settings.beacon_seconds,
            soon=SOON,
            remedy="nobody hears who is designated, and when the leases run out nobody is: put right what it names",
        )

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
            log_in = await self._resumed(asked.log_in)
        else:
            log_in = await self._provider.log_in(asked.log_in, asked.nonce)
        subject, audience = log_in.subject, asked.audience
        now = self.clock.now()
        async with self.platform.database.transaction() as session:
            if not await store.use(session, now, {one.hash: one.until for one in (shown, *log_in.used)}):
                raise NotAuthenticated
            held = await store.in_force(session, now, subject)
            session.add(audit.line(now, "token given", actor=subject, record=audience))
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
        token = self.platform.signer.sign(TOKEN, claims)
        resume = self._resume(log_in) if log_in.used else None
        return TokenGiven(token, TOKEN_SECONDS, resume)

    def _resume(self, log_in: LogIn) -> str:
        """With what the portal gets the tokens of other services for the same log-in, until it ends."""
        claims = {"iss": "access", "aud": "access", "sub": log_in.subject, "exp": int(log_in.until.timestamp())}
        return self.platform.signer.sign(LOG_IN, claims)

    async def _resumed(self, token: str) -> LogIn:
        try:
            claims = await self.platform.verifier.verify(token, kind=LOG_IN, service="access")
        except NotSigned:
            raise NotAuthenticated from None
        until = datetime.fromtimestamp(claims["exp"], UTC)
        if until <= self.clock.now():
            raise NotAuthenticated
        return LogIn(claims["sub"], until)

    # --- designations ----------------------------------------------------------------------------

    async def designate(
        self, person: Person, user_id: str, role: str, starts_at: datetime, ends_at: datetime, basis: str
    ) -> UUID:
        """The beheerder designates somebody; raises Forbidden or Invalid (R-7.4, R-7.5)."""
        acting = person.role_among({"beheerder"})
        now = self.clock.now()
        async with self.platform.database.transaction() as session:
            held = [one.role for one in await store.in_force(session, now, user_id)]
            refused = designation_fault(self._law, Wanted(role, user_id, person.user_id, starts_at, ends_at, held))
            if refused:
                raise Invalid([refused])
            row = store.Designated(
                id=uuid4(),
                user_id=user_id,
                role=role,
                starts_at=starts_at,
                ends_at=ends_at,
                designated_by=person.user_id,
                basis=basis,
                made_at=now,
            )
            session.add(row)
            await session.flush()
            session.add(audit.line(now, "designated", actor=person.user_id, role=acting, record=user_id, reason=role))
            leases = await self._leases(session)
        await self._tell(leases)
        return row.id

    async def end(self, person: Person, identifier: UUID) -> None:
        """The beheerder ends a designation now; every service stops believing it with the next message."""
        acting = person.role_among({"beheerder"})
        now = self.clock.now()
        async with self.platform.database.transaction() as session:
            row = await session.get(store.Designated, identifier, with_for_update=True)
            if row is None or row.ends_at <= now:
                raise NotFound("Deze aanwijzing bestaat niet of is al beëindigd.")
            refused = ending_fault(self._law, row.role)
            if refused:
                raise Forbidden(f"{refused.reason.capitalize()} ({refused.article}).")
            row.ends_at = now
            await session.flush()
            line = audit.line(
                now, "designation ended", actor=person.user_id, role=acting, record=row.user_id, reason=row.role
            )
            session.add(line)
            leases = await self._leases(session)
        await self._tell(leases)

    async def designations(self, person: Person, window: Window) -> Page[store.Designated]:
        """All designations, also past ones; for the beheerder and the FG."""
        person.role_among({"beheerder", "fg"})
        async with self.platform.database.reading() as session:
            return await store.every(session, window)

    async def set_up(self) -> None:
        """The first beheerder and FG, from the set-up file that names the controller's decision; once."""
        now = self.clock.now()
        async with self.platform.database.transaction() as session:
            if await store.is_any(session):
                return
            text = json.loads(self._settings.first_designations.read_text())
            for role in BY_CONTROLLER:
                session.add(
                    store.Designated(
                        id=uuid4(),
                        user_id=text[role],
                        role=role,
                        starts_at=now,
                        ends_at=datetime.fromisoformat(text["until"]),
                        designated_by=CONTROLLER,
                        basis=text["decision"],
                        made_at=now,
                    )
                )
                session.add(audit.line(now, "designated", actor=CONTROLLER, record=text[role], reason=role))

    async def _leases(self, session: AsyncSession) -> Leases:
        """Who is designated now; services believe it for the length of a lease."""
        now = self.clock.now()
        message = Leases(
            issued_at=now,
            lease_until=now + timedelta(seconds=self._settings.lease_seconds),
            designations=tuple(
                Designation(user_id=one.user_id, role=one.role, starts_at=one.starts_at, ends_at=one.ends_at)
                for one in await store.in_force(session, now)
            ),
        )
        await keep_leases(session, message)
        return message

    async def _tell(self, leases: Leases) -> None:
        """What was committed counts here at once, and elsewhere; where the bus is away, as soon as it is back."""
        self.platform.identity.forget()
        try:
            await self.platform.announce(leases)
        except (PartDown, NotSigned):
            self.renewal.wake()

    async def renew(self) -> None:
        """Tell everybody again who is designated; what is believed runs out otherwise. Raises PartDown, NotSigned."""
        await self.set_up()
        async with self.platform.database.transaction() as session:
            leases = await self._leases(session)
        self.platform.identity.forget()
        await self.platform.announce(leases)
