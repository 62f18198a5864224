"""What every service stands on, wired in one place and kept alive.

A service starts whatever is away, serves what it can, says what is missing, and uses a part again as soon
as it is back, without a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import tombstones
from shared.audit import AuditNumberer
from shared.bus.inbox import Handled, Inbox, Incoming
from shared.bus.nats import Bus
from shared.bus.post import Post
from shared.bus.receipts import Answers
from shared.bus.relay import Relay
from shared.clock import Clock
from shared.contracts.access import Leases
from shared.contracts.common import LetterboxKeyMade, Message
from shared.contracts.retention import Destroyed, ReleaseLetterbox, RotateLetterbox
from shared.database.engine import Database
from shared.database.tables import Outgoing, Parked
from shared.errors import CannotSucceed, PartDown
from shared.identity import Identity, keep_leases
from shared.keys.letterboxes import Letterboxes
from shared.keys.letters import Opener
from shared.keys.release import DeleteRows, Releaser
from shared.keys.sealing import Sealer
from shared.keys.signing import NotSigned, Signer, Verifier
from shared.keys.transit import Transit
from shared.openbao import BaoError, BaoRefused, OpenBao
from shared.privileges import BY_NAME, EVERYONE, said_to
from shared.settings import ServiceSettings
from shared.telemetry import Tracing

log = structlog.get_logger()

STUCK_SECONDS = 60
Worker = Callable[[], Awaitable[None]]


async def _no_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    """A service without rows about signals has nothing to delete."""


class Platform:
    """The parts of one service. `settings` and `clock` are given; nothing is looked up elsewhere."""

    def __init__(self, name: str, settings: ServiceSettings, clock: Clock, schema: str) -> None:
        self.row = BY_NAME[name]
        self.name = name
        self.settings = settings
        self.clock = clock
        self.schema = schema
        self.tracing = Tracing(name, settings.traces)
        self.bao = OpenBao(settings.openbao_address, settings.openbao_credentials)
        self.database = Database(self.bao, name, settings.database_host, settings.database_port, self.tracing)
        self.signer = Signer(name, self.bao, clock)
        self.verifier = Verifier(self.bao, _known_keys(settings.folder))
        self.identity = Identity(name, self.verifier, clock, self.database)
        self.post = Post(name, self.signer, clock, settings.oin)
        self.sealer = Sealer(settings.folder)
        self.opener = Opener(self.bao, name)
        self.bus = Bus(name, settings.nats_address, self.bao)
        self.answers = Answers(self.post, self.bus)
        self.inbox = Inbox(name, self.database, self.opener, self.verifier, self.answers, clock, self.tracing)
        self.relay = Relay(
            name, self.database, self.bao, self.bus, self.verifier, clock, self.tracing, settings.resend_seconds
        )
        self.letterboxes = Letterboxes(
            name,
            self.database,
            self.bao,
            self.post,
            self.announce,
            self.sealer,
            clock,
            days=settings.letterbox_days,
            beacon=settings.beacon_seconds,
            margin=settings.letterbox_margin_seconds,
        )
        self.releaser = Releaser(name, self.database, self.bao, self.post, self.verifier, clock, settings.grace_seconds)
        self.workers: list[Worker] = []
        self.delete_rows: DeleteRows = _no_rows
        self.schema_problem: str | None = "not checked yet"
        self._listen_for_all()

    def room(self) -> Transit:
        """The service's own room; raises KeyError for a service without one."""
        if self.row.room is None:
            raise KeyError(f"{self.name} has no room")
        return Transit(self.bao, self.row.room)

    async def announce(self, message: Message) -> None:
        """Tell every service something that is repeated anyway; raises PartDown or NotSigned."""
        if said_to(self.name, message.event):
            await self.bus.publish(self.post.envelope(EVERYONE, message))

    def _listen_for_all(self) -> None:
        """The messages that every service handles alike."""

        async def leases(incoming: Incoming, message: Leases) -> Handled:
            if incoming.producer != "access":
                raise CannotSucceed("only access designates")
            return Handled(lambda session: keep_leases(session, message), after=self.identity.forget)

        async def destroyed(incoming: Incoming, message: Destroyed) -> Handled:
            return await self.releaser.on_destroyed(self.delete_rows)(incoming, message)

        self.inbox.handlers |= {
            Leases.event: leases,
            LetterboxKeyMade.event: self.letterboxes.on_announced,
            RotateLetterbox.event: self.letterboxes.on_rotate,
            ReleaseLetterbox.event: self.letterboxes.on_release,
            Destroyed.event: destroyed,
        }

    async def run(self) -> None:
        """Get what is needed, then work until cancelled."""
        await self._until_done("openbao", self.bao.log_in)
        await self._until_done("database", self.database.new_user)
        await self._until_done("schema", self._check_schema)
        await self._until_done("tombstones", self._reapply)
        await self._until_done("certificate", self._certify)
        workers: list[Worker] = [
            self.bao.keep_alive,
            self.database.keep_user,
            lambda: self.bus.run(self.inbox.receive),
            self.relay.run,
            self.answers.run,
            AuditNumberer(self.database, self.post, self.clock).run,
            self.letterboxes.run,
            self.releaser.run,
            self._recertify,
            self._replay,
            *self.workers,
        ]
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(self._forever(worker))

    async def _until_done(self, what: str, step: Callable[[], Awaitable[Any]]) -> None:
        delay = 0.1
        while True:
            try:
                await step()
                return
            except (PartDown, BaoRefused, BaoError, NotSigned, OSError) as problem:
                log.warning("waiting", what=what, problem=type(problem).__name__)
            await asyncio.sleep(delay)
            delay = min(2.0, delay * 1.6)

    async def _forever(self, worker: Worker) -> None:
        """A worker that fails is logged and begins again; it never takes the service with it."""
        while True:
            try:
                await worker()
            except (PartDown, NotSigned) as problem:
                log.warning(
                    "worker waits", worker=getattr(worker, "__qualname__", "worker"), problem=type(problem).__name__
                )
            except Exception as problem:
                log.error("worker failed", worker=getattr(worker, "__qualname__", "worker"), exc_info=problem)
            await asyncio.sleep(1)

    async def _check_schema(self) -> None:
        async with self.database.reading() as session:
            found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
        self.schema_problem = None if found == self.schema else "the schema is not current: run the migrations"
        if self.schema_problem:
            raise PartDown(self.schema_problem)

    async def _reapply(self) -> None:
        async def everything(session: AsyncSession, numbers: Collection[str]) -> None:
            await self.delete_rows(session, numbers)
            for table in (Outgoing, Parked):
                await session.execute(delete(table).where(col(table.number).in_(numbers)))

        again = await tombstones.reapply(self.database, self.settings.tombstones, everything)
        if again:
            log.warning("destructions re-applied after a restore", signals=again)

    async def _certify(self) -> None:
        await self.signer.certify()
        # Known to the door at its next start, also when OpenBao is away then.
        for service in ("access", self.name):
            answer = await self.bao.call("GET", f"sign/export/public-key/{service}/latest")
            self.verifier.public_keys[service] = next(iter(answer["data"]["keys"].values()))
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        (self.settings.folder / "public-keys.json").write_text(json.dumps(self.verifier.public_keys))

    async def _replay(self) -> None:
        """What was parked is tried again now and then: a part may have answered oddly for a while."""
        while True:
            await asyncio.sleep(300)
            await self.inbox.replay()

    async def _recertify(self) -> None:
        while True:
            await asyncio.sleep(12 * 3600)
            await self._certify()

    async def health(self) -> dict[str, Any]:
        """What works and what does not: `problems` is empty when the service is ready."""
        problems: dict[str, str] = {}
        counts: dict[str, Any] = {"outbox": 0, "parked": 0, "parkedMessages": []}
        if not await self.bao.reachable():
            problems["openbao"] = "OpenBao is sealed or out of reach"
        if not await self.database.reachable():
            problems["database"] = "the database is out of reach, or there is no user for it yet"
        else:
            with contextlib.suppress(PartDown):
                await self._count(counts, problems)
        if self.bus.problem:
            problems["nats"] = self.bus.problem
        if self.schema_problem:
            problems["schema"] = self.schema_problem
        if not self.signer.certified:
            problems["certificate"] = "no signing certificate yet"
        for addressee in self.row.letters_to:
            if self.sealer.newest(addressee) is None:
                problems[f"letterbox-{addressee}"] = f"no letterbox key of {addressee} is known yet"
        return {"problems": problems} | counts

    async def _count(self, counts: dict[str, Any], problems: dict[str, str]) -> None:
        counts["outbox"], oldest = await self.relay.waiting()
        async with self.database.reading() as session:
            refused = select(Outgoing).where(col(Outgoing.refused).is_not(None)).order_by(col(Outgoing.created_at))
            for query in (select(Parked).order_by(col(Parked.parked_at)), refused):
                count = select(func.count()).select_from(query.order_by(None).subquery())
                counts["parked"] += (await session.execute(count)).scalar_one()
                counts["parkedMessages"] += [self._parked(row) for row in await session.scalars(query.limit(20))]
        if oldest > STUCK_SECONDS:
            problems["outbox"] = f"the oldest message has waited {oldest:.0f} s to be published"

    def _parked(self, row: Parked | Outgoing) -> dict[str, str]:
        """A message that can never succeed as it is: somebody else's, or one of ours that is not carried."""
        producer, reason = (row.producer, row.reason) if isinstance(row, Parked) else (self.name, row.refused)
        return {"id": str(row.id), "producer": producer, "event": row.event, "reason": str(reason)}

    async def close(self) -> None:
        self.tracing.close()
        await self.database.engine.dispose()
        await self.bao.close()


def _known_keys(folder: Path) -> dict[str, str]:
    file = folder / "public-keys.json"
    try:
        found: dict[str, str] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found
