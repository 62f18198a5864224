"""Is there something already? Hashes come in from who holds a signal, and a warrant asks which signals have one (R-5.9, R-9.10).

Retention cannot make a hash, so it cannot look for anybody. What it answers is numbers, and whether each is in hand, closed or
sealed; the question is kept nowhere, and nothing is looked for but by a warrant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention.settings import Settings
from services.retention.tables import ActiveCase, CheckRow, FindableRow, Holder, SealedSignal
from services.retention.use_cases.holders import Holders
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.dossier import CodedDecision, Findable
from shared.database.tables import Audit, Tombstone, table_of
from shared.doubts import Doubt, Doubts
from shared.engine.head import changed, vouch_for, vouched_for
from shared.engine.records import closed_to
from shared.errors import Forbidden, TooMany
from shared.finding.things import NOT_SEARCHED, SAMENESS_RULES, SAMENESS_WORDS, Sameness
from shared.identity import Person
from shared.keys.warrants import NO_WARRANT, Warrant, checked
from shared.protocol.model import State
from shared.service.platform import Platform

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MOST_FOUND = 100
"""So many signals one thing shows at most; who has more asks with more."""
ACTIVE, CLOSED, KEPT = "active", "closed", "sealed"
IN_WORDS_OF: dict[str, str] = {
    ACTIVE: "in behandeling: voeg de signalen samen tot een cluster",
    CLOSED: "een gesloten casus: die is voor dit signaal te raadplegen",
    KEPT: "niet-actief: raadplegen geeft wat in de fase van dit signaal mag",
}
FoundRows = dict[tuple[str, Sameness], list[FindableRow]]
TOLD_WRONG = Doubt("hashes in the table that retention was not told", "not-ours")


class AnsweringExistence:
    """Keeps hashes and answers warrants."""

    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self._per_hour = settings.checks_per_hour
        self._holders = Holders(platform)
        self.doubts = Doubts(
            "findable",
            platform.clock,
            "a signal is not found by these hashes: have its holder tell them again, and find out who wrote the row",
        )
        self._doubted: dict[str, Doubt] = {}

    # --- told ------------------------------------------------------------------------------------

    async def told(self, incoming: Incoming, message: Findable) -> Handled:
        """The hashes of a signal, from who holds it, in the place of those before. Raises PartDown while that is not known,
        CannotSucceed when it is another, and NotBelieved."""
        if await self._holders.is_late(message.number, incoming.producer):
            return Handled(_nothing)
        row = FindableRow(
            number=message.number,
            holder=incoming.producer,
            turn=message.turn,
            key_version=message.key_version,
            hashes=sorted(set(message.hashes)),
            closed_to=list(message.closed_to),
        )
        await vouch_for(self.platform.mac, row)

        async def effect(session: AsyncSession) -> None:
            sealed = await session.get(SealedSignal, row.number)
            if sealed is not None and sealed.state == State.APPROVED and not sealed.staying:
                # It is being destroyed: what comes late is not kept any more.
                return
            known = await session.get(FindableRow, row.number, with_for_update=True)
            if known is not None and await vouched_for(self.platform.mac, known) and _is_newer(known, row):
                return
            await session.merge(changed(row))
            self._doubted.pop(row.number, None)

        return Handled(effect)

    async def versions(self) -> dict[int, int]:
        """Of how many signals hashes are kept, by the version of the key under which they were made."""
        version = col(FindableRow.key_version)
        async with self.platform.database.reading() as session:
            found = (await session.execute(select(version, func.count()).group_by(version))).all()
        return {one: count for one, count in found}

    # --- asked -----------------------------------------------------------------------------------

    async def check(self, person: Person, token: str) -> dict[str, Any]:
        """What there is of what `token`, a warrant, asks for. Raises Forbidden for one that is not this person's, not of a minute
        ago or used before, TooMany with the moment from which he may ask again, and PartDown."""
        rules = self.platform.settings.laws.configured
        role = person.role_among({*rules.file_roles, "beheerder"})
        warrant = await checked(self.platform.verifier, token, person)
        now = self.platform.clock.now()
        try:
            async with self.platform.database.transaction() as session:
                await self._once(session, warrant, now)
                found, known = await self._found(session, warrant, person)
                session.add(self._line(now, warrant, role, found=len(known)))
        except TooMany:
            async with self.platform.database.transaction() as session:
                session.add(self._line(now, warrant, role))
            raise
        await self._noticed()
        return _answer(warrant, found, known)

    @staticmethod
    def _line(now: datetime, warrant: Warrant, role: str, *, found: int | None = None) -> Audit:
        """Kinds and counts; never what was asked, and not which were found."""
        asked = ", ".join(
            f"{kind} {count}" for kind, count in sorted(Counter(one.kind for one in warrant.asked).items())
        )
        return audit.line(
            now,
            "existence answered",
            actor=warrant.person,
            role=role,
            record=warrant.about,
            result="refused" if found is None else "done",
            reason="too many in an hour" if found is None else f"{asked}; found {found}",
        )

    async def _once(self, session: AsyncSession, warrant: Warrant, now: datetime) -> None:
        """The warrant is used, and what is older than an hour forgotten, in one round trip."""
        old = delete(CheckRow).where(col(CheckRow.at) < now - HOUR).returning(col(CheckRow.id)).cte("old")
        mine = select(func.count().label("count"), func.min(col(CheckRow.at)).label("first")).where(
            col(CheckRow.person) == warrant.person, col(CheckRow.at) >= now - HOUR
        )
        own = mine.cte("own")
        values = select(literal(warrant.id), literal(warrant.person), literal(now)).where(own.c.count < self._per_hour)
        insert = upsert(CheckRow).from_select(["id", "person", "at"], values).on_conflict_do_nothing()
        used = insert.returning(col(CheckRow.id)).cte("used")
        asked = select(own.c.count, own.c.first, select(used.c.id).scalar_subquery()).add_cte(old)
        count, first, identifier = (await session.execute(asked)).one()
        if count >= self._per_hour:
            # Whole minutes, as people read it: at that minute it can be asked.
            again = (first + HOUR + MINUTE).replace(second=0, microsecond=0).isoformat(timespec="seconds")
            detail = f"U vroeg dit uur {count} keer of er al iets is; dat is het meeste. Vraag het later opnieuw."
            raise TooMany(detail, code="too-many-checks", again=again)
        if identifier is None:
            raise Forbidden(NO_WARRANT, code="no-warrant")

    async def _found(self, session: AsyncSession, warrant: Warrant, person: Person) -> tuple[FoundRows, dict[str, str]]:
        """By thing and kind the rows that have one of its hashes; and how each of these signals stands, without those that are
        closed to `person` (art. 2:4 Awb). Who holds it is known by the hand-overs: what nobody holds, and what was destroyed, is
        not there, also when its row was put back."""
        hashes = {one for each in warrant.asked for one in each.hashes}
        number = col(FindableRow.number)
        query = (
            select(FindableRow, Holder, col(SealedSignal.decisions), ActiveCase)
            .outerjoin(Holder, col(Holder.number) == number)
            .outerjoin(SealedSignal, col(SealedSignal.number) == number)
            .outerjoin(ActiveCase, col(ActiveCase.number) == number)
            .outerjoin(Tombstone, col(Tombstone.number) == number)
            .where(table_of(FindableRow).c.hashes.op("&&")(cast(sorted(hashes), ARRAY(Text))))
            .where(col(Tombstone.number).is_(None))
            .order_by(number)
        )
        rows: list[FindableRow] = []
        known: dict[str, str] = {}
        for row, holder, decisions, case in (await session.execute(query)).all() if hashes else ():
            if not all([await vouched_for(self.platform.mac, one) for one in (row, holder) if one]):
                self._doubted[row.number] = TOLD_WRONG
                continue
            if holder is None or (warrant.ground == "signal" and row.number == warrant.about):
                continue
            if person.user_id not in (*row.closed_to, *closed_to(map(CodedDecision.model_validate, decisions or ()))):
                rows.append(row)
                # A row that says of what is in hand that it is closed hides nothing: it is in hand.
                if case is not None and not await vouched_for(self.platform.mac, case):
                    self._doubted[row.number], case = TOLD_WRONG, None
                known[row.number] = KEPT if holder.holder == self.platform.name else CLOSED if case else ACTIVE
        found = {
            (each.thing, each.kind): [one for one in rows if not set(each.hashes).isdisjoint(one.hashes)]
            for each in warrant.asked
        }
        return found, known

    async def _noticed(self) -> None:
        """Rows that are not ours are told once in the audit trail, and show."""
        lines = self.doubts.new(self._doubted)
        if lines:
            async with self.platform.database.transaction() as session:
                session.add_all(lines)
        self.doubts.note(dict(self._doubted))


async def _nothing(session: AsyncSession) -> None:
    """What was told has had its time."""


def _is_newer(known: FindableRow, row: FindableRow) -> bool:
    """Whether what is known was told later by the same holder."""
    return known.holder == row.holder and (known.turn, known.key_version) > (row.turn, row.key_version)


def _answer(warrant: Warrant, found: FoundRows, known: Mapping[str, str]) -> dict[str, Any]:
    """By thing and kind the numbers, with what counted as the same."""
    results = []
    for asked in warrant.asked:
        numbers = [one.number for one in found[asked.thing, asked.kind]]
        results.append(
            {
                "thing": asked.thing,
                "kind": asked.kind,
                "words": SAMENESS_WORDS[asked.kind],
                "signals": [
                    {"number": one, "state": known[one], "possible": IN_WORDS_OF[known[one]]}
                    for one in numbers[:MOST_FOUND]
                ],
                "more": len(numbers) > MOST_FOUND,
            }
        )
    kinds = {one.kind for one in warrant.asked}
    rules = [{"kind": kind, "rule": rule} for kind, rule in SAMENESS_RULES.items() if kind in kinds]
    return {"about": warrant.about, "results": results, "rules": rules, "note": NOT_SEARCHED}
