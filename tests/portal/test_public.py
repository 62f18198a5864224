"""The public pages: a process that has nothing of the portal, and tells the door who visits."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from services.portal.public import create
from services.portal.settings import PublicSettings

ADDRESS = "https://melden.example.nl"
SAME = {"Sec-Fetch-Site": "same-origin"}
PROXY = "10.0.0.1"


class Door:
    """What the door was told of who visits."""

    def __init__(self) -> None:
        self.told: list[str | None] = []
        self.keys: list[str | None] = []
        self.address = ""
        self.instead: web.Response | None = None

    async def answer(self, request: web.Request) -> web.Response:
        self.told.append(request.headers.get("X-Forwarded-For"))
        self.keys.append(request.headers.get("Idempotency-Key"))
        if self.instead is not None:
            return self.instead
        return web.json_response({"receiptCode": "R-7K3MQ-9XD4T12345"}, status=201)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    found = Door()
    app = web.Application()
    app.router.add_post("/{rest:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


async def told(door: Door, comes_from: str, says: str | None, trusted: str = "") -> str | None:
    """What the door is told of a visitor whose connection comes from there, and who (or whose proxy) says where he is."""
    app = create(PublicSettings(public_address=ADDRESS, intake_address=door.address, trusted_proxies=trusted))
    transport = httpx.ASGITransport(app, client=(comes_from, 1))
    headers = SAME | ({"X-Forwarded-For": says} if says else {})
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        answer = await visitor.post("/", data={"text": "Een geur."}, headers=headers)
        assert answer.status_code == 201
    return door.told[-1]


async def test_each_visitor_has_his_own_share_at_the_door(door: Door) -> None:
    assert await told(door, "192.0.2.7", None) == "192.0.2.7"
    assert await told(door, PROXY, "192.0.2.7", trusted=PROXY) == "192.0.2.7"


async def test_nobody_chooses_whose_share_he_uses(door: Door) -> None:
    assert await told(door, "192.0.2.7", "192.0.2.8") == "192.0.2.7"
    assert await told(door, "192.0.2.7", "192.0.2.8", trusted=PROXY) == "192.0.2.7"
    assert await told(door, PROXY, "192.0.2.8, 192.0.2.7", trusted=PROXY) == "192.0.2.7"


@pytest.mark.parametrize("said", ["<html>Bad gateway</html>", "[]"])
async def test_what_a_visitor_typed_is_there_still_when_the_door_does_not_answer(door: Door, said: str) -> None:
    """A gateway that answers in its place too. Sent again it is the same report, so that it comes in once."""
    app = create(PublicSettings(public_address=ADDRESS, intake_address=door.address))
    transport = httpx.ASGITransport(app)
    form = {"text": "Een geur.", "key": "a-key-of-this-form", "reporter.email": "iemand@example.nl"}
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        door.instead = web.Response(text=said, status=502)
        answer = await visitor.post("/", data=form, headers=SAME)
        assert answer.status_code == 503
        for typed in form.values():
            assert typed in answer.text
        assert "probeer het over een paar minuten opnieuw" in answer.text
        door.instead = web.Response(text=said, status=502)
        answer = await visitor.post("/intrekken", data={"receiptCode": "R-7K3MQ"}, headers=SAME)
        assert answer.status_code == 503
        assert "Uw contact kan nu niet worden ingetrokken." in answer.text
        assert 'value="R-7K3MQ"' in answer.text
        door.instead = None
        assert (await visitor.post("/", data=form, headers=SAME)).status_code == 201
    assert door.keys[0] == door.keys[2] == form["key"]


async def test_an_error_speaks_to_who_reports_and_leads_to_where_he_can(door: Door) -> None:
    """He has no dossiers, and no work."""
    app = create(PublicSettings(public_address=ADDRESS, intake_address=door.address))

    @app.get("/anders")
    async def anders() -> None:
        raise ValueError("Wilgenroos")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        absent, failed = await visitor.get("/bestaat-niet"), await visitor.get("/anders")
    assert (absent.status_code, failed.status_code) == (404, 500)
    assert "Deze pagina bestaat niet." in absent.text
    assert "geen ontvangstcode" in failed.text
    for answer in (absent, failed):
        assert '<a href="/">Naar de voorpagina</a>' in answer.text
        assert 'href="/intrekken"' in answer.text
        for other in ("dossier", "Mijn werk", "Wilgenroos"):
            assert other not in answer.text


@pytest.mark.parametrize("key", ["é" * 9, "a b c d e", "korter", "x" * 201, "regel\r\nX-Forwarded-For: 192.0.2.8"])
async def test_what_is_no_key_of_a_form_goes_in_no_header(door: Door, key: str) -> None:
    app = create(PublicSettings(public_address=ADDRESS, intake_address=door.address))
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        answer = await visitor.post("/", data={"text": "Een geur.", "key": key}, headers=SAME)
    assert answer.status_code == 201
    assert (door.keys, door.told) == ([None], ["192.0.2.7"])


def test_it_has_nothing_with_which_a_service_could_be_asked() -> None:
    """No session, no token, no key, no address: what is not there cannot be led to by a visitor."""
    of_the_portal = ("calls", "sessions", "exchange", "kept", "leaving", "app", "api", "use_cases")
    looks = "import services.portal.public, sys; print(*(one for one in sys.modules if one.startswith('services.')))"
    loaded = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True).stdout.split()
    assert [one for one in loaded if one.startswith(tuple(f"services.portal.{name}" for name in of_the_portal))] == []
    assert {one.split(".")[1] for one in loaded} == {"portal"}
    assert set(PublicSettings.model_fields) == {
        "public_address",
        "intake_address",
        # Its own certificate says that it is of the house, and is no token.
        "tls_authorities",
        "tls_certificate",
        "tls_key",
        "trusted_proxies",
        "log_level",
        "instance",
        "protocol",
        "protocols",
        "live",
        "theme",
        "guides",
        # What Prometheus shows to them; they show it to nobody.
        "metrics_secret",
    }


async def test_who_reports_finds_his_guide_and_no_other(door: Door) -> None:
    app = create(PublicSettings(public_address=ADDRESS, intake_address=door.address))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        assert 'href="/hulp"' in (await visitor.get("/")).text
        page = await visitor.get("/hulp")
        assert "Gids voor wie iets meldt" in page.text
        pictures = re.findall(r'src="(/hulp/beelden/[\w-]+\.png)"', page.text)
        assert pictures
        for one in pictures:
            assert (await visitor.get(one)).headers["Content-Type"] == "image/png"
        for other in ("/hulp/beheerder", "/hulp/beelden/toezicht.png", "/hulp/beelden/..%2fmelder.md"):
            assert (await visitor.get(other)).status_code == 404
