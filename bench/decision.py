"""What one decision costs everybody, from its POST until nothing is left to do; and how soon the next service has it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from bench.counts import Counts, counting, logging_statements, quiet
from bench.figures import Figure, at_most
from bench.load import percentile
from tests.deliveries import deliveries
from tests.house import NO_SUSPICION, NOBODY, SUSPICION, TestHouse, until
from tests.parts import run_async

COUNT = 12
PERIOD_SECONDS = 60
"""What the house does by itself (keys asked anew, letterboxes told again) comes once in this time. So it is at rest for so
long, and decisions are counted over as long or a multiple: what is subtracted is what happened."""
Decide = Callable[[str, int], object]
AIMS = {"transactions": 8, "statements": 20, "calls": 4, "published": 3}
NAMES = {
    "transactions": "transactions",
    "statements": "SQL statements",
    "calls": "OpenBao calls",
    "published": "publications",
    "delivered": "deliveries",
}
LEFT = (
    "SELECT (SELECT count(*) FROM outgoing WHERE receipted_at IS NULL) + (SELECT count(*) FROM audit WHERE seq IS NULL)"
)


def cost(house: TestHouse) -> list[Figure]:
    """Of a decision that only tells, of the first one of a signal, and of one that hands it over; each at rest."""
    numbers, ending = ([house.arrived(house.report()) for _ in range(COUNT)] for _ in range(2))
    for number in ending:
        house.with_purpose(number)
    with logging_statements(house):
        quiet(house)
        with counting(house) as rest:
            time.sleep(PERIOD_SECONDS)
        first = _each(house, numbers, _purpose(house))
        later = _each(house, numbers, _weging(house, "suspicion", SUSPICION))
        handing = _each(house, ending, _weging(house, "no-suspicion", NO_SUSPICION, forwarding=NOBODY))
    return [
        *_figures("decision", later, rest, AIMS),
        *_figures("first decision of a signal", first, rest, {}),
        *_figures("decision that hands over", handing, rest, {}),
    ]


def _purpose(house: TestHouse) -> Decide:
    return lambda number, version: house.must_decide(
        number, "anna", "purpose", "set", fields={"purposes": ["niet-faciliteren"]}, version=version
    )


def _weging(house: TestHouse, outcome: str, fields: dict[str, Any], **more: Any) -> Decide:
    return lambda number, version: house.must_decide(
        number, "bram", "weging-1", outcome, fields=fields, version=version, **more
    )


def _each(house: TestHouse, numbers: list[str], decide: Decide) -> Counts:
    """Each after the one before it has settled."""
    versions = [
        house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"] for number in numbers
    ]
    quiet(house)
    with asyncio.Runner() as runner, counting(house) as counts:
        began = time.monotonic()
        watch = runner.run(house.superuser("assessment"))
        for number, version in zip(numbers, versions, strict=True):
            decide(number, version)
            until(lambda: runner.run(watch.fetchval(LEFT)) == 0, 60)
        runner.run(watch.close())
        quiet(house)
        time.sleep(-(time.monotonic() - began) % PERIOD_SECONDS)
    return counts


def _figures(what: str, counts: Counts, rest: Counts, aims: dict[str, int]) -> list[Figure]:
    def per_one(counted: float, at_rest: float) -> float:
        return max(0.0, counted - at_rest / rest.seconds * counts.seconds) / COUNT

    figures = []
    for key, name in NAMES.items():
        value = round(per_one(counts.totals[key], rest.totals[key]), 1)
        label = f"per {what}: {name}"
        figures.append(at_most(label, value, "", aims[key]) if key in aims else Figure(label, value, ""))
    spent, resting = sum(counts.processor.values()), sum(rest.processor.values())
    figures.append(Figure(f"per {what}: processor time", round(per_one(spent, resting) * 1000, 1), "ms"))
    for kind, found in counts.kinds.items():
        quieter = rest.kinds.get(kind, Counter())
        ranked = {one: per_one(n, quieter.get(one, 0)) for one, n in found.items()}
        for one, value in sorted(ranked.items(), key=lambda item: -item[1]):
            if value >= 0.2:
                figures.append(Figure(f"- {what}: {kind}: {one}", round(value, 1), ""))
    return figures


def unmeant(house: TestHouse) -> list[Figure]:
    """Of everything that this house has sent so far."""
    quiet(house)
    found = run_async(deliveries(house))
    wrong, all_of_them = sum(one.unmeant for one in found), sum(one.matched for one in found)
    return [at_most("deliveries not meant for the receiver", wrong, f"of {all_of_them}", 0)]


def visible(house: TestHouse, count: int = 40) -> list[Figure]:
    """From the 201 of the decision that ends a signal to its being visible at retention, window 0, one at a time."""
    hops = []
    with asyncio.Runner() as runner:
        watch = runner.run(house.superuser("retention"))
        for _ in range(count):
            number = house.arrived(house.report())
            house.with_purpose(number)
            house.must_decide(number, "bram", "weging-1", "no-suspicion", fields=NO_SUSPICION, forwarding=NOBODY)
            began = time.perf_counter()
            # Looked for in the database, so that looking costs nothing; then asked as a person would.
            runner.run(_there(watch, number))
            assert house.signal(number, "retention") is not None
            hops.append((time.perf_counter() - began) * 1000)
        runner.run(watch.close())
    p50, p99 = round(percentile(hops, 0.5), 1), round(percentile(hops, 0.99), 1)
    name = "decision to visible in the next service, one at a time"
    return [at_most(f"{name}, p50", p50, "ms", 100), at_most(f"{name}, p99", p99, "ms", 250)]


async def _there(watch: Any, number: str) -> None:
    while not await watch.fetchval("SELECT 1 FROM sealed_signal WHERE number=$1", number):
        await asyncio.sleep(0.003)
