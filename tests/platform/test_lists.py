"""Every list outside the engine, with far more rows than a page: all pages together give every row once, in order."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.oversight.store import DecidedRow
from shared.keys.transit import Place, Transit
from shared.pages import MOST, USUAL
from tests.platform.conftest import BaoOf, DatabaseOf
from tests.platform.listings import FG, LISTS, Listing
from tests.platform.routes import add, http_of, params_of, platform_on
from tests.platform.rows import NOON, NUMBER

MANY = 2 * MOST + 203


async def _pages(
    http: httpx.AsyncClient, path: str, noun: str, limit: int, between: Callable[[], Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = await http.get(path, params={**params_of(path), **query})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page[noun]
        if page["next"] is None:
            return found
        assert len(page[noun]) == limit
        query["cursor"] = page["next"]
        await between()


@pytest.mark.parametrize("one", LISTS.values(), ids=LISTS.keys())
async def test_all_pages_give_every_row_once_and_in_order(one: Listing, database_of: DatabaseOf) -> None:
    database = await database_of(one.service)
    rows = [one.make(n) for n in range(MANY)]
    expected = [
        str(_shown(row, one.called or one.shown)) for row in sorted(rows, key=one.key, reverse=one.newest_first)
    ]
    await add(database, [*one.besides(), *random.Random(1).sample(rows, len(rows))])
    more = iter(range(MANY, 2 * MANY))

    async def between() -> None:
        await add(database, [one.make(next(more)) for _ in range(3)])

    async with http_of(platform_on(one.service, database, one.by)) as http:
        for limit in (USUAL, MOST):
            found = [str(row[one.shown]) for row in await _pages(http, one.path, one.noun, limit, between)]
            assert len(found) == len(set(found))
            known = set(expected)
            assert [name for name in found if name in known] == expected
        for cursor in ("WyJub3doZXJlIiwxXQ", "x", "%00", "9" * 3000):
            mark = "&" if "?" in one.path else "?"
            answer = await http.get(f"{one.path}{mark}cursor={cursor}")
            assert (answer.status_code, answer.json()["invalidParams"][0]["name"]) == (400, "cursor")


def _shown(row: Any, name: str) -> Any:
    return getattr(row, {"listId": "id"}.get(name, name))


async def test_decisions_with_their_words(database_of: DatabaseOf, bao_of: BaoOf) -> None:
    """The words are opened by the page, not by the list: one call for a page of one key."""
    database = await database_of("oversight")
    bao = bao_of("oversight")
    room = Transit(bao, "room-accountability")
    rows: list[DecidedRow] = []
    # Two keys for one signal: its first decisions came at the same moment.
    for key in (uuid4().hex, uuid4().hex):
        await room.make(key)
        made = [
            DecidedRow(
                id=uuid4(),
                producer="assessment",
                number=NUMBER,
                version=n,
                facts={},
                room_key=key,
                carried_by="box",
                ciphertext="",
                taken_at=NOON,
            )
            for n in range(130)
        ]
        words = [json.dumps({"reason": str(row.id), "fields": {}}).encode() for row in made]
        places = [Place(room.mount, NUMBER, f"decision-{row.id}", 1) for row in made]
        for row, ciphertext in zip(made, await room.encrypt(key, list(zip(places, words, strict=True))), strict=True):
            row.ciphertext = ciphertext
        rows += made
    await add(database, rows)
    expected = [str(row.id) for row in sorted(rows, key=lambda one: (one.version, one.id))]

    async def between() -> None:
        """Nothing happens meanwhile."""

    async with http_of(platform_on("oversight", database, FG, bao)) as http:
        http.headers["X-Purpose"] = "weging"
        for limit in (100, MOST):
            found = await _pages(http, f"/v1/signals/{NUMBER}/decisions", "decisions", limit, between)
            assert [one["reason"] for one in found] == expected
