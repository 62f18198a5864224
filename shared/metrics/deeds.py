"""What is counted of deeds is counted where they are accounted for: of the lines of the audit trail that were committed.

A line that was rolled back counts nowhere, and nothing is counted in a second place that could say something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.contracts.common import KeyRef
from shared.metrics.catalogue import DECISIONS_COUNTED, HOPS, KEYS_HANDLED, MESSAGES_CARRIED
from shared.metrics.labels import BY_DECISION, BY_EVENT
from shared.metrics.metrics import Metrics
from shared.privileges import ARCHIVES, LETTERBOXES

_HOPS = {
    "report accepted": "accepted",
    "signal received": "received",
    "signal handed over": "handed-over",
    "signal ended": "ended",
    "signal sealed": "sealed",
    "case closed": "closed",
    "signal destroyed": "destroyed",
}
_DECIDED = {f"decision {one}": one for one in ("taken", "proposed", "co-signed", "withdrawn")}

Committed = Callable[[Mapping[str, Any]], None]
Carried = Callable[[str, str], None]
"""Is told of an event what became of a message: sent, handled, kept, parked."""


def uncounted(event: str, became: str) -> None:
    """Where nobody counts what is carried."""


def counting(metrics: Metrics) -> Committed:
    """What is told of each entry of the audit trail that is on disk. It raises nothing: the deed stands."""

    def counted(entry: Mapping[str, Any]) -> None:
        action = str(entry.get("action", ""))
        if hop := _HOPS.get(action):
            metrics.add(HOPS, hop=hop)
        verb, _, key = action.partition(": ")
        if (result := _DECIDED.get(verb)) and metrics.service in DECISIONS_COUNTED.of:
            metrics.add(DECISIONS_COUNTED, decision=BY_DECISION.known(key), result=result)

    return counted


def carrying(metrics: Metrics) -> Carried:
    """Counts messages."""

    def carried(event: str, became: str) -> None:
        metrics.add(MESSAGES_CARRIED, event=BY_EVENT.known(event), carried=became)

    return carried


def count_keys(metrics: Metrics, stage: str, keys: Iterable[KeyRef]) -> None:
    """Count keys that are made, locked or destroyed by what they are of; never which."""
    for of, number in Counter(_of(one.mount) for one in keys).items():
        metrics.add(KEYS_HANDLED, number, keys=of, stage=stage)


def _of(mount: str) -> str:
    return "archive" if mount in ARCHIVES else "letterbox" if mount in LETTERBOXES else "room"
