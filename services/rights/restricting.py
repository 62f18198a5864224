"""What is only kept for a request, at who holds the signals (art. 18 AVG; art. 10 lid 2 and 3), and the procedure for which nothing
of them is destroyed (R-9.15).

What holds follows from the decisions on the request (shared/protocol/requests_lifting.py); this tells it, each time that it changes,
with the number of the signal and S1, S2 … and nobody's name. The holder says that it holds, or where the signal went.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.completeness import names_of
from services.rights.shelf import Moments
from services.rights.store import AskedSignal, RequestRow
from shared.contracts.acts import ProcedureTold, Restricted
from shared.contracts.answering import PersonAnswered
from shared.engine.effects import Effect, Tell
from shared.engine.engine import Engine
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.engine.shares import EXPORT
from shared.engine.tables import DecisionRow, Dossier
from shared.errors import NotBelieved, NotFound
from shared.periodic import Periodic
from shared.protocol.facts import Taken
from shared.protocol.request_kinds import FOUND_ITEM
from shared.protocol.requests_lifting import InForce, holds_up, in_force, is_granted
from shared.protocol.restricting import WHO_HE_IS

HOLDERS_OF_FILES = ("assessment", "sources", "casework")
ITEM_THERE, THE_PERSON_THERE = "item", WHO_HE_IS
"""Of a thing that was found: how its holder calls it; or who he is in the file."""
PROCEDURES_SECONDS = 6 * 3600.0


def kind_of(loaded: Loaded) -> str:
    """Of a request, as its row says it under the MAC of its head."""
    row = loaded.mine(Moments).request
    return row.kind if row else ""


def decided(loaded: Loaded, rows: Iterable[DecisionRow] | None = None) -> list[Taken]:
    return [each for one in (loaded.taken if rows is None else rows) for each in loaded.decided(one)]


# --- what holds --------------------------------------------------------------------------------------


def restricts(loaded: Loaded, row: AskedSignal, taken: Sequence[Taken], at: datetime) -> Restricted | None:
    """What the holder of `row` only keeps, of a request on which `taken` was decided; None: nothing. `loaded` is opened."""
    # Who is asked anew still keeps what he was told to, also where its row is away for a moment.
    there = row.subject and row.found is not False and row.holder in HOLDERS_OF_FILES
    holding = in_force(kind_of(loaded), taken) if there else None
    if not holding:
        return None
    grant = is_granted(kind_of(loaded), taken)
    found = _found(loaded, row.signal)
    items = found.values() if holding.everything else [item for name, item in found.items() if name in holding.found]
    return _message(row, items, holding, at, grant)


def _found(loaded: Loaded, signal: str) -> dict[str, str]:
    """What the holder answered of `signal`: by its name here, what it is called there."""
    mine = names_of(signal)
    known = loaded.opened.of_category(FOUND_ITEM).items() if loaded.content else ()
    return {name: str(one.fields[ITEM_THERE]) for name, one in known if name.startswith(mine)}


def _message(
    row: AskedSignal, items: Iterable[str], holding: InForce, at: datetime, grant: str = ""
) -> Restricted | None:
    named = tuple(sorted(items))
    if not holding.everything and not named:
        return None
    return Restricted(
        number=row.signal,
        request=row.request,
        subject=row.subject or "",
        items=tuple(one for one in named if one != THE_PERSON_THERE),
        whole=holding.everything or THE_PERSON_THERE in named,
        granted=grant,
        by=row.asked_by,
        role=row.asked_as,
        at=at,
    )


def no_more(row: AskedSignal, at: datetime) -> Restricted | None:
    """That the holder of `row` may use it again; None where nothing was asked of him."""
    if row.holder not in HOLDERS_OF_FILES or not row.subject:
        return None
    return Restricted(
        number=row.signal,
        request=row.request,
        subject=row.subject,
        restricted=False,
        by=row.asked_by,
        role=row.asked_as,
        at=at,
    )


def final(loaded: Loaded) -> list[DecisionRow]:
    """The decisions that can no longer be taken back."""
    now = loaded.now
    return [one for one in loaded.taken if now and one.effective_at and one.effective_at <= now]


def holds_now(loaded: Loaded, row: AskedSignal) -> Restricted | None:
    """What who has the signal is told besides decisions: of what can no longer be taken back. `loaded` is opened.

    What was only just decided lies in the post, for who had the signal when it was decided, and is taken out of it when it is taken back.
    Who has not got it any more when it comes says so, and then this is told once more. To tell it here too would need a
    withdrawal that knows to whom it was told meanwhile. It bears the moment of the last of it: what lies in the post is younger,
    and counts when it comes.
    """
    known = final(loaded)
    at = max([row.answered_at or row.asked_at, *(one.taken_at for one in known)])
    return restricts(loaded, row, decided(loaded, known), at) or no_more(row, at)


def procedure(loaded: Loaded, row: AskedSignal, taken: Sequence[Taken]) -> ProcedureTold:
    """Whether a procedure runs about the signal of `row`, for the request as it stands after `taken`: also where nobody says that he
    has it, for of what is nowhere nothing is destroyed."""
    kind = kind_of(loaded)
    runs = row.found is not False and holds_up(kind, taken)
    return ProcedureTold(number=row.signal, request=row.request, kind=kind, runs=runs, turn=loaded.dossier.turn)


def follows(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """What changes at who holds the signals by `decision`: told when it can no longer be taken back."""
    after = decided(loaded)
    before = decided(loaded, [one for one in loaded.taken if one.id != decision.id])
    found: list[Effect] = []
    for row in loaded.mine(Moments).put_before:
        was, now = (restricts(loaded, row, taken, decision.taken_at) for taken in (before, after))
        if was != now and (told := now or no_more(row, decision.taken_at)):
            found += [Tell(to, told) for to in (row.holder, EXPORT)]
        ran, runs = (procedure(loaded, row, taken) for taken in (before, after))
        if ran.runs != runs.runs:
            found.append(Tell("retention", runs))
    return found


# --- what is told besides decisions ------------------------------------------------------------------


class RequestRestricting:
    """`repeating` tells retention of every procedure that runs, again and again: a row that somebody takes away there comes back."""

    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self.repeating = Periodic(
            "rights-procedures",
            self.repeat,
            self.platform.clock,
            every=PROCEDURES_SECONDS,
            remedy="retention is not told again which requests run, so that nothing is destroyed meanwhile: see the log of rights",
        )

    def tell_procedure(self, session: AsyncSession, loaded: Loaded, row: AskedSignal) -> None:
        """A holder is asked about a signal: while the request runs, nothing of it is destroyed."""
        told = procedure(loaded, row, decided(loaded))
        if told.runs:
            self.platform.post.tell(session, "retention", told)

    async def tell(self, session: AsyncSession, content: PersonAnswered, row: AskedSignal) -> None:
        """What follows at the holder from his answer, in the transaction of it: a correction or objection is examined from here on."""
        await session.flush()
        loaded = await self._loader.within(session, row.request)
        taken, now = decided(loaded), self.platform.clock.now()
        holding = in_force(kind_of(loaded), taken)
        if row.found and holding and holding.everything:
            items = (*(one.item for one in content.items), THE_PERSON_THERE)
            if message := _message(row, items, holding, now):
                self._told(session, row, message)
        elif not row.found and holding and (message := no_more(row, now)):
            self._told(session, row, message)
        self._no_procedure(session, loaded, row, taken)

    async def over_when_nothing(self, session: AsyncSession, row: AskedSignal) -> None:
        """All who read a sealed signal answered: where nothing of it is his, no procedure runs about it. What is sealed is only kept
        anyway."""
        await session.flush()
        loaded = await self._loader.within(session, row.request)
        self._no_procedure(session, loaded, row, decided(loaded))

    def _no_procedure(self, session: AsyncSession, loaded: Loaded, row: AskedSignal, taken: Sequence[Taken]) -> None:
        told = procedure(loaded, row, taken)
        if not told.runs and procedure(loaded, changed(row, found=None), taken).runs:
            self.platform.post.tell(session, "retention", told)

    def _told(self, session: AsyncSession, row: AskedSignal, message: Restricted) -> None:
        """Its holder, and where what was shared of it waits for its receivers."""
        for to in (row.holder, EXPORT):
            self.platform.post.tell(session, to, message)

    async def repeat(self) -> None:
        """Tell retention once more which procedures run. Of the rows only the numbers are believed."""
        async with self.platform.database.reading() as session:
            asked = select(col(AskedSignal.request)).distinct()
            running = select(col(Dossier.number)).join(RequestRow, col(RequestRow.number) == col(Dossier.number))
            waits = or_(col(Dossier.state) != store.DONE, col(RequestRow.ends_on).is_(None))
            numbers = (await session.scalars(running.where(col(Dossier.number).in_(asked), waits))).all()
        for number in numbers:
            try:
                loaded = await self._loader.load(number, opened=False)
            except (NotBelieved, NotFound):
                # It is frozen, and shows.
                continue
            told = [procedure(loaded, row, decided(loaded)) for row in loaded.mine(Moments).put_before]
            async with self.platform.database.transaction() as session:
                for one in told:
                    if one.runs:
                        self.platform.post.tell(session, "retention", one)


def as_of_bezwaar(loaded: Loaded, bezwaar: str, by: str, role: str) -> list[AskedSignal]:
    """The signals about which a request was, that was decided on, as those of the bezwaar against it."""
    return [
        changed(one, request=bezwaar, asked_by=by, asked_as=role, restricted=None, mac="")
        for one in loaded.mine(Moments).put_before
        if one.found or one.state == store.LIES_SEALED
    ]
