"""Destruction: whole or not yet.

Oversight's approval starts it. The archive keys go first, then every owner releases what it has, then the
letterbox keys that ever carried a letter of the signal. Only when nothing is left is it declared (`finish.py`).
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.domain import MOUNTS_OF_A_HOLD, PARTS, parts_to_go
from services.retention.holds import cut, open_holds_of
from services.retention.tables import Letterbox, SealedSignal
from services.retention.told import going_keys
from services.retention.use_cases.compaction import Compactions
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.common import KeyRef, KeysReleased, LetterboxFinished
from shared.contracts.oversight import Approved
from shared.contracts.retention import Destroy, ReleaseLetterbox
from shared.engine.head import vouch_for, vouched_for
from shared.errors import CannotSucceed, NotBelieved
from shared.hands import may_release
from shared.keys.letters import split_kid
from shared.keys.transit import Transit
from shared.metrics.deeds import count_keys
from shared.pages import Window
from shared.privileges import BY_NAME, LETTERBOXES, SERVICES, senders_to
from shared.protocol.model import State
from shared.service.platform import Platform
from shared.telemetry import lead_back_to


class Destruction:
    def __init__(self, platform: Platform, compactions: Compactions) -> None:
        self.platform = platform
        self._compactions = compactions

    # --- what others tell ------------------------------------------------------------------------

    async def approved(self, incoming: Incoming, message: Approved) -> Handled:
        """Approved by the beheerder, or after the ultimate date: archive keys are released, order the rest."""
        async with self.platform.database.reading() as session:
            rows = await store.on_list(session, message.list_id, message.numbers)
            _, strange = await open_holds_of(session, self.platform.mac, rows)
        if {row.number for row in rows} != set(message.numbers):
            raise CannotSucceed("an approval of what was not on that list")
        if strange or not all([await vouched_for(self.platform.mac, row) for row in rows]):
            raise NotBelieved
        lead_back_to(*(row.traceparent for row in rows))
        archives = {row.number: going_keys(row) for row in rows}
        gone = [ref for keys in archives.values() for ref in keys]
        await self._delete(gone)

        async def effect(session: AsyncSession) -> None:
            now = self.platform.clock.now()
            found = await store.on_list(session, message.list_id, message.numbers, for_change=True)
            if not all([await vouched_for(self.platform.mac, row) for row in found]):
                raise NotBelieved
            going = [row for row in found if row.state == State.LISTED]
            await store.forget_hashes(session, [row.number for row in going if not row.staying])
            await store.ask_again(session, [row.number for row in going])
            for row in going:
                row.state, row.version = State.APPROVED, row.version + 1
                row.dossier = [one for one in row.dossier or [] if one["item"] in row.staying] or None
                row.never_informed = message.never_informed.get(row.number)
                await vouch_for(self.platform.mac, row)
                row.approver, row.approved_at = message.approver, message.approved_at
                await store.note_keys(session, row.number, archives[row.number], [])
                for said in await cut(session, self.platform.mac, row):
                    session.add(audit.line(now, said, actor=None, record=row.number))
            await store.note_destroyed(session, [ref for row in going for ref in archives[row.number]], now)
            for part in PARTS:
                numbers = tuple(row.number for row in going if part in parts_to_go(for_a_hold=bool(row.staying)))
                if numbers:
                    self.platform.post.tell(session, part, Destroy(numbers=numbers, list_id=message.list_id))

        return Handled(effect, after=lambda: count_keys(self.platform.metrics, "destroyed", gone))

    async def _delete(self, refs: list[KeyRef]) -> None:
        """Retention's hand; the other has allowed it."""
        await asyncio.gather(*(Transit(self.platform.bao, ref.mount).delete(ref.key) for ref in refs))

    async def released(self, incoming: Incoming, message: KeysReleased) -> Handled:
        """An owner has locked keys and allowed their deletion: retention's hand deletes them."""
        refs = [ref for one in message.released for ref in one.keys]
        if not all(may_release(incoming.producer, ref.mount) for ref in refs):
            raise CannotSucceed("a service releases a key that is not its own")
        await self._delete(refs)
        boxes = [_kid(ref) for ref in refs if ref.mount in LETTERBOXES]

        async def effect(session: AsyncSession) -> None:
            now = self.platform.clock.now()
            await store.note_boxes_destroyed(session, boxes, now)
            for one in message.released:
                if one.number:
                    await store.note_keys(session, one.number, one.keys, one.carried_by)
            await store.note_destroyed(session, [ref for ref in refs if ref.mount not in LETTERBOXES], now)
            gone = [one.number for one in message.released if one.rows_gone and one.number]
            await store.note_parts(session, self.platform.mac, gone, incoming.producer, now)

        def counted() -> None:
            # Who releases a key has locked it; it was deleted above.
            count_keys(self.platform.metrics, "locked", refs)
            count_keys(self.platform.metrics, "destroyed", refs)

        return Handled(effect, after=counted)

    async def finished(self, incoming: Incoming, message: LetterboxFinished) -> Handled:
        """A sender is done with a letterbox key; when all are, its owner is asked to release it."""
        owner, _ = split_kid(message.kid)
        if incoming.producer not in senders_to(owner):
            raise CannotSucceed("a service that sends nothing there is done with it")
        return Handled(lambda session: self._finished(session, message.kid, incoming.producer))

    async def _finished(self, session: AsyncSession, kid: str, sender: str) -> None:
        owner, _ = split_kid(kid)
        row = await session.get(Letterbox, kid, with_for_update=True)
        if row is None:
            row = Letterbox(kid=kid, finished_by=[])
            session.add(row)
        row.finished_by = sorted({*row.finished_by, sender})
        await session.flush()
        if set(row.finished_by) >= set(senders_to(owner)) and row.release_asked_at is None:
            row.release_asked_at = self.platform.clock.now()
            hand = next(one.name for one in SERVICES if may_release(one.name, BY_NAME[owner].letterbox))
            order = ReleaseLetterbox(kid=kid)
            self.platform.post.tell(session, hand, order)

    # --- what is left ------------------------------------------------------------------------------

    async def open(self, window: Window) -> dict[str, Any]:
        """Destructions that are not whole yet, with what is missing; shown, never silently skipped."""
        async with self.platform.database.reading() as session:
            page = await store.being_destroyed(session, window)
            left = await store.left_of(session, self.platform.mac, [row.number for row in page.rows])
        late = self._compactions.late
        return page.of("destructions", lambda row: _open(row, left[row.number], late=late))


def _open(row: SealedSignal, left: store.Left, *, late: bool) -> dict[str, Any]:
    """What still exists of a signal and is to go: parts and keys, and letterbox keys."""
    missing = [part for part in parts_to_go(for_a_hold=bool(row.staying)) if part not in left.parts_done]
    stays = MOUNTS_OF_A_HOLD if row.staying else ()
    missing += sorted(mount for mount in left.key_mounts if mount not in stays)
    # A key that OpenBao has deleted stays in its files until these are compacted.
    missing += ["compaction"] if late else []
    return {"number": row.number, "missing": missing, "letterboxKeys": sorted(left.boxes)}


def _kid(ref: KeyRef) -> str:
    return f"{ref.mount.removeprefix('letterbox-')}.{ref.key}"
