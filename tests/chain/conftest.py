"""A signal that has just arrived in assessment."""

from __future__ import annotations

import pytest

from tests.house import TestHouse


@pytest.fixture
def number(house: TestHouse) -> str:
    return house.arrived(house.report())
