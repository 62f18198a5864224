"""The door: reports are written with a database user of its own, with what PostgreSQL has, whatever else is away.

What it seals with lies in `sealing_key`, and is believed for its owner's signature; whose signatures count, in `door_keys`,
where every intake that can ask OpenBao keeps what that said. A row of `door_keys` is believed for its MAC with the door's
secret, which is not in the database, and for a month. So a process that starts while OpenBao is sealed, without a file of
its own, knows what the others know; and one that hears of nothing any more learns here which key has followed, and that
another is finished or revoked. The door's user reads this and two hashes, and inserts; it changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from services.intake.settings import Settings
from services.intake.store import AcceptedReport, DoorKeys
from shared.database.at_once import insert_at_once
from shared.database.engine import make_engine, of_at_most, outages
from shared.database.processes import processes
from shared.database.schemas import SCHEMA_FOUND, schema_problem
from shared.database.tables import SealingKey
from shared.errors import KeyFinished, PartDown
from shared.keys.announced import announced_as_known
from shared.keys.refused import REVOKED
from shared.keys.signing import IN_THE_POST, NotSigned
from shared.periodic import Periodic
from shared.service.platform import Platform

log = structlog.get_logger()

LEARN_SECONDS = 5.0
"""How often is looked what others have learnt; less than the time for which an older key goes on being taken."""
BELIEVED = IN_THE_POST
"""How old what OpenBao said may be: as old as a report that was signed at the door."""


class IntakeDoor:
    """`keeping`: a worker that needs PostgreSQL and nothing else. `remembering`: keeps what OpenBao said, for the others."""

    def __init__(self, platform: Platform, settings: Settings) -> None:
        self._platform = platform
        self._secret = hmac.new(settings.door_secret.read_bytes(), b"whose signatures count", hashlib.sha256).digest()
        self.engine = make_engine(
            settings.databases,
            "intake",
            settings.tls,
            "intake_door",
            settings.door_password.read_text().strip(),
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=False,
            process=platform.process,
            **of_at_most(settings.door_connections),
        )
        platform.close_too(self.engine.dispose)
        self.processes = 1
        """How many of intake there are, as they were seen last."""
        self._schema_problem: str | None = "not checked yet"
        self.remembering = Periodic(
            "door",
            self.remember,
            platform.clock,
            every=settings.keys_seconds,
            remedy="an intake that starts while OpenBao is sealed would not know whose signatures count: look at the"
            " database of intake",
        )

    # --- what it opens with ----------------------------------------------------------------------

    async def keep(self) -> None:
        """Learn from PostgreSQL, again and again, until cancelled."""
        while True:
            await self.learn()
            await asyncio.sleep(LEARN_SECONDS)

    async def learn(self) -> None:
        """Whose signatures count, and what is sealed with now, as far as this process does not know better.

        Raises PartDown.
        """
        sealer, verifier, to = self._platform.sealer, self._platform.verifier, self._platform.row.letters_to
        sealed_with = sealer.all()
        open_or_ours = or_(
            col(SealingKey.finished_at).is_(None), col(SealingKey.kid).in_([one.kid for one in sealed_with.values()])
        )
        async with outages(), AsyncSession(self.engine) as session:
            schema = (await session.execute(SCHEMA_FOUND)).one_or_none()
            self._schema_problem = schema_problem(self._platform.schema, *(schema or (None, None)))
            said = await session.get(DoorKeys, 1)
            rows = (await session.scalars(select(SealingKey).where(open_or_ours))).all()
            self.processes = await processes(await session.connection())
        if said is not None and self._is_ours(said.keys, said.asked_at, said.mac):
            for service, keys in said.keys.items():
                verifier.believe(service, keys, said.asked_at)
        over = {row.kid for row in rows if row.finished_at is not None or row.refused_because == REVOKED}
        for addressee, key in sealed_with.items():
            if key.kid in over or not self._holds(addressee, key.statement):
                sealer.drop(addressee, key.kid)
        for row in rows:
            if row.addressee in to and row.finished_at is None and row.refused_because is None:
                self._adopt(row)

    def _holds(self, addressee: str, statement: str) -> bool:
        try:
            announced_as_known(self._platform.verifier, addressee, statement)
        except NotSigned:
            return False
        return True

    def _adopt(self, row: SealingKey) -> None:
        try:
            key = announced_as_known(self._platform.verifier, row.addressee, row.statement)
        except NotSigned:
            # Who can ask OpenBao marks it, and says so (shared.keys.letterboxes); the door only does not use it.
            return
        if key.kid == row.kid:
            self._platform.sealer.adopt(row.addressee, key)

    async def problems(self) -> dict[str, str]:
        """Why no report can be taken in; nothing when PostgreSQL is there and there are letterbox keys."""
        found: dict[str, str] = {}
        if self._schema_problem:
            found["schema"] = self._schema_problem
        try:
            async with asyncio.timeout(3), outages(), self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (PartDown, TimeoutError):
            found["database"] = "the database is out of reach for the door"
        for addressee in self._platform.row.letters_to:
            if self._platform.sealer.newest(addressee) is None:
                found[f"letterbox-{addressee}"] = f"no letterbox key of {addressee} is known yet"
        return found

    # --- what it remembers -----------------------------------------------------------------------

    async def remember(self) -> None:
        """Keep what OpenBao said last of whose signatures count, unless another process kept something later.

        Raises PartDown.
        """
        known = self._platform.verifier.known_of(self._platform.row.letters_to)
        if known is None:
            return
        keys, asked_at = known
        values = {"keys": keys, "asked_at": asked_at, "mac": self._mac(keys, asked_at)}
        adding = upsert(DoorKeys).values(id=1, **values)
        later = col(DoorKeys.asked_at) < asked_at
        await self._platform.database.alone(
            adding.on_conflict_do_update(index_elements=["id"], set_=values, where=later)
        )

    def _mac(self, keys: Mapping[str, Sequence[str]], asked_at: datetime) -> str:
        said = json.dumps([asked_at.timestamp(), keys], sort_keys=True).encode()
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()

    def _is_ours(self, keys: Any, asked_at: datetime, mac: str) -> bool:
        """Whether an intake wrote this, with this date, and not too long ago."""
        age = self._platform.machine.now() - asked_at
        return age < BELIEVED and hmac.compare_digest(self._mac(keys, asked_at), mac)

    # --- what comes in ---------------------------------------------------------------------------

    async def insert(self, rows: Sequence[SQLModel]) -> None:
        """On disk when this returns. Raises IntegrityError for what is there already, KeyFinished, or PartDown."""
        try:
            await self._insert(rows)
        except KeyFinished:
            raise
        except PartDown:
            # PostgreSQL may have been away in between: the pool has noticed now, and a new connection may do.
            await self._insert(rows)

    async def _insert(self, rows: Sequence[SQLModel]) -> None:
        async with outages(), self.engine.connect() as connection:
            await insert_at_once(connection, rows)

    async def body_hash(self, key_hash: str) -> str | None:
        """Of which body a request with this key was; raises PartDown."""
        async with outages(), AsyncSession(self.engine) as session:
            query = select(col(AcceptedReport.body_hash)).where(col(AcceptedReport.key_hash) == key_hash)
            found: str | None = (await session.scalars(query)).first()
            return found
