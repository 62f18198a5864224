"""Looking for who asks, by keyed hashes: rights gives the person a warrant, and retention answers him (R-10.2).

Rights makes the hashes of what was registered of him and knows nothing of what they find. What is found is put before its
holder by its number (asking.py); free text has its own human step.
"""

from __future__ import annotations

from services.rights.sealed import thing_of
from shared import audit
from shared.engine.engine import Engine
from shared.errors import Conflict, Invalid
from shared.identity import Person
from shared.keys.lookup import Lookup
from shared.keys.warrants import IssuedWarrant, Warrants
from shared.protocol.answering import nothing_searched
from shared.protocol.model import State

THE_PERSON = "person"
"""How he is called in the answer, who is nobody's S1 yet."""


class LookingFor:
    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._warrants = Warrants(self.platform.signer, Lookup(self.platform.bao), self.platform.machine)

    async def warrant(self, number: str, person: Person) -> IssuedWarrant:
        """For the person whom request `number` is about. Raises Forbidden, NotFound, Conflict before it is established who asks or
        when looking is over, Invalid where nothing of him can be looked for, and PartDown."""
        role = self.parts.role_of(person)
        loaded = await self.parts.loader.load(number, by=person)
        if loaded.state != State.REQUEST_SEARCH:
            raise Conflict("Er wordt nu niet naar gegevens gezocht (art. 10 lid 1).", state=loaded.state)
        issued = await self._warrants.issue(person, {THE_PERSON: thing_of(loaded)}, about=number, ground="request")
        if issued is None:
            raise Invalid([nothing_searched()])
        said = ", ".join(sorted(issued.kinds[THE_PERSON]))
        line = audit.line(
            self.platform.clock.now(), "existence asked", actor=person.user_id, role=role, record=number, reason=said
        )
        async with self.platform.database.transaction() as session:
            session.add(line)
        return issued
