"""The yearly change of the key by which a signal is found again: done by the provisioner, and no version goes that is needed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from deploy.openbao import lookup
from shared.clock import calendar_date
from shared.keys.lookup import Lookup
from tests.platform.conftest import BaoOf
from tests.platform.real import Bao

TODAY = calendar_date(datetime.now(UTC))


async def test_a_version_a_year_and_none_goes_that_is_needed(bao_of: BaoOf, openbao: Bao) -> None:
    admin, hashes = openbao.administrator, Lookup(bao_of("assessment"))
    first = (await hashes.versions())[-1]
    before = await hashes.newest(["x"])
    for _ in range(2):
        assert lookup.renew(admin, TODAY) is None
    assert lookup.renew(admin, date(TODAY.year + 1, 1, 1)) == first + 1
    assert lookup.renew(admin, date(TODAY.year + 1, 12, 31)) is None
    assert lookup.renew(admin, date(TODAY.year + 1, 12, 31), now=True) == first + 2
    # The hashes of a sealed signal are of the first: it stays, and is asked for.
    lookup.end_unused(admin, {first, first + 2})
    assert before.hashes[0] in (await hashes.each(["x"]))["x"]
    # When nothing is left of it, it goes; the one before the newest stays, for what is on its way.
    assert lookup.end_unused(admin, {first + 2}) == first + 1
    assert list(await hashes.versions()) == [first + 1, first + 2]
    found = (await hashes.each(["x"]))["x"]
    assert len(found) == 2
    assert before.hashes[0] not in found
