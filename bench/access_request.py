"""A request of a person for access, over the eight services and twenty dossiers: seconds and requests, from who asks to his letter.

Twelve signals that are in hand and eight that are sealed have the person. One request finds all of them by keyed hashes, puts each before
its holder or its reader, waits for all answers and for the four services that answer by themselves, decides on each thing and
makes the letter; another does the same for somebody with one dossier, so that what a dossier costs has both halves from one run.
Nobody thinks in between: what is measured is what the house does.
"""

from __future__ import annotations

import time
from typing import Any

from bench.figures import Figure, ratio
from shared.protocol.holdings import ANSWERS_ITSELF
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from tests.days import today
from tests.house import TestHouse, until

IN_HAND, SEALED = 12, 8
MANY, ONE = "Wubbo Zandstrooier", "Hinke Zandlopert"
SEEN = {"X-Purpose": "verzoek"}
GIVEN = {"ofOthers": "nothing"}


class AtTheDesk:
    """What one person asks of the services, counted."""

    def __init__(self, house: TestHouse) -> None:
        self.client = house.client
        self.requests = 0
        self.version = 0

    def post(self, service: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.requests += 1
        return self.client.post(service, path, "anna", body)

    def look(self, service: str, path: str) -> dict[str, Any] | None:
        """What is there; None while it is not."""
        self.requests += 1
        answer = self.client.request("GET", service, path, "anna", headers=SEEN)
        return answer.json() if answer.status_code == 200 else None

    def decide(self, number: str, key: str, outcome: str, about: str | None = None, **fields: Any) -> None:
        path = f"/v1/requests/{number}"
        if not self.version:
            self.version = (self.look("rights", f"{path}/open-decisions") or {})["version"]
        body: dict[str, Any] = {"key": key, "outcome": outcome, "reason": "Zo is het.", "fields": fields}
        body |= {"about": [about]} if about else {}
        self.version = self.post("rights", f"{path}/decisions", body | {"expectedVersion": self.version})["version"]


def run(house: TestHouse) -> list[Figure]:
    active = {house.arrived(house.report(subjects=[{"name": MANY}])) for _ in range(IN_HAND)}
    sealed = {house.ended_signal(subjects=[{"name": MANY}]) for _ in range(SEALED)}
    single = {house.arrived(house.report(subjects=[{"name": ONE}]))}
    few = _answered(house, ONE, single, set())
    found, answered, whole, requests = _answered(house, MANY, active, sealed)
    dossiers = IN_HAND + SEALED
    name = f"access request, 8 services and {dossiers} dossiers ({SEALED} sealed)"
    return [
        Figure(f"{name}: found and put before each", round(found, 2), "s"),
        Figure(f"{name}: until the last answer", round(answered, 2), "s"),
        Figure(f"{name}: until the letter", round(whole, 2), "s"),
        Figure(f"{name}: requests", requests, ""),
        Figure(f"{name}: requests per dossier", round(requests / dossiers, 1), ""),
        ratio(f"{name}: per dossier, beside a request with one", whole / dossiers, few[2], "s", most=1),
    ]


def _answered(house: TestHouse, name: str, active: set[str], sealed: set[str]) -> tuple[float, float, float, int]:
    """Seconds until every signal was put before somebody, until all answered, and until the letter; and the requests."""
    number = _registered(house, name)
    # What has come in last is told to retention a little later; that is no part of this.
    until(lambda: _told(house) >= active | sealed)
    desk, began = AtTheDesk(house), time.perf_counter()
    desk.decide(number, "request-identity", "established", method="document-at-desk", checkedOn=today().isoformat())
    warrant = desk.post("rights", f"/v1/requests/{number}/existence-checks", {})["warrant"]
    results = desk.post("retention", "/v1/existence-checks", {"warrant": warrant})["results"]
    numbers = {each["number"] for one in results for each in one["signals"]}
    if numbers != active | sealed:
        raise AssertionError(f"found {len(numbers)} of {len(active | sealed)}")
    for one in sorted(numbers):
        desk.post("rights", f"/v1/requests/{number}/signals", {"signal": one})
    found = time.perf_counter() - began
    for one in sorted(numbers):
        _answer(desk, f"/v1/signals/{one}/{'sealed' if one in sealed else 'person'}-requests/{number}")
    # Two things of each: who he is, and the report.
    shown = until(lambda: _complete(desk, number, 2 * len(numbers)))
    answered = time.perf_counter() - began
    _weighed(desk, number, shown)
    desk.post("rights", f"/v1/requests/{number}/letters", {"kind": "answer", "expectedVersion": desk.version})
    return found, answered, time.perf_counter() - began, desk.requests


def _registered(house: TestHouse, name: str) -> str:
    fields = {
        "kind": "access",
        "firstReceivedOn": today().isoformat(),
        "channel": "paper",
        "department": "burgerzaken",
        "capacity": "self",
        "name": name,
        "address": "Dorpsstraat 1",
        "bornOn": "1961-03-04",
        "asks": "Wat heeft u over mij?",
    }
    return str(house.client.post("rights", "/v1/requests", "anna", {"fields": fields})["number"])


def _told(house: TestHouse) -> set[str]:
    return {one["number"] for one in house.sql("retention", "SELECT number FROM findable")}


def _answer(desk: AtTheDesk, path: str) -> None:
    shown = until(lambda: desk.look("assessment", path))
    body = {"outcome": "about", "looked": "Alle tekst is gelezen.", "subject": "S1", "items": shown["about"]["S1"]}
    desk.post("assessment", f"{path}/answer", body)


def _complete(desk: AtTheDesk, number: str, things: int) -> dict[str, Any] | None:
    shown = desk.look("rights", f"/v1/requests/{number}") or {}
    silent = {one["holder"] for one in shown["holders"] if one["answer"] == "silent"}
    return shown if len(shown["found"]) == things and not silent & set(ANSWERS_ITSELF) else None


def _weighed(desk: AtTheDesk, number: str, shown: dict[str, Any]) -> None:
    """Those in which people look have a line each, and each thing is given."""
    having = {one["holder"] for one in shown["found"]}
    looked = {
        "by": "A. de Boer",
        "lookedOn": today().isoformat(),
        "lookedIn": ["active"],
        "lookedHow": ["lookup", "free-text"],
    }
    desk.version = 0
    for one in [one for one in HOLDERS_OF_DATA if one not in ANSWERS_ITSELF]:
        desk.decide(number, "request-holder", "found" if one in having else "nothing", one, **looked)
    desk.decide(number, "request-search-done", "complete", completeness="Alle acht hebben geantwoord.")
    for each in shown["found"]:
        desk.decide(number, "request-item", "given", each["item"], **GIVEN)
    desk.decide(number, "request-weighed", "granted", toAsker="U krijgt alles.")
