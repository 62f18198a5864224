"""Showing: to the FG and the beheerder what was done, to who is designated where a signal is (R-D.5)."""

from __future__ import annotations

import json
from typing import Any

from pydantic.alias_generators import to_camel

from services.oversight import store
from shared import audit
from shared.errors import NotFound
from shared.identity import Person
from shared.keys.transit import Place
from shared.service.platform import Platform


class Showing:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.rules = platform.settings.laws.configured

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

    async def decisions(self, number: str, person: Person, purpose: str) -> list[dict[str, Any]]:
        """Every decision on a signal with its words, also after the signal moved on."""
        role = person.role_among((*self.rules.file_roles, "fg"))
        async with self.platform.database.reading() as session:
            rows = await store.decided_on(session, number)
        if not rows:
            raise NotFound
        await self._note(person, role, "reasons read", number, purpose)
        room = self.platform.room()
        found = []
        for row in rows:
            place = Place(room.mount, number, f"decision-{row.id}", 1)
            words = json.loads((await room.decrypt(row.room_key, [(place, row.ciphertext)]))[0])
            found.append(_camel(row.facts) | {"reason": words["reason"], "fields": words["fields"]})
        return found

    async def lines(
        self, person: Person, producer: str | None, actor: str | None, record: str | None, after: int
    ) -> list[dict[str, Any]]:
        """Audit lines in order, at most 500; reading them is a line too."""
        role = person.role_among({"fg", "beheerder"})
        async with self.platform.database.reading() as session:
            rows = await store.lines(session, producer, actor, record, after, 500)
        await self._note(person, role, "audit trail read", record)
        return [{"producer": row.producer, "seq": row.seq} | row.entry for row in rows]

    async def disclosures(self, person: Person, number: str | None) -> list[dict[str, Any]]:
        role = person.role_among((*self.rules.file_roles, "fg", "beheerder"))
        async with self.platform.database.reading() as session:
            rows = await store.disclosures(session, number)
        await self._note(person, role, "disclosure register read", number)
        return [{"id": str(row.id)} | _camel(row.facts) for row in rows]


def _camel(facts: dict[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in facts.items()}
