"""A working day of two hundred people: each does something, thinks for about a minute, and does the next.

The portal lets one person be logged in in twenty browsers and the demo has two people with the file, so that the people share
forty browsers. What each asks and what each waits for is real; that they are two hundred is in the rate.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from bench.load import percentile
from bench.visitor import logged_in, opens, token_of
from deploy.embedded.client import HouseClient
from tests.house import TestHouse, a_report

THINKS = 60.0
"""Seconds between two actions of one person, at the mean: half of a page is read in less, a reason is written in more."""
BROWSERS = 20
WITH_THE_FILE = ("anna", "bram")
MIX = {
    # Of a hundred actions. Reading is most of what people do; a decision is taken a few times an hour.
    "Mijn werk": 25,
    "search": 15,
    "a signal": 30,
    "a decision": 8,
    "is er al iets": 5,
    "meetings": 10,
    "destruction lists": 4,
    "tasks": 3,
}
REPORT_EVERY, AT_ONCE_AFTER, AT_ONCE = 480.0, 30.0, 5
"""Sixty in eight hours is one each eight minutes; and once five in the same moment."""


class Together(HouseClient):
    """Used by many threads: tokens are had one after the other."""

    def __init__(self, home: Any) -> None:
        super().__init__(home)
        self._one = threading.Lock()

    def token(self, user: str, service: str) -> str:
        with self._one:
            return super().token(user, service)


@dataclass
class Day:
    """What people waited for, in seconds by action; what went wrong."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def milliseconds(self, action: str, part: float) -> float:
        return round(percentile(self.taken.get(action, []), part) * 1000, 1)

    @property
    def done(self) -> int:
        return sum(len(one) for one in self.taken.values())

    def all(self) -> list[float]:
        return [one for some in self.taken.values() for one in some]


class Office:
    """People before their browsers. `numbers`: real signals in hand, on each of which one decision can be taken."""

    def __init__(self, house: TestHouse, numbers: list[str], names: list[str], people: int) -> None:
        self.house, self.numbers, self.names, self.people = house, numbers, names, people
        self._undecided = iter(list(numbers))
        self._lock = threading.Lock()
        self.client = Together(house.home)
        users = [user for user in WITH_THE_FILE for _ in range(BROWSERS)]
        with ThreadPoolExecutor(4) as logging_in:
            self.browsers = list(logging_in.map(lambda user: logged_in(house, user), users))
            self.manager = logged_in(house, "beheerder")
            self.tokens = dict(zip(map(id, self.browsers), logging_in.map(token_of, self.browsers), strict=True))
            self.opened = {id(one): numbers[place % len(numbers)] for place, one in enumerate(self.browsers)}
            list(logging_in.map(lambda one: opens(one, self.opened[id(one)]), self.browsers))
        self._actions: dict[str, Callable[[httpx.Client], Any]] = {
            "Mijn werk": lambda one: one.get("/"),
            "search": lambda one: one.post("/zoeken", data={"csrf": self.tokens[id(one)], "woorden": self._word()}),
            "a signal": lambda one: one.get(f"/dossiers/{self.opened[id(one)]}"),
            "a decision": self._decide,
            "is er al iets": self._exists,
            "meetings": lambda one: one.get("/overleggen"),
            "destruction lists": lambda _: self.manager.get("/vernietiging"),
            "tasks": lambda _: self.client.get("assessment", "/v1/tasks", "bram"),
        }
        assert self._actions.keys() == MIX.keys()

    def close(self) -> None:
        for one in (*self.browsers, self.manager):
            one.close()

    def _word(self) -> str:
        return random.choice(self.names)

    def _decide(self, _: httpx.Client) -> Any:
        with self._lock:
            number = next(self._undecided)
        version = self.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
        body: dict[str, Any] = {"key": "purpose", "outcome": "set", "reason": "Voldoende aanwijzingen in O1."}
        body |= {"fields": {"purposes": ["niet-faciliteren"]}, "expectedVersion": version}
        return self.client.post("assessment", f"/v1/signals/{number}/decisions", "anna", body)

    def _exists(self, one: httpx.Client) -> Any:
        path = f"/v1/signals/{self.opened[id(one)]}/existence-checks"
        body = {"about": ["S1"], "reason": "Dezelfde naam komt vaker voor."}
        warrant = self.client.post("assessment", path, "anna", body)["warrant"]
        return self.client.post("retention", "/v1/existence-checks", "anna", {"warrant": warrant})

    def works(self, seconds: float, until: Callable[[], bool] | None = None) -> Day:
        """Everybody at work for so long, or until something is over."""
        day, ended, began = Day(), threading.Event(), time.perf_counter()

        def timed(action: str, do: Callable[[], Any]) -> None:
            start = time.perf_counter()
            try:
                answer = do()
                if isinstance(answer, httpx.Response):
                    answer.raise_for_status()
            except Exception as problem:
                # Every failure counts, whatever it is; what it was goes into the figures.
                with self._lock:
                    day.wrong.append(f"{action}: {type(problem).__name__} {str(problem)[:120]}")
            with self._lock:
                day.taken.setdefault(action, []).append(time.perf_counter() - start)

        def person(place: int) -> None:
            some = random.Random(place)
            browser = self.browsers[place % len(self.browsers)]
            # They do not all come in at the same moment.
            pause = some.random() * THINKS
            while not ended.wait(pause):
                action = some.choices(list(MIX), list(MIX.values()))[0]
                timed(action, partial(self._actions[action], browser))
                pause = some.expovariate(1 / THINKS)

        def reports() -> None:
            with httpx.Client(base_url=self.client.addresses["intake"], timeout=30) as door:
                pause, at_once = AT_ONCE_AFTER, AT_ONCE
                while not ended.wait(pause):
                    with ThreadPoolExecutor(AT_ONCE) as together:
                        for _ in range(at_once):
                            together.submit(timed, "a report", lambda: door.post("/v1/signals", json=a_report("web")))
                    pause, at_once = REPORT_EVERY, 1

        workers = [threading.Thread(target=person, args=(place,)) for place in range(self.people)]
        workers.append(threading.Thread(target=reports))
        for one in workers:
            one.start()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and not (until and until()):
            time.sleep(0.5)
        ended.set()
        for one in workers:
            one.join()
        day.seconds = time.perf_counter() - began
        return day


