"""Decisions: taken by a person or a meeting, or proposed by one and co-signed by another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlmodel import SQLModel

from shared import audit
from shared.engine.asking import CO_SIGNATURE
from shared.engine.attempted import (
    about_given,
    coded_fields,
    coded_forwarding,
    corrected,
    outcome_given,
    words_given,
)
from shared.engine.common import following, goes_on, settles, told_to_supervision
from shared.engine.documents import CO_SIGNER, Finding, Words
from shared.engine.effects import Ask, Effect
from shared.engine.given import Given, Shown
from shared.engine.hear import at_most_thrice
from shared.engine.loaded import WITHDRAWAL, Loaded, item_name
from shared.engine.parts import Parts
from shared.engine.tables import DecisionRow
from shared.engine.withdraw import Withdrawing
from shared.engine.wording import faults_in_attempt, faults_in_words
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.protocol.designations import acting_fault, proposal_fault
from shared.protocol.faults import Fault
from shared.protocol.judge import Allowed, Refused, missing
from shared.protocol.model import Decision, Outcome
from shared.protocol.together import judge_together
from shared.telemetry import traceparent


class Deciding:
    """Takes decisions: judged by the law of the dossier's version, written with all that they set going."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.policy = parts.policy
        self._writer = writer
        self._withdrawing = Withdrawing(parts, writer)

    async def decide(self, number: str, person: Person, given: Given, only: Collection[str] | None = None) -> Shown:
        """Take, propose, co-sign or withdraw a decision on `number`.

        `only`: the designations under which this person was asked; None for who decides here by his own.
        Raises Forbidden (not this person), Conflict (not now), Invalid (what is missing, each with its article),
        NotFound or Elsewhere.
        """
        if only is None:
            self.parts.role_of(person)
        return await at_most_thrice(lambda: self._decide(number, person, given, only))

    async def _decide(self, number: str, person: Person, given: Given, only: Collection[str] | None) -> Shown:
        loaded = await self.parts.loader.for_change(number, given.expected_version, meeting=given.attempt.meeting)
        # Under the designation that gives the file, not under another that he holds besides.
        roles = person.roles & frozenset(self.policy.roles(loaded.law) if only is None else only)
        if not roles:
            raise Forbidden
        if given.attempt.key == WITHDRAWAL:
            return await self._withdrawing.withdraw(loaded, person, given)
        self._is_here(loaded)
        if given.confirms:
            return await self._co_sign(loaded, person, given)
        return await self._take(loaded, person, given, self.allowed(loaded, person, roles, given))

    def allowed(self, loaded: Loaded, person: Person, roles: frozenset[str], given: Given) -> Allowed:
        """What the law says of a decision of this person; raises Forbidden, Conflict, or Invalid with every fault."""
        self._is_here(loaded)
        allowed = self._judged(loaded, roles, given)
        self._stands_back(loaded, person, allowed.role)
        return allowed

    def _is_here(self, loaded: Loaded) -> None:
        if not self.policy.is_here(loaded.state, self.platform.name):
            raise Conflict("Dit signaal is op weg naar de volgende fase.", state=loaded.state)

    def _judged(self, loaded: Loaded, roles: frozenset[str], given: Given) -> Allowed:
        judged = judge_together(loaded.law, loaded.state, given.attempt, roles, loaded.facts())
        faults: list[Fault] = []
        if isinstance(judged, Refused):
            faults = list(judged.faults)
            if judged.kind == "role":
                raise Forbidden(f"{faults[0].reason} ({faults[0].article})")
            if judged.kind == "state":
                raise Conflict(f"{faults[0].reason} ({faults[0].article})", state=loaded.state)
        faults += self.policy.faults(loaded, given) if not faults else ()
        faults += faults_in_attempt(loaded, given.attempt) if not faults else ()
        if faults or isinstance(judged, Refused):
            raise Invalid(faults)
        return judged

    # --- taking and proposing --------------------------------------------------------------------

    async def _take(self, loaded: Loaded, person: Person, given: Given, allowed: Allowed) -> Shown:
        now = self.platform.clock.now()
        proposed = bool(allowed.needs_co_signer)
        decision = self.made(loaded, person, given, allowed, now)
        words = words_given(loaded, given.attempt)
        after = loaded.after(decision, {str(decision.id): words})
        effects: Sequence[Effect]
        if proposed:
            effects = (*self._asks(loaded, decision, allowed), *self.policy.proposed(after, decision))
        else:
            effects = following(self.policy, after, decision)
        kept = {f"decision-{decision.id}": words}
        made = corrected(loaded, person, given.attempt, now)
        await self._write(loaded, after, decision, effects, words, kept, person, made=made)
        return Shown(decision, words)

    def made(self, loaded: Loaded, person: Person, given: Given, allowed: Allowed, now: datetime) -> DecisionRow:
        """The decision as a row, proposed or taken."""
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
            # A meeting decides as a whole: those who were there, not who wrote it down.
            deciders=list(meeting.present) if meeting else [person.user_id],
            co_signers=[],
            recorder=person.user_id,
            role=allowed.role,
            meeting=attempt.meeting,
            about=[*about_given(attempt), *((item_name(loaded),) if attempt.correction else ())],
            parts=[
                {"outcome": part.outcome or attempt.outcome, "about": [list(one) for one in part.about]}
                for part in attempt.parts
            ]
            or None,
            forwarding=coded_forwarding(attempt.forwarding),
            coded=None if dossier.room_key else coded_fields(allowed.decision, attempt.fields),
            taken_at=now,
            effective_at=None if proposed else self._until(now),
            protocol=dossier.protocol,
            traceparent=traceparent(),
            tells=self.policy.tells,
            sends=[],
            next_at=now,
        )

    def _until(self, now: datetime) -> datetime:
        """Until when it can be withdrawn."""
        seconds = self.platform.settings.withdrawal_seconds if self.policy.withdrawable else 0
        return now + timedelta(seconds=seconds)

    def _asks(self, loaded: Loaded, decision: DecisionRow, allowed: Allowed) -> list[Effect]:
        """Who has to confirm and does not decide here is asked by a task of his own."""
        here = self.policy.roles(loaded.law)
        return [Ask(CO_SIGNATURE, role, str(decision.id)) for role in allowed.needs_co_signer if role not in here]

    # --- co-signing ------------------------------------------------------------------------------

    async def _co_sign(self, loaded: Loaded, person: Person, given: Given) -> Shown:
        """The second person confirms what the first proposed; only now it has effect."""
        found = loaded.decision(given.confirms)
        if found is None or found.key != given.attempt.key:
            raise NotFound("Er is geen voorstel met dat nummer voor dit besluit.")
        rule = loaded.law.decision(found.key)
        if rule is None or found.status != "proposed":
            raise Conflict("Dit besluit wacht niet op een medeondertekening.")
        role = person.role_among(rule.who.co_signers)
        if person.user_id in found.deciders:
            raise Forbidden("Wie een besluit voorstelt, ondertekent het niet zelf mee.")
        self._stands_back(loaded, person, role)
        await self._still_proposed(found)
        outcome = self._still_possible(loaded, found, rule)
        said = given.attempt.reason.strip()
        if not said and not loaded.dossier.room_key:
            raise Invalid([Fault("reason", "ontbreekt: ieder besluit heeft een reden", rule.article)])
        grounds = given.attempt.special_grounds
        faults = faults_in_words(loaded, {"reason": said}, grounds)
        if faults:
            raise Invalid(faults)
        now = self.platform.clock.now()
        changed = {
            "status": "taken",
            "co_signers": [person.user_id],
            # A withdrawal leads back to where it stood when it began to count, not when it was proposed.
            "state_before": loaded.dossier.state,
            "state_after": outcome.leads_to or loaded.state,
            "version": loaded.dossier.version + 1,
            "taken_at": now,
            "effective_at": self._until(now),
            "traceparent": traceparent(),
        }
        decision = DecisionRow(**found.model_dump() | changed)
        # Where there is no room supervision has the words of the proposal already.
        proposed = loaded.words_of(found)
        own = Words(reason=said, special_grounds=dict(grounds))
        words = proposed.and_for(grounds) if proposed else own
        kept = {f"decision-{found.id}{CO_SIGNER}": own} if said else {}
        after = loaded.after(decision, {})
        effects = following(self.policy, after, decision)
        co_signer = said if loaded.words_of(found) else None
        await self._write(loaded, after, decision, effects, words, kept, person, role=role, co_signer=co_signer)
        return Shown(decision)

    def _stands_back(self, loaded: Loaded, person: Person, role: str) -> None:
        """Raises Forbidden for who acted on this before under a designation that does not go with `role`."""
        elsewhere = (frozenset((one,)) for one in self.policy.acted_before(loaded, person.user_id))
        fault = acting_fault(loaded.law, role, (*loaded.acted_as(person.user_id), *elsewhere))
        if fault:
            raise Forbidden(f"Dit kan niet: {fault.reason} ({fault.article}).")

    async def _still_proposed(self, found: DecisionRow) -> None:
        """Raises Conflict when who proposed it is not designated for that any more, or only again."""
        held = await self.platform.designations.held_since(found.recorder, found.role, found.taken_at)
        fault = proposal_fault(held_since=held)
        if fault:
            raise Conflict(f"Dit kan niet meer: {fault.reason} ({fault.article}).")

    def _still_possible(self, loaded: Loaded, found: DecisionRow, rule: Decision) -> Outcome:
        """The outcome that was proposed; raises Conflict when it has been overtaken."""
        outcome = rule.outcome(found.parts[0]["outcome"] if found.parts else found.outcome, loaded.state)
        lapsed = found.state_before != loaded.state or found.version != loaded.dossier.version
        overtaken = (lapsed and self.policy.proposals_lapse) or self.policy.has_lapsed(loaded, found)
        if outcome is None or loaded.state not in rule.states or overtaken:
            raise Conflict("Er is sinds dit voorstel iets veranderd: doe een nieuw voorstel.")
        facts = loaded.facts()
        for one in loaded.decided(found):
            answer = rule.outcome(one.outcome, loaded.state) or outcome
            unmet = missing(loaded.law, rule, answer, facts, one.about, one.fields)
            if unmet:
                # What was proposed may have been overtaken, e.g. by its own review date.
                raise Conflict(f"Dit kan niet meer: {unmet[0].reason} ({unmet[0].article}).")
        return outcome

    # --- writing ---------------------------------------------------------------------------------

    async def _write(
        self,
        before: Loaded,
        after: Loaded,
        decision: DecisionRow,
        effects: Sequence[Effect],
        words: Words,
        kept: Mapping[str, Words],
        person: Person,
        *,
        role: str | None = None,
        co_signer: str | None = None,
        made: Mapping[str, Finding] | None = None,
    ) -> None:
        """Everything that one decision writes, in one transaction."""
        proposed, lapse = decision.status == "proposed", self.policy.proposals_lapse
        told = decision.tells and not (proposed and before.dossier.room_key)
        letter = [told_to_supervision(after, decision, words, co_signer, goes_on(effects))] if told else []
        envelopes = self.parts.performer.posted(after, decision, (*letter, *effects))
        decision.sends = [str(one.id) for one in envelopes]
        decision.settles = settles(effects)
        decision.next_at = decision.effective_at or decision.taken_at
        verb = "proposed" if proposed else "co-signed" if role else "taken"
        line = audit.line(
            decision.taken_at,
            f"decision {verb}: {decision.key}",
            actor=person.user_id,
            role=role or decision.role,
            record=before.number,
            result=decision.outcome,
            # Where there is no room the ground is a code, and stands here too.
            reason=(decision.coded or {}).get("ground"),
            turn=before.next_turn,
            answered=next((one.special_grounds for one in kept.values()), {}),
        )
        asked = self.parts.performer.asked(before, effects, decision.taken_at, decision.id)
        rows: list[SQLModel] = [line, *envelopes]
        await self._writer.write(
            Change(
                before,
                state=decision.state_after,
                decision=decision,
                new=role is None,
                documents={**kept, **(made or {})},
                rows=rows,
                asks=asked,
                becomes=lambda head: self.parts.performer.becomes(head, decision, effects),
                ends_earlier=not proposed and not self.policy.side_by_side,
                closes_proposals=lapse,
                confirms=decision.id if role else None,
                at_once=lambda session: self.parts.performer.at_once(session, before, decision, effects),
            )
        )
