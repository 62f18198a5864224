"""Six years of a city put into a house: templates are played, copied in stated shares, and get keys in OpenBao for what still is."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import aiohttp

from bench.city_rows import IN_WEEKS, LEFT_OUT, Row, Rows, Shared, Template, kinds, vouch
from bench.city_words import encrypted, words_of
from bench.counts import quiet
from bench.existence import _hashed
from deploy.embedded.client import HouseClient
from deploy.embedded.demo import reports
from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.play import Player
from deploy.embedded.played import Played
from deploy.openbao import apply as bao_config
from services.oversight.store import ROOM
from shared import tombstones
from shared.clock import calendar_date
from shared.keys.lookup import Lookup
from shared.keys.mac import Mac
from shared.openbao import OpenBao
from tests.house import TestHouse, until
from tests.journeys import brought, moved
from tests.parts import run_async

TOGETHER = 200
CONNECTIONS = 24
PLACES = 10**6
"""People that are made up for the hashes begin here, so that they are nobody of another figure."""


@dataclass(frozen=True)
class Share:
    """`count` copies of the template `name`, which came between so many days ago."""

    name: str
    count: int
    since: int
    until: int


@dataclass
class Filled:
    """What was put there: signals, rows per table, keys that were made, tables without a row."""

    signals: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    keys: int = 0
    destroyed: dict[str, datetime] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)


def everything(house: TestHouse) -> Rows:
    """Every row of every service, as JSON of PostgreSQL's."""
    found: Rows = {}
    query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    for service in SERVICE_NAMES:
        for one in house.sql(service, query):
            table = one["relname"]
            if table not in LEFT_OUT or (service, table) in IN_WEEKS:
                rows = house.sql(service, f'SELECT to_jsonb(x)::text AS row FROM "{table}" x')
                found[service, table] = [json.loads(row["row"]) for row in rows]
    return found


def templates(house: TestHouse) -> tuple[dict[str, Template], Shared]:
    """Each is played through the house, and taken at the moment that its copies show."""
    subjects = (house.home.state() or {})["subjects"]
    texts = dict(reports())
    made: dict[str, Template] = {}
    shared = Shared({table: [] for table in IN_WEEKS})

    def take(**numbers: str) -> None:
        quiet(house)
        found = everything(house)
        keys = found["retention", "signal_key"] + [{"mount": ROOM}]
        mounts = {row["mount"] for row in keys}
        mounts |= {one["archive"] for row in found["retention", "sealed_signal"] for one in row["dossier"] or ()}
        for name, number in numbers.items():
            persons = frozenset(subjects.values())
            made[name] = Template.of(number, found, calendar_date(datetime.now(UTC)), persons, frozenset(mounts))
            made[name].words = run_async(words_of(house, made[name], found))
        for table in shared.rows:
            shared.rows[table] = found.pop(table)

    def play(client: HouseClient, name: str) -> str:
        played: Played = Player(client, subjects).play(name, texts[name])
        assert not played.problem, f"{name}: {played.problem}"
        return played.number

    with HouseClient(house.home) as client:
        case = brought(house, "closed")
        moved(house, case)
        gone = play(client, "04-licensing-note")
        house.destroy_everything_due()
        house.declared(gone, 300)
        take(moved_case=case.number, destroyed=gone)
        closed = brought(house, "closed").number
        running = {name: play(client, text) for name, text in RUNNING.items()}
        ended = {name: play(client, text) for name, text in ENDED.items()}
        keys_gone(house, [closed, running["execution"], *ended.values()])
        take(closed=closed, **running, **ended)
    return made, shared


ENDED = {"no_suspicion": "12-empty-barn", "too_light": "13-car-workshop", "no_hit": "02-colleague-barber"}
RUNNING = {"hit_check": "25-greenhouse", "execution": "26-party-boat"}


def keys_gone(house: TestHouse, numbers: list[str]) -> None:
    """Wait until the keys of rooms that these signals left have been destroyed: what was sealed a year ago has none of them."""
    left = "SELECT count(*) AS n FROM signal_key WHERE number = ANY($1) AND destroyed_at IS NULL AND mount = ANY($2)"
    rooms = ["room-signal", "room-research"]
    until(lambda: house.sql("retention", left, numbers, rooms)[0]["n"] == 0, 180)


