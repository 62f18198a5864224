"""A letterbox key that OpenBao takes long to make is not made again and again; one that cannot be made shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.post import Post
from shared.clock import Clock, SystemClock
from shared.contracts.common import Message
from shared.database.engine import Database
from shared.keys.letterboxes import Announce, Letterboxes
from shared.keys.sealing import Sealer
from shared.keys.signing import Signer
from shared.openbao import OpenBao
from shared.queue import PATIENCE
from tests.platform.conftest import DatabaseOf
from tests.platform.desk import MovedClock


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[tuple[OpenBao, list[str]]]:
    """An OpenBao that makes keys, and answers in time only at the third attempt; which keys it was asked for."""
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        if request.path.endswith("/login"):
            return web.json_response({"auth": {"client_token": "t"}})
        if "/export/" in request.path:
            return web.json_response({"data": {"keys": {"1": "a public key"}}})
        asked.append(request.path.rsplit("/", 1)[-1])
        return web.json_response({}, status=200 if len(asked) > 2 else 503)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    (tmp_path / "approle").write_text("{}")
    bao = OpenBao(f"http://127.0.0.1:{runner.addresses[0][1]}", tmp_path / "approle")
    yield bao, asked
    await bao.close()
    await runner.cleanup()


def boxes_of(bao: OpenBao, database: Database, clock: Clock, folder: Path, announce: Announce) -> Letterboxes:
    async def outstanding(session: AsyncSession, kid: str) -> bool:
        return False

    return Letterboxes(
        "intake",
        database,
        bao,
        Post("intake", Signer("intake", bao, clock), clock, "0" * 20),
        announce,
        Sealer(folder),
        clock,
        days=1,
        beacon=0.01,
        margin=1,
        outstanding=outstanding,
    )


async def test_it_is_asked_for_under_the_same_name(
    database_of: DatabaseOf, busy: tuple[OpenBao, list[str]], tmp_path: Path
) -> None:
    bao, asked = busy
    database, announced = await database_of("intake"), asyncio.Event()

    async def announce(message: Message) -> None:
        announced.set()

    boxes = boxes_of(bao, database, SystemClock(), tmp_path, announce)
    running = asyncio.create_task(boxes.keeping.run())
    await asyncio.wait_for(announced.wait(), 60)
    running.cancel()
    assert len(asked) == 3
    assert len(set(asked)) == 1
    async with database.reading() as session:
        kids = (await session.scalars(text("SELECT kid FROM letterbox_key"))).all()
    assert kids == [f"intake.{asked[0]}"]


async def test_a_key_that_cannot_be_made_shows(database_of: DatabaseOf, tmp_path: Path) -> None:
    (tmp_path / "approle").write_text("{}")
    bao, clock = OpenBao("http://127.0.0.1:9", tmp_path / "approle"), MovedClock()

    async def announce(message: Message) -> None:
        raise AssertionError("there is nothing to announce")

    boxes = boxes_of(bao, await database_of("intake"), clock, tmp_path, announce)
    await boxes.keeping.once()
    clock.pass_by(PATIENCE.total_seconds())
    await boxes.keeping.once()
    await bao.close()
    shown = boxes.keeping.stuck()
    assert (shown.queue, shown.count, shown.examples[0].attempts) == ("letterboxes", 1, 2)
    assert "OpenBao" in shown.remedy
