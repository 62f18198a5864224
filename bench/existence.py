"""Is there something already, over a million hashes: how soon it is answered, and the year's change of the key meanwhile.

The rows are retention's own, with its MAC, of signals that never were: each has the forms of two persons with an address. The
year's change makes every hash anew at OpenBao and replaces every row as its holder's message would; what opening a dossier costs
its holder comes on top, and is measured on real signals.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench.figures import Figure, at_most
from bench.invented import COMMON, number, thing, things
from bench.load import percentile
from bench.shared import settings_of
from services.retention.settings import Settings
from services.retention.store import SCHEMA
from services.retention.tables import FindableRow, Holder
from services.retention.use_cases import AnsweringExistence
from shared.bus.inbox import Incoming
from shared.clock import SystemClock
from shared.contracts.dossier import Findable
from shared.engine.head import vouch_for
from shared.finding.things import kept
from shared.identity import Person
from shared.keys.lookup import Lookup
from shared.keys.warrants import Warrants
from shared.service.platform import Platform
from shared.settings import ServiceSettings
from tests.house import TestHouse, until

HASHES = int(os.environ.get("BENCH_HASHES", "1000000"))
ASKED, ASKED_BY_HTTP = 400, 200
REAL = 120
PAUSE_SECONDS = 0.2
AT_ONCE = 40
TOGETHER = 400
"""Signals of which the hashes are made in as few calls to OpenBao as there can be."""
ANNA = Person("bench", frozenset({"oov"}))


def run(house: TestHouse) -> list[Figure]:
    """How soon it is answered, in this process and over HTTP."""
    try:
        return [*asyncio.run(_million(house, change=False)), *_asked(house, _reported(house))]
    finally:
        asyncio.run(_emptied(house))


def year(house: TestHouse) -> list[Figure]:
    """The year's change, with look-ups meanwhile."""
    try:
        return [*asyncio.run(_million(house, change=True)), _told_anew(house, _reported(house))]
    finally:
        asyncio.run(_emptied(house))


