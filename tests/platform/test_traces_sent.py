"""Traces go to a collector that believes certificates of the house alone, and none is of who looks whether all is well."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.tls.authority import Authority
from shared.http.operators import HEALTH
from shared.telemetry import Tracing
from shared.tls import Tls
from tests.platform.chores import until
from tests.platform.served import AS_OPERATOR, app_of, http_to

SPAN = b"a span of intake"


class Server(ThreadingHTTPServer):
    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.refused = threading.Event()

    def get_request(self) -> tuple[Any, Any]:
        try:
            return super().get_request()
        except ssl.SSLError:
            self.refused.set()
            raise


class Collector:
    """`heard`: what was sent to it; `told`: something was."""

    def __init__(self, tls: Tls) -> None:
        heard: list[bytes] = []
        told = threading.Event()

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                told.set()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.heard, self.told = heard, told
        self.server = Server(Takes)
        self.server.socket = tls.served.wrap_socket(self.server.socket, server_side=True)
        self.address = f"https://127.0.0.1:{self.server.server_port}/v1/traces"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "tls")
    made.make()
    return made


@pytest.fixture
def collector(authority: Authority) -> Iterator[Collector]:
    made = Collector(authority.of("public"))
    serving = threading.Thread(target=made.server.serve_forever)
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


def send(collector: Collector, tls: Tls | None) -> None:
    tracing = Tracing("intake", collector.address, "", tls)
    with tracing.span(SPAN.decode()):
        pass
    tracing.close()


def test_a_span_arrives_where_a_certificate_of_the_house_is_asked_for(
    collector: Collector, authority: Authority
) -> None:
    send(collector, authority.of("intake"))
    assert [SPAN in one for one in collector.heard] == [True]


def test_who_shows_none_or_is_a_stranger_sends_nothing(
    collector: Collector, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who believes nobody sends nothing; who believes the collector is not believed by it."""
    # For how long it is tried again.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1")
    stranger = Authority(tmp_path / "elsewhere")
    stranger.make()
    believes = authority.of("intake").authorities
    shown = stranger.of("intake")
    for tls in (None, shown, Tls(believes, shown.certificate, shown.key)):
        send(collector, tls)
    assert collector.heard == []


def test_a_certificate_that_is_renewed_is_shown_from_the_next_connection_on(
    collector: Collector, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "elsewhere")
    stranger.make()
    mine = Tls(authority.of("intake").authorities, tmp_path / "tls.crt", tmp_path / "tls.key")
    _put(stranger.of("intake"), mine)
    tracing = Tracing("intake", collector.address, "", mine)
    with tracing.span(SPAN.decode()):
        pass
    assert collector.server.refused.wait(20)
    assert collector.heard == []
    _put(authority.of("intake"), mine)
    assert collector.told.wait(20), "it is tried again, with what lies there then"
    tracing.close()
    assert [SPAN in one for one in collector.heard] == [True]


def _put(these: Tls, there: Tls) -> None:
    there.key.write_bytes(these.key.read_bytes())
    there.certificate.write_bytes(these.certificate.read_bytes())


async def test_who_looks_whether_it_is_ready_leaves_no_span(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "spans"
    async with http_to(app_of("intake", tmp_path, monkeypatch, traces=file)) as http:
        for path in HEALTH:
            await http.get(path, headers=AS_OPERATOR)
        await http.get("/v1/signals")
    await until(lambda: file.read_text() != "")
    spans = [json.loads(one) for one in file.read_text().splitlines()]
    assert [one["name"] for one in spans] == ["GET /v1/signals"]
