"""The disclosure register of a year that is over, as an archive takes it: signed, with MDTO. It is kept for good (R-6.4)."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

from pydantic.alias_generators import to_camel
from sqlalchemy import select
from sqlmodel import col

from services.oversight import store
from shared import audit
from shared.accountability import moment_said
from shared.canonical import digest
from shared.clock import AMSTERDAM, calendar_date
from shared.documents.mdto import (
    CREATED,
    EXPORTED,
    FOR_GOOD,
    OF_THIS_HOUSE,
    OTHERWISE,
    PIECE,
    Concept,
    Happening,
    KeptObject,
    Reference,
    UseRestriction,
    archive_package,
)
from shared.engine.head import vouched_for
from shared.errors import Conflict
from shared.identity import Person
from shared.protocol.designations import BEHEERDER, FG
from shared.protocol.model import Law
from shared.service.platform import Platform

REGISTER_KIND = "meldpunt-disclosure-register"
REGISTER_TITLE = "Register van verstrekkingen"
_CALLED = "register-van-verstrekkingen"


class RegisterArchive:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def package(self, year: int, person: Person) -> bytes:
        """A zip. Lines that oversight did not write are left out and counted. Raises Forbidden, Conflict for a year that is not
        over, and NotSigned."""
        role = person.role_among({FG, BEHEERDER})
        now = self.platform.clock.now()
        if year >= calendar_date(now).year:
            raise Conflict("Dit jaar is nog niet voorbij: het register ervan is nog niet af.")
        register = await self._register(year, now)
        line = audit.line(now, "disclosure register read", actor=person.user_id, role=role, reason=str(year))
        async with self.platform.database.transaction() as session:
            session.add(line)
        signature = self.platform.signer.sign(REGISTER_KIND, {"year": year, "sha256": digest(register)})
        twin = json.dumps({"register": register, "signature": signature}, ensure_ascii=False, indent=1).encode()
        law, name = self.platform.settings.laws.configured, f"{_CALLED}-{year}"
        return archive_package(register_object(law, year, now, f"{name}.json"), name, {f"{name}.json": twin}, now)

    async def _register(self, year: int, now: datetime) -> dict[str, Any]:
        begins, ends = (datetime.combine(date(one, 1, 1), time(), AMSTERDAM) for one in (year, year + 1))
        query = select(store.Disclosure).where(
            col(store.Disclosure.decided_at) >= begins, col(store.Disclosure.decided_at) < ends
        )
        ordered = query.order_by(col(store.Disclosure.decided_at), col(store.Disclosure.id))
        async with self.platform.database.reading() as session:
            rows = (await session.scalars(ordered)).all()
        mine = [one for one in rows if await vouched_for(self.platform.mac, one)]
        return {
            "title": REGISTER_TITLE,
            "year": year,
            "madeAt": moment_said(now),
            "trial": not self.platform.settings.live,
            "notBelieved": len(rows) - len(mine),
            "lines": [
                {"id": str(one.id)} | {to_camel(name): value for name, value in one.facts.items()} for one in mine
            ],
        }


def register_object(law: Law, year: int, now: datetime, file: str) -> KeptObject:
    """The register of `year`, as MDTO describes it; `file`: what represents it, written out `now`."""
    by = Reference(OF_THIS_HOUSE)
    return KeptObject(
        number=f"{_CALLED}-{year}",
        name=f"{REGISTER_TITLE} {year}",
        level=PIECE,
        classification=Concept(REGISTER_TITLE, "Documentsoorten van het Gemeentelijk Meldpunt Ondermijning"),
        says="Aan wie welke gegevens van welk signaal zijn verstrekt, waarvoor en op welke grondslag, in codes. Wat er is verstrekt, staat er niet in.",
        covers=(
            Concept("Kalenderjaar", "Perioden van het Gemeentelijk Meldpunt Ondermijning"),
            date(year, 1, 1),
            date(year, 12, 31),
        ),
        events=[Happening(CREATED, date(year, 12, 31), by), Happening(EXPORTED, now, by)],
        value=FOR_GOOD,
        files=(file,),
        creator=Reference(f"gemeente {law.municipality}", law.choices.taking_into_use.oin, "OIN-register van Logius"),
        activity="Behandelen van signalen van ondermijning",
        restriction=UseRestriction(
            OTHERWISE,
            "Bevat nummers van signalen en van medewerkers. Inzage is voor de functionaris gegevensbescherming, de beheerder"
            " en wie het dossier behandelt.",
        ),
    )
