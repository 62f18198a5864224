"""SIGKILL of every process at random moments, aimed at signals in flight (invariant 5).

Every acknowledged signal ends in exactly one place with exactly one set of decisions, whichever process
is killed at whichever moment, also when NATS's store is thrown away. The report counts kills per state of
the hand-over and fails when a state had none. MELDPUNT_KILL_SEED repeats a run.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import threading
import time
from collections import Counter
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.embedded.home import HouseError
from tests.house import NO_SUSPICION, NOBODY, TestHouse, a_report, until

STATES = ("accepted", "published", "arrived", "closing", "locked", "handed over", "received")


def state_of(house: TestHouse, number: str) -> str:
    """How far a signal is in its two hand-overs, read from the databases."""
    query = "SELECT event, attempts, receipted_at, locked_at FROM outgoing WHERE number=$1 AND event IN ('report.v1', 'sealed.v1')"
    if house.sql("retention", "SELECT 1 AS x FROM sealed_signal WHERE number=$1", number):
        waiting = house.sql("assessment", query, number)
        return "received" if waiting and waiting[0]["receipted_at"] is None else "handed over"
    sealed = house.sql("assessment", query, number)
    if sealed:
        return "locked" if sealed[0]["locked_at"] else "closing"
    if house.sql("assessment", "SELECT 1 AS x FROM dossier WHERE number=$1", number):
        return "arrived"
    report = house.sql("intake", query, number)
    return "published" if report and report[0]["attempts"] else "accepted"


class Worker(threading.Thread):
    """Plays reports and keeps at it like a person would: again, when something did not answer."""

    def __init__(self, house: TestHouse, count: int) -> None:
        super().__init__()
        self.house = house
        self.count = count
        self.acknowledged: list[str] = []
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            for _ in range(self.count):
                self._play()
        except Exception as problem:
            self.problem = problem

    def _play(self) -> None:
        body, key = a_report(), {"Idempotency-Key": str(uuid4())}
        answer = self._insist("POST", "intake", "/v1/signals", "collega", body, key)
        number = answer.json()["number"]
        self.acknowledged.append(number)
        path = f"/v1/signals/{number}"
        until(lambda: self._try("GET", "assessment", f"{path}/open-decisions", "anna", None) is not None, 300)
        self._decide(path, "purpose", "set", {"fields": {"purposes": ["niet-faciliteren"]}})
        self._decide(path, "weging-1", "no-suspicion", {"fields": NO_SUSPICION, "forwarding": NOBODY})

    def _decide(self, path: str, key: str, outcome: str, more: dict[str, object]) -> None:
        """Insist until it is taken; a decision whose answer was lost shows as taken when looked at again."""
        end = time.monotonic() + 300
        while time.monotonic() < end:
            look = self._try("GET", "assessment", f"{path}/open-decisions", "anna", None)
            if look is None:
                if self._try("GET", "retention", path, "anna", None, {"X-Purpose": "weging"}) is not None:
                    return
                continue
            found = look.json()
            if key not in {one["key"] for one in found["decisions"]}:
                return
            body = {"key": key, "outcome": outcome, "reason": "reden", "expectedVersion": found["version"]} | more
            answer = self._try("POST", "assessment", f"{path}/decisions", "anna", body)
            if answer is not None and answer.status_code == 201:
                return
        raise AssertionError(f"{key} could not be decided in five minutes")

    def _insist(self, *request: object) -> httpx.Response:
        return until(lambda: self._try(*request), 300)  # type: ignore[arg-type]

    def _try(
        self, method: str, service: str, path: str, user: str, body: object, headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        try:
            answer = self.house.client.request(method, service, path, user, body, headers)
        except (HouseError, httpx.HTTPError, KeyError, ValueError):
            time.sleep(0.1)
            return None
        if answer.status_code in (401, 403):
            self.house.client.forget_tokens()
        return answer if answer.status_code in (200, 201) else None


@pytest.mark.parametrize("signals", [8, pytest.param(60, marks=pytest.mark.drill)])
def test_nothing_is_lost_or_doubled(own_house: TestHouse, signals: int) -> None:
    house = own_house
    seed = int(os.environ.get("MELDPUNT_KILL_SEED", random.randrange(10**6)))
    chance = random.Random(seed)
    house.client.token("anna", "assessment")
    worker = Worker(house, signals)
    worker.start()
    kills: Counter[str] = Counter()
    processes: Counter[str] = Counter()
    thrown_away = False
    last = 0.0
    while worker.is_alive():
        time.sleep(chance.random() * 0.05)
        wanting = [state for state in STATES if kills[state] == 0]
        if time.monotonic() - last < (2.0 if wanting else 4.0) or not worker.acknowledged:
            continue
        try:
            state = state_of(house, worker.acknowledged[-1])
        except (OSError, AssertionError, asyncpg.PostgresError, asyncpg.InterfaceError):
            # The database was killed in the middle of this look; look again.
            continue
        if state not in wanting and wanting and chance.random() < 0.9:
            continue
        name = chance.choice(
            ["intake", "assessment", "rights", "retention", "oversight", "access", "nats", "openbao", "postgres"]
        )
        if name == "nats" and not thrown_away:
            thrown_away = throw_nats_away(house)
        else:
            house.kill(name)
        kills[state] += 1
        processes[name] += 1
        last = time.monotonic()
    if not thrown_away:
        throw_nats_away(house)
    worker.join()
    aim_at_what_is_missing(house, kills, chance)
    print(f"\nseed {seed}; kills per state {dict(kills)}; per process {dict(processes)}")
    assert worker.problem is None, f"seed {seed}: {worker.problem!r}"
    assert [state for state in STATES if not kills[state]] == [], f"seed {seed}: a state without a kill"
    assert len(worker.acknowledged) == signals
    check_each_is_in_one_place(house, worker.acknowledged, seed)


def throw_nats_away(house: TestHouse) -> bool:
    """NATS loses everything that it acknowledged."""
    house.hold("nats")
    shutil.rmtree(house.home.part("nats") / "store", ignore_errors=True)
    house.let_go("nats")
    return True


def aim_at_what_is_missing(house: TestHouse, kills: Counter[str], chance: random.Random) -> None:
    """States that pass in milliseconds are held open by stopping who would end them, and then killed in."""
    house.all_ready(180)
    blocked = {
        "accepted": "nats",
        "published": "assessment",
        "closing": "nats",
        "locked": "retention",
        "received": "nats",
    }
    for state in [one for one in STATES if not kills[one]]:
        number = house.report() if state in ("accepted", "published") else house.arrived(house.report())
        if state in blocked and state not in ("accepted", "published"):
            house.with_purpose(number)
        if state in blocked:
            house.hold(blocked[state])
        if state in ("accepted", "published"):
            number = house.client.post("intake", "/v1/signals", "collega", a_report())["number"]
        elif state != "arrived":
            house.decide(number, "bram", "weging-1", "no-suspicion", fields=NO_SUSPICION, forwarding=NOBODY)
        house.kill("intake" if state in ("accepted", "published") else chance.choice(["assessment", "openbao"]))
        kills[state] += 1
        if state in blocked:
            house.let_go(blocked[state])
        house.all_ready(180)


def check_each_is_in_one_place(house: TestHouse, numbers: list[str], seed: int) -> None:
    assert len(set(numbers)) == len(numbers)
    house.all_ready(180)

    def held() -> bool:
        kept = {row["number"] for row in house.sql("retention", "SELECT number FROM sealed_signal")}
        left = house.sql("assessment", "SELECT count(*) AS n FROM dossier WHERE NOT \"left\" AND state = 'ended'")[0][
            "n"
        ]
        return set(numbers) <= kept and left == 0

    until(held, 180)
    for number in numbers:
        places = [
            bool(house.sql("assessment", 'SELECT 1 AS x FROM dossier WHERE number=$1 AND NOT "left"', number)),
            bool(house.sql("assessment", "SELECT 1 AS x FROM item WHERE number=$1", number)),
        ]
        assert places == [False, False], f"seed {seed}: {number} is in two places"
    until(lambda: decisions_complete(house, numbers), 180)


def decisions_complete(house: TestHouse, numbers: list[str]) -> bool:
    """Each signal has exactly the decisions that were taken: here, and at supervision."""
    for number in numbers:
        row = house.sql("retention", "SELECT decisions FROM sealed_signal WHERE number=$1", number)[0]
        assert [one["key"] for one in json.loads(row["decisions"])] == ["purpose", "weging-1"], number
        told = house.sql("oversight", "SELECT facts->>'key' AS key FROM decided WHERE number=$1", number)
        assert len(told) <= 2, f"{number} was told twice"
        if len(told) < 2:
            return False
    return True
