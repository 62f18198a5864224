"""The parts that every service stands on. What a service does with them is a `Service` (service.py)."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import Proofs
from shared.bus.nats import Bus
from shared.bus.post import Post
from shared.clock import Clock, SystemClock
from shared.contracts.common import Message
from shared.database.engine import Database
from shared.database.processes import process_name
from shared.doubts import Doubts
from shared.identity import Identity
from shared.keys.letterboxes import Letterboxes, Outstanding
from shared.keys.letters import Opener
from shared.keys.mac import Mac
from shared.keys.release import Releaser
from shared.keys.sealing import Sealer
from shared.keys.signing import Signer, Verifier
from shared.keys.transit import Transit
from shared.leases import Designations
from shared.metrics.deeds import counting
from shared.metrics.metrics import Metrics
from shared.openbao import OpenBao
from shared.privileges import BY_NAME, EVERYONE, said_to
from shared.processing import ProcessingLog
from shared.settings import ServiceSettings
from shared.telemetry import Tracing
from shared.turns import Turns

log = structlog.get_logger()

CERTIFY_SECONDS = 12 * 3600.0
"""After how long a service gets a new key in memory with its certificate."""


async def _nothing(session: AsyncSession, kid: str) -> bool:
    """No letters to itself wait here."""
    return False


class Platform:
    """The parts of one service. `settings` and `clock` are given; nothing is looked up elsewhere.

    `schema`: the migration that the code needs. `outstanding`: whether letters to the service itself, sealed with
    a letterbox key, have not been opened yet. `machine`: the clock by which signatures and letterbox keys are dated; of
    two services one may run ahead, where the profile lets it, and they still have to believe each other. `proof_at_hand`:
    see `shared.audit.Proofs`.
    """

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        clock: Clock,
        schema: str,
        *,
        outstanding: Outstanding = _nothing,
        machine: Clock | None = None,
        proof_at_hand: bytes | None = None,
    ) -> None:
        machine = machine or SystemClock()
        self.row = BY_NAME[name]
        self.name = name
        self.settings = settings
        self.clock = clock
        self.machine = machine
        self.schema = schema
        self.tracing = Tracing(name, settings.traces, settings.instance, settings.tls)
        self.metrics = Metrics(name, settings.instance)
        self._besides: list[Callable[[], Awaitable[None]]] = []
        self.bao = OpenBao(settings.openbao_nodes, settings.openbao_credentials, settings.tls, service=self.name)
        self.process = process_name()
        most = settings.database_connections
        self.database = Database(
            self.bao,
            name,
            settings.databases,
            settings.tls,
            self.tracing,
            process=self.process,
            connections=most,
        )
        self.signer = Signer(name, self.bao, machine)
        self.mac = Mac(name, self.bao)
        self.processing = ProcessingLog(self.mac, lambda: settings.laws.configured.choices.processing, proof_at_hand)
        self.proofs = Proofs(self.mac, proof_at_hand, self.processing, counting(self.metrics))
        self.processing_doubts = Doubts(
            "processing-log",
            clock,
            "somebody with access to the database of this service added or altered a record of the processing log: it counts"
            " for nothing, and who can write there is to be looked into",
        )
        self.database.stamps = self.proofs
        given, since = _given_keys(settings.signing_keys)
        self.verifier = Verifier(self.bao, given, machine, known_since=since)
        self.designations = Designations(self.verifier, clock, self.database)
        self.identity = Identity(name, self.verifier, clock, self.designations)
        self._certify_at = 0.0
        self.post = Post(name, self.signer, clock, settings.oin)
        self.sealer = Sealer(settings.folder, self.verifier)
        self.opener = Opener(self.bao, name)
        self.turns = Turns()
        self.bus = Bus(name, settings.nats_servers, self.bao, self.turns, settings.tls)
        self.letterboxes = Letterboxes(
            name,
            self.database,
            self.bao,
            self.post,
            self.announce,
            self.sealer,
            self.signer,
            self.verifier,
            machine,
            days=settings.letterbox_days,
            beacon=settings.beacon_seconds,
            margin=settings.letterbox_margin_seconds,
            outstanding=outstanding,
        )
        self.releaser = Releaser(name, self.database, self.bao, self.post, self.verifier, clock, settings.grace_seconds)

    def room(self) -> Transit:
        """The service's own room; raises KeyError for a service without one."""
        if self.row.room is None:
            raise KeyError(f"{self.name} has no room")
        return Transit(self.bao, self.row.room)

    async def announce(self, message: Message) -> None:
        """Tell every service something that is repeated anyway; raises PartDown or NotSigned."""
        if said_to(self.name, message.event):
            await self.bus.publish(self.post.envelope(EVERYONE, message))

    async def certify(self) -> None:
        """Get a signing certificate, and learn whose count; raises PartDown."""
        await self.learn_keys()
        await self.signer.certify()
        self._certify_at = time.monotonic() + CERTIFY_SECONDS

    async def learn_keys(self) -> set[str]:
        """Ask OpenBao whose certificates count; returns the services for which these are others than before.

        Raises PartDown.
        """
        wanted = sorted({"access", self.name, *self.row.consumes})
        return {service for service in wanted if await self.verifier.learn(service)}

    async def renew_keys(self) -> None:
        """What was revoked counts no longer; a certificate is renewed in time, and when the key that made it was.

        Raises PartDown.
        """
        changed = await self.learn_keys()
        if self._certify_at <= time.monotonic() or not self.verifier.by_newest_key(self.signer.certificate, self.name):
            await self.signer.certify()
            self._certify_at = time.monotonic() + CERTIFY_SECONDS
            changed.add(self.name)
        if changed:
            self.letterboxes.again()

    def close_too(self, close: Callable[[], Awaitable[None]]) -> None:
        """What a service opened besides is let go with the rest."""
        self._besides.append(close)

    async def close(self) -> None:
        """Let traces out, then the connections go."""
        self.tracing.close()
        for close in self._besides:
            await close()
        await self.database.engine.dispose()
        await self.bao.close()


def _given_keys(file: Path | None) -> tuple[dict[str, list[str]], float]:
    """By service its public signing keys, as the set-up wrote them: `{"access": ["base64", …], …}`; and when it did."""
    if file is None:
        return {}, 0.0
    try:
        found: dict[str, list[str]] = json.loads(file.read_text())
        return found, file.stat().st_mtime
    except (OSError, ValueError) as problem:
        log.error("the signing keys of the set-up cannot be read", problem=type(problem).__name__)
        return {}, 0.0
