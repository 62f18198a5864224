"""Showing: to the FG and the beheerder what was done, to who is designated where a signal is (R-D.5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from services.oversight import store, trail
from services.oversight.use_cases.judge_urgent import UrgentJudging
from shared import audit
from shared.errors import NotFound
from shared.identity import Person
from shared.keys.transit import Place
from shared.listed import BelievedLists, not_believed
from shared.pages import Window
from shared.protocol.designations import BEHEERDER, FG
from shared.service.platform import Platform

TRAIL_READ_BY = frozenset({FG, BEHEERDER})
"""Who reads each decision by its record, its code and its moment, and so may know what can be counted of them as they go on."""


class RegisterReading:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.rules = platform.settings.laws.configured
        self.lists = BelievedLists(platform, "register-listed")
        self.judging = UrgentJudging(platform, self.lists)

    async def _note(
        self, person: Person, role: str, action: str, record: str | None, reason: str | None = None
    ) -> None:
        line = audit.line(
            self.platform.clock.now(), action, actor=person.user_id, role=role, record=record, reason=reason
        )
        async with self.platform.database.transaction() as session:
            session.add(line)

    async def whereabouts(self, number: str, person: Person) -> dict[str, Any]:
        """Who holds a signal, and its state; no content."""
        person.role_among((*self.rules.file_roles, "fg", "beheerder"))
        async with self.platform.database.reading() as session:
            row = await session.get(store.Whereabout, number)
        if row is None:
            raise NotFound
        return {
            "number": row.number,
            "version": row.version,
            "holder": row.holder,
            "state": row.state,
            "since": row.since.isoformat(),
        }

    async def decisions(self, number: str, person: Person, purpose: str, window: Window) -> dict[str, Any]:
        """Every decision on a signal with its words, also after the signal moved on. `notBelieved`: how many rows are left out."""
        role = person.role_among((*self.rules.file_roles, "fg"))
        async with self.platform.database.reading() as session:
            page = await store.decided_on(session, number, window)
        if not page.rows:
            raise NotFound
        await self._note(person, role, "reasons read", number, purpose)
        believed = await self.lists.of(page)
        words = await self._words(believed.rows)
        return believed.of("decisions", lambda row: _camel(row.facts) | words[row.id]) | not_believed(page, believed)

    async def _words(self, rows: Sequence[store.DecidedRow]) -> dict[UUID, dict[str, Any]]:
        """The reason and fields of decisions on one signal, opened together."""
        room = self.platform.room()
        found: dict[UUID, dict[str, Any]] = {}
        # One key per signal, unless its first decisions came at the same moment.
        for key in {row.room_key for row in rows}:
            mine = [row for row in rows if row.room_key == key]
            places = [(Place(room.mount, row.number, f"decision-{row.id}", 1), row.ciphertext) for row in mine]
            for row, plain in zip(mine, await room.decrypt(key, places), strict=True):
                words = json.loads(plain)
                found[row.id] = {"reason": words["reason"], "fields": words["fields"]}
        return found

    async def lines(
        self, person: Person, producer: str | None, actor: str | None, record: str | None, window: Window
    ) -> dict[str, Any]:
        """Audit lines in order; reading them is a line too."""
        role = person.role_among(TRAIL_READ_BY)
        async with self.platform.database.reading() as session:
            page = await trail.audit_lines(session, producer, actor, record, window)
        await self._note(person, role, "audit trail read", record)
        return page.of("lines", lambda row: {"producer": row.producer, "seq": row.seq} | row.entry)

    async def batches(self, person: Person, producer: str | None, window: Window) -> dict[str, Any]:
        """The signed messages that brought the lines, in order: whoever has them checks the trail without this house."""
        role = person.role_among(TRAIL_READ_BY)
        async with self.platform.database.reading() as session:
            page = await trail.audit_batches(session, producer, window)
        await self._note(person, role, "audit trail read", None)
        return page.of(
            "batches", lambda row: {"producer": row.producer, "headers": row.headers, "body": row.body.decode()}
        )

    async def disclosures(
        self, person: Person, number: str | None, window: Window, *, urgent: bool = False
    ) -> dict[str, Any]:
        """The register; the privacy officer sees of it what went at once, to judge it afterwards. `notBelieved`: how many rows
        are left out."""
        officer = ("privacy-officer",) if urgent else ()
        role = person.role_among((*self.rules.file_roles, "fg", "beheerder", *officer))
        async with self.platform.database.reading() as session:
            page = await store.disclosures(session, number, window, urgent=urgent)
        believed = await self.lists.of(page)
        at_once = [row for row in believed.rows if row.facts.get("urgent")]
        async with self.platform.database.reading() as session:
            judged = await store.judgements(session, [row.id for row in at_once]) if at_once else {}
        await self._note(person, role, "disclosure register read", number)
        marks = {row.id: self.judging.shown(row) | await self.judging.marked(judged.get(row.id)) for row in at_once}
        return believed.of(
            "disclosures", lambda row: {"id": str(row.id)} | _camel(row.facts) | _judged(marks.get(row.id))
        ) | not_believed(page, believed)


def _judged(mark: dict[str, Any] | None) -> dict[str, Any]:
    """Of what went at once: how it was judged, or until when it is."""
    if mark is None:
        return {}
    return {
        "judgement": mark["judgement"],
        "notBelieved": mark["notBelieved"],
        "judgeBefore": mark["judgeBefore"],
        "overdue": mark["overdue"] and not mark["judgement"],
    }


def _camel(facts: dict[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in facts.items()}
