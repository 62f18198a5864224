"""The demo: invented reports, played through the HTTP interfaces, each step by whom the protocol names.

The reports are files in `reports/`, each with the ending that it should reach; then six years pass. What is left has
something to do for everybody (`finds.py`). The exit code tells whether every one ended as its file says and was destroyed
with a declaration, and whether everybody finds what is his.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deploy.embedded import finds
from deploy.embedded.client import HouseClient
from deploy.embedded.ending import console
from deploy.embedded.home import Home, HouseError
from deploy.embedded.play import Player
from deploy.embedded.played import Played, until
from deploy.embedded.riec import AtTheRiec
from shared.clock import calendar_date
from shared.protocol.states import PHASE_OF

REPORTS = Path(__file__).parent / "reports"
CLOSED = "closed"
NOT_INFORMED = "impossible-or-disproportionate"
"""What an invented privacy officer answers about whoever was never informed when his signal goes."""
YEAR, FIVE_YEARS, SIX_YEARS = 367, 5 * 366, 6 * 366


def reports() -> list[tuple[str, dict[str, Any]]]:
    return [(file.stem, tomllib.loads(file.read_text())) for file in sorted(REPORTS.glob("*.toml"))]


def is_active(ending: str) -> bool:
    """Whether the file leaves its signal somewhere in a phase."""
    return ending in PHASE_OF and ending != CLOSED


class Time:
    """What the calendar does: lists, the beheerder's approval, moves after five years, declarations."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.client = player.client

    def run(self, days: int) -> None:
        as_of = (calendar_date(datetime.now(UTC)) + timedelta(days=days)).isoformat()
        self.client.post("retention", "/v1/runs", "beheerder", {"asOf": as_of})

    def move_cases(self, cases: list[Played]) -> None:
        """Five years after the last processing retention orders the move, and casework seals (art. 25)."""
        for one in cases:
            self.player.years_run(one)
        self.run(FIVE_YEARS)
        for one in cases:
            until(lambda number=one.number: self.player.seen("retention", number), "a case did not move", 120)  # type: ignore[misc]
            one.note("five years later: to the non-active environment")

    def destroy(self, days: int, waiting: list[Played], text: str) -> None:
        """List what is due, approve it as the beheerder, and wait for the declarations."""
        if not waiting:
            return
        self.run(days)
        for list_id in self._heard(waiting):
            self._approve(list_id)
        numbers = {one.number: one for one in waiting}

        def declared() -> bool:
            for one in self.client.every("retention", "/v1/declarations", "fg", "declarations"):
                played = numbers.get(one["number"])
                if played and played.declaration is None:
                    played.note(f"{text}: destroyed, declared")
                    played.declaration = one["id"]
            return all(one.declaration for one in waiting)

        try:
            until(declared, "not everything was destroyed", 180)
        except HouseError as problem:
            for one in waiting:
                one.problem = one.problem or (None if one.declaration else str(problem))

    def list_only(self, days: int, waiting: list[Played]) -> None:
        """List what is due and have who was never informed decided on; the beheerder has still to approve it."""
        self.run(days)
        self._heard(waiting)
        for one in waiting:
            one.note("on a destruction list that waits for the beheerder")

    def _heard(self, waiting: list[Played]) -> list[str]:
        """The lists on which they are, once the privacy officer decided on everybody in them who was never informed."""
        found: list[str] = until(lambda: self._lists_of(waiting), "the destruction list did not arrive")
        for list_id in found:
            path = f"/v1/destruction-lists/{list_id}"
            shown = until(lambda path=path: self._known(path), "nobody said who was never informed")  # type: ignore[misc]
            never_informed(self.client, path, shown["toDecide"])
        return found

    def _lists_of(self, waiting: list[Played]) -> list[str] | None:
        found: dict[str, str] = {}
        for one in self.client.every("oversight", "/v1/destruction-lists", "beheerder", "lists"):
            if one["state"] == "listed":
                path = f"/v1/destruction-lists/{one['listId']}/signals"
                shown = self.client.every("oversight", path, "beheerder", "signals")
                found |= {signal["number"]: one["listId"] for signal in shown}
        numbers = {one.number for one in waiting}
        # Another list may wait since an earlier demo.
        return sorted({found[one] for one in numbers}) if numbers <= found.keys() else None

    def _known(self, path: str) -> dict[str, Any] | None:
        """The list, when rights has said who in it was never informed."""
        shown: dict[str, Any] = self.client.get("oversight", path, "beheerder")
        return shown if shown["neverInformed"] is not None else None

    def _approve(self, list_id: str) -> None:
        path = f"/v1/destruction-lists/{list_id}"
        version = self.client.get("oversight", f"{path}/open-decisions", "beheerder")["version"]
        body = {
            "key": "approve-destruction",
            "outcome": "approved",
            "reason": "De bewaartermijn is verstreken en er loopt geen verzoek of bezwaar.",
            "fields": {"confirmList": list_id},
            "expectedVersion": version,
        }
        self.client.post("oversight", f"{path}/decisions", "beheerder", body)


