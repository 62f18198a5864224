"""Pages of a list: every row once and in order, also while rows come and go; a cursor is a key and nothing more."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlmodel import col

from services.oversight.store import Disclosure
from services.oversight.trail import AuditLine
from services.retention.tables import SealedSignal
from shared.database.engine import Database
from shared.errors import Invalid
from shared.http.pages import WindowAsked
from shared.http.problems import install
from shared.pages import LONGEST_CURSOR, MOST, USUAL, Keyset, Page, Window
from tests.platform.conftest import DatabaseOf
from tests.platform.real import Postgres

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
NEWEST = Keyset("disclosures", col(Disclosure.decided_at), col(Disclosure.id), newest_first=True)
OLDEST = Keyset("disclosures", col(Disclosure.decided_at), col(Disclosure.id))
LINES = Keyset("audit-lines", col(AuditLine.producer), col(AuditLine.seq))
ENDING = Keyset("sealed", col(SealedSignal.ends_on), col(SealedSignal.number))


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("oversight")


def _rows(count: int, start: datetime = NOON) -> list[dict[str, Any]]:
    """Rows of which three at a time have the same moment: ties are broken by the second column."""
    return [
        {
            "id": uuid4(),
            "number": "S-00000-00000",
            "facts": {},
            "decided_at": start + timedelta(microseconds=n // 3),
        }
        for n in range(count)
    ]


async def _add(database: Database, rows: list[dict[str, Any]]) -> None:
    async with database.transaction() as session:
        await session.execute(insert(Disclosure), rows)


async def _page(database: Database, order: Keyset, window: Window) -> Page[Disclosure]:
    async with database.reading() as session:
        return await order.page(session, select(Disclosure), window)


async def _walk(
    database: Database, order: Keyset, limit: int, between: Callable[[Page[Disclosure]], Any] | None = None
) -> list[UUID]:
    found: list[UUID] = []
    cursor: str | None = None
    while True:
        page = await _page(database, order, Window(cursor, limit))
        found += [one.id for one in page.rows]
        if page.next is None:
            return found
        assert len(page.rows) == limit
        cursor = page.next
        if between:
            await between(page)


@pytest.mark.parametrize("order", [NEWEST, OLDEST])
@pytest.mark.parametrize("limit", [7, 100, 251])
async def test_every_row_is_found_once_and_in_order(database: Database, order: Keyset, limit: int) -> None:
    rows = _rows(251)
    await _add(database, rows)
    sorted_rows = sorted(rows, key=lambda one: (one["decided_at"], one["id"]), reverse=order is NEWEST)
    assert await _walk(database, order, limit) == [one["id"] for one in sorted_rows]


async def test_rows_that_come_and_go_meanwhile_move_no_other(database: Database, postgres: Postgres) -> None:
    rows = _rows(120)
    await _add(database, rows)
    superuser = await postgres.connect("oversight")

    async def between(page: Page[Disclosure]) -> None:
        # Newer ones before the page, older ones behind it; and the row on which the cursor stands goes.
        await _add(database, _rows(5, NOON + timedelta(days=1)) + _rows(1, NOON - timedelta(days=1)))
        # As nobody but a database administrator can.
        await superuser.execute("DELETE FROM disclosure WHERE id = $1", page.rows[-1].id)

    found = await _walk(database, NEWEST, 10, between)
    await superuser.close()
    assert len(found) == len(set(found))
    known = {one["id"] for one in rows}
    expected = sorted(rows, key=lambda one: (one["decided_at"], one["id"]), reverse=True)
    assert [one for one in found if one in known] == [one["id"] for one in expected]


async def test_the_last_page_says_that_it_is_the_last(database: Database) -> None:
    assert (await _page(database, NEWEST, Window())).next is None
    await _add(database, _rows(USUAL))
    page = await _page(database, NEWEST, Window())
    assert (len(page.rows), page.next) == (USUAL, None)
    await _add(database, _rows(1))
    assert (await _page(database, NEWEST, Window())).next is not None


def _cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


AT, ONE = NOON.isoformat(), str(uuid4())
BAD = {
    "empty": "",
    "not base64": "%%%",
    "not ASCII": "é",
    "not JSON": base64.urlsafe_b64encode(b"{").decode(),
    "not a list": base64.urlsafe_b64encode(b"5").decode(),
    "nested deep": base64.urlsafe_b64encode(b"[" * 290).decode(),
    "too long": _cursor("disclosures", AT, ONE) + "=" * LONGEST_CURSOR,
    "of another list": _cursor("audit-lines", AT, ONE),
    "too few": _cursor("disclosures", AT),
    "too many": _cursor("disclosures", AT, ONE, 1),
    "no moment": _cursor("disclosures", "yesterday", ONE),
    "a moment without a zone": _cursor("disclosures", "2026-11-25T12:00:00", ONE),
    "a moment before all time": _cursor("disclosures", "0001-01-01T00:00:00+14:00", ONE),
    "a number for a moment": _cursor("disclosures", 2**31, ONE),
    "no UUID": _cursor("disclosures", AT, "x"),
    "a number for a UUID": _cursor("disclosures", AT, 7),
}


@pytest.mark.parametrize("cursor", BAD.values(), ids=BAD.keys())
async def test_a_cursor_that_is_none_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(Invalid, match="is geen vervolg van deze lijst"):
        await _page(database, NEWEST, Window(cursor))


@pytest.mark.parametrize(
    "values",
    [
        ("intake", 2**31),
        ("intake", -(2**31) - 1),
        ("intake", True),
        ("intake", 1.5),
        ("intake", None),
        ("a\0b", 1),
        ("\ud800", 1),
        ("x" * 121, 1),
        (5, 1),
    ],
)
async def test_a_key_that_postgresql_would_not_take_is_refused(database: Database, values: tuple[Any, ...]) -> None:
    async with database.reading() as session:
        with pytest.raises(Invalid):
            await LINES.page(session, select(AuditLine), Window(_cursor("audit-lines", *values)))


@pytest.mark.parametrize("value", ["2026-13-01", 20261125, "x"])
def test_a_date_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        ENDING._read(_cursor("sealed", value, "S-00000-00000"))


@given(st.dates(), st.text(max_size=30).filter(lambda one: "\0" not in one))
def test_what_is_written_is_read_back(on: date, number: str) -> None:
    try:
        number.encode()
    except UnicodeEncodeError:
        return
    row = SimpleNamespace(ends_on=on, number=number)
    assert ENDING._read(ENDING.after(row)) == [on, number]


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9990, 1, 1)))
def test_a_moment_is_the_same_moment_when_read_back(moment: datetime) -> None:
    row = SimpleNamespace(decided_at=moment, id=UUID(int=1))
    assert NEWEST._read(NEWEST.after(row)) == [moment.astimezone(UTC), UUID(int=1)]


@given(st.text())
def test_nothing_but_a_fault_comes_of_any_text(cursor: str) -> None:
    with pytest.raises(Invalid):
        NEWEST._read(cursor)


async def test_over_http_a_list_is_bounded_and_a_bad_cursor_is_the_callers_mistake(database: Database) -> None:
    await _add(database, _rows(MOST + 1))
    app = FastAPI()
    install(app)

    @app.get("/disclosures")
    async def listed(window: WindowAsked) -> dict[str, Any]:
        async with database.reading() as session:
            page = await NEWEST.page(session, select(Disclosure), window)
        return page.of("disclosures", lambda one: str(one.id))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://list") as http:
        first = (await http.get("/disclosures")).json()
        assert len(first["disclosures"]) == USUAL
        rest = (await http.get("/disclosures", params={"cursor": first["next"], "limit": MOST})).json()
        assert (len(rest["disclosures"]), rest["next"]) == (MOST + 1 - USUAL, None)
        for wrong in ({"limit": 0}, {"limit": MOST + 1}, {"limit": 2**31}, {"limit": "x"}, {"cursor": "x"}):
            answer = await http.get("/disclosures", params=wrong)
            assert answer.status_code == 400, wrong
            assert [one["name"] for one in answer.json()["invalidParams"]] == list(wrong)
