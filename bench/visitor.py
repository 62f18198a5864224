"""Somebody before the portal, without a browser: the real log-in, and after it only requests for pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.house import TestHouse, until


def logged_in(house: TestHouse, user: str) -> httpx.Client:
    """As a browser logs in; the session's cookie is given by hand, as it is for https only."""
    client = httpx.Client(timeout=60)
    portal = house.client.addresses["portal"]
    begun = client.get(f"{portal}/inloggen")
    form = client.get(begun.headers["location"])
    asked = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text.replace("&amp;", "&")))
    provider = begun.headers["location"].partition("?")[0]
    sent = client.post(provider, data=asked | {"name": user, "password": house.home.demo_users()[user]})
    back = client.get(sent.headers["location"], headers={"Cookie": cookies(begun)})
    client.cookies.clear()
    client.headers.update({"Cookie": cookies(back), "Sec-Fetch-Site": "same-origin"})
    client.base_url = httpx.URL(portal)
    until(lambda: client.get("/").status_code == 200, 30)
    return client


def cookies(answer: httpx.Response) -> str:
    given = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
    return "; ".join(one for one in given if not one.endswith('=""') and not one.endswith("="))


def token_of(client: httpx.Client) -> str:
    """What each form of this session carries."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]


def opens(client: httpx.Client, number: str) -> None:
    """For what a dossier is opened is asked once in a session."""
    client.post(f"/dossiers/{number}/openen", data={"csrf": token_of(client), "purpose": "weging"})


Look = Callable[[httpx.Client], httpx.Response]


def looks(client: httpx.Client, look: Look, seconds: float) -> list[float]:
    """Seconds per page, one after the other without a pause."""
    found, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        look(client).raise_for_status()
        found.append(time.perf_counter() - began)
    return found


def all_look(clients: list[httpx.Client], look: Look, seconds: float) -> list[float]:
    """As `looks`, by all of them at the same time."""
    with ThreadPoolExecutor(len(clients)) as people:
        return [one for each in people.map(lambda client: looks(client, look, seconds), clients) for one in each]
