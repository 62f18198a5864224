"""What is kept besides files goes at its term: hashes of reports, what registers say of destroyed signals, ended designations.

Nothing goes before its term, nothing of what is still there, and no row that somebody writes makes something go.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col

from services.access.forgetting import DESIGNATIONS_FORGOTTEN, DESIGNATIONS_FORGOTTEN_AGAIN, DesignationForgetting
from services.access.leases import Leasing
from services.access.register import Registering
from services.access.settings import Settings
from services.access.statements import PUT_BACK, Statements
from services.access.store import StatementRow
from services.intake.remembered import RememberedReports
from services.intake.store import AcceptedReport, delete_rows
from services.oversight.store import Disclosure, Judgement, KeptStatement, Whereabout
from services.oversight.use_cases import RegisterForgetting
from shared.bus.inbox import Incoming
from shared.contracts.access import CALENDAR, STATEMENT_KIND, Stated
from shared.contracts.oversight import DesignationsKept
from shared.database.tables import Audit, Tombstone
from shared.errors import CannotSucceed
from shared.protocol.law import law_of
from shared.protocol.laws import Laws
from shared.service.platform import Platform
from shared.tombstones import append
from tests.platform.conftest import PlatformOf
from tests.platform.real import Postgres

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
GONE, OPEN = "S-AAAAA-AAAAA", "S-BBBBB-BBBBB"


@dataclass
class MovedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


async def administrator(postgres: Postgres, service: str, statement: str, *values: Any) -> None:
    """Somebody who may write any row."""
    connection = await postgres.connect(service)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def lines(platform: Platform, action: str) -> list[dict[str, Any]]:
    async with platform.database.reading() as session:
        entries = [one.entry for one in await session.scalars(select(Audit))]
    return [one for one in entries if one["action"] == action]


async def written(platform: Platform, *rows: Any) -> None:
    async with platform.database.transaction() as session:
        session.add_all(rows)


# --- hashes of reports ---------------------------------------------------------------------------------


def report(key: str, number: str, ago: timedelta) -> AcceptedReport:
    return AcceptedReport(key_hash=key, body_hash="b", receipt_hash=f"r-{key}", number=number, accepted_at=NOW - ago)


async def hashes(platform: Platform) -> set[str]:
    async with platform.database.reading() as session:
        return set((await session.scalars(select(col(AcceptedReport.key_hash)))).all())


async def test_a_hash_goes_a_year_after_its_report_when_the_signal_is_destroyed(platform_of: PlatformOf) -> None:
    intake = await platform_of("intake")
    reports = RememberedReports(intake)
    young, old = report("young", "S-1", YEAR / 2), report("old", "S-2", 2 * YEAR)
    await written(intake, young, old, report("open", OPEN, 9 * YEAR))
    assert await reports.forget() == 0, "a signal that is there keeps it"
    async with intake.database.transaction() as session:
        await delete_rows(session, ["S-1", "S-2"])
    assert await reports.forget() == 1
    assert await hashes(intake) == {"young", "open"}
    assert [one["times"] for one in await lines(intake, "accepted reports forgotten")] == [1]
    assert await reports.forget() == 0


async def test_a_municipality_that_chooses_longer_keeps_a_hash_longer(platform_of: PlatformOf) -> None:
    intake = await platform_of("intake")
    choices = intake.settings.laws.configured.choices
    longer = replace(choices, terms=replace(choices.terms, report_known_years=3))
    intake.settings.__dict__["laws"] = Laws([law_of(longer)], choices.version)
    await written(intake, report("two", "", 2 * YEAR), report("four", "", 4 * YEAR))
    assert await RememberedReports(intake).forget() == 1
    assert await hashes(intake) == {"two"}


async def test_a_report_whose_signal_was_destroyed_does_not_come_in_again_without_its_hash(
    platform_of: PlatformOf,
) -> None:
    intake = await platform_of("intake")
    await written(intake, Tombstone(number=GONE, destroyed_at=NOW - 2 * YEAR))
    with pytest.raises(IntegrityError):
        await written(intake, report("again", GONE, timedelta()))
    await written(intake, report("other", OPEN, timedelta()))
    assert await hashes(intake) == {"other"}


# --- registers -----------------------------------------------------------------------------------------


def share(number: str, ago: timedelta, key: UUID | None = None) -> Disclosure:
    facts = {"number": number, "recipient": "politie"}
    return Disclosure(id=key or uuid4(), number=number, facts=facts, decided_at=NOW - ago)


def judgement(of: Disclosure, ago: timedelta) -> Judgement:
    said = {"outcome": "right", "because": "x", "judged_by": "anna"}
    return Judgement(disclosure=of.id, number=of.number, judged_at=NOW - ago, **said)


def where(number: str, state: str, ago: timedelta) -> Whereabout:
    return Whereabout(
        number=number, version=3, holder="retention", state=state, since=NOW - ago, next_holders=[], earlier=[]
    )


@pytest.fixture
def destroyed(tmp_path: Path) -> Callable[[str, timedelta], None]:
    (tmp_path / "tombstones").mkdir()

    def note(number: str, ago: timedelta) -> None:
        append(tmp_path / "tombstones", "retention-1", {number: NOW - ago})

    return note


async def registered(platform: Platform) -> list[set[str]]:
    async with platform.database.reading() as session:
        return [
            set((await session.scalars(select(col(table.number)))).all())
            for table in (Disclosure, Judgement, Whereabout)
        ]


@pytest.mark.allowed("R-6.4")
async def test_registers_let_a_signal_go_five_years_after_its_destruction(
    platform_of: PlatformOf, destroyed: Callable[[str, timedelta], None]
) -> None:
    oversight = await platform_of("oversight")
    forgetting = RegisterForgetting(oversight)
    for number, ago in ((GONE, 6 * YEAR), ("S-CCCCC-CCCCC", 4 * YEAR)):
        destroyed(number, ago)
        one = share(number, ago + YEAR)
        await written(oversight, one, judgement(one, ago + YEAR), where(number, "destroyed", ago))
    one = share(OPEN, 9 * YEAR)
    await written(oversight, one, judgement(one, 9 * YEAR), where(OPEN, "closed", 9 * YEAR))
    assert await forgetting.forget() == 3
    assert await registered(oversight) == [{OPEN, "S-CCCCC-CCCCC"}] * 3
    (line,) = await lines(oversight, "register entries forgotten")
    assert (line["times"], line["record"]) == (3, None), "it says how many, and not of which"
    assert await forgetting.forget() == 0
    # What somebody puts back has had its term still.
    await written(oversight, share(GONE, 7 * YEAR))
    assert await forgetting.forget() == 1
    assert len(await lines(oversight, "register entries forgotten")) == 2


@pytest.mark.refused("R-6.4")
async def test_no_row_makes_a_register_forget_what_is_there(platform_of: PlatformOf, postgres: Postgres) -> None:
    """That a signal was destroyed is noted outside the database: rows that say so, however old, let nothing go."""
    oversight = await platform_of("oversight")
    await written(oversight, share(OPEN, 9 * YEAR), where(OPEN, "destroyed", 9 * YEAR))
    await administrator(postgres, "oversight", "INSERT INTO tombstone VALUES ($1, $2)", OPEN, NOW - 9 * YEAR)
    assert await RegisterForgetting(oversight).forget() == 0
    assert await registered(oversight) == [{OPEN}, set(), {OPEN}]


@pytest.mark.refused("R-6.4", "R-8.5")
async def test_the_service_itself_cannot_delete_what_is_young(platform_of: PlatformOf) -> None:
    oversight = await platform_of("oversight")
    young, old = share(OPEN, timedelta(days=300)), share(OPEN, timedelta(days=400))
    await written(oversight, young, old)
    async with oversight.database.transaction() as session:
        gone = await session.scalar(text("SELECT forget_disclosures(ARRAY[:one])").bindparams(one=OPEN))
    assert gone == 1
    for forbidden in ("DELETE FROM disclosure", "DELETE FROM kept_statement", "DELETE FROM judgement"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with oversight.database.transaction() as session:
                await session.execute(text(forbidden))


# --- designations --------------------------------------------------------------------------------------


@dataclass
class OfAccess:
    """Access, and a clock that can be set: what was stated years ago is stated with it."""

    platform: Platform
    clock: MovedClock
    registering: Registering
    forgetting: DesignationForgetting

    async def designates(self, decision: str, at: datetime, days: int = 30) -> None:
        self.clock.at = at
        told = {"decision": decision, "until": (at + timedelta(days=days)).isoformat(), "beheerder": "b", "fg": "f"}
        self.registering._settings.first_designations.write_text(json.dumps(told))
        await self.registering.set_up()

    async def numbers(self) -> list[int]:
        async with self.platform.database.reading() as session:
            return list((await session.scalars(select(col(StatementRow.seq)).order_by(col(StatementRow.seq)))).all())

    async def rows(self) -> dict[int, str]:
        async with self.platform.database.reading() as session:
            return {row.seq: row.statement for row in await session.scalars(select(StatementRow))}


@pytest.fixture
async def access(platform_of: PlatformOf, tmp_path: Path) -> OfAccess:
    return await begun(platform_of, tmp_path, MovedClock(NOW))


async def begun(platform_of: PlatformOf, folder: Path, clock: MovedClock) -> OfAccess:
    platform = await platform_of("access", clock)
    settings = Settings.model_construct(first_designations=folder / "first", laws=platform.settings.laws)
    statements = Statements(platform)
    registering = Registering(platform, settings, statements, Leasing(platform, settings, statements))
    answer = DesignationsKept(asked_at=clock.now(), seq=0)
    handled = await registering.kept(Incoming(uuid4(), "oversight", signed=True), answer)
    await platform.database.together(handled.effect)
    handled.after()
    return OfAccess(platform, clock, registering, DesignationForgetting(platform, registering))


Forget = Callable[[], Awaitable[int]]


@pytest.mark.allowed("R-7.4")
async def test_ended_designations_go_as_a_closed_beginning_and_nobody_misses_them(access: OfAccess) -> None:
    await access.designates("B-1", NOW - 6 * YEAR)
    await access.designates("B-2", NOW - 2 * YEAR)
    await access.designates("B-3", NOW)
    before = await access.numbers()
    assert await access.forgetting.forget() == 2, "a beheerder and an FG, whose designations ended six years ago"
    after = await access.numbers()
    assert after == [*before[2:], before[-1] + 1]
    async with access.platform.database.reading() as session:
        register, doubts = await access.registering.statements.read(session)
    assert (register.missing, doubts, register.forgotten) == ((), {}, 2)
    assert {one.role for _, one in register.open(NOW)} == {"beheerder", "fg"}
    (line,) = await lines(access.platform, DESIGNATIONS_FORGOTTEN)
    assert (line["record"], line["times"]) == ("1-2", 2)
    assert await access.forgetting.forget() == 0
    # The next designation goes on from there.
    await access.designates("B-4", NOW)
    assert (await access.numbers())[0] == 3


@pytest.mark.refused("R-7.4")
async def test_a_designation_that_is_put_back_after_its_term_gives_nothing_shows_and_goes_again(
    access: OfAccess, postgres: Postgres
) -> None:
    await access.designates("B-1", NOW - 6 * YEAR)
    old = await access.rows()
    await access.designates("B-2", NOW)
    await access.forgetting.forget()
    insert = "INSERT INTO designation (seq, about, statement) VALUES (1, 1, $1)"
    await administrator(postgres, "access", insert, old[1])
    async with access.platform.database.reading() as session:
        register, doubts = await access.registering.statements.read(session)
    assert doubts == {"1": PUT_BACK}
    assert 1 not in register.stated
    assert await access.forgetting.forget() == 1
    assert [one["times"] for one in await lines(access.platform, DESIGNATIONS_FORGOTTEN_AGAIN)] == [1]
    assert 1 not in await access.numbers()


@pytest.mark.refused("R-7.4", "R-7.5")
async def test_nothing_goes_before_its_term_and_a_decision_that_had_it_is_not_taken_anew(
    access: OfAccess, postgres: Postgres
) -> None:
    await access.designates("B-1", NOW - 6 * YEAR, days=729)
    access.clock.at = NOW
    assert await access.forgetting.forget() == 0, "six years ago for two: ended four years ago"
    await access.designates("B-2", NOW - 3 * YEAR)
    access.clock.at = NOW + 3 * YEAR
    await access.forgetting.forget()
    numbers = await access.numbers()
    await administrator(postgres, "access", "DELETE FROM designation WHERE seq <= 2")
    told = {"decision": "B-1", "until": (NOW - 6 * YEAR).isoformat(), "beheerder": "b", "fg": "f"}
    access.registering._settings.first_designations.write_text(json.dumps(told))
    await access.registering.set_up()
    assert await access.numbers() == numbers


def signed(access: OfAccess, stated: Stated) -> str:
    return access.platform.signer.sign(STATEMENT_KIND, stated.model_dump(mode="json", exclude_none=True))


@pytest.mark.allowed("R-7.4")
@pytest.mark.refused("R-7.4")
async def test_oversight_lets_its_copies_go_by_what_they_say_and_not_by_what_access_says_of_them(
    access: OfAccess, platform_of: PlatformOf, destroyed: Callable[[str, timedelta], None]
) -> None:
    await access.designates("B-1", NOW - 6 * YEAR)
    await access.designates("B-2", NOW)
    await access.forgetting.forget()
    oversight = await platform_of("oversight")
    await oversight.learn_keys()
    async with access.platform.database.reading() as session:
        register, _ = await access.registering.statements.read(session)
    old = Stated(seq=1, at=NOW - 6 * YEAR, by=CALENDAR, open=())
    more = Stated(seq=register.seq + 1, at=NOW, by=CALENDAR, open=(), forgotten=register.seq)
    rows = await access.rows() | {1: signed(access, old), 2: signed(access, replace_seq(old, 2))}
    kept = [
        KeptStatement(seq=seq, statement=one, stated_at=NOW - 6 * YEAR if seq < 3 else NOW) for seq, one in rows.items()
    ]
    await written(oversight, *kept)
    forgetting = RegisterForgetting(oversight)
    assert await forgetting.forget() == 2
    assert (await lines(oversight, "copies of designations forgotten"))[0]["record"] == "1-2"
    # An access that is taken over says that what holds today had its term.
    await written(oversight, KeptStatement(seq=more.seq, statement=signed(access, more), stated_at=NOW))
    with pytest.raises(CannotSucceed, match="has not had its term"):
        await forgetting.forget()
    async with oversight.database.reading() as session:
        left = set((await session.scalars(select(col(KeptStatement.seq)))).all())
    assert left == {*rows, more.seq} - {1, 2}


def replace_seq(stated: Stated, seq: int) -> Stated:
    return stated.model_copy(update={"seq": seq})
