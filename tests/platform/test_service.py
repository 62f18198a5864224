"""A service is complete when it is made: what it listens to is what the privilege table lets in, each event once."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from deploy.embedded.home import SERVICE_NAMES
from shared.bus.inbox import Handled, Incoming
from shared.clock import SystemClock
from shared.contracts.access import Leases
from shared.contracts.intake import Report
from shared.service.platform import Platform
from shared.service.service import Service
from shared.settings import ServiceSettings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """What a service is told, with nothing behind it."""
    (tmp_path / "secret").write_text("x")
    told = {
        "openbao_address": "http://127.0.0.1:1",
        "nats_address": "nats://127.0.0.1:1",
        "database_host": "127.0.0.1",
        "database_port": "1",
        "folder": str(tmp_path),
        "tombstones": str(tmp_path),
        "oidc_issuer": "http://127.0.0.1:1",
        "oidc_jwks_uri": "http://127.0.0.1:1",
        "oidc_client_id": "portal",
    } | dict.fromkeys(
        ("openbao_credentials", "door_secret", "door_password", "first_designations"), str(tmp_path / "secret")
    )
    for name, value in told.items():
        monkeypatch.setenv(f"MELDPUNT_{name.upper()}", value)
    return ServiceSettings()


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_service_is_made_whole(settings: ServiceSettings, name: str) -> None:
    assert isinstance(import_module(f"services.{name}.app").create(), FastAPI)


async def _nothing(incoming: Incoming, message: Any) -> Handled:
    raise AssertionError


@pytest.mark.parametrize(
    ("handlers", "said"),
    [
        ({}, "not handled by intake: ended.v1"),
        ({"ended.v1": _nothing, Leases.event: _nothing}, "handled twice by intake: leases.v1"),
        ({"ended.v1": _nothing, Report.event: _nothing}, "never delivered by intake: report.v1"),
    ],
)
def test_one_that_is_not_whole_does_not_start(settings: ServiceSettings, handlers: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Service(Platform("intake", settings, SystemClock(), "x"), handlers=handlers)
