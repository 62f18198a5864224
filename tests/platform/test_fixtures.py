"""What the other suites here stand on: one part at a time, with no more rights than the table gives."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.database.tables import Outgoing
from shared.openbao import BaoRefused
from tests.platform.conftest import BaoOf, BusOf, DatabaseOf


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_database_is_fresh_and_its_user_may_change_no_table(database_of: DatabaseOf, turn: int) -> None:
    database = await database_of("assessment")
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM tombstone"))).scalar_one() == 0
        await session.execute(text("INSERT INTO tombstone VALUES ('S-00000-00000', now())"))
    with pytest.raises(ProgrammingError):
        async with database.transaction() as session:
            await session.execute(text("CREATE TABLE mine (n int)"))
    again = await database_of("assessment")
    async with again.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM tombstone"))).scalar_one() == 1


async def test_a_message_goes_over_the_bus(bus_of: BusOf) -> None:
    came: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        await came.put((producer, body))

    async def nothing(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Intake is told nothing here."""

    await bus_of("assessment", receive)
    intake = await bus_of("intake", nothing)
    now = datetime.now(UTC)
    message = Outgoing(
        id=uuid4(), addressee="assessment", event="report.v1", headers={}, body=b"{}", created_at=now, next_at=now
    )
    await intake.publish(message)
    assert await asyncio.wait_for(came.get(), 60) == ("intake", b"{}")


async def test_a_service_has_its_own_policy(bao_of: BaoOf) -> None:
    key = uuid4().hex
    await bao_of("assessment").call("POST", f"room-signal/keys/{key}", {"type": "aes256-gcm96"})
    with pytest.raises(BaoRefused):
        await bao_of("sources").call("POST", f"room-signal/encrypt/{key}", {"plaintext": "QQ=="})
