"""Approvals at oversight are released one by one: one that cannot be stops no other, and shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from services.oversight import lists
from services.oversight.statements import statement_of
from services.oversight.use_cases.release import GIVEN_UP, IN_FLIGHT, RELEASED_TOGETHER, ROOM_SECONDS, Releasing
from shared.contracts.oversight import Approved
from shared.database.tables import Outgoing
from shared.keys.signing import NotSigned
from shared.keys.transit import Transit
from shared.protocol.model import State
from shared.service.platform import Platform
from shared.tombstones import put_up
from tests.days import today
from tests.parts import stop
from tests.platform.conftest import PlatformOf
from tests.platform.real import RealParts


async def approved(platform: Platform, parts: RealParts, numbers: list[str], *, signed: bool = True) -> UUID:
    """A list with these signals, and its approval; returns the approval's id."""
    now = datetime.now(UTC) - timedelta(days=0 if signed else 30)
    day = today()
    listed = lists.OfferedList(
        id=uuid4(),
        version=1,
        state=State.APPROVED,
        protocol="midden-delfland-2025",
        words_key=uuid4().hex,
        listed_on=day,
        approve_before=day,
        ultimate_on=day,
    )
    approval = lists.Approval(
        id=uuid4(), next_at=now, list_id=listed.id, approver="b", approved_at=now, effective_at=now, statement="a.b.c"
    )
    rows = []
    for number in numbers:
        key = uuid4().hex
        parts.openbao.administrator.write(f"archive-signal/keys/{key}", type="aes256-gcm96")
        keys = [{"mount": "archive-signal", "key": key}]
        rows.append(
            lists.ListedRow(
                list_id=listed.id,
                number=number,
                state="approved",
                approval=approval.id,
                facts={"endsOn": "2026-01-01", "staying": []},
                archive_keys=keys,
            )
        )
    if signed:
        approval.statement = statement_of(platform, approval, rows)
    async with platform.database.transaction() as session:
        session.add_all([listed, approval, *rows])
    return approval.id


async def test_one_approval_that_cannot_be_released_stops_no_other(platform_of: PlatformOf, parts: RealParts) -> None:
    """Before, the oldest approval was taken again and again, without a line in the log, and nothing else ever was."""
    platform = await platform_of("oversight")
    releasing = Releasing(platform)
    bad = await approved(platform, parts, ["S-00000-00000"], signed=False)
    good = await approved(platform, parts, [f"S-0000{n}-00001" for n in range(3)])
    # Whoever writes rows hangs a signal under it that nobody approved.
    async with platform.database.transaction() as session:
        row = (await session.scalars(select(lists.ListedRow).where(col(lists.ListedRow.approval) == good))).first()
        assert row
        smuggled = lists.ListedRow(**row.model_dump() | {"number": "S-00009-00001"})
        session.add(smuggled)
    task = asyncio.create_task(releasing.queue.run(releasing.release))
    async with asyncio.timeout(60):
        while not await _done(platform, good) or not (await releasing.queue.stuck()).count:
            await asyncio.sleep(0.05)
    await stop(task)
    async with platform.database.reading() as session:
        states = {row.number: row.state for row in await session.scalars(select(lists.ListedRow))}
        told = [row for row in await session.scalars(select(Outgoing)) if row.event == Approved.event]
    numbers = sorted(number for row in told for number in Approved.model_validate_json(row.body or b"").numbers)
    assert numbers == [f"S-0000{n}-00001" for n in range(3)]
    assert states == dict.fromkeys(numbers, "released") | {"S-00000-00000": "approved", "S-00009-00001": "approved"}
    (example,) = (await releasing.queue.stuck()).examples
    assert (example.id, example.parked) == (bad, True)
    assert "signature" in example.why
    for number, state in states.items():
        assert await _is_allowed(platform, parts, number) is (state == "released" or number == "S-00009-00001")


@pytest.mark.parametrize("altered", ["keys", "end date"])
async def test_a_signal_that_is_not_as_it_was_approved_is_not_released(
    platform_of: PlatformOf, parts: RealParts, altered: str
) -> None:
    """Who writes rows puts the key of another signal under an approval, or changes what was approved."""
    platform = await platform_of("oversight")
    releasing = Releasing(platform)
    mine = await approved(platform, parts, ["S-0000A-00001"])
    other = await approved(platform, parts, ["S-0000B-00001"], signed=False)
    async with platform.database.transaction() as session:
        signal = (await session.scalars(select(lists.ListedRow).where(col(lists.ListedRow.approval) == mine))).one()
        victim = (await session.scalars(select(lists.ListedRow).where(col(lists.ListedRow.approval) == other))).one()
        if altered == "keys":
            signal.archive_keys = victim.archive_keys
        else:
            signal.facts = signal.facts | {"endsOn": "2025-01-01"}
        approval = await session.get_one(lists.Approval, mine)
    with pytest.raises(NotSigned):
        await releasing.release(approval)
    for number in ("S-0000A-00001", "S-0000B-00001"):
        assert not await _is_allowed(platform, parts, number)
    assert not await _done(platform, mine)


