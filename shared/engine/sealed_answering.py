"""A person asks what the municipality has of him, and a signal that was found is sealed: who reads its class answers for this request
alone (art. 10 lid 1; R-10.1). It is no consultation for a new signal, and nothing of the sealed signal changes (R-9.13).

Retention sends the ciphertext when rights asked, and it goes when it was answered, when the look ends or the request does. Who asks
is not told here: who answers sees him at rights, where the request is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.answering import PersonAnsweredLetter
from shared.contracts.sealed import RequestOver, SealedForRequest
from shared.engine.about_person import concerning, items_known
from shared.engine.answer_about import GivenAnswerAbout, answer_made, described
from shared.engine.head import changed, vouch_for, vouched_for
from shared.engine.loaded import Loaded
from shared.engine.looks import Looks
from shared.engine.parts import Parts
from shared.engine.records import closed_to
from shared.engine.rectified import shown_subjects
from shared.engine.sealed_content import read_of, sealed_file
from shared.engine.show import Showing
from shared.engine.tables import SealedAskRow
from shared.errors import CannotSucceed, Conflict, NotBelieved, NotFound
from shared.identity import Person
from shared.laws import known_law
from shared.pages import Keyset, Page, Window
from shared.periodic import Periodic
from shared.protocol.opening import REQUEST_LOOK

OPENED = "sealed signal opened for a request"
SEALED_BY_AGE = Keyset(
    "sealed-requests", col(SealedAskRow.asked_at), col(SealedAskRow.request), col(SealedAskRow.number)
)
SEALED_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class SealedShown:
    """A request, and what this service reads of the sealed signal to choose from; `about` as of a file."""

    row: SealedAskRow
    subjects: dict[str, dict[str, Any]]
    objects: dict[str, dict[str, Any]]
    items: dict[str, dict[str, Any]]
    about: dict[str, tuple[str, ...]]


class AnsweringSealed:
    """Requests of persons about what is sealed, of the class that this service reads."""

    def __init__(self, parts: Parts, showing: Showing, looks: Looks) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._showing = showing
        self._looks = looks
        self.forgetting = Periodic(
            "forgetting sealed requests",
            self.forget,
            self.platform.clock,
            every=SEALED_PAUSE_SECONDS,
            remedy="what was given for a request stays longer than it should, encrypted, and is shown to nobody: see the log of"
            " this service",
        )

    # --- given and over --------------------------------------------------------------------------

    async def given(self, incoming: Incoming, message: SealedForRequest) -> Handled:
        """Retention gives what this service reads. Raises CannotSucceed for what it does not read, or of anybody else."""
        if incoming.producer != "retention":
            raise CannotSucceed("only retention keeps what is sealed")
        if message.archive not in self.platform.row.reads_archives:
            raise CannotSucceed("a look into an archive that this service does not read")
        now = self.platform.clock.now()
        row = SealedAskRow(
            request=message.ground.request,
            number=message.number,
            kind=message.ground.kind,
            answer_by=message.ground.answer_by,
            archive=message.archive,
            protocol=message.protocol,
            received_on=message.received_on,
            asked_at=message.asked_at,
            until=min(message.until, now + REQUEST_LOOK),
            decisions=[one.model_dump(mode="json") for one in message.decisions],
            closed_to=closed_to(message.decisions),
            readings=[one.model_dump() for one in message.readings],
        )
        await vouch_for(self.platform.mac, row)

        async def effect(session: AsyncSession) -> None:
            before = await session.get(SealedAskRow, (row.request, row.number), with_for_update=True)
            newer = before is not None and (before.over or before.asked_at >= row.asked_at)
            if row.until <= now or (before is not None and newer and await vouched_for(self.platform.mac, before)):
                return
            await session.merge(changed(row))
            session.add(audit.line(now, "person asks", actor=None, record=row.number, reason=row.request))

        return Handled(effect)

    async def over(self, incoming: Incoming, message: RequestOver) -> Handled:
        """Rights says that a request is over: what was given for it goes, and what comes late is not kept."""
        if incoming.producer != "rights":
            raise CannotSucceed("only rights has requests")
        now = self.platform.clock.now()
        today = calendar_date(now)
        rows = [
            SealedAskRow(
                request=message.request,
                number=one,
                kind="",
                answer_by=today,
                archive="",
                protocol="",
                received_on=today,
                asked_at=now,
                until=now + REQUEST_LOOK,
                decisions=[],
                closed_to=[],
                over=True,
            )
            for one in message.signals
        ]
        ended = [await vouch_for(self.platform.mac, one) for one in rows]

        async def effect(session: AsyncSession) -> None:
            for one in ended:
                await session.merge(changed(one))

        return Handled(effect)

    async def forget(self) -> None:
        """What lasts no longer goes, answered or not."""
        old = delete(SealedAskRow).where(col(SealedAskRow.until) <= self.platform.clock.now())
        async with self.platform.database.transaction() as session:
            await session.execute(old)

    # --- shown -----------------------------------------------------------------------------------

    async def waiting(self, person: Person, window: Window) -> Page[SealedAskRow]:
        """What waits for an answer, the oldest first. Raises Forbidden."""
        self.parts.role_of(person)
        mine = select(SealedAskRow).where(
            col(SealedAskRow.answered_at).is_(None),
            col(SealedAskRow.over).is_(False),
            col(SealedAskRow.until) > self.platform.clock.now(),
            not_(col(SealedAskRow.closed_to).contains([person.user_id])),
        )
        async with self.platform.database.reading() as session:
            return await SEALED_BY_AGE.page(session, mine, window)

    async def one(self, number: str, request: str, person: Person, purpose: str) -> SealedShown:
        """What there is to choose from: opened for this request alone, on the record. Raises Forbidden, NotFound, NotBelieved,
        Conflict when it was answered."""
        role = self.parts.role_of(person)
        row, loaded = await self._loaded(number, request, person)
        await self._showing.note(person, role, OPENED, number, f"{request}: {purpose}", loaded.concerns)
        return SealedShown(
            row,
            shown_subjects(loaded),
            {name: one.model_dump(exclude_none=True) for name, one in loaded.opened.objects.items()},
            {name: described(loaded, name) for name in items_known(loaded)},
            {one: concerning(loaded, one) for one in loaded.opened.subjects},
        )

    async def _loaded(self, number: str, request: str, person: Person) -> tuple[SealedAskRow, Loaded]:
        async with self.platform.database.reading() as session:
            row = await session.get(SealedAskRow, (request, number))
        if row is None:
            raise NotFound
        if not await vouched_for(self.platform.mac, row):
            raise NotBelieved
        now = self.platform.clock.now()
        if row.over or row.until <= now or person.user_id in row.closed_to:
            raise NotFound
        if row.answered_at is not None or row.readings is None:
            raise Conflict("Dit verzoek is al beantwoord.")
        plain = await self._looks.decrypted(number, row.archive, row.readings)
        law = known_law(self.platform.settings.laws, row.protocol)
        return row, sealed_file(row, plain, law, calendar_date(now))

    # --- answered --------------------------------------------------------------------------------

    async def answer(self, number: str, request: str, person: Person, given: GivenAnswerAbout) -> SealedAskRow:
        """Answer it; the row as it is then, without what was given. Raises as `one`, and Invalid with everything that is wrong."""
        role = self.parts.role_of(person)
        row, loaded = await self._loaded(number, request, person)
        now = self.platform.clock.now()
        letter = self.platform.sealer.seal("rights", answer_made(loaded, request, person, given, read_of))
        message = PersonAnsweredLetter(number=number, letters=(letter.text,))
        gone: dict[str, Any] = {"readings": None, "decisions": [], "answered_at": now, "answered_by": person.user_id}
        answered = await vouch_for(self.platform.mac, changed(row, **gone))
        async with self.platform.database.transaction() as session:
            found = await session.get(SealedAskRow, (request, number), with_for_update=True)
            if found is None or found.mac != row.mac:
                raise Conflict("Dit is intussen gewijzigd: kijk opnieuw.")
            await session.merge(changed(answered))
            session.add(self.platform.post.envelope("rights", message, number=number, letter=letter))
            action = f"request answered: {given.outcome}"
            line = audit.line(
                now,
                action,
                actor=person.user_id,
                role=role,
                record=number,
                reason=request,
                concerns=loaded.concerns,
            )
            session.add(line)
        return answered
