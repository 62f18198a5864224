"""What went at once is judged afterwards: what waits for the privacy officer, with the fact, and what she answers.

That it was judged, how, and by whom stays as long as the register; her words stand with the signal's decisions, under its key,
and go when those go.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.oversight import store
from shared import audit
from shared.clock import calendar_date
from shared.engine.head import vouch_for, vouched_for
from shared.errors import Conflict, Forbidden, Invalid, NotBelieved, NotFound, PartDown
from shared.identity import Person
from shared.keys.transit import Place
from shared.listed import BelievedLists
from shared.pages import Window
from shared.protocol.afterwards import (
    JUDGED_BY,
    URGENT_JUDGED,
    destroyed_since,
    is_overdue,
    judge_by,
    judgement_faults,
    not_judged_by,
    not_to_judge,
)
from shared.protocol.faults import Fault
from shared.protocol.model import State
from shared.protocol.wording import Written, word_faults
from shared.service.platform import Platform
from shared.words.bsn import has_bsn
from shared.words.folding import plain_words

WATCHES = frozenset({"fg", "beheerder", JUDGED_BY})


class UrgentJudging:
    def __init__(self, platform: Platform, lists: BelievedLists) -> None:
        self.platform = platform
        self.lists = lists
        self.rules = platform.settings.laws.configured

    async def waiting(self, person: Person, window: Window) -> dict[str, Any]:
        """What nobody has judged yet, the longest ago first, each with until when and whether that is over; of a line
        `notBelieved` says that a judgement of it is not, of the list how many lines are left out. Raises Forbidden."""
        role = person.role_among(WATCHES)
        async with self.platform.database.reading() as session:
            rows = await store.judged_shares(session)
            # A row that nobody here signed ends no waiting.
            believed = [one.disclosure for one in rows if await vouched_for(self.platform.mac, one)]
            page = await store.unjudged(session, window, believed)
        doubtful = {one.disclosure for one in rows} - set(believed)
        await self._note(person, role, "urgent shares read", None)
        return await self.lists.shown(
            "shares", page, lambda line: self.shown(line) | {"notBelieved": line.id in doubtful}
        )

    def shown(self, line: store.Disclosure) -> dict[str, Any]:
        """The heading of a share that waits: no content."""
        shared_on = calendar_date(line.decided_at)
        return {
            "id": str(line.id),
            "number": line.number,
            "recipient": line.facts["recipient"],
            "sharedBy": line.facts["by"],
            "sharedAt": line.decided_at.isoformat(),
            "judgeBefore": judge_by(self.rules, shared_on).isoformat(),
            "overdue": is_overdue(self.rules, shared_on, calendar_date(self.platform.clock.now())),
        }

    async def one(self, share: UUID, person: Person) -> dict[str, Any]:
        """A share that went at once, with the fact and the reasons it went for. Raises Forbidden, NotFound, Conflict."""
        role = person.role_among({"fg", JUDGED_BY})
        async with self.platform.database.reading() as session:
            line, ground, judged = await self._found(session, share)
        _raise(not_to_judge(urgent=bool(line.facts.get("urgent")), judged=False))
        found = self.shown(line) | {"items": line.facts["items"], "bases": line.facts["bases"]}
        found["judgement"] = await self.judgement(judged)
        if ground is not None:
            room = self.platform.room()
            place = Place(room.mount, ground.number, f"decision-{ground.id}", 1)
            words = json.loads((await room.decrypt(ground.room_key, [(place, ground.ciphertext)]))[0])
            found |= {"reason": words["reason"], "fact": words["fields"].get("forwardingUrgentBecause")}
        await self._note(person, role, "urgent share read", line.number)
        return found

    async def judge(
        self, share: UUID, person: Person, outcome: str, because: str, reason: str, grounds: dict[str, str]
    ) -> dict[str, Any]:
        """The privacy officer's judgement, once, under her name. Raises Forbidden, NotFound, Conflict, Invalid."""
        role = person.role_among({JUDGED_BY})
        async with self.platform.database.reading() as session:
            line, ground, judged = await self._found(session, share)
            where = await session.get(store.Whereabout, line.number)
        if judged is not None and not await vouched_for(self.platform.mac, judged):
            raise NotBelieved
        _raise(not_to_judge(urgent=bool(line.facts.get("urgent")), judged=judged is not None))
        _raise(destroyed_since(destroyed=where is not None and where.state == State.DESTROYED))
        if ground is None:
            raise PartDown("the decision by which it was shared is not here yet")
        by = {line.facts["by"], ground.facts["recorder"]}
        by |= {who for one in ("deciders", "co_signers", "dissenters") for who in ground.facts.get(one) or ()}
        mine = not_judged_by(person.user_id, by)
        if mine:
            raise Forbidden(f"{mine.reason} ({mine.article})")
        faults = judgement_faults(outcome, because, reason)
        faults += word_faults([Written("reason", plain_words(reason), bsn=has_bsn(reason))], grounds)
        if faults:
            raise Invalid(faults)
        row = await self._row(line, person, outcome, because)
        decided = await self._decided(row, ground, person, role, reason)
        try:
            async with self.platform.database.transaction() as session:
                # Nothing is written about a signal that was destroyed meanwhile.
                still = await session.get(store.DecidedRow, ground.id, with_for_update=True)
                _raise(destroyed_since(destroyed=still is None))
                session.add_all((row, decided))
                session.add(
                    audit.line(
                        row.judged_at, "urgent share judged", actor=person.user_id, role=role, record=line.number
                    )
                )
        except IntegrityError as problem:
            raise Conflict("Dit is al beoordeeld (art. 6 lid 1).") from problem
        return {"id": str(share)} | (await self.judgement(row) or {})

    async def marked(self, row: store.Judgement | None) -> dict[str, Any]:
        """A judgement for a page of the register; one that is not believed is said to be that, and fails no page."""
        try:
            return {"judgement": await self.judgement(row), "notBelieved": False}
        except NotBelieved:
            return {"judgement": None, "notBelieved": True}

    async def judgement(self, row: store.Judgement | None) -> dict[str, Any] | None:
        """A judgement as the register shows it; None while there is none. Raises NotBelieved."""
        if row is None:
            return None
        if not await vouched_for(self.platform.mac, row):
            raise NotBelieved
        return {
            "outcome": row.outcome,
            "because": row.because,
            "judgedBy": row.judged_by,
            "judgedAt": row.judged_at.isoformat(),
        }

    async def _row(self, line: store.Disclosure, person: Person, outcome: str, because: str) -> store.Judgement:
        now = self.platform.clock.now()
        row = store.Judgement(
            disclosure=line.id,
            number=line.number,
            outcome=outcome,
            because=because,
            judged_by=person.user_id,
            judged_at=now,
        )
        return await vouch_for(self.platform.mac, row)

    async def _decided(
        self, row: store.Judgement, ground: store.DecidedRow, person: Person, role: str, reason: str
    ) -> store.DecidedRow:
        """The judgement as it stands among the decisions on the signal, its words under the same key."""
        made, room = uuid4(), self.platform.room()
        words = {"decision": str(made), "reason": reason, "fields": {"because": row.because}}
        place = Place(room.mount, row.number, f"decision-{made}", 1)
        facts = ground.facts | {
            "key": URGENT_JUDGED,
            "outcome": row.outcome,
            "article": "art. 6 lid 1",
            "deciders": [person.user_id],
            "co_signers": [],
            "dissenters": [],
            "recorder": person.user_id,
            "role": role,
            "taken_at": row.judged_at.isoformat(),
            "about": [],
            "meeting": None,
            # It ends nothing, and leaves the signal where it is.
            "state": "",
            "ended_in": None,
            "decision": str(made),
        }
        decided = store.DecidedRow(
            id=made,
            producer="oversight",
            number=row.number,
            version=ground.version,
            facts=facts,
            room_key=ground.room_key,
            carried_by="",
            ciphertext=(await room.encrypt(ground.room_key, [(place, json.dumps(words).encode())]))[0],
            taken_at=row.judged_at,
        )
        return await vouch_for(self.platform.mac, decided)

    async def _found(
        self, session: AsyncSession, share: UUID
    ) -> tuple[store.Disclosure, store.DecidedRow | None, store.Judgement | None]:
        """The line, the decision that it rests on, and the judgement, which may not be ours. Raises NotFound, NotBelieved."""
        line = await session.get(store.Disclosure, share)
        if line is None:
            raise NotFound
        if not await vouched_for(self.platform.mac, line):
            raise NotBelieved
        mine = select(store.DecidedRow).where(col(store.DecidedRow.number) == line.number)
        rows = (
            await session.scalars(mine.where(col(store.DecidedRow.facts)["decision"].astext == line.facts["ground"]))
        ).all()
        # One that somebody put beside it is not taken for it.
        grounds = [one for one in rows if await vouched_for(self.platform.mac, one)]
        if rows and not grounds:
            raise NotBelieved
        return line, next(iter(grounds), None), await session.get(store.Judgement, share)

    async def _note(self, person: Person, role: str, action: str, record: str | None) -> None:
        line = audit.line(self.platform.clock.now(), action, actor=person.user_id, role=role, record=record)
        async with self.platform.database.transaction() as session:
            session.add(line)


def _raise(fault: Fault | None) -> None:
    if fault:
        raise Conflict(f"{fault.reason} ({fault.article})")
