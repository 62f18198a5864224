"""How fast reports come in, and how fast assessment takes in what has queued up."""

from __future__ import annotations

import asyncio
import json
import os
import statistics

from bench import bounds
from bench.counts import processor_seconds, quiet
from bench.figures import Figure, at_most
from bench.load import Result, percentile, post
from deploy.embedded.home import SERVICE_NAMES
from tests.house import TestHouse, a_report, until

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))


def running(house: TestHouse) -> list[Figure]:
    return _door(house, "everything running")


def alone(house: TestHouse) -> list[Figure]:
    others = tuple(name for name in SERVICE_NAMES if name != "intake")
    for name in others:
        house.hold(name)
    try:
        return _door(house, "everything else stopped")
    finally:
        for name in others:
            house.let_go(name)
        house.all_ready()
        quiet(house)


def _door(house: TestHouse, how: str) -> list[Figure]:
    """POST /v1/signals over 16 connections, twice, and the bound in between."""
    runs = [reports(house, connections=16, seconds=SECONDS) for _ in range(2)]
    bound = asyncio.run(bounds.door(house, connections=16, seconds=SECONDS / 2))
    assert not any(one.wrong for one in runs), "a report was not accepted"
    rate = statistics.median(one.rate for one in runs)
    p99 = statistics.median(percentile(one.latencies, 0.99) for one in runs) * 1000
    name = f"POST /v1/signals, 16 connections, {how}"
    return [
        Figure(name, round(rate, 1), "reports/s", ">= 250", round(bound, 1), round(rate / bound, 2), rate >= 250),
        at_most(f"{name}, p99", round(p99, 1), "ms", 150),
    ]


def reports(house: TestHouse, *, connections: int, seconds: float) -> Result:
    text = json.dumps(a_report("web")).encode()
    address = house.client.addresses["intake"]
    return asyncio.run(post(address, "/v1/signals", lambda: text, connections=connections, seconds=seconds))


def many(house: TestHouse, count: int) -> int:
    """At least `count` reports through the door; returns how many."""
    sent = 0
    while sent < count:
        sent += len(reports(house, connections=8, seconds=min(2.0, max(0.3, (count - sent) / 300))).latencies)
    return sent


def arrival(house: TestHouse, count: int = 400) -> list[Figure]:
    """How fast assessment takes in what has queued up while it was stopped, and what that costs whom."""
    until(lambda: house.sql("intake", "SELECT count(*) AS n FROM outgoing")[0]["n"] < 20, 300, every=0.5)
    quiet(house)
    bound = asyncio.run(bounds.arrival(house, connections=16, count=count))
    house.hold("assessment")
    sent = many(house, count)
    until(lambda: house.sql("intake", "SELECT count(*) AS n FROM outgoing WHERE attempts = 0")[0]["n"] == 0, 120)
    before = house.sql("assessment", "SELECT count(*) AS n FROM dossier")[0]["n"]
    spent = processor_seconds(house)
    house.let_go("assessment")
    until(lambda: house.sql("assessment", "SELECT count(*) AS n FROM dossier")[0]["n"] >= before + sent, 300, every=0.5)
    span = house.sql(
        "assessment",
        "SELECT extract(epoch FROM max(handled_at) - min(handled_at)) AS s, count(*) AS n FROM"
        " (SELECT handled_at FROM inbox WHERE event = 'report.v1' ORDER BY handled_at DESC LIMIT $1) AS late",
        sent,
    )[0]
    quiet(house)
    rate = span["n"] / float(span["s"])
    part = rate / bound
    figures = [
        Figure(
            "assessment takes in reports",
            round(rate, 1),
            "signals/s",
            "ratio >= 0.6",
            round(bound, 1),
            round(part, 2),
            part >= 0.6,
        )
    ]
    for who, seconds in processor_seconds(house).items():
        each = (seconds - spent.get(who, 0.0)) / sent * 1000
        figures.append(Figure(f"- processor time per report, {who}", round(each, 1), "ms"))
    return figures
