"""The portal and the public pages ask over TLS what they ask, and show who they are; with real data in no other way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from pydantic import ValidationError

from deploy.tls.authority import Authority
from services.portal.calls import Calls
from services.portal.public import create
from services.portal.sessions import Session
from services.portal.settings import PublicSettings, Settings
from shared.errors import PartDown
from shared.tls import Tls
from tests.parts import told_of
from tests.portal.test_calls import token

ADDRESS = "https://melden.example.nl"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "tls")
    made.make()
    return made


class AService:
    """Whoever is asked: it takes nobody without a certificate, and notes in whose name he came."""

    def __init__(self) -> None:
        self.asked_by: list[str] = []
        self.address = ""

    async def answer(self, request: web.Request) -> web.Response:
        shown = request.transport.get_extra_info("peercert") if request.transport else None
        self.asked_by.append(dict(one[0] for one in shown["subject"])["commonName"] if shown else "nobody")
        said = {"access_token": token(), "refresh_token": "resume", "receiptCode": "R-7K3MQ-9XD4T12345"}
        return web.json_response(said, status=201 if request.path == "/v1/signals" else 200)


@pytest.fixture
async def a_service(authority: Authority) -> AsyncIterator[AService]:
    found, app = AService(), web.Application()
    app.router.add_route("*", "/{rest:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.of("intake").served).start()
    found.address = f"https://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


async def asks(told: dict[str, Any], address: str, tls: Tls) -> int:
    settings = Settings(**(told | told_of(tls) | {"services": {"access": address, "assessment": address}}))
    calls = Calls(settings)
    try:
        return (await calls.get(Session("resume", "u-1", ("oov",), csrf="x"), "assessment", "/v1/signals/x")).status
    finally:
        await calls.close()


async def test_the_portal_shows_who_it_is(
    told: dict[str, Any], a_service: AService, authority: Authority, tmp_path: Path
) -> None:
    assert await asks(told, a_service.address, authority.of("portal")) == 200
    assert set(a_service.asked_by) == {"portal"}
    foreign = Authority(tmp_path / "foreign")
    foreign.make()
    # Neither somebody of another house, nor somebody of this one who believes another.
    for tls in (
        Tls(authority.trusted, foreign.of("portal").certificate, foreign.of("portal").key),
        Tls(foreign.trusted, authority.of("portal").certificate, authority.of("portal").key),
    ):
        with pytest.raises(PartDown):
            await asks(told, a_service.address, tls)


async def test_so_do_the_public_pages_also_with_a_renewed_certificate(
    a_service: AService, authority: Authority
) -> None:
    files = told_of(authority.of("public"))
    settings = PublicSettings(public_address=ADDRESS, intake_address=a_service.address, **files)
    app = create(settings)
    transport, same = httpx.ASGITransport(app), {"Sec-Fetch-Site": "same-origin"}
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        for _ in range(3):
            assert (await visitor.post("/", data={"text": "Een geur."}, headers=same)).status_code == 201
            authority.issue("public", datetime.now(UTC))
    assert a_service.asked_by == ["public"] * 3


def test_with_real_data_nothing_is_asked_in_plain_text(told: dict[str, Any], authority: Authority) -> None:
    files, plain = told_of(authority.of("portal")), "http://127.0.0.1:9"
    over_tls = {"services": dict.fromkeys(told["services"], "https://127.0.0.1:9")}
    assert Settings(**told).tls is None, "on one machine, for trying"
    assert Settings(**(told | over_tls | files), live=True).tls
    for wrong in (told | {"live": True}, told | files | {"live": True}, told | over_tls):
        with pytest.raises(ValidationError, match="https://"):
            Settings(**wrong)
    for wrong in ({"intake_address": plain, "live": True}, {"intake_address": "https://127.0.0.1:9"}):
        with pytest.raises(ValidationError, match="https://"):
            PublicSettings(public_address=ADDRESS, **wrong)
