"""After the time to withdraw: tell supervision, write the disclosure register, hand over, and end what has ended.

Both ways out are the same movement: decrypt in this room, take what the next one may have, seal it in a
letter, lock the key, and delete when the receipt is in. The way to the non-active environment goes through
the archives, whose keys who keeps the ciphertext does not have.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.clock import calendar_date
from shared.contracts.common import KeyRef
from shared.contracts.dossier import Decided, DecisionWords, Disclosure
from shared.database.tables import Outgoing
from shared.dossier import store
from shared.dossier.concerned import DISCLOSURE, comes_nearer
from shared.dossier.content import Content
from shared.dossier.sealing import Sealing
from shared.dossier.tables import DecisionRow, Dossier
from shared.dossier.views import Views
from shared.errors import Conflict, PartDown
from shared.keys.signing import NotSigned
from shared.openbao import BaoError
from shared.protocol.informing import leaves_the_municipality
from shared.protocol.model import HOLDER_OF, Outcome, State
from shared.service.platform import Platform
from shared.wake import Wake

log = structlog.get_logger()
RETRY_SECONDS = 0.5
IDLE_SECONDS = 5.0


class Settlement:
    def __init__(self, platform: Platform, views: Views) -> None:
        self.platform = platform
        self.views = views
        self.chapter = views.chapter
        self._sealing = Sealing(platform, views.chapter)
        self.wake = Wake()
        """A decision was taken: look at once."""

    async def run(self) -> None:
        seconds = 0.0
        while True:
            await self.wake.wait(seconds)
            seconds = RETRY_SECONDS
            with contextlib.suppress(PartDown, NotSigned, BaoError):
                await self.settle_due()
                seconds = await self._until_the_next()

    async def _until_the_next(self) -> float:
        """Seconds until a decision can no longer be withdrawn, at most `IDLE_SECONDS`."""
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            at = await store.next_to_settle(session)
        if at is None:
            return IDLE_SECONDS
        return min(max((at - now).total_seconds(), RETRY_SECONDS), IDLE_SECONDS)

    async def settle_due(self) -> None:
        """Settle every decision whose time has come; dossiers side by side, decisions of one in order."""
        async with self.platform.database.transaction() as session:
            rows = await store.unsettled(session, self.platform.clock.now())
        by_number: dict[str, list[DecisionRow]] = {}
        for row in rows:
            by_number.setdefault(row.number, []).append(row)
        limit = asyncio.Semaphore(6)

        async def one(decisions: list[DecisionRow]) -> None:
            async with limit:
                for decision in decisions:
                    await self._settle(decision)

        results = await asyncio.gather(*(one(found) for found in by_number.values()), return_exceptions=True)
        for result in results:
            if isinstance(result, (PartDown, NotSigned)):
                raise result
            if isinstance(result, BaseException):
                log.error("a decision could not be settled", exc_info=result)

    async def _settle(self, decision: DecisionRow) -> None:
        """Within the trace of the request in which it was decided."""
        with self.platform.tracing.span(f"settle {decision.key}", parent=decision.traceparent):
            await self._settle_one(decision)

    def _goes_to(self, decision: DecisionRow) -> str | None:
        """Who holds it after this decision, when that is somebody else."""
        if decision.ends:
            return "retention"
        holder = HOLDER_OF.get(State(decision.state_after))
        return holder if holder not in (None, self.platform.name) else None

    def _outcome_of(self, decision: DecisionRow) -> Outcome | None:
        known = self.views.rules.decision(decision.key)
        return known.outcome(decision.outcome, State(decision.state_before)) if known else None

    async def _settle_one(self, decision: DecisionRow) -> None:
        async with self.platform.database.transaction() as session:
            dossier = await session.get(Dossier, decision.number)
            items = await store.items_of(session, decision.number)
            decisions = await store.decisions_of(session, decision.number)
        if dossier is None or dossier.room_key is None:
            return
        goes_to = self._goes_to(decision)
        own = f"decision-{decision.id}"
        outcome = self._outcome_of(decision)
        wanted = (
            items
            if goes_to or (outcome and outcome.discloses) or self.chapter.needs_content(decision)
            else [one for one in items if one.item.startswith(own)]
        )
        content = await self.views.open_items(dossier, wanted)
        envelopes = [self._for_oversight(decision, dossier, content, goes_to)] if decision.tells else []
        if decision.ends:
            envelopes += await self._sealing.seal(decision, dossier, wanted, content, decisions)
        elif goes_to:
            envelopes.append(self._hand_over(decision, dossier, content, decisions))
        async with self.platform.database.transaction() as session:
            found = await session.get(DecisionRow, decision.id, with_for_update=True)
            if found is None or found.settled_at is not None or found.status != "taken":
                return
            if await store.has_earlier_unsettled(session, found):
                # Its words would be gone with the hand-over; next time it is their turn first.
                return
            found.settled_at = self.platform.clock.now()
            if goes_to:
                await self._close(session, decision, goes_to)
            if outcome and leaves_the_municipality(
                self.views.rules, outcome, content.fields_of(decision), decision.forwarding
            ):
                today = calendar_date(self.platform.clock.now())
                comes_nearer(self.platform, session, dossier.number, tuple(content.subjects), DISCLOSURE, today)
            await self.chapter.settled(session, dossier, found, content)
            self.platform.post.send(session, *envelopes)

    def _for_oversight(
        self, decision: DecisionRow, dossier: Dossier, content: Content, goes_to: str | None
    ) -> Outgoing:
        post, sealer = self.platform.post, self.platform.sealer
        words = content.documents[f"decision-{decision.id}"]
        fields = dict(words["fields"])
        co_signer = content.documents.get(f"decision-{decision.id}-co-signer")
        if co_signer:
            fields["coSignerReason"] = co_signer["reason"]
        because = (words.get("forwarding") or {}).get("noneBecause")
        if because:
            fields["forwardingNoneBecause"] = because
        said = DecisionWords(decision=str(decision.id), reason=words["reason"], fields=fields)
        letter = sealer.seal("oversight", said)
        is_signal = dossier.signal == dossier.number
        decided = Decided(
            number=dossier.signal,
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
            state="" if not is_signal else "handing-over" if goes_to else decision.state_after,
            disclosure=_disclosure(decision.forwarding),
            about=tuple(decision.about) or ((dossier.subject,) if dossier.subject else ()),
            meeting=decision.meeting,
        )
        return post.envelope("oversight", decided, number=dossier.signal, letter=letter)

    def _hand_over(
        self, decision: DecisionRow, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> Outgoing:
        to, message, going = self.chapter.hand_over(decision, dossier, content, decisions)
        letter = self.platform.sealer.seal(to, going)
        return self.platform.post.envelope(
            to,
            message.model_copy(update={"letters": (letter.text,)}),
            number=dossier.number,
            letter=letter,
            lock=self._lock(dossier),
            # The same decision gives the same message, so that two workers cannot hand over twice.
            message_id=decision.id,
        )

    def _lock(self, dossier: Dossier) -> KeyRef:
        assert dossier.room_key is not None
        return KeyRef(mount=self.platform.room().mount, key=dossier.room_key)

    async def _close(self, session: AsyncSession, decision: DecisionRow, to: str) -> None:
        now = self.platform.clock.now()
        statement = (
            update(Dossier)
            .where(col(Dossier.number) == decision.number, col(Dossier.version) == decision.version)
            .values(handing_over_since=now, handed_to=to)
        )
        if (await session.execute(statement.returning(col(Dossier.number)))).first() is None:
            raise Conflict("the signal was changed while it was being handed over")
        action = "signal ended" if decision.ends else "signal handed over"
        session.add(audit.line(now, action, actor=None, record=decision.number, result=decision.outcome))

    async def handed_over(self, session: AsyncSession, row: Outgoing) -> None:
        """The receipt is in: delete what was handed over; the locked key waits out its grace."""
        if row.number:
            await store.forget(session, row.number, row.addressee)


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
