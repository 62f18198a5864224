"""Decisions: taken by a person or a meeting, proposed and co-signed, withdrawn within a short time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from shared import audit
from shared.dossier import store
from shared.dossier.content import Content
from shared.dossier.records import coded_forwarding, shown, shown_coded, withdrawal
from shared.dossier.settle import Settlement
from shared.dossier.store import WITHDRAWAL
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.dossier.views import MOST_CONTENT, Views, names_in
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.http.decisions import DecisionIn, DecisionOut, OpenDecisions, describe
from shared.identity import Person
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.judge import Allowed, Attempt, Refused, judge, missing
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from shared.service.platform import Platform
from shared.telemetry import traceparent


class Decisions:
    """Implements the decision interface for a service that holds dossiers."""

    def __init__(self, platform: Platform, views: Views, settlement: Settlement) -> None:
        self.platform = platform
        self.views = views
        self.rules = views.rules
        self._settlement = settlement

    # --- reading ---------------------------------------------------------------------------------

    async def view(self, number: str, person: Person, purpose: str) -> dict[str, Any]:
        return await self.views.view(number, person, purpose)

    async def add_item(self, number: str, person: Person, item: Any) -> Any:
        return await self.views.add_item(number, person, item)

    async def open_decisions(self, number: str, person: Person) -> OpenDecisions:
        """What can be decided now; nothing while the signal is handed over."""
        person.role_among(self.rules.file_roles)
        row = await self.views.dossier(number)
        state = State(row.state)
        open_now = self.rules.open_in(state) if self.views.is_open(row) else ()
        return OpenDecisions(version=row.version, state=state, decisions=[describe(one, state) for one in open_now])

    async def decisions(self, number: str, person: Person, purpose: str) -> list[DecisionOut]:
        role = person.role_among((*self.rules.file_roles, "fg"))
        row = await self.views.dossier(number)
        # The FG sees that and by whom; a closed case is opened for nobody (art. 9 lid 2).
        wordless = row.handing_over_since or role == "fg" or row.state == State.CLOSED
        content = Content({}) if wordless else await self.views.content(row)
        async with self.platform.database.transaction() as session:
            found = await store.decisions_of(session, number)
        await self.views.note(person, role, "decisions read", number, purpose)
        own = [shown(one, content.documents.get(f"decision-{one.id}")) for one in found]
        return [shown_coded(one) for one in row.earlier] + own

    # --- deciding --------------------------------------------------------------------------------

    async def decide(self, number: str, person: Person, attempt: DecisionIn) -> DecisionOut:
        """Take, propose, co-sign or withdraw, as somebody who has the file."""
        person.role_among(self.rules.file_roles)
        # Under the designation that gives the file, not under another that he holds besides.
        return await self.take(number, person, attempt, only=self.rules.file_roles)

    async def take(
        self, number: str, person: Person, attempt: DecisionIn, only: Collection[str] | None = None
    ) -> DecisionOut:
        """Take, propose, co-sign or withdraw. `only`: the roles under which this person was asked.

        Raises Forbidden (not this person), Conflict (not now), Invalid (what is missing, each with its
        article), NotFound or Elsewhere.
        """
        row = await self.views.dossier(number, for_change=True)
        if row.version != attempt.expected_version:
            raise Conflict("the signal was changed meanwhile: look again", version=row.version)
        if attempt.key == WITHDRAWAL:
            return await self._withdraw(row, person, attempt)
        if not self.views.is_open(row):
            raise Conflict("this signal is on its way to the next phase", state=row.state)
        if attempt.confirms:
            return await self._co_sign(row, person, attempt)
        content = await self.views.content(row)
        facts = await self.views.facts(row, content, attempt.meeting)
        roles = person.roles if only is None else person.roles & frozenset(only)
        allowed = self._judge(row, roles, attempt, facts)
        self._check_names(attempt, content)
        return await self._record(row, person, attempt, allowed, content, facts)

    def _judge(self, row: Dossier, roles: frozenset[str], attempt: DecisionIn, facts: Facts) -> Allowed:
        forwarding = attempt.forwarding
        judged = judge(
            self.rules,
            State(row.state),
            Attempt(
                key=attempt.key,
                outcome=attempt.outcome,
                reason=attempt.reason,
                fields=attempt.fields,
                forwarding=Forwarding(**forwarding.model_dump()) if forwarding else None,
                about=attempt.about,
                meeting=attempt.meeting,
            ),
            roles,
            facts,
        )
        if isinstance(judged, Refused):
            faults = list(judged.faults)
            if judged.kind == "role":
                raise Forbidden(f"{faults[0].reason} ({faults[0].article})")
            if judged.kind == "state":
                raise Conflict(f"{faults[0].reason} ({faults[0].article})", state=row.state)
            raise Invalid(faults)
        return judged

    @staticmethod
    def _check_names(attempt: DecisionIn, content: Content) -> None:
        """The words of a decision go to supervision, who see S1 and O1 and no names."""
        texts: dict[str, Any] = {"reason": attempt.reason}
        texts |= {f"fields.{name}": value for name, value in attempt.fields.items()}
        if attempt.forwarding:
            texts["forwarding.noneBecause"] = attempt.forwarding.none_because
        faults = names_in(texts, content)
        if faults:
            raise Invalid(faults)

    async def _record(
        self,
        row: Dossier,
        person: Person,
        attempt: DecisionIn,
        allowed: Allowed,
        content: Content,
        facts: Facts,
    ) -> DecisionOut:
        now = self.platform.clock.now()
        proposed = bool(allowed.needs_co_signer)
        leads_to = row.state if proposed else allowed.outcome.leads_to or row.state
        meeting = facts.meetings.get(attempt.meeting or "")
        decision = DecisionRow(
            id=uuid4(),
            number=row.number,
            version=row.version + 1,
            key=attempt.key,
            outcome=attempt.outcome,
            article=allowed.outcome.article,
            status="proposed" if proposed else "taken",
            state_before=row.state,
            state_after=leads_to,
            ends=allowed.outcome.ends,
            # A meeting decides as a whole: those who were there, not who wrote it down.
            deciders=list(meeting.present) if meeting else [person.user_id],
            co_signers=[],
            recorder=person.user_id,
            role=allowed.role,
            meeting=attempt.meeting,
            about=list(attempt.about),
            forwarding=coded_forwarding(attempt.forwarding),
            taken_at=now,
            effective_at=None if proposed else self._withdrawable_until(now),
            protocol=self.rules.version,
            traceparent=traceparent(),
        )
        words = {"reason": attempt.reason, "fields": attempt.fields, "seen": sorted(content.documents)}
        if attempt.forwarding:
            words["forwarding"] = attempt.forwarding.model_dump(by_alias=True, mode="json")
        item = await self._words(row, f"decision-{decision.id}", words)
        async with self.platform.database.transaction() as session:
            if not proposed:
                await store.settle_earlier(session, row.number, now)
            await store.bump(session, row.number, row.version, leads_to, self.views.today())
            stored = sum(len(one.ciphertext) for one in await store.items_of(session, row.number))
            if stored > MOST_CONTENT and not decision.ends:
                raise Conflict("this signal is full: it can only be ended")
            session.add(item)
            session.add(decision)
            await session.flush()
            # What was proposed before this can no longer be confirmed.
            await store.close_co_signatures(session, row.number, now)
            if proposed:
                session.add_all(self._asks_to_co_sign(decision, allowed.needs_co_signer, now))
            else:
                await self.views.chapter.decided(session, row, decision, words)
            action = f"decision {'proposed' if proposed else 'taken'}: {attempt.key}"
            line = audit.line(
                now, action, actor=person.user_id, role=allowed.role, record=row.number, result=attempt.outcome
            )
            session.add(line)
        self._settlement.wake()
        return shown(decision, words)

    def _asks_to_co_sign(self, decision: DecisionRow, roles: tuple[str, ...], now: datetime) -> list[Task]:
        """Who has to confirm and has no file is asked by a task of his own."""
        return [
            Task(
                id=uuid4(), number=decision.number, item=str(decision.id), kind="co-signature", role=role, opened_at=now
            )
            for role in roles
            if role not in self.rules.file_roles
        ]

    def _withdrawable_until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.platform.settings.withdrawal_seconds)

    async def _words(self, row: Dossier, name: str, words: dict[str, Any]) -> Item:
        return await self.views.encrypted(row, name, "decision", words)

    async def _co_sign(self, row: Dossier, person: Person, attempt: DecisionIn) -> DecisionOut:
        """The second person confirms what the first proposed; only now it has effect."""
        now = self.platform.clock.now()
        content = await self.views.content(row)
        self._check_names(attempt, content)
        facts = await self.views.facts(row, content)
        said = attempt.reason.strip()
        item = await self._words(row, f"decision-{attempt.confirms}-co-signer", {"reason": said}) if said else None
        async with self.platform.database.transaction() as session:
            found = await session.get(DecisionRow, attempt.confirms, with_for_update=True)
            if found is None or found.number != row.number or found.key != attempt.key:
                raise NotFound("there is no such proposed decision on this signal")
            decision = self.rules.decision(found.key)
            assert decision is not None
            if found.status != "proposed":
                raise Conflict("this decision is not waiting for a co-signature")
            if person.user_id in found.deciders:
                raise Forbidden("somebody else co-signs than who proposed it")
            role = person.role_among(decision.who.co_signers)
            if found.state_before != row.state or found.version != row.version:
                raise Conflict("the signal has moved on since this was proposed")
            outcome = decision.outcome(found.outcome, State(row.state))
            assert outcome is not None
            fields = content.fields_of(found)
            overtaken = missing(self.rules, decision, outcome, facts, found.about, fields)
            if overtaken:
                # What was proposed may have been overtaken, e.g. by its own review date.
                raise Conflict(f"Dit kan niet meer: {overtaken[0].reason} ({overtaken[0].article}).")
            leads_to = outcome.leads_to or row.state
            await store.settle_earlier(session, row.number, now)
            found.status, found.co_signers, found.state_after = "taken", [person.user_id], leads_to
            found.version, found.taken_at, found.effective_at = row.version + 1, now, self._withdrawable_until(now)
            found.traceparent = traceparent()
            if item is not None:
                session.add(item)
            await session.flush()
            await store.bump(session, row.number, row.version, leads_to, self.views.today())
            await store.close_tasks(session, row.number, str(found.id), now)
            await self.views.chapter.decided(session, row, found, content.documents.get(f"decision-{found.id}", {}))
            line = audit.line(
                now,
                f"decision co-signed: {found.key}",
                actor=person.user_id,
                role=role,
                record=row.number,
                result=found.outcome,
            )
            session.add(line)
        self._settlement.wake()
        return shown(found, None)

    async def _withdraw(self, row: Dossier, person: Person, attempt: DecisionIn) -> DecisionOut:
        """Who recorded the last decision takes it back, while nothing has been sent or sealed."""
        now = self.platform.clock.now()
        if not attempt.reason.strip():
            raise Invalid([Fault("reason", "every decision has a reason", "art. 12")])
        self._check_names(attempt, await self.views.content(row))
        identifier = uuid4()
        item = await self._words(row, f"decision-{identifier}", {"reason": attempt.reason, "fields": {}})
        async with self.platform.database.transaction() as session:
            last = await store.last_taken(session, row.number)
            if last is None or last.id != attempt.confirms or last.version != row.version:
                # Also when a fact was recorded since: it may belong to the phase that the decision opened.
                raise Conflict("only the last decision can be withdrawn; name it in `confirms`")
            if last.recorder != person.user_id:
                raise Forbidden("only who recorded a decision withdraws it")
            if last.settled_at is not None or last.effective_at is None or last.effective_at <= now:
                raise Conflict("the time to withdraw is over; only a new decision changes anything")
            last.status = "withdrawn"
            session.add(item)
            session.add(withdrawal(identifier, last, row, now))
            await session.flush()
            await store.bump(session, row.number, row.version, last.state_before, self.views.today())
            await store.reopen_tasks(session, row.number, last.about)
            await self.views.chapter.withdrawn(session, row, last)
            line = audit.line(
                now,
                f"decision withdrawn: {last.key}",
                actor=person.user_id,
                role=last.role,
                record=row.number,
                result=last.outcome,
            )
            session.add(line)
        self._settlement.wake()
        return shown(last, None)
