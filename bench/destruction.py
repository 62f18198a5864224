"""Destruction of many signals: signals per second, and retention's memory while it is at it.

The signals are put into retention with real archive keys, as if they had been sealed a year ago, and into oversight as
ended then, each with the MAC of its service; what is timed is the real thing: approval, both hands on every key, the orders to every service, the declarations.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import aiohttp
import psutil
from sqlmodel import SQLModel

from bench.figures import Figure
from deploy.openbao import apply as bao_config
from services.oversight.store import ROOM, DecidedRow
from services.retention.tables import SealedSignal
from shared.database.tables import table_of
from shared.engine.head import vouch_for
from shared.keys.mac import Mac
from shared.keys.transit import key_name
from shared.numbers import random_seed, signal_number
from shared.openbao import OpenBao
from shared.protocol.terms import add_years
from tests.house import TestHouse, until

SIZES = [int(one) for one in os.environ.get("BENCH_DESTROY", "1000").split(",")]
PROTOCOL = "midden-delfland-2025"
PUT = "INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, $1::jsonb)"


async def seed(house: TestHouse, count: int) -> None:
    """Sealed signals that are due, each with an archive key and a key of its words."""
    bao = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    decided = datetime.combine(date.today() - timedelta(days=366), datetime.min.time(), UTC) + timedelta(hours=12)
    rows = [ended(signal_number(random_seed()), decided) for _ in range(count)]
    keys = iter([f"{ROOM}/keys/{told.room_key}" for _, told in rows])
    archives = iter([f"archive-signal/keys/{(sealed.dossier or [])[0]['key']}" for sealed, _ in rows])
    shown = aiohttp.TCPConnector(ssl=house.home.tls("setup").context)
    async with aiohttp.ClientSession(headers={"X-Vault-Token": bao.token}, connector=shown) as http:

        async def some() -> None:
            for path in itertools.chain(keys, archives):
                address = f"{house.client.addresses['openbao']}/v1/{path}"
                async with http.post(address, json={"type": "aes256-gcm96"}) as answer:
                    answer.raise_for_status()

        await asyncio.gather(*(some() for _ in range(16)))
    await put(house, "retention", [sealed for sealed, _ in rows])
    await put(house, "oversight", [told for _, told in rows])


def ended(number: str, decided: datetime) -> tuple[SealedSignal, DecidedRow]:
    """What retention and oversight have of a signal that ended in phase 1."""
    decision, day = uuid4(), decided.date()
    item = {"archive": "archive-signal", "key": key_name(decision, "archive-signal"), "item": "report", "version": 1}
    sealed = SealedSignal(
        number=number,
        version=5,
        state="sealed",
        phase=1,
        ending="weging-1:no-suspicion",
        article="art. 12 lid 2",
        protocol=PROTOCOL,
        received_on=day,
        decided_on=day,
        ends_on=add_years(day, 1),
        dossier=[item | {"ciphertext": "vault:v1:" + "A" * 2000}],
        decisions=[],
        sealed_at=decided,
        staying=[],
    )
    facts = {"decision": str(decision), "ended_in": 1, "taken_at": decided.isoformat(), "protocol": PROTOCOL}
    told = DecidedRow(
        id=uuid4(),
        producer="assessment",
        number=number,
        version=4,
        facts=facts,
        room_key=uuid4().hex,
        carried_by="none",
        ciphertext="",
        taken_at=decided,
    )
    return sealed, told


async def put(house: TestHouse, service: str, rows: Sequence[SQLModel]) -> None:
    """Rows as the service itself would have written them."""
    bao = OpenBao(
        house.client.addresses["openbao"], house.home.secret_file(f"approle-{service}"), house.home.tls(service)
    )
    mac = Mac(service, bao)
    made = [(await vouch_for(mac, row)).model_dump_json() for row in rows]
    await bao.close()
    connection = await house.superuser(service)
    await connection.executemany(PUT.format(table_of(type(rows[0])).name), [(one,) for one in made])
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
