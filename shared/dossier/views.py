"""Showing a dossier, and recording facts on it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.clock import calendar_date
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import Subject
from shared.dossier import store
from shared.dossier.chapter import Chapter
from shared.dossier.concerned import became_known, numbered
from shared.dossier.content import Content, facts_of, names_somebody
from shared.dossier.tables import DecisionRow, Dossier, Item
from shared.errors import Conflict, Elsewhere, Forbidden, Invalid, NotFound
from shared.http.decisions import ItemIn, ItemOut
from shared.identity import Person
from shared.keys.transit import Place
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.model import HOLDER_OF, PHASE_OF, State
from shared.protocol.records import Record, judge_record
from shared.protocol.states import PURPOSE_OF_PHASE
from shared.service.platform import Platform

MOST_CONTENT = 500_000  # ciphertext characters of one dossier: sealed, it stays one message
NOT_LISTED = (State.ENDED, State.CLOSED, State.DUTY_DONE)


class Views:
    """Reading and recording, for one service."""

    def __init__(self, platform: Platform, chapter: Chapter) -> None:
        self.platform = platform
        self.chapter = chapter
        self.rules = platform.settings.laws.configured

    def today(self) -> Any:
        return calendar_date(self.platform.clock.now())

    async def dossier(self, number: str, *, for_change: bool = False) -> Dossier:
        """The dossier when it is held here.

        Raises NotFound, Elsewhere with the holder, or (for a change) Conflict while it is handed over.
        The caller has checked that the person is designated: nobody else gets this far.
        """
        async with self.platform.database.transaction() as session:
            row = await session.get(Dossier, number)
        if row is None:
            raise NotFound
        if row.left:
            raise Elsewhere("this signal is held elsewhere", holder=row.handed_to)
        if for_change and row.handing_over_since:
            raise Conflict(
                "this signal is being handed over",
                destination=row.handed_to,
                since=row.handing_over_since.isoformat(),
            )
        return row

    async def content(self, row: Dossier) -> Content:
        """All items of a dossier, decrypted."""
        async with self.platform.database.transaction() as session:
            items = await store.items_of(session, row.number)
        return await self.open_items(row, items)

    async def open_items(self, row: Dossier, items: list[Item]) -> Content:
        if row.room_key is None:
            raise NotFound
        room = self.platform.room()
        pairs = [(Place(room.mount, one.number, one.item, one.version), one.ciphertext) for one in items]
        return Content.of(items, await room.decrypt(row.room_key, pairs) if pairs else [])

    async def facts(self, row: Dossier, content: Content, meeting: str | None = None) -> Facts:
        async with self.platform.database.transaction() as session:
            return facts_of(
                row.number,
                self.today(),
                content,
                await store.decisions_of(session, row.number),
                await store.meetings_about(session, meeting),
                await store.notices_of(session, row.signal),
                row.earlier,
            )

    def is_open(self, row: Dossier) -> bool:
        """Whether anything can be decided here: not while it is on its way to the next holder."""
        return not row.handing_over_since and HOLDER_OF.get(State(row.state)) == self.platform.name

    def heading(self, row: Dossier) -> dict[str, Any]:
        """What is known of a dossier without opening it."""
        found: dict[str, Any] = {
            "number": row.number,
            "version": row.version,
            "state": row.state,
            "phase": PHASE_OF.get(State(row.state)),
            "purposeOfPhase": PURPOSE_OF_PHASE.get(PHASE_OF.get(State(row.state), 0)),
            "workingName": row.working_name,
            "protocol": row.protocol,
            "receivedOn": row.received_on.isoformat(),
        }
        if row.signal != row.number:
            found |= {"signal": row.signal, "subject": row.subject}
        if row.due_on:
            found["dueOn"] = row.due_on.isoformat()
        return found

    async def view(self, number: str, person: Person, purpose: str) -> dict[str, Any]:
        """The whole dossier for who is designated; the audit line is on disk before it leaves."""
        role = person.role_among(self.rules.file_roles)
        row = await self.dossier(number)
        shown = self.heading(row) | {"signedAtTheDoor": row.signed}
        if row.handing_over_since:
            return shown | {"destination": row.handed_to, "handingOverSince": row.handing_over_since.isoformat()}
        if row.state == State.CLOSED:
            # Nobody opens a closed case; for a new signal its number is the way (art. 9 lid 2).
            raise Forbidden("a closed case is only consulted for a new signal, by its number (art. 9 lid 2)")
        content = await self.content(row)
        async with self.platform.database.transaction() as session:
            shown |= await self.chapter.show(session, row, content, await store.decisions_of(session, number))
        await self.note(person, role, "signal opened", number, purpose)
        return shown

    async def note(self, person: Person, role: str, action: str, record: str, reason: str | None = None) -> None:
        line = audit.line(
            self.platform.clock.now(), action, actor=person.user_id, role=role, record=record, reason=reason
        )
        async with self.platform.database.transaction() as session:
            session.add(line)

    async def work_list(self, person: Person) -> list[dict[str, Any]]:
        """Number, neutral name, phase and since when; never content, and no call to OpenBao."""
        person.role_among(self.rules.file_roles)
        async with self.platform.database.transaction() as session:
            rows = await store.active(session, NOT_LISTED)
        return [self.heading(row) | {"arrivedAt": row.arrived_at.isoformat()} for row in rows]

    # --- recording -------------------------------------------------------------------------------

    async def add_item(self, number: str, person: Person, item: ItemIn) -> ItemOut:
        """Record a fact; the phase gate of Bijlage 1 judges its category (R-B1.1)."""
        role = person.role_among(self.rules.file_roles)
        row = await self.dossier(number, for_change=True)
        if not self.is_open(row):
            raise Conflict("this signal is on its way to the next phase", state=row.state)
        content = await self.content(row)
        facts = await self.facts(row, content)
        matches = {str(key): value for key, value in item.matches.items()} if item.matches else None
        record = Record(item.category, item.about, item.finding, matches, item.fields)
        faults = list(judge_record(self.rules, State(row.state), record, role, facts))
        category = self.rules.category(item.category)
        if category and category.process:
            # Who sees it has no file: persons are S1, S2 there, except in the question that names one by `about`.
            texts = {"finding": item.finding, **{f"fields.{key}": one for key, one in item.fields.items()}}
            faults += names_in(texts, content)
        async with self.platform.database.transaction() as session:
            faults += await self.chapter.faults(session, row, item)
        if faults:
            raise Invalid(faults)
        if row.version != item.expected_version:
            raise Conflict("the signal was changed meanwhile", version=row.version)
        return await self._store_item(row, person, role, item)

    async def _store_item(self, row: Dossier, person: Person, role: str, item: ItemIn) -> ItemOut:
        name = f"item-{row.version + 1}"
        now = self.platform.clock.now()
        fields = dict(item.fields)
        persons = numbered(fields.get("persons") or (), row.people)
        if persons:
            fields["persons"] = persons
        document = {
            "category": item.category,
            "about": item.about,
            "finding": item.finding,
            "matches": item.matches,
            "fields": fields,
            "recordedBy": person.user_id,
            "recordedAt": now.isoformat(),
        }
        stored_item = await self.encrypted(row, name, item.category, document)
        async with self.platform.database.transaction() as session:
            stored = sum(len(one.ciphertext) for one in await store.items_of(session, row.number))
            if stored + len(stored_item.ciphertext) > MOST_CONTENT:
                raise Conflict("this signal is full: no more can be recorded on it")
            await store.bump(session, row.number, item.expected_version, row.state, self.today())
            session.add(stored_item)
            if persons:
                await self._now_known(session, row, persons)
            # What was proposed before this can no longer be confirmed.
            await store.close_co_signatures(session, row.number, now)
            asked = self.chapter.recorded(row, stored_item, document)
            session.add_all(asked)
            line = audit.line(
                now, "fact recorded", actor=person.user_id, role=role, record=row.number, reason=item.category
            )
            session.add(line)
        return ItemOut(item=name, version=row.version + 1, tasks=tuple(one.id for one in asked))

    async def _now_known(self, session: AsyncSession, row: Dossier, persons: list[dict[str, Any]]) -> None:
        """Their month begins with this record (R-26.3)."""
        subjects = {one["subject"]: Subject(name=one["name"], address=one.get("address")) for one in persons}
        letter = became_known(self.platform, row.signal, row.protocol, self.today(), subjects)
        self.platform.post.send(session, letter)
        values = {"people": row.people + len(persons)}
        await session.execute(update(Dossier).where(col(Dossier.number) == row.number).values(**values))

    async def encrypted(self, row: Dossier, name: str, category: str, document: dict[str, Any]) -> Item:
        """An item under the dossier's own key, not yet stored."""
        assert row.room_key is not None
        room = self.platform.room()
        place = Place(room.mount, row.number, name, 1)
        ciphertext = (await room.encrypt(row.room_key, [(place, json.dumps(document).encode())]))[0]
        return Item(number=row.number, item=name, category=category, version=1, ciphertext=ciphertext)


def names_in(texts: dict[str, Any], content: Content) -> list[Fault]:
    """The texts that name a person of the dossier; those are read by people without it."""
    names = content.names
    return [
        Fault(field, "names a person of this signal: write S1, S2 … instead", "art. 5")
        for field, text in texts.items()
        if names_somebody(_words(text), names)
    ]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_words(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return " ".join(_words(one) for one in value)
    return value if isinstance(value, str) else ""


def coded(row: DecisionRow) -> CodedDecision:
    """A decision without its words, which oversight has."""
    return CodedDecision(
        decision=str(row.id),
        version=row.version,
        key=row.key,
        outcome=row.outcome,
        article=row.article,
        status=row.status,
        state=row.state_after,
        deciders=tuple(row.deciders),
        co_signers=tuple(row.co_signers),
        recorder=row.recorder,
        role=row.role,
        about=tuple(row.about),
        taken_at=row.taken_at,
        protocol=row.protocol,
        meeting=row.meeting,
    )
