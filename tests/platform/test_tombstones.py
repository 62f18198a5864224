"""What was destroyed does not come back by a restore: not in another process, on another machine, nor in one that runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store
from shared.errors import PartDown
from shared.openbao import LAST_TOMBSTONE, TOMBSTONE_NAMES, TOMBSTONES, BaoRefused
from shared.tombstones import NotedDestructions, Unwritten, WrittenStones, append, reapply
from tests.platform.conftest import BaoOf, DatabaseOf, PlatformOf
from tests.platform.plans import plans_of
from tests.platform.real import Bao, Nats, Postgres, RealParts
from tests.platform.served import served

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
INSERT = (
    "INSERT INTO unhandled (id, next_at, attempts, producer, event, number, headers, body, received_at)"
    " VALUES (gen_random_uuid(), now() + interval '1 hour', 1, 'intake', 'report.v1', $1, '{}', '', now())"
)
"""Something of a signal, as a backup brings it back."""


def a_number() -> str:
    return f"S-{uuid4().hex[:5]}-{uuid4().hex[:5]}".upper().replace("E", "A")


def lose_notes(openbao: Bao) -> None:
    """As a storage from before all of them has it."""
    for name in openbao.administrator.list(TOMBSTONE_NAMES)["data"]["keys"]:
        openbao.administrator.delete(f"{TOMBSTONE_NAMES}/{name}")
    openbao.administrator.delete(LAST_TOMBSTONE)


async def destroyed(platform_of: PlatformOf, folder: Path, number: str, instance: str = "retention-1") -> Unwritten:
    """Retention has declared it, and a process of it wrote so."""
    retention = await platform_of("retention")
    folder.mkdir(exist_ok=True)
    unwritten = Unwritten(retention.database, retention.bao, folder, instance)
    unwritten.add({number: NOON})
    await unwritten.write()
    return unwritten


@pytest.mark.allowed("R-9.12")
async def test_every_service_knows_each_destruction_on_whatever_machine(
    platform_of: PlatformOf, bao_of: BaoOf, tmp_path: Path
) -> None:
    number = a_number()
    await destroyed(platform_of, tmp_path / "of-retention", number)
    for service in ("intake", "casework", "worklist"):
        noted = NotedDestructions(bao_of(service), tmp_path / "a folder that is not there")
        assert (await noted.all())[number] == NOON
        with pytest.raises(BaoRefused):
            await noted.note({a_number(): NOON})


async def test_nobody_changes_or_takes_away_a_note(platform_of: PlatformOf, bao_of: BaoOf, tmp_path: Path) -> None:
    await destroyed(platform_of, tmp_path / "of-retention", a_number())
    bao = bao_of("retention")
    name = (await bao.call("LIST", TOMBSTONE_NAMES))["data"]["keys"][0]
    for method, path, body in (
        ("POST", f"{TOMBSTONES}/{name}", {"data": {"stones": {}}}),
        ("DELETE", f"{TOMBSTONES}/{name}", None),
        ("DELETE", f"{TOMBSTONE_NAMES}/{name}", None),
        ("DELETE", LAST_TOMBSTONE, None),
    ):
        with pytest.raises(BaoRefused):
            await bao.call(method, path, body)


@pytest.mark.parametrize(
    "note", [{}, {"stones": []}, {"stones": {"S-1": "noon"}}, {"stones": {"S-1": 7}}, {"other": "x"}], ids=str
)
async def test_a_note_that_nobody_can_read_keeps_nobody_from_serving(
    platform_of: PlatformOf, bao_of: BaoOf, tmp_path: Path, note: dict[str, object]
) -> None:
    """Whoever has retention's credentials can leave one, and nobody can take it away."""
    number = a_number()
    await destroyed(platform_of, tmp_path / "of-retention", number)
    await bao_of("retention").call("POST", f"{TOMBSTONES}/{uuid4()}", {"data": note})
    assert (await NotedDestructions(bao_of("intake"), tmp_path / "none").all())[number] == NOON


async def test_what_openbao_lost_is_noted_again(platform_of: PlatformOf, openbao: Bao, tmp_path: Path) -> None:
    """Its storage was restored from before the destruction; the file lies elsewhere."""
    number, folder = a_number(), tmp_path / "of-retention"
    unwritten = await destroyed(platform_of, folder, number)
    retention = await platform_of("retention")
    lose_notes(openbao)
    noted = NotedDestructions(retention.bao, folder)
    assert number not in await noted.in_openbao()
    assert number in await noted.all()
    await unwritten.write()
    assert (await noted.in_openbao())[number] == NOON
    await unwritten.write()
    assert len((await retention.bao.call("LIST", TOMBSTONE_NAMES))["data"]["keys"]) == 1, "once is enough"


