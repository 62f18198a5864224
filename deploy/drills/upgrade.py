"""From one version to the next and back, process by process, while people report and decide.

The next version is a copy of the code with another version and a migration more, that adds a column, for some services. Its
migrations are run first; then each of their processes is replaced by one of the next version, and by one of the version before
again, which runs on the newer schema. In the end a migration that takes something away is run: a process of the version before then
refuses to serve, and says why.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from deploy.cluster.home import ClusterHome, replicas
from deploy.drills.journal import KINDS
from deploy.drills.load import REPORTERS, Load
from deploy.drills.next_version import CONTRACTS, EXPANDS, made, migrated
from deploy.drills.place import Place
from deploy.drills.verdict import PATIENCE, verdict
from deploy.embedded.parts import HERE, answers_ok, wait_until
from shared.database.schemas import TOO_NEW
from shared.http.problems import VERSION

SERVICES = ("intake", "assessment", "oversight")
"""Through whose hands everything goes that the load does."""
NEXT, LAST = "1.1.0-drill", "1.2.0-drill"


def run(place: Place) -> list[str]:
    """Raises HouseError when a version does not come so far that it can be judged."""
    with place.cluster() as home:
        return Upgrade(home, place).run()


class Upgrade:
    def __init__(self, home: ClusterHome, place: Place) -> None:
        self._home = home
        self._say: Callable[[str], None] = place.say
        self._figure = place.figure
        self._folder = place.folder / "versions"
        self.journal = place.journal

    def run(self) -> list[str]:
        """What is wrong."""
        following = made(self._folder / NEXT, NEXT, SERVICES, EXPANDS)
        last = made(self._folder / LAST, LAST, SERVICES, CONTRACTS, of=following)
        load = Load(self._home, self.journal)
        load.begin()
        try:
            faults = self._all("there", following, NEXT, load)
            faults += self._all("back", None, VERSION, load)
            # Who takes something away does so when nobody of the version before runs any more.
            faults += self._all("there again", last, LAST, load)
            faults += self._refused(last, load)
        finally:
            load.end(PATIENCE)
        return faults + verdict(self._home, self.journal, self._say)

    def _all(self, where: str, code: Path | None, version: str, load: Load) -> list[str]:
        """Every process in turn becomes one of `version`; None: of the house's own code."""
        began = time.monotonic()
        if code is not None:
            migrated(code, self._home, SERVICES)
        migrating = time.monotonic() - began
        for service in SERVICES:
            for one in replicas(service):
                load.renew()
                self._replace(one, code)
                wait_until(lambda one=one: self._version(one) == version, PATIENCE, f"{one} of {version}")  # type: ignore[misc]
                self._ready(one)
        ended = time.monotonic()
        longest = ", ".join(f"{kind} {self.journal.longest(kind, began, ended):.1f} s" for kind in KINDS)
        refused = self.journal.refused_between("door", began, ended)
        said = f", {migrating:.1f} s of them for migrations" if code else ""
        self._figure(
            f"{where}: {version} in {ended - began:.0f} s{said}; longest wait {longest}; the door refused {len(refused)}"
        )
        # What is under way at a process that is ended may be cut off, once for each.
        allowed = REPORTERS * len(replicas("intake"))
        if len(refused) > allowed or not all(one.cut for one in refused):
            return [
                f"{where}: the door refused {len(refused)} times: {', '.join(sorted({one.why for one in refused}))}"
            ]
        return []

    def _refused(self, last: Path, load: Load) -> list[str]:
        """A process of the version before, on a schema that is not for it any more; then it is of the last one again."""
        load.renew()
        one, service = replicas("assessment")[0], "assessment"
        self._replace(one, None)
        wait_until(lambda: self._version(one) == VERSION, PATIENCE, f"{one} of {VERSION}")
        end, seen = time.monotonic() + 20, ""
        while time.monotonic() < end and not seen:
            seen = self._problems(one).get("schema", "")
            time.sleep(0.2)
        is_ready = answers_ok(self._port(one), "/readyz")
        self._replace(one, last)
        wait_until(lambda: self._version(one) == LAST, PATIENCE, f"{one} of {LAST}")
        self._ready(one)
        self._say(f"after a migration that takes something away, {service} {VERSION} says: {seen or 'nothing'}")
        faults = [] if seen == TOO_NEW else [f"{one} of {VERSION} does not say that the schema is too new: {seen!r}"]
        return faults + ([f"{one} of {VERSION} is ready on a schema that is too new"] if is_ready else [])

    def _replace(self, one: str, code: Path | None) -> None:
        """SIGTERM, as who replaces it does; the house starts it again, with that code."""
        before, file = self._pid(one), self._home.code(one)
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        if code is not None:
            file.write_text(str(code))
        os.kill(before, signal.SIGTERM)
        wait_until(lambda: self._pid(one) not in (0, before), PATIENCE, f"another process of {one}")

    def _ready(self, one: str) -> None:
        wait_until(lambda: answers_ok(self._port(one), "/readyz"), PATIENCE, one)

    def _pid(self, one: str) -> int:
        return int((self._home.state() or {})["pids"].get(one, 0))

    def _port(self, one: str) -> int:
        return int((self._home.state() or {})["several"][one])

    def _version(self, one: str) -> str | None:
        version: str | None = self._status(one).get("version")
        return version

    def _problems(self, one: str) -> dict[str, str]:
        return dict(self._status(one).get("problems", {}))

    def _status(self, one: str) -> dict[str, Any]:
        secret = self._home.secret(f"operations-{one.rpartition('-')[0]}")
        try:
            answer = httpx.get(
                f"http://{HERE}:{self._port(one)}/statusz", headers={"Authorization": f"Bearer {secret}"}, timeout=10
            )
            found: dict[str, Any] = answer.raise_for_status().json()
        except httpx.HTTPError:
            return {}
        return found