# --- what is read from end to end ------------------------------------------------------------------------

READ = "SELECT relname, seq_scan, seq_tup_read, n_live_tup FROM pg_stat_user_tables"
LARGE = 5000
"""Rows from which on a table is large here: a tenth of a city has as many of what it has most of."""
SLOW_MS = 250
ON_PURPOSE = {
    "tombstone": "each minute a service compares all destructions with its own, inside the database (shared/tombstones.py)",
    "work": "who searches is shown what has his words anywhere in its number or name, of what is in hand: all of that is looked at"
    " (services/worklist/store.py)",
}
"""Tables that are read whole as they should be. The list of work has what is in hand and, for forty days, the numbers of what
was: it grows with the work and not with the years, and 1,800 rows of it were looked at in half a millisecond."""
STILL_FINE = {"work": 50_000}
"""Up to so many rows: with more of them who searches would wait for it."""


@contextmanager
def watched(house: TestHouse, services: tuple[str, ...]) -> Iterator[dict[str, int]]:
    """Filled at the end: large tables that statements read whole meanwhile, and how often."""
    found: dict[str, int] = {}
    before = _read(house, services)
    yield found
    # The figures of a statement come a little later.
    time.sleep(2)
    for name, (scans, rows, live) in _read(house, services).items():
        earlier = before.get(name, (0, 0, 0))
        scanned, touched = scans - earlier[0], rows - earlier[1]
        table = name.partition(".")[2]
        fine = table in ON_PURPOSE and live <= STILL_FINE.get(table, live)
        if not fine and live >= LARGE and scanned and touched / scanned >= live / 4:
            found[name] = scanned


def _read(house: TestHouse, services: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
    return {
        f"{service}.{one['relname']}": (int(one["seq_scan"]), int(one["seq_tup_read"]), int(one["n_live_tup"]))
        for service in services
        for one in house.sql(service, READ)
    }


@contextmanager
def slow(house: TestHouse) -> Iterator[dict[str, float]]:
    """Filled at the end: statements that took longer than they should, by PostgreSQL's log, without values; the longest of each."""
    settings = {"log_min_duration_statement": str(SLOW_MS), "log_parameter_max_length": "0"}
    for name, value in settings.items():
        house.sql("postgres", f"ALTER SYSTEM SET {name} = {value}")
    house.sql("postgres", "SELECT pg_reload_conf()")
    found: dict[str, float] = {}
    file = house.home.log("postgres")
    since = file.stat().st_size
    yield found
    for name in settings:
        house.sql("postgres", f"ALTER SYSTEM RESET {name}")
    house.sql("postgres", "SELECT pg_reload_conf()")
    with file.open("rb") as log:
        log.seek(since)
        for line in log.read().decode(errors="replace").splitlines():
            _, here, rest = line.partition("duration: ")
            ms, _, text = rest.partition(" ms ")
            if here and text and "COMMIT" not in text:
                name = " ".join(text.partition(": ")[2].split())[:110]
                found[name] = max(found.get(name, 0.0), float(ms))
