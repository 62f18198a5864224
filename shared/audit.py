"""The audit trail: who did what to which record, with which result and reason. Every refusal too.

A line is written in the transaction of what it tells about. One writer per producer then numbers and
chains the lines (shared/numbering.py) and sends them to oversight, so that a missing line shows as a gap and a changed one as
a broken chain; the message that carries them is signed with a key that no database administrator has.
Each line carries a MAC of the service that wrote it, put on when it is flushed: a line that somebody else inserted is
never numbered, and one that is taken away before it has a number is missed. Lines hold ids and codes only.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID, uuid4

from shared.canonical import canonical
from shared.database.tables import Audit, ProcessingRecord
from shared.keys.mac import Mac
from shared.processing import Concerns, ProcessingLog, deed_of
from shared.telemetry import trace_id

GENESIS = "0" * 64
VANISHED = "gone"
"""The result of what leaves nothing behind: its turns are forgotten."""
PROOF_KIND, AT_HAND = "audit", "door:"


class LineFacts(TypedDict, total=False):
    """Who did it, to what, how it went and why: ids and codes, never typed text. `times`: of many that are one line.

    `part`: which of what belongs to the record, such as one of its shares.

    `answered`: with which codes a warning about the words was answered (shared/protocol/special.py), by the kind of data.
    """

    actor: Required[str | None]
    record: str | None
    part: str
    result: str
    reason: str | None
    role: str | None
    times: int
    answered: Mapping[str, str]
    concerns: Sequence[Concerns] | None
    """Whom it concerns, where it is a processing of persons (shared/processing.py); empty where another line of the same
    transaction says it; None for the signal that the record is, of a service that knows no persons."""
    turn: int | None
    """Which turn of the record it is, where that has any: by this oversight knows an old one (engine/head.py)."""


def line(now: datetime, action: str, **facts: Unpack[LineFacts]) -> Audit:
    """One line of the trail, to be added to the session of what it tells about."""
    entry: dict[str, Any] = {
        "at": now.isoformat(timespec="milliseconds"),
        "action": action,
        "actor": facts["actor"],
        "role": facts.get("role"),
        "record": facts.get("record"),
        "result": facts.get("result", "done"),
        "reason": facts.get("reason"),
        "trace": trace_id(),
    }
    if "part" in facts:
        entry["part"] = facts["part"]
    if "times" in facts:
        entry["times"] = facts["times"]
    if facts.get("answered"):
        # Not of which kind the data are: the trail outlives them.
        entry["answered"] = sorted({*facts["answered"].values()})
    if facts.get("turn") is not None:
        entry["turn"] = facts["turn"]
    row = Audit(id=uuid4(), entry=entry, written_at=now)
    row.is_of(deed_of(action, facts.get("record"), facts.get("concerns")))
    return row


def chain(previous: str, entry: dict[str, Any]) -> str:
    """The chain value after `entry`: SHA-256 in hex over the one before it (GENESIS at first) and the entry."""
    return hashlib.sha256(previous.encode() + as_bytes(entry)).hexdigest()


def as_bytes(entry: dict[str, Any]) -> bytes:
    """A line as it is hashed: JSON with its keys in order."""
    return json.dumps(entry, sort_keys=True).encode()


class Proofs:
    """That this service wrote a line: a MAC that whoever can write rows cannot make. And which lines were committed here
    and have no number yet, so that one that somebody takes away is missed.

    `at_hand`: what proves lines while the service has not had its key, for a door that opens without OpenBao.
    `processing`: makes the records of what a line tells, which go with it. `counted`: is told of each entry that is on disk.
    """

    def __init__(
        self,
        mac: Mac,
        at_hand: bytes | None = None,
        processing: ProcessingLog | None = None,
        counted: Callable[[Mapping[str, Any]], None] = lambda entry: None,
    ) -> None:
        self._mac = mac
        self._processing = processing
        self._at_hand = at_hand
        self._counted = counted
        self._waiting: dict[UUID, float] = {}

    def put_on(self, row: object) -> bool:
        """Prove a line that is about to be inserted; False for any other row. Raises PartDown when nothing proves it."""
        if not isinstance(row, Audit):
            return False
        facts = _proven(row.id, row.entry)
        if self._at_hand and not self._mac.known:
            row.proof = AT_HAND + self._by_hand(self._at_hand, facts)
        else:
            row.proof = self._mac.of_known(PROOF_KIND, facts)
        return True

    def besides(self, row: object) -> list[ProcessingRecord]:
        """The records of the processing log that go with a line, into the same transaction. Raises PartDown when there is no
        key."""
        deed = row.deed if isinstance(row, Audit) else None
        if not isinstance(row, Audit) or deed is None or self._processing is None:
            return []
        return self._processing.records(deed, row.written_at)

    async def holds(self, identifier: UUID, entry: dict[str, Any], proof: str | None) -> bool:
        """Whether this service wrote exactly this. Raises PartDown when the key cannot be had."""
        facts = _proven(identifier, entry)
        if self._at_hand and proof and proof.startswith(AT_HAND):
            return hmac.compare_digest(AT_HAND + self._by_hand(self._at_hand, facts), proof)
        return await self._mac.agrees(PROOF_KIND, facts, proof)

    @staticmethod
    def _by_hand(key: bytes, facts: dict[str, Any]) -> str:
        return hmac.new(key, f"{PROOF_KIND}|".encode() + canonical(facts), hashlib.sha256).hexdigest()

    def committed(self, rows: Iterable[object]) -> None:
        """These lines are on disk: they will be numbered, or are missed."""
        now = time.monotonic()
        for row in rows:
            if isinstance(row, Audit):
                self._waiting[row.id] = now
                self._counted(row.entry)

    def numbered(self, lines: Iterable[UUID]) -> None:
        """These have a number, or are known to be missed."""
        for identifier in lines:
            self._waiting.pop(identifier, None)

    def since(self, line: UUID) -> float:
        """When it was committed here, by a clock that only goes on; for ever ago where it is not waited for."""
        return self._waiting.get(line, -math.inf)

    def overdue(self, seconds: float, most: int) -> list[UUID]:
        """Lines that were committed here longer ago and of which no number was heard since; the oldest ones."""
        before = time.monotonic() - seconds
        late = itertools.takewhile(lambda one: one[1] <= before, self._waiting.items())
        return [identifier for identifier, _ in itertools.islice(late, most)]


def _proven(identifier: UUID, entry: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(identifier), "entry": entry}
