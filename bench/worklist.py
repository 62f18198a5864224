"""The list of people's work: the page with 10,000 signals and eight people at once, and building it anew from 100,000."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from bench.figures import Figure, at_most
from bench.load import percentile
from bench.stored import NUMBER
from deploy.embedded.cli import parser
from tests.house import TestHouse, until
from tests.parts import run_async

LISTED, REBUILT = 10_000, int(os.environ.get("BENCH_STORED", "100000"))
PEOPLE, SECONDS = 8, 20.0


def run(house: TestHouse) -> list[Figure]:
    number = house.arrived(house.report())
    run_async(_copies(house, number, 0, LISTED))
    _rebuild(house)
    with ThreadPoolExecutor(PEOPLE) as people:
        sessions = list(people.map(lambda _: _logged_in(house), range(PEOPLE)))
        page = [one for each in people.map(_looks, sessions) for one in each]
        found = [one for each in people.map(_searches, sessions) for one in each]
    run_async(_copies(house, number, LISTED, REBUILT))
    took = _rebuild(house)
    with_all = f"{LISTED} signals, {PEOPLE} people at once"
    return [
        Figure(f"Mijn werk p50, {with_all}", round(percentile(page, 0.5) * 1000, 1), "ms"),
        at_most(f"Mijn werk p95, {with_all}", round(percentile(page, 0.95) * 1000, 1), "ms", 300),
        at_most(f"search p95, {with_all}", round(percentile(found, 0.95) * 1000, 1), "ms", 300),
        Figure(f"the list built anew from {REBUILT} signals", round(took, 1), "s"),
    ]


async def _copies(house: TestHouse, number: str, since: int, to: int) -> None:
    """Dossiers that are copies of one: the list is made of nothing else of them."""
    connection = await house.superuser("assessment")
    columns = [
        row["name"]
        for row in await connection.fetch(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'dossier'"
        )
    ]
    own = {"number": NUMBER, "signal": NUMBER}
    names, values = ", ".join(f'"{one}"' for one in columns), ", ".join(own.get(one, f'one."{one}"') for one in columns)
    await connection.execute(
        f"INSERT INTO dossier ({names}) SELECT {values} FROM dossier one, generate_series({since}, {to - 1}) i"
        f" WHERE one.number = '{number}'"
    )
    await connection.close()


def _rebuild(house: TestHouse) -> float:
    """Seconds until every holder has told everything and the list has received it."""
    arguments = parser().parse_args(["rebuild", "worklist", "--wait", "900"])
    began = time.perf_counter()
    arguments.run(house.home, arguments)
    return time.perf_counter() - began


def _logged_in(house: TestHouse) -> httpx.Client:
    """A browser, by the real log-in; the session's cookie is given by hand, as it is for https only."""
    client = httpx.Client(timeout=30)
    portal = house.client.addresses["portal"]
    begun = client.get(f"{portal}/inloggen")
    form = client.get(begun.headers["location"])
    asked = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text.replace("&amp;", "&")))
    provider = begun.headers["location"].partition("?")[0]
    sent = client.post(provider, data=asked | {"name": "anna", "password": house.home.demo_users()["anna"]})
    back = client.get(sent.headers["location"], headers={"Cookie": _cookies(begun)})
    client.cookies.clear()
    client.headers.update({"Cookie": _cookies(back), "Sec-Fetch-Site": "same-origin"})
    client.base_url = httpx.URL(portal)
    until(lambda: client.get("/").status_code == 200, 30)
    return client


def _cookies(answer: httpx.Response) -> str:
    given = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
    return "; ".join(one for one in given if not one.endswith('=""') and not one.endswith("="))


def _looks(client: httpx.Client) -> list[float]:
    found, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        began = time.perf_counter()
        client.get("/").raise_for_status()
        found.append(time.perf_counter() - began)
    return found


def _searches(client: httpx.Client) -> list[float]:
    page = client.get("/").text
    (csrf, *_) = re.findall(r'name="csrf" value="([^"]+)"', page)
    found, end = [], time.perf_counter() + SECONDS / 2
    while time.perf_counter() < end:
        began = time.perf_counter()
        client.post("/zoeken", data={"csrf": csrf, "woorden": "00007-4"}).raise_for_status()
        found.append(time.perf_counter() - began)
    return found
