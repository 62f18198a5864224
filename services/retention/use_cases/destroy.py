"""Destruction: whole or not yet.

Oversight's approval starts it. The archive keys go first, then every owner releases what it has, then the
letterbox keys that ever carried a letter of the signal. Only when nothing is left is it declared.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.use_cases.declare import Declarations
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.common import KeyRef, KeysReleased, LetterboxFinished, Whereabouts
from shared.contracts.oversight import Approved
from shared.contracts.retention import Destroy, ReleaseLetterbox, RotateLetterbox
from shared.errors import CannotSucceed, PartDown
from shared.keys.letters import split_kid
from shared.keys.signing import NotSigned
from shared.keys.transit import Transit
from shared.openbao import BaoError
from shared.privileges import BY_NAME, LETTERBOXES, SERVICES, may_release, senders_to
from shared.protocol.model import State
from shared.service.platform import Platform

log = structlog.get_logger()
PARTS = tuple(service.name for service in SERVICES if service.room)
"""Who has rows about a signal besides retention: whoever has a room."""


class Destruction:
    def __init__(self, platform: Platform, declarations: Declarations) -> None:
        self.platform = platform
        self._declarations = declarations

    # --- what others tell ------------------------------------------------------------------------

    async def approved(self, incoming: Incoming, message: Approved) -> Handled:
        """Approved by the beheerder, or at the ultimate date: archive keys are released, order the rest."""
        archives: dict[str, list[KeyRef]] = {}
        async with self.platform.database.transaction() as session:
            for number in message.numbers:
                row = await session.get(store.SealedSignal, number)
                if row is None or row.list_id != message.list_id:
                    raise CannotSucceed("an approval of what was not on that list")
                pairs = dict.fromkeys((one["archive"], one["key"]) for one in row.dossier or [])
                archives[number] = [KeyRef(mount=mount, key=key) for mount, key in pairs]
        for keys in archives.values():
            for ref in keys:
                await Transit(self.platform.bao, ref.mount).delete(ref.key)

        async def effect(session: AsyncSession) -> None:
            now = self.platform.clock.now()
            for number, keys in archives.items():
                row = await session.get(store.SealedSignal, number, with_for_update=True)
                if row is None or row.state != State.LISTED:
                    continue
                row.state, row.version, row.dossier = State.APPROVED, row.version + 1, None
                row.approver, row.approved_at = message.approver, message.approved_at
                for ref in keys:
                    await store.note_destroyed(session, ref, now, number)
                order = Destroy(number=number, list_id=message.list_id)
                await self.platform.post.send(session, *(self.platform.post.envelope(part, order) for part in PARTS))

        return Handled(effect)

    async def released(self, incoming: Incoming, message: KeysReleased) -> Handled:
        """An owner has locked keys and allowed their deletion: retention's hand deletes them."""
        for ref in message.keys:
            if not may_release(incoming.producer, ref.mount):
                raise CannotSucceed("a service releases a key that is not its own")
        for ref in message.keys:
            await Transit(self.platform.bao, ref.mount).delete(ref.key)

        async def effect(session: AsyncSession) -> None:
            now = self.platform.clock.now()
            for ref in message.keys:
                if ref.mount in LETTERBOXES:
                    box = await session.get(store.Letterbox, f"{ref.mount.removeprefix('letterbox-')}.{ref.key}")
                    if box is not None:
                        box.destroyed_at = now
                else:
                    await store.note_destroyed(session, ref, now, message.number)
            for kid in message.carried_by if message.number else ():
                await store.note_carrier(session, str(message.number), kid)
            if message.rows_gone and message.number:
                await store.note_part(session, message.number, incoming.producer, now)

        return Handled(effect)

    async def finished(self, incoming: Incoming, message: LetterboxFinished) -> Handled:
        """A sender is done with a letterbox key; when all are, its owner is asked to release it."""
        owner, _ = split_kid(message.kid)
        if incoming.producer not in senders_to(owner):
            raise CannotSucceed("a service that sends nothing there is done with it")
        return Handled(lambda session: self._finished(session, message.kid, incoming.producer))

    async def _finished(self, session: AsyncSession, kid: str, sender: str) -> None:
        owner, _ = split_kid(kid)
        row = await session.get(store.Letterbox, kid, with_for_update=True)
        if row is None:
            row = store.Letterbox(kid=kid, finished_by=[])
            session.add(row)
        row.finished_by = sorted({*row.finished_by, sender})
        await session.flush()
        if set(row.finished_by) >= set(senders_to(owner)) and row.release_asked_at is None:
            row.release_asked_at = self.platform.clock.now()
            hand = next(one.name for one in SERVICES if may_release(one.name, BY_NAME[owner].letterbox))
            order = ReleaseLetterbox(kid=kid)
            await self.platform.post.send(session, self.platform.post.envelope(hand, order))

    # --- bringing it to its end ------------------------------------------------------------------

    async def run(self) -> None:
        # What was declared just before a crash may not stand in the file yet.
        await self._declarations.write_tombstones()
        while True:
            with contextlib.suppress(PartDown, NotSigned, BaoError):
                await self.finish_some()
            await asyncio.sleep(0.5)

    async def finish_some(self) -> None:
        """Declare what is gone entirely, and ask for new letterbox keys where an old one stands in the way."""
        async with self.platform.database.transaction() as session:
            numbers = await store.wholly_gone(session, len(PARTS))
            boxes = await store.boxes_in_the_way(session)
        for number in numbers:
            async with self.platform.database.transaction() as session:
                row = await session.get(store.SealedSignal, number, with_for_update=True)
                if row is not None and await self._missing(session, number) == ([], set()):
                    await self._declare(session, row)
        if numbers:
            await self._declarations.write_tombstones()
        for kid in boxes:
            await self._rotate(kid)

    async def _missing(self, session: AsyncSession, number: str) -> tuple[list[str], set[str]]:
        """What still exists of a signal: parts and keys, and letterbox keys."""
        parts = await store.parts_of(session, number)
        missing = [part for part in PARTS if part not in parts]
        missing += [f"{key.mount}" for key in await store.keys_of(session, number) if key.destroyed_at is None]
        boxes = set()
        for kid in await store.carriers_of(session, number):
            box = await session.get(store.Letterbox, kid)
            if box is None or box.destroyed_at is None:
                boxes.add(kid)
        return missing, boxes

    async def _rotate(self, kid: str) -> None:
        owner, _ = split_kid(kid)
        async with self.platform.database.transaction() as session:
            box = await session.get(store.Letterbox, kid, with_for_update=True)
            if box is None or box.rotation_asked_at is not None:
                return
            box.rotation_asked_at = self.platform.clock.now()
            if owner != "retention":
                order = RotateLetterbox(kid=kid)
                await self.platform.post.send(session, self.platform.post.envelope(owner, order))
        if owner == "retention":
            await self.platform.letterboxes.rotate(kid)

    async def _declare(self, session: AsyncSession, row: store.SealedSignal) -> None:
        now = self.platform.clock.now()
        keys = len(await store.keys_of(session, row.number))
        boxes = len(await store.carriers_of(session, row.number))
        await self._declarations.make(session, row, keys=keys, letterboxes=boxes)
        here = Whereabouts(
            number=row.number, version=row.version + 1, holder="retention", state=State.DESTROYED, since=now
        )
        await self.platform.post.send(session, self.platform.post.envelope("oversight", here))
        await session.execute(audit.line(now, "signal destroyed", actor=None, record=row.number, reason=row.ending))

    async def open(self) -> list[dict[str, object]]:
        """Destructions that are not whole yet, with what is missing; shown, never silently skipped."""
        found: list[dict[str, object]] = []
        async with self.platform.database.transaction() as session:
            for row in await store.being_destroyed(session):
                missing, boxes = await self._missing(session, row.number)
                found.append({"number": row.number, "missing": missing, "letterboxKeys": sorted(boxes)})
        return found
