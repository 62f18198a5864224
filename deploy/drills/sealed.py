"""OpenBao is sealed while people report: doors that have never run begin meanwhile, take reports, and all of it is carried later.

The active node is sealed, and the one that takes over from it; the third is alone and leads nobody. Then each process of intake
in turn is ended by SIGKILL, everything in its folder is removed, and it begins anew. The verdict: it became ready and took
reports, nothing of what it took was carried before OpenBao was back (else it was not away), and all of it was afterwards.
People report by the public form: only what anybody could send is taken from a door that cannot have its reports signed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import signal
import time
from collections.abc import Callable

from deploy.cluster.command import look
from deploy.cluster.home import ClusterHome, replicas
from deploy.cluster.nodes import active
from deploy.drills.journal import Journal
from deploy.drills.load import EVERY_SECONDS, REPORTERS, Load
from deploy.drills.place import Place
from deploy.drills.verdict import PATIENCE, rows, verdict
from deploy.embedded.home import HouseError
from deploy.embedded.parts import HERE, answers_ok, wait_until
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER

BEFORE_SECONDS = 8.0
"""Of reports before anything is sealed."""
FRESH_SECONDS = 60.0
"""For a door that has never run to become ready."""
FRESH_LOAD_SECONDS = 20.0
"""Of reports to doors that are all fresh."""


def run(place: Place) -> list[str]:
    """Raises HouseError when the cluster does not become whole again."""
    with place.cluster() as home:
        return Sealed(home, place.say).run()


class Sealed:
    def __init__(self, home: ClusterHome, say: Callable[[str], None]) -> None:
        self._home = home
        self._say = say
        self.journal = Journal()

    def run(self) -> list[str]:
        """What is wrong."""
        load = Load(self._home, self.journal)
        load.begin()
        try:
            time.sleep(BEFORE_SECONDS)
            load.numbered = self._number_of
            # A report at the desk that is under way comes in before.
            time.sleep(EVERY_SECONDS)
            load.renew()
            faults = self._while_sealed(load)
        finally:
            load.end(PATIENCE)
        return faults + verdict(self._home, self.journal, self._say)

    def _while_sealed(self, load: Load) -> list[str]:
        shut = [self._seal(), self._seal()]
        wait_until(lambda: self._active() is None, PATIENCE, "the last node of OpenBao without a leader")
        began = time.monotonic()
        self._say(f"{', '.join(shut)} are sealed, and nobody is active")
        faults = [fault for name in replicas("intake") for fault in self._begin_anew(name)]
        fresh = time.monotonic()
        time.sleep(FRESH_LOAD_SECONDS)
        faults += [] if self._active() is None else ["OpenBao was active while it should be sealed"]
        taken, after = self._taken_since(began), self._taken_since(fresh)
        for name in shut:
            self._end(name)
        opened = time.monotonic()
        wait_until(lambda: self._active() is not None, PATIENCE, "OpenBao")
        active = time.monotonic() - opened
        wait_until(lambda: load.waiting_since(opened) == 0, PATIENCE, "what was taken while OpenBao was sealed")
        carried = time.monotonic() - opened
        wait_until(lambda: all(one.ready for one in look(self._home)), PATIENCE, "the cluster")
        load.renew()
        self._say(
            f"sealed for {opened - began:.0f} s: {taken} reports were taken, {after} of them by doors that had never run;"
            f" OpenBao was active {active:.1f} s after it was opened, and all of them were carried and decided after"
            f" {carried:.1f} s"
        )
        return faults + wrong_meanwhile(self.journal, began, opened + active, after)

    def _number_of(self, code: str) -> str:
        """Of a receipt code, as the door has it: nobody who reports by the public form is told it."""
        secret = self._home.secret("door-secret").encode()
        found = hmac.new(secret, b"receipt|" + code.encode(), hashlib.sha256).hexdigest()
        query = "SELECT number, receipt_hash FROM accepted_report"
        return next(str(one["number"]) for one in rows(self._home, "intake", query) if one["receipt_hash"] == found)

    def _taken_since(self, moment: float) -> int:
        return sum(one.kind == "door" and one.ended > moment for one in self.journal.waits)

    # --- OpenBao -----------------------------------------------------------------------------------

    def _active(self) -> str | None:
        return active(self._home)

    def _seal(self) -> str:
        """The active node; which that was. Only the active one can be sealed by asking."""
        wait_until(lambda: self._active() is not None, PATIENCE, "an active node of OpenBao")
        name = self._active()
        if name is None:
            raise HouseError("the active node of OpenBao went away before it was sealed")
        port = (self._home.state() or {})["several"][name]
        bao = bao_config.client(f"https://{HERE}:{port}", self._home.secret("provisioner"), self._home.tls(SETUP_USER))
        bao.sys.seal()
        if not bao.sys.is_sealed():
            raise HouseError(f"{name} was told to seal itself, and did not")
        return name

    # --- processes ---------------------------------------------------------------------------------

    def _pid(self, name: str) -> int:
        return int((self._home.state() or {})["pids"].get(name, 0))

    def _end(self, name: str) -> None:
        """SIGKILL; the house starts it again."""
        os.kill(self._pid(name), signal.SIGKILL)

    def _begin_anew(self, name: str) -> list[str]:
        """With nothing of its own but who it is."""
        before, folder = self._pid(name), self._home.service_folder(name)
        port = (self._home.state() or {})["several"][name]
        self._home.held(name).touch()
        try:
            self._end(name)
            wait_until(lambda: not answers_ok(port, "/livez"), PATIENCE, f"the end of {name}")
            shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
        finally:
            self._home.held(name).unlink(missing_ok=True)
        began = time.monotonic()
        wait_until(lambda: self._pid(name) not in (0, before), PATIENCE, f"another process of {name}")
        try:
            wait_until(lambda: answers_ok(port, "/readyz"), FRESH_SECONDS, name)
        except HouseError:
            return [f"{name}, begun while OpenBao was sealed, was not ready within {FRESH_SECONDS:.0f} s"]
        self._say(f"{name}, with an empty folder, was ready after {time.monotonic() - began:.1f} s")
        return []


def wrong_meanwhile(journal: Journal, began: float, back: float, fresh: int) -> list[str]:
    """What should not have been while OpenBao was sealed, from `began` until it was `back`. `fresh`: how many reports were taken by
    doors that began meanwhile."""
    faults = [] if fresh else ["no door that begins while OpenBao is sealed took a report"]
    refused = journal.refused_between("door", began, back)
    # What was under way at a door that is killed is cut off; its next attempt is taken.
    if len(refused) > REPORTERS * len(replicas("intake")) or not all(one.cut for one in refused):
        faults.append(f"the door refused {len(refused)} times: {', '.join(sorted({one.why for one in refused}))}")
    early = [one for one in journal.waits if one.kind == "carried" and one.began > began and one.ended < back]
    if early:
        faults.append(f"{len(early)} reports were carried while OpenBao was sealed: it was not")
    return faults
