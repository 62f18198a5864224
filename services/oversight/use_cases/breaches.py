"""The breach register: an entry begins by hand, or out of a proposal that the FG decides on; and the list of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import col

from services.oversight import breaches
from services.oversight.breach_policy import headed, kept_until
from services.oversight.breaches import BY_HAND, BreachRow
from shared import audit
from shared.clock import calendar_date
from shared.contracts.common import KeyRef, KeysReleased, Released
from shared.engine.engine import Engine
from shared.engine.head import Head, vouched
from shared.engine.hear import one_at_a_time
from shared.engine.loaded import Loaded
from shared.engine.show import heading
from shared.engine.store import add
from shared.engine.tables import Dossier
from shared.engine.working_name import working_name
from shared.errors import CannotSucceed, Invalid, MeldpuntError, NotBelieved, NotFound, PartDown
from shared.identity import Person
from shared.keys.transit import key_name
from shared.numbers import incident_number
from shared.pages import Window
from shared.periodic import Periodic
from shared.protocol.breaches import WHO_BEGINS
from shared.protocol.faults import Fault
from shared.protocol.model import State
from shared.stuck import why_of

BREACH_BEGUN, BREACH_PROPOSED, BREACH_DESTROYED = "breach entry begun", "breach proposed", "breach entry destroyed"
REGISTER_LOOK_SECONDS = 3600.0
LOOKED_AT_ONCE = 100
NAMED_AT_MOST = 20
SHORTEST_TERM = timedelta(days=365)
"""No term of the register is shorter."""


class BreachRegister:
    """`forgetting` destroys what has had its time in the register."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.forgetting = Periodic(
            "breach-register",
            self.forget,
            self.platform.clock,
            every=REGISTER_LOOK_SECONDS,
            remedy="entries of the breach register stay after their term: see the log of oversight",
        )

    async def all(self, person: Person, window: Window, *, waiting: bool = False) -> dict[str, Any]:
        """Entries and proposals, the newest first, each with what it came of and its clock; what is not believed says so and
        nothing else. Who is the subject of a pattern does not find it. `waiting`: what has to be done, the oldest first. Raises
        Forbidden."""
        role = self.engine.parts.role_of(person, reading=True)
        async with self.platform.database.reading() as session:
            page = await breaches.register(session, person, window, waiting=waiting)
        shown = {row.number: await self._shown(row, person) for row in page.rows}
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            session.add(audit.line(now, "breach register read", actor=person.user_id, role=role))
        return page.of("breaches", lambda row: shown[row.number])

    async def _shown(self, row: Dossier, person: Person) -> dict[str, Any]:
        try:
            loaded = await self.engine.parts.loader.load(row.number, by=person, opened=False)
            return heading(loaded.dossier) | headed(loaded) | {"notBelieved": False}
        except (NotBelieved, NotFound, CannotSucceed, TypeError):
            # Not even its state is told: whoever wrote it may have wanted to be read.
            return {"number": row.number, "notBelieved": True}

    async def begin(self, person: Person, discovered_at: datetime) -> dict[str, Any]:
        """An entry of what somebody noticed: the moment only; what happened is decided on it next. Raises Forbidden and
        Invalid."""
        role = person.role_among(WHO_BEGINS)
        now = self.platform.clock.now()
        if discovered_at > now:
            raise Invalid([Fault("discoveredAt", "ligt in de toekomst", "art. 33 lid 1 AVG", "before-discovery")])
        number = incident_number()
        row = BreachRow(
            number=number,
            kind=BY_HAND,
            cause=f"{BY_HAND}|{number}",
            facts={},
            begun_by=person.user_id,
            discovered_at=discovered_at,
        )
        dossier = await self._made(row, State.INCIDENT_OPEN)
        line = audit.line(now, BREACH_BEGUN, actor=person.user_id, role=role, record=number, turn=dossier.turn)
        async with self.platform.database.transaction() as session:
            await add(session, dossier, row, line)
        return {"number": number, "version": dossier.version}

    async def propose(
        self, kind: str, cause: str, facts: Mapping[str, Any], concerning: Sequence[str] = ()
    ) -> str | None:
        """Put something before the FG; None where it was already. `concerning`: whose doing it rests on: for them it does not
        exist, so that nobody decides on himself. The hours run from when it is put before him."""
        now, number = self.platform.clock.now(), incident_number()
        if await self._is_known(cause):
            return None
        row = BreachRow(number=number, kind=kind, cause=cause, facts=dict(facts), discovered_at=now)
        dossier = await self._made(row, State.INCIDENT_PROPOSED, concerning)
        line = audit.line(now, BREACH_PROPOSED, actor=None, record=number, reason=kind, turn=dossier.turn)
        async with self.platform.database.transaction() as session:
            # Another process may have been first.
            await one_at_a_time(session, cause)
            if await self._is_known(cause):
                return None
            await add(session, dossier, row, line)
        return number

    async def forget(self) -> None:
        """Destroy what has had its time: its key by two hands, its rows with everything in them (art. 33 lid 5, art. 5 lid 1 onder e
        AVG). Of a row only the number is believed; that its term is over follows from the decisions under the MAC of its head, and
        what is frozen stays, and shows. Raises, when all were tried, what names those of which that could not be judged or done."""
        today, after = calendar_date(self.platform.clock.now()), ""
        stay: dict[str, Exception] = {}
        while True:
            async with self.platform.database.reading() as session:
                numbers = await breaches.may_be_over(session, today - SHORTEST_TERM, after, LOOKED_AT_ONCE)
            for number in numbers:
                try:
                    with suppress(NotBelieved, NotFound):
                        await self._forget(number, today)
                except Exception as problem:
                    # One that cannot be judged keeps none of the others.
                    stay[number] = problem
            if len(numbers) < LOOKED_AT_ONCE:
                break
            after = numbers[-1]
        if stay:
            raise _staying(stay) from next(iter(stay.values()))

    async def _forget(self, number: str, today: date) -> None:
        loaded = await self.engine.parts.loader.load(number, opened=False)
        until = kept_until(loaded)
        if until is not None and until < today:
            await self._destroy(loaded)

    async def _destroy(self, loaded: Loaded) -> None:
        # Retention deletes the key, and hears of nothing else: not of which entry it was.
        keys = (KeyRef(mount=self.platform.room().mount, key=str(loaded.dossier.room_key)),)
        await self.platform.releaser.release(list(keys))
        async with self.platform.database.transaction() as session:
            turn = await breaches.erase(session, loaded.number)
            if turn is None:
                return
            now, gone = self.platform.clock.now(), audit.VANISHED
            session.add(audit.line(now, BREACH_DESTROYED, actor=None, record=loaded.number, result=gone, turn=turn + 1))
            self.platform.post.tell(session, "retention", KeysReleased(released=(Released(keys=keys),)))

    async def _is_known(self, cause: str) -> bool:
        """Whether it was put before the FG; a row that nobody here wrote says nothing."""
        query = select(col(BreachRow.number)).where(col(BreachRow.cause) == cause)
        async with self.platform.database.reading() as session:
            numbers = list((await session.scalars(query)).all())
        for number in numbers:
            # Of one under a law that is not known here the MAC was right: it is there.
            with suppress(NotBelieved, NotFound):
                with suppress(CannotSucceed):
                    await self.engine.parts.loader.load(number, opened=False)
                return True
        return False

    async def _made(self, row: BreachRow, state: State, closed_to: Sequence[str] = ()) -> Dossier:
        """The head of a new entry, whose room key is made first."""
        room, now = self.platform.room(), self.platform.clock.now()
        key = key_name(uuid4(), room.mount)
        await room.make(key)
        dossier = Dossier(
            number=row.number,
            signal=row.number,
            version=1,
            state=state,
            working_name=working_name(row.number),
            room_key=key,
            protocol=self.platform.settings.laws.configured.version,
            received_on=calendar_date(row.discovered_at),
            arrived_at=now,
            last_act_on=calendar_date(now),
            earlier=[],
            closed_to=sorted(set(closed_to)),
        )
        return await vouched(self.platform.mac, Head(dossier, own=(row,)))


def _staying(stay: Mapping[str, Exception]) -> MeldpuntError:
    """What `meldpunt status` says of entries that stay: which, and why the first does."""
    first, *others = stay
    why = f"{first} stays: {why_of(stay[first])}"
    more = f"; so do {', '.join(others[:NAMED_AT_MOST])}" if others else ""
    left_out = f" and {len(others) - NAMED_AT_MOST} more" if len(others) > NAMED_AT_MOST else ""
    kind = PartDown if isinstance(stay[first], PartDown) else CannotSucceed
    return kind(why + more + left_out)
