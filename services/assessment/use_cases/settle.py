"""After the time to withdraw: tell supervision, write the disclosure register, and end what has ended.

Ending a signal is going forward to the non-active environment: every item is decrypted in this room,
encrypted under a new key in the archive, and sent as a letter to who keeps it and cannot read it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.assessment import store
from shared import audit
from shared.clock import calendar_date
from shared.contracts.assessment import (
    ArchivedItem,
    CodedDecision,
    Decided,
    DecisionWords,
    Disclosure,
    Ended,
    Sealed,
    SealedDossier,
)
from shared.contracts.common import KeyRef, KeysMade
from shared.database.tables import Outgoing
from shared.errors import Conflict, PartDown
from shared.keys.signing import NotSigned
from shared.keys.transit import Place, Transit, key_name
from shared.openbao import BaoError
from shared.service.platform import Platform

log = structlog.get_logger()
ARCHIVE = "archive-signal"
CATEGORY = "signal of phase 1 or 2"


class Settlement:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A decision was taken; look at once instead of at the next tick."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 0.5)
            self._wake.clear()
            with contextlib.suppress(PartDown, NotSigned, BaoError):
                await self.settle_due()

    async def settle_due(self) -> None:
        """Settle every decision whose time has come; signals side by side, decisions of one in order."""
        async with self.platform.database.transaction() as session:
            rows = await store.unsettled(session, self.platform.clock.now())
        by_number: dict[str, list[store.DecisionRow]] = {}
        for row in rows:
            by_number.setdefault(row.number, []).append(row)
        limit = asyncio.Semaphore(6)

        async def one(decisions: list[store.DecisionRow]) -> None:
            async with limit:
                for decision in decisions:
                    await self._settle(decision)

        results = await asyncio.gather(*(one(found) for found in by_number.values()), return_exceptions=True)
        for result in results:
            if isinstance(result, (PartDown, NotSigned)):
                raise result
            if isinstance(result, BaseException):
                log.error("a decision could not be settled", exc_info=result)

    async def _settle(self, decision: store.DecisionRow) -> None:
        """Within the trace of the request in which it was decided."""
        with self.platform.tracing.span(f"settle {decision.key}", parent=decision.traceparent):
            await self._settle_one(decision)

    async def _settle_one(self, decision: store.DecisionRow) -> None:
        async with self.platform.database.transaction() as session:
            signal = await session.get(store.Signal, decision.number)
            items = await store.items_of(session, decision.number)
            earlier = await store.decisions_of(session, decision.number)
        if signal is None or signal.room_key is None:
            return
        room = self.platform.room()
        own = f"decision-{decision.id}"
        wanted = items if decision.ends else [one for one in items if one.item.startswith(own)]
        pairs = [(Place(room.mount, one.number, one.item, one.version), one.ciphertext) for one in wanted]
        plain = dict(zip((one.item for one in wanted), await room.decrypt(signal.room_key, pairs), strict=True))
        words = json.loads(plain[own])
        if f"{own}-co-signer" in plain:
            words["fields"] |= {"coSignerReason": json.loads(plain[f"{own}-co-signer"])["reason"]}
        envelopes = [self._for_oversight(decision, words)]
        if decision.ends:
            envelopes += await self._ending(decision, signal, wanted, plain, earlier)
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            found = await session.get(store.DecisionRow, decision.id, with_for_update=True)
            if found is None or found.settled_at is not None or found.status != "taken":
                return
            found.settled_at = now
            if decision.ends:
                await self._close(session, decision)
            self.platform.post.send(session, *envelopes)

    def _for_oversight(self, decision: store.DecisionRow, words: dict[str, Any]) -> Outgoing:
        post, sealer = self.platform.post, self.platform.sealer
        said = DecisionWords(
            decision=str(decision.id), reason=words["reason"], fields=words["fields"] | _none_because(words)
        )
        letter = sealer.seal("oversight", said)
        decided = Decided(
            number=decision.number,
            letters=(letter.text,),
            version=decision.version,
            key=decision.key,
            outcome=decision.outcome,
            article=decision.article,
            deciders=tuple(decision.deciders),
            co_signers=tuple(decision.co_signers),
            recorder=decision.recorder,
            role=decision.role,
            taken_at=decision.taken_at,
            protocol=decision.protocol,
            state="handing-over" if decision.ends else decision.state_after,
            disclosure=_disclosure(decision.forwarding),
        )
        return post.envelope("oversight", decided, number=decision.number, letter=letter)

    async def _ending(
        self,
        decision: store.DecisionRow,
        signal: store.Signal,
        items: list[store.Item],
        plain: dict[str, bytes],
        earlier: list[store.DecisionRow],
    ) -> list[Outgoing]:
        archive = Transit(self.platform.bao, ARCHIVE)
        key = key_name(decision.id, ARCHIVE)
        await archive.make(key)
        pairs = [(Place(ARCHIVE, one.number, one.item, one.version), plain[one.item]) for one in items]
        sealed = await archive.encrypt(key, pairs)
        dossier = SealedDossier(
            number=signal.number,
            version=decision.version,
            category=CATEGORY,
            ending=f"{decision.key}:{decision.outcome}",
            article=decision.article,
            decided_on=calendar_date(decision.taken_at),
            received_on=signal.received_on,
            protocol=decision.protocol,
            decisions=tuple(_coded(one) for one in earlier),
            items=tuple(
                ArchivedItem(archive=ARCHIVE, key=key, item=one.item, version=one.version, ciphertext=text)
                for one, text in zip(items, sealed, strict=True)
            ),
        )
        assert signal.room_key is not None
        letter = self.platform.sealer.seal("retention", dossier)
        post = self.platform.post
        message = Sealed(number=signal.number, letters=(letter.text,))
        lock = KeyRef(mount=store.ROOM, key=signal.room_key)
        made = KeysMade(number=signal.number, keys=(KeyRef(mount=ARCHIVE, key=key),))
        return [
            # The same decision gives the same message, so that two workers cannot hand over twice.
            post.envelope("retention", message, number=signal.number, letter=letter, lock=lock, message_id=decision.id),
            post.envelope("retention", made),
            post.envelope("intake", Ended(number=signal.number)),
        ]

    async def _close(self, session: AsyncSession, decision: store.DecisionRow) -> None:
        now = self.platform.clock.now()
        statement = (
            update(store.Signal)
            .where(col(store.Signal.number) == decision.number, col(store.Signal.version) == decision.version)
            .values(handing_over_since=now, handed_to="retention")
        )
        if (await session.execute(statement.returning(col(store.Signal.number)))).first() is None:
            raise Conflict("the signal was changed while it was being sealed")
        session.add(audit.line(now, "signal ended", actor=None, record=decision.number, result=decision.outcome))

    async def handed_over(self, session: AsyncSession, row: Outgoing) -> None:
        """Retention's receipt is in: delete what was handed over; the locked key waits out its grace."""
        if row.number:
            await store.forget(session, row.number, "retention")


def _coded(row: store.DecisionRow) -> CodedDecision:
    """A decision without its words, which oversight has."""
    return CodedDecision(
        decision=str(row.id),
        version=row.version,
        key=row.key,
        outcome=row.outcome,
        article=row.article,
        status=row.status,
        state=row.state_after,
        deciders=tuple(row.deciders),
        co_signers=tuple(row.co_signers),
        recorder=row.recorder,
        role=row.role,
        about=tuple(row.about),
        taken_at=row.taken_at,
        protocol=row.protocol,
    )


def _disclosure(forwarding: dict[str, Any] | None) -> Disclosure | None:
    if forwarding is None:
        return None
    return Disclosure(
        recipient_kind=forwarding["recipientKind"],
        recipient=forwarding["recipient"],
        items=tuple(forwarding["items"]),
        # Art. 13: who takes a signal up informs the person concerned.
        duty_to_inform_passes=forwarding["recipientKind"] is not None,
    )


def _none_because(words: dict[str, Any]) -> dict[str, Any]:
    because = (words.get("forwarding") or {}).get("noneBecause")
    return {"forwardingNoneBecause": because} if because else {}
