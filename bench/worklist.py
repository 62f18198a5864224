"""The list of people's work, built anew from 100,000 signals."""

from __future__ import annotations

import os
import time

from bench.figures import Figure
from bench.stored import NUMBER
from deploy.embedded.cli import parser
from tests.house import TestHouse
from tests.parts import run_async

REBUILT = int(os.environ.get("BENCH_STORED", "100000"))


def run(house: TestHouse) -> list[Figure]:
    run_async(copied(house, house.arrived(house.report()), 0, REBUILT))
    return [Figure(f"the list built anew from {REBUILT} signals", round(rebuilt(house), 1), "s")]


async def copied(house: TestHouse, number: str, since: int, to: int) -> None:
    """Dossiers that are copies of one: the list is made of nothing else of them."""
    connection = await house.superuser("assessment")
    columns = [
        row["name"]
        for row in await connection.fetch(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'dossier'"
        )
    ]
    own = {"number": NUMBER, "signal": NUMBER}
    names, values = ", ".join(f'"{one}"' for one in columns), ", ".join(own.get(one, f'one."{one}"') for one in columns)
    await connection.execute(
        f"INSERT INTO dossier ({names}) SELECT {values} FROM dossier one, generate_series({since}, {to - 1}) i"
        f" WHERE one.number = '{number}' ON CONFLICT DO NOTHING"
    )
    await connection.close()


def rebuilt(house: TestHouse) -> float:
    """Seconds until every holder has told everything and the list has received it."""
    arguments = parser().parse_args(["rebuild", "worklist", "--wait", "900"])
    began = time.perf_counter()
    arguments.run(house.home, arguments)
    return time.perf_counter() - began