async def _million(house: TestHouse, *, change: bool) -> list[Figure]:
    retention = await _platform(house, "retention", Settings)
    assessment = await _platform(house, "assessment", ServiceSettings)
    answering = AnsweringExistence(retention, Settings(**settings_of(house, "retention"), checks_per_hour=10**9))
    lookup = Lookup(assessment.bao)
    try:
        each = len(kept(things(1)))
        numbers = range(HASHES // each)
        began = time.perf_counter()
        await _filled(house, retention, lookup, numbers)
        filled = time.perf_counter() - began
        warrants = Warrants(assessment.signer, lookup, assessment.machine)
        many = f"{len(numbers) * each} hashes of {len(numbers)} signals"
        if change:
            return _changed(many, *await _year(house, answering, warrants, lookup, numbers))
        queries = await _queries(house, lookup, numbers)
        checks = [await _check(answering, warrants, place) for place in _some(numbers)]
        common = [await _check(answering, warrants, 0) for _ in range(40)]
    finally:
        await retention.close()
        await assessment.close()
    name = f"existence check over {many}"
    commonest = f"- a name of {len(numbers) // COMMON} signals: warrant and answer, p50"
    return [
        at_most(f"{name}: the query, p99", _ms(queries, 0.99), "ms", 50),
        at_most(f"{name}: warrant and answer, p99", _ms(checks, 0.99), "ms", 50),
        Figure(f"{name}: warrant and answer, p50", _ms(checks, 0.5), "ms"),
        Figure(commonest, _ms(common, 0.5), "ms"),
        Figure(f"- filling the table with {many}", round(filled, 1), "s"),
    ]


def _changed(many: str, seconds: float, meanwhile: list[float], wrong: int) -> list[Figure]:
    missed = f"- the year's change: of {len(meanwhile)} look-ups meanwhile, that missed what is there"
    return [
        Figure(f"the year's change over {many}", round(seconds, 1), "s"),
        at_most("- the year's change: look-ups meanwhile, p99", _ms(meanwhile, 0.99), "ms", 500),
        at_most(missed, wrong, "", 0),
    ]


def _ms(seconds: list[float], part: float) -> float:
    return round(percentile(seconds, part) * 1000, 1)


async def _platform(house: TestHouse, name: str, kind: type[ServiceSettings]) -> Platform:
    platform = Platform(name, kind(**settings_of(house, name)), SystemClock(), SCHEMA)
    await platform.database.new_user()
    await platform.signer.certify()
    await platform.mac.prepare()
    return platform


def _some(numbers: range) -> Iterator[int]:
    return (random.Random(one).randrange(len(numbers)) for one in range(ASKED))


async def _filled(house: TestHouse, retention: Platform, lookup: Lookup, numbers: range) -> None:
    connection = await house.superuser("retention")
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        version, hashes = await _hashed(lookup, some)
        rows = [_row(place, version, hashes[place]) for place in some]
        for one in rows:
            await vouch_for(retention.mac, one)
        values = [(one.number, one.holder, 1, version, one.hashes, "[]", one.mac) for one in rows]
        await connection.executemany("INSERT INTO findable VALUES ($1, $2, $3, $4, $5, $6, $7)", values)
        holders = [Holder(number=number(place), holder="assessment", before=[]) for place in some]
        for holder in holders:
            await vouch_for(retention.mac, holder)
        said = [(one.number, one.holder, "[]", one.mac) for one in holders]
        await connection.executemany("INSERT INTO holder VALUES ($1, $2, $3, $4)", said)
    await connection.execute("ANALYZE findable")
    await connection.close()


async def _hashed(lookup: Lookup, places: range) -> tuple[int, dict[int, list[str]]]:
    forms = {place: kept(things(place)) for place in places}
    versions = await lookup.versions()
    found = await lookup.each({one for each in forms.values() for one in each})
    return versions[-1], {place: sorted(found[one][0] for one in each) for place, each in forms.items()}


def _row(place: int, version: int, hashes: list[str]) -> FindableRow:
    own: dict[str, Any] = {"number": number(place), "holder": "assessment", "turn": 1, "closed_to": []}
    return FindableRow(**own, key_version=version, hashes=hashes)


async def _queries(house: TestHouse, lookup: Lookup, numbers: range) -> list[float]:
    connection = await house.superuser("retention")
    # As every connection of a service has it.
    await connection.execute("SET jit = off")
    taken = []
    for place in _some(numbers):
        _, hashes = await _hashed(lookup, range(place, place + 1))
        began = time.perf_counter()
        found = await connection.fetch("SELECT * FROM findable WHERE hashes && $1::text[]", hashes[place])
        taken.append(time.perf_counter() - began)
        assert number(place) in {one["number"] for one in found}
    await connection.close()
    return taken


async def _check(answering: AnsweringExistence, warrants: Warrants, place: int) -> float:
    """Both halves, as the two services do them: hashes and warrant, then checked, looked up and written down."""
    began = time.perf_counter()
    issued = await warrants.issue(ANNA, {"S1": thing(place)}, about="S-00000-00000", ground="signal")
    assert issued
    answer = await answering.check(ANNA, issued.token)
    taken = time.perf_counter() - began
    found = {each["number"] for one in answer["results"] for each in one["signals"]}
    if place and number(place) not in found:
        raise LookupError(number(place))
    return taken


async def _year(
    house: TestHouse, answering: AnsweringExistence, warrants: Warrants, lookup: Lookup, numbers: range
) -> tuple[float, list[float], int]:
    house.meldpunt("lookup-key", "--now")
    taken: list[float] = []
    wrong = 0
    ended = asyncio.Event()

    async def looking() -> None:
        nonlocal wrong
        while not ended.is_set():
            try:
                taken.append(await _check(answering, warrants, random.randrange(1, len(numbers))))
            except LookupError:
                wrong += 1
            await asyncio.sleep(0.2)

    begun = asyncio.create_task(looking())
    began = time.perf_counter()
    turn = asyncio.Semaphore(AT_ONCE)

    async def told(place: int, version: int, hashes: list[str]) -> None:
        async with turn:
            message = Findable(number=number(place), turn=1, key_version=version, hashes=tuple(hashes))
            handled = await answering.told(Incoming(uuid4(), "assessment", signed=True), message)
            await answering.platform.database.together(handled.effect)

    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        version, hashes = await _hashed(lookup, some)
        await asyncio.gather(*(told(place, version, hashes[place]) for place in some))
    seconds = time.perf_counter() - began
    ended.set()
    await begun
    return seconds, taken, wrong


async def _emptied(house: TestHouse) -> None:
    connection = await house.superuser("retention")
    for table in ("findable", "holder"):
        await connection.execute(f"DELETE FROM {table} WHERE number ~ '^S-[0-9]{{5}}-[0-9]{{5}}$'")
    await connection.execute("DELETE FROM existence_check")
    await connection.close()


def _reported(house: TestHouse) -> list[str]:
    """Signals that are in hand, found by now; somebody else in each: who is in all of them would be found in all."""
    who = ([{"name": f"Wibo Wulp{one}", "address": f"Wulpweg {one}, Maasland"}] for one in range(REAL))
    numbers = [house.arrived(house.report(subjects=one)) for one in who]
    until(lambda: _are_told(house, numbers, 1))
    return numbers


def _are_told(house: TestHouse, numbers: list[str], version: int) -> bool:
    query = "SELECT count(*) AS n FROM findable WHERE key_version >= $1 AND number = ANY($2)"
    return bool(house.sql("retention", query, version, numbers)[0]["n"] == len(numbers))


def _told_anew(house: TestHouse, numbers: list[str]) -> Figure:
    """What it costs who holds signals: opened, hashed, told, received."""
    newest = house.sql("retention", "SELECT max(key_version) AS n FROM findable")[0]["n"]
    house.meldpunt("lookup-key", "--now")
    house.sql("assessment", "UPDATE told_findable SET waits = true, next_at = now(), changed_at = now()")
    # From the first that is told: the queue looks now and then, and is woken where a new version is noticed.
    until(lambda: bool(house.sql("retention", "SELECT 1 FROM findable WHERE key_version > $1", newest)), every=0.01)
    began = time.perf_counter()
    until(lambda: _are_told(house, numbers, newest + 1), 120, every=0.01)
    rate = len(numbers) / (time.perf_counter() - began)
    return Figure("- the year's change: told anew by their holder, signals per second", round(rate, 1), "per s")


def _asked(house: TestHouse, numbers: list[str]) -> list[Figure]:
    """The two requests of a page, over HTTP with tokens, as the portal makes them; the rate is set back in between."""
    warranted, answered = [], []
    for place in range(ASKED_BY_HTTP):
        if place % 20 == 0:
            house.sql("retention", "DELETE FROM existence_check")
        body = {"about": ["S1"], "reason": "Dezelfde naam komt vaker voor."}
        began = time.perf_counter()
        path = f"/v1/signals/{numbers[place % len(numbers)]}/existence-checks"
        warrant = house.client.post("assessment", path, "anna", body)["warrant"]
        between = time.perf_counter()
        house.client.post("retention", "/v1/existence-checks", "anna", {"warrant": warrant})
        answered.append(time.perf_counter() - between)
        warranted.append(time.perf_counter() - began)
        # Nobody asks as fast as he can: what the one before sets going (its words for supervision, the trail) is done by then.
        time.sleep(PAUSE_SECONDS)
    name = "existence check over HTTP"
    return [
        at_most(f"{name}: the answer of retention, p99", _ms(answered, 0.99), "ms", 50),
        Figure(f"{name}: the answer of retention, p50", _ms(answered, 0.5), "ms"),
        Figure(f"{name}: warrant and answer, p50", _ms(warranted, 0.5), "ms"),
        Figure(f"{name}: warrant and answer, p99", _ms(warranted, 0.99), "ms"),
    ]
