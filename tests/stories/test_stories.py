"""The stories of the people who use it, each a file with a title in a plain sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.house import TestHouse
from tests.stories.teller import Teller

FILES = sorted(Path(__file__).parent.glob("*.toml"))
TOLD = {1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 17, 19, 20, 21, 22, 24, 27, 28}


def test_every_story_is_there() -> None:
    numbers = [tomllib.loads(one.read_text())["story"] for one in FILES]
    assert sorted(numbers) == sorted(TOLD)
    titles = [tomllib.loads(one.read_text())["title"] for one in FILES]
    assert all(title.endswith(".") and len(title.split()) > 4 for title in titles)


@pytest.mark.parametrize("file", FILES, ids=[one.stem for one in FILES])
def test_story(house: TestHouse, file: Path) -> None:
    Teller(house).tell(tomllib.loads(file.read_text()))
