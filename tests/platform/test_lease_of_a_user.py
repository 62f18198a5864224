"""The database user of a service is kept: an OpenBao that is away for a moment is asked again, not half a lease later."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from deploy.openbao import revoke
from shared.database import engine
from shared.database.engine import Database
from shared.errors import PartDown
from shared.openbao import TIMEOUT_SECONDS, BaoError
from shared.telemetry import Tracing
from tests.parts import NOBODY
from tests.platform.conftest import BaoOf
from tests.platform.real import HERE, Bao, Handed, Postgres


class Flickering(Handed):
    """Leases users; answers to renewals as told, and well when nothing is left to tell."""

    def __init__(self, *told: Exception | int) -> None:
        self.told = list(told)
        self.renewals = 0
        self.users = 0
        self.well = asyncio.Event()
        super().__init__({})

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        if path.startswith("database/creds/"):
            self.users += 1
            data = {"username": f"user-{self.users}", "password": "x"}
            return {"lease_id": f"lease-{self.users}", "lease_duration": 2, "data": data}
        self.renewals += 1
        answer = self.told.pop(0) if self.told else 2
        if not self.told:
            self.well.set()
        if isinstance(answer, Exception):
            raise answer
        return {"lease_duration": answer}


async def kept(bao: Flickering) -> None:
    database = Database(bao, "assessment", [("127.0.0.1", 1)], NOBODY, Tracing("assessment", None))
    await database.new_user()
    running = asyncio.create_task(database.keep_user())
    await asyncio.wait_for(bao.well.wait(), 60)
    await asyncio.sleep(0)
    running.cancel()
    await database.engine.dispose()


async def test_after_an_outage_it_is_renewed() -> None:
    bao = Flickering(PartDown(), PartDown(), 2)
    await kept(bao)
    assert (bao.renewals, bao.users) == (3, 1)


async def test_one_that_cannot_be_renewed_is_replaced() -> None:
    for answer in (BaoError(400, ["lease not found"]), 0):
        bao = Flickering(answer, 2)
        await kept(bao)
        assert (bao.renewals, bao.users) == (2, 2)


async def test_whose_tokens_were_ended_has_another_user_within_seconds(
    openbao: Bao, postgres: Postgres, bao_of: BaoOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database user ends with the token that he was had with; half a lease later would be half an hour."""
    monkeypatch.setattr(engine, "REFUSED_SECONDS", 0.1)
    openbao.with_database(postgres)
    await postgres.fresh("rights")
    bao = bao_of("rights")
    database = Database(bao, "rights", [(HERE, postgres.port)], postgres.tls("rights"), Tracing("rights", None))
    await database.new_user()
    before = await who(database)
    assert before
    keeping = asyncio.create_task(database.keep_user())
    try:
        revoke.end_tokens(openbao.administrator, "rights")
        # OpenBao takes the user away a moment later; until then he works on.
        async with asyncio.timeout(30):
            while await who(database) in (before, None):
                await asyncio.sleep(0.05)
    finally:
        keeping.cancel()
        await database.engine.dispose()


async def who(database: Database) -> str | None:
    """As whom it is connected; None while PostgreSQL refuses him."""
    try:
        async with database.reading() as session:
            return str(await session.scalar(text("SELECT current_user")))
    except PartDown:
        return None
