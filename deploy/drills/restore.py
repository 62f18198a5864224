"""The loss of everything, and the way back: what was acknowledged before the backup is there once, what was destroyed since is not.

An embedded house, or a cluster, works; a backup is made of it; it goes on, and destroys a signal by the real way (listed, approved, declared). Then every
process is ended by SIGKILL under load and the folder of the house is removed. What is left is what lies elsewhere: the backup, its key, the
seal key, the list of destructions. That this drill would see a signal that comes back is shown first: a restore without the list has to
show it to who asks, and open what was copied of it before.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from deploy.backup import destructions, manifest
from deploy.cluster import replica
from deploy.cluster.home import POSTGRES_NODES, ClusterHome
from deploy.drills.doomed import Doomed, databases_of
from deploy.drills.journal import Journal, wrong
from deploy.drills.load import Load
from deploy.drills.place import QUICK, Place, meldpunt
from deploy.embedded.client import HouseClient
from deploy.embedded.demo import YEAR, Time, reports
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import wait_until
from deploy.embedded.play import Player
from deploy.embedded.status import look

REPORT = "12-empty-barn"
"""The report whose signal is destroyed after the backup."""
BEFORE_SECONDS, AFTER_SECONDS = 15.0, 8.0
"""Of load, before the backup and after it."""
PATIENCE = 120
CLUSTER = "cluster"
"""What it is held on when that is asked for."""
LEFT = "outside"
"""What is not lost with the house: the backup, its key, the seal key, the list."""


@dataclass(frozen=True)
class Kept:
    """Elsewhere than the house."""

    folder: Path

    @property
    def destructions(self) -> Path:
        return self.folder / "destructions"

    @property
    def words(self) -> list[str]:
        """What `restore` is told, but for the list."""
        backup = next(one for one in (self.folder / "backups").iterdir() if one.is_dir())
        key = next((self.folder / "keys").glob("*.key"))
        return [str(backup), "--key", str(key), "--seal-key", str(self.folder / "seal-key")]

    @property
    def at(self) -> datetime:
        return manifest.read(Path(self.words[0]))[0].at


def run(place: Place) -> list[str]:
    if set(place.only) - {CLUSTER}:
        raise HouseError(f"this drill is held on an embedded house, or with `--only {CLUSTER}` on one of those")
    kept = Kept(place.folder / LEFT)
    kept.folder.mkdir()
    begin = place.cluster if place.only else place.house
    with begin({"MELDPUNT_TOMBSTONES": str(kept.destructions)}) as home:
        return _Drill(home, kept, place).run()


class _Drill:
    def __init__(self, home: Home, kept: Kept, place: Place) -> None:
        self._home, self._kept, self._place = home, kept, place
        self._say = place.say
        self._figure = place.figure
        self._is_cluster = isinstance(home, ClusterHome)
        self._doomed = Doomed("")
        self.journal = Journal()

    def run(self) -> list[str]:
        load = Load(self._home, self.journal)
        shutil.copy(self._home.secret_file("openbao-seal-key"), self._kept.folder / "seal-key")
        if self._is_cluster:
            # A house compacts by itself; of a cluster nothing is declared as destroyed before somebody did.
            meldpunt(self._home, "cluster", "compact")
        load.begin()
        try:
            time.sleep(BEFORE_SECONDS)
            before = self._back_up()
            self._destroy(load)
            time.sleep(AFTER_SECONDS)
            lost_at = self._lose_everything()
        finally:
            load.end(1)
        faults = self._control()
        seconds = self._put_back(faults)
        faults += self._verdict(before, lost_at)
        self._figure(f"RTO: {seconds:.0f} s from the beginning of the restore until every service is ready")
        return faults

    # --- before ------------------------------------------------------------------------------------

    def _back_up(self) -> Journal:
        """Returns what had been acknowledged when it began."""
        with HouseClient(self._home) as client:
            played = Player(client, (self._home.state() or {})["subjects"]).play(REPORT, dict(reports())[REPORT])
            if played.problem:
                raise HouseError(f"the signal that is to be destroyed did not end: {played.problem}")
            self._played, self._doomed = played, Doomed(played.number)
            wait_until(lambda: self._doomed.copy(self._home), PATIENCE, "the signal in retention")
        before = Journal(list(self.journal.reports), dict(self.journal.decisions))
        began = time.monotonic()
        folder, keys = self._kept.folder / "backups", self._kept.folder / "keys"
        meldpunt(self._home, "backup", str(folder), "--keys", str(keys), more=self._told())
        size = sum(one.stat().st_size for one in Path(self._kept.words[0]).iterdir()) / 2**20
        self._figure(
            f"backup of a {CLUSTER if self._is_cluster else 'house'} at work: {time.monotonic() - began:.1f} s, {size:.0f} MB"
        )
        return before

    def _destroy(self, load: Load) -> None:
        load.renew()
        with HouseClient(self._home) as client:
            Time(Player(client, (self._home.state() or {})["subjects"])).destroy(YEAR, [self._played], "drill")
        if self._played.declaration is None:
            raise HouseError(f"the signal was not destroyed: {self._played.problem}")
        name = manifest.read(Path(self._kept.words[0]))[0].name
        wait_until(
            lambda: self._doomed.number in destructions.read(self._kept.destructions, name)[0],
            PATIENCE,
            "the list that names it",
        )
        if self._doomed.opens(self._home):
            raise HouseError("what was copied of the signal opens after its destruction: there is nothing to rehearse")

    def _lose_everything(self) -> datetime:
        main = psutil.Process((self._home.state() or {})["pid"])
        everything = [main, *main.children(recursive=True)]
        if isinstance(self._home, ClusterHome):
            # What a Patroni started is nobody's child.
            left = (replica.postmaster(self._home, name) for name in POSTGRES_NODES)
            everything += [process for one in left if one for process in (one, *one.children(recursive=True))]
        lost_at = datetime.now(UTC)
        for one in everything:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(everything, 20)
        shutil.rmtree(self._home.path)
        return lost_at

    # --- back --------------------------------------------------------------------------------------

    def _control(self) -> list[str]:
        """Without the list the signal comes back, and all that this drill looks with has to see it. Raises HouseError when not. It is an
        embedded house, also where the backup is a cluster's."""
        other = Home(self._place.folder / "control")
        elsewhere = {"MELDPUNT_TOMBSTONES": ""}
        refused = self._refused(other)
        meldpunt(other, "restore", *self._kept.words, "--without-destructions", more=elsewhere)
        try:
            meldpunt(other, "up", "--detach", more=QUICK | elsewhere)
            with HouseClient(other) as client:
                shown = Player(client, {}).seen("retention", self._doomed.number) is not None
            opens, rows = self._doomed.opens(other), self._doomed.rows(other)
        finally:
            meldpunt(other, "down")
            shutil.rmtree(other.path, ignore_errors=True)
        if not (shown and opens and rows):
            raise HouseError("the drill does not see a signal that came back: what it says is worth nothing")
        self._say(
            f"without the list it comes back: {rows} rows, {opens} of {len(self._doomed.items)} items open (the control)"
        )
        return refused

    def _refused(self, other: Home) -> list[str]:
        """Nobody restores without the list by mistake."""
        try:
            meldpunt(other, "restore", *self._kept.words, more={"MELDPUNT_TOMBSTONES": ""})
        except HouseError as problem:
            return [] if "--without-destructions" in str(problem) and not other.path.exists() else [str(problem)]
        return ["a restore without the list of destructions was not refused"]

    def _put_back(self, faults: list[str]) -> float:
        """Returns how long it took until everybody was served again, in seconds."""
        began = time.monotonic()
        words = [*self._kept.words, "--destructions", str(self._kept.destructions)]
        words += ["--cluster"] if self._is_cluster else []
        meldpunt(self._home, "restore", *words, more=self._told())
        half = time.monotonic()
        with self._asked_all_the_while() as answers:
            up = ("cluster", "up") if self._is_cluster else ("up",)
            meldpunt(self._home, *up, "--detach", more=QUICK | self._told())
            wait_until(lambda: bool(look(self._home)["ready"]), PATIENCE, "the restored house")
        ended = time.monotonic()
        self._say(f"restored in {half - began:.1f} s, up in {ended - half:.1f} s")
        if answers[200]:
            faults.append(f"what was destroyed was shown {answers[200]} times while the restored house started")
        return ended - began

    @contextlib.contextmanager
    def _asked_all_the_while(self) -> Iterator[Counter[int]]:
        """Somebody who asks for the destroyed signal from the first moment on: which answers he gets."""
        answers: Counter[int] = Counter()
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.1):
                with contextlib.suppress(Exception), HouseClient(self._home) as client:
                    path = f"/v1/signals/{self._doomed.number}"
                    answers[client.request("GET", "retention", path, "anna").status_code] += 1

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield answers
        finally:
            over.set()
            thread.join()

    # --- the verdict -------------------------------------------------------------------------------

    def _verdict(self, before: Journal, lost_at: datetime) -> list[str]:
        end = time.monotonic() + PATIENCE
        while (found := self._wrong(before)) and time.monotonic() < end:
            time.sleep(2)
        invented = Journal([*before.reports, "S-00000-00000"], before.decisions)
        if len(self._wrong(invented)) != len(found) + 1:
            raise HouseError("the drill does not see a report that is lost: what it says is worth nothing")
        found += self._of_doomed()
        there = set(self._kept_rows()[0])
        after = [one for one in self.journal.reports if one not in set(before.reports)]
        self._say(
            f"before the backup {len(before.reports)} reports and {len(before.decisions)} decisions were acknowledged:"
            f" {'each is there once' if not found else f'{len(found)} are wrong'}"
        )
        self._figure(
            f"RPO: everything until the backup began, which was {(lost_at - self._kept.at).total_seconds():.0f} s before the"
            f" loss; of {len(after)} reports acknowledged since, {len([one for one in after if one in there])} are there"
        )
        return found

    def _wrong(self, before: Journal) -> list[str]:
        dossiers, decided, told = self._kept_rows()
        expected = after_a_loss(before, self.journal, dossiers, (number for number, _ in decided))
        return wrong(expected, dossiers, decided, told)

    def _kept_rows(self) -> tuple[list[str], list[tuple[str, str]], list[str]]:
        async def read() -> tuple[list[str], list[tuple[str, str]], list[str]]:
            databases = databases_of(self._home)
            dossiers = await databases.rows("assessment", "SELECT number FROM dossier")
            decided = await databases.rows("assessment", "SELECT number, id::text AS id FROM decision")
            told = await databases.rows("oversight", "SELECT number FROM decided")
            return (
                [one["number"] for one in dossiers],
                [(one["number"], one["id"]) for one in decided],
                [one["number"] for one in told],
            )

        return asyncio.run(read())

    def _of_doomed(self) -> list[str]:
        """What is left of it: not a row, not a key."""
        found = []
        if rows := self._doomed.rows(self._home):
            found.append(f"{rows} rows of what was destroyed are in the restored databases")
        if opens := self._doomed.opens(self._home):
            found.append(f"{opens} items of what was destroyed open with the restored OpenBao")
        with HouseClient(self._home) as client:
            if any(Player(client, {}).seen(one, self._doomed.number) for one in ("retention", "assessment")):
                found.append("what was destroyed is shown by the restored house")
        if not found:
            self._say(
                f"what was destroyed is not there: no row, and none of {len(self._doomed.items)} copied items opens"
            )
        return found

    def _told(self) -> dict[str, str]:
        return {"MELDPUNT_TOMBSTONES": str(self._kept.destructions)}


def after_a_loss(before: Journal, all_of_it: Journal, dossiers: Iterable[str], decided: Iterable[str]) -> Journal:
    """What has to be there: everything acknowledged before the backup, and of what came after it whatever was in time. `dossiers` and
    `decided`: the numbers of what is there."""
    there, taken = set(dossiers), set(decided)
    known = Counter(before.reports)
    later = [one for one in (Counter(all_of_it.reports) - known).elements() if one in there]
    decisions = {number: None for number in all_of_it.decisions if number in taken} | before.decisions
    return Journal([*before.reports, *later], decisions)
