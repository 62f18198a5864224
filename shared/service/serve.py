"""Run one service, or the pages, where others can reach it: `python -m shared.service.serve services.assessment.app`.

TLS with a certificate on both sides, and an end that nobody notices: after SIGTERM it says first that it is not ready, so that
no new requests are brought; then it takes no connections any more, finishes what it has begun, and stops.
"""

from __future__ import annotations

import signal
import ssl
import sys
import time
from importlib import import_module
from pathlib import Path
from types import FrameType

import uvicorn
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.tls import Tls

READY = "/readyz"
KEPT_OPEN_SECONDS = 75
"""A connection on which nothing is asked: longer than a gateway keeps one (a minute, usually), which would ask on it as it is closed."""


class ServeSettings(BaseSettings):
    """Read from the environment, prefix `MELDPUNT_`; the files are those that the service shows to whom it connects to."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    tls_authorities: Path
    tls_certificate: Path
    tls_key: Path
    listen_host: str = "0.0.0.0"  # noqa: S104  (in a container there is nothing else to listen on)
    listen_port: int = 8443
    drain_seconds: float = Field(default=5, ge=0)
    """How long it still takes requests after it was told to stop, and says that it is not ready: longer than a load balancer
    takes to look again."""
    finish_seconds: int = Field(default=25, ge=1)
    """How long a request that has begun may take then."""

    @property
    def tls(self) -> Tls:
        return Tls(self.tls_authorities, self.tls_certificate, self.tls_key)


class Leaving:
    """Before the application: once it is to stop, it is not ready, whatever the application says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.leaves = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.leaves and scope["type"] == "http" and scope["path"] == READY:
            await JSONResponse({"ready": False}, 503)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class DrainingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, leaving: Leaving, drain_seconds: float) -> None:
        super().__init__(config)
        self._leaving = leaving
        self._drain_seconds = drain_seconds
        self._closes_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM begins the end; a second one, or Ctrl-C, does not wait."""
        if sig != signal.SIGTERM or self._leaving.leaves:
            super().handle_exit(sig, frame)
            return
        self._leaving.leaves = True
        self._closes_at = time.monotonic() + self._drain_seconds

    async def on_tick(self, counter: int) -> bool:
        if self._closes_at is not None and time.monotonic() >= self._closes_at:
            self.should_exit = True
        return await super().on_tick(counter)


def serve(app: ASGIApp, settings: ServeSettings) -> None:
    """Until SIGTERM. Raises OSError for certificates that cannot be read."""
    leaving = Leaving(app)
    config = uvicorn.Config(
        leaving,
        host=settings.listen_host,
        port=settings.listen_port,
        # A path can hold anything that a visitor types.
        access_log=False,
        # The application has a setting for whose word counts about who calls.
        proxy_headers=False,
        server_header=False,
        log_config=None,
        loop="uvloop",
        http="httptools",
        timeout_graceful_shutdown=settings.finish_seconds,
        timeout_keep_alive=KEPT_OPEN_SECONDS,
    )
    config.load()
    config.ssl = renewed(settings.tls)
    DrainingServer(config, leaving, settings.drain_seconds).run()


def renewed(tls: Tls) -> ssl.SSLContext:
    """A context that is another one at each handshake once the files have changed."""
    context = tls.served

    def newest(connection: object, _name: str | None, _context: object) -> None:
        connection.context = tls.served  # type: ignore[attr-defined]

    context.sni_callback = newest
    return context


def main() -> None:
    app: ASGIApp = import_module(sys.argv[1]).create()
    serve(app, ServeSettings.model_validate({}))


if __name__ == "__main__":
    main()
