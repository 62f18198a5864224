"""Whether it matters how much is stored: the same requests at assessment with 100 and with 100,000 signals.

The many are copies of the rows of one real signal under other numbers, all still open: more than a city has in years.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.chain import play_one
from bench.counts import quiet
from bench.figures import Figure, ratio
from deploy.embedded.client import HouseClient
from tests.house import TestHouse
from tests.parts import run_async

STORED = int(os.environ.get("BENCH_STORED", "100000"))
FEW = 100
EACH = 30
NUMBER = "'S-' || lpad((i / 1000)::text, 5, '0') || '-' || lpad((i % 1000)::text, 5, '0')"
COPIED: dict[str, dict[str, str]] = {
    "dossier": {"number": NUMBER, "signal": NUMBER, "left": "false"},
    "item": {"number": NUMBER},
    "decision": {"number": NUMBER, "id": "gen_random_uuid()"},
    "task": {"number": NUMBER, "id": "gen_random_uuid()", "closed_at": "NULL"},
    "meeting": {"id": "'M-' || lpad((i / 1000)::text, 5, '0') || '-' || lpad((i % 1000)::text, 5, '0')"},
}
"""What a copy has of its own, per table; a table without a row to copy is left out."""


def run(house: TestHouse) -> list[Figure]:
    with HouseClient(house.home) as client:
        play_one(client, (house.home.state() or {})["subjects"])
    numbers = [house.arrived(house.report()) for _ in range(2 * EACH)]
    run_async(_copy(house, numbers[0], 0, FEW))
    quiet(house)
    few = _requests(house, numbers[:EACH])
    run_async(_copy(house, numbers[0], FEW, STORED))
    quiet(house)
    many = _requests(house, numbers[EACH:])
    name = f"with {STORED} stored ÷ {FEW}"
    return [ratio(f"{what}, p50 {name}", many[what], few[what], "ms", most=1.5) for what in few]


async def _copy(house: TestHouse, number: str, since: int, until: int) -> None:
    connection = await house.superuser("assessment")
    for table, own in COPIED.items():
        rows = await connection.fetch(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1", table
        )
        columns = [row["name"] for row in rows]
        values = ", ".join(own.get(one, f'one."{one}"') for one in columns)
        names = ", ".join(f'"{one}"' for one in columns)
        # Of the signal itself where it has a row there, else of any: only a signal that went further has a task.
        order = f"ORDER BY number = '{number}' DESC" if "number" in columns else ""
        await connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT * FROM {table} {order} LIMIT 1) AS one,"
            f" generate_series({since}, {until - 1}) AS i"
        )
        await connection.execute(f"ANALYZE {table}")
    await connection.close()


def _requests(house: TestHouse, numbers: list[str]) -> dict[str, float]:
    """Milliseconds, the median of each."""
    get = house.client.get

    def decide(number: str) -> Any:
        fields = {"purposes": ["niet-faciliteren"]}
        return house.must_decide(number, "anna", "purpose", "set", fields=fields, version=versions[number])

    versions = {
        number: get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"] for number in numbers
    }
    asked: dict[str, Callable[[str], Any]] = {
        "work list": lambda number: get("assessment", "/v1/signals", "anna"),
        "one signal": lambda number: get("assessment", f"/v1/signals/{number}", "anna", purpose="weging"),
        "tasks": lambda number: get("assessment", "/v1/tasks", "bram"),
        "meetings": lambda number: get("assessment", "/v1/meetings", "anna"),
        "POST decision": decide,
    }
    found = {}
    for what, ask in asked.items():
        taken = []
        for number in numbers:
            began = time.perf_counter()
            ask(number)
            taken.append((time.perf_counter() - began) * 1000)
        found[what] = statistics.median(taken)
    return found
