"""Decisions: taken by a person or a meeting, or proposed by one and co-signed by another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from shared.engine.attempted import (
    about_given,
    coded_fields,
    coded_forwarding,
    corrected,
    outcome_given,
    words_given,
)
from shared.engine.carry import Carrying
from shared.engine.close import Closing
from shared.engine.co_sign import CoSigning, asks_co_signer
from shared.engine.common import following
from shared.engine.documents import Finding
from shared.engine.effects import Effect
from shared.engine.given import Given, Shown
from shared.engine.hear import at_most_thrice
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import CLOSING, VOICE, WITHDRAWAL
from shared.engine.roads import along_faults_in
from shared.engine.tables import DecisionRow
from shared.engine.voices import Speaking, with_voices
from shared.engine.withdraw import Withdrawing
from shared.engine.wording import faults_in_attempt
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Forbidden, Invalid
from shared.identity import Person
from shared.metrics.catalogue import DECISIONS_COUNTED
from shared.metrics.labels import BY_DECISION
from shared.protocol.co_signing import AGREE, QUESTIONED, TAKES_BACK, WAITING
from shared.protocol.faults import Fault
from shared.protocol.judge import Allowed, Refused
from shared.protocol.meetings import who_agree
from shared.protocol.together import judge_together
from shared.telemetry import lead_back_to, traceparent


class Deciding:
    """Takes decisions: judged by the law of the dossier's version, written with all that they set going."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.policy = parts.policy
        self._carrying = Carrying(parts, writer)
        self._co_signing = CoSigning(parts, writer, self._carrying)
        self._withdrawing = Withdrawing(parts, writer)
        self.closing = Closing(parts, writer)
        self._speaking = Speaking(parts, writer)

    async def decide(self, number: str, person: Person, given: Given, only: Collection[str] | None = None) -> Shown:
        """Take, propose, co-sign or withdraw a decision on `number`, or close it to a person.

        `only`: the designations under which this person was asked; None for who decides here by his own.
        Raises Forbidden (not this person), Conflict (not now), Invalid (what is missing, each with its article),
        NotFound or Elsewhere.
        """
        if only is None:
            self.parts.role_of(person)
        try:
            return await at_most_thrice(lambda: self._decide(number, person, given, only))
        except (Forbidden, Conflict, Invalid):
            self.platform.metrics.add(
                DECISIONS_COUNTED, decision=BY_DECISION.known(given.attempt.key), result="refused"
            )
            raise

    async def _decide(self, number: str, person: Person, given: Given, only: Collection[str] | None) -> Shown:
        loaded = await self.parts.loader.for_change(
            number, given.expected_version, by=person, meeting=given.attempt.meeting
        )
        lead_back_to(loaded.dossier.traceparent)
        # Under the designation that gives the file, not under another that he holds besides.
        roles = person.roles & frozenset(self.policy.roles(loaded.law) if only is None else only)
        if not roles:
            raise Forbidden
        if given.attempt.key == WITHDRAWAL:
            named = loaded.decision(given.confirms)
            if named and named.status in (WAITING, QUESTIONED):
                back = replace(given.attempt, key=named.key, outcome=TAKES_BACK)
                return await self._co_signing.answer(loaded, person, replace(given, attempt=back))
            return await self._withdrawing.withdraw(loaded, person, given)
        self.is_here(loaded)
        if given.attempt.key == CLOSING:
            return await self.closing.close(loaded, person, given, roles, has_file=only is None)
        if given.attempt.key == VOICE:
            return await self._speaking.speak(loaded, person, given, roles)
        if given.confirms:
            if given.attempt.outcome == AGREE:
                self.asks_log_in(loaded, person, given.attempt.key)
            return await self._co_signing.answer(loaded, person, given)
        given = with_voices(loaded, given)
        allowed = self.allowed(loaded, person, roles, given)
        # The last that is asked, so that nobody logs in anew for what is not accepted.
        self.asks_log_in(loaded, person, given.attempt.key)
        change, found = self.change(loaded, person, given, allowed)
        await self._carrying.write(change)
        return found

    def allowed(self, loaded: Loaded, person: Person, roles: frozenset[str], given: Given) -> Allowed:
        """What the law says of a decision of this person; raises Forbidden, Conflict, or Invalid with every fault."""
        self.is_here(loaded)
        if not self.policy.is_decided_here(given.attempt.key):
            raise Conflict("Dit wordt niet hier besloten.")
        allowed = self._judged(loaded, roles, given)
        self._carrying.stands_back(loaded, person, allowed.role)
        own = self.policy.not_by(loaded, person, given.attempt)
        if own:
            raise Forbidden(f"{own.reason} ({own.article})")
        return allowed

    @staticmethod
    def asks_log_in(loaded: Loaded, person: Person, key: str) -> None:
        """Raises LogInAnew for what destroys or goes out, unless this person has shown just now who he is."""
        rule = loaded.law.decision(key)
        if rule and rule.log_in_anew:
            person.proved_just_now()

    def is_here(self, loaded: Loaded) -> None:
        """Raises Conflict for what is on its way to the next holder, also while that can still be withdrawn."""
        if not self.policy.is_here(loaded.state, self.platform.name):
            raise Conflict("Dit signaal is op weg naar de volgende fase.", state=loaded.state)

    def _judged(self, loaded: Loaded, roles: frozenset[str], given: Given) -> Allowed:
        judged = judge_together(loaded.law, loaded.state, given.attempt, roles, self.policy.facts(loaded))
        faults: list[Fault] = []
        if isinstance(judged, Refused):
            faults = list(judged.faults)
            if judged.kind == "role":
                raise Forbidden(f"{faults[0].reason} ({faults[0].article})")
            if judged.kind == "state":
                raise Conflict(f"{faults[0].reason} ({faults[0].article})", state=loaded.state)
        faults += self.policy.faults(loaded, given) if not faults else ()
        if isinstance(judged, Allowed) and not faults:
            faults += faults_in_attempt(loaded, given.attempt, judged.role)
        faults += along_faults_in(loaded, given.attempt) if not faults and loaded.content else ()
        if faults or isinstance(judged, Refused):
            raise Invalid(faults)
        return judged

    # --- taking and proposing --------------------------------------------------------------------

    def change(
        self, loaded: Loaded, person: Person, given: Given, allowed: Allowed, cluster: str | None = None
    ) -> tuple[Change, Shown]:
        """All that the decision writes, and how it is shown. `cluster`: with which it is taken, and goes on."""
        now = self.platform.clock.now()
        proposed = bool(allowed.needs_co_signer)
        items = self.items(loaded, person, given, now)
        decision = self.made(loaded, person, given, allowed, now, items, cluster)
        words = words_given(loaded, given.attempt)
        after = loaded.after(decision, {str(decision.id): words}, items)
        effects: Sequence[Effect]
        if proposed:
            effects = (*asks_co_signer(self.policy, loaded, decision), *self.policy.proposed(after, decision))
        else:
            effects = following(self.policy, after, decision)
        kept = {f"decision-{decision.id}": words}
        change = self._carrying.change(loaded, after, decision, effects, words, kept, person, made=items)
        return change, Shown(decision, words)

    def items(self, loaded: Loaded, person: Person, given: Given, now: datetime) -> dict[str, Finding]:
        """The items that the decision makes, by their names."""
        return {**corrected(loaded, person, given.attempt, now), **self.policy.makes(loaded, given.attempt, now)}

    def made(
        self,
        loaded: Loaded,
        person: Person,
        given: Given,
        allowed: Allowed,
        now: datetime,
        items: Collection[str] = (),
        cluster: str | None = None,
    ) -> DecisionRow:
        """The decision as a row, proposed or taken. `items`: those that it makes."""
        attempt, dossier = given.attempt, loaded.dossier
        proposed = bool(allowed.needs_co_signer)
        meeting = next((one for one in loaded.meetings if one.id == attempt.meeting), None)
        state = loaded.state if proposed else self.policy.leads_to(loaded, given, allowed.outcome)
        return DecisionRow(
            id=uuid4(),
            number=dossier.number,
            version=dossier.version + 1,
            key=attempt.key,
            outcome=outcome_given(attempt),
            article=allowed.outcome.article,
            status="proposed" if proposed else "taken",
            state_before=dossier.state,
            state_after=state,
            ends=allowed.outcome.ends,
            # A meeting decides as a whole: those who were there and agree, not who wrote it down.
            deciders=who_agree(meeting.present, attempt.dissent, dossier.closed_to) if meeting else [person.user_id],
            dissenters=sorted(attempt.dissent),
            co_signers=[],
            recorder=person.user_id,
            role=allowed.role,
            meeting=attempt.meeting,
            cluster=cluster,
            about=[*about_given(attempt), *items],
            parts=[
                {"outcome": part.outcome or attempt.outcome, "about": [list(one) for one in part.about]}
                for part in attempt.parts
            ]
            or None,
            forwarding=coded_forwarding(attempt.forwarding),
            coded=None if dossier.room_key else coded_fields(allowed.decision, attempt.fields),
            taken_at=now,
            effective_at=None if proposed else now if allowed.urgent else self._carrying.until(now),
            protocol=dossier.protocol,
            traceparent=traceparent(),
            tells=self.policy.tells_of(loaded),
            sends=[],
            next_at=now,
        )
