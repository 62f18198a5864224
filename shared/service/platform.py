"""The parts that every service stands on. What a service does with them is a `Service` (service.py)."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.nats import Bus
from shared.bus.post import Post
from shared.clock import Clock
from shared.contracts.common import Message
from shared.database.engine import Database
from shared.identity import Identity
from shared.keys.letterboxes import Letterboxes, Outstanding
from shared.keys.letters import Opener
from shared.keys.release import Releaser
from shared.keys.sealing import Sealer
from shared.keys.signing import Signer, Verifier
from shared.keys.transit import Transit
from shared.leases import Designations
from shared.openbao import OpenBao
from shared.privileges import BY_NAME, EVERYONE, said_to
from shared.settings import ServiceSettings
from shared.telemetry import Tracing
from shared.turns import Turns


async def _nothing(session: AsyncSession, kid: str) -> bool:
    """No letters to itself wait here."""
    return False


class Platform:
    """The parts of one service. `settings` and `clock` are given; nothing is looked up elsewhere.

    `schema`: the migration that the code needs. `outstanding`: whether letters to the service itself, sealed with
    a letterbox key, have not been opened yet.
    """

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        clock: Clock,
        schema: str,
        *,
        outstanding: Outstanding = _nothing,
    ) -> None:
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
        self.designations = Designations(self.verifier, clock, self.database)
        self.identity = Identity(name, self.verifier, clock, self.designations)
        self.post = Post(name, self.signer, clock, settings.oin)
        self.sealer = Sealer(settings.folder)
        self.opener = Opener(self.bao, name)
        self.turns = Turns()
        self.bus = Bus(name, settings.nats_address, self.bao, self.turns)
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
        """Get a signing certificate; raises PartDown."""
        await self.signer.certify()
        # Known to the door at its next start, also when OpenBao is away then.
        for service in ("access", self.name):
            answer = await self.bao.call("GET", f"sign/export/public-key/{service}/latest")
            self.verifier.public_keys[service] = next(iter(answer["data"]["keys"].values()))
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        (self.settings.folder / "public-keys.json").write_text(json.dumps(self.verifier.public_keys))

    async def close(self) -> None:
        """Let traces out, then the connections go."""
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