async def test_each_process_of_retention_writes_a_file_of_its_own_and_reads_all(
    platform_of: PlatformOf, openbao: Bao, tmp_path: Path
) -> None:
    one, other, folder = a_number(), a_number(), tmp_path / "of-retention"
    await destroyed(platform_of, folder, one, "retention-1")
    unwritten = await destroyed(platform_of, folder, other, "retention-2")
    assert {file.name: file.read_text().count("\n") for file in folder.iterdir()} == {
        "destroyed-retention-1.jsonl": 1,
        "destroyed-retention-2.jsonl": 1,
    }
    lose_notes(openbao)
    await unwritten.write()
    noted = NotedDestructions((await platform_of("retention")).bao, tmp_path / "nowhere")
    assert await noted.in_openbao() == {one: NOON, other: NOON}, "one process notes again what another wrote"


@pytest.mark.allowed("R-9.12")
async def test_what_a_restore_brings_back_under_a_running_process_goes_again(
    platform_of: PlatformOf,
    parts: RealParts,
    postgres: Postgres,
    nats: Nats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its database was put back to before the destruction, while it went on."""
    number, other, late = a_number(), a_number(), a_number()
    await destroyed(platform_of, tmp_path / "of-retention", number)
    password = {"password": nats.passwords["casework"]}
    parts.openbao.administrator.write_data("kv/data/nats/casework", data={"data": password})
    told = {"nats_address": nats.address, "tombstones": tmp_path / "nowhere"}
    database = postgres.superuser("casework")

    async def there() -> set[str]:
        return {row["number"] for row in await database("SELECT number FROM unhandled")}

    async with served("casework", parts, postgres, tmp_path, monkeypatch, **told) as (app, _), asyncio.timeout(60):
        while not await database("SELECT FROM tombstone WHERE number = $1", number):
            await asyncio.sleep(0.1)
        await database("DELETE FROM tombstone")
        for one in (number, other, late):
            await database(INSERT, one)
        app.state.service.restored.wake()
        while number in await there():
            await asyncio.sleep(0.1)
        assert await there() == {other, late}, "nothing else went"
        await destroyed(platform_of, tmp_path / "of-retention", late)
        app.state.service.restored.wake()
        while late in await there():
            await asyncio.sleep(0.1)
        assert await there() == {other}


async def test_supervision_knows_a_destruction_again_when_its_database_was_put_back(database_of: DatabaseOf) -> None:
    """It does not say of what is gone that retention keeps it."""
    database, number = await database_of("oversight"), a_number()
    here = {"number": number, "version": 4, "holder": "retention", "state": "sealed", "since": NOON, "next_holders": []}
    async with database.transaction() as session:
        await store.note_whereabouts(session, [here])
    for again in (1, 0):
        assert await reapply(database, {number: NOON}, store.delete_rows, store.note_destroyed) == again
    async with database.reading() as session:
        where = await session.get(store.Whereabout, number)
    assert where is not None
    assert (where.state, where.since) == ("destroyed", NOON)


async def test_without_openbao_nothing_is_taken_for_not_destroyed(platform_of: PlatformOf, tmp_path: Path) -> None:
    """A service waits before it serves, rather than to show what may have been destroyed."""
    platform = await platform_of("casework")
    noted = NotedDestructions(platform.bao, tmp_path / "nowhere")
    await platform.bao.close()
    with pytest.raises(PartDown):
        await noted.all()


def test_a_line_of_the_file_is_read_once_and_another_file_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After six years of a city it has a hundred thousand, and everybody looks every minute."""
    read: list[str | bytes] = []
    parse = json.loads

    def noted(line: str | bytes) -> object:
        read.append(line)
        return parse(line)

    monkeypatch.setattr(json, "loads", noted)
    written, numbers = WrittenStones(tmp_path), [a_number() for _ in range(4)]
    append(tmp_path, "one", {numbers[0]: NOON, numbers[1]: NOON})
    assert written.all() == dict.fromkeys(numbers[:2], NOON)
    append(tmp_path, "one", {numbers[2]: NOON})
    append(tmp_path, "two", {numbers[3]: NOON})
    assert written.all() == dict.fromkeys(numbers, NOON) == written.all()
    assert len(read) == len(numbers), "each line once"
    file = tmp_path / "destroyed-one.jsonl"
    with file.open("ab") as half:
        half.write(f'{{"number": "{a_number()}", "destr'.encode())
    assert written.all() == dict.fromkeys(numbers, NOON), "half a line is no destruction"
    # What was put back from elsewhere, in its place and longer than what was read.
    file.unlink()
    others = [a_number() for _ in range(5)]
    append(tmp_path, "one", dict.fromkeys(others, NOON))
    assert written.all() == dict.fromkeys([*others, numbers[3]], NOON)
    file.unlink()
    assert written.all() == {numbers[3]: NOON}


@pytest.mark.allowed("R-9.12")
async def test_what_is_known_is_compared_by_the_database_and_not_fetched(platform_of: PlatformOf) -> None:
    database = (await platform_of("intake")).database
    stones = {a_number(): NOON for _ in range(500)}
    erased: list[str] = []

    async def erase(_: AsyncSession, numbers: Collection[str]) -> None:
        erased.extend(numbers)

    async def declared(_: AsyncSession, numbers: Collection[str], moment: datetime) -> None:
        assert set(numbers) <= stones.keys()

    assert await reapply(database, stones, erase, declared) == len(stones) == len(erased)
    ((_, plan),) = await plans_of(database, lambda: reapply(database, stones, erase, declared))
    assert plan.tree["Actual Rows"] == 0
    missing = next(iter(stones))
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM tombstone WHERE number = :number"), {"number": missing})
    assert await reapply(database, stones, erase, declared) == 1
    assert erased[-1] == missing


async def test_what_is_declared_in_half_a_minute_is_one_note(
    platform_of: PlatformOf, bao_of: BaoOf, tmp_path: Path
) -> None:
    """A year goes a few signals at a time, and each note is read by every process. The file has them at once; what a process left
    behind that ended meanwhile, the next one notes as it starts."""
    retention, bao = await platform_of("retention"), bao_of("retention")
    patient = Unwritten(retention.database, retention.bao, tmp_path, "retention-1", together=3600)
    await patient.write()
    numbers = [a_number() for _ in range(3)]
    for number in numbers:
        patient.add({number: NOON})
        await patient.write()
        assert 0 < patient.next_in <= 3600
    in_file = (tmp_path / "destroyed-retention-1.jsonl").read_text()
    noted = NotedDestructions(bao, tmp_path / "not there")
    assert all(one in in_file for one in numbers)
    assert not {*numbers} & (await noted.in_openbao()).keys()
    names = set((await bao.call("LIST", TOMBSTONE_NAMES))["data"]["keys"]) if await noted.in_openbao() else set()
    await Unwritten(retention.database, retention.bao, tmp_path, "retention-2", together=3600).write()
    assert {*numbers} <= (await noted.in_openbao()).keys()
    assert len(set((await bao.call("LIST", TOMBSTONE_NAMES))["data"]["keys"]) - names) == 1


def test_a_line_that_cannot_be_read_is_counted_and_what_was_cut_off_spoils_none(tmp_path: Path) -> None:
    written, number, after = WrittenStones(tmp_path), a_number(), a_number()
    append(tmp_path, "one", {number: NOON})
    file = tmp_path / "destroyed-one.jsonl"
    with file.open("ab") as half:
        half.write(b'{"number": "S-')
    assert (written.all(), written.unreadable) == ({number: NOON}, set()), "it may still be written"
    append(tmp_path, "one", {after: NOON})
    assert written.all() == {number: NOON, after: NOON}
    assert written.unreadable == {"destroyed-one.jsonl:2"}
    file.write_bytes(b"".join(line for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"}\n")))
    assert written.all() == {number: NOON, after: NOON}
    assert written.unreadable == set()


