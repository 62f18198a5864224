"""Who is believed about a signal: each holder is named by what the one before decided.

Each message is genuine: the attacker has the service that says it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.oversight import store
from services.oversight.domain import HANDING_OVER
from services.oversight.use_cases import RegisterKeeping, Releasing
from shared.bus.inbox import Handled, Incoming
from shared.contracts.common import Message, Whereabouts
from shared.contracts.dossier import DecidedLetter, DecisionWords
from shared.engine.consult import CONSULTATION
from shared.engine.records import WITHDRAWAL
from shared.errors import CannotSucceed, PartDown
from shared.keys.letters import new_kid, seal, split_kid
from shared.keys.own_letterbox import RSA_SECONDS
from shared.numbers import random_seed, signal_number
from shared.protocol.model import State
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.desk import VERSION

YEAR = timedelta(days=365)
ENDED_ON = datetime.now(UTC).replace(microsecond=0)


class Register:
    """Oversight, as it hears what services say."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._keeping, self._releasing = RegisterKeeping(platform), Releasing(platform)
        self._box: tuple[str, str] | None = None

    async def letter(self, content: DecisionWords) -> str:
        """Sealed for oversight."""
        if self._box is None:
            bao, kid = self.platform.bao, new_kid("oversight", ENDED_ON.date())
            path = f"letterbox-oversight/keys/{split_kid(kid)[1]}"
            await bao.call("POST", path, {"type": "rsa-3072"}, seconds=RSA_SECONDS)
            found = await bao.call("GET", path.replace("/keys/", "/export/public-key/") + "/latest")
            self._box = kid, next(iter(found["data"]["keys"].values()))
        text = json.dumps({"word": "woord", "content": content.model_dump(mode="json")})
        return seal(text.encode(), *self._box)

    async def decided(self, by: str, number: str, version: int, key: str, outcome: str, state: str) -> None:
        words = DecisionWords(decision=str(uuid4()), reason="Een reden.", fields={})
        message = DecidedLetter(
            number=number,
            letters=(await self.letter(words),),
            version=version,
            key=key,
            outcome=outcome,
            article="art. 12",
            deciders=("anna",),
            recorder="anna",
            role="oov",
            taken_at=ENDED_ON + timedelta(seconds=version),
            protocol=VERSION,
            state=state,
        )
        await self._hears(self._keeping.decided, by, message)

    async def says(self, by: str, number: str, version: int, state: str, holder: str | None = None) -> None:
        message = Whereabouts(number=number, version=version, holder=holder or by, state=state, since=ENDED_ON)
        await self._hears(self._keeping.whereabouts, by, message)

    async def _hears(self, handler: Callable[..., Any], by: str, message: Message) -> None:
        handled: Handled = await handler(Incoming(uuid4(), by, signed=True), message)
        await self.platform.database.together(handled.effect)

    async def where(self, number: str) -> tuple[str, int]:
        async with self.platform.database.reading() as session:
            row = await session.get_one(store.Whereabout, number)
        return row.holder, row.version


@pytest.fixture
async def register(platform_of: PlatformOf) -> Register:
    return Register(await platform_of("oversight"))


async def arrived(register: Register) -> str:
    number = signal_number(random_seed())
    await register.says("assessment", number, 1, State.RECEIVED)
    return number


# --- who holds it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["sources", "casework", "retention"])
async def test_a_signal_begins_with_assessment(register: Register, service: str) -> None:
    with pytest.raises(PartDown, match="another service"):
        await register.says(service, signal_number(random_seed()), 1, State.SEALED)


@pytest.mark.parametrize("service", ["sources", "casework", "retention"])
@pytest.mark.parametrize("version", [2, 2_000_000_000])
async def test_who_does_not_hold_it_says_nothing_about_it(register: Register, service: str, version: int) -> None:
    number = await arrived(register)
    with pytest.raises(PartDown, match="another service"):
        await register.says(service, number, version, State.SEALED)
    with pytest.raises(PartDown, match="another service"):
        await register.decided(service, number, version, "weging-1", "no-suspicion", HANDING_OVER)
    with pytest.raises(CannotSucceed):
        await register.says(service, number, version, State.SEALED, holder="assessment")
    assert await register.where(number) == ("assessment", 1)


async def test_the_decision_of_the_holder_names_the_next(register: Register) -> None:
    number = await arrived(register)
    await register.decided("assessment", number, 2, "weging-1", "no-suspicion", HANDING_OVER)
    with pytest.raises(PartDown, match="another service"):
        await register.says("sources", number, 3, State.SOURCE_LIST)
    await register.says("retention", number, 3, State.SEALED)
    assert await register.where(number) == ("retention", 3)


async def test_where_another_service_decides_the_law_says_to_whom_it_can_go(register: Register) -> None:
    number = await arrived(register)
    await register.decided("assessment", number, 2, "weging-3", "heavy-enough", State.INFORMING)
    with pytest.raises(PartDown, match="another service"):
        await register.says("casework", number, 4, State.CHECK_2A)
    await register.says("sources", number, 4, State.SOURCE_LIST)
    assert await register.where(number) == ("sources", 4)


async def test_a_version_of_an_earlier_holder_counts_for_nothing(register: Register) -> None:
    """Whatever number it gave itself, the next one is believed; what it says then comes late."""
    number = await arrived(register)
    await register.says("assessment", number, 2_000_000_000, State.WEGING_1)
    await register.decided("assessment", number, 2_000_000_001, "weging-1", "no-suspicion", HANDING_OVER)
    await register.says("retention", number, 4, State.SEALED)
    await register.says("assessment", number, 2_000_000_002, State.WEGING_1)
    assert await register.where(number) == ("retention", 4)


async def test_a_decision_that_is_withdrawn_names_nobody(register: Register) -> None:
    number = await arrived(register)
    await register.decided("assessment", number, 2, "weging-1", "no-suspicion", HANDING_OVER)
    await register.decided("assessment", number, 3, WITHDRAWAL, "weging-1:no-suspicion", State.WEGING_1)
    with pytest.raises(PartDown, match="another service"):
        await register.says("retention", number, 4, State.SEALED)


async def test_rights_says_nothing_of_where_a_signal_is_and_nobody_else_decides_on_duties(register: Register) -> None:
    number = await arrived(register)
    await register.decided("rights", number, 1, "duty", "inform", "")
    with pytest.raises(CannotSucceed):
        await register.decided("rights", number, 2, "weging-1", "no-suspicion", HANDING_OVER)
    with pytest.raises(CannotSucceed):
        await register.decided("assessment", number, 2, "duty", "inform", "")


async def test_a_question_outside_says_nothing_of_where_a_signal_is(register: Register) -> None:
    number = await arrived(register)
    await register.decided("assessment", number, 2, CONSULTATION, "asked", "")
    with pytest.raises(CannotSucceed):
        await register.decided("assessment", number, 2, CONSULTATION, "asked", HANDING_OVER)
