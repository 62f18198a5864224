"""What the pages tell Prometheus: requests by route, and nothing that anybody typed; to nobody without the secret."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from services.portal.public import create
from services.portal.settings import PublicSettings

ADDRESS = "https://melden.example.nl"
SECRET = "prometheus-reads-this"
SHOWN = {"Authorization": f"Bearer {SECRET}"}
TYPED = "Wilgenroos"


@dataclass
class Pages:
    visitor: httpx.AsyncClient
    secret: Path

    async def figures(self) -> dict[tuple[str, str, str], float]:
        """Requests so far by method, route and class of the answer."""
        answer = await self.visitor.get("/metrics", headers=SHOWN)
        assert answer.status_code == 200
        families: Any = text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
        samples = [one for family in families for one in family.samples]
        return {
            (one.labels["method"], one.labels["route"], one.labels["status"]): one.value
            for one in samples
            if one.name == "meldpunt_request_duration_seconds_count"
        }


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    secret = tmp_path / "metrics"
    secret.write_text(SECRET)
    app = create(PublicSettings(public_address=ADDRESS, intake_address="http://127.0.0.1:1", metrics_secret=secret))
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as visitor:
        yield Pages(visitor, secret)


async def test_requests_are_counted_by_route_and_nothing_that_was_typed_is_told(pages: Pages) -> None:
    visitor = pages.visitor
    for path in ("/", "/", f"/{TYPED}", f"/?naam={TYPED}", "/static/nowhere.css", "/livez"):
        await visitor.get(path)
    await visitor.post("/", data={"text": TYPED}, headers={"Sec-Fetch-Site": "same-origin"})
    await visitor.request(TYPED.upper(), "/", headers={"Sec-Fetch-Site": "same-origin"})
    assert await pages.figures() == {
        ("GET", "/", "2xx"): 3,
        ("GET", "unknown", "4xx"): 1,
        ("GET", "/static", "4xx"): 1,
        ("POST", "/", "5xx"): 1,
        ("other", "/", "4xx"): 1,
    }
    assert TYPED.lower() not in (await visitor.get("/metrics", headers=SHOWN)).text.lower()


@pytest.mark.parametrize(
    "shown", [{}, {"Authorization": "Bearer other"}, {"Authorization": f"Basic {SECRET}"}], ids=str
)
async def test_nobody_reads_them_without_the_secret(pages: Pages, shown: dict[str, str]) -> None:
    answer = await pages.visitor.get("/metrics", headers=shown)
    assert (answer.status_code, answer.text) == (401, "")
    pages.secret.unlink()
    assert (await pages.visitor.get("/metrics", headers=SHOWN)).status_code == 401, "no secret opens nothing"
