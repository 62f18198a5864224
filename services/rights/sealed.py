"""A signal that was found and is sealed: rights has it put before whoever reads its classes, for a request that runs (art. 10 lid 1).

Retention is asked with the keyed hashes of who makes the request and gives nothing that these do not find. Each reader answers as
a holder of a file does; the signal has been answered when all of them have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.shelf import Moments
from services.rights.store import AskedSignal, SealedReaderRow
from shared.bus.inbox import Handled, Incoming
from shared.contracts.answering import PersonAnswered
from shared.contracts.sealed import MOST_PERSON_HASHES, ForRequest, RequestOver, SealedAsked, SealedPut
from shared.database.tables import Outgoing
from shared.engine.effects import Effect, Tell
from shared.engine.engine import Engine
from shared.engine.head import changed, vouch_for, vouched_for
from shared.engine.loaded import Loaded
from shared.errors import CannotSucceed, NotBelieved
from shared.finding.things import Thing, asked
from shared.hands import reader_of
from shared.keys.lookup import Lookup
from shared.privileges import ARCHIVES
from shared.protocol.model import State
from shared.protocol.opening import REQUEST_LOOK
from shared.protocol.request_kinds import AS_REGISTERED

READ_BY = tuple(dict.fromkeys(reader_of(one) for one in ARCHIVES))
KEEPS_SEALED = "retention"


def thing_of(loaded: Loaded) -> Thing:
    """Who makes the request, as he is looked for."""
    who, born = loaded.opened.subjects["S1"], loaded.opened.findings[AS_REGISTERED].fields.get("bornOn")
    return Thing(name=who.name, address=who.address, born=date.fromisoformat(born) if born else None)


@dataclass(frozen=True)
class Answered:
    """A row that waits for an answer of `producer`. `sealed`: he is a reader of what retention keeps."""

    row: AskedSignal | SealedReaderRow
    sealed: bool = False


class AskingReaders:
    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self._lookup = Lookup(engine.platform.bao)

    async def question(self, loaded: Loaded, row: AskedSignal) -> tuple[AskedSignal, Outgoing | None]:
        """Retention is asked about a signal that lies there. None, and the row says so, where nothing is looked for any more, or
        nothing of who asks can be looked for. Raises PartDown."""
        forms = asked(thing_of(loaded)) if loaded.state == State.REQUEST_SEARCH else {}
        now = self.platform.clock.now()
        if not forms:
            return changed(row, holder=KEEPS_SEALED, state=store.LIES_SEALED, answered_at=now), None
        hashes = await self._lookup.each({form for some in forms.values() for form in some})
        message = SealedAsked(
            signal=row.signal,
            ground=ForRequest(
                request=row.request,
                kind=loaded.opened.findings[AS_REGISTERED].fields["kind"],
                answer_by=loaded.dossier.due_on or loaded.today,
            ),
            hashes=tuple(sorted({one for some in hashes.values() for one in some}))[:MOST_PERSON_HASHES],
            asked_at=row.asked_at,
            until=now + REQUEST_LOOK,
        )
        waits = changed(row, holder=KEEPS_SEALED, state=store.WAITS_FOR_HOLDER)
        return waits, self.platform.post.envelope(KEEPS_SEALED, message)

    async def put(self, incoming: Incoming, message: SealedPut) -> Handled:
        """Retention says who reads it, or that it is not given. Raises CannotSucceed for what was not asked, and NotBelieved."""
        async with self.platform.database.reading() as session:
            row = await session.get(AskedSignal, (message.request, message.signal))
        if incoming.producer != KEEPS_SEALED or row is None or not set(message.at) <= set(READ_BY):
            raise CannotSucceed("who was not asked answers, or of who reads nothing")
        await self._loader.believe(row, message.request)
        if row.holder != KEEPS_SEALED or row.asked_at != message.asked_at:
            # It was put before a holder anew: the next answer counts.
            return Handled(_nothing)
        now = self.platform.clock.now()
        readers = [
            SealedReaderRow(
                request=row.request,
                signal=row.signal,
                reader=one,
                state=store.WAITS_FOR_HOLDER,
                asked_at=row.asked_at,
                until=now + REQUEST_LOOK,
            )
            for one in message.at
        ]
        for one in readers:
            await vouch_for(self.platform.mac, one)
        asked_of, mac = row, self.platform.mac
        given: dict[str, Any] = {} if readers else {"state": store.LIES_SEALED, "answered_at": now}

        async def effect(session: AsyncSession) -> None:
            await store.amend(session, mac, asked_of, **given)
            for one in readers:
                await session.merge(changed(one))

        return Handled(effect)

    # --- answered --------------------------------------------------------------------------------

    async def asked_of(self, producer: str, content: PersonAnswered) -> Answered | None:
        """The row of the question that `producer` answers; None for who had it before its holder, and for a reader's answer
        to a question that was asked anew since. Raises CannotSucceed for who was not asked, and NotBelieved."""
        sealed = content.state == State.SEALED
        async with self.platform.database.reading() as session:
            row = await session.get(AskedSignal, (content.request, content.number))
            reader = await session.get(SealedReaderRow, (content.request, content.number, producer))
        earlier = row.earlier or () if row and not sealed else ()
        right = reader is not None if sealed else row is not None and row.holder == producer != KEEPS_SEALED
        if row is None or not (right or producer in earlier):
            raise CannotSucceed("who was not asked answers")
        await self._loader.believe(row, content.request)
        if not right:
            return None
        if reader is None or not sealed:
            return Answered(row)
        await self._loader.believe(reader, content.request)
        current = row.holder == KEEPS_SEALED and reader.asked_at == row.asked_at
        return Answered(reader, sealed=True) if current else None

    async def all_answered(self, session: AsyncSession, request: str, signal: str) -> AskedSignal | None:
        """The signal has been answered when each of its readers has: its row then, None before. Raises NotBelieved."""
        row = await store.locked(session, self.platform.mac, AskedSignal, (request, signal))
        mine = col(SealedReaderRow.request) == request, col(SealedReaderRow.signal) == signal
        readers = (await session.scalars(select(SealedReaderRow).where(*mine))).all()
        if row is None or not all([await vouched_for(self.platform.mac, one) for one in readers]):
            raise NotBelieved
        current = [one for one in readers if one.asked_at == row.asked_at]
        if any(one.state == store.WAITS_FOR_HOLDER for one in current):
            return None
        found, at = any(one.found for one in current), self.platform.clock.now()
        after = changed(row, state=store.HOLDER_ANSWERED, answered_at=at, found=found)
        await session.merge(await vouch_for(self.platform.mac, after))
        return changed(after)


async def _nothing(session: AsyncSession) -> None:
    """Nothing waits for it."""


def over(loaded: Loaded) -> Sequence[Effect]:
    """The request has ended before what was given for it was answered: its readers let go of it, whatever still comes."""
    waiting = [one for one in loaded.mine(Moments).put_before if one.holder == KEEPS_SEALED]
    left = tuple(one.signal for one in waiting if one.state == store.WAITS_FOR_HOLDER)
    return tuple(Tell(one, RequestOver(request=loaded.number, signals=left)) for one in READ_BY) if left else ()


def readers_of(loaded: Loaded, signal: AskedSignal) -> list[dict[str, object]]:
    """Of what is sealed each reader, as who decides sees it."""
    mine = [
        one
        for one in loaded.mine(Moments).readers
        if one.signal == signal.signal and one.asked_at == signal.asked_at and signal.holder == KEEPS_SEALED
    ]
    return [
        {
            "reader": one.reader,
            "state": one.state,
            "found": one.found,
            "until": one.until.isoformat(),
            "answeredAt": one.answered_at.isoformat() if one.answered_at else None,
        }
        for one in mine
    ]
