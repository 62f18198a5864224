"""One service, whole: its parts, what it listens to, what it works at, what goes with a destroyed signal.

A service starts whatever is away, serves what it can, says what is missing, and uses a part again as soon
as it is back, without a restart.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from shared import tombstones
from shared.bus.inbox import Handler, Inbox
from shared.bus.receipts import OnReceipt, Receipted, ReceiptSender
from shared.bus.relay import Relay
from shared.contracts.access import Leases
from shared.contracts.common import LetterboxKeyMade, Receipts
from shared.contracts.retention import Destroy, Destroyed, ReleaseLetterbox, RotateLetterbox
from shared.database.schemas import SCHEMA_FOUND, schema_problem
from shared.doubts import Doubts
from shared.errors import PartDown
from shared.keys.release import Erase
from shared.keys.signing import NotSigned
from shared.metrics.deeds import carrying
from shared.metrics.metrics import Shows
from shared.numbering import AuditNumberer
from shared.openbao import CREDENTIALS_SECONDS, BaoError, BaoRefused
from shared.periodic import Periodic
from shared.privileges import BY_NAME
from shared.queue import Queue, Work
from shared.service.platform import Platform
from shared.service.pruner import Pruner
from shared.stuck import Stuck, side_by_side
from shared.unread import UnreadNotes
from shared.wake import end

log = structlog.get_logger()
DATABASE, BUS = "database", "nats"
"""How a service says that it lacks its database: then nothing that is counted there can be told. And the bus."""

Worker = Callable[[], Awaitable[None]]
Measure = Callable[[], Awaitable[list[Shows]]]


class Service:
    """Complete when it is made; nothing is added afterwards.

    `handlers`: event to handler, beside those that every service has. `on_receipt`: what follows when an event of
    its own was received. `erase`: what is deleted for a signal. `queues`: what else waits here, and the work on it.
    `periodic`: what else is done again and again over everything. `workers`: what else runs until the end.
    `doubts`: which other rows are believed only when they are right. `early`: workers that run from the first moment,
    whatever is away. `opens`: what keeps it from being ready, where that is less than everything that it needs.
    `measures`: what else it shows at a scrape.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        handlers: Mapping[str, Handler] | None = None,
        on_receipt: Mapping[str, OnReceipt] | None = None,
        erase: Erase | None = None,
        queues: Mapping[Queue[Any], Work[Any]] | None = None,
        periodic: Sequence[Periodic] = (),
        workers: Sequence[Worker] = (),
        doubts: Sequence[Doubts] = (),
        early: Sequence[Worker] = (),
        opens: Callable[[], Awaitable[dict[str, str]]] | None = None,
        measures: Sequence[Measure] = (),
    ) -> None:
        self.platform = platform
        self.measures = tuple(measures)
        self.schema_problem: str | None = "not checked yet"
        self._erase = (erase or Erase()).and_also(platform.processing.forget)
        answers, relay, releaser = ReceiptSender(platform.post, platform.bus), _relay_of(platform), platform.releaser
        settings = platform.settings
        self._pruner = Pruner(
            platform.database,
            platform.clock,
            inbox_days=settings.inbox_days,
            audit_days=settings.audit_days,
            processing_days=settings.processing_days,
        )
        receipted = Receipted(
            platform.database,
            platform.clock,
            on_receipt or {},
            relay.heard.receipt,
            releaser.grace,
            releaser.queue.wake,
        )
        every = _complete(platform.name, self._handlers(), handlers or {})
        self._inbox = _inbox_of(platform, answers, every, receipted)
        self._queues: dict[Queue[Any], Work[Any]] = {
            relay.queue: relay.carry,
            self._inbox.queue: self._inbox.again,
            releaser.queue: releaser.after_grace,
            **(queues or {}),
        }
        self._numberer = numberer = AuditNumberer(
            platform.database, platform.post, platform.clock, platform.proofs, apart=settings.audit_apart_seconds
        )
        keys = Periodic(
            "signing-keys",
            platform.renew_keys,
            platform.clock,
            every=settings.keys_seconds,
            remedy="what was revoked still counts here, and when the certificate of this service runs out nothing that it"
            " says is believed: look at OpenBao",
        )
        credentials = Periodic(
            "credentials",
            functools.partial(platform.bao.renew_credentials, platform.name),
            platform.clock,
            every=CREDENTIALS_SECONDS,
            remedy="when its secret id runs out, after seven days, this service has no keys: look at OpenBao, and whether"
            " it may write the file of its credentials",
        )
        self._noted = tombstones.NotedDestructions(platform.bao, settings.tombstones)
        self._unread = UnreadNotes(self._noted, platform.database, platform.clock)
        self.restored = Periodic(
            "restored",
            self._reapply,
            platform.clock,
            every=settings.keys_seconds,
            remedy="after a restore this service would show what was destroyed: look at OpenBao",
        )
        own = (numberer.numbering, keys, credentials, self.restored, platform.letterboxes.keeping, self._pruner.pruning)
        self._periodic = (*own, *periodic)
        self._early, self._opens = early, opens
        self._doubts = (
            platform.designations.doubts,
            platform.processing_doubts,
            numberer.missed,
            self._unread.doubts,
            *doubts,
        )
        self._workers: tuple[Worker, ...] = (
            platform.bao.keep_alive,
            platform.database.keep_user,
            self._listen,
            answers.run,
            *(functools.partial(queue.run, work) for queue, work in self._queues.items()),
            *(one.run for one in self._periodic),
            *workers,
        )

    def _handlers(self) -> dict[str, Handler]:
        """What every service does alike. Who consumes an event stands in the privilege table."""
        platform = self.platform

        return {
            Leases.event: platform.designations.on_told,
            LetterboxKeyMade.event: platform.letterboxes.on_announced,
            RotateLetterbox.event: platform.letterboxes.on_rotate,
            ReleaseLetterbox.event: platform.letterboxes.on_release,
            Destroy.event: platform.releaser.on_destroy(self._erase),
            Destroyed.event: platform.releaser.on_destroyed(self._erase),
        }

    # --- running ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Get what is needed, then work until cancelled."""
        early = [asyncio.create_task(self._forever(worker)) for worker in self._early]
        try:
            await self._run()
        finally:
            await end(early)

    async def _run(self) -> None:
        await self._until_done("openbao", self.platform.bao.log_in)
        # Before anything is written: a line of the audit trail is proven with it.
        await self._until_done("row-key", self.platform.mac.prepare)
        await self._until_done("database", self.platform.database.new_user)
        await self._until_done("schema", self._check_schema)
        await self._until_done("audit", self._numberer.begin)
        await self._until_done("tombstones", self._reapply)
        await self._until_done("certificate", self.platform.certify)
        workers = [asyncio.create_task(self._forever(worker)) for worker in self._workers]
        try:
            # Not `gather`: it cancels them too, and a second time cuts off what ends properly, such as leaving the bus.
            ended, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            for one in ended:
                one.result()
        finally:
            await end(workers)

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
                log.warning("worker waits", worker=_name(worker), problem=type(problem).__name__)
            except Exception as problem:
                log.error("worker failed", worker=_name(worker), exc_info=problem)
            await asyncio.sleep(1)

    async def _check_schema(self) -> None:
        async with self.platform.database.reading() as session:
            found = (await session.execute(SCHEMA_FOUND)).one_or_none()
        self.schema_problem = schema_problem(self.platform.schema, *(found or (None, None)))
        if self.schema_problem:
            raise PartDown(self.schema_problem)

    async def _reapply(self) -> None:
        stones = await self._noted.all()
        await self._unread.say()
        again = await tombstones.reapply(self.platform.database, stones, self._erase.everything, self._erase.declared)
        if again:
            log.warning("destructions re-applied that this service did not know of", signals=again)

    async def _listen(self) -> None:
        await self.platform.bus.run(self._inbox.receive)

    # --- showing ---------------------------------------------------------------------------------

    async def closed(self, lacks: Mapping[str, str] | None = None) -> dict[str, str]:
        """Why it can answer nobody, and so is not ready. `lacks`: its problems, where they are known already. When the bus is lost people
        work on: what is to be carried waits in an outbox, and shows; but who never had it may have been set up wrong. The door needs less than the others."""
        if self._opens:
            return await self._opens()
        found = await self.problems() if lacks is None else lacks
        works_on = self.platform.bus.has_been_there
        return {part: why for part, why in found.items() if part != BUS or not works_on}

    async def problems(self) -> dict[str, str]:
        """What it needs and does not have: a part that is out of reach. What waits is `stuck`, and another matter."""
        platform = self.platform
        found: dict[str, str] = {}
        # Together: where nothing answers each takes as long as it waits.
        bao, database = await asyncio.gather(platform.bao.reachable(), platform.database.reachable())
        if not bao:
            found["openbao"] = "OpenBao is sealed or out of reach"
        if not database:
            found[DATABASE] = "the database is out of reach, or there is no user for it yet"
        if platform.bus.problem:
            found[BUS] = platform.bus.problem
        if self.schema_problem:
            found["schema"] = self.schema_problem
        if not platform.signer.certified:
            found["certificate"] = "no signing certificate yet"
        for addressee in platform.row.letters_to:
            if platform.sealer.newest(addressee) is None:
                found[f"letterbox-{addressee}"] = f"no letterbox key of {addressee} is known yet"
        return found

    @property
    def pruned(self) -> dict[str, Any]:
        """When what has had its age was deleted last, and how much of it."""
        return self._pruner.pruned.as_dict()

    async def stuck(self) -> list[Stuck]:
        """What waits, queue by queue, and what of it does not get on; also what fails that has no rows, and which keys and
        rows are not believed. Raises PartDown."""
        queues = await side_by_side([queue.stuck for queue in self._queues])
        return [*queues, *(one.stuck() for one in self._periodic), *await self.doubted()]

    async def doubted(self) -> list[Stuck]:
        """Which keys and rows are not believed. Raises PartDown."""
        kept = await side_by_side([self.platform.letterboxes.stuck, self._numberer.refused])
        return [*kept, *(one.stuck() for one in self._doubts)]

    @property
    def queues(self) -> tuple[Queue[Any], ...]:
        """Every queue that it works at."""
        return tuple(self._queues)

    @property
    def acts(self) -> tuple[Periodic, ...]:
        """Everything that it does again and again."""
        return self._periodic


