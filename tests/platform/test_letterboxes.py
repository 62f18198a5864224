"""A letterbox key that OpenBao takes long to make is not made again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.common import Message
from shared.keys.letterboxes import Letterboxes
from shared.keys.sealing import Sealer
from shared.keys.signing import Signer
from shared.openbao import OpenBao
from tests.platform.conftest import DatabaseOf


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


async def test_it_is_asked_for_under_the_same_name(
    database_of: DatabaseOf, busy: tuple[OpenBao, list[str]], tmp_path: Path
) -> None:
    bao, asked = busy
    database, clock = await database_of("intake"), SystemClock()
    announced = asyncio.Event()

    async def announce(message: Message) -> None:
        announced.set()

    async def outstanding(session: AsyncSession, kid: str) -> bool:
        return False

    post = Post("intake", Signer("intake", bao, clock), clock, "0" * 20)
    boxes = Letterboxes(
        "intake",
        database,
        bao,
        post,
        announce,
        Sealer(tmp_path),
        clock,
        days=1,
        beacon=0.01,
        margin=1,
        outstanding=outstanding,
    )
    running = asyncio.create_task(boxes.run())
    await asyncio.wait_for(announced.wait(), 60)
    running.cancel()
    assert len(asked) == 3
    assert len(set(asked)) == 1
    async with database.reading() as session:
        kids = (await session.scalars(text("SELECT kid FROM letterbox_key"))).all()
    assert kids == [f"intake.{asked[0]}"]
