"""`meldpunt status`: each part and service, what waits in its queues, and what is stuck: since when, why, what to do."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from deploy.embedded.home import PARTS, SERVICE_NAMES, Home, HouseError
from shared.protocol.live import TRIAL

out = Console(width=None if sys.stdout.isatty() else 160)


def is_running(state: dict[str, Any] | None) -> bool:
    """Whether the process that wrote `state` is alive and is a house."""
    if not state or not state.get("pid"):
        return False
    try:
        words = " ".join(psutil.Process(state["pid"]).cmdline())
        return state["pid"] == os.getpid() or (" up" in words and ("meldpunt" in words or "deploy.embedded" in words))
    except psutil.Error:
        return False


def operators_look(home: Home, service: str, address: str | None = None) -> httpx.Response:
    """`/statusz` of a service, asked with the operator's secret. `address`: of which of its processes."""
    address = address or (home.state() or {})["addresses"][service]
    secret = {"Authorization": f"Bearer {home.secret(f'operations-{service}')}"}
    return httpx.get(f"{address}/statusz", headers=secret, timeout=10)


def processes(state: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, what it is one of, and address of each process that there has to be. In a cluster there are several of most."""
    several = state.get("several", {})
    found = []
    for kind in (*PARTS, *SERVICE_NAMES):
        address = state["addresses"][kind]
        before, _, _ = address.rpartition(":")
        replicas = [one for one in several if one.rpartition("-")[0] == kind]
        found += [(one, kind, f"{before}:{several[one]}") for one in replicas] or [(kind, kind, address)]
    return found


def processes_of(home: Home, service: str) -> dict[str, str]:
    """The processes of a service, of a house that was started, and where each is spoken to."""
    return {name: address for name, kind, address in processes(home.state() or {}) if kind == service}


def look(home: Home) -> dict[str, Any]:
    """What `status --json` prints; stable, documented in docs/commands.md."""
    state = home.state()
    if state is None:
        raise HouseError(f"there is no house in {home.path}: make one with `meldpunt up`")
    running = is_running(state)
    found = []
    parts = _parts_of_cluster(home) if "several" in state else {}
    for name, kind, address in processes(state):
        pid = state["pids"].get(name)
        alive = running and pid is not None and psutil.pid_exists(pid)
        entry: dict[str, Any] = {
            "name": name,
            "kind": "part" if kind in PARTS else "service",
            "address": address,
            "ready": alive,
            "version": None,
            "queues": None,
            "pruned": None,
            "problems": {} if alive else {"process": f"{name} is not running: see `meldpunt logs {name}`"},
        }
        if alive and (said := parts.get(name)):
            entry |= {"ready": False, "problems": {"cluster": said}}
        if name == "openbao" and (trouble := (state["storage"] or {}).get("problem")):
            entry["problems"]["storage"] = trouble
        if kind in SERVICE_NAMES and running:
            entry |= _asked(home, kind, entry)
        found.append(entry)
    used = [one.pop("use") for one in found if "use" in one]
    return {
        "home": str(home.path),
        "running": running,
        "ready": running and all(one["ready"] for one in found),
        **(used[0] if used else {"trial": None, "missingForLive": []}),
        "certificates": _certificates(home),
        "compactedAt": (state["storage"] or {}).get("compactedAt"),
        "parts": found,
    }


def _parts_of_cluster(home: Home) -> dict[str, str]:
    """What is wrong with a part that runs: NATS calls itself ready long before it has elected somebody."""
    cluster = import_module("deploy.cluster.command")
    return {one.name: one.said for one in cluster.look(home) if not one.ready}


def _certificates(home: Home) -> dict[str, Any] | None:
    """The one that ends first; the house renews it a month before."""
    name, ends = min(home.authority.ends().items(), key=lambda one: one[1], default=(None, None))
    if ends is None:
        return None
    return {"first": name, "endsAt": ends.isoformat(), "daysLeft": (ends - datetime.now(UTC)).days}


def _asked(home: Home, service: str, entry: dict[str, Any]) -> dict[str, Any]:
    """What a process of a service says of itself."""
    try:
        answer = operators_look(home, service, entry["address"]).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return {"ready": False, "problems": entry["problems"] or {"http": "it does not answer: see its log"}}
    found = {key: answer[key] for key in ("ready", "version", "queues", "problems", "pruned")}
    return found | {"use": {key: answer[key] for key in ("trial", "missingForLive")}}


def status(home: Home, arguments: argparse.Namespace) -> int:
    """Print it; 1 when something is not ready. What is stuck makes nothing unready."""
    found = look(home)
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0 if found["ready"] else 1
    out.print(_parts(found))
    stuck = [(one["name"], queue) for one in found["parts"] for queue in one["queues"] or () if queue["stuck"]]
    if stuck:
        out.print(_stuck(stuck))
    if found["certificates"]:
        first = found["certificates"]
        out.print(f"certificates: {first['daysLeft']} days left ({first['first']} ends first)", highlight=False)
    if found["trial"]:
        out.print(TRIAL, highlight=False)
    if found["missingForLive"]:
        out.print("Voor ingebruikneming ontbreekt:", *found["missingForLive"], sep="\n· ", highlight=False)
    return 0 if found["ready"] else 1


def _parts(found: dict[str, Any]) -> Table:
    table = Table(title=f"{found['home']}: {'running' if found['running'] else 'not running'}", title_justify="left")
    for column in ("name", "address", "ready", "version", "waiting", "stuck", "what is wrong"):
        table.add_column(column)
    for one in found["parts"]:
        queues = one["queues"]
        counts = [sum(queue[what] for queue in queues) if queues is not None else None for what in ("waiting", "stuck")]
        cells = [one["name"], one["address"], "yes" if one["ready"] else "no", one["version"], *counts]
        table.add_row(*("" if cell is None else str(cell) for cell in cells), "; ".join(one["problems"].values()))
    return table


def _stuck(found: list[tuple[str, dict[str, Any]]]) -> Table:
    """One line for each row that does not get on; the rest of many as a number."""
    table = Table(
        title="stuck: nothing is lost, and it is tried again by itself", title_justify="left", show_lines=True
    )
    for column in ("service", "queue", "what", "since (UTC)", "tries", "why", "what to do"):
        table.add_column(column)
    for name, queue in found:
        for row in queue["rows"]:
            what = "\n".join([row["id"] or "all of it", *(f"{key} {value}" for key, value in row["about"].items())])
            why = f"parked: {row['why']}" if row["parked"] else row["why"]
            cells = (what, row["since"][:19], str(row["attempts"]), why, queue["remedy"])
            table.add_row(name, queue["queue"], *cells)
        more = queue["stuck"] - len(queue["rows"])
        if more > 0:
            table.add_row(name, queue["queue"], f"and {more} more", queue["oldest"][:19])
    return table
