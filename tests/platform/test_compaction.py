"""A declaration names a day that counts on compactions of OpenBao's storage; while these are late there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col

from deploy.openbao import apply as bao_config
from services.retention.domain import is_late, last_copies
from services.retention.settings import Settings
from services.retention.use_cases.compaction import NOT_COMPACTED, Compactions
from services.retention.use_cases.declare import Declarations
from services.retention.use_cases.destroy import Destruction
from services.retention.use_cases.finish import Finishing
from shared.database.tables import Audit
from shared.openbao import COMPACTION, BaoRefused
from shared.pages import Window
from shared.privileges import SERVICES
from tests.platform.conftest import BaoOf, PlatformOf
from tests.platform.desk import VERSION
from tests.platform.real import Bao
from tests.platform.test_finishing import ONE, Ending

DAY = 24 * 3600


@pytest.fixture
def recorded(openbao: Bao) -> Iterator[None]:
    """What is recorded of compactions is right again for who comes next."""
    yield
    bao_config.note_compaction(openbao.administrator, datetime.now(UTC))


def test_the_day_counts_from_the_compaction_that_is_to_come() -> None:
    """Destroyed in the morning, compacted the day after, copied just before: that copy is opened for 14 days, until that hour, and
    its key goes within a day."""
    found = last_copies(date(2027, 2, 10), compaction_days=1, kept_days=14)
    assert found.compacted_by == date(2027, 2, 11)
    assert found.unrecoverable_from == date(2027, 2, 27), "the first day without a copy"


def test_a_compaction_is_late_when_a_whole_day_passed_without() -> None:
    today = date(2027, 2, 10)
    assert not is_late(today, today, 1)
    assert not is_late(date(2027, 2, 9), today, 1)
    assert is_late(date(2027, 2, 8), today, 1)
    assert is_late(date(2027, 2, 11), today, 1), "what is still to come is none"


class Watched:
    """Retention with one signal that is gone, and what it knows of compactions."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        settings = Settings(**ending.platform.settings.model_dump())
        self.compactions = Compactions(ending.platform, settings)
        self.finishing = Finishing(ending.platform, Declarations(ending.platform, settings), self.compactions)
        self.destruction = Destruction(ending.platform, self.compactions)

    async def goes_on(self) -> set[str]:
        """As a service does; returns what was declared."""
        await self.finishing.look()
        await self.finishing.queue._start_some(self.finishing.declare)
        for task in list(self.finishing.queue._busy):
            await task
        return await self.ending.declared()

    async def missing(self) -> list[str]:
        (found,) = (await self.destruction.open(Window()))["destructions"]
        return list(found["missing"])


@pytest.mark.refused("R-9.16")
async def test_while_it_is_late_nothing_is_declared_and_that_shows(
    platform_of: PlatformOf, openbao: Bao, recorded: None
) -> None:
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION})
    watched, clock = Watched(ending), ending.clock
    bao_config.note_compaction(openbao.administrator, datetime.now(UTC) - timedelta(days=2))
    assert await watched.goes_on() == set()
    assert await watched.missing() == ["compaction"]
    for _ in range(2):
        await watched.compactions.watching.once()
        clock.pass_by(60)
    (row,) = watched.compactions.watching.stuck().examples
    assert row.why == NOT_COMPACTED
    assert await ending.all(col(Audit.entry)["action"].astext) == {"storage of keys not compacted in time"}
    bao_config.note_compaction(openbao.administrator, datetime.now(UTC))
    assert await watched.goes_on() == {ONE}
    await watched.compactions.watching.once()
    assert watched.compactions.watching.stuck().count == 0


@pytest.mark.refused("R-9.16")
@pytest.mark.parametrize("said", ["2999-01-01T00:00:00+00:00", "2026-01-01T00:00:00", "yesterday", 7, None])
async def test_what_no_moment_of_the_past_was_recorded_for_is_late(
    platform_of: PlatformOf, openbao: Bao, recorded: None, said: str | int | None
) -> None:
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION})
    openbao.administrator.write_data(COMPACTION, data={"data": {"at": said}})
    assert await Watched(ending).goes_on() == set()


@pytest.mark.refused("R-9.16")
async def test_what_nobody_recorded_is_late(platform_of: PlatformOf, openbao: Bao, recorded: None) -> None:
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION})
    openbao.administrator.delete("kv/metadata/compaction")
    assert await Watched(ending).goes_on() == set()


@pytest.mark.parametrize("service", [one.name for one in SERVICES])
async def test_no_service_says_when_it_was(bao_of: BaoOf, service: str) -> None:
    bao = bao_of(service)
    for method, path in (
        ("POST", COMPACTION),
        ("PUT", COMPACTION),
        ("DELETE", COMPACTION),
        ("DELETE", "kv/metadata/compaction"),
    ):
        with pytest.raises(BaoRefused):
            await bao.call(method, path, {"data": {"at": "2999-01-01T00:00:00+00:00"}})
