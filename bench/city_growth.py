"""What every store grew by: what was made in bulk, what one real signal leaves where the bulk does not reach, and what that
comes to in six years."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.chain import play_one
from bench.city_day import Together
from bench.city_fill import ENDED, Filled
from bench.city_rows import LEFT_OUT
from bench.counts import quiet
from bench.figures import Figure
from deploy.embedded.client import Refusal
from deploy.embedded.demo import reports
from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.play import Player
from deploy.embedded.played import Played
from tests.house import TestHouse

REAL, WORKERS, TRIES = int(os.environ.get("CITY_REAL", "50")), 4, 4
KEPT_DAYS = {
    # How long what the bulk does not make is kept: for good, as long as its signal, or days. Of OpenBao's log as docs/operations says.
    "rows: audit_line": None,
    "rows: audit_batch": None,
    "rows: inbox": 120,
    "rows: audit": 30,
    "rows: processing_record": 1830,
    "OpenBao, audit log": 30,
    "NATS, streams": 7,
}
OF_THE_SERVICE = (
    *(
        "alembic_version",
        "schema_floor",
        "lease",
        "letterbox_key",
        "sealing_key",
        "door_keys",
        "telling",
        "edition",
        "heard",
    ),
    *(
        "audit_head",
        "audit_checkpoint",
        "audit_cut",
        "designation",
        "known_user",
        "used_once",
        "logged_out",
        "kept_statement",
    ),
)
ACTION = "an action"
READ_SECONDS, REST_SECONDS = 75, 120
"""Each process reads within a minute what was noted of destructions, once, which is no part of its rest."""
Sizes = dict[str, int]


def sizes(house: TestHouse) -> Sizes:
    """Bytes of every store, and of the tables that no copy has rows in."""
    house.sql("postgres", "CHECKPOINT")
    size = "SELECT pg_database_size($1) AS n"
    found = {f"PostgreSQL, {name}": int(house.sql("postgres", size, name)[0]["n"]) for name in SERVICE_NAMES}
    of_table = (
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS n FROM pg_class WHERE relkind = 'r' AND relname = $1"
    )
    for table in LEFT_OUT:
        found[f"rows: {table}"] = sum(int(house.sql(name, of_table, table)[0]["n"]) for name in SERVICE_NAMES)
    bao, nats = house.home.part("openbao"), house.home.part("nats")
    # The house begins another one now and then.
    audit = sum(one.stat().st_size for one in bao.glob("audit.log*"))
    found |= {"OpenBao, keys": _bytes(bao) - audit, "OpenBao, audit log": audit, "NATS, streams": _bytes(nats)}
    inside = _bytes(house.home.path)
    return found | {"files of the home": inside - _bytes(bao) - _bytes(nats) - _bytes(house.home.part("postgres"))}


def _bytes(folder: Path) -> int:
    total = 0
    for one in folder.rglob("*"):
        try:
            total += one.lstat().st_size if one.is_file() and not one.is_symlink() else 0
        except OSError:
            # Gone since it was named.
            continue
    return total


def grown(before: Sizes, after: Sizes) -> Sizes:
    return {name: after[name] - before[name] for name in after}


def of_the_bulk(found: Sizes, signals: int) -> list[Figure]:
    rows = {"PostgreSQL, all databases": postgres(found)} | found
    large = {name: n for name, n in rows.items() if n >= 2**20 and name != "OpenBao, audit log"}
    return [
        figure
        for name, n in large.items()
        for figure in (
            Figure(f"made in bulk: {name}", round(n / 2**20, 1), "MB"),
            Figure(f"- for each signal: {name}", round(n / signals / 1024, 2), "KB"),
        )
    ]


def postgres(found: Mapping[str, int]) -> int:
    return sum(n for name, n in found.items() if name.startswith("PostgreSQL"))


def of_real_ones(house: TestHouse) -> tuple[list[Figure], dict[str, Sizes]]:
    """What one real signal leaves everywhere, a case and what ends with the first question; and what the house at rest leaves
    in a second is taken off."""
    subjects = (house.home.state() or {})["subjects"]
    text = dict(reports())[ENDED["no_suspicion"]]

    def case(client: Together) -> None:
        play_one(client, subjects)

    def ended(client: Together) -> None:
        played: Played = Player(client, subjects).play("city", text)
        if played.problem:
            raise AssertionError(played.problem)

    quiet(house)
    time.sleep(READ_SECONDS)
    before = sizes(house)
    time.sleep(REST_SECONDS)
    rest = {name: n / REST_SECONDS for name, n in grown(before, sizes(house)).items()}
    ways: dict[str, Callable[[Together], None]] = {"a closed case": case, "one that ends in phase 1": ended}
    figures, each = [], {}
    for what, play in ways.items():
        quiet(house)
        before, began = sizes(house), time.perf_counter()
        with Together(house.home) as client, ThreadPoolExecutor(WORKERS) as people:
            list(people.map(play, [client] * REAL))
        quiet(house)
        after, seconds = sizes(house), time.perf_counter() - began
        each[what] = {
            name: max(0, round((n - rest[name] * seconds) / REAL)) for name, n in grown(before, after).items()
        }
        figures += [
            Figure(f"per signal, measured on {REAL}, {what}: {name}", round(n / 1024, 1), "KB")
            for name, n in each[what].items()
            if n >= 100
        ]
    figures.append(
        Figure("OpenBao's audit log at rest, a day", round(rest["OpenBao, audit log"] * 86400 / 2**20), "MB")
    )
    return figures, each | {"rest": {name: round(n) for name, n in rest.items()}}


def _played(house: TestHouse, play: Callable[[Together], None]) -> int:
    """Plays so many to their end; how many were begun. One whose player was not patient enough on a busy machine is begun again."""

    def until_its_end(client: Together) -> int:
        for time_ in range(1, TRIES + 1):
            try:
                play(client)
                return time_
            except Refusal:
                if time_ == TRIES:
                    raise
        raise AssertionError

    with Together(house.home) as client, ThreadPoolExecutor(WORKERS) as people:
        return sum(people.map(until_its_end, [client] * REAL))


def of_an_action(grew: Sizes, rest: Sizes, seconds: float, actions: int) -> Sizes:
    """What one action of somebody at work leaves: to look is noted too."""
    return {name: max(0, round((n - rest[name] * seconds) / actions)) for name, n in grew.items()}


def in_six_years(
    bulk: Sizes, each: dict[str, Sizes], *, scale: float, signals: int, cases: int, actions: float
) -> list[Figure]:
    """Reckoned from what was measured: the bulk at its whole, and for the rest what one signal and one action leave times how many
    there are in the time that it is kept. `actions`: of all people in a year."""
    days = 6 * 365
    part = cases / signals

    def of(name: str) -> float:
        kept = KEPT_DAYS[name] or days
        one = part * each["a closed case"][name] + (1 - part) * each["one that ends in phase 1"][name]
        at_rest = each["rest"][name] * 86400 if name.startswith(("OpenBao", "NATS")) else 0
        return (one * signals / days + each[ACTION][name] * actions / 365 + at_rest) * kept

    rows = sum(of(name) for name in KEPT_DAYS if name.startswith("rows: "))
    looked = sum(each[ACTION][name] for name in ("rows: audit_line", "rows: audit_batch")) * actions * 6
    whole = {
        "PostgreSQL: of these the trail of what people look at": looked,
        "PostgreSQL: what was made in bulk": postgres(bulk) / scale,
        "PostgreSQL: audit trail, inboxes, processing log": rows,
        "OpenBao: keys": bulk["OpenBao, keys"] / scale,
        "OpenBao: audit log of thirty days, not compressed": of("OpenBao, audit log"),
        "NATS: streams of seven days": of("NATS, streams"),
    }
    return [Figure(f"after six years, reckoned: {name}", round(n / 2**30, 2), "GB") for name, n in whole.items()]


def not_filled(house: TestHouse, filled: Filled) -> list[str]:
    """Tables that the bulk has no row in, with the services that have them, and why."""
    every = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    found: dict[str, list[str]] = {}
    for name in SERVICE_NAMES:
        for one in house.sql(name, every):
            if f"{name}.{one['relname']}" not in filled.rows:
                found.setdefault(one["relname"], []).append(name)
    reasons = LEFT_OUT | dict.fromkeys(OF_THE_SERVICE, "of the service itself, and of no signal")
    why = "what a few signals have for a while (requests, holds, looks, drafts), or those in hand, which are real: no template had it"
    return [f"{table} ({', '.join(names)}): {reasons.get(table, why)}" for table, names in sorted(found.items())]
