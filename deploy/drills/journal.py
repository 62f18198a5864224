"""What was acknowledged to somebody, and whether it is there: once, and once only."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["door", "carried", "decision"]
KINDS: tuple[Kind, ...] = ("door", "carried", "decision")


@dataclass(frozen=True)
class Refusal:
    """An attempt that was not taken. `cut`: the connection ended without an answer."""

    kind: Kind
    at: float
    why: str
    cut: bool


@dataclass(frozen=True)
class Waited:
    """From the first attempt until it was taken, in seconds of a clock that only goes on. `number`: of what, once it has one."""

    kind: Kind
    began: float
    ended: float
    number: str | None = None

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Journal:
    """Of several threads."""

    reports: list[str] = field(default_factory=list)
    """Numbers that the door gave."""
    decisions: dict[str, str | None] = field(default_factory=dict)
    """By number the decision that was acknowledged; None where it was taken and the answer did not come."""
    refusals: list[Refusal] = field(default_factory=list)
    waits: list[Waited] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def report(self, number: str) -> None:
        with self._lock:
            self.reports.append(number)

    def decision(self, number: str, identifier: str | None) -> None:
        with self._lock:
            self.decisions[number] = identifier

    def refused(self, refusal: Refusal) -> None:
        with self._lock:
            self.refusals.append(refusal)

    def waited(self, waited: Waited) -> None:
        with self._lock:
            self.waits.append(waited)

    def decided_since(self, began: float) -> int:
        """Of what the door took after `began`, how much has come and was decided."""
        with self._lock:
            taken = {one.number for one in self.waits if one.kind == "carried" and one.began >= began}
            return len(taken & {one.number for one in self.waits if one.kind == "decision"})

    def longest(self, kind: Kind, begin: float, end: float) -> float:
        """Of what was waited for at any moment between `begin` and `end`."""
        with self._lock:
            found = [one.seconds for one in self.waits if one.kind == kind and one.began < end and one.ended > begin]
        return max(found, default=0.0)

    def refused_between(self, kind: Kind, begin: float, end: float) -> list[Refusal]:
        with self._lock:
            return [one for one in self.refusals if one.kind == kind and begin <= one.at < end]


def wrong(
    journal: Journal, dossiers: Iterable[str], decided: Iterable[tuple[str, str]], told: Iterable[str]
) -> list[str]:
    """What is lost or doubled; empty when nothing is.

    `dossiers`: a number for each that assessment has; `decided`: number and id of each decision there; `told`: a number
    for each decision that supervision was told of. Each attempt was repeated with its key until the door took it, so what is there
    beyond the journal is a report that was kept twice.
    """
    kept, taken, heard = Counter(dossiers), Counter(decided), Counter(told)
    acknowledged = Counter(journal.reports)
    faults = [f"{number} was given to two reports" for number, count in acknowledged.items() if count > 1]
    faults += [f"report {number} is lost" for number in acknowledged if not kept[number]]
    faults += [f"report {number} is there {count} times" for number, count in kept.items() if count > 1]
    faults += [f"{number} is there, and nobody was given it" for number in kept if not acknowledged[number]]
    of = Counter(number for number, _ in taken.elements())
    for number, identifier in journal.decisions.items():
        if (identifier is not None and not taken[number, identifier]) or not of[number]:
            faults.append(f"the decision on {number} is lost")
        if heard[number] == 0:
            faults.append(f"supervision was not told of the decision on {number}")
    faults += [f"{number} was decided {count} times" for number, count in of.items() if count > 1]
    faults += [f"supervision was told of {number} {count} times" for number, count in heard.items() if count > 1]
    return faults