@pytest.mark.refused("R-9.12")
async def test_a_note_that_cannot_be_read_shows_keeps_nobody_from_serving_and_is_told_once(
    platform_of: PlatformOf,
    parts: RealParts,
    postgres: Postgres,
    nats: Nats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a file and in OpenBao; it stands in `/statusz` and in the figures until it can be read."""
    number = a_number()
    await destroyed(platform_of, tmp_path / "of-retention", number)
    bao, name = parts.openbao.administrator, f"{TOMBSTONE_NAMES.replace('/metadata/', '/data/')}/spoiled"
    bao.write_data(name, data={"data": {"stones": "niets"}})
    folder = tmp_path / "notes"
    folder.mkdir()
    file = folder / "destroyed-retention-9.jsonl"
    file.write_text('{"number": "S-\n')
    password = {"password": nats.passwords["casework"]}
    bao.write_data("kv/data/nats/casework", data={"data": password})
    told = {"nats_address": nats.address, "tombstones": folder}
    database = postgres.superuser("casework")
    try:
        async with served("casework", parts, postgres, tmp_path, monkeypatch, **told) as (app, _), asyncio.timeout(60):
            service = app.state.service
            while not await database("SELECT FROM tombstone WHERE number = $1", number):
                await asyncio.sleep(0.1)

            async def shown() -> set[str]:
                (found,) = [one for one in await service.doubted() if one.queue == "destructions-unread"]
                return {row.about["record"] for row in found.examples}

            assert await shown() == {"destroyed-retention-9.jsonl:1", "kv/data/tombstones/spoiled"}
            await service._reapply()
            await service._reapply()
            lines = [json.loads(row["entry"]) for row in await database("SELECT entry FROM audit")]
            told_of = [one["record"] for one in lines if one["action"] == "destructions-unread not believed"]
            assert sorted(told_of) == sorted(await shown()), "once each"
            file.unlink()
            bao.delete(f"{TOMBSTONE_NAMES}/spoiled")
            await service._reapply()
            assert await shown() == set()
    finally:
        bao.delete(f"{TOMBSTONE_NAMES}/spoiled")
