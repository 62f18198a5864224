"""The pages people use most: how long the server takes with 10,000 signals on the list and eight people at once, what a page
asks of the parts, and what a browser has to fetch for it."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from bench.counts import counting, logging_statements, processor_seconds, quiet
from bench.figures import Figure, at_most
from bench.load import percentile
from bench.visitor import Look, all_look, logged_in, opens, token_of
from bench.worklist import copied, rebuilt
from deploy.embedded.home import SERVICE_NAMES
from tests.house import TestHouse
from tests.journeys import brought
from tests.parts import run_async

LISTED = int(os.environ.get("BENCH_LISTED", "10000"))
PEOPLE, SECONDS = 8, float(os.environ.get("BENCH_SECONDS", "15"))
WITH_THE_FILE = ("anna", "bram")
LISTS_WITHIN, SIGNAL_WITHIN, WEIGHS = 300, 500, 250
TIMES = 10
"""How often a page is looked at to count."""
EXPORTED = 6
"""Spans are written every five seconds."""


def run(house: TestHouse) -> list[Figure]:
    # In phase 4, with what sources found, a meeting, and the duties to inform at rights.
    number = brought(house, "check-2a").number
    run_async(copied(house, house.arrived(house.report()), 0, LISTED))
    rebuilt(house)
    users = [WITH_THE_FILE[one % len(WITH_THE_FILE)] for one in range(PEOPLE)]
    with ThreadPoolExecutor(PEOPLE) as logging_in:
        people = list(logging_in.map(lambda user: logged_in(house, user), users))
    for one in people:
        opens(one, number)
    tokens = {id(one): token_of(one) for one in people}
    pages: dict[str, tuple[Look, float]] = {
        "Mijn werk": (lambda client: client.get("/"), LISTS_WITHIN),
        "search": (
            lambda client: client.post("/zoeken", data={"csrf": tokens[id(client)], "woorden": "00007-4"}),
            LISTS_WITHIN,
        ),
        "signal": (lambda client: client.get(f"/dossiers/{number}"), SIGNAL_WITHIN),
    }
    quiet(house)
    found: list[Figure] = []
    for name, (look, aim) in pages.items():
        before = processor_seconds(house)
        taken = sorted(all_look(people, look, SECONDS))
        after = processor_seconds(house)
        spent = {who: (after[who] - before[who]) / len(taken) * 1000 for who in after}
        what = f"{name}, {LISTED} signals, {PEOPLE} people at once"
        found += [
            Figure(f"{what}, p50", round(percentile(taken, 0.5) * 1000, 1), "ms"),
            at_most(f"{what}, p95", round(percentile(taken, 0.95) * 1000, 1), "ms", aim),
        ]
        alone = sorted(all_look(people[:1], look, SECONDS / 3))
        found += [
            Figure(f"{name}, {LISTED} signals, one person, p50", round(percentile(alone, 0.5) * 1000, 1), "ms"),
            Figure(f"per page {name}: processor time", round(sum(spent.values()), 1), "ms"),
            *[Figure(f"- {name}: processor time, {who}", round(n, 1), "ms") for who, n in spent.items() if n >= 0.5],
        ]
    with logging_statements(house):
        for name, (look, _) in pages.items():
            found += _asks(house, name, people[0], look)
    with httpx.Client(base_url=house.client.addresses["public"]) as visitor:
        weighed = {"public form": visitor.get("/"), **{name: look(people[0]) for name, (look, _) in pages.items()}}
        for name, page in weighed.items():
            itself, besides = page.num_bytes_downloaded / 1000, _besides(visitor, page) / 1000
            found += [
                at_most(f"{name}: all that is fetched, first view", round(itself + besides, 1), "KB", WEIGHS),
                Figure(f"- {name}: of that the page, never compressed nor kept", round(itself, 1), "KB"),
                Figure(f"- {name}: what it is drawn with, compressed and kept", round(besides, 1), "KB"),
            ]
    for one in people:
        one.close()
    return found


def _asks(house: TestHouse, name: str, person: httpx.Client, look: Look) -> list[Figure]:
    """What one page asks of services and parts: counts do not depend on what else the machine does."""
    quiet(house)
    time.sleep(EXPORTED)
    with counting(house) as counts:
        before = _requests(house)
        for _ in range(TIMES):
            look(person).raise_for_status()
        time.sleep(EXPORTED)
        asked = _requests(house) - before
    return [
        Figure(f"per page {name}: requests to services", round(sum(asked.values()) / TIMES, 1), ""),
        *[Figure(f"- {name}: {one}", round(n / TIMES, 1), "") for one, n in asked.items()],
        Figure(f"per page {name}: SQL statements", round(counts.totals["statements"] / TIMES, 1), ""),
        *[Figure(f"- {name}: {one}", n / TIMES, "") for one, n in counts.kinds["statements"].items() if n >= TIMES],
        Figure(f"per page {name}: OpenBao calls", round(counts.totals["calls"] / TIMES, 1), ""),
    ]


def _requests(house: TestHouse) -> Counter[str]:
    """Requests that services answered, by route, from the spans that they export."""
    found: Counter[str] = Counter()
    for service in SERVICE_NAMES:
        file = house.home.path / "logs" / f"traces-{service}.jsonl"
        for line in file.read_text().splitlines() if file.exists() else ():
            one = json.loads(line)
            if one["kind"] == "SpanKind.SERVER":
                found[f"{service} {one['name']}"] += 1
    return found


def _besides(client: httpx.Client, page: httpx.Response) -> int:
    """Bytes over the line of everything that a page names, as a browser asks for it the first time."""
    total, needs = 0, re.findall(r'<(?:link|img|script)[^>]+?(?:href|src)="(/static/[^"]+)"', page.text)
    for address in dict.fromkeys(needs):
        answer = client.get(address.replace("&amp;", "&"), headers={"Accept-Encoding": "gzip"})
        answer.raise_for_status()
        total += answer.num_bytes_downloaded
    return total
