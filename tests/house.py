"""A house for tests: started by the command, spoken to over HTTP, stopped and removed afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar

import httpx
import psutil

from deploy.embedded.client import HouseClient, Refusal
from deploy.embedded.demo import never_informed
from deploy.embedded.home import SERVICE_NAMES, Home
from deploy.embedded.status import operators_look
from tests import reports
from tests.days import today
from tests.parts import Parts, new_folder
from tests.ports import spread_ports

T = TypeVar("T")

QUICK = {
    "MELDPUNT_WITHDRAWAL_SECONDS": "0",
    "MELDPUNT_EMBEDDED_EQUAL": "1",
    "MELDPUNT_BEACON_SECONDS": "5",
    "MELDPUNT_LETTERBOX_MARGIN_SECONDS": "2",
    "MELDPUNT_AUDIT_APART_SECONDS": "0",
    "MELDPUNT_GRACE_SECONDS": "4",
    # Not in the middle of a test that counts: what tests of compaction want they ask for.
    "MELDPUNT_EMBEDDED_COMPACT_AT": "",
    "MELDPUNT_RESEND_SECONDS": "3",
    "MELDPUNT_WEB_REPORTS_PER_MINUTE": "1000000",
}
NO_SUSPICION = {"sources": ["none"], "otherBreach": False}
NOBODY = {"noneBecause": "Geen onderdeel heeft hier een taak in."}
SUSPICION = {
    "sources": ["none"],
    "indicators": {"betrokkenheid": "O1 is in elke waarneming de plek."},
    "against": "Er kan een onschuldige verklaring zijn.",
}
TASK = {"powers": ["sluiting-drugspand"]}


class TestHouse(Parts):
    """One running house and what tests do with it."""

    __test__ = False

    def __init__(self, protocol: str = "midden-delfland-2025", *, on_disk: bool = False, **settings: str) -> None:
        self.folder = new_folder("test", on_disk=on_disk)
        self.home = Home(self.folder / "house")
        self._protocol = protocol
        self.environment = {**os.environ, **QUICK, **settings}
        self._failed_before = len(reports.failed)
        self._rests = False
        self.client: HouseClient

    def __enter__(self) -> TestHouse:
        reports.open_houses.append(self.home.path / "logs")
        self.home.make()
        spread_ports(self.home)
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()
        reports.open_houses.remove(self.home.path / "logs")
        if kind is not None or len(reports.failed) > self._failed_before:
            reports.keep(self.home.path / "logs", self.folder.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def meldpunt(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command on this house."""
        argv = [sys.executable, "-m", "deploy.embedded.cli", words[0], "--home", str(self.home.path), *words[1:]]
        return subprocess.run(argv, env=self.environment, capture_output=True, text=True, check=check, timeout=600)

    def up(self) -> None:
        made = self.meldpunt("up", "--detach", "--protocol", self._protocol, check=False)
        if made.returncode != 0:
            raise RuntimeError(f"{made.stderr}\nits logs: {reports.keep(self.home.path / 'logs', self.folder.name)}")
        self.client = HouseClient(self.home)

    def down(self) -> None:
        self.meldpunt("down", check=False)

    def rest(self) -> None:
        """Stopped, with everything that it has, until `wake`."""
        if not self._rests:
            self._rests = True
            self.client.__exit__(None, None, None)
            self.down()

    def wake(self) -> None:
        """Goes on where it was, with another client: nothing is kept of the old one by who asks for the fixture."""
        if self._rests:
            self.up()
            self._rests = False

    # --- people and reports ----------------------------------------------------------------------

    def report(self, channel: str = "colleague", **more: Any) -> str:
        """A report by a colleague, or through the web and found on the work list; its number."""
        body = a_report(channel) | more
        if channel == "web":
            before = {one["number"] for one in self.work_list()}
            self.client.post("intake", "/v1/signals", None, body)
            return str(
                until(lambda: next((one["number"] for one in self.work_list() if one["number"] not in before), None))
            )
        return str(self.client.post("intake", "/v1/signals", "collega", body)["number"])

    def arrived(self, number: str) -> str:
        until(lambda: self.signal(number) is not None)
        return number

    def work_list(self, user: str = "anna") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.every("assessment", "/v1/signals", user, "signals")
        return found

    def signal(self, number: str, service: str = "assessment", user: str = "anna") -> dict[str, Any] | None:
        """What a designated person sees, or None when it is not (or not any more) there."""
        try:
            return self.client.get(service, f"/v1/signals/{number}", user, purpose="weging")
        except Refusal as problem:
            if problem.status in (404, 503):
                return None
            raise

    def decide(self, number: str, user: str, key: str, outcome: str, **more: Any) -> httpx.Response:
        """One decision; returns whatever assessment answers."""
        version = more.pop("version", None)
        if version is None:
            version = self.client.get("assessment", f"/v1/signals/{number}/open-decisions", user)["version"]
        body = {"key": key, "outcome": outcome, "reason": "Voldoende aanwijzingen in O1.", "expectedVersion": version}
        return self.client.request("POST", "assessment", f"/v1/signals/{number}/decisions", user, body | more)

    def withdraw(self, number: str, user: str, decision: str, reason: str = "Verkeerd aangeklikt.") -> httpx.Response:
        """Take `decision` back; returns whatever assessment answers."""
        version = self.client.get("assessment", f"/v1/signals/{number}/open-decisions", user)["version"]
        body = {"decision": decision, "reason": reason, "expectedVersion": version}
        return self.client.request("POST", "assessment", f"/v1/signals/{number}/withdrawals", user, body)

    def must_decide(self, number: str, user: str, key: str, outcome: str, **more: Any) -> dict[str, Any]:
        answer = self.decide(number, user, key, outcome, **more)
        assert answer.status_code in (201, 202), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def with_purpose(self, number: str) -> str:
        self.must_decide(number, "anna", "purpose", "set", fields={"purposes": ["niet-faciliteren"]})
        return number

    def end(self, number: str) -> str:
        """Weigh a signal as no suspicion; it goes to retention."""
        self.with_purpose(number)
        self.must_decide(number, "bram", "weging-1", "no-suspicion", fields=NO_SUSPICION, forwarding=NOBODY)
        return number

    def sealed(self, number: str) -> dict[str, Any]:
        return until(lambda: self.signal(number, "retention"))

    def ended_signal(self, **more: Any) -> str:
        """A report that has gone all the way to the non-active environment; retention knows by what it is found."""
        number = self.arrived(self.report(**more))
        # People take longer to weigh than that takes; what is told in the same second as it is sealed comes when it comes.
        until(lambda: self.sql("retention", "SELECT 1 FROM findable WHERE number=$1", number))
        self.end(number)
        self.sealed(number)
        return number

    def run_as_of(self, days: int = 367) -> list[str]:
        asked = {"asOf": today(days).isoformat()}
        found: list[str] = self.client.post("retention", "/v1/runs", "beheerder", asked)["lists"]
        return found

    def approve(self, list_id: str, **more: Any) -> httpx.Response:
        path = f"/v1/destruction-lists/{list_id}"
        shown = self.listed(list_id)
        never_informed(self.client, path, shown["toDecide"])
        version = self.client.get("oversight", f"{path}/open-decisions", "beheerder")["version"]
        body = {
            "key": "approve-destruction",
            "outcome": "approved",
            "reason": "De termijn is verstreken.",
            "fields": {"confirmList": list_id},
            "expectedVersion": version,
        }
        return self.client.request("POST", "oversight", f"{path}/decisions", more.pop("user", "beheerder"), body | more)

    def listed(self, list_id: str) -> dict[str, Any]:
        """A list, once it has come and rights has said who was never informed."""

        def whole() -> dict[str, Any] | None:
            found = self.client.request("GET", "oversight", f"/v1/destruction-lists/{list_id}", "beheerder")
            shown: dict[str, Any] = found.json() if found.is_success else {}
            return shown if shown.get("neverInformed") is not None else None

        return until(whole)

    def destroy_everything_due(self) -> None:
        for list_id in self.run_as_of():
            assert self.approve(list_id).status_code == 201

    def declared(self, number: str, seconds: float = 180) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            listed = self.client.every("retention", f"/v1/declarations?number={number}", "fg", "declarations")
            return next(iter(listed), None)

        return until(find, seconds)

    # --- parts -----------------------------------------------------------------------------------

    def compacted_at(self) -> datetime:
        """Nothing that was destroyed before is in OpenBao's files."""
        found = json.loads(self.meldpunt("status", "--json", check=False).stdout)
        return datetime.fromisoformat(found["compactedAt"])

    def pid(self, name: str) -> int:
        """The process id, or 0 while it is stopped."""
        state = self.home.state() or {}
        return int(state["pids"].get(name, 0))

    def kill(self, name: str) -> bool:
        """SIGKILL, nothing else; the house starts it again. Whether it was there to be killed."""
        pid = self.pid(name)
        with contextlib.suppress(psutil.Error):
            if pid:
                psutil.Process(pid).kill()
                return True
        return False

    def hold(self, name: str) -> None:
        """Keep a part or service stopped."""
        pid = self.pid(name)
        self.home.held(name).touch()
        until(lambda: _is_gone(pid))

    def let_go(self, name: str) -> None:
        before = self.pid(name)
        self.home.held(name).unlink(missing_ok=True)
        until(lambda: self.pid(name) not in (before, 0), 120)

    def ready(self, name: str) -> bool:
        try:
            return httpx.get(f"{self.client.addresses[name]}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _lacks(self, name: str) -> dict[str, str]:
        try:
            problems: dict[str, str] = operators_look(self.home, name).raise_for_status().json()["problems"]
        except (httpx.HTTPError, ValueError):
            return {name: "it does not answer"}
        return problems

    def all_ready(self, seconds: float = 180) -> None:
        """Wait until every service has been ready and lacked nothing, the bus neither; says which has not, and why."""
        for name in SERVICE_NAMES:
            try:
                until(lambda name=name: self.ready(name) and not self._lacks(name), seconds, every=0.2)  # type: ignore[misc]
            except AssertionError:
                found = json.loads(self.meldpunt("status", "--json", check=False).stdout)["parts"]
                problems = {one["name"]: one["problems"] for one in found if one["problems"] or not one["ready"]}
                raise AssertionError(f"{name} is not ready within {seconds:.0f} s: {problems}") from None


def _is_gone(pid: int) -> bool:
    try:
        return not pid or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def a_report(channel: str = "colleague") -> dict[str, Any]:
    return {
        "channel": channel,
        "text": "Op de hoek ruikt het al weken naar hennep en er wordt 's nachts geladen.",
        "subjects": [{"name": "Joost Wilgenroos", "address": "Kerkpad 5, Maasland", "occupation": "klusser"}],
        "objects": [{"kind": "building", "address": "Kerkpad 5a, Maasland", "description": "schuur"}],
        "reporter": {"kind": "person", "name": "Greet Zonnebloem", "phone": "015 5550123", "wantsContact": True},
    }


def until(look: Callable[[], T | None], seconds: float = 90, every: float = 0.05) -> T:
    """Wait until `look` gives something; a bound on patience, not a figure."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError):
            found = look()
            if found:
                return found
        if time.monotonic() > end:
            raise AssertionError(f"nothing came within {seconds:.0f} s")
        time.sleep(every)
