"""A service where others can reach it: TLS on both sides, renewed while it runs, and an end that nobody notices."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from deploy.tls.authority import Authority
from shared.service.serve import ServeSettings
from tests.house import until
from tests.ports import own_port

HERE = "127.0.0.1"
DRAIN, SLOW = 5.0, 10.0
APP = f"""
import asyncio
from pathlib import Path
from fastapi import FastAPI

def create():
    app = FastAPI()
    @app.get("/readyz")
    async def ready():
        return "ok"
    @app.get("/slow")
    async def slow():
        Path(__file__).with_name("began").touch()
        await asyncio.sleep({SLOW})
        return "done"
    @app.get("/who")
    async def who(request: "Request"):
        return request.client.host, request.url.scheme
    return app

from fastapi import Request
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("served") / "tls")
    made.make()
    return made


class Served:
    """A process; `get` asks as the portal does."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, authority: Authority) -> None:
        self.process, self.port = process, port
        self.address = f"https://{HERE}:{port}"
        self._asks = authority.of("portal")

    def get(self, path: str, **more: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", verify=self._asks.context, timeout=60, headers=more)

    def status(self) -> int | None:
        try:
            return self.get("/readyz").status_code
        except httpx.TransportError:
            return None

    def serial(self) -> int:
        with (
            socket.create_connection((HERE, self.port), timeout=5) as plain,
            self._asks.context.wrap_socket(plain, server_hostname=HERE) as shown,
        ):
            return x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"").serial_number


@pytest.fixture
def served(authority: Authority, tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "an_app.py").write_text(APP)
    port, mine = own_port(), authority.of("assessment")
    told = {
        "TLS_AUTHORITIES": mine.authorities,
        "TLS_CERTIFICATE": mine.certificate,
        "TLS_KEY": mine.key,
        "LISTEN_HOST": HERE,
        "LISTEN_PORT": port,
        "DRAIN_SECONDS": DRAIN,
        "FINISH_SECONDS": 60,
    }
    env = {f"MELDPUNT_{name}": str(value) for name, value in told.items()}
    env["PYTHONPATH"] = f"{tmp_path}:{Path(__file__).parents[2]}"
    process = subprocess.Popen([sys.executable, "-m", "shared.service.serve", "an_app"], env=env)
    found = Served(process, port, authority)
    end = time.monotonic() + 60
    while found.status() is None:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    yield found
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait(10)


def test_who_is_of_the_house_is_served_and_nobody_else(served: Served, authority: Authority, tmp_path: Path) -> None:
    assert served.get("/who").json() == [HERE, "https"]
    # Whose word counts about who calls is for the application to say, and it was told nobody's.
    assert served.get("/who", **{"X-Forwarded-For": "203.0.113.7"}).json() == [HERE, "https"]
    foreign = Authority(tmp_path / "foreign")
    foreign.make()
    none = ssl.create_default_context(cafile=str(authority.trusted))
    other = ssl.create_default_context(cafile=str(authority.trusted))
    other.load_cert_chain(foreign.of("portal").certificate, foreign.of("portal").key)
    now = datetime.now(UTC)
    authority.issue("public", now - timedelta(days=2), timedelta(days=1))
    for context in (none, other, authority.of("public").context):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{served.address}/readyz", verify=context)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{HERE}:{served.port}/readyz")


def test_what_is_renewed_is_served_without_a_restart(served: Served, authority: Authority) -> None:
    before = served.serial()
    assert served.serial() == before
    authority.issue("assessment", datetime.now(UTC))
    assert served.serial() != before
    former = authority.of("export").context
    authority.prepare_next()
    former = authority.of("export").context
    authority.turn_to_next()
    assert httpx.get(f"{served.address}/readyz", verify=former, timeout=60).status_code == 200
    authority.forget_previous()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{served.address}/readyz", verify=former, timeout=60)
    assert served.status() == 200


def test_it_says_that_it_leaves_finishes_what_it_began_and_goes(served: Served, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as others:
        slow = others.submit(served.get, "/slow")
        until((tmp_path / "began").exists)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.status() == 503)
        # Not ready, and yet nobody who comes all the same is turned away.
        assert served.get("/who").status_code == 200
        until(lambda: served.status() is None)
        assert not slow.done()
        assert slow.result(60).json() == "done"
    assert served.process.wait(60) == 0


def test_nothing_is_served_without_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHORITIES", "CERTIFICATE", "KEY"):
        monkeypatch.delenv(f"MELDPUNT_TLS_{name}", raising=False)
    with pytest.raises(ValueError, match="3 validation errors"):
        ServeSettings.model_validate({})