def _complete(service: str, common: Mapping[str, Handler], own: Mapping[str, Handler]) -> dict[str, Handler]:
    """Every event that the privilege table lets in has one handler, and no other event has one of its own."""
    twice = common.keys() & own.keys()
    consumed = {event for events in BY_NAME[service].consumes.values() for event in events}
    missing = consumed - common.keys() - own.keys() - {Receipts.event}
    never = own.keys() - consumed
    for what, events in (("handled twice", twice), ("not handled", missing), ("never delivered", never)):
        if events:
            raise ValueError(f"{what} by {service}: {', '.join(sorted(events))}")
    return {**common, **own}


def _name(worker: Worker) -> str:
    work = worker.args[0] if isinstance(worker, functools.partial) else worker
    return str(getattr(work, "__qualname__", "worker"))


def _relay_of(platform: Platform) -> Relay:
    return Relay(
        platform.name,
        platform.database,
        platform.bao,
        platform.bus,
        platform.verifier,
        platform.clock,
        platform.tracing,
        platform.settings.resend_seconds,
        carrying(platform.metrics),
    )


def _inbox_of(
    platform: Platform, answers: ReceiptSender, handlers: Mapping[str, Handler], receipted: Receipted
) -> Inbox:
    return Inbox(
        platform.name,
        platform.database,
        platform.verifier,
        answers,
        platform.clock,
        platform.tracing,
        handlers,
        receipted,
        carrying(platform.metrics),
    )
