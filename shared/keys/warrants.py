"""A warrant: for one minute this person may ask, once, whether there is something with these hashes (R-5.9, R-9.10, R-10.2).

Assessment signs one for a signal, rights for a request, each after it judged who asks and why. The person hands it to retention
with his own token. It names nothing: S1 or O1 of the signal, a kind, and hashes.

    token = await warrants.issue(person, {"asked-1": Thing(name="…")}, about=number_of_the_request, ground="request")
    await checked(verifier, token, person)      # at retention
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import Field, StringConstraints, ValidationError

from shared.clock import Clock
from shared.contracts.common import Frozen
from shared.errors import Forbidden
from shared.finding.things import Sameness, Thing, asked
from shared.identity import Person
from shared.keys.lookup import Lookup
from shared.keys.signing import NotSigned, Signer, Verifier, certificate_of, read_claims
from shared.privileges import ASKERS

KIND = "meldpunt-warrant"
LASTS = timedelta(minutes=1)
MOST_THINGS = 5
MOST_ASKED_HASHES = 2000
WarrantFor = Literal["signal", "request"]
SIGNED_FOR: dict[str, WarrantFor] = {"assessment": "signal", "rights": "request"}
"""Who signs for what; a warrant of anybody else is none."""
NO_WARRANT = "Dit verzoek is niet (meer) geldig: vraag opnieuw, bij het signaal of het verzoek waarvoor het nodig is."

Hash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]


class AskedThing(Frozen):
    """`thing`: S1 or O1 of the signal, or what was typed by its place; `kind`: in what something would be the same."""

    thing: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    kind: Sameness
    hashes: Annotated[tuple[Hash, ...], Field(max_length=MOST_ASKED_HASHES)]


class Warrant(Frozen):
    """What was asked, by whom, and for which signal or request (`about`)."""

    id: UUID
    by: str = ""
    person: str
    about: str
    ground: WarrantFor
    asked: Annotated[tuple[AskedThing, ...], Field(max_length=5 * MOST_THINGS)]


@dataclass(frozen=True)
class IssuedWarrant:
    """A warrant as it is handed over; `kinds`: what is asked, by thing; `until`: when it ends."""

    token: str
    kinds: Mapping[str, tuple[Sameness, ...]]
    until: datetime


class Warrants:
    """Issues warrants in the name of one service. `machine`: the clock by which signatures are dated."""

    def __init__(self, signer: Signer, lookup: Lookup, machine: Clock) -> None:
        self._signer = signer
        self._lookup = lookup
        self._machine = machine

    async def issue(
        self, person: Person, things: Mapping[str, Thing], *, about: str, ground: WarrantFor
    ) -> IssuedWarrant | None:
        """A warrant for `things`, by how each is called in the answer; None when there is nothing to look for in them.

        Raises PartDown, NotSigned without a certificate, and ValueError for more things than may be asked at once.
        """
        if len(things) > MOST_THINGS:
            raise ValueError("more than can be asked at once")
        forms = {(name, kind): found for name, one in things.items() for kind, found in asked(one).items()}
        if not forms:
            return None
        hashes = await self._lookup.each({form for found in forms.values() for form in found})
        claims = {
            "id": str(uuid4()),
            "person": person.user_id,
            "about": about,
            "ground": ground,
            "asked": [
                {"thing": name, "kind": kind, "hashes": sorted(one for form in found for one in hashes[form])}
                for (name, kind), found in forms.items()
            ],
        }
        kinds = {name: tuple(kind for other, kind in forms if other == name) for name in things}
        until = self._machine.now() + LASTS
        return IssuedWarrant(self._signer.sign(KIND, claims), kinds, until)


async def checked(verifier: Verifier, token: str, person: Person) -> Warrant:
    """What a warrant says, once it is believed: signed by who may ask, not a minute ago, for this person. Whether it was used
    before is the caller's to know. Raises Forbidden, always in the same words, and PartDown."""
    try:
        by = str(read_claims(certificate_of(token)).get("service"))
        if by not in ASKERS:
            raise NotSigned
        claims = await verifier.verify(token, kind=KIND, service=by, within=LASTS)
        warrant = Warrant.model_validate(claims).model_copy(update={"by": by})
    except (NotSigned, ValidationError) as problem:
        raise Forbidden(NO_WARRANT, code="no-warrant") from problem
    if warrant.person != person.user_id or SIGNED_FOR.get(by) != warrant.ground:
        raise Forbidden(NO_WARRANT, code="no-warrant")
    return warrant
