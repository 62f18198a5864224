"""Keeping: sealed signals come in, and every key that exists for a signal is known here."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention import store
from services.retention.tables import ActiveCase, SealedSignal
from services.retention.told import here
from services.retention.use_cases.holders import Holders
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.casework import Closed
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.dossier import SealedDossier, SealedDossierLetter, SignalEnded
from shared.contracts.retention import Destroy
from shared.engine.head import changed, vouch_for, vouched_for
from shared.errors import CannotSucceed, NotBelieved, NotFound
from shared.hands import may_make
from shared.identity import Person
from shared.laws import known_law
from shared.metrics.deeds import count_keys
from shared.protocol.model import State
from shared.protocol.phase_5 import TOLD_OF_AN_ENDING
from shared.protocol.terms import CASE, active_until, kept_until
from shared.service.platform import Platform
from shared.telemetry import traceparent


class Keeping:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._holders = Holders(platform)
        self.rules = platform.settings.laws.configured

    async def sealed(self, incoming: Incoming, message: SealedDossierLetter) -> Handled:
        """A sealed dossier arrives, from who held it; its end date is set here and nowhere else (R-9.1)."""
        holder = await self._holders.sealed(message.number, incoming.producer)
        dossier, word, kid = await self.platform.opener.content(message, SealedDossier)
        if dossier.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        if not all(may_make(incoming.producer, one.archive) for one in dossier.items):
            raise CannotSucceed("a service seals in an archive that is not open to it")
        law = known_law(self.platform.settings.laws, dossier.protocol)
        now = self.platform.clock.now()
        row = SealedSignal(
            number=dossier.number,
            version=dossier.version + 1,
            state=State.SEALED,
            phase=dossier.phase,
            ending=dossier.ending,
            article=dossier.article,
            protocol=dossier.protocol,
            received_on=dossier.received_on,
            decided_on=dossier.decided_on,
            ends_on=kept_until(law.terms, dossier.phase, dossier.decided_on),
            dossier=[one.model_dump() for one in dossier.items],
            decisions=[one.model_dump(mode="json") for one in dossier.decisions],
            sealed_at=now,
            staying=[],
            traceparent=traceparent(),
        )
        keys = {KeyRef(mount=one.archive, key=one.key) for one in dossier.items}
        await vouch_for(self.platform.mac, row)

        async def effect(session: AsyncSession) -> None:
            # A copy: it may be done twice, the second time in a transaction of its own.
            session.add(changed(row))
            await session.merge(holder)
            await session.execute(delete(ActiveCase).where(col(ActiveCase.number) == row.number))
            await store.note_keys(session, row.number, keys, [kid])
            self.platform.post.tell(session, "oversight", here(row, now))
            # From here, where is known who may end a signal.
            for to in TOLD_OF_AN_ENDING:
                self.platform.post.tell(session, to, SignalEnded(number=row.number))
            session.add(audit.line(now, "signal sealed", actor=None, record=row.number, reason=row.ending))

        return Handled(effect, word)

    async def keys_made(self, incoming: Incoming, message: KeysMade) -> Handled:
        """A service made keys for a signal. For a signal that was destroyed, they have to go at once."""
        if not all(may_make(incoming.producer, ref.mount) for ref in message.keys):
            raise CannotSucceed("a service reports a key where it makes none")
        holder = await self._holders.after(incoming, message)

        async def effect(session: AsyncSession) -> None:
            if holder is not None:
                await session.merge(holder)
            await store.note_keys(session, message.number, message.keys, message.carried_by)
            if await store.is_going(session, message.number, incoming.producer):
                order = Destroy(numbers=(message.number,), list_id=incoming.id)
                self.platform.post.tell(session, incoming.producer, order)

        return Handled(effect, after=lambda: count_keys(self.platform.metrics, "made", message.keys))

    async def closed(self, incoming: Incoming, message: Closed) -> Handled:
        """A case was closed: its five active years run from its last substantive processing (R-9.6, R-9.7)."""
        await self._holders.check(message.number, incoming.producer)
        terms = known_law(self.platform.settings.laws, message.protocol).terms
        row = ActiveCase(
            number=message.number,
            protocol=message.protocol,
            closed_on=message.closed_on,
            last_act_on=message.last_act_on,
            moves_on=active_until(terms, message.last_act_on),
        )

        await vouch_for(self.platform.mac, row)

        async def effect(session: AsyncSession) -> None:
            session.add(changed(row))
            line = audit.line(self.platform.clock.now(), "case closed", actor=None, record=row.number)
            session.add(line)

        return Handled(effect)

    async def case(self, number: str, person: Person) -> dict[str, str]:
        """The two later dates of a closed case: non-active from, destroyed after (R-25.2). Raises Forbidden, NotFound, NotBelieved."""
        person.role_among((*self.rules.file_roles, "beheerder", "fg"))
        async with self.platform.database.reading() as session:
            row = await session.get(ActiveCase, number)
        if row is None:
            raise NotFound
        if not await vouched_for(self.platform.mac, row):
            raise NotBelieved
        terms = self.platform.settings.laws.of(row.protocol).terms
        return {
            "number": row.number,
            "closedOn": row.closed_on.isoformat(),
            "lastProcessingOn": row.last_act_on.isoformat(),
            "activeUntil": row.moves_on.isoformat(),
            "keptUntil": kept_until(terms, CASE, row.last_act_on).isoformat(),
        }
