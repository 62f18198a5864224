"""Showing: the file to who is designated, what can be decided, what was, and the work list."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from shared import audit
from shared.clock import calendar_date
from shared.engine import store
from shared.engine.actions import actions_of, withdrawals
from shared.engine.entitled import allowed_in_2a
from shared.engine.given import Open, Shown
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.shares import concerned_by
from shared.engine.tables import ON_THE_LIST, DecisionRow, Dossier, MeetingRow
from shared.errors import CaseClosed, NotBelieved, NotFound
from shared.identity import Person
from shared.pages import Page, Window
from shared.processing import Concerns
from shared.protocol.conditions.approach import shareable
from shared.protocol.fields import as_people_say
from shared.protocol.model import PHASE_OF, State
from shared.protocol.open_now import open_decisions, open_records
from shared.protocol.states import PURPOSE_OF_PHASE

DECISIONS_READ = "decisions read"


@dataclass(frozen=True)
class DossierShown:
    """A dossier at one version: what may be seen of it, what can be decided now, and what was."""

    shown: dict[str, Any]
    open: Open
    decisions: list[Shown]


def heading(row: Dossier) -> dict[str, Any]:
    """What is known of a dossier without opening it."""
    phase = PHASE_OF.get(State(row.state))
    found: dict[str, Any] = {
        "number": row.number,
        "version": row.version,
        "state": row.state,
        "phase": phase,
        "purposeOfPhase": PURPOSE_OF_PHASE.get(phase or 0),
        "workingName": row.working_name,
        "protocol": row.protocol,
        "receivedOn": row.received_on.isoformat(),
    }
    if row.signal != row.number:
        found |= {"signal": row.signal, "subject": row.subject}
    if row.due_on:
        found["dueOn"] = row.due_on.isoformat()
    return found


class Showing:
    """Shows what is in hand to who has the file or watches; each look is a line in the audit trail."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def note(
        self,
        person: Person,
        role: str,
        action: str,
        record: str,
        reason: str | None = None,
        concerns: Sequence[Concerns] | None = None,
    ) -> None:
        """A line in the audit trail, and the record of whom it concerns, on disk before anything leaves."""
        await self._note(person, role, (action,), record, reason, concerns)

    async def _note(
        self,
        person: Person,
        role: str,
        actions: Sequence[str],
        record: str,
        reason: str | None,
        concerns: Sequence[Concerns] | None,
    ) -> None:
        """However many lines it is, it is one look."""
        now = self.platform.clock.now()
        lines = [
            audit.line(
                now,
                one,
                actor=person.user_id,
                role=role,
                record=record,
                reason=reason,
                concerns=() if place else concerns,
            )
            for place, one in enumerate(actions)
        ]
        async with self.platform.database.transaction() as session:
            session.add_all(lines)

    async def overview(self, number: str, person: Person, purpose: str) -> DossierShown:
        """What `view`, `open_decisions` and `decisions` give, of one moment and by one read. Raises as `view`."""
        role = self.parts.role_of(person, reading=True)
        loaded = await self.parts.loader.load(number, by=person)
        shown, opened = await self._view(loaded, person), await self._open(loaded, person)
        looked = () if loaded.dossier.handing_over_since else (self.parts.policy.opening,)
        await self._note(person, role, (*looked, DECISIONS_READ), number, purpose, loaded.concerns)
        return DossierShown(shown, opened, self._decisions(loaded))

    async def view(self, number: str, person: Person, purpose: str) -> dict[str, Any]:
        """The whole dossier for who is designated. Raises Forbidden, CaseClosed, NotFound or Elsewhere."""
        role = self.parts.role_of(person, reading=True)
        loaded = await self.parts.loader.load(number, by=person)
        shown = await self._view(loaded, person)
        if not loaded.dossier.handing_over_since:
            await self.note(person, role, self.parts.policy.opening, number, purpose, loaded.concerns)
        return shown

    async def _view(self, loaded: Loaded, person: Person) -> dict[str, Any]:
        row = loaded.dossier
        shown = heading(row) | {"signedAtTheDoor": row.signed}
        if row.handing_over_since:
            return shown | {"destination": row.handed_to, "handingOverSince": row.handing_over_since.isoformat()}
        if row.state == State.CLOSED:
            # Nobody opens a closed case; for a new signal its number is the way (art. 9 lid 2).
            raise CaseClosed
        shown |= self.parts.policy.show(loaded)
        if row.cluster:
            members = [one.number for one in await self.members(row.cluster, person)]
            shown["cluster"] = {"number": row.cluster, "members": members}
        return shown

    async def members(self, cluster: str, person: Person) -> list[Dossier]:
        """What bears this cluster's number and exists for `person`, without content; each by its own checked head."""
        found = []
        async with self.platform.database.reading() as session:
            numbers = await store.bearing(session, cluster)
        for number in numbers:
            with suppress(NotFound, NotBelieved):
                loaded = await self.parts.loader.load(number, by=person, opened=False)
                found += [loaded.dossier] if loaded.dossier.cluster == cluster else []
        return found

    async def open_decisions(self, number: str, person: Person) -> Open:
        """What can be decided, recorded and taken back now; nothing while it is handed over."""
        law = self.parts.present
        person.role_among(self.parts.policy.roles(law) | self.parts.policy.readers(law))
        return await self._open(await self.parts.loader.load(number, by=person, opened=False), person)

    async def _open(self, loaded: Loaded, person: Person) -> Open:
        found = Open(
            loaded.dossier.version,
            loaded.state,
            loaded.law,
            today=calendar_date(self.platform.clock.now()),
            withdrawal=timedelta(seconds=self.platform.settings.withdrawal_seconds),
        )
        if loaded.dossier.handing_over_since:
            return found
        withdrawable = self.parts.withdrawable(loaded)
        if not self.parts.policy.is_here(loaded.state, self.platform.name):
            return replace(found, actions=tuple(withdrawals(loaded, withdrawable)))
        loaded = await self.parts.loader.opened(loaded)
        facts = self.parts.policy.facts(loaded)
        return replace(
            found,
            facts=facts,
            actions=tuple(actions_of(self.parts.policy, loaded, person, withdrawable)),
            decisions=tuple(
                one
                for one in open_decisions(loaded.law, loaded.state, facts)
                if self.parts.policy.is_decided_here(one.rule.key)
            ),
            records=open_records(loaded.law, loaded.state, facts)
            if loaded.content and self.parts.policy.records
            else (),
            shareable=shareable(facts),
            concerns={one: concerned_by(loaded, [one]) for one in shareable(facts)},
            meetings=await self._on_agenda(loaded.dossier.number),
            used=loaded.used_meetings,
            allowed=allowed_in_2a(loaded) if PHASE_OF.get(loaded.state) == 4 else None,
        )

    async def _on_agenda(self, number: str) -> tuple[MeetingRow, ...]:
        """The meetings with it on their agenda; one that is not believed is left out, and says so itself."""
        if "meetings" not in self.parts.loader.shelf.beside_it:
            return ()
        query = select(MeetingRow).where(col(MeetingRow.agenda).contains([number]))
        async with self.platform.database.reading() as session:
            rows = (await session.scalars(query.order_by(col(MeetingRow.held_on).desc(), col(MeetingRow.id)))).all()
        found = []
        for one in rows:
            with suppress(NotBelieved):
                await self.parts.loader.believe(one, one.id)
                found.append(one)
        return tuple(found)

    async def decisions(self, number: str, person: Person, purpose: str) -> list[Shown]:
        """Those of earlier holders by their codes, then those that were taken here."""
        role = self.parts.role_of(person, reading=True, watching=True)
        # Who watches sees that and by whom; a closed case is opened for nobody (art. 9 lid 2).
        wordless = role not in self.parts.policy.readers(self.parts.present)
        loaded = await self.parts.loader.load(number, by=person, opened=not wordless)
        await self.note(person, role, DECISIONS_READ, number, purpose, loaded.concerns)
        return self._decisions(loaded)

    def _decisions(self, loaded: Loaded) -> list[Shown]:
        return [*self._earlier(loaded), *self._own(loaded)]

    @staticmethod
    def _earlier(loaded: Loaded) -> list[Shown]:
        count = len(loaded.dossier.earlier)
        return [Shown(one) for one in loaded.coded()[:count]]

    @staticmethod
    def _own(loaded: Loaded) -> list[Shown]:
        closed = loaded.state == State.CLOSED
        return [Shown(one) if closed else _as_said(loaded, one) for one in loaded.decisions]

    async def work_list(
        self, person: Person, window: Window, signal: str | None = None, *, begins: str = ""
    ) -> Page[Dossier]:
        """What is in hand, in the order of the policy; no call to OpenBao (R-9.2). `signal`: only what is about it; `begins`:
        with which letter its number begins. Raises Forbidden, and Invalid for a cursor of something else."""
        self.parts.role_of(person)
        query = select(Dossier).where(text(ON_THE_LIST), store.open_to(person))
        if begins:
            query = query.where(col(Dossier.number).startswith(begins))
        if signal is not None:
            query = query.where(col(Dossier.signal) == signal)
        async with self.platform.database.reading() as session:
            return await self.parts.policy.order.page(session, query, window)


def _as_said(loaded: Loaded, row: DecisionRow) -> Shown:
    words, rule, outcome = loaded.words_of(row), loaded.law.decision(row.key), loaded.outcome_of(row)
    said = as_people_say(rule.asked(outcome), words.fields) if words and rule and outcome else ()
    return Shown(row, words, tuple(said))


def listed(row: Dossier) -> dict[str, Any]:
    """An entry of a work list: number, neutral name, phase and since when; never content."""
    return heading(row) | {"arrivedAt": row.arrived_at.isoformat()}
