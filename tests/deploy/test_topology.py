"""What the topology says fits together, and with the code."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from deploy.operations_pages import RECKONED, RESULTS, reckoned_gigabytes
from deploy.topology import ENGINES, POOL, PORT, RESERVED, SIZES, Size, pool_of
from deploy.wiring import House
from services.intake.settings import Settings
from shared.database.engine import make_engine
from shared.privileges import SERVICES
from shared.service.serve import ServeSettings
from shared.tls import Tls


@pytest.mark.parametrize("size", SIZES, ids=lambda one: str(one.inhabitants))
def test_all_connections_together_stay_below_what_postgresql_has(size: Size) -> None:
    """Also while each service has one replica more, because a new version comes in."""
    each = [(size.replicas_of(one.name) + 1) * pool_of(one.name) for one in SERVICES]
    assert size.connections() == sum(each) + RESERVED
    assert size.connections() < size.max_connections


async def test_a_pool_is_as_large_as_the_topology_says() -> None:
    engine = make_engine([("127.0.0.1", 1)], "none", Tls(Path("/nowhere"), Path("/nowhere"), Path("/nowhere")))
    pool = engine.pool
    assert pool.size() + pool._max_overflow == POOL  # type: ignore[attr-defined]
    await engine.dispose()


def test_processes_listen_where_others_look() -> None:
    assert ServeSettings.model_fields["listen_port"].default == PORT


def test_only_who_has_a_door_has_a_second_engine() -> None:
    assert set(ENGINES) == {one.name for one in SERVICES if one.door_tables}
    assert "door_password" in Settings.model_fields


def test_a_larger_municipality_has_no_less() -> None:
    for smaller, larger in itertools.pairwise(SIZES):
        assert smaller.inhabitants < larger.inhabitants
        for name in House().processes:
            assert smaller.replicas_of(name) <= larger.replicas_of(name)
        assert set(smaller.storage) == set(larger.storage)


def test_of_everything_one_dies_without_anybody_noticing() -> None:
    for size in SIZES:
        assert all(size.replicas_of(name) > 1 for name in House().processes)


@pytest.mark.parametrize("size", SIZES, ids=lambda one: str(one.inhabitants))
def test_a_disk_has_room_for_what_six_years_came_to_and_a_quarter_more(size: Size) -> None:
    results = json.loads(RESULTS.read_text())
    assert set(RECKONED) == set(size.storage)
    for part, disk in size.storage.items():
        came_to = reckoned_gigabytes(results, part, size)
        assert came_to > 0
        assert float(disk.removesuffix("Gi")) >= 1.25 * came_to, (part, disk, came_to)


def test_each_process_logs_as_much_at_rest_whatever_the_size() -> None:
    results = json.loads(RESULTS.read_text())
    small, large = (reckoned_gigabytes(results, "openbao audit", one) for one in (SIZES[0], SIZES[-1]))
    one, two = (reckoned_gigabytes(results, "openbao audit", Size(0, n, SIZES[0].usual, 1, {})) for n in (1, 2))
    assert 0 < one < small < large
    assert two == pytest.approx(2 * one), "each process asks at rest"
