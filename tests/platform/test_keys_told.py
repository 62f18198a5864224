"""A service that is taken over tells retention of no key but where it makes keys itself."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.retention.use_cases import Keeping
from shared.bus.inbox import Incoming
from shared.contracts.common import KeyRef, KeysMade
from shared.errors import CannotSucceed
from shared.privileges import ARCHIVES, BY_NAME, LETTERBOXES, ROOMS, SIGN
from tests.platform.conftest import PlatformOf

TELLS = sorted(name for name, events in BY_NAME["retention"].consumes.items() if "keys-made.v1" in events)


@pytest.mark.parametrize("service", TELLS)
async def test_keys_are_told_of_by_who_makes_them_there(platform_of: PlatformOf, service: str) -> None:
    """Before, intake could report a key in any archive, and it was destroyed, or waited for, with a signal of its choice."""
    keeping = Keeping(await platform_of("retention"))
    own = {BY_NAME[service].room, *BY_NAME[service].seals_archives}
    for mount in (*ROOMS, *ARCHIVES, *LETTERBOXES, SIGN, "unheard-of"):
        told = KeysMade(number="S-00000-00001", keys=(KeyRef(mount=mount, key=uuid4().hex),))
        incoming = Incoming(uuid4(), service, signed=True)
        if mount in own:
            assert await keeping.keys_made(incoming, told)
        else:
            with pytest.raises(CannotSucceed, match="where it makes none"):
                await keeping.keys_made(incoming, told)
