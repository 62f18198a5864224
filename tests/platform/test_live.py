"""A service that is to process real data serves nobody until the municipality has filled in what that takes (C-20)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from services.intake.app import create
from services.intake.settings import Settings
from shared.protocol.live import TRIAL
from tests.parts import TOLD
from tests.protocol.complete import complete

REPORT = {"channel": "web", "text": "Een sterke henneplucht."}


async def ask(tmp_path: Path, *, live: bool, text: str) -> tuple[httpx.Response, dict[str, object]]:
    """What the door and the readiness of an intake say that reaches no part."""
    (tmp_path / "voorbeeld.toml").write_text(text)
    for name in ("password", "secret"):
        (tmp_path / name).write_text("niet-geheim")
    settings = Settings(
        **TOLD,
        openbao_credentials=tmp_path / "approle",
        folder=tmp_path,
        tombstones=tmp_path / "tombstones",
        protocol="midden-delfland-2026",
        protocols=tmp_path,
        door_password=tmp_path / "password",
        door_secret=tmp_path / "secret",
        live=live,
        operations_secret=tmp_path / "secret",
    )
    operator = {"Authorization": "Bearer niet-geheim"}
    transport = httpx.ASGITransport(app=create(settings), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
        return (await client.post("/v1/signals", json=REPORT)), (await client.get("/statusz", headers=operator)).json()


async def test_live_with_something_missing_is_refused(tmp_path: Path) -> None:
    text = complete().replace('advies_fg = "2026-03-02"', 'advies_fg = ""')
    refused, health = await ask(tmp_path, live=True, text=text)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-live")
    assert refused.json()["detail"] == "Dit meldpunt is nog niet in gebruik genomen: er kan nog niet worden gemeld."
    assert health["ready"] is False
    assert "advies van de FG" in health["problems"]["live"]  # type: ignore[index]


async def test_live_and_complete_is_not_held_up_by_it(tmp_path: Path) -> None:
    answer, health = await ask(tmp_path, live=True, text=complete())
    assert answer.json()["code"] == "part-down", "what is missing here is a database, and no more than that"
    assert "live" not in health["problems"]  # type: ignore[operator]
    assert (health["trial"], health["missingForLive"]) == (False, [])


@pytest.mark.parametrize("filled_in", [False, True])
async def test_a_trial_goes_on_and_says_what_it_is(tmp_path: Path, filled_in: bool) -> None:
    text = complete() if filled_in else complete().replace('oin = "00000001823288444000"', 'oin = ""')
    answer, health = await ask(tmp_path, live=False, text=text)
    assert answer.json()["code"] == "part-down"
    assert "live" not in health["problems"]  # type: ignore[operator]
    assert (health["trial"], bool(health["missingForLive"])) == (True, not filled_in)
    assert TRIAL.startswith("Proefopstelling")
