"""Retention believes of a signal only who holds it, and knows him by the hand-overs that each holder signed."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.retention.tables import ActiveCase, Holder
from services.retention.use_cases import Keeping
from shared.bus.inbox import Handled, Incoming
from shared.contracts.casework import Closed
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.dossier import SealedDossierLetter
from shared.errors import CannotSucceed, NotBelieved, PartDown
from shared.keys.handed import handed_over
from shared.keys.signing import NotSigned
from shared.privileges import BY_NAME
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.desk import VERSION
from tests.platform.real import Postgres

NUMBER = "S-00000-00001"


class Told:
    """What retention is told, each message really signed by who sends it."""

    def __init__(self, retention: Platform, others: dict[str, Platform]) -> None:
        self.retention, self._others = retention, others
        self._keeping = Keeping(retention)

    @classmethod
    async def of(cls, platform_of: PlatformOf) -> Told:
        names = ("assessment", "sources", "casework")
        return cls(await platform_of("retention"), {name: await platform_of(name) for name in names})

    def signed(self, by: str, to: str, number: str = NUMBER) -> str:
        return handed_over(self._others[by].signer, number, to)

    async def comes_to(self, service: str, handed: str | None = None) -> None:
        """A service tells of the key that it made when the signal came."""
        key = KeyRef(mount=str(BY_NAME[service].room), key=uuid4().hex)
        message = KeysMade(number=NUMBER, keys=(key,), handed_over=handed)
        await self._done(await self._keeping.keys_made(self._from(service), message))

    async def sealed_by(self, service: str) -> None:
        await self._keeping.sealed(self._from(service), SealedDossierLetter(number=NUMBER, letters=()))

    async def closed_by(self, service: str) -> None:
        today = date(2026, 3, 14)
        message = Closed(number=NUMBER, closed_on=today, last_act_on=today, protocol=VERSION)
        await self._done(await self._keeping.closed(self._from(service), message))

    async def holder(self) -> str | None:
        async with self.retention.database.reading() as session:
            row = await session.get(Holder, NUMBER)
        return row.holder if row else None

    @staticmethod
    def _from(service: str) -> Incoming:
        return Incoming(uuid4(), service, signed=True)

    async def _done(self, handled: Handled) -> None:
        async def unit(session: AsyncSession) -> None:
            await handled.effect(session)

        await self.retention.database.together(unit)


async def test_a_signal_goes_from_holder_to_holder(platform_of: PlatformOf) -> None:
    told = await Told.of(platform_of)
    await told.comes_to("assessment")
    await told.comes_to("sources", told.signed("assessment", "sources"))
    await told.comes_to("casework", told.signed("sources", "casework"))
    assert await told.holder() == "casework"
    await told.closed_by("casework")
    async with told.retention.database.reading() as session:
        assert await session.get(ActiveCase, NUMBER)


@pytest.mark.parametrize("service", ["sources", "casework"])
async def test_nobody_seals_or_closes_what_another_holds(platform_of: PlatformOf, service: str) -> None:
    """Before, sources sealed a signal that assessment held, and it was destroyed a year later, or at once by its date."""
    told = await Told.of(platform_of)
    await told.comes_to("assessment")
    with pytest.raises(CannotSucceed, match="does not hold"):
        await told.sealed_by(service)
    with pytest.raises(CannotSucceed, match="does not hold"):
        await told.closed_by(service)


async def test_who_has_handed_it_over_says_nothing_of_it_any_more(platform_of: PlatformOf) -> None:
    told = await Told.of(platform_of)
    await told.comes_to("assessment")
    await told.comes_to("sources", told.signed("assessment", "sources"))
    with pytest.raises(CannotSucceed, match="does not hold"):
        await told.sealed_by("assessment")
    with pytest.raises(CannotSucceed, match="come in before"):
        await told.comes_to("assessment")
    assert await told.holder() == "sources"


async def test_nobody_takes_a_signal_that_was_not_handed_over_to_him(platform_of: PlatformOf) -> None:
    told = await Told.of(platform_of)
    await told.comes_to("assessment")
    for statement in (
        told.signed("sources", "sources"),
        told.signed("sources", "casework"),
        told.signed("assessment", "casework"),
        told.signed("assessment", "sources", "S-00000-00002"),
        "a.b.c",
    ):
        with pytest.raises(NotSigned):
            await told.comes_to("sources", statement)
    assert await told.holder() == "assessment"


async def test_what_comes_before_its_predecessor_waits_and_is_not_lost(platform_of: PlatformOf) -> None:
    told = await Told.of(platform_of)
    statement = told.signed("assessment", "sources")
    with pytest.raises(PartDown):
        await told.sealed_by("sources")
    with pytest.raises(PartDown):
        await told.comes_to("sources", statement)
    await told.comes_to("assessment")
    await told.comes_to("sources", statement)
    assert await told.holder() == "sources"


async def test_a_row_makes_nobody_the_holder(platform_of: PlatformOf, postgres: Postgres) -> None:
    told = await Told.of(platform_of)
    await told.comes_to("assessment")
    await postgres.superuser("retention")("UPDATE holder SET holder = 'sources'")
    with pytest.raises(NotBelieved):
        await told.sealed_by("sources")
