"""Is there something already? Who weighs a signal asks for it, with a reason, and gets a warrant that retention answers.

Assessment makes the hashes and knows nothing of what they find; retention finds and knows nothing of what was asked. Nothing is
asked but here, by a person, for one signal (R-5.9, R-5.10, R-9.10). The reason is sealed for supervision, with the words of
decisions; what was typed is kept nowhere.
"""

from __future__ import annotations

from uuid import uuid4

from services.assessment.bodies import ExistenceCheckIn, WarrantOut
from shared import audit
from shared.contracts.dossier import DecidedLetter, DecisionWords
from shared.engine.consult import EXISTENCE_CHECK
from shared.engine.effects import CopyByLetter, Ground
from shared.engine.engine import Engine
from shared.engine.findable import things_of
from shared.engine.loaded import Loaded
from shared.engine.wording import faults_in_words
from shared.errors import Conflict, Invalid
from shared.finding.things import Thing, asked
from shared.identity import Person
from shared.keys.lookup import Lookup
from shared.keys.warrants import IssuedWarrant, Warrants
from shared.protocol.opening import CONSULTING, check_faults

TYPED = "typed"


class Existence:
    """Judges who asks and why, and issues the warrant."""

    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._warrants = Warrants(self.platform.signer, Lookup(self.platform.bao), self.platform.machine)

    async def ask(self, number: str, person: Person, given: ExistenceCheckIn) -> WarrantOut:
        """A warrant for what `given` names of signal `number`. Raises Forbidden, Conflict for a signal that is not in hand, Invalid
        with everything that is wrong, NotFound or Elsewhere, and PartDown."""
        role = self.parts.role_of(person)
        loaded = await self.parts.loader.load(number, by=person)
        if loaded.content is None or not self.parts.policy.is_here(loaded.state, self.platform.name):
            raise Conflict("Dit kan alleen voor een signaal dat in behandeling is.", state=loaded.state)
        known = things_of(loaded)
        things = {one: known[one] for one in given.about if one in known}
        if given.typed:
            typed = given.typed
            things[TYPED] = Thing(name=typed.name, address=typed.address, company=typed.company_number)
        searched = any(asked(one) for one in things.values())
        wanted = (*given.about, *([TYPED] if given.typed else ()))
        faults = check_faults(loaded.state, given.reason, wanted, {*known, TYPED}, searched)
        faults = faults or faults_in_words(loaded, {"reason": given.reason}, given.special_grounds, (role,))
        if faults:
            raise Invalid(faults)
        issued = await self._warrants.issue(person, things, about=number, ground="signal")
        assert issued is not None
        await self._noted(loaded, person, role, given, issued)
        kinds = {name: tuple(kinds) for name, kinds in issued.kinds.items()}
        return WarrantOut(warrant=issued.token, until=issued.until, asked=kinds)

    async def _noted(
        self, loaded: Loaded, person: Person, role: str, given: ExistenceCheckIn, issued: IssuedWarrant
    ) -> None:
        """Before it is answered: a line with kinds and counts, and for supervision why, and about whom by S1, O1."""
        now, identifier = self.platform.clock.now(), uuid4()
        told = DecidedLetter(
            number=loaded.number,
            letters=(),
            version=loaded.dossier.version,
            key=EXISTENCE_CHECK,
            outcome="asked",
            article=CONSULTING,
            deciders=(person.user_id,),
            recorder=person.user_id,
            role=role,
            taken_at=now,
            protocol=loaded.dossier.protocol,
            state="",
            about=tuple(issued.kinds),
        )
        fields = {"specialGrounds": dict(given.special_grounds)} if given.special_grounds else {}
        words = DecisionWords(decision=str(identifier), reason=given.reason, fields=fields)
        ground = Ground(str(identifier), CONSULTING, person.user_id, now)
        kinds = sorted(kind for each in issued.kinds.values() for kind in each)
        said = ", ".join(f"{kind} {kinds.count(kind)}" for kind in dict.fromkeys(kinds))
        async with self.platform.database.transaction() as session:
            session.add_all(self.parts.performer.posted(loaded, ground, [CopyByLetter("oversight", told, words)]))
            line = audit.line(
                now,
                "existence asked",
                actor=person.user_id,
                role=role,
                record=loaded.number,
                reason=said,
                answered=given.special_grounds,
                concerns=loaded.concerns,
            )
            session.add(line)
