"""`make bench`: the figures, each with its aim, in one table and in bench/results.json.

Ratios are taken within one run: these machines are noisy. BENCH_DESTROY sets the sizes of the destruction
(default 1000,10000), BENCH_SECONDS how long each load lasts (default 8).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import bounds, chain, destruction
from bench.load import percentile, post
from deploy.embedded.home import SERVICE_NAMES
from tests.house import NO_SUSPICION, NOBODY, TestHouse, a_report, until

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
SIZES = [int(one) for one in os.environ.get("BENCH_DESTROY", "1000,10000").split(",")]
RESULTS = Path(__file__).with_name("results.json")


@dataclass
class Figure:
    """One line: `bound` is what could be reached in the same run, `ratio` what part of it was."""

    name: str
    value: float
    unit: str
    aim: str
    bound: float | None = None
    ratio: float | None = None
    met: bool | None = None


def door(house: TestHouse, *, downstream: str) -> list[Figure]:
    """POST /v1/signals over 16 connections, twice, and the bound in between."""
    address = house.client.addresses["intake"]
    text = json.dumps(a_report("web")).encode()
    runs = [asyncio.run(post(address, "/v1/signals", lambda: text, connections=16, seconds=SECONDS)) for _ in range(2)]
    bound = asyncio.run(bounds.door(house, connections=16, seconds=SECONDS / 2))
    assert not any(one.wrong for one in runs), "a report was not accepted"
    rate = statistics.median(one.rate for one in runs)
    p99 = statistics.median(percentile(one.latencies, 0.99) for one in runs) * 1000
    name = f"POST /v1/signals, 16 connections, downstream {downstream}"
    return [
        Figure(name, round(rate, 1), "reports/s", ">= 250", round(bound, 1), round(rate / bound, 2), rate >= 250),
        Figure(f"{name}, p99", round(p99, 1), "ms", "<= 150", met=p99 <= 150),
    ]


def arrival(house: TestHouse, count: int = 400) -> list[Figure]:
    """How fast assessment takes in what has queued up while it was stopped, and what that costs whom."""
    until(lambda: house.sql("intake", "SELECT count(*) AS n FROM outgoing")[0]["n"] < 20, 300, every=0.5)
    quiet(house)
    bound = asyncio.run(bounds.arrival(house, connections=16, count=count))
    house.hold("assessment")
    text = json.dumps(a_report("web")).encode()
    sent = 0
    while sent < count:
        load = post(house.client.addresses["intake"], "/v1/signals", lambda: text, connections=4, seconds=0.5)
        sent += len(asyncio.run(load).latencies)
    quiet(house)
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
    name, ratio = "assessment takes in reports", rate / bound
    aim = ">= 60 % of the bound"
    profile = [
        Figure(
            f"- processor time per report, {who}", round((seconds - spent.get(who, 0.0)) / sent * 1000, 1), "ms", "-"
        )
        for who, seconds in processor_seconds(house).items()
    ]
    return [
        Figure(name, round(rate, 1), "signals/s", aim, round(bound, 1), round(ratio, 2), ratio >= 0.6),
        *profile,
    ]


def processor_seconds(house: TestHouse) -> dict[str, float]:
    """What each process of the house, with its children, has computed so far."""
    found = {}
    for name, pid in (house.home.state() or {})["pids"].items():
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
            ended = process.cpu_times()
            found[name] = sum(one.user + one.system for one in times) + ended.children_user + ended.children_system
    return found


def quiet(house: TestHouse) -> None:
    """Wait until the house has nothing left to do."""
    while True:
        before = sum(processor_seconds(house).values())
        time.sleep(1)
        if sum(processor_seconds(house).values()) - before < 0.5:
            return


def decision_visible(house: TestHouse, count: int = 40) -> list[Figure]:
    """From the 201 of the decision that ends a signal to its being visible at retention, window 0."""
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
    p50, p99 = percentile(hops, 0.5), percentile(hops, 0.99)
    return [
        Figure("decision to visible in the next service, p50", round(p50, 1), "ms", "-"),
        Figure("decision to visible in the next service, p99", round(p99, 1), "ms", "<= 250", met=p99 <= 250),
    ]


async def _there(watch: Any, number: str) -> None:
    while not await watch.fetchval("SELECT 1 FROM sealed_signal WHERE number=$1", number):
        await asyncio.sleep(0.003)


def start(house: TestHouse) -> list[Figure]:
    """`meldpunt up` until everything is ready, on new and on existing data."""
    found = []
    for what, aim in (("existing", 10), ("existing", 10)):
        house.down()
        began = time.perf_counter()
        house.up()
        found.append((what, aim, time.perf_counter() - began))
    seconds = statistics.median(one[2] for one in found)
    return [Figure("meldpunt up on existing data", round(seconds, 1), "s", "<= 10", met=seconds <= 10)]


def memory(house: TestHouse, when: str = "idle") -> list[Figure]:
    """Of every process of the house and their children; PSS counts shared pages once."""
    state = house.home.state() or {}
    processes = []
    for pid in [state["pid"], *state["pids"].values()]:
        process = psutil.Process(pid)
        processes += [process, *process.children(recursive=True)]
    unique = {one.pid: one for one in processes}.values()
    pss = sum(one.memory_full_info().pss for one in unique) / 2**30
    rss = sum(one.memory_info().rss for one in unique) / 2**30
    return [
        Figure(
            f"resident memory of all processes, {when} (shared pages once)",
            round(pss, 2),
            "GB",
            "<= 1.2",
            met=pss <= 1.2,
        ),
        Figure(f"resident memory of all processes, {when} (plain sum)", round(rss, 2), "GB", "-"),
    ]


def machine() -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "memoryGb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def write(figures: list[Figure]) -> None:
    """What is measured so far, so that a run that is cut off has told something."""
    RESULTS.write_text(json.dumps({"machine": machine(), "figures": [asdict(one) for one in figures]}, indent=1) + "\n")


def main() -> None:
    console = Console(width=150)
    figures: list[Figure] = []
    began = time.perf_counter()
    # Patience as in production: what is only slow is not sent again, and beacons as `meldpunt up` has them.
    with (
        TestHouse(MELDPUNT_RESEND_SECONDS="20", MELDPUNT_BEACON_SECONDS="5") as house,
        Progress(console=console, transient=True) as progress,
    ):
        new = time.perf_counter() - began
        figures.append(Figure("meldpunt up on new data", round(new, 1), "s", "<= 20", met=new <= 20))
        task = progress.add_task("memory, idle", total=8)

        def step(text: str) -> None:
            progress.update(task, description=text, advance=1)
            write(figures)

        figures += memory(house)
        step("a decision to the next service")
        figures += decision_visible(house)
        step("the whole chain")
        figures += [Figure(**one) for one in chain.run(house, processor_seconds)]
        figures += memory(house, "after the chain")
        step("destruction")
        figures += [Figure(**one) for one in destruction.run(house, SIZES)]
        step("the door, everything running")
        figures += door(house, downstream="running")
        step("arrival")
        figures += arrival(house)
        step("the door, everything else stopped")
        others = tuple(name for name in SERVICE_NAMES if name != "intake")
        for name in others:
            house.hold(name)
        figures += door(house, downstream="stopped")
        for name in others:
            house.let_go(name)
        quiet(house)
        step("up on existing data")
        figures += start(house)
    table = Table("figure", "value", "unit", "aim", "bound", "ratio", "met", title="Figures")
    for one in figures:
        met = "" if one.met is None else "yes" if one.met else "NO"
        table.add_row(one.name, str(one.value), one.unit, one.aim, str(one.bound or ""), str(one.ratio or ""), met)
    console.print(table)
    write(figures)


if __name__ == "__main__":
    main()
