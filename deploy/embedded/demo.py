"""The demo: invented reports, played through the HTTP interfaces, each step by whom the protocol names.

Nothing here knows a key or a database. The reports are files in `reports/`, each with the ending that it
should reach; the exit code tells whether all did.
"""

from __future__ import annotations

import json
import time
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deploy.embedded.client import HouseClient, Refusal
from deploy.embedded.home import Home, HouseError

REPORTS = Path(__file__).parent / "reports"
STILL_ACTIVE = "phase-2"


@dataclass
class Played:
    """How one report went."""

    name: str
    expected: str
    number: str = ""
    ending: str = ""
    steps: list[str] = field(default_factory=list)
    hops: list[float] = field(default_factory=list)
    problem: str | None = None
    declaration: str | None = None

    def note(self, text: str) -> None:
        """One step of its way, with the time of the day."""
        self.steps.append(f"{datetime.now().astimezone():%H:%M:%S} {text}")


def reports() -> list[tuple[str, dict[str, Any]]]:
    return [(file.stem, tomllib.loads(file.read_text())) for file in sorted(REPORTS.glob("*.toml"))]


class Player:
    def __init__(self, client: HouseClient) -> None:
        self.client = client

    def play(self, name: str, text: dict[str, Any]) -> Played:
        """One report from the door to where it ends, or to its place in phase 2."""
        played = Played(name, text["ending"])
        try:
            played.number = self._report(text["report"], played)
            for step in text["steps"]:
                self._step(played, step)
            self._where(played, text["ending"])
        except (Refusal, HouseError) as problem:
            played.problem = str(problem)
        return played

    def _report(self, report: dict[str, Any], played: Played) -> str:
        web = report["channel"] == "web"
        body = report | {
            "receivedAt": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
            "text": report["text"].strip(),
        }
        known = (
            {one["number"] for one in self.client.get("assessment", "/v1/signals", "anna")["signals"]} if web else set()
        )
        began = time.monotonic()
        answer = self.client.post("intake", "/v1/signals", None if web else "collega", body)
        # A web reporter gets no number; the OOV'er finds the new signal on the work list.
        number: str = answer.get("number") or self._new_on_work_list(known)
        self._until(lambda: self._get("assessment", number, "anna"), "assessment did not receive it")
        played.hops.append(time.monotonic() - began)
        played.note(f"received ({report['channel']})")
        return number

    def _new_on_work_list(self, known: set[str]) -> str:
        def find() -> str | None:
            listed = self.client.get("assessment", "/v1/signals", "anna")["signals"]
            return next((one["number"] for one in listed if one["number"] not in known), None)

        return str(self._until(find, "the report did not appear on the work list"))

    def _step(self, played: Played, step: dict[str, Any]) -> None:
        path = f"/v1/signals/{played.number}"
        version = self.client.get("assessment", f"{path}/open-decisions", step["by"])["version"]
        body: dict[str, Any] = {"expectedVersion": version}
        if "item" in step:
            body |= {"category": step["item"], "about": step["about"]}
            body |= {name: step[name] for name in ("finding", "matches") if name in step}
            self.client.post("assessment", f"{path}/items", step["by"], body)
            played.note(f"{step['item']} ({step['by']})")
            return
        body |= {name: step[name] for name in ("key", "outcome", "reason", "fields", "forwarding") if name in step}
        self.client.post("assessment", f"{path}/decisions", step["by"], body)
        played.note(f"{step['key']}: {step['outcome']} ({step['by']})")

    def _where(self, played: Played, expected: str) -> None:
        if expected == STILL_ACTIVE:
            found = self._get("assessment", played.number, "anna")
            played.ending = str(found["state"]) if found else "nowhere"
            return
        began = time.monotonic()
        found = self._until(lambda: self._get("retention", played.number, "anna"), "it was not sealed", 420)
        played.hops.append(time.monotonic() - began)
        decision, _, outcome = str(found["ending"]).partition(":")
        played.ending = decision if decision == "no-signal" else outcome
        played.note(f"sealed until {found['endsOn']}")

    def _get(self, service: str, number: str, user: str) -> dict[str, Any] | None:
        try:
            return self.client.get(service, f"/v1/signals/{number}", user, purpose="besluit-voorbereiden")
        except Refusal as problem:
            if problem.status == 404:
                return None
            raise

    @staticmethod
    def _until(look: Any, otherwise: str, seconds: float = 60) -> Any:
        end = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > end:
                raise HouseError(f"{otherwise} within {seconds:.0f} s")
            time.sleep(0.02)

    def a_year_later(self, played: list[Played]) -> None:
        """The calendar a year ahead, the beheerder's approval, and the declarations."""
        waiting = {one.number: one for one in played if one.ending != STILL_ACTIVE and not one.problem}
        as_of = date.today() + timedelta(days=367)
        self.client.post("retention", "/v1/runs", "beheerder", {"asOf": as_of.isoformat()})

        def listed() -> list[str] | None:
            found: dict[str, str] = {}
            for one in self.client.get("oversight", "/v1/destruction-lists", "beheerder")["lists"]:
                if one["state"] == "listed":
                    shown = self.client.get("oversight", f"/v1/destruction-lists/{one['listId']}", "beheerder")
                    found |= {signal["number"]: one["listId"] for signal in shown["signals"]}
            return sorted(set(found.values())) if waiting.keys() <= found.keys() else None

        for list_id in self._until(listed, "the destruction list did not arrive"):
            path = f"/v1/destruction-lists/{list_id}"
            version = self.client.get("oversight", f"{path}/open-decisions", "beheerder")["version"]
            body = {
                "key": "approve-destruction",
                "outcome": "approved",
                "reason": "De bewaartermijn van een jaar is verstreken en er loopt geen verzoek of bezwaar.",
                "fields": {"confirmList": list_id},
                "expectedVersion": version,
            }
            self.client.post("oversight", f"{path}/decisions", "beheerder", body)
        self._declared(waiting)

    def _declared(self, waiting: dict[str, Played]) -> None:
        def declared() -> bool:
            for one in self.client.get("retention", "/v1/declarations", "fg")["declarations"]:
                if one["number"] in waiting:
                    played = waiting[one["number"]]
                    if played.declaration is None:
                        played.note("a year later: destroyed, declared")
                    played.declaration = one["id"]
            return all(one.declaration for one in waiting.values())

        try:
            self._until(declared, "not everything was destroyed", 120)
        except HouseError as problem:
            for one in waiting.values():
                one.problem = one.problem or (None if one.declaration else str(problem))


