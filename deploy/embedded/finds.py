"""What is there for each demo user, asked where the portal's pages ask it: with his own token, of the services behind them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from deploy.embedded.client import HouseClient
from deploy.embedded.home import DEMO_USERS, Home
from shared.clock import calendar_date

Rows = list[dict[str, Any]]
PATIENCE = 60
"""Seconds for all of it; what was done last is told to the lists of people a moment later."""


@dataclass(frozen=True)
class Look:
    """`called`: what there is, in words that people read; `page`: where in the portal it stands."""

    page: str
    called: str
    rows: Callable[[HouseClient, str], Rows]


def _list(of: str, kept: Callable[[dict[str, Any]], bool] = lambda _: True) -> Callable[[HouseClient, str], Rows]:
    """The first page of somebody's own list of work."""
    return lambda client, user: [
        one for one in client.post("worklist", "/v1/lists", user, {"limit": 100})[of] if kept(one)
    ]


def _rows(service: str, path: str, noun: str, kept: Callable[[dict[str, Any]], bool] = lambda _: True) -> Any:
    return lambda client, user: [one for one in client.every(service, path, user, noun) if kept(one)]


def _today() -> str:
    return calendar_date(datetime.now(UTC)).isoformat()


def _kind(*kinds: str) -> Callable[[HouseClient, str], Rows]:
    return _list("tasks", lambda one: one["kind"] in kinds)


def _papers(client: HouseClient, user: str) -> Rows:
    """What lies on the agendas of meetings that are still to come."""
    found: Rows = []
    for one in MEETINGS.rows(client, user):
        path = f"/v1/meetings/{one['id']}/agenda"
        items = client.get("assessment", path, user, purpose="besluit-voorbereiden")["items"]
        found += [{"id": task} for item in items for task in item["papers"]]
    return found


def _answered_lists(client: HouseClient, user: str) -> Rows:
    """Destruction lists that wait, on which it has been decided about everybody who was never informed."""
    waiting = _rows("oversight", "/v1/destruction-lists", "lists", lambda one: one["state"] == "listed")(client, user)
    shown = [client.get("oversight", f"/v1/destruction-lists/{one['listId']}", user) for one in waiting]
    return [one for one in shown if one["neverInformed"] and not one["toDecide"]]


def _tables(client: HouseClient, user: str) -> Rows:
    """The figures in which there is any count that is large enough to tell."""
    told = client.get("oversight", "/v1/figures", user)
    return [one for one in told.values() if isinstance(one, dict) and any(map(any, one["cells"]))]


TODAY = Look(
    "Mijn werk",
    "dossiers: datum vandaag of eerder",
    _list("dossiers", lambda one: one["dueOn"] is not None and one["dueOn"] <= _today()),
)
LATER = Look(
    "Mijn werk",
    "dossiers: datum later",
    _list("dossiers", lambda one: one["dueOn"] is not None and one["dueOn"] > _today()),
)
INFORMING = Look(
    "Mijn werk",
    "dossiers: over informeren beslissen",
    _list("dossiers", lambda one: one["state"] == "informing"),
)
RIEC = Look(
    "Verstrekkingen",
    "pakketten voor het RIEC",
    _rows("export", "/v1/shares", "shares", lambda one: one["recipient"] == "riec" and one["state"] == "waiting"),
)
MEETINGS = Look(
    "Mijn overleggen",
    "overleggen die nog komen",
    _rows("assessment", "/v1/meetings", "meetings", lambda one: one["heldOn"] > _today()),
)
PAPERS = Look("Mijn overleggen", "stukken om te lezen", _papers)
QUESTIONS = Look("Mijn werk", "vragen aan een bron", _kind("question"))
ORDERS = Look("Mijn werk", "opdrachten", _kind("intervention"))
CO_SIGNATURES = Look("Mijn werk", "voorstellen om mede te ondertekenen", _kind("co-signature"))
RECEIVED = Look("Ontvangen", "om te lezen", _rows("export", "/v1/inbox", "shares"))
DEFERRALS = Look("Toezicht", "uitgesteld informeren, met datum", _rows("rights", "/v1/deferrals", "duties"))
URGENT = Look("Toezicht", "met spoed gedeeld, nog te beoordelen", _rows("oversight", "/v1/urgent-shares", "shares"))
LISTS = Look("Vernietiging", "lijsten die op goedkeuring wachten", _answered_lists)
DECLARATIONS = Look(
    "Vernietiging", "verklaringen van vernietiging", _rows("retention", "/v1/declarations", "declarations")
)
DISCLOSURES = Look("Toezicht", "verstrekkingen in het register", _rows("oversight", "/v1/disclosures", "disclosures"))
DESIGNATIONS = Look("Beheer", "aanwijzingen", _rows("access", "/v1/designations", "designations"))
FIGURES = Look("Cijfers", "tabellen", _tables)
REQUESTS = Look("Verzoeken", "verzoeken die op antwoord wachten", _rows("rights", "/v1/requests", "requests"))

_FILE = (TODAY, LATER, INFORMING, REQUESTS, RIEC, MEETINGS)
_LOT = (MEETINGS, PAPERS)
FINDS: dict[str, Sequence[Look]] = {
    "anna": _FILE,
    "bram": _FILE,
    "petra": (CO_SIGNATURES, DEFERRALS, URGENT),
    "esra": (QUESTIONS, *_LOT),
    "farid": (ORDERS, *_LOT, RECEIVED),
    "gijs": (ORDERS, *_LOT),
    "hanna": _LOT,
    "dirk": (QUESTIONS,),
    "fg": (URGENT, DEFERRALS, DISCLOSURES, REQUESTS, DECLARATIONS, FIGURES),
    "beheerder": (LISTS, REQUESTS, DECLARATIONS, DESIGNATIONS, FIGURES),
}
"""What the demo leaves for whom; who is not named here passes a report on, and has nothing that waits."""


FoundBy = Mapping[str, Mapping[Look, int]]
"""By user how much there is of each; 0 of what has not come in time."""


def found_by_all(client: HouseClient) -> FoundBy:
    end = time.monotonic() + PATIENCE
    return {user: {look: _patiently(client, user, look, end) for look in looks} for user, looks in FINDS.items()}


def _patiently(client: HouseClient, user: str, look: Look, end: float) -> int:
    while not (rows := look.rows(client, user)) and time.monotonic() < end:
        time.sleep(0.2)
    return len(rows)


def missing(found_by: FoundBy) -> list[dict[str, str]]:
    """What should be there for somebody and is not."""
    return [
        {"report": user, "problem": f"{look.page}: no {look.called}"}
        for user, found in found_by.items()
        for look, count in found.items()
        if not count
    ]


def table(home: Home, found_by: FoundBy) -> Table:
    """Who logs in as whom, and what he finds there."""
    address = (home.state() or {})["addresses"]["portal"]
    shown = Table(title=f"Now open {address} and log in as", title_justify="left", show_lines=True)
    for column in ("user", "password", "who that is", "finds there"):
        shown.add_column(column)
    for user, password in home.demo_users().items():
        lines = [f"{one.page}: {one.called} ({count})" for one, count in found_by.get(user, {}).items()]
        shown.add_row(user, password, DEMO_USERS[user], "\n".join(lines) or "nothing that waits: passes a report on")
    return shown
