"""The portal before services that are all silent: what it does by itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OKPKey

from services.portal.app import create
from services.portal.sessions import COOKIE, Session
from services.portal.settings import Settings
from tests.portal.keeping import InMemory, begins

ADDRESS = "https://portal.example.nl"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """What the portal is told."""
    (tmp_path / "key").write_text(json.dumps(OKPKey.generate_key("Ed25519", {"kid": "a-key"}).as_dict(private=True)))
    (tmp_path / "client").write_text("the-portal")
    nobody = "http://127.0.0.1:9"
    return {
        "portal_address": ADDRESS,
        "portal_key": tmp_path / "key",
        "services": dict.fromkeys(("access", "assessment", "sources", "casework", "rights", "worklist"), nobody),
        "oidc_authorization_endpoint": "https://log-in.example.nl/authorize",
        "oidc_issuer": "https://log-in.example.nl",
        "oidc_token_endpoint": f"{nobody}/token",
        "oidc_client_id": tmp_path / "client",
        "oidc_client_secret": tmp_path / "client",
    }


@pytest.fixture
async def app(told: dict[str, Any]) -> AsyncIterator[FastAPI]:
    keeper = InMemory()
    made = create(Settings(**told), keeper)
    made.state.keeper = keeper
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def portal(app: FastAPI) -> httpx.AsyncClient:
    """A browser that is not logged in; `visitor` is the number of somebody's session."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
    session = Session("resume", "u-1", ("oov",), csrf="the-token")
    client.cookies.set("visitor", await begins(app, session))
    return client


@pytest.fixture
def somebody(portal: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser that is."""
    portal.cookies.set(COOKIE, str(portal.cookies.get("visitor")))
    return portal
