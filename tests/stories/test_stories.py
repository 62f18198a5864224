"""The stories of the people who use it, each a file with a title in a plain sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from deploy.embedded.home import SERVICE_NAMES
from tests.house import TestHouse
from tests.stories.teller import Teller

FILES = sorted(Path(__file__).parent.glob("*.toml"))
TOLD = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 26, 27, 28, 31, 35}


def test_every_story_is_there() -> None:
    numbers = [tomllib.loads(one.read_text())["story"] for one in FILES]
    assert sorted(numbers) == sorted(TOLD)
    titles = [tomllib.loads(one.read_text())["title"] for one in FILES]
    assert all(title.endswith(".") and len(title.split()) > 4 for title in titles)


@pytest.mark.parametrize("file", FILES, ids=[one.stem for one in FILES])
def test_story(house: TestHouse, file: Path) -> None:
    before = parked(house)
    Teller(house).tell(tomllib.loads(file.read_text()))
    assert parked(house) == before, "a message of this story is received by nobody"


def parked(house: TestHouse) -> set[str]:
    """What waits for a person at whoever received it; other tests, with the same house, forge what cannot be handled."""
    query = "SELECT id FROM unhandled WHERE parked_at IS NOT NULL"
    return {str(row["id"]) for service in SERVICE_NAMES for row in house.sql(service, query)}
