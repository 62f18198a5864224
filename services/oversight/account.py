"""What oversight accounts for of a signal: every decision it was told of, the register, the trail, and destruction (R-2.4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.oversight import lists, store, trail
from services.oversight.patterns import LOOKS
from services.oversight.statements import APPROVAL_KIND, approval_claims
from shared.accountability import AccountEntry, ToldChapter, moment_said
from shared.engine.head import vouched_for
from shared.identity import Person
from shared.keys.mac import Mac
from shared.keys.signing import NotSigned
from shared.numbers import is_request
from shared.protocol.accounting import decision_kind
from shared.service.platform import Platform

_LINES_AT_ONCE = 500
_Told = tuple[list[AccountEntry], int]
"""What is believed, and how many rows were not."""


class OversightAccount:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def chapter(self, number: str, person: Person) -> ToldChapter | None:
        """None where nothing was ever told of it. What is destroyed has its register and its trail still."""
        async with self.platform.database.reading() as session:
            where = await session.get(store.Whereabout, number)
            told = [
                await self._decisions(session, number),
                await self._shares(session, number),
                await self._lists(session, number),
                await self._trail(session, number),
            ]
        entries, doubtful = [one for found, _ in told for one in found], sum(strange for _, strange in told)
        if where is None and not entries and not doubtful:
            return None
        facts = {}
        if where is not None:
            facts = {"state": where.state, "holder": where.holder, "since": moment_said(where.since)}
        return ToldChapter(entries, facts, not_believed=doubtful)

    async def _decisions(self, session: AsyncSession, number: str) -> _Told:
        rows = (await session.scalars(select(store.DecidedRow).where(col(store.DecidedRow.number) == number))).all()
        found = [one for one in rows if await vouched_for(self.platform.mac, one)]
        return [_decision(one) for one in found], len(rows) - len(found)

    async def _shares(self, session: AsyncSession, number: str) -> _Told:
        """The register of who got what, and how what went at once was judged."""
        rows = (await session.scalars(select(store.Disclosure).where(col(store.Disclosure.number) == number))).all()
        judged = (await session.scalars(select(store.Judgement).where(col(store.Judgement.number) == number))).all()
        shares = [one for one in rows if await vouched_for(self.platform.mac, one)]
        judgements = [one for one in judged if await vouched_for(self.platform.mac, one)]
        found = [*(_share(one) for one in shares), *(_judgement(one) for one in judgements)]
        return found, len(rows) + len(judged) - len(found)

    async def _lists(self, session: AsyncSession, number: str) -> _Told:
        """On which destruction lists it stood, and which approvals its beheerder signed for it."""
        rows = (await session.scalars(select(lists.ListedRow).where(col(lists.ListedRow.number) == number))).all()
        found, strange = [], 0
        for row in rows:
            listed = await session.get(lists.OfferedList, row.list_id)
            approval = await session.get(lists.Approval, row.approval) if row.approval else None
            if not await vouched_for(self.platform.mac, row) or (approval and not await self._signed(approval, number)):
                strange += 1
                continue
            at = moment_said(listed.listed_on) if listed else ""
            until = moment_said(listed.ultimate_on) if listed else ""
            found.append(_step("destruction list made", at, outcome=row.state, until=until, about=(str(row.list_id),)))
            if approval:
                by = (approval.approver,) if approval.approver else ()
                status = "withdrawn" if approval.withdrawn else ""
                at = moment_said(approval.approved_at)
                found.append(_step("destruction approved", at, by=by, status=status, about=(str(row.list_id),)))
        return found, strange

    async def _signed(self, approval: lists.Approval, number: str) -> bool:
        try:
            kind, service = APPROVAL_KIND, "oversight"
            claims = await self.platform.verifier.verify(approval.statement, kind=kind, service=service)
        except NotSigned:
            return False
        own = approval_claims(approval)
        return number in claims["signals"] and {name: claims.get(name) for name in own} == own

    async def _trail(self, session: AsyncSession, number: str) -> _Told:
        """Every line about it that a message brought whose signature oversight had checked, in the order of its producers."""
        found: list[AccountEntry] = []
        strange, after = 0, ("", 0)
        brought = _Brought(self.platform.mac)
        while True:
            lines = await _lines(session, number, after)
            for line, batch in lines:
                if batch is not None and await brought.has(batch, line):
                    found.append(_line(line))
                else:
                    strange += 1
            if len(lines) < _LINES_AT_ONCE:
                return found, strange
            after = lines[-1][0].producer, lines[-1][0].seq


async def _lines(session: AsyncSession, number: str, after: tuple[str, int]) -> Sequence[Any]:
    """Lines about `number` behind `after`, each with the message that is said to have brought it."""
    line, batch = trail.AuditLine, trail.AuditBatch
    brought = and_(
        col(batch.producer) == col(line.producer), col(batch.first) <= col(line.seq), col(batch.last) >= col(line.seq)
    )
    producer, seq = after
    behind = (col(line.producer) > producer) | (and_(col(line.producer) == producer, col(line.seq) > seq))
    query = select(line, batch).outerjoin(batch, brought).where(col(line.record) == number, behind)
    ordered = query.order_by(col(line.producer), col(line.seq)).limit(_LINES_AT_ONCE)
    return (await session.execute(ordered)).all()


class _Brought:
    """What messages brought whose signature oversight had checked. Lines come in the order in which these brought them, so that
    one is read once, whoever else wrote lines about the signal."""

    def __init__(self, mac: Mac) -> None:
        self._mac = mac
        self._batch: trail.AuditBatch | None = None
        self._entries: Sequence[Any] = ()

    async def has(self, batch: trail.AuditBatch, line: trail.AuditLine) -> bool:
        """Whether the message has this line, word for word."""
        if batch is not self._batch:
            ours = await vouched_for(self._mac, batch)
            self._batch, self._entries = batch, json.loads(batch.body).get("entries") or () if ours else ()
        place = line.seq - batch.first
        return bool(0 <= place < len(self._entries) and self._entries[place] == line.entry)


def _decision(row: store.DecidedRow) -> AccountEntry:
    said = row.facts
    same = {name: str(said.get(name) or "") for name in ("outcome", "article", "recorder", "role", "state", "protocol")}
    many = {name: tuple(said.get(name) or ()) for name in ("co_signers", "dissenters", "about")}
    return AccountEntry.model_validate(
        {
            "kind": decision_kind(str(said["key"])),
            "what": said["key"],
            "id": str(said.get("decision") or ""),
            "at": moment_said(row.taken_at),
            "by": tuple(said.get("deciders") or ()),
            "version": row.version,
            "meeting": said.get("meeting") or "",
            "producer": row.producer,
            **same,
            **many,
        }
    )


def _share(row: store.Disclosure) -> AccountEntry:
    said = row.facts
    return AccountEntry(
        kind="disclosure",
        what=str(said["road"]),
        at=moment_said(row.decided_at),
        to=f"{said['recipient_kind']}:{said['recipient']}",
        article=str(said["article"]),
        by=(str(said["by"]),),
        about=(*said.get("items", ()), *said.get("concerning", ())),
        tasks=tuple(said.get("tasks") or ()),
        bases=tuple(said.get("bases") or ()),
        status="urgent" if said.get("urgent") else "",
    )


def _judgement(row: store.Judgement) -> AccountEntry:
    return AccountEntry(
        kind="disclosure",
        what="urgent share judged",
        at=moment_said(row.judged_at),
        outcome=row.outcome,
        reason=row.because,
        by=(row.judged_by,),
        about=(str(row.disclosure),),
    )


def _line(row: trail.AuditLine) -> AccountEntry:
    said = row.entry
    looked = str(said["action"]).partition(": ")[0] in LOOKS
    result = str(said.get("result") or "")
    return AccountEntry(
        kind="opening" if looked else "trail",
        what=str(said["action"]),
        at=str(said["at"]),
        by=(str(said["actor"]),) if said.get("actor") else (),
        role=str(said.get("role") or ""),
        outcome="" if result == "done" else result,
        reason=_reason(str(said.get("reason") or "")),
        producer=row.producer,
        line=row.seq,
    )


def _reason(given: str) -> str:
    """Why, without the number of a request of a person: that there was one is told, and not which (shared/engine/account.py)."""
    first, _, purpose = given.partition(": ")
    return purpose if is_request(first) else given


def _step(what: str, at: str, **more: str | tuple[str, ...]) -> AccountEntry:
    return AccountEntry.model_validate({"kind": "retention", "what": what, "at": at, **more})
