"""A house that nobody uses: what it computes, and for whom; what it holds in memory; how soon it is up."""

from __future__ import annotations

import statistics
import time

import psutil

from bench.counts import counting, logging_statements, processor_seconds, quiet
from bench.figures import Figure, at_most
from tests.house import TestHouse

SECONDS = 30


def rest(house: TestHouse) -> list[Figure]:
    """Processor time with nothing to do: leases, beacons, looking around. Then the same again, counting what is done."""
    quiet(house)
    time.sleep(5)
    before = processor_seconds(house)
    time.sleep(SECONDS)
    after = processor_seconds(house)
    each = {name: (after[name] - before.get(name, 0.0)) / SECONDS for name in after}
    figures = [at_most("processor time at rest", round(sum(each.values()), 3), "s/s", 0.05)]
    figures += [Figure(f"- at rest, {name}", round(value, 4), "s/s") for name, value in each.items()]
    with logging_statements(house), counting(house) as counts:
        time.sleep(SECONDS)
    for kind, count in counts.totals.items():
        figures.append(Figure(f"- at rest, {kind}", round(count / counts.seconds, 2), "per s"))
    for kind, found in counts.kinds.items():
        for one, count in found.most_common(8):
            figures.append(Figure(f"-- at rest, {kind}: {one}", round(count / counts.seconds, 2), "per s"))
    return figures


def start(house: TestHouse) -> list[Figure]:
    """`meldpunt up` until everything is ready, on existing data."""
    found = []
    for _ in range(2):
        house.down()
        began = time.perf_counter()
        house.up()
        found.append(time.perf_counter() - began)
    return [at_most("meldpunt up on existing data", round(statistics.median(found), 1), "s", 10)]


def memory(house: TestHouse) -> list[Figure]:
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
        at_most("resident memory of all processes (shared pages once)", round(pss, 2), "GB", 1.2),
        Figure("resident memory of all processes (plain sum)", round(rss, 2), "GB"),
    ]
