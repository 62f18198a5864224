"""What was shared with a department: it finds, reads and answers it in its inbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.export import store
from services.export.document import as_pdf
from services.export.rows import in_short
from services.export.store import DEPARTMENT, READ, UNREAD, Share
from services.export.use_cases import Sharing, TakenUp
from shared.contracts.export import ShareContent
from shared.errors import Forbidden, NotFound
from shared.identity import Person
from shared.pages import Window


class DepartmentInbox:
    def __init__(self, sharing: Sharing) -> None:
        self.sharing = sharing
        self.platform = sharing.platform
        self.rows = sharing.rows
        self.rules = sharing.rules

    async def all(self, person: Person, window: Window) -> dict[str, Any]:
        """What waits for the departments of the caller: no number of a signal, nothing of what is in it. `notBelieved`: how many
        rows are left out."""
        mine, now = self._departments(person), self.platform.clock.now()
        async with self.platform.database.reading() as session:
            page = await store.inbox(session, mine, now, window)
        return await self.rows.lists.shown("shares", page, in_short)

    async def one(self, identifier: UUID, person: Person) -> dict[str, Any]:
        """What was shared with a department of the caller; that it was read is on the record before it leaves."""
        row, content = await self._read(identifier, person)
        return in_short(row) | {"content": content.twin()}

    async def document(self, identifier: UUID, person: Person) -> bytes:
        """The same as the document that somebody without an account would fetch."""
        _, content = await self._read(identifier, person)
        return await as_pdf(content, self.platform)

    async def _read(self, identifier: UUID, person: Person) -> tuple[Share, ShareContent]:
        mine = self._departments(person)
        async with self.platform.database.reading() as session:
            row = await self.rows.open(await session.get(Share, identifier))
        self._is_for(row, mine)
        content = await self.rows.content(row)
        async with self.platform.database.transaction() as session:
            again = await self.rows.open(await session.get(Share, identifier, with_for_update=True))
            await self.sharing.keeping_back.goes_out(session, again, content)
            if again.state == UNREAD:
                await self.rows.become(session, again, state=READ, fetched_at=self.platform.clock.now())
            session.add(self.rows.line("share read", again, person, f"{DEPARTMENT}-{again.recipient}", content=content))
        return again, content

    async def answer(self, identifier: UUID, person: Person, outcome: TakenUp, reason: str | None) -> dict[str, Any]:
        """A department takes it up, or says why not."""
        mine = self._departments(person)
        async with self.platform.database.transaction() as session:
            row = await self.rows.open(await session.get(Share, identifier, with_for_update=True))
            self._is_for(row, mine)
            role = f"{DEPARTMENT}-{row.recipient}"
            return in_short(await self.sharing.answered(session, row, outcome, reason, person, role, how="inbox"))

    def _departments(self, person: Person) -> list[str]:
        mine = [one for one in self.rules.organisations[DEPARTMENT] if f"{DEPARTMENT}-{one}" in person.roles]
        if not mine:
            raise Forbidden
        return mine

    @staticmethod
    def _is_for(row: Share, departments: list[str]) -> None:
        if row.recipient_kind != DEPARTMENT or row.recipient not in departments:
            raise NotFound
