"""Which holds count: those that the row of their signal names under its MAC, each under a MAC of its own (R-9.15).

Who writes rows keeps nothing with one that he puts there. One that he changed, took away or put back stands otherwise than the
signal says: nothing of it is listed or destroyed then, and it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention.tables import OPEN_HOLD, Hold, SealedSignal
from shared.doubts import Doubt
from shared.engine.head import vouch_for, vouched_for
from shared.errors import Conflict, NotBelieved
from shared.keys.mac import Mac

PROPOSED, HELD, ENDED, DROPPED, CAME_TOO_LATE = "proposed", "held", "ended", "dropped", "too-late"
_OPEN = (PROPOSED, HELD)
HOLD_DOUBTED = Doubt("a hold of it stands otherwise than retention wrote it: it is not listed", "hold-not-ours")
MEANWHILE = "Deze vernietigingsstop is intussen veranderd: kijk opnieuw."
OpenHolds = Mapping[str, Sequence[Hold]]


async def open_holds_of(
    session: AsyncSession, mac: Mac, signals: Sequence[SealedSignal], *, for_change: bool = False
) -> tuple[OpenHolds, dict[str, Doubt]]:
    """The holds that are asked or in force of signals that are believed, by number; and the signals of which these are not what
    they say. Raises PartDown."""
    numbers = [one.number for one in signals if one.holds]
    query = select(Hold).where(col(Hold.number).in_(numbers)).order_by(col(Hold.asked_at), col(Hold.id))
    rows = (await session.scalars(query.with_for_update() if for_change else query)).all() if numbers else ()
    believed = {str(one.id): one for one in rows if one.state in _OPEN and await vouched_for(mac, one)}
    found: dict[str, Sequence[Hold]] = {}
    doubted: dict[str, Doubt] = {}
    for signal in signals:
        mine = [one for one in believed.values() if one.number == signal.number and str(one.id) in signal.holds]
        if len(mine) == len(signal.holds):
            found[signal.number] = mine
        else:
            doubted[signal.number] = HOLD_DOUBTED
    return found, doubted


def items_held(holds: Collection[Hold], today: date) -> set[str]:
    """What of one signal its approved holds keep on `today`."""
    return {item for one in holds if one.state == HELD and one.ends_on >= today for item in one.items}


async def ask(session: AsyncSession, mac: Mac, hold: Hold) -> None:
    """It stands from now on. Raises NotBelieved for a signal that is not what retention wrote."""
    signal = await _signal(session, mac, hold.number)
    session.add(await vouch_for(mac, hold))
    signal.holds = sorted({*signal.holds, str(hold.id)})
    await vouch_for(mac, signal)


async def change(session: AsyncSession, mac: Mac, number: str, identifier: UUID, before: str, **values: Any) -> None:
    """Raises Conflict where it is not in `before`, NotBelieved where it or its signal is not what retention wrote."""
    signal = await _signal(session, mac, number)
    hold = await session.get(Hold, identifier, with_for_update=True)
    if hold is None or hold.number != number or hold.state != before:
        raise Conflict(MEANWHILE)
    if not await vouched_for(mac, hold) or str(identifier) not in signal.holds:
        raise NotBelieved
    for name, value in values.items():
        setattr(hold, name, value)
    await vouch_for(mac, hold)
    await _still_open(mac, signal, [hold])


async def end_by_date(session: AsyncSession, mac: Mac, today: date) -> list[Hold]:
    """Holds whose end date has passed; they are ended now. What is not believed ends nothing."""
    late = select(col(Hold.number)).where(text(OPEN_HOLD), col(Hold.ends_on) < today).distinct()
    ended: list[Hold] = []
    for number in sorted((await session.scalars(late)).all()):
        signal = await session.get(SealedSignal, number, with_for_update=True)
        if signal is None or not await vouched_for(mac, signal):
            continue
        holds, _ = await open_holds_of(session, mac, [signal], for_change=True)
        over = [one for one in holds.get(number, ()) if one.ends_on < today]
        for one in over:
            one.state = ENDED
            await vouch_for(mac, one)
        await _still_open(mac, signal, over)
        ended += over
    return ended


async def cut(session: AsyncSession, mac: Mac, signal: SealedSignal) -> list[str]:
    """What is said of holds that name items which go now; `signal` is locked.

    A proposal is closed and can be asked anew; a hold that was approved too late keeps what stays, if anything.
    """
    said = []
    holds, _ = await open_holds_of(session, mac, [signal], for_change=True)
    for one in holds.get(signal.number, ()):
        left = sorted(set(one.items) & set(signal.staying))
        if len(left) == len(one.items):
            continue
        if one.state == HELD and left:
            one.items = left
            said.append("hold cut to what is left")
        else:
            one.state = CAME_TOO_LATE
            said.append("hold came too late")
        await vouch_for(mac, one)
        await _still_open(mac, signal, [one])
    return said


async def _signal(session: AsyncSession, mac: Mac, number: str) -> SealedSignal:
    signal = await session.get(SealedSignal, number, with_for_update=True)
    if signal is None:
        raise Conflict(MEANWHILE)
    if not await vouched_for(mac, signal):
        raise NotBelieved
    return signal


async def _still_open(mac: Mac, signal: SealedSignal, changed: Sequence[Hold]) -> None:
    """The signal names the holds that are open after these changed."""
    closed = {str(one.id) for one in changed if one.state not in _OPEN}
    if closed:
        signal.holds = sorted(set(signal.holds) - closed)
        await vouch_for(mac, signal)