def pass_six_years(player: Player, played: list[Played]) -> None:
    calendar = Time(player)
    whole = [one for one in played if not one.problem and not is_active(one.expected)]
    cases = [one for one in whole if one.expected == CLOSED]
    try:
        calendar.destroy(YEAR, [one for one in whole if one.expected != CLOSED], "a year later")
        calendar.move_cases(cases)
        calendar.destroy(SIX_YEARS, cases, "six years later")
    except HouseError as problem:
        for one in whole:
            one.problem = one.problem or (None if one.declaration else str(problem))


def leave_a_list(player: Player, left: list[Played]) -> None:
    """What is only listed is destroyed by whoever tries the house."""
    try:
        Time(player).list_only(YEAR, [one for one in left if not one.problem])
    except HouseError as problem:
        for one in left:
            one.problem = one.problem or str(problem)


def demo(home: Home, arguments: argparse.Namespace) -> int:
    """Play all reports; 0 when each ended as its file says and was destroyed with a declaration, and people find the rest."""
    began = time.monotonic()
    found = reports()
    played: list[Played] = []
    with HouseClient(home) as client:
        player = Player(client, (home.state() or {})["subjects"])
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("reports", total=len(found) + 1)
            for name, text in found:
                if not text.get("listed"):
                    played.append(player.play(name, text))
                    progress.advance(task)
            progress.update(task, description="six years pass")
            pass_six_years(player, played)
            # After the years, which would destroy it too.
            left = [player.play(name, text) for name, text in found if text.get("listed")]
            leave_a_list(player, left)
            played += left
            found_by = finds.found_by_all(client)
            progress.advance(task)
    for one in played:
        if one.declaration and not one.problem and not AtTheRiec(player).heard(one):
            one.problem = "the RIEC has not heard that it was destroyed"
        if not one.problem and one.ending != one.expected:
            one.problem = f"ended as {one.ending}, should be {one.expected}"
    failed = [{"report": one.name, "problem": one.problem} for one in played if one.problem]
    failed += finds.missing(found_by)
    if arguments.json:
        print(json.dumps(_summary(played, failed, found_by, time.monotonic() - began), indent=1))
    else:
        out = Console(width=None if sys.stdout.isatty() else 160)
        out.print(_table(played))
        out.print(finds.table(home, found_by))
    return 1 if failed else 0


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def _summary(
    played: list[Played], failed: list[dict[str, Any]], found_by: finds.FoundBy, seconds: float
) -> dict[str, Any]:
    endings: dict[str, int] = {}
    for one in played:
        endings[one.ending or "none"] = endings.get(one.ending or "none", 0) + 1
    hops = [hop for one in played for some in one.hops.values() for hop in some]
    return {
        "signals": len(played),
        "endings": endings,
        "seconds": round(seconds, 2),
        "hops": {"p50Ms": round(percentile(hops, 0.5) * 1000, 1), "p99Ms": round(percentile(hops, 0.99) * 1000, 1)},
        "people": {user: {one.called: count for one, count in found.items()} for user, found in found_by.items()},
        "failed": failed,
    }


def _table(played: list[Played]) -> Table:
    table = Table(title="What became of each report", title_justify="left", show_lines=True)
    for column in ("report", "number", "the way it went", "declaration of destruction"):
        table.add_column(column)
    for one in played:
        way = "\n".join(one.steps) + (f"\n[red]{one.problem}[/]" if one.problem else "")
        still = (
            f"still active: {one.expected}"
            if is_active(one.expected)
            else "not approved yet"
            if one.only_listed
            else "-"
        )
        table.add_row(one.name, one.number, way, one.declaration or still)
    return table


def never_informed(client: HouseClient, path: str, duties: list[str]) -> None:
    """The privacy officer decides on who was never informed in the list at `path`, before the beheerder approves it."""
    if not duties:
        return
    body = {
        "key": "never-informed",
        "outcome": "answered",
        "reason": "Nagegaan bij de stukken.",
        "fields": {"neverInformed": dict.fromkeys(duties, NOT_INFORMED)},
        "expectedVersion": client.get("oversight", f"{path}/open-decisions", "petra")["version"],
    }
    client.post("oversight", f"{path}/decisions", "petra", body)
