"""Requests seen by an enemy: rows that are changed, a name in a clear field, an end that comes too soon (R-10.8)."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from services.rights.requests import Requests
from services.rights.store import RequestRow
from shared.clock import calendar_date
from shared.contracts.common import KeysReleased
from shared.database.tables import Audit, Outgoing, ProcessingRecord
from shared.engine.tables import DecisionRow, Dossier, ItemRow
from shared.errors import CannotSucceed, NotBelieved, NotFound
from shared.keys.transit import Place, Transit
from shared.protocol.terms import add_years
from tests.platform.conftest import BaoOf, DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.real import Postgres, Superuser
from tests.platform.requested import (
    ADDRESS,
    BEHEERDER,
    NAME,
    ON_ITSELF,
    answered,
    asked,
    identified,
    recorded,
    requested,
    searched,
    told_of_rights,
)
from tests.platform.test_head import frozen

YEARS = timedelta(days=5 * 366 + 2)


@pytest.fixture
def superuser(postgres: Postgres) -> Superuser:
    return postgres.superuser("rights")


async def done(desk: Desk) -> str:
    """A request that was answered."""
    number = await requested(desk)
    await told_of_rights(desk, number)
    await identified(desk, number)
    item = await recorded(desk, number)
    await searched(desk, number)
    await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(item,))
    await desk.decide(number, "request-weighed", "granted", fields={"toAsker": "Hier is het."})
    await answered(desk, number)
    return number


CHANGES = {
    "a later day": "UPDATE dossier SET due_on = due_on + 400",
    "no extension": "UPDATE request SET extended = true",
    "another kind": "UPDATE request SET kind = 'erasure'",
    "an end that has come": "UPDATE request SET ends_on = '2000-01-01'",
    "an answer that nobody gave": "UPDATE request SET answered_on = '2026-01-01'",
    "who asks is known": "UPDATE dossier SET state = 'request-search'",
    "its row is gone": "DELETE FROM request",
}


@pytest.mark.refused("R-10.8")
@pytest.mark.parametrize("change", CHANGES)
async def test_a_row_that_somebody_changed_is_frozen(desk_of: DeskOf, superuser: Superuser, change: str) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await superuser(CHANGES[change])
    with pytest.raises(NotBelieved):
        await desk.engine.showing.view(number, ANNA, "weigh")
    assert [one.about["number"] for one in (await frozen(desk)).examples] == [number]
    # Its end, if a row says that it has come, is believed as little.
    desk.clock.pass_by(60)
    await Requests(desk.engine).forget()
    assert await desk.row(Dossier, number)


async def test_a_request_that_somebody_inserted_is_none(desk_of: DeskOf, superuser: Superuser) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    other = "V-AAAAA-AAAAA"
    for table in ("dossier", "request", "item"):
        copied = f"INSERT INTO {table} SELECT (jsonb_populate_record(x, jsonb_build_object('number', '{other}'))).* FROM {table} x"
        await superuser(copied)
    with pytest.raises(NotBelieved):
        await desk.engine.showing.view(other, ANNA, "weigh")
    assert (await desk.engine.showing.view(number, ANNA, "weigh"))["number"] == number


@pytest.mark.refused("R-10.8")
async def test_who_asks_is_in_no_clear_field_no_log_and_no_message(
    desk_of: DeskOf, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    desk = await desk_of("rights")
    said = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory(said)
    )
    try:
        number = await done(desk)
    finally:
        structlog.reset_defaults()
    found: list[str] = [said.getvalue(), caplog.text, *capsys.readouterr()]
    async with desk.platform.database.reading() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
        )
        for table in tables.all():
            rows = await session.scalars(text(f"SELECT to_jsonb(x)::text FROM {table} x"))
            found += rows.all()
    assert any(number in one for one in found)
    for one in found:
        for clear in (NAME, "Zonneveld", "Kwakernaak", ADDRESS, "Zandhoek", "1961-03-04", "A. de Boer"):
            assert clear not in one
    assert not [one for one in await desk.rows(Outgoing) if one.event == "decided.v1"], "oversight has no word of it"


async def test_who_clicks_twice_has_registered_once(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    register, key = Requests(desk.engine), "a-key-of-this-form"
    both = await asyncio.gather(*(register.register(ANNA, asked(desk), key) for _ in range(2)))
    again = await register.register(ANNA, asked(desk), key)
    assert {one.number for one in (*both, again)} == {both[0].number}
    assert both[0] == both[1] == again
    other = await register.register(BEHEERDER, asked(desk), key)
    assert other.number != again.number, "the key of another's form is another's"
    assert await requested(desk) != await requested(desk), "without a key each is a request"
    assert len(await desk.rows(Dossier)) == 4


# --- its end -------------------------------------------------------------------------------------------------


async def there(desk: Desk, number: str) -> dict[str, int]:
    kinds: tuple[type[Any], ...] = (Dossier, RequestRow, ItemRow, DecisionRow)
    return {kind.__name__: len(await desk.rows(kind, number=number)) for kind in kinds}


async def processed(desk: Desk, number: str) -> int:
    """How many records of the processing log there are of a request."""
    mine = await desk.platform.processing.pseudonyms_of_signal(number)
    return len([one for one in await desk.rows(ProcessingRecord) if one.signal in mine])


@pytest.mark.allowed("R-10.8")
async def test_what_had_its_years_in_the_register_is_destroyed_by_two_hands(desk_of: DeskOf, bao_of: BaoOf) -> None:
    desk = await desk_of("rights")
    number, waiting = await done(desk), await requested(desk)
    key = (await desk.row(Dossier, number)).room_key
    item = (await desk.rows(ItemRow, number=number, item="request"))[0].ciphertext
    kept = (await desk.row(RequestRow, number)).ends_on
    assert kept == add_years(calendar_date(desk.clock.now()), 5)
    desk.clock.pass_by(YEARS.total_seconds())
    desk.platform.releaser._bao = desk.platform.bao
    assert await processed(desk, number)
    await Requests(desk.engine).forget()
    assert set((await there(desk, number)).values()) == {0}
    assert await processed(desk, number) == 0, "nothing of who asked stays in the processing log"
    assert await processed(desk, waiting), "of who still waits everything does"
    with pytest.raises(NotFound):
        await desk.engine.showing.view(number, ANNA, "weigh")
    (told,) = [one for one in await desk.rows(Outgoing) if one.event == KeysReleased.event]
    (released,) = json.loads(told.body or b"{}")["released"]
    assert (told.addressee, released["keys"][0]["key"]) == ("retention", key)
    # The other hand deletes it, which it could not before.
    await Transit(bao_of("retention"), "room-rights").delete(key)
    with pytest.raises(CannotSucceed):
        await desk.platform.room().decrypt(key, [(Place("room-rights", number, "request", 1, "request"), item)])
    (line,) = [one.entry for one in await desk.rows(Audit) if one.entry["action"] == "request destroyed"]
    assert line["record"] == number
    assert (await desk.row(Dossier, waiting)).state == "request-received"


@pytest.mark.refused("R-10.8")
async def test_what_has_not_stays_and_so_does_what_a_bezwaar_is_against(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await done(desk)
    desk.clock.pass_by(4 * 365 * 24 * 3600)
    await Requests(desk.engine).forget()
    assert (await there(desk, number))["Dossier"] == 1
    bezwaar = await requested(desk, kind="bezwaar", against=number, asks="Het was niet volledig.")
    desk.clock.pass_by(2 * 366 * 24 * 3600)
    await Requests(desk.engine).forget()
    assert (await there(desk, number))["Dossier"] == 1
    assert (await there(desk, bezwaar))["Dossier"] == 1
