"""What could be reached at most: the same work done by a minimal client, in the same run."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from shared.keys.letters import seal
from tests.house import TestHouse

CONTENT = json.dumps({"word": "x" * 22, "content": {"text": "x" * 1200}}).encode()


def letterbox_key(house: TestHouse, addressee: str) -> tuple[str, str]:
    known = json.loads(Path(house.home.service_folder("intake") / "letterbox-keys.json").read_text())
    body = known[addressee].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims["kid"], claims["pem"]


async def door(house: TestHouse, *, connections: int, seconds: float) -> float:
    """Reports per second when only the sealing and the commit of the same rows are done."""
    host, _, port = house.client.addresses["postgres"].partition(":")
    kid, pem = letterbox_key(house, "assessment")
    own_kid, own_pem = letterbox_key(house, "intake")
    done = 0
    end = time.perf_counter() + seconds

    async def worker() -> None:
        nonlocal done
        connection = await asyncpg.connect(
            host=host,
            port=int(port),
            user="intake_door",
            password=house.home.secret("door-password"),
            database="intake",
            ssl=house.home.tls("intake").context,
        )
        while time.perf_counter() < end:
            letter, own = seal(CONTENT, kid, pem), seal(CONTENT[:200], own_kid, own_pem)
            key, number = uuid4(), f"bench-{uuid4()}"
            async with connection.transaction():
                await connection.execute("INSERT INTO accepted_report VALUES ($1, 'x', 'x', '', now())", str(key))
                await connection.execute(
                    "INSERT INTO melder_letter (id, number, kid, letter, sealed_at, active, attempts, next_at)"
                    " VALUES ($1, $2, 'bench', $3, now(), true, 0, now() + interval '1 day')",
                    key,
                    number,
                    own,
                )
                await connection.execute(
                    "INSERT INTO outgoing (id, addressee, event, headers, body, created_at, next_at, attempts, receipted_at)"
                    " VALUES ($1, 'nobody', 'bench', '{}', $2, now(), now(), 0, now())",
                    key,
                    letter.encode(),
                )
                await connection.execute(
                    "INSERT INTO audit (id, entry, written_at, seq) VALUES ($1, '{}', now(), NULL)", key
                )
            done += 1
        await connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    rate = done / (time.perf_counter() - began)
    clean_up(house)
    return rate


def clean_up(house: TestHouse) -> None:
    """The rows of the bound are not reports: they go before the services look at them."""
    house.sql("intake", "DELETE FROM outgoing WHERE event = 'bench'")
    house.sql("intake", "DELETE FROM melder_letter WHERE kid = 'bench'")
    house.sql("intake", "DELETE FROM audit WHERE entry = '{}'")


async def arrival(house: TestHouse, *, connections: int, count: int) -> float:
    """Signals per second when only the three OpenBao calls and one commit are done, as assessment."""
    role = json.loads(house.home.secret("approle-assessment"))
    bao = house.client.addresses["openbao"]
    kid, pem = letterbox_key(house, "assessment")
    box = kid.partition(".")[2]
    sealed = seal(CONTENT, kid, pem).split(".")[1]
    wrapped = base64.b64encode(base64.urlsafe_b64decode(sealed + "==")).decode()
    admin = await house.superuser("assessment")
    await admin.execute("CREATE TABLE IF NOT EXISTS bench (id uuid PRIMARY KEY, t text)")
    await admin.close()
    left = iter(range(count))
    token = {"X-Vault-Token": ""}

    async def call(http: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> Any:
        async with http.post(f"{bao}/v1/{path}", json=body, headers=token) as answer:
            answer.raise_for_status()
            return json.loads(await answer.read() or b"null")

    shown = aiohttp.TCPConnector(ssl=house.home.tls("assessment").context)
    async with aiohttp.ClientSession(connector=shown) as http:
        token["X-Vault-Token"] = (await call(http, "auth/approle/login", role))["auth"]["client_token"]

        async def worker() -> None:
            connection = await house.superuser("assessment")
            for _ in left:
                key = f"bench-{uuid4().hex}"
                await call(http, f"letterbox-assessment/decrypt/{box}", {"ciphertext": f"vault:v1:{wrapped}"})
                await call(http, f"room-signal/keys/{key}", {"type": "aes256-gcm96"})
                item = {"plaintext": base64.b64encode(CONTENT).decode(), "associated_data": "eA=="}
                await call(http, f"room-signal/encrypt/{key}", {"batch_input": [item]})
                await connection.execute("INSERT INTO bench VALUES ($1, $2)", uuid4(), "x" * 1800)
            await connection.close()

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(connections)))
        seconds = time.perf_counter() - began
    admin = await house.superuser("assessment")
    await admin.execute("DROP TABLE bench")
    await admin.close()
    return count / seconds
