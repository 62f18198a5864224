"""Co-signing: a second person agrees with what the first proposed, refuses it, or asks; the first answers or withdraws.

Only who agrees signs. The other answers are records of their own, which supervision hears with their words.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.engine import store
from shared.engine.asking import CO_SIGNATURE, QUESTION_BACK
from shared.engine.carry import Carrying
from shared.engine.common import following, record_of, told_to_supervision
from shared.engine.documents import CO_SIGNER, Words
from shared.engine.effects import Ask
from shared.engine.given import Given, Shown
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.policy import Policy
from shared.engine.records import ANSWERED, ASKED_BACK, REFUSAL, WITHDRAWAL
from shared.engine.tables import DecisionRow
from shared.engine.wording import faults_in_words
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.protocol.co_signing import (
    AGREE,
    ANSWER_BACK,
    ASKS_BACK,
    DISAGREE,
    NEXT,
    TAKES_BACK,
    answer_faults,
    not_waiting,
)
from shared.protocol.designations import proposal_fault
from shared.protocol.judge import missing
from shared.protocol.model import Decision, Outcome
from shared.telemetry import traceparent

_RECORDED_AS = {DISAGREE: REFUSAL, ASKS_BACK: ASKED_BACK, ANSWER_BACK: ANSWERED, TAKES_BACK: WITHDRAWAL}
_AUDITED_AS = {
    DISAGREE: "proposal refused",
    ASKS_BACK: "proposal questioned",
    ANSWER_BACK: "question answered",
    TAKES_BACK: "proposal withdrawn",
}


def asks_co_signer(policy: Policy, loaded: Loaded, proposal: DecisionRow) -> list[Ask]:
    """Who has to confirm `proposal` and does not decide here is asked by a task of his own."""
    rule, here = loaded.law.decision(proposal.key), policy.roles(loaded.law)
    roles = rule.who.co_signers if rule else ()
    return [Ask(CO_SIGNATURE, role, str(proposal.id)) for role in roles if role not in here]


class CoSigning:
    """Takes the answers to proposals."""

    def __init__(self, parts: Parts, writer: Writer, carrying: Carrying) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.policy = parts.policy
        self._writer = writer
        self._carrying = carrying

    async def answer(self, loaded: Loaded, person: Person, given: Given) -> Shown:
        """What `person` says to the proposal that `given` names: `agree`, `disagree`, `question`, or for who made it
        `answer` or `withdraw`. Raises NotFound, Forbidden, Conflict when it is not his turn or was overtaken, Invalid."""
        found, said = loaded.decision(given.confirms), given.attempt.outcome
        rule = loaded.law.decision(given.attempt.key)
        if found is None or rule is None or found.key != rule.key:
            raise NotFound("Er is geen voorstel met dat nummer voor dit besluit.")
        role = self._acting(loaded, person, rule, found, said)
        early = not_waiting(said, found.status, rule.article)
        if early:
            raise Conflict(f"Dit kan nu niet: {early.reason} ({early.article}).")
        outcome = self._still_there(loaded, found, rule) if said != TAKES_BACK else None
        if outcome and said == AGREE:
            await self._still_proposed(found)
            self._still_possible(loaded, found, rule, outcome)
        reason, grounds = given.attempt.reason, given.attempt.special_grounds
        faults = answer_faults(said, reason, rule.article, room=loaded.dossier.room_key is not None)
        faults = faults or faults_in_words(loaded, {"reason": reason}, grounds, (role,))
        if faults:
            raise Invalid(faults)
        words = Words(reason=reason.strip(), special_grounds=dict(grounds))
        if outcome and said == AGREE:
            return await self._signed(loaded, person, role, found, outcome, words)
        return await self._recorded(loaded, person, role, found, said, words)

    def _acting(self, loaded: Loaded, person: Person, rule: Decision, found: DecisionRow, said: str) -> str:
        """The designation under which he answers."""
        if said in (ANSWER_BACK, TAKES_BACK):
            if person.user_id != found.recorder:
                raise Forbidden("Alleen wie een besluit voorstelt, beantwoordt een vraag daarover of trekt het in.")
            return person.role_among((found.role,))
        role = person.role_among(rule.who.co_signers)
        if person.user_id in (found.recorder, *found.deciders, *found.dissenters):
            raise Forbidden("Wie een besluit voorstelt, ondertekent het niet zelf mee.")
        self._carrying.stands_back(loaded, person, role)
        return role

    # --- whether it still can be -----------------------------------------------------------------

    def _still_there(self, loaded: Loaded, found: DecisionRow, rule: Decision) -> Outcome:
        """The outcome that was proposed; raises Conflict when it has been overtaken."""
        outcome = rule.outcome(found.parts[0]["outcome"] if found.parts else found.outcome, loaded.state)
        lapsed = found.state_before != loaded.state or found.version != loaded.dossier.version
        overtaken = (lapsed and self.policy.proposals_lapse) or self.policy.has_lapsed(loaded, found)
        if outcome is None or loaded.state not in rule.states or overtaken:
            raise Conflict("Er is sinds dit voorstel iets veranderd: doe een nieuw voorstel.")
        return outcome

    async def _still_proposed(self, found: DecisionRow) -> None:
        """Raises Conflict when who proposed it is not designated for that any more, or only again."""
        held = await self.platform.designations.held_since(found.recorder, found.role, found.taken_at)
        fault = proposal_fault(held_since=held)
        if fault:
            raise Conflict(f"Dit kan niet meer: {fault.reason} ({fault.article}).")

    def _still_possible(self, loaded: Loaded, found: DecisionRow, rule: Decision, outcome: Outcome) -> None:
        """Raises Conflict when what was proposed has been overtaken, e.g. by its own review date."""
        facts = self.policy.facts(loaded)
        for one in loaded.decided(found):
            answer = rule.outcome(one.outcome, loaded.state) or outcome
            unmet = missing(loaded.law, rule, answer, facts, one.about, one.fields)
            if unmet:
                raise Conflict(f"Dit kan niet meer: {unmet[0].reason} ({unmet[0].article}).")

    # --- agreed ----------------------------------------------------------------------------------

    async def _signed(
        self, loaded: Loaded, person: Person, role: str, found: DecisionRow, outcome: Outcome, own: Words
    ) -> Shown:
        """Only now it has effect."""
        now = self.platform.clock.now()
        decision = changed(
            found,
            status="taken",
            co_signers=[person.user_id],
            # A withdrawal leads back to where it stood when it began to count, not when it was proposed.
            state_before=loaded.dossier.state,
            state_after=outcome.leads_to or loaded.state,
            version=loaded.dossier.version + 1,
            taken_at=now,
            effective_at=self._carrying.until(now),
            traceparent=traceparent(),
        )
        # Where there is no room supervision has the words of the proposal already.
        proposed = loaded.words_of(found)
        words = proposed.and_for(own.special_grounds) if proposed else own
        after = loaded.after(decision, {})
        effects = following(self.policy, after, decision)
        kept, co_signer = {f"decision-{found.id}{CO_SIGNER}": own}, own.reason if proposed else None
        change = self._carrying.change(
            loaded, after, decision, effects, words, kept, person, role=role, co_signer=co_signer
        )
        await self._carrying.write(change)
        return Shown(decision)

    # --- refused, asked, answered ----------------------------------------------------------------

    async def _recorded(
        self, loaded: Loaded, person: Person, role: str, found: DecisionRow, said: str, words: Words
    ) -> Shown:
        """That is a record too, with its words; what was proposed has not counted for a moment."""
        performer, now = self.parts.performer, self.platform.clock.now()
        after = changed(found, status=NEXT[said], version=loaded.dossier.version + 1)
        record = record_of(
            loaded,
            now,
            key=_RECORDED_AS[said],
            outcome=f"{found.key}:{found.outcome}",
            article=found.article,
            recorder=person.user_id,
            role=role,
            about=(str(found.id),),
            tells=self.policy.tells_of(loaded),
        )
        told = [told_to_supervision(loaded, record, words, None, None)] if record.tells else []
        undone = self.policy.proposed(loaded, found) if said in (DISAGREE, TAKES_BACK) else ()
        asks: list[Ask] = []
        if said == ASKS_BACK:
            asks = [Ask(QUESTION_BACK, found.role, str(found.id), person=found.recorder)]
        elif said == ANSWER_BACK:
            asks = asks_co_signer(self.policy, loaded, found)
        line = audit.line(
            now,
            f"{_AUDITED_AS[said]}: {found.key}",
            actor=person.user_id,
            role=role,
            record=loaded.number,
            result=found.outcome,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
            answered=words.special_grounds,
        )

        async def at_once(session: AsyncSession) -> None:
            await store.change_decision(session, found, after)
            await performer.undo(session, loaded, found, undone)

        await self._writer.write(
            Change(
                loaded,
                state=loaded.dossier.state,
                decision=record,
                documents={f"decision-{record.id}": words},
                rows=[line, *performer.posted(loaded, record, told)],
                asks=performer.asked(loaded, asks, now, record.id),
                closes_proposals=self.policy.proposals_lapse,
                confirms=found.id,
                replaces=after,
                at_once=at_once,
            )
        )
        return Shown(after)
