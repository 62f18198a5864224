"""`meldpunt rebuild worklist`: the list of people's work is thrown away and told anew by whoever holds dossiers."""

from __future__ import annotations

import argparse
import time

import httpx

from deploy.embedded.ending import console
from deploy.embedded.home import Home, HouseError
from deploy.embedded.status import is_running

WHAT = "worklist"


def rebuild(home: Home, arguments: argparse.Namespace) -> int:
    """Returns when every holder has told everything; raises HouseError for one that has not by then. What was begun goes on
    by itself, also when this command is stopped."""
    state = home.state()
    if state is None or not is_running(state):
        raise HouseError(f"no house is running in {home.path}")
    secret = {"Authorization": f"Bearer {home.secret(f'operations-{WHAT}')}"}
    began = time.monotonic()
    with httpx.Client(base_url=state["addresses"][WHAT], timeout=30, headers=secret) as client:
        client.post("/rebuildz").raise_for_status()
        while waits := [name for name, at in client.get("/rebuildz").json()["upTo"].items() if at is None]:
            if time.monotonic() - began > arguments.wait:
                raise HouseError(f"still telling, and going on: {', '.join(sorted(waits))}")
            time.sleep(0.5)
    console.print(f"rebuilt in {time.monotonic() - began:.1f} s")
    return 0
