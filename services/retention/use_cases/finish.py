"""The end of a destruction: what nothing is left of is found, declared, and written outside the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import true

from services.retention import gone, store
from services.retention.domain import parts_to_go
from services.retention.tables import Letterbox, ToDeclare
from services.retention.use_cases.compaction import Compactions
from services.retention.use_cases.declare import Declarations
from shared import tombstones
from shared.batch import Batcher
from shared.contracts.retention import RotateLetterbox
from shared.database.tables import InboxRow
from shared.errors import NotBelieved, PartDown
from shared.keys.letters import split_kid
from shared.periodic import Periodic, all_of
from shared.queue import Queue
from shared.service.platform import Platform
from shared.telemetry import lead_back_to

FINISHING_LOOK_SECONDS = 5.0
TOGETHER_SECONDS = 0.5
NOTED_SECONDS = 30.0
"""What is declared in so long is one note in OpenBao; the file has it at once."""
BATCH_SIZE = 100


class Finishing:
    """`looking` finds what is gone, `queue` declares it (`declare`), `tombstones` tells the file and OpenBao of it."""

    def __init__(self, platform: Platform, declarations: Declarations, compactions: Compactions) -> None:
        self.platform = platform
        self._declarations = declarations
        self._together: Batcher[str, None] = Batcher(self._declare_all, BATCH_SIZE)
        settings = platform.settings
        self._unwritten = tombstones.Unwritten(
            platform.database, platform.bao, settings.tombstones, settings.instance, together=NOTED_SECONDS
        )
        self.queue = Queue(
            platform.database,
            ToDeclare,
            platform.clock,
            name="declarations",
            of=true(),
            lease=timedelta(seconds=60),
            began="gone_at",
            most=BATCH_SIZE,
            shows=("number",),
            remedy="what is destroyed is not declared: put right what it names, such as the file of its protocol",
            ready=compactions.in_time,
        )
        self.looking = Periodic(
            "destructions",
            self.look,
            platform.clock,
            every=FINISHING_LOOK_SECONDS,
            wake=platform.database.inserted(InboxRow),
            remedy="what is destroyed is not found, and no letterbox key is asked to go: see the log of retention",
        )
        self.tombstones = Periodic(
            "tombstones",
            self._unwritten.write,
            platform.clock,
            every=lambda: self._unwritten.next_in,
            remedy="a restore would bring back what was destroyed: make the folder of the tombstones writable, and look at OpenBao",
        )

    async def look(self) -> None:
        """Find what nothing is left of but what is held, and ask for new letterbox keys where an old one stands in
        the way; soon after something was heard, so that what comes together is declared together."""
        await asyncio.sleep(TOGETHER_SECONDS)
        async with self.platform.database.transaction() as session:
            await gone.note(session, self.platform.clock.now())
            boxes = await gone.boxes_in_the_way(session)
        self.queue.wake()
        await all_of(self._rotate(kid) for kid in boxes)

    async def _rotate(self, kid: str) -> None:
        owner, _ = split_kid(kid)
        if owner == "retention":
            await self.platform.letterboxes.rotate(kid)
        async with self.platform.database.transaction() as session:
            box = await session.get(Letterbox, kid, with_for_update=True)
            if box is None or box.rotation_asked_at is not None:
                return
            box.rotation_asked_at = self.platform.clock.now()
            if owner != "retention":
                self.platform.post.tell(session, owner, RotateLetterbox(kid=kid))

    async def declare(self, row: ToDeclare) -> None:
        """Declare one signal, together with those that are declared at the same moment. Raises PartDown, and what kept
        this one from being declared: it holds up no other."""
        await self._together(row.number)

    async def _declare_all(self, numbers: Sequence[str]) -> Sequence[Exception | None]:
        if len(numbers) > 1:
            try:
                await self._declare(numbers)
                return [None] * len(numbers)
            except PartDown:
                raise
            except Exception:
                return [(await self._declare_all([one]))[0] for one in numbers]
        try:
            await self._declare(numbers)
        except Exception as problem:
            return [problem]
        return [None]

    async def _declare(self, numbers: Sequence[str]) -> None:
        # What is told of it goes on in this trace, which leads back to that in which each was sealed.
        with self.platform.tracing.span("declare"):
            await self._declare_in_trace(numbers)

    async def _declare_in_trace(self, numbers: Sequence[str]) -> None:
        async with self.platform.database.transaction() as session:
            rows = await gone.approved(session, numbers)
            lead_back_to(*(row.traceparent for row in rows))
            done = await store.parts_done(session, self.platform.mac, numbers)
            if not all(done.get(row.number, set()) >= {*parts_to_go(for_a_hold=bool(row.staying))} for row in rows):
                # Found by rows that no part brought about: it is declared when each has said so itself.
                raise NotBelieved
            whole = await self._declarations.make(session, [row for row in rows if not row.staying])
            await self._declarations.make_in_part(session, [row for row in rows if row.staying])
            await gone.declared(session, numbers)
        self._unwritten.add(whole)
        self.tombstones.wake()
