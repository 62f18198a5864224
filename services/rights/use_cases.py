"""What rights does besides what every holder of dossiers does: duties begin, are asked about, become overdue."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from services.rights.answer import GATES, answer_if_complete
from services.rights.clock import moments_of, reckoned
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import Begun, InformingAsked, SubjectsContent, SubjectsLetter
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.dossier import CodedDecision, InformingDue
from shared.contracts.rights import NoticeTold
from shared.database.tables import Audit
from shared.engine.documents import REPORT, Report, encrypted
from shared.engine.engine import Engine
from shared.engine.head import Head, changed, vouch_for, vouched
from shared.engine.hear import heard
from shared.engine.show import heading
from shared.engine.store import of_signal
from shared.engine.tables import Dossier, ItemRow
from shared.engine.working_name import working_name
from shared.errors import CannotSucceed, PartDown
from shared.identity import Person
from shared.keys.transit import key_name
from shared.laws import known_law
from shared.numbers import duty_number
from shared.pages import Window
from shared.processing import Concerns
from shared.protocol.designations import BEHEERDER, FG, PRIVACY_OFFICER
from shared.protocol.model import State
from shared.protocol.terms import add_months
from shared.telemetry import traceparent

SUBJECT = re.compile(r"S[1-9][0-9]{0,3}")


class Concerned:
    """Persons become known (AVG 14: a month), and phase 3 asks about them (art. 16 lid 2)."""

    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self._laws = engine.platform.settings.laws

    async def known(self, incoming: Incoming, message: SubjectsLetter) -> Handled:
        """One duty per person, each with its month; the identities under a key of this room."""
        content, word, kid = await self.platform.opener.content(message, SubjectsContent)
        if (
            content.number != message.number
            or not content.subjects
            or not all(map(SUBJECT.fullmatch, content.subjects))
        ):
            raise CannotSucceed("this letter does not say whom it is about")
        known_law(self._laws, content.protocol)
        room = self.platform.room()
        key = key_name(incoming.id, room.mount)
        await room.make(key)
        numbers = [duty_number() for _ in content.subjects]
        reports = [
            (number, REPORT, Report(subjects=(one,), reporter_marks=content.reporter_marks))
            for number, one in zip(numbers, content.subjects.values(), strict=True)
        ]
        items = await encrypted(room, key, reports)
        duties = [
            await self._duty(
                number,
                content.number,
                subject,
                key,
                content.protocol,
                content.received_on,
                item,
                closed_to=content.closed_to,
                begun=content.begun,
            )
            for number, subject, item in zip(numbers, content.subjects, items, strict=True)
        ]

        async def effect(session: AsyncSession) -> None:
            await store.one_at_a_time(session, content.number)
            await session.flush()
            asked = await session.get(store.Asked, content.number)
            # Copies: it may be done twice, the second time in a transaction of its own.
            session.add_all([changed(one) for one in (*duties, *items)])
            for subject in content.subjects if asked else ():
                # Met after phase 3 was opened: the gates to come depend on this duty too.
                self._tell_gates(session, content.number, subject)
            made = KeysMade(number=content.number, keys=(KeyRef(mount=room.mount, key=key),), carried_by=(kid,))
            self.platform.post.tell(session, "retention", made)
            now = self.platform.clock.now()
            concerns = (Concerns(content.number, tuple(content.subjects)),)
            began = audit.line(now, "duties to inform began", actor=None, record=content.number, concerns=concerns)
            session.add(began)
            session.add_all([self._begun(one) for one in duties])

        return Handled(effect, word)

    async def _duty(
        self,
        number: str,
        signal: str,
        subject: str | None,
        key: str,
        protocol: str,
        since: date,
        *items: ItemRow,
        closed_to: Sequence[str] = (),
        begun: CodedDecision | None = None,
    ) -> Dossier:
        now = self.platform.clock.now()
        duty = Dossier(
            number=number,
            signal=signal,
            subject=subject,
            version=1,
            state=State.DUTY_OPEN,
            working_name=working_name(number),
            room_key=key,
            protocol=protocol,
            received_on=since,
            arrived_at=now,
            due_on=add_months(since, self._laws.of(protocol).terms.notice_months),
            last_act_on=calendar_date(now),
            earlier=[begun.model_dump(mode="json")] if begun else [],
            closed_to=list(closed_to),
            traceparent=traceparent(),
        )
        return await vouched(self.platform.mac, Head(duty, items))

    def _begun(self, duty: Dossier) -> Audit:
        return audit.line(self.platform.clock.now(), "duty began", actor=None, record=duty.number, turn=duty.turn)

    def _tell_gates(self, session: AsyncSession, signal: str, subject: str) -> None:
        """That there is a record of the duty (R-26.1)."""
        for gate in GATES:
            self.platform.post.tell(session, gate, NoticeTold(number=signal, subject=subject, version=1, state="open"))

    async def begun(self, incoming: Incoming, message: Begun) -> Handled:
        """From now on the duties of this signal can be decided on (art. 1)."""
        async with self.platform.database.reading() as session:
            numbers = sorted(one.number for one in await of_signal(session, message.number))
        if len(numbers) < message.subjects:
            raise PartDown("the persons concerned are not known here yet")
        decision = message.decision.model_dump(mode="json")

        def becomes(head: Head) -> Head:
            return replace(head, dossier=changed(head.dossier, earlier=[decision]))

        async def effect(session: AsyncSession) -> None:
            for one in numbers:
                await heard(self._loader, session, one, becomes, "its signal has begun")

        return Handled(effect)

    async def asked(self, incoming: Incoming, message: InformingAsked) -> Handled:
        """Also where nobody is known somebody has to say so: a gate never opens by itself (R-5.7)."""
        async with self.platform.database.reading() as session:
            known = len(await of_signal(session, message.number))
        if known < message.subjects:
            raise PartDown("the persons concerned are not known here yet")
        known_law(self._laws, message.protocol)
        room = self.platform.room()
        key = key_name(incoming.id, room.mount)
        if not known:
            await room.make(key)

        async def effect(session: AsyncSession) -> None:
            await store.one_at_a_time(session, message.number)
            await session.flush()
            # Once more: somebody may have become known meanwhile.
            duties = await of_signal(session, message.number)
            acted = {user_id: list(roles) for user_id, roles in message.acted.items()}
            question = store.Asked(
                number=message.number, subjects=message.subjects, asked_at=message.asked_at, acted=acted
            )
            session.add(await vouch_for(self.platform.mac, question))
            if not duties:
                nobody = await self._duty(
                    duty_number(),
                    message.number,
                    None,
                    key,
                    message.protocol,
                    message.received_on,
                    closed_to=message.closed_to,
                    begun=message.begun,
                )
                session.add_all((nobody, self._begun(nobody)))
            if not known:
                made = KeysMade(number=message.number, keys=(KeyRef(mount=room.mount, key=key),))
                self.platform.post.tell(session, "retention", made)
            for duty in duties:
                # Only now a gate can come to depend on it; what was decided before has told itself.
                if duty.subject:
                    self._tell_gates(session, message.number, duty.subject)
            await session.flush()
            await answer_if_complete(self.platform, session, message.number)

        return Handled(effect)

    async def due(self, incoming: Incoming, message: InformingDue) -> Handled:
        """A disclosure or an intervention brings the moment nearer, for whom it concerns (R-26.2, R-26.3)."""
        async with self.platform.database.reading() as session:
            duties = {one.subject: one.number for one in await of_signal(session, message.number)}
        if not set(message.about) <= set(duties):
            raise PartDown("the persons concerned are not known here yet")
        numbers = [duties[one] for one in dict.fromkeys(message.about)]
        received = (
            {duties[one] for one in message.received_about if one in message.about} if message.recipient else set()
        )

        async def effect(session: AsyncSession) -> None:
            now = self.platform.clock.now()
            for one in sorted(numbers):
                moment = store.DutyMoment(
                    number=one,
                    cause=incoming.id,
                    why=message.why,
                    on=message.on,
                    noted_at=now,
                    recipient=message.recipient if one in received else None,
                )
                await heard(self._loader, session, one, self._nearer(moment), "informing is due")
                session.add(moment)

        return Handled(effect)

    def _nearer(self, moment: store.DutyMoment) -> Callable[[Head], Head]:
        def becomes(head: Head) -> Head:
            law = known_law(self._laws, head.dossier.protocol)
            return reckoned(head, law, (*moments_of(head), moment))

        return becomes


class Deferrals:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def all(self, person: Person, window: Window) -> dict[str, Any]:
        """Informing that was deferred, by the day on which it is looked at again: number, subject as S1, nobody's name
        (art. 26 lid 5). Raises Forbidden."""
        role = person.role_among({PRIVACY_OFFICER, BEHEERDER, FG})
        async with self.platform.database.reading() as session:
            page = await store.deferrals(session, person, window)
        await self.engine.showing.note(person, role, "deferrals read", "duties")
        return page.of("duties", heading)


class OverdueDuties:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def all(self, person: Person, window: Window, as_of: date | None = None) -> dict[str, Any]:
        """What has passed its date: number, subject as S1 and since when; nobody's name (R-26.8)."""
        role = person.role_among({"beheerder", "fg"})
        async with self.platform.database.reading() as session:
            page = await store.overdue(session, as_of or calendar_date(self.platform.clock.now()), person, window)
        await self.engine.showing.note(person, role, "overdue duties read", "duties")
        return page.of("duties", heading)
