"""The active node of OpenBao is killed again and again during a destruction: nothing is declared while a key of it opens anything.

First some signals are destroyed on a cluster whose OpenBao was never compacted: every key goes, and nothing is declared. Then it is
compacted, node after node; no file names a destroyed key any more, and they are declared. Then, with more of them, the active node
gets SIGKILL when the approval was given, when a quarter of the keys is gone, and when two thirds are. Meanwhile it is looked
without a pause who is declared, and whether any key of his opens what it had encrypted.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.cluster.command import look
from deploy.cluster.home import ClusterHome
from deploy.cluster.nodes import active
from deploy.drills.load import DECISION, REPORT
from deploy.drills.place import Place, meldpunt
from deploy.drills.probes import Keys, Probe, named_on_disk
from deploy.drills.verdict import PATIENCE, rows
from deploy.embedded.client import HouseClient, Refusal
from deploy.embedded.demo import YEAR, never_informed
from deploy.embedded.home import HouseError
from deploy.embedded.parts import wait_until
from shared.clock import calendar_date
from shared.privileges import ARCHIVES, BY_NAME

FIRST, SECOND = 3, 9
"""How many signals are destroyed: before anything was compacted, and while nodes are killed."""
QUIET_SECONDS = 8.0
"""For how long nothing has to be declared while the storage was not compacted."""
KILLS_AT = (0.0, 0.25, 0.67)
"""Of the keys that have gone."""
WEIGHED = {
    "key": "weging-1",
    "outcome": "no-suspicion",
    "reason": "Een verzonnen beslissing.",
    "fields": {"sources": ["none"], "otherBreach": False},
    "forwarding": {"noneBecause": "Geen onderdeel heeft hier een taak in."},
}
QUICK = {"MELDPUNT_GRACE_SECONDS": "4", "MELDPUNT_LETTERBOX_MARGIN_SECONDS": "2", "MELDPUNT_RESEND_SECONDS": "3"}
ROOM_OF_LISTS = str(BY_NAME["oversight"].room)
KEYS_OF_LISTS = "SELECT words_key FROM offered_list"
DECLARED = "SELECT number FROM declaration"


def run(place: Place) -> list[str]:
    """Raises HouseError when it does not come so far, or when it would not see a key that opens."""
    with place.cluster(QUICK) as home, HouseClient(home) as client:
        return Destruction(home, client, place.figure).run()


class Destruction:
    def __init__(self, home: ClusterHome, client: HouseClient, say: Callable[[str], None]) -> None:
        self._home = home
        self._client = client
        self._say = say
        self._keys = Keys(home)

    def run(self) -> list[str]:
        """What is wrong."""
        try:
            if self._keys.of_signals():
                raise HouseError("there are keys of signals in a cluster that never had one")
            first = self._ended(FIRST)
            faults = self._without_compaction(first)
            # Not before: a list has everything that is due.
            return faults + self._with_kills(first, self._ended(SECOND))
        finally:
            self._keys.close()

    # --- before anything was compacted -------------------------------------------------------------

    def _without_compaction(self, numbers: Sequence[str]) -> list[str]:
        probes = {number: self._keys.of(number) for number in numbers}
        self._would_be_seen(probes)
        for_good = [one for some in probes.values() for one in some]
        self._approve(numbers)
        wait_until(lambda: not self._keys.left(for_good), PATIENCE, "the end of every key")
        time.sleep(QUIET_SECONDS)
        faults = [f"{one} was declared before anything was compacted" for one in self._declared()]
        missing = {what for one in self._open_destructions() for what in one["missing"]}
        if missing != {"compaction"}:
            faults.append(f"what is missing of a destruction that waits for a compaction is shown as {sorted(missing)}")
        names = {one.key for one in for_good}
        were = named_on_disk(self._home, names)
        if not all(were.values()):
            raise HouseError("the drill does not see a destroyed key in files that were not compacted")
        began = time.monotonic()
        meldpunt(self._home, "cluster", "compact")
        took, left = time.monotonic() - began, named_on_disk(self._home, names)
        faults += [f"{node} still names {count} destroyed keys" for node, count in left.items() if count]
        self._keys.again()
        wait_until(lambda: set(numbers) <= self._declared().keys(), PATIENCE, "the declarations after the compaction")
        self._say(
            f"{len(numbers)} signals, {len(for_good)} keys: all gone, and nothing declared until the storage was compacted;"
            f" three nodes in {took:.0f} s; destroyed keys named in their files before {sorted(were.values())}, after"
            f" {sorted(left.values())}; declared {time.monotonic() - began - took:.0f} s after it"
        )
        return faults

    def _open_destructions(self) -> list[dict[str, Any]]:
        return self._client.every("retention", "/v1/open-destructions", "beheerder", "destructions")

    # --- while nodes are killed --------------------------------------------------------------------

    def _with_kills(self, first: Sequence[str], numbers: Sequence[str]) -> list[str]:
        probes = {number: self._keys.of(number) for number in numbers}
        self._would_be_seen(probes)
        total = [one for some in probes.values() for one in some]
        watch = Watch(self._home, self._keys, probes)
        lists = self._listed(numbers)
        began = time.monotonic()
        watch.begin()
        try:
            killed = []
            for at in KILLS_AT:
                if at == 0.0:
                    self._approve_lists(lists)
                wait_until(lambda at=at: watch.gone >= at, PATIENCE, f"the end of {at:.0%} of the keys")  # type: ignore[misc]
                killed.append(f"{self._kill()} at {watch.gone:.0%}")
                wait_until(lambda: all(one.ready for one in look(self._home)), PATIENCE, "the cluster")
            wait_until(lambda: set(numbers) <= self._declared().keys(), PATIENCE, "the declarations")
            took = time.monotonic() - began
            # Nothing comes back with a node that comes back, and nothing is declared twice.
            time.sleep(QUIET_SECONDS)
        finally:
            watch.end()
        declared = self._declared()
        wanted = {*first, *numbers}
        self._keys.again()
        faults = watch.faults + wrong(declared, wanted)
        faults += [f"{one.mount}/{one.key} opens what it encrypted" for one in self._keys.left(total)]
        # Why something was destroyed outlives what was destroyed: it has a key of its list.
        of_lists = {f"{ROOM_OF_LISTS}/{one['words_key']}" for one in rows(self._home, "oversight", KEYS_OF_LISTS)}
        faults += [f"{one} is there, and no signal is" for one in sorted(self._keys.of_signals() - of_lists)]
        self._say(
            f"{len(numbers)} signals, {len(total)} keys; killed: {', '.join(killed)}. All declared {took:.0f} s after the"
            f" approval, {sum(declared.values())} declarations of {len(wanted)} signals; {watch.looks} looks, and"
            f" {'no key of what was declared opened anything' if not watch.faults else 'KEYS OPENED'}"
        )
        return faults

    def _kill(self) -> str:
        wait_until(lambda: active(self._home) is not None, PATIENCE, "an active node of OpenBao")
        name = active(self._home)
        if name is None:
            raise HouseError("the active node of OpenBao went away before it was killed")
        os.kill((self._home.state() or {})["pids"][name], signal.SIGKILL)
        return name

    def _would_be_seen(self, probes: Mapping[str, Sequence[Probe]]) -> None:
        """Nothing of this is destroyed: all of it has to open, and as if it were declared each has to be a fault."""
        if any(not some or not any(one.mount in ARCHIVES for one in some) for some in probes.values()):
            raise HouseError("of a signal that lies sealed no key is known: the drill would look at nothing")
        seen = Watch(self._home, self._keys, probes)
        seen.looked(dict.fromkeys(probes, 1))
        if len(seen.faults) != sum(len(some) for some in probes.values()):
            raise HouseError("the drill does not see a key that opens: what it says is worth nothing")

    # --- what people do ----------------------------------------------------------------------------

    def _ended(self, count: int) -> list[str]:
        """So many signals that lie sealed at retention."""
        post = self._client.post
        numbers = [str(post("intake", "/v1/signals", "collega", REPORT)["number"]) for _ in range(count)]
        for number in numbers:
            for user, decision in (("anna", DECISION), ("bram", WEIGHED)):
                path = f"/v1/signals/{number}"
                version = self._when_there(f"{path}/open-decisions", user)
                post("assessment", f"{path}/decisions", user, decision | {"expectedVersion": version})
        found = "SELECT number FROM sealed_signal WHERE number = ANY($1::text[])"
        wait_until(lambda: len(rows(self._home, "retention", found, numbers)) == count, PATIENCE, "the sealed signals")
        # The keys of what was active go a moment later: not by the destruction that is rehearsed.
        wait_until(lambda: all(map(self._keys.only_stay, numbers)), PATIENCE, "the end of the keys of what was active")
        return numbers

    def _when_there(self, path: str, user: str) -> int:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return int(self._client.get("assessment", path, user)["version"])
            except Refusal as problem:
                if problem.status not in (404, 503) or time.monotonic() > end:
                    raise
            time.sleep(0.2)

    def _approve(self, numbers: Sequence[str]) -> None:
        self._approve_lists(self._listed(numbers))

    def _listed(self, numbers: Sequence[str]) -> list[str]:
        """A year passes; the lists on which these are."""
        as_of = (calendar_date(datetime.now(UTC)) + timedelta(days=YEAR)).isoformat()
        self._client.post("retention", "/v1/runs", "beheerder", {"asOf": as_of})
        query = "SELECT DISTINCT list_id::text AS id FROM sealed_signal WHERE number = ANY($1::text[])"
        lists = [str(one["id"]) for one in rows(self._home, "retention", query, list(numbers))]
        for one in lists:
            path = f"/v1/destruction-lists/{one}"
            wait_until(lambda path=path: self._is_whole(path), PATIENCE, "the destruction list")  # type: ignore[misc]
            never_informed(self._client, path, self._client.get("oversight", path, "beheerder")["toDecide"])
        return lists

    def _is_whole(self, path: str) -> bool:
        try:
            return self._client.get("oversight", path, "beheerder")["neverInformed"] is not None
        except Refusal as problem:
            if problem.status not in (404, 503):
                raise
            return False

    def _approve_lists(self, lists: Iterable[str]) -> None:
        for one in lists:
            path = f"/v1/destruction-lists/{one}"
            body = {
                "key": "approve-destruction",
                "outcome": "approved",
                "reason": "De termijn is verstreken.",
                "fields": {"confirmList": one},
                "expectedVersion": self._client.get("oversight", f"{path}/open-decisions", "beheerder")["version"],
            }
            self._client.post("oversight", f"{path}/decisions", "beheerder", body)

    def _declared(self) -> Counter[str]:
        return Counter(str(one["number"]) for one in rows(self._home, "retention", DECLARED))


def wrong(declared: Mapping[str, int], wanted: Iterable[str]) -> list[str]:
    """Each of `wanted` has exactly one declaration, and nobody else has one."""
    wanted = set(wanted)
    faults = [f"{one} has no declaration" for one in sorted(wanted) if not declared.get(one)]
    faults += [f"{one} was declared {count} times" for one, count in sorted(declared.items()) if count > 1]
    return faults + [
        f"{one} was declared, and was not to be destroyed" for one in sorted(declared) if one not in wanted
    ]


class Watch:
    """Looks without a pause, as a thread of its own. `gone`: which part of the keys opens nothing any more."""

    def __init__(self, home: ClusterHome, keys: Keys, probes: Mapping[str, Sequence[Probe]]) -> None:
        self._home = home
        self._keys = keys
        self._probes = probes
        self._left = {one for some in probes.values() for one in some}
        self._total = len(self._left)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.gone = 0.0
        self.looks = 0
        self.faults: list[str] = []

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._over.is_set():
            self.looked(Counter(str(one["number"]) for one in rows(self._home, "retention", DECLARED)))
            self._left = set(self._keys.left(self._left))
            self.gone = 1 - len(self._left) / self._total

    def looked(self, declared: Mapping[str, int]) -> None:
        """Of what is `declared` no key may open anything, at this moment or later: where nobody can be asked, at the next look."""
        self.looks += 1
        for number in declared:
            opened = self._keys.open(self._probes.get(number, ()))
            self.faults += [
                f"{number} was declared while {one.mount}/{one.key} opens what it encrypted" for one in opened
            ]
