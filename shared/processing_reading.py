"""The processing log of one service, read by the FG: who reads it is a line of the audit trail, as every look is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from shared import audit
from shared.database.tables import ProcessingRecord
from shared.doubts import Doubt
from shared.identity import Person
from shared.pages import Keyset, Page, Window
from shared.processing import as_standard
from shared.protocol.designations import FG
from shared.service.platform import Platform

NEWEST_BY = col(ProcessingRecord.ended_at)
NEWEST = Keyset("processing", NEWEST_BY, col(ProcessingRecord.id), newest_first=True)
STRANGE_RECORD = Doubt("a record of the processing log that this service did not write", "not-written-here")


@dataclass(frozen=True)
class RecordsAsked:
    """Which records are wanted: all that is not None has to hold. Moments in milliseconds since 1970, both included.

    `number` and `person` (S1 …, `melder`, or `verzoeker` with the number of his request) ask by what only this service can find the pseudonym of.
    """

    trace_id: UUID | None = None
    start_time: int | None = None
    end_time: int | None = None
    activity: str | None = None
    subject: str | None = None
    subject_kind: str | None = None
    number: str | None = None
    person: str | None = None


class ProcessingReading:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._doubted: dict[str, Doubt] = {}

    async def page(self, person: Person, asked: RecordsAsked, window: Window) -> dict[str, Any]:
        """The newest records first, without those that this service did not write: of these the number, and they show in
        its status. Raises Forbidden, Invalid for a cursor of something else, and PartDown."""
        role = person.role_among({FG})
        query = await self._query(asked)
        async with self.platform.database.reading() as session:
            page = await NEWEST.page(session, query, window)
        own = [one for one in page.rows if await self.platform.processing.is_own(one)]
        strange = {str(one.id): STRANGE_RECORD for one in page.rows if one not in own}
        await self._note(person, role, asked, strange)
        return Page(list(as_standard(own)), page.next).of("processingActivities", dict) | {"notBelieved": len(strange)}

    async def _note(self, person: Person, role: str, asked: RecordsAsked, strange: dict[str, Doubt]) -> None:
        now, doubts = self.platform.clock.now(), self.platform.processing_doubts
        self._doubted |= strange
        line = audit.line(now, "processing log read", actor=person.user_id, role=role, record=asked.number)
        async with self.platform.database.transaction() as session:
            session.add_all([line, *doubts.new(self._doubted)])
        doubts.note(self._doubted)

    async def _query(self, asked: RecordsAsked) -> Select[Any]:
        query = select(ProcessingRecord)
        if asked.trace_id:
            query = query.where(col(ProcessingRecord.trace_id) == asked.trace_id.hex)
        if asked.start_time is not None:
            # What began then ended no earlier: by its end the records lie in order.
            since = col(ProcessingRecord.started_at) >= asked.start_time, asked.start_time <= NEWEST_BY
            query = query.where(*since)
        if asked.end_time is not None:
            query = query.where(col(ProcessingRecord.ended_at) <= asked.end_time)
        for column, value in (
            (ProcessingRecord.activity, asked.activity),
            (ProcessingRecord.subject, asked.subject),
            (ProcessingRecord.subject_kind, asked.subject_kind),
        ):
            query = query.where(col(column) == value) if value else query
        if asked.number and asked.person:
            found = await self.platform.processing.pseudonyms(asked.number, asked.person)
            query = query.where(col(ProcessingRecord.subject).in_(found))
        elif asked.number:
            found = await self.platform.processing.pseudonyms_of_signal(asked.number)
            query = query.where(col(ProcessingRecord.signal).in_(found))
        return query
