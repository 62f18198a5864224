"""The processing log (Logboek Dataverwerkingen 1.0.0): a record for each processing of each person, under a pseudonym.

Whoever processes something about persons writes a line of the audit trail in the transaction of the deed, and says in it
whom it concerns (`Concerns`). When that line is flushed its records are made and go into the same transaction
(`shared/database/sessions.py`): no processing without its record, none recorded that did not happen. What is refused or rolled
back leaves none. A record says which activity of the register it was (`shared/protocol/activities.py`), when, in which
trace, and about whom; never who did it, which the audit trail has.

The pseudonym is a MAC of signal and person under the key that only this service has (`shared/keys/mac.py`): who has the log
and even the whole database finds nobody in it, and two services call the same person otherwise. Each record has such a MAC
over all of itself, so that a row that somebody else inserts counts for nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.canonical import canonical
from shared.database.tables import ProcessingRecord
from shared.keys.mac import Mac
from shared.numbers import is_request
from shared.protocol.activities import PERSON, SIGNAL, WHO_ASKS, WHO_REPORTED, Activity, address_of, kind_of_subject
from shared.protocol.activity_of import activity_of
from shared.protocol.municipality import Processing
from shared.telemetry import Running, running

RECORD_KIND, SUBJECT_KIND, SIGNAL_KIND = "processing-record", "processing-subject", "processing-signal"
SUBJECT_AT_HAND = "door:"
NORMAL: Literal["Unset"] = "Unset"
"""The status of what was committed; `Error` is for what failed inside, and that is rolled back with its record."""
SIGNAL_NUMBER = re.compile(r"S-[0-9A-Z]{5}-[0-9A-Z]{5}")
NUMBER_OF_REQUEST = re.compile(r"V-[0-9A-Z]{5}-[0-9A-Z]{5}")
WITHOUT_S = (WHO_REPORTED, WHO_ASKS)
"""Who has no S: a signal has one reporter, and a request one who asks."""


@dataclass(frozen=True)
class Concerns:
    """Whom a processing concerns: persons of a signal by their S1, S2 …; none where a service does not know them.

    `told`: those of them who were informed. `alone`: it is about one of `WITHOUT_S`, and nobody else; of who asks `signal` is the
    number of his request.
    """

    signal: str
    persons: tuple[str, ...] = ()
    told: frozenset[str] = frozenset()
    alone: str | None = None

    def and_these(self, persons: Collection[str]) -> Concerns:
        """The same, with who came to light by it."""
        return replace(self, persons=tuple(dict.fromkeys((*self.persons, *persons))))


@dataclass(frozen=True)
class Deed:
    """A processing that is about to be committed: `concerns` has each signal once."""

    activity: Activity
    concerns: tuple[Concerns, ...]


def is_signal(number: str) -> bool:
    """Whether it is the number of a signal."""
    return SIGNAL_NUMBER.fullmatch(number) is not None


def deed_of(action: str, record: str | None, concerns: Sequence[Concerns] | None) -> Deed | None:
    """What the audit trail calls `action` as a processing; None when it is none, or concerns nobody. Raises TypeError when
    nothing says whom a processing concerns."""
    activity = activity_of(action)
    if activity is None:
        return None
    if concerns is None:
        if record is None or not (is_request(record) or is_signal(record)):
            raise TypeError(f"“{action}” is a processing of persons and does not say whom it concerns")
        # A request has one who asks; of a signal this is a service that knows no persons.
        concerns = (Concerns(record, alone=WHO_ASKS if is_request(record) else None),)
    return Deed(activity, tuple(concerns)) if concerns else None


class ProcessingLog:
    """Makes the records of one service, and knows its own.

    `municipality`: what it fills in of the register. `at_hand`: what pseudonyms are made with at a door that opens without
    OpenBao.
    """

    def __init__(self, mac: Mac, municipality: Callable[[], Processing], at_hand: bytes | None = None) -> None:
        self._mac = mac
        self._municipality = municipality
        self._at_hand = at_hand

    def records(self, deed: Deed, at: datetime) -> list[ProcessingRecord]:
        """One for each person; where there are several, under one for the whole. Raises PartDown when there is no key."""
        return [row for one in deed.concerns for row in self._of_signal(deed.activity, one, at)]

    def _of_signal(self, activity: Activity, concerns: Concerns, at: datetime) -> list[ProcessingRecord]:
        now = running()

        def made(kind: str, person: str, parent: str | None, *, hidden: bool) -> ProcessingRecord:
            return self._record(
                activity, concerns.signal, kind, person, at, replace(now, span_id=parent), hidden=hidden
            )

        if concerns.alone:
            return [made(concerns.alone, concerns.alone, now.span_id, hidden=False)]
        found = [] if len(concerns.persons) == 1 else [made(SIGNAL, "", now.span_id, hidden=True)]
        parent = found[0].span_id if found else now.span_id
        return [*found, *(made(PERSON, one, parent, hidden=one not in concerns.told) for one in concerns.persons)]

    def _record(
        self, activity: Activity, signal: str, kind: str, person: str, at: datetime, under: Running, *, hidden: bool
    ) -> ProcessingRecord:
        said, ended = self._municipality(), int(at.timestamp() * 1000)
        row = ProcessingRecord(
            id=uuid4(),
            trace_id=under.trace_id,
            span_id=secrets.token_hex(8),
            parent_span_id=under.span_id,
            status=NORMAL,
            name=activity.name,
            started_at=ended - under.milliseconds,
            ended_at=ended,
            activity=address_of(said, activity, confidential=hidden),
            subject_kind=kind_of_subject(said, kind),
            subject=self._made(SUBJECT_KIND, _subject(signal, kind, person)),
            signal=self._made(SIGNAL_KIND, {"signal": signal}),
        )
        row.mac = self._made(RECORD_KIND, _proven(row))
        return row

    def _made(self, kind: str, facts: dict[str, Any]) -> str:
        if self._at_hand and not self._mac.known:
            return self._by_hand(self._at_hand, kind, facts)
        return self._mac.of_known(kind, facts)

    @staticmethod
    def _by_hand(key: bytes, kind: str, facts: dict[str, Any]) -> str:
        return SUBJECT_AT_HAND + hmac.new(key, f"{kind}|".encode() + canonical(facts), hashlib.sha256).hexdigest()

    # --- known again -----------------------------------------------------------------------------

    async def is_own(self, row: ProcessingRecord) -> bool:
        """Whether this service wrote exactly this. Raises PartDown when the key cannot be had."""
        if self._at_hand and row.mac.startswith(SUBJECT_AT_HAND):
            return hmac.compare_digest(self._by_hand(self._at_hand, RECORD_KIND, _proven(row)), row.mac)
        return await self._mac.agrees(RECORD_KIND, _proven(row), row.mac)

    async def pseudonyms(self, signal: str, person: str | None) -> list[str]:
        """Every pseudonym that records here can have for a person of a signal (`WITHOUT_S`: who reported it, who asks;
        None: what is about no person by name). Raises PartDown."""
        kind = SIGNAL if person is None else person if person in WITHOUT_S else PERSON
        return await self._every(SUBJECT_KIND, _subject(signal, kind, person or ""))

    async def pseudonyms_of_signal(self, signal: str) -> list[str]:
        """Everything by which records here can be of a signal. Raises PartDown."""
        return await self._every(SIGNAL_KIND, {"signal": signal})

    async def forget(self, session: AsyncSession, signals: Collection[str]) -> None:
        """The records of signals that are destroyed go with them. Raises PartDown."""
        found = [one for signal in signals for one in await self.pseudonyms_of_signal(signal)]
        await session.execute(delete(ProcessingRecord).where(col(ProcessingRecord.signal).in_(found)))

    async def _every(self, kind: str, facts: dict[str, Any]) -> list[str]:
        by_hand = [self._by_hand(self._at_hand, kind, facts)] if self._at_hand else []
        return [*await self._mac.of_every(kind, facts), *by_hand]


def _subject(signal: str, kind: str, person: str) -> dict[str, Any]:
    return {"signal": signal, "kind": kind, "person": person}


def _proven(row: ProcessingRecord) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude={"mac"})


def as_standard(rows: Sequence[ProcessingRecord]) -> Iterator[dict[str, Any]]:
    """Records as the reading extension (draft 0.9) has them; moments in milliseconds since 1970."""
    for row in rows:
        found: dict[str, Any] = {
            "traceId": _uuid(row.trace_id),
            "spanId": row.span_id,
            "status": row.status,
            "name": row.name,
            "startTime": row.started_at,
            "endTime": row.ended_at,
            "attributes": {
                "dpl.core.processing_activity_id": row.activity,
                "dpl.core.data_subject_id": row.subject,
                "dpl.core.data_subject_id_type": row.subject_kind,
            },
        }
        if row.parent_span_id:
            found["parentSpanId"] = row.parent_span_id
        yield found


def _uuid(trace: str) -> str:
    return "-".join((trace[:8], trace[8:12], trace[12:16], trace[16:20], trace[20:]))
