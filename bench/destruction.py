"""Destruction of many signals: signals per second, and retention's memory while it is at it.

The signals are put into retention with real archive keys, as if they had been sealed a year ago; what is
timed is the real thing: approval, both hands on every key, the orders to every service, the declarations.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import psutil

from bench.figures import Figure
from deploy.openbao import apply as bao_config
from shared.numbers import random_seed, signal_number
from tests.house import TestHouse, until

SIZES = [int(one) for one in os.environ.get("BENCH_DESTROY", "1000").split(",")]
ROW = (
    "INSERT INTO sealed_signal (number, version, state, phase, ending, article, protocol, received_on, decided_on,"
    " ends_on, dossier, decisions, sealed_at, staying, reduced) VALUES ($1, 5, 'sealed', 1, 'weging-1:no-suspicion',"
    " 'art. 12 lid 2', 'midden-delfland-2025', $2, $2, $3, $4, '[]', $5, '[]', false)"
)


async def seed(house: TestHouse, count: int) -> None:
    """Sealed signals that are due, each with an archive key of its own."""
    bao = bao_config.client(house.client.addresses["openbao"], house.home.secret("provisioner"))
    numbers = iter([signal_number(random_seed()) for _ in range(count)])
    decided = date.today() - timedelta(days=366)
    rows: list[tuple[Any, ...]] = []
    async with aiohttp.ClientSession(headers={"X-Vault-Token": bao.token}) as http:

        async def some() -> None:
            for number in numbers:
                key = uuid4().hex
                address = f"{house.client.addresses['openbao']}/v1/archive-signal/keys/{key}"
                async with http.post(address, json={"type": "aes256-gcm96"}) as answer:
                    answer.raise_for_status()
                item = {"archive": "archive-signal", "key": key, "item": "report", "version": 1}
                dossier = [item | {"ciphertext": "vault:v1:" + "A" * 2000}]
                ends = decided + timedelta(days=365)
                rows.append((number, decided, ends, json.dumps(dossier), datetime.now(UTC)))

        await asyncio.gather(*(some() for _ in range(16)))
    connection = await house.superuser("retention")
    await connection.executemany(ROW, rows)
    await connection.close()


def run(house: TestHouse) -> list[Figure]:
    return [figure for size in SIZES for figure in _of(house, size)]


def _of(house: TestHouse, size: int) -> list[Figure]:
    asyncio.run(seed(house, size))
    before = declared(house)
    lists = house.run_as_of(0)
    process = psutil.Process(house.pid("retention"))
    peak = process.memory_info().rss
    began = time.perf_counter()
    for list_id in lists:
        assert house.approve(list_id).status_code == 201
    while declared(house) < before + size:
        peak = max(peak, process.memory_info().rss)
        time.sleep(0.5)
        if time.perf_counter() - began > 1800:
            break
    seconds = time.perf_counter() - began
    done = declared(house) - before
    until(lambda: house.sql("retention", "SELECT count(*) AS n FROM outgoing")[0]["n"] < 50, 120)
    return [
        Figure(f"destruction of {size}", round(done / seconds, 1), "signals/s"),
        Figure(f"retention's memory while destroying {size}", round(peak / 2**20), "MB"),
    ]


def declared(house: TestHouse) -> int:
    return int(house.sql("retention", "SELECT count(*) AS n FROM declaration")[0]["n"])
