"""Looking, for a new signal, into what is kept of another (art. 9 lid 2): who was granted what, and for how long.

A grant lies with who can read: casework for a closed case of its own, and for what is sealed the reader of each archive.
Retention, which keeps that, sends each reader the ciphertext of what the new signal's phase permits. It stays here until
the look ends, and is decrypted when it is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.contracts.consult import LookGiven, SealedReading
from shared.engine.consulted import PlainReading, composed
from shared.engine.head import changed, vouch_for
from shared.engine.parts import Parts
from shared.engine.sealing import place_of_reading
from shared.engine.show import Showing
from shared.engine.tables import AskedLookRow, GrantRow
from shared.engine.working_name import working_name
from shared.errors import CannotSucceed, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.transit import Transit
from shared.laws import known_law
from shared.periodic import Periodic
from shared.protocol.model import HOLDER_OF, PHASE_OF, State
from shared.protocol.opening import LOOK, is_seen

CLOSED_CASE_READ, SEALED_READ = "closed case consulted", "sealed signal consulted"
LOOK_PAUSE_SECONDS = 60.0
PHASES_OF = {holder: {PHASE_OF[one] for one in PHASE_OF if HOLDER_OF[one] == holder} for holder in HOLDER_OF.values()}


def holds_phase(service: str, phase: int) -> None:
    """Raises CannotSucceed when `service` holds no signals in `phase`: it asks for more than its own."""
    if phase not in PHASES_OF.get(service, ()):
        raise CannotSucceed("a service asks for a phase that it does not hold")


def until_at_most(asked: datetime, now: datetime) -> datetime:
    """Until when a look lasts: as was asked, and never longer than the law gives it."""
    return min(asked, now + LOOK)


class Looks:
    """Keeps what was granted here, shows it to whom it was granted to, and forgets it when the look ends."""

    def __init__(self, parts: Parts, showing: Showing) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._showing = showing
        self.forgetting = Periodic(
            "forgetting looks",
            self.forget,
            self.platform.clock,
            every=LOOK_PAUSE_SECONDS,
            remedy="what was given for a look stays longer than it should, encrypted, and is shown to nobody: see the log of"
            " this service",
        )

    async def given(self, incoming: Incoming, message: LookGiven) -> Handled:
        """Retention gives what this service reads of a sealed signal. Raises CannotSucceed for an archive that is not its
        own to read: it could not, and does not keep it either."""
        if incoming.producer != "retention":
            raise CannotSucceed("only retention keeps what is sealed")
        if message.archive not in self.platform.row.reads_archives:
            raise CannotSucceed("a look into an archive that this service does not read")
        now = self.platform.clock.now()
        row = GrantRow(
            id=incoming.id,
            number=message.number,
            new_signal=message.ground,
            phase=message.phase,
            person=message.person,
            until=until_at_most(message.until, now),
            archive=message.archive,
            protocol=message.protocol,
            received_on=message.received_on,
            readings=[one.model_dump() for one in message.readings],
        )
        grant = await vouch_for(self.platform.mac, row)

        async def effect(session: AsyncSession) -> None:
            if grant.until > now:
                session.add(changed(grant))

        return Handled(effect)

    async def granted(self, number: str, ground: str, person: Person, archive: str) -> list[GrantRow]:
        """What is granted now to `person`, of `number` for `ground`. Raises NotFound when that is nothing, whatever the
        reason, and NotBelieved when there are only rows that no message brought."""
        query = select(GrantRow).where(
            col(GrantRow.number) == number,
            col(GrantRow.new_signal) == ground,
            col(GrantRow.person) == person.user_id,
            col(GrantRow.archive) == archive,
            col(GrantRow.until) > self.platform.clock.now(),
        )
        async with self.platform.database.reading() as session:
            grants = list((await session.scalars(query)).all())
        believed = await self.parts.loader.believed(grants)
        if grants and not believed:
            raise NotBelieved
        if not believed:
            raise NotFound
        return believed

    async def read(self, number: str, ground: str, person: Person) -> dict[str, Any]:
        """Of a sealed signal what this service reads for `ground`, as far as its phase permits (R-9.11). Raises Forbidden,
        NotFound when nothing was granted or it has been destroyed since, and NotBelieved."""
        role = self.parts.role_of(person)
        (archive,) = self.platform.row.reads_archives or ("",)
        grants = await self.granted(number, ground, person, archive)
        # The last one has what an earlier one had: a signal never goes back to a phase that may have less.
        grant = max(grants, key=lambda one: (one.phase, one.until))
        await self._showing.note(person, role, SEALED_READ, number, ground)
        law = known_law(self.platform.settings.laws, grant.protocol)
        plain = [
            one for one in await self.decrypted(grant.number, grant.archive, grant.readings) if not one.for_persons
        ]
        seen = [one for one in plain if is_seen(law.category(one.category), grant.phase)]
        shown: dict[str, Any] = {
            "number": number,
            "state": State.SEALED.value,
            "workingName": working_name(number),
            "protocol": grant.protocol,
            "receivedOn": grant.received_on.isoformat() if grant.received_on else None,
        }
        looked = {"forSignal": ground, "forPhase": grant.phase, "until": grant.until.isoformat()}
        return shown | looked | composed(seen)

    async def decrypted(
        self, number: str, archive: str, readings: Iterable[dict[str, Any]] | None
    ) -> list[PlainReading]:
        """What was sent of `number`, as it is read. Raises NotFound when its key is gone, and PartDown."""
        transit = Transit(self.platform.bao, archive)
        sealed = sorted(map(SealedReading.model_validate, readings or ()), key=lambda one: (one.key, one.item))
        groups = [(key, list(some)) for key, some in groupby(sealed, key=lambda one: one.key)]

        async def opened(key: str, some: list[SealedReading]) -> list[bytes]:
            places = [place_of_reading(archive, number, one.item, one.version) for one in some]
            return await transit.decrypt(
                key, [(place, one.ciphertext) for place, one in zip(places, some, strict=True)]
            )

        try:
            plain = await asyncio.gather(*(opened(key, some) for key, some in groups))
            return [PlainReading.model_validate_json(text) for texts in plain for text in texts]
        except (CannotSucceed, ValidationError) as problem:
            # Its key went when it was destroyed.
            raise NotFound from problem

    async def forget(self) -> None:
        """What lasts no longer goes: the grants with their ciphertext, and what was asked."""
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            for table in (GrantRow, AskedLookRow):
                await session.execute(delete(table).where(col(table.until) <= now))