class Filling:
    def __init__(self, house: TestHouse, made: dict[str, Template], shared: Shared) -> None:
        self.house, self.made, self.shared = house, made, shared
        self.tables = kinds()
        self.today = calendar_date(datetime.now(UTC))
        self.done = Filled()
        self._kids: set[str] = set()
        self._place = PLACES

    def fill(self, shares: Iterable[Share]) -> Filled:
        run_async(self._fill(list(shares)))
        return self.done

    async def _fill(self, shares: list[Share]) -> None:
        state = self.house.home.state() or {}
        address = state["addresses"]["openbao"]
        home = self.house.home
        parts = {name: OpenBao(address, home.secret_file(f"approle-{name}"), home.tls(name)) for name in SERVICE_NAMES}
        self.macs = {name: Mac(name, bao) for name, bao in parts.items()}
        self.databases = {name: await self.house.superuser(name) for name in SERVICE_NAMES}
        provisioner = bao_config.client(address, home.secret("provisioner"), home.tls("setup"))
        shown = aiohttp.TCPConnector(ssl=home.tls("setup").context, limit=CONNECTIONS)
        async with aiohttp.ClientSession(headers={"X-Vault-Token": provisioner.token}, connector=shown) as http:
            for share in shares:
                for some in _batches(share):
                    rows = self._copies(share.name, some)
                    await self._hashes(rows, Lookup(parts["assessment"]))
                    await self._keys(http, address, rows)
                    await encrypted(rows, parts, CONNECTIONS)
                    await vouch(rows, self.macs, self.tables)
                    await self._put(rows)
                self.done.signals[share.name] += share.count
        rows = self.shared.copies()
        rows["retention", "letterbox"] = [self._letterbox(kid) for kid in sorted(self._kids)]
        await vouch(rows, self.macs, self.tables)
        await self._put(rows)
        await self._stones(parts["retention"])
        for database in self.databases.values():
            await database.execute("VACUUM ANALYZE")
            await database.close()
        for one in parts.values():
            await one.close()

    def _copies(self, name: str, earlier: list[int]) -> Rows:
        found: Rows = {}
        for days in earlier:
            for table, rows in self.made[name].copy(days, self.today, self.shared).items():
                found.setdefault(table, []).extend(rows)
        # The real ones have their letterbox keys: those of the copies are of other days, and were destroyed then.
        found.pop(("retention", "letterbox"), None)
        self._kids |= {row["kid"] for row in found.get(("retention", "carrier"), ())}
        for row in found.get(("retention", "tombstone"), ()):
            self.done.destroyed[row["number"]] = datetime.fromisoformat(row["destroyed_at"])
        return found

    def _letterbox(self, kid: str) -> Row:
        day = datetime.strptime(kid.partition(".")[2][:8], "%Y%m%d").replace(tzinfo=UTC).isoformat()
        return {"kid": kid, "finished_by": [], "release_asked_at": day, "destroyed_at": day}

    async def _hashes(self, rows: Rows, lookup: Lookup) -> None:
        """By what each is found: of people of its own."""
        some = rows.get(("retention", "findable"), [])
        if some:
            places = range(self._place, self._place + len(some))
            self._place += len(some)
            version, found = await _hashed(lookup, places)
            for place, row in zip(places, some, strict=True):
                row["hashes"], row["key_version"] = found[place], version

    async def _keys(self, http: aiohttp.ClientSession, address: str, rows: Rows) -> None:
        wanted = list(dict.fromkeys(keys_in(rows)))
        waiting = iter(wanted)

        async def some() -> None:
            for mount, key in waiting:
                async with http.post(f"{address}/v1/{mount}/keys/{key}", json={"type": "aes256-gcm96"}) as answer:
                    answer.raise_for_status()

        await asyncio.gather(*(some() for _ in range(CONNECTIONS)))
        self.done.keys += len(wanted)

    async def _put(self, rows: Rows) -> None:
        async def of_one(service: str) -> None:
            for (mine, table), some in rows.items():
                if mine == service and some:
                    query = f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_recordset(NULL::"{table}", $1::jsonb) ON CONFLICT DO NOTHING'
                    await self.databases[service].execute(query, json.dumps(some))
                    self.done.rows[f"{service}.{table}"] += len(some)

        await asyncio.gather(*(of_one(service) for service in SERVICE_NAMES))

    async def _stones(self, bao: OpenBao) -> None:
        """What was destroyed: known to every service, and where a restored database is put right from."""
        for service in SERVICE_NAMES:
            stones = [{"number": one, "destroyed_at": at.isoformat()} for one, at in self.done.destroyed.items()]
            await self._put({(service, "tombstone"): stones})
        folder = self.house.home.tombstones
        tombstones.append(folder, "city", self.done.destroyed)
        await tombstones.NotedDestructions(bao, folder).note(self.done.destroyed)


def _batches(share: Share) -> Iterator[list[int]]:
    some = random.Random(share.name)
    days = [some.randint(share.until, share.since) for _ in range(share.count)]
    for start in range(0, len(days), TOGETHER):
        yield days[start : start + TOGETHER]


def keys_in(rows: Rows) -> Iterator[tuple[str, str]]:
    """The keys that there are for these: of rooms, of the words of decisions, of archives."""
    gone = {row["number"] for row in rows.get(("retention", "tombstone"), ())}
    for row in rows.get(("retention", "signal_key"), ()):
        if row["destroyed_at"] is None:
            yield row["mount"], row["key"]
    for row in rows.get(("oversight", "decided"), ()):
        if row["number"] not in gone:
            yield ROOM, row["room_key"]
    for row in rows.get(("retention", "sealed_signal"), ()):
        for one in row["dossier"] or ():
            yield one["archive"], one["key"]


def empty_tables(house: TestHouse, today: date | None = None) -> list[str]:
    """Tables that have no row."""
    found: list[str] = []
    for (service, table), rows in sorted(everything_counted(house).items()):
        if not rows:
            found.append(f"{service}.{table}")
    return found


def everything_counted(house: TestHouse) -> dict[tuple[str, str], int]:
    query = "SELECT relname, n_live_tup AS n FROM pg_stat_user_tables"
    return {(name, one["relname"]): int(one["n"]) for name in SERVICE_NAMES for one in house.sql(name, query)}
