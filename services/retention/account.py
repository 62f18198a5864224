"""What retention accounts for of a signal: every step from its sealing to the declaration of its destruction (R-2.4, art. 9)."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention.tables import (
    ActiveCase,
    Declaration,
    DestructionList,
    DestructionPart,
    FindableRow,
    Hold,
    Holder,
    SealedSignal,
    SignalKey,
)
from services.retention.use_cases.declare import DECLARATION_KIND
from shared.accountability import AccountEntry, ToldChapter, moment_said
from shared.contracts.dossier import CodedDecision
from shared.database.tables import Tombstone
from shared.engine.account import decision_entry
from shared.engine.head import vouched_for
from shared.errors import NotBelieved
from shared.identity import Person
from shared.keys.signing import NotSigned
from shared.service.platform import Platform

_Row = TypeVar("_Row", Hold, DestructionPart, ActiveCase)


class RetentionAccount:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def chapter(self, number: str, person: Person) -> ToldChapter | None:
        """None where it has nothing of it; of what is destroyed the declaration. Raises NotBelieved."""
        async with self.platform.database.reading() as session:
            stone = await session.get(Tombstone, number)
            sealed = await session.get(SealedSignal, number)
            if sealed is not None and not await vouched_for(self.platform.mac, sealed):
                raise NotBelieved
            (entries, facts), doubtful = await self._steps(session, number, sealed)
            declared = False
            for row in await session.scalars(select(Declaration).where(col(Declaration.number) == number)):
                if await self._is_ours(row):
                    entries.append(_declared(row))
                    declared = True
                else:
                    doubtful += 1
            beside, strange = await self._found_by(session, number)
        if stone and declared:
            since = moment_said(stone.destroyed_at)
            return ToldChapter(entries, standing="destroyed", since=since, not_believed=doubtful)
        facts |= beside
        if stone:
            # Nothing is destroyed without a declaration: this is a row that somebody put there.
            doubtful += 1
        if not entries and not facts and not doubtful and not strange:
            return None
        return ToldChapter(entries, facts, not_believed=doubtful + strange)

    async def _is_ours(self, row: Declaration) -> bool:
        """Whether retention signed that this was destroyed so."""
        try:
            claims = await self.platform.verifier.verify(row.signature, kind=DECLARATION_KIND, service="retention")
        except NotSigned:
            return False
        return bool(claims["declaration"] == row.content and row.content.get("number") == row.number)

    async def _found_by(self, session: AsyncSession, number: str) -> tuple[dict[str, str], int]:
        """Who holds it as far as retention knows, and whether it can be found again; with what is not believed of that."""
        facts, strange = {}, 0
        for row in (await session.get(Holder, number), await session.get(FindableRow, number)):
            if row is not None and not await vouched_for(self.platform.mac, row):
                strange += 1
            elif isinstance(row, Holder):
                facts["holder"] = row.holder
            elif row is not None:
                facts["findableBy"] = str(len(row.hashes))
        return facts, strange

    async def _steps(
        self, session: AsyncSession, number: str, sealed: SealedSignal | None
    ) -> tuple[tuple[list[AccountEntry], dict[str, str]], int]:
        """What is told, and how many rows are not believed."""
        entries: list[AccountEntry] = []
        facts: dict[str, str] = {}
        cases, strange = await self._all(session, ActiveCase, number)
        for case in cases:
            entries.append(_step("case closed", moment_said(case.closed_on), until=moment_said(case.moves_on)))
            if case.ordered_on:
                entries.append(_step("move of a case ordered", moment_said(case.ordered_on)))
        if sealed:
            entries += [decision_entry(CodedDecision.model_validate(one)) for one in sealed.decisions]
            entries += await _sealed(session, sealed)
            facts = {"state": sealed.state, "phase": str(sealed.phase), "endsOn": moment_said(sealed.ends_on)}
            facts |= {"protocol": sealed.protocol, "receivedOn": moment_said(sealed.received_on)}
        held, of_holds = await self._all(session, Hold, number)
        entries += map(_hold, held)
        parts, of_parts = await self._all(session, DestructionPart, number)
        entries += [_step("rows destroyed", moment_said(one.done_at), about=(one.part,)) for one in parts]
        keys = (await session.scalars(select(SignalKey).where(col(SignalKey.number) == number))).all()
        for mount, at in sorted({(one.mount, moment_said(one.destroyed_at)) for one in keys}):
            if at:
                entries.append(_step("keys destroyed", at, about=(mount,)))
        return (entries, facts), strange + of_holds + of_parts

    async def _all(self, session: AsyncSession, table: type[_Row], number: str) -> tuple[list[_Row], int]:
        rows = (await session.scalars(select(table).where(col(table.number) == number))).all()
        found = [one for one in rows if await vouched_for(self.platform.mac, one)]
        return found, len(rows) - len(found)


async def _sealed(session: AsyncSession, row: SealedSignal) -> list[AccountEntry]:
    found = [
        _step(
            "signal sealed",
            moment_said(row.sealed_at),
            outcome=row.ending,
            article=row.article,
            until=moment_said(row.ends_on),
        )
    ]
    listed = await session.get(DestructionList, row.list_id) if row.list_id else None
    if listed:
        at, until = moment_said(listed.listed_on), moment_said(listed.ultimate_on)
        found.append(_step("destruction list made", at, until=until, about=(str(listed.id),)))
    if row.approved_at:
        by = (row.approver,) if row.approver else ()
        found.append(_step("destruction approved", moment_said(row.approved_at), by=by))
    return found


def _hold(one: Hold) -> AccountEntry:
    by = tuple(who for who in (one.asked_by, one.approved_by) if who)
    more = {"outcome": one.state, "reason": one.ground, "until": moment_said(one.ends_on)}
    return _step("hold", moment_said(one.asked_at), by=by, about=tuple(one.items), **more)


def _declared(one: Declaration) -> AccountEntry:
    said = one.content
    by = (str(said["approver"]),) if said.get("approver") else ()
    until = str(said.get("unrecoverableFrom") or "")
    about = (str(one.id),)
    return _step(
        "destruction declared",
        moment_said(one.declared_on),
        by=by,
        outcome=str(said["ending"]),
        until=until,
        about=about,
    )


def _step(what: str, at: str, **more: str | tuple[str, ...]) -> AccountEntry:
    return AccountEntry.model_validate({"kind": "retention", "what": what, "at": at, **more})
