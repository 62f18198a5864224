"""Rights' policy: one duty per person, what a decision on it changes, and who is told; a request has its own in
request_policy.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import col

from services.rights import request_policy
from services.rights.answer import GATES
from services.rights.domain import told
from services.rights.effects import MayComplete, MovesClock
from services.rights.shelf import Moments
from services.rights.told import listed_duty
from shared.clock import calendar_date
from shared.contracts.intake import Subject
from shared.contracts.rights import DutiesTold, NoticeTold
from shared.engine.documents import REPORT, Finding
from shared.engine.effects import Effect, Forget, Tell
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.rectified import representative_of
from shared.engine.tables import DecisionRow, Dossier
from shared.numbers import is_request
from shared.pages import Keyset
from shared.protocol.conditions.approach import CHILD
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.letters import LETTER, recipient_faults
from shared.protocol.model import State
from shared.protocol.moments import AT_ONCE, NEARER, NOT_CONCERNED, REVIEW, UNDELIVERABLE
from shared.protocol.terms import add_months

CONTACT = "contact"
TOLD_TO_GATES = ("duty", "review", "ground-lapsed", "notice-sent", UNDELIVERABLE)
"""Decisions after which a gate may open; a withdrawn one was never told."""


class RightsPolicy(Policy):
    records = False
    # Of the duty; who holds the signal closes all of it.
    tells_closing = ()
    # The most urgent first.
    order = Keyset("duties", col(Dossier.due_on), col(Dossier.number))

    def tells_of(self, loaded: Loaded) -> bool:
        """The words about a request stay in its register, with a term of their own (R-10.8)."""
        return not is_request(loaded.number)

    def makes(self, loaded: Loaded, attempt: Attempt, now: datetime) -> Mapping[str, Finding]:
        return request_policy.makes(loaded, attempt, now)

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """Who is to be informed and which moments bring it nearer; nothing of what was reported is here."""
        if is_request(loaded.number):
            return request_policy.show(loaded)
        person, to = next(iter(loaded.opened.subjects.values()), None), addressee(loaded)
        moments = sorted(loaded.mine(Moments).known, key=lambda one: one.on)
        return {
            "person": person.model_dump(exclude_none=True) if person else None,
            "child": is_child(loaded),
            "addressee": to.model_dump(exclude_none=True) if to else None,
            "notConcernedSince": next((one.on.isoformat() for one in moments if one.why == NOT_CONCERNED), None),
            "letters": [
                {"letter": name, "channel": one.fields["channel"], "madeAt": one.recorded_at}
                for name, one in loaded.opened.findings.items()
                if one.category == LETTER
            ],
            "received": [
                {"recipient": one, "since": on.isoformat()}
                for one, on in sorted(loaded.mine(Moments).received_by().items())
            ],
            "moments": [{"why": one.why, "on": one.on.isoformat()} for one in moments if one.why in NEARER],
        }

    def acted_before(self, loaded: Loaded, user_id: str) -> tuple[str, ...]:
        """On the signal that this duty is about, with assessment."""
        return tuple(loaded.mine(Moments).acted.get(user_id, ()))

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        """A letter names everybody who had something of this person before the day on which it went."""
        if is_request(loaded.number):
            return request_policy.faults(loaded, given)
        if given.attempt.key != "notice-sent":
            return ()
        letter, back = loaded.opened.findings[given.attempt.fields["letter"]], came_back(loaded)
        if back and datetime.fromisoformat(letter.recorded_at) < back.taken_at:
            words = "deze brief is teruggekomen, of van daarvoor: maak een nieuwe"
            return [Fault("fields.letter", words, "art. 26 lid 5", "came-back")]
        sent = date.fromisoformat(given.attempt.fields["sentOn"])
        late = set(loaded.mine(Moments).received_by(sent)) - set(letter.fields["recipients"])
        return recipient_faults(letter.fields["recipients"], {*letter.fields["recipients"], *late}) if late else ()

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """The clock of this duty moves; the gates that depend on it hear of it; who it was is forgotten when done."""
        if is_request(loaded.number):
            return request_policy.follows(loaded, decision)
        done = decision.state_after == State.DUTY_DONE
        # Who it is has been kept for this only; that and how it was decided stays. A letter that can come back says who he is
        # anyway, and he is known here for as long.
        who = () if may_come_back(loaded, decision) else (REPORT, CHILD)
        # What is left is done later: where something was decided since, such as that it came back, that one says what goes.
        last = loaded.taken[-1].id == decision.id if loaded.taken else True
        left = (*who, *_not_sent(loaded, decision)) if done and last else ()
        forgotten = (Forget(left),) if left else ()
        notices = (*_notices(loaded, decision), *_listed(loaded, decision))
        return (_clock(loaded, decision), *notices, *forgotten, MayComplete())


def is_child(loaded: Loaded) -> bool:
    """Whether the person of this duty was marked as a child (art. 5 UAVG)."""
    mark = loaded.opened.findings.get(CHILD)
    return bool(mark and mark.fields["child"])


def addressee(loaded: Loaded) -> Subject | None:
    """To whom the notice goes: the person, or who represents a child; None where that is not known."""
    if not is_child(loaded):
        return next(iter(loaded.opened.subjects.values()), None)
    mark = loaded.opened.findings[CHILD]
    return representative_of(mark)


def may_come_back(loaded: Loaded, decision: DecisionRow) -> bool:
    """Whether this decision says that a letter went by post or digitally, which may prove undeliverable (art. 26 lid 5)."""
    return decision.key == "notice-sent" and loaded.fields_of(decision).get("channel") != "in-person"


def came_back(loaded: Loaded) -> DecisionRow | None:
    """By which decision a notice came back last."""
    return next((one for one in reversed(loaded.taken) if one.key == UNDELIVERABLE), None)


def _clock(loaded: Loaded, decision: DecisionRow) -> MovesClock:
    fields = loaded.fields_of(decision)
    if decision.key == CONTACT:
        return MovesClock(loaded.law, CONTACT, date.fromisoformat(fields["contactOn"]))
    if decision.key == UNDELIVERABLE:
        back = date.fromisoformat(fields["returnedOn"])
        return MovesClock(loaded.law, UNDELIVERABLE, add_months(back, loaded.law.terms.notice_months))
    if decision.state_after == State.DUTY_DEFERRED:
        return MovesClock(loaded.law, REVIEW, date.fromisoformat(fields["reviewOn"]))
    if decision.state_after == State.DUTY_TO_SEND:
        today = calendar_date(decision.taken_at)
        # Or within the month, where that is over already.
        return MovesClock(loaded.law, AT_ONCE, min(today, loaded.dossier.due_on or today))
    return MovesClock(loaded.law)


def _not_sent(loaded: Loaded, decision: DecisionRow) -> tuple[str, ...]:
    """The letters that were made by then and not sent; the one that was is kept, as what the person was told."""
    sent = loaded.fields_of(decision).get("letter")
    return tuple(
        name
        for name, one in loaded.opened.findings.items()
        if one.category == LETTER and name != sent and datetime.fromisoformat(one.recorded_at) <= decision.taken_at
    )


def _listed(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Who approves a list on which the signal stands hears of it before it is destroyed (art. 26 lid 5)."""
    lists = loaded.mine(Moments).lists
    if not lists or not loaded.dossier.subject or decision.key not in TOLD_TO_GATES:
        return ()
    duty = listed_duty(loaded, State(decision.state_after), loaded.dossier.turn + 1)
    return [Tell("oversight", DutiesTold(list_id=one, duties=(duty,))) for one in lists]


def _notices(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    dossier = loaded.dossier
    if not dossier.subject or decision.key not in TOLD_TO_GATES:
        return ()
    deferred = decision.state_after == State.DUTY_DEFERRED
    notice = NoticeTold(
        number=dossier.signal,
        subject=dossier.subject,
        version=decision.version,
        state=told(State(decision.state_after), decision.outcome),
        review_on=date.fromisoformat(loaded.fields_of(decision)["reviewOn"]) if deferred else None,
        weighed_at=decision.taken_at if deferred else None,
    )
    return [Tell(gate, notice) for gate in GATES]