def play(home: Home, *, as_json: bool, console: Console, out: Console) -> int:
    """Play all reports; 0 when each ended as its file says and was destroyed with a declaration."""
    began = time.monotonic()
    found = reports()
    played: list[Played] = []
    with HouseClient(home) as client:
        player = Player(client)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("reports", total=len(found) + 1)
            for name, text in found:
                played.append(player.play(name, text))
                progress.advance(task)
            progress.update(task, description="a year passes")
            player.a_year_later(played)
            progress.advance(task)
    for one in played:
        if not one.problem and one.ending != one.expected:
            one.problem = f"ended as {one.ending}, should be {one.expected}"
    failed = [one for one in played if one.problem]
    if as_json:
        print(json.dumps(_summary(played, time.monotonic() - began), indent=1))
    else:
        out.print(_table(played))
    return 1 if failed else 0


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def _summary(played: list[Played], seconds: float) -> dict[str, Any]:
    endings: dict[str, int] = {}
    for one in played:
        endings[one.ending or "none"] = endings.get(one.ending or "none", 0) + 1
    hops = [hop for one in played for hop in one.hops]
    return {
        "signals": len(played),
        "endings": endings,
        "seconds": round(seconds, 2),
        "hops": {"p50Ms": round(percentile(hops, 0.5) * 1000, 1), "p99Ms": round(percentile(hops, 0.99) * 1000, 1)},
        "failed": [{"report": one.name, "problem": one.problem} for one in played if one.problem],
    }


def _table(played: list[Played]) -> Table:
    table = Table(title="What became of each report", title_justify="left", show_lines=True)
    for column in ("report", "number", "the way it went", "declaration of destruction"):
        table.add_column(column)
    for one in played:
        way = "\n".join(one.steps) + (f"\n[red]{one.problem}[/]" if one.problem else "")
        table.add_row(
            one.name,
            one.number,
            way,
            one.declaration or ("still active: phase 2" if one.ending == STILL_ACTIVE else "-"),
        )
    return table
