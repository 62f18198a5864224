"""Letterboxes of real services without a bus: what an owner announces is handed to whom a test chooses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import OKPKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Incoming
from shared.clock import Clock, SystemClock
from shared.contracts.common import LetterboxFinished, LetterboxKeyMade, Message
from shared.database.tables import Audit, LetterboxKey, Outgoing, SealingKey
from shared.keys.announced import LETTERBOX_KEY
from shared.keys.letterboxes import Letterboxes
from shared.openbao import OpenBao
from shared.service.platform import Platform
from shared.stuck import StuckRow
from tests.platform.real import Postgres

OWN_PEM = (
    rsa.generate_private_key(65537, 3072)
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
"""The public half of an attacker."""


class Box:
    """The letterboxes of one service."""

    def __init__(
        self, platform: Platform, *, margin: float = 0, clock: Clock | None = None, bao: OpenBao | None = None
    ) -> None:
        self.platform = platform
        self.announced: list[LetterboxKeyMade] = []
        self.boxes = Letterboxes(
            platform.name,
            platform.database,
            bao or platform.bao,
            platform.post,
            self._announce,
            platform.sealer,
            platform.signer,
            platform.verifier,
            clock or SystemClock(),
            days=1,
            beacon=0.01,
            margin=margin,
            outstanding=_nothing,
        )

    async def _announce(self, message: Message) -> None:
        assert isinstance(message, LetterboxKeyMade)
        self.announced.append(message)

    # --- the owner -------------------------------------------------------------------------------

    async def announce(self, *, instead_of: str = "") -> LetterboxKeyMade:
        """What it tells everybody now; with `instead_of` a new key, when that is its newest."""
        await self.boxes.rotate(instead_of)
        return self.announced[-1]

    # --- who seals -------------------------------------------------------------------------------

    async def hear(self, message: LetterboxKeyMade, of: str = "assessment") -> None:
        handled = await self.boxes.on_announced(Incoming(uuid4(), of, signed=True), message)
        async with self.platform.database.transaction() as session:
            await handled.effect(session)
        handled.after()

    @property
    def seals_with(self) -> str | None:
        """The key that a letter for assessment is sealed with now."""
        key = self.platform.sealer.newest("assessment")
        return key.kid if key else None

    def on_disk(self) -> dict[str, Any]:
        """By addressee what the file says of its key."""
        return {name: said(one) for name, one in json.loads(file_of(self.platform).read_text()).items()}

    async def refused(self) -> list[StuckRow]:
        return (await self.boxes.stuck()).examples

    async def trail(self) -> list[Any]:
        """What the audit trail says of refused keys: record and reason."""
        async with self.platform.database.reading() as session:
            lines = [row.entry for row in await session.scalars(select(Audit))]
        return [(one["record"], one["reason"]) for one in lines if one["action"] == "letterbox key refused"]

    async def row(self, kid: str) -> SealingKey:
        async with self.platform.database.reading() as session:
            return (await session.scalars(select(SealingKey).where(col(SealingKey.kid) == kid))).one()

    async def finished(self) -> set[str]:
        """The keys of assessment that the service told retention it never seals with again."""
        query = select(col(Outgoing.body)).where(col(Outgoing.event) == LetterboxFinished.event)
        async with self.platform.database.reading() as session:
            bodies = (await session.scalars(query)).all()
        kids = {LetterboxFinished.model_validate_json(body or b"").kid for body in bodies}
        return {kid for kid in kids if kid.startswith("assessment.")}

    async def own(self) -> dict[str, LetterboxKey]:
        async with self.platform.database.reading() as session:
            return {row.kid: row for row in await session.scalars(select(LetterboxKey))}


async def _nothing(session: AsyncSession, kid: str) -> bool:
    return False


def file_of(platform: Platform) -> Path:
    return platform.settings.folder / "letterbox-keys.json"


def said(statement: str) -> dict[str, Any]:
    """The claims of a statement, whoever signed it."""
    found: dict[str, Any] = json.loads(jws.extract_compact(statement.encode()).payload)
    return found


def kid_in(message: LetterboxKeyMade) -> str:
    return str(said(message.statement)["kid"])


def altered(statement: str, **claims: Any) -> str:
    """The same statement with other claims, signed with a key of the attacker's own."""
    own = OKPKey.generate_key("Ed25519")
    header = {"alg": "Ed25519", "typ": LETTERBOX_KEY}
    return jws.serialize_compact(header, json.dumps(said(statement) | claims).encode(), own, algorithms=["Ed25519"])


async def as_superuser(postgres: Postgres, database: str, query: str, *values: Any) -> None:
    connection: asyncpg.Connection = await postgres.connect(database)
    try:
        await connection.execute(query, *values)
    finally:
        await connection.close()


async def insert_key(
    postgres: Postgres, database: str, kid: str, statement: str, addressee: str = "assessment"
) -> None:
    """As the superuser: a row that says that `addressee` has this key, and that it was adopted long ago."""
    query = "INSERT INTO sealing_key (kid, addressee, statement, adopted_at) VALUES ($1, $2, $3, '2026-01-01')"
    await as_superuser(postgres, database, query, kid, addressee, statement)
