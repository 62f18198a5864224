"""Consulting a closed case (art. 9 lid 2): only for a new signal, by who holds that, within its phase.

The holder of the new signal asks; casework gives one person a look for a while. Nothing of the old case
changes, its dates neither (R-9.13). Why it was needed is sealed for supervision, with the words of decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from shared import audit
from shared.contracts.consult import Consult
from shared.contracts.dossier import DecidedLetter, DecisionWords
from shared.engine.effects import CopyByLetter, Ground, Tell
from shared.engine.parts import Parts
from shared.engine.wording import faults_in_words
from shared.errors import Conflict, Invalid
from shared.identity import Person
from shared.protocol.model import PHASE_OF
from shared.protocol.opening import CONSULTING, LOOK, not_for, reason_fault

CONSULTATION, EXISTENCE_CHECK = "consultation", "existence-check"
"""What was asked, as supervision keeps it among the decisions; neither moves a signal."""


@dataclass(frozen=True)
class Look:
    """What was asked: of `case` what `phase` of `new_signal` permits, until `until`."""

    case: str
    new_signal: str
    phase: int
    until: datetime


class Consultations:
    """Asking for a look into a closed case, and giving one (art. 9 lid 2)."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def ask(
        self, number: str, person: Person, case: str, reason: str, special_grounds: Mapping[str, str] | None = None
    ) -> Look:
        """Ask for a look into `case` for signal `number`. Raises Forbidden, Conflict for a signal that is not in hand,
        Invalid without a reason, NotFound or Elsewhere."""
        role = self.parts.role_of(person)
        loaded = await self.parts.loader.load(number, by=person)
        not_now = not_for(loaded.state)
        if not_now or loaded.content is None or not self.parts.policy.is_here(loaded.state, self.platform.name):
            raise Conflict("Dit kan alleen voor een signaal dat in behandeling is.", state=loaded.state)
        missing = reason_fault(reason)
        if missing:
            raise Invalid([missing])
        faults = faults_in_words(loaded, {"reason": reason}, special_grounds or {}, (role,))
        if faults:
            raise Invalid(faults)
        now = self.platform.clock.now()
        look = Look(case, number, PHASE_OF[loaded.state], now + LOOK)
        identifier = uuid4()
        told = DecidedLetter(
            number=number,
            letters=(),
            version=loaded.dossier.version,
            key=CONSULTATION,
            outcome="asked",
            article=CONSULTING,
            deciders=(person.user_id,),
            recorder=person.user_id,
            role=role,
            taken_at=now,
            protocol=loaded.dossier.protocol,
            state="",
            about=(case,),
        )
        fields = {"specialGrounds": dict(special_grounds)} if special_grounds else {}
        wanted = Consult(number=case, new_signal=number, phase=look.phase, person=person.user_id, until=look.until)
        effects = [
            Tell("casework", wanted),
            CopyByLetter("oversight", told, DecisionWords(decision=str(identifier), reason=reason, fields=fields)),
        ]
        ground = Ground(str(identifier), CONSULTING, person.user_id, now)
        async with self.platform.database.transaction() as session:
            session.add_all(self.parts.performer.posted(loaded, ground, effects))
            line = audit.line(
                now,
                "consultation asked",
                actor=person.user_id,
                role=role,
                record=case,
                reason=number,
                answered=special_grounds or {},
            )
            session.add(line)
        return look
