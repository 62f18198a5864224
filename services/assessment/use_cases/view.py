"""Showing a signal, and recording facts on it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.assessment import store
from shared import audit
from shared.errors import Conflict, Elsewhere, Fault, Invalid, NotFound
from shared.http.decisions import ItemIn, ItemOut
from shared.identity import Person
from shared.keys.transit import Place
from shared.protocol.judge import judge_item
from shared.protocol.model import PHASE_OF, State
from shared.protocol.profiles import PROTOCOLS
from shared.service.platform import Platform

MOST_CONTENT = 500_000  # ciphertext characters of one signal: a sealed dossier stays one message


class Views:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.rules = PROTOCOLS[platform.settings.protocol]

    async def signal(self, number: str, *, for_change: bool = False) -> store.Signal:
        """The signal when it is held here.

        Raises NotFound, Elsewhere with the holder, or (for a change) Conflict while it is handed over.
        The caller has checked that the person is designated: nobody else gets this far.
        """
        async with self.platform.database.transaction() as session:
            row = await session.get(store.Signal, number)
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

    async def content(self, row: store.Signal) -> dict[str, Any]:
        """All items of a signal, decrypted: item name to document."""
        assert row.room_key is not None
        room = self.platform.room()
        async with self.platform.database.transaction() as session:
            items = await store.items_of(session, row.number)
        pairs = [(Place(room.mount, row.number, one.item, one.version), one.ciphertext) for one in items]
        plain = await room.decrypt(row.room_key, pairs)
        return {one.item: json.loads(text) for one, text in zip(items, plain, strict=True)}

    async def view(self, number: str, person: Person, purpose: str) -> dict[str, Any]:
        """The whole signal for who is designated; the audit line is on disk before it leaves."""
        role = person.role_among(self.rules.file_roles)
        row = await self.signal(number)
        shown = {
            "number": row.number,
            "version": row.version,
            "state": row.state,
            "phase": PHASE_OF.get(State(row.state)),
            "workingName": row.working_name,
            "protocol": row.protocol,
            "signedAtTheDoor": row.signed,
            "receivedOn": row.received_on.isoformat(),
        }
        if row.handing_over_since:
            return shown | {"destination": row.handed_to, "handingOverSince": row.handing_over_since.isoformat()}
        content = await self.content(row)
        line = audit.line(
            self.platform.clock.now(), "signal opened", actor=person.user_id, role=role, record=number, reason=purpose
        )
        async with self.platform.database.transaction() as session:
            session.add(line)
        report = content.pop("report")
        findings = {name: one for name, one in content.items() if not name.startswith("decision-")}
        subjects = {f"S{place}": one for place, one in enumerate(report.pop("subjects", []), 1)}
        objects = {f"O{place}": one for place, one in enumerate(report.pop("objects", []), 1)}
        return shown | {"report": report, "subjects": subjects, "objects": objects, "items": findings}

    async def work_list(self, person: Person) -> list[dict[str, Any]]:
        """Number, neutral name, phase and since when; never content, and no call to OpenBao."""
        person.role_among(self.rules.file_roles)
        async with self.platform.database.transaction() as session:
            rows = await store.active(session)
        return [
            {
                "number": row.number,
                "workingName": row.working_name,
                "state": row.state,
                "phase": PHASE_OF.get(State(row.state)),
                "version": row.version,
                "arrivedAt": row.arrived_at.isoformat(),
            }
            for row in rows
        ]

    async def add_item(self, number: str, person: Person, item: ItemIn) -> ItemOut:
        """Record a fact; the phase gate of Bijlage 1 judges its category (R-B1.1)."""
        role = person.role_among(self.rules.file_roles)
        row = await self.signal(number, for_change=True)
        content = await self.content(row)
        faults = self._item_faults(State(row.state), item, content)
        if faults:
            raise Invalid(faults)
        if row.version != item.expected_version:
            raise Conflict("the signal was changed meanwhile", version=row.version)
        name = f"item-{row.version + 1}"
        room = self.platform.room()
        document = {"category": item.category, "about": item.about, "finding": item.finding, "matches": item.matches}
        document |= {"recordedBy": person.user_id, "recordedAt": self.platform.clock.now().isoformat()}
        assert row.room_key is not None
        place = Place(room.mount, number, name, 1)
        ciphertext = (await room.encrypt(row.room_key, [(place, json.dumps(document).encode())]))[0]
        async with self.platform.database.transaction() as session:
            stored = sum(len(one.ciphertext) for one in await store.items_of(session, number))
            if stored + len(ciphertext) > MOST_CONTENT:
                raise Conflict("this signal is full: no more can be recorded on it")
            await bump(session, number, item.expected_version, row.state)
            session.add(store.Item(number=number, item=name, category=item.category, version=1, ciphertext=ciphertext))
            now = self.platform.clock.now()
            line = audit.line(
                now, "fact recorded", actor=person.user_id, role=role, record=number, reason=item.category
            )
            session.add(line)
        return ItemOut(item=name, version=row.version + 1)

    def _item_faults(self, state: State, item: ItemIn, content: dict[str, Any]) -> list[Fault]:
        faults = []
        refused = judge_item(self.rules, state, item.category)
        if refused:
            faults.append(Fault(refused.field, refused.reason, refused.article))
        category = self.rules.category(item.category)
        if category and category.verification_only and (item.finding is not None or not item.matches):
            # R-B1.4: of the BRP only whether what the report says matches, never what the BRP says.
            faults.append(Fault("matches", "BRP only verifies: give `matches` per field and no finding", "Bijlage 1"))
        if category and not category.verification_only and (item.finding is None or item.matches is not None):
            faults.append(Fault("finding", "is required, and `matches` is for BRP only", "Bijlage 1"))
        report = content["report"]
        known = {"report"} | {f"S{n}" for n in range(1, len(report["subjects"]) + 1)}
        known |= {f"O{n}" for n in range(1, len(report["objects"]) + 1)}
        if item.about not in known:
            faults.append(Fault("about", f"must be one of {', '.join(sorted(known))}", "Bijlage 1"))
        return faults


async def bump(session: AsyncSession, number: str, expected: int, state: str) -> None:
    """Take the signal from version `expected` to the next; raises Conflict when somebody was first."""
    statement = (
        update(store.Signal)
        .where(col(store.Signal.number) == number, col(store.Signal.version) == expected)
        .where(col(store.Signal.handing_over_since).is_(None), col(store.Signal.left).is_(False))
        .values(version=expected + 1, state=state)
    )
    if (await session.execute(statement.returning(col(store.Signal.number)))).first() is None:
        raise Conflict("the signal was changed meanwhile")
