"""Consulting what is kept of an earlier signal (art. 9 lid 2): only for a new one, by who holds that, within its phase.

Who holds the new signal asks both who can have the other: casework, for a closed case in its active years, and retention,
for what was sealed. He need not know which, and is told the same when it is neither. One person gets a look for a while.
Nothing of the old signal changes, its dates neither (R-9.13). Why it was needed is sealed for supervision, with the words
of decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.consult import Consult, LookAnswered
from shared.contracts.dossier import DecidedLetter, DecisionWords
from shared.engine.effects import CopyByLetter, Ground, Tell
from shared.engine.head import changed, vouch_for, vouched_for
from shared.engine.parts import Parts
from shared.engine.tables import AskedLookRow
from shared.engine.wording import faults_in_words
from shared.errors import CannotSucceed, Conflict, Invalid, NotBelieved
from shared.identity import Person
from shared.protocol.model import PHASE_OF
from shared.protocol.opening import CONSULTING, LOOK, not_for, reason_fault

CONSULTATION, EXISTENCE_CHECK = "consultation", "existence-check"
"""What was asked, as supervision keeps it among the decisions; neither moves a signal."""
ASKED_OF = ("casework", "retention")
"""Who can have what is kept. Each answers, whether it has it or not."""
MOST_LOOKS = 50


@dataclass(frozen=True)
class Look:
    """What was asked: of `case` what `phase` of `new_signal` permits, until `until`.

    `state`: `asked` until everybody has answered, then `found` or `nothing`; `at`: the services where it is read.
    """

    case: str
    new_signal: str
    phase: int
    until: datetime
    asked_at: datetime
    state: str = "asked"
    at: tuple[str, ...] = ()


class Consultations:
    """Asking for a look into what is kept of an earlier signal, and what came of that (art. 9 lid 2)."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def asked(self, number: str, person: Person) -> list[Look]:
        """What `person` asked for signal `number` and can still read, the last first. Raises Forbidden, NotFound and
        Elsewhere."""
        self.parts.role_of(person)
        await self.parts.loader.load(number, by=person, opened=False)
        query = select(AskedLookRow).where(
            col(AskedLookRow.number) == number,
            col(AskedLookRow.person) == person.user_id,
            col(AskedLookRow.until) > self.platform.clock.now(),
        )
        async with self.platform.database.reading() as session:
            rows = (await session.scalars(query.order_by(col(AskedLookRow.asked_at).desc()).limit(MOST_LOOKS))).all()
        return [_look(one) for one in await self.parts.loader.believed(rows)]

    async def answered(self, incoming: Incoming, message: LookAnswered) -> Handled:
        """Who was asked says where it can be read, or that nothing is there."""
        if incoming.producer not in ASKED_OF:
            raise CannotSucceed("a service that was not asked for a look")

        async def effect(session: AsyncSession) -> None:
            row = await session.get(AskedLookRow, message.look, with_for_update=True)
            if row is None:
                # It has ended, or its signal has gone on.
                return
            if not await vouched_for(self.platform.mac, row):
                raise NotBelieved
            answers = {**row.answers, incoming.producer: list(message.at)}
            await session.merge(await vouch_for(self.platform.mac, changed(row, answers=answers)))

        return Handled(effect)

    async def ask(
        self, number: str, person: Person, case: str, reason: str, special_grounds: Mapping[str, str] | None = None
    ) -> Look:
        """Ask for a look into `case` for signal `number`: a closed case, or one that was sealed. Raises Forbidden, Conflict for a signal that is not in hand,
        Invalid without a reason, NotFound or Elsewhere."""
        role = self.parts.role_of(person)
        loaded = await self.parts.loader.load(number, by=person)
        not_now = not_for(loaded.state)
        if not_now or loaded.content is None or not self.parts.policy.is_here(loaded.state, self.platform.name):
            raise Conflict("Dit kan alleen voor een signaal dat in behandeling is.", state=loaded.state)
        missing = reason_fault(reason)
        if missing:
            raise Invalid([missing])
        faults = faults_in_words(loaded, {"reason": reason}, special_grounds or {}, (role,))
        if faults:
            raise Invalid(faults)
        now = self.platform.clock.now()
        look = Look(case, number, PHASE_OF[loaded.state], now + LOOK, now)
        identifier = uuid4()
        told = DecidedLetter(
            number=number,
            letters=(),
            version=loaded.dossier.version,
            key=CONSULTATION,
            outcome="asked",
            article=CONSULTING,
            deciders=(person.user_id,),
            recorder=person.user_id,
            role=role,
            taken_at=now,
            protocol=loaded.dossier.protocol,
            state="",
            about=(case,),
        )
        fields = {"specialGrounds": dict(special_grounds)} if special_grounds else {}
        wanted = Consult(
            number=case, new_signal=number, phase=look.phase, person=person.user_id, until=look.until, look=identifier
        )
        kept = AskedLookRow(
            id=identifier,
            number=number,
            case=case,
            phase=look.phase,
            person=person.user_id,
            asked_at=now,
            until=look.until,
            answers={},
        )
        await vouch_for(self.platform.mac, kept)
        effects = [
            *(Tell(one, wanted) for one in ASKED_OF),
            CopyByLetter("oversight", told, DecisionWords(decision=str(identifier), reason=reason, fields=fields)),
        ]
        ground = Ground(str(identifier), CONSULTING, person.user_id, now)
        async with self.platform.database.transaction() as session:
            session.add_all(self.parts.performer.posted(loaded, ground, effects))
            line = audit.line(
                now,
                "consultation asked",
                actor=person.user_id,
                role=role,
                record=case,
                reason=number,
                answered=special_grounds or {},
            )
            session.add_all((line, kept))
        return look


def _look(row: AskedLookRow) -> Look:
    at = tuple(sorted({one for some in row.answers.values() for one in some}))
    state = "found" if at else "asked" if set(ASKED_OF) - row.answers.keys() else "nothing"
    return Look(row.case, row.number, row.phase, row.until, row.asked_at, state, at)
