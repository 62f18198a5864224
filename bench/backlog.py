"""With thousands of reports waiting for assessment: how often each is sent, and what a decision then takes."""

from __future__ import annotations

import os
import time

from bench.counts import quiet
from bench.door import many
from bench.figures import Figure, at_most, ratio
from bench.load import percentile
from tests.house import TestHouse, until
from tests.parts import run_async

WAITING = int(os.environ.get("BENCH_WAITING", "5000"))
DECISIONS = int(os.environ.get("BENCH_DECISIONS", "40"))


def backlog(house: TestHouse) -> list[Figure]:
    """`WAITING` reports come in while assessment is stopped; then people decide while it takes them in."""
    numbers = [house.arrived(house.report()) for _ in range(2 * DECISIONS)]
    quiet(house)
    idle = _decide(house, numbers[:DECISIONS])
    quiet(house)
    before = _published(house)
    house.hold("assessment")
    sent = many(house, WAITING)
    house.let_go("assessment")
    house.all_ready()
    left = _left(house)
    busy = _decide(house, numbers[DECISIONS:])
    still = _left(house)
    until(lambda: _left(house) == 0, 900, every=1)
    times = (_published(house) - before) / sent
    return [
        at_most(f"sends per message, {WAITING} waiting", round(times, 2), "", 1.1),
        ratio(
            f"POST decision p99, {WAITING} reports waiting ÷ idle",
            percentile(busy, 0.99) * 1000,
            percentile(idle, 0.99) * 1000,
            "ms",
            most=3,
        ),
        Figure("- POST decision p50, idle", round(percentile(idle, 0.5) * 1000, 1), "ms"),
        Figure("- POST decision p50, reports waiting", round(percentile(busy, 0.5) * 1000, 1), "ms"),
        Figure("- reports waiting at the first and at the last decision", left, "", bound=still),
    ]


def _decide(house: TestHouse, numbers: list[str]) -> list[float]:
    """Seconds per POST of a purpose."""
    taken = []
    for number in numbers:
        version = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
        began = time.perf_counter()
        house.must_decide(number, "anna", "purpose", "set", fields={"purposes": ["niet-faciliteren"]}, version=version)
        taken.append(time.perf_counter() - began)
    return taken


def _left(house: TestHouse) -> int:
    return int(house.sql("intake", "SELECT count(*) AS n FROM outgoing WHERE event = 'report.v1'")[0]["n"])


def _published(house: TestHouse) -> int:
    """Publications of reports so far, also of those that the stream has had before."""

    async def count() -> int:
        connection = await house.nats_admin()
        state = (await connection.jetstream().stream_info("INTAKE", subjects_filter="meldpunt.intake.report.>")).state
        await connection.close()
        return sum((state.subjects or {}).values())

    return run_async(count())
