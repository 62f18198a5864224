"""Who is designated, as access signed it when somebody decided. What stands in a row is what its statement says, or nothing.

Statements are numbered. The newest one names every designation that may hold after it, so an old row that is put back
and an end that is deleted change nothing; a row under another number than its own is none. Who puts back the newest
itself is found out by whoever has heard of it: this process, every service (`shared.leases`), and oversight, which keeps
a copy of each (register.py).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.access import store
from services.access.store import StatementRow
from shared.contracts.access import STATEMENT_KIND, Designating, DesignationStated, Stated
from shared.doubts import Doubt, Doubts
from shared.keys.signing import NotSigned
from shared.pages import Page, Window
from shared.service.platform import Platform

UNSIGNED = Doubt("access did not sign this", "not-signed")
MISPLACED = Doubt("it stands where another statement belongs", "moved")
MISSING_STATEMENT = Doubt("this statement is gone", "gone")
PUT_BACK = Doubt("it had its term and was destroyed, and is here again", "put-back")
VERIFIED_SECONDS = 3600.0
"""For how long a statement that was verified is not verified again: a key that was revoked counts no longer by then."""


@dataclass(frozen=True)
class Register:
    """Every statement that is believed, by number. `head`: the newest that is known, also when its row is gone."""

    stated: Mapping[int, Stated] = field(default_factory=dict)
    head: Stated | None = None

    @property
    def seq(self) -> int:
        """The number of the newest statement; 0 before there is any."""
        return self.head.seq if self.head else 0

    @property
    def forgotten(self) -> int:
        """Every statement up to this one had its term and is gone."""
        return self.head.forgotten if self.head else 0

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(seq for seq in range(self.forgotten + 1, self.seq + 1) if seq not in self.stated)

    def open(self, now: datetime, user_id: str | None = None) -> list[tuple[int, Designating]]:
        """What holds at `now` or will, by number; of everybody or of one person."""
        numbers = self.head.open if self.head else ()
        found = [(seq, self.stated[seq].given) for seq in numbers if seq in self.stated]
        return [
            (seq, one)
            for seq, one in found
            if one and one.ends_at > now and (user_id is None or one.user_id == user_id)
        ]

    @cached_property
    def _ends(self) -> dict[int, datetime]:
        return {one.ends: one.at for one in self.stated.values() if one.ends is not None}

    def ends_at(self, seq: int) -> datetime | None:
        """When designation `seq` ends, or was ended; None when there is none."""
        stated = self.stated.get(seq)
        if stated is None or stated.given is None:
            return None
        return min(stated.given.ends_at, self._ends.get(seq, stated.given.ends_at))

    def after(self, one: Stated) -> Register:
        return replace(self, stated={**self.stated, one.seq: one}, head=one)


class Statements:
    """Reads statements, and signs new ones."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.doubts = Doubts(
            "designations",
            platform.clock,
            "somebody changed rows past the service: tell the FG and who watches over security. What is missing comes"
            " back from oversight by itself; delete what nobody signed",
        )
        self._head: Stated | None = None
        self._verified: dict[str, Stated] = {}
        self._verified_since = time.monotonic()

    async def read(self, session: AsyncSession) -> tuple[Register, dict[str, Doubt]]:
        """What is believed, and what is not and why, by number. Raises PartDown."""
        stated, doubts = await self._believed(await store.statements(session))
        head = max(stated.values(), key=lambda one: one.seq, default=None)
        if self._head and (head is None or head.seq < self._head.seq):
            head = self._head
        forgotten = head.forgotten if head else 0
        back = {str(seq): PUT_BACK for seq in stated if seq <= forgotten}
        register = Register({seq: one for seq, one in stated.items() if seq > forgotten}, head)
        self.know(register)
        return register, {str(seq): MISSING_STATEMENT for seq in register.missing} | back | doubts

    def know(self, register: Register) -> None:
        """What is committed is never forgotten by this process, whatever becomes of its rows."""
        if register.head and (self._head is None or register.head.seq > self._head.seq):
            self._head = register.head

    async def page(self, session: AsyncSession, window: Window) -> tuple[Register, Page[int]]:
        """The numbers of those that designate, a page of them, the newest first; and what is believed of these and of
        their ends. Raises PartDown, and Invalid for a cursor of something else."""
        page = await store.given(session, window)
        ends = await store.ends_of(session, [row.seq for row in page.rows])
        stated, _ = await self._believed([*page.rows, *ends])
        return Register(stated), Page([row.seq for row in page.rows if _designates(stated.get(row.seq))], page.next)

    async def _believed(self, rows: Iterable[StatementRow]) -> tuple[dict[int, Stated], dict[str, Doubt]]:
        stated: dict[int, Stated] = {}
        doubts: dict[str, Doubt] = {}
        for row in rows:
            one = await self.verified(row.statement)
            if one is not None and (one.seq, one.about) == (row.seq, row.about):
                stated[one.seq] = one
            else:
                doubts[str(row.seq)] = MISPLACED if one else UNSIGNED
        return stated, doubts

    async def verified(self, statement: object) -> Stated | None:
        """What `statement` says; None when access did not sign it. Raises PartDown."""
        if not isinstance(statement, str):
            return None
        if time.monotonic() - self._verified_since > VERIFIED_SECONDS:
            self._verified, self._verified_since = {}, time.monotonic()
        known = self._verified.get(statement)
        if known is None:
            try:
                claims = await self.platform.verifier.verify(statement, kind=STATEMENT_KIND, service="access")
                known = self._verified[statement] = Stated.model_validate(claims)
            except (NotSigned, ValidationError):
                return None
        return known

    async def add(
        self,
        session: AsyncSession,
        register: Register,
        by: str,
        *,
        given: Designating | None = None,
        ends: int | None = None,
        forgotten: int = 0,
    ) -> Register:
        """Sign the next statement, keep it, and have oversight keep it; `register` was read with nobody else at work.
        `forgotten`: up to which one they have had their term, where that is further than it was.

        Raises NotSigned without a certificate.
        """
        now, seq = self.platform.clock.now(), register.seq + 1
        over = {one for one in (register.head.open if register.head else ()) if self._is_over(register, one, now)}
        still = [one for one in (register.head.open if register.head else ()) if one not in over and one != ends]
        stated = Stated(
            seq=seq,
            at=now,
            by=by,
            open=(*still, *([seq] if given else ())),
            given=given,
            ends=ends,
            forgotten=max(forgotten, register.forgotten),
        )
        claims: dict[str, Any] = stated.model_dump(mode="json", exclude_none=True)
        statement = self.platform.signer.sign(STATEMENT_KIND, claims)
        await store.put(session, [StatementRow(seq=seq, about=stated.about, statement=statement)])
        self.platform.post.tell(session, "oversight", DesignationStated(seq=seq, statement=statement))
        return register.after(stated)

    @staticmethod
    def _is_over(register: Register, seq: int, now: datetime) -> bool:
        """Of one whose row is gone nobody knows: it may come back."""
        ends_at = register.ends_at(seq)
        return ends_at is not None and ends_at <= now


def _designates(stated: Stated | None) -> bool:
    return stated is not None and stated.given is not None
