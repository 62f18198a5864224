"""Agreeing with oversight on which statements there are, and taking over what the controller decided.

Oversight keeps a copy of every statement, so that access's own database cannot be taken back unnoticed: access says
again and again what it has, and gets back what it lacks. Until oversight has answered this process for the first time,
nothing new is signed: on rows that were put back before it started, two statements would bear the same number.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.access import store
from services.access.leases import SOON, Leasing
from services.access.settings import Settings
from services.access.statements import Register, Statements
from services.access.store import StatementRow
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.access import MOST_STATEMENTS, Designating, DesignationsAsked, designation_kept
from shared.contracts.oversight import DesignationsKept
from shared.errors import CannotSucceed, PartDown
from shared.laws import has_had_its_term
from shared.periodic import Periodic
from shared.protocol.designations import BY_CONTROLLER, CONTROLLER, Held, Wanted, any_giver_fault
from shared.service.platform import Platform

UNHEARD = "oversight has not said yet which statements on designations it keeps"


class Registering:
    def __init__(self, platform: Platform, settings: Settings, statements: Statements, leasing: Leasing) -> None:
        self.platform = platform
        self.clock = platform.clock
        self.statements = statements
        self.leasing = leasing
        self._settings = settings
        self._law = settings.laws.configured
        self._began: datetime = platform.clock.now()
        self._agreed = False
        self._missing: tuple[int, ...] = ()
        self.agreeing = Periodic(
            "designations-kept",
            self.agree,
            platform.clock,
            every=settings.beacon_seconds,
            soon=SOON,
            remedy="nobody can be designated until it succeeds: see whether oversight is up, and what the set-up file says",
        )

    async def to_add(self, session: AsyncSession) -> Register:
        """What is believed, to add a statement to; nobody else does until the end of the transaction.

        Raises PartDown until oversight has confirmed that nothing newer is known.
        """
        if not self._agreed:
            raise PartDown(UNHEARD)
        await store.one_at_a_time(session)
        register, _ = await self.statements.read(session)
        return register

    async def agree(self) -> None:
        """Look at every row, say what is here, and take over what the controller decided. Raises PartDown, and
        CannotSucceed for a set-up file that cannot be followed."""
        async with self.platform.database.transaction() as session:
            # What was stated before this moment is committed, and so is seen here: oversight relies on it.
            await store.one_at_a_time(session)
            asked_at = self.clock.now()
            register, doubts = await self.statements.read(session)
            session.add_all(self.statements.doubts.new(doubts))
        self.statements.doubts.note(doubts)
        asked = DesignationsAsked(asked_at=asked_at, seq=register.seq, missing=register.missing[:MOST_STATEMENTS])
        with contextlib.suppress(PartDown):
            await self.platform.bus.publish(self.platform.post.envelope("oversight", asked))
        if not self._agreed:
            raise PartDown(UNHEARD)
        # What is missing may be the controller's decision itself: it gets a moment to come back.
        comes_back, self._missing = register.missing != self._missing, register.missing
        if not comes_back:
            await self.set_up()

    async def kept(self, incoming: Incoming, message: DesignationsKept) -> Handled:
        """What oversight keeps: what is not here comes back. What access did not sign, or with a key that was revoked since,
        does not, keeps nothing else from coming back, and goes on showing as gone."""
        rows = {}
        for text in message.statements:
            one = await self.statements.verified(text)
            if one is not None:
                rows[one.seq] = StatementRow(seq=one.seq, about=one.about, statement=text)
        there: list[int] = []

        async def effect(session: AsyncSession) -> None:
            await store.one_at_a_time(session)
            register, _ = await self.statements.read(session)
            gone = [row for seq, row in rows.items() if seq not in register.stated and seq > register.forgotten]
            await store.put(session, gone)
            there[:] = [max([register.seq, *rows]), len(gone)]
            if gone:
                record = f"{min(one.seq for one in gone)}-{max(one.seq for one in gone)}"
                session.add(
                    audit.line(
                        self.clock.now(), "designations restored", actor=None, record=record, reason=str(len(gone))
                    )
                )

        def after() -> None:
            newest, restored = there
            agreed = self._agreed or (message.asked_at >= self._began and newest >= message.seq)
            if restored or agreed != self._agreed:
                self._agreed = agreed
                self.agreeing.wake()
                self.leasing.renewal.wake()

        return Handled(effect, after=after)

    # --- what the controller decided -------------------------------------------------------------

    async def set_up(self) -> None:
        """The beheerder and the FG, from the set-up file that names the controller's decision; each decision once.

        With a new decision earlier ones end. Raises CannotSucceed for what cannot be given.
        """
        told = json.loads(self._settings.first_designations.read_text())
        async with self.platform.database.transaction() as session:
            register = await self.to_add(session)
            taken = {
                one.given.role
                for one in register.stated.values()
                if one.given and one.by == CONTROLLER and one.given.basis == told["decision"]
            }
            until = datetime.fromisoformat(told["until"])
            roles = [role for role in BY_CONTROLLER if role not in taken]
            # What was taken over once, and has had its term, is known no more: it is not decided anew for being in the file.
            if not roles or has_had_its_term(self._settings.laws, until, self.clock.now(), designation_kept):
                return
            for role in roles:
                register = await self._end_earlier(session, register, role)
            for role in roles:
                register = await self._give(session, register, role, told)
            issued = await self.leasing.issue(session, register)
        await self.leasing.tell(issued)

    async def _end_earlier(self, session: AsyncSession, register: Register, role: str) -> Register:
        now = self.clock.now()
        for seq, given in register.open(now):
            if given.role == role and register.stated[seq].by == CONTROLLER:
                register = await self.statements.add(session, register, CONTROLLER, ends=seq)
                session.add(
                    audit.line(now, "designation ended", actor=CONTROLLER, record=given.user_id, reason=given.role)
                )
        return register

    async def _give(self, session: AsyncSession, register: Register, role: str, told: dict[str, str]) -> Register:
        now, until, user_id = self.clock.now(), datetime.fromisoformat(told["until"]), told[role]
        wanted = Wanted(
            role,
            user_id,
            CONTROLLER,
            now,
            until,
            today=calendar_date(now),
            starts_on=calendar_date(now),
            ends_on=calendar_date(until),
            others=held_by(register, user_id, now),
        )
        refused = any_giver_fault(self._law, wanted)
        if refused:
            raise CannotSucceed(f"the set-up file cannot be followed for {role}: {refused.code}")
        given = Designating(user_id=user_id, role=role, starts_at=now, ends_at=until, basis=told["decision"])
        session.add(audit.line(now, "designated", actor=CONTROLLER, record=user_id, reason=role))
        return await self.statements.add(session, register, CONTROLLER, given=given)


def held_by(register: Register, user_id: str, now: datetime) -> list[Held]:
    """What somebody is or will be designated for, as the law asks for it."""
    return [Held(one.role, one.starts_at, one.ends_at) for _, one in register.open(now, user_id)]