async def test_few_go_at_a_time_and_the_rest_shows(platform_of: PlatformOf, parts: RealParts) -> None:
    """A whole year of approvals was released at once, and who read a signal meanwhile waited eight times as long."""
    platform = await platform_of("oversight")
    releasing = Releasing(platform)
    numbers = [f"S-0000{n:X}-0000{m}" for m in (1, 2) for n in range(RELEASED_TOGETHER + 2)]
    half = len(numbers) // 2
    both = [await approved(platform, parts, some) for some in (numbers[:half], numbers[half:])]
    task = asyncio.create_task(releasing.queue.run(releasing.release))
    try:
        gone: set[str] = set()
        while len(gone) < len(numbers):
            async with asyncio.timeout(60):
                while not (going := await _going(platform) - gone) or len(gone | going) < min(
                    len(numbers), len(gone) + IN_FLIGHT - RELEASED_TOGETHER + 1
                ):
                    await asyncio.sleep(0.05)
            # Long enough for more to be released, if any would be.
            await asyncio.sleep(3 * ROOM_SECONDS)
            going = await _going(platform) - gone
            assert len(going) <= IN_FLIGHT
            (waits,) = await releasing.waiting()
            assert waits.value == len(numbers) - len(gone | going)
            assert (await releasing.queue.stuck()).count == 0, "what waits for its turn is in no trouble"
            async with platform.database.transaction() as session:
                await put_up(session, sorted(going), datetime.now(UTC))
            gone |= going
        async with asyncio.timeout(60):
            while not all([await _done(platform, one) for one in both]):
                await asyncio.sleep(0.05)
    finally:
        await stop(task)


async def test_what_does_not_get_on_holds_up_the_rest_for_a_minute_at_most(
    platform_of: PlatformOf, parts: RealParts
) -> None:
    platform = await platform_of("oversight")
    releasing = Releasing(platform)
    numbers = [f"S-0000{n:X}-00003" for n in range(IN_FLIGHT + 1)]
    await approved(platform, parts, numbers)
    async with platform.database.transaction() as session:
        values = {"state": "released", "released_at": platform.clock.now()}
        rows = update(lists.ListedRow).where(col(lists.ListedRow.number).in_(numbers[:-1]))
        await session.execute(rows.values(**values))
    task = asyncio.create_task(releasing.queue.run(releasing.release))
    try:
        await asyncio.sleep(3 * ROOM_SECONDS)
        assert numbers[-1] not in await _going(platform)
        async with platform.database.transaction() as session:
            await session.execute(rows.values(released_at=platform.clock.now() - GIVEN_UP))
            # One who can write here says of the first that it is always about to go.
            first = update(lists.ListedRow).where(col(lists.ListedRow.number).in_(numbers[:IN_FLIGHT]))
            await session.execute(first.values(released_at=platform.clock.now() + timedelta(days=1)))
        async with asyncio.timeout(60):
            while numbers[-1] not in await _going(platform):
                await asyncio.sleep(0.05)
    finally:
        await stop(task)


async def _going(platform: Platform) -> set[str]:
    """Of which signals the keys were released."""
    async with platform.database.reading() as session:
        rows = select(lists.ListedRow).where(col(lists.ListedRow.state) == "released")
        return {one.number for one in await session.scalars(rows)}


async def _done(platform: Platform, approval: UUID) -> bool:
    async with platform.database.reading() as session:
        return (await session.get_one(lists.Approval, approval)).done


async def _is_allowed(platform: Platform, parts: RealParts, number: str) -> bool:
    """Whether the deletion of its archive key is allowed; the smuggled one named the key of another."""
    async with platform.database.reading() as session:
        row = (await session.scalars(select(lists.ListedRow).where(col(lists.ListedRow.number) == number))).one()
    key = row.archive_keys[0]["key"]
    assert Transit(platform.bao, "archive-signal")
    found = parts.openbao.administrator.read(f"archive-signal/keys/{key}")
    return bool(found["data"]["deletion_allowed"])
