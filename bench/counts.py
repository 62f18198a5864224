"""Counted by the parts themselves, while something is done: statements by PostgreSQL's log, calls by OpenBao's audit
log, publications and deliveries by NATS, processor time by the kernel. Nothing of the services is changed for it."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.embedded.home import SERVICE_NAMES
from tests.house import TestHouse
from tests.parts import run_async

STATEMENT = re.compile(r"^~(?P<database>\w*)~(?P<user>[\w-]*)~LOG:  (?:statement|execute [^:]*): *(?P<sql>.*)")
OPENS, CLOSES = ("BEGIN",), ("COMMIT", "ROLLBACK")


@dataclass
class Counts:
    """What was counted; `kinds` tells the same apart by name, to see where it goes."""

    totals: Counter[str] = field(default_factory=Counter)
    processor: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: float = 0.0


def processor_seconds(house: TestHouse) -> dict[str, float]:
    """What each process of the house, with its children, has computed so far."""
    found = {}
    for name, pid in (house.home.state() or {})["pids"].items():
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
            ended = process.cpu_times()
            found[name] = sum(one.user + one.system for one in times) + ended.children_user + ended.children_system
    return found


def quiet(house: TestHouse) -> None:
    """Wait until the house has nothing left to do: no message waits, and it computes little.

    Raises AssertionError when that takes ten minutes: something is stuck, and every figure after it would be wrong.
    """
    for _ in range(600):
        before = sum(processor_seconds(house).values())
        time.sleep(1)
        if sum(processor_seconds(house).values()) - before < 0.5 and not waiting(house):
            return
    raise AssertionError("the house does not come to rest; `meldpunt status` says what waits")


def waiting(house: TestHouse) -> int:
    """Messages and audit lines that somebody still has to do something with."""
    return sum(
        int(house.sql(name, "SELECT count(*) AS n FROM outgoing WHERE receipted_at IS NULL")[0]["n"])
        + int(house.sql(name, "SELECT count(*) AS n FROM audit WHERE seq IS NULL")[0]["n"])
        for name in SERVICE_NAMES
    )


@contextlib.contextmanager
def logging_statements(house: TestHouse) -> Iterator[None]:
    """PostgreSQL logs every statement, without values."""
    settings = {"log_statement": "'all'", "log_line_prefix": "'~%d~%u~'", "log_parameter_max_length": "0"}
    for name, value in settings.items():
        house.sql("postgres", f"ALTER SYSTEM SET {name} = {value}")
    house.sql("postgres", "SELECT pg_reload_conf()")
    time.sleep(1)
    try:
        yield
    finally:
        for name in settings:
            house.sql("postgres", f"ALTER SYSTEM RESET {name}")
        house.sql("postgres", "SELECT pg_reload_conf()")


@contextlib.contextmanager
def counting(house: TestHouse) -> Iterator[Counts]:
    """Counts what happens inside; needs `logging_statements`."""
    counts = Counts()
    logs = {name: _size(file) for name, file in _logs(house).items()}
    before, spent, began = run_async(_nats(house)), processor_seconds(house), time.perf_counter()
    try:
        yield counts
    finally:
        counts.seconds = time.perf_counter() - began
        after = processor_seconds(house)
        counts.processor = {name: after[name] - spent.get(name, 0.0) for name in after}
        now = run_async(_nats(house))
        for name in ("published", "delivered"):
            counts.totals[name] = sum(now[name].values()) - sum(before[name].values())
        counts.kinds["published"] = now["subjects"] - before["subjects"]
        _statements(counts, _logs(house)["postgres"], logs["postgres"])
        _calls(counts, _logs(house)["openbao"], logs["openbao"])


def _logs(house: TestHouse) -> dict[str, Path]:
    return {"postgres": house.home.log("postgres"), "openbao": house.home.part("openbao") / "audit.log"}


def _size(file: Path) -> int:
    return file.stat().st_size


def _added(file: Path, since: int) -> list[str]:
    with file.open("rb") as stream:
        stream.seek(since)
        return stream.read().decode(errors="replace").splitlines()


def _statements(counts: Counts, log: Path, since: int) -> None:
    found: Counter[str] = Counter()
    for line in _added(log, since):
        match = STATEMENT.match(line)
        if not match or match["database"] not in SERVICE_NAMES or match["user"] == "postgres":
            continue
        text = match["sql"].strip()
        if text.upper().startswith(OPENS):
            counts.totals["transactions"] += 1
        elif not text.upper().startswith(CLOSES):
            counts.totals["statements"] += 1
            found[f"{match['database']}: {' '.join(text.split())[:70]}"] += 1
    counts.kinds["statements"] = found


def _calls(counts: Counts, log: Path, since: int) -> None:
    found: Counter[str] = Counter()
    for line in _added(log, since):
        with contextlib.suppress(ValueError):
            one = json.loads(line)
            if one.get("type") == "response":
                mount, _, verb = one["request"]["path"].partition("/")
                found[f"{mount}/{verb.split('/')[0]}"] += 1
    counts.totals["calls"] = sum(found.values())
    counts.kinds["calls"] = found


async def _nats(house: TestHouse) -> dict[str, Counter[str]]:
    connection = await house.nats_admin()
    js = connection.jetstream()
    found: dict[str, Counter[str]] = {"published": Counter(), "delivered": Counter(), "subjects": Counter()}
    for name in (service.upper() for service in SERVICE_NAMES):
        state = (await js.stream_info(name, subjects_filter=">")).state
        found["published"][name] = state.last_seq
        found["subjects"].update(state.subjects or {})
        for consumer in await js.consumers_info(name):
            found["delivered"][f"{name} {consumer.name}"] = consumer.delivered.consumer_seq if consumer.delivered else 0
    await connection.close()
    return found
