"""The next version that a drill makes is another version of this code, on another schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.drills.next_version import CONTRACTS, EXPANDS, made
from deploy.embedded.home import HouseError
from shared.database.schemas import numbered


def test_it_has_another_version_and_a_migration_more(tmp_path: Path) -> None:
    following = made(tmp_path / "one", "1.1.0-drill", ["intake"], EXPANDS)
    last = made(tmp_path / "two", "1.2.0-drill", ["intake"], CONTRACTS, of=following)
    assert 'VERSION = "1.2.0-drill"' in (last / "shared" / "http" / "problems.py").read_text()
    found = sorted(one.name for one in (last / "services" / "intake" / "migrations").glob("v*_drill.py"))
    assert len(found) == 2
    number = int(found[-1][1:5])
    assert numbered(f"intake_{number:04}") == ("intake", number)
    assert f'SCHEMA = "intake_{number:04}"' in (last / "services" / "intake" / "store.py").read_text()
    migration = (last / "services" / "intake" / "migrations" / found[-1]).read_text()
    assert f"SET oldest = {number}" in migration
    assert f'down_revision = "intake_{number - 1:04}"' in migration
    assert not (last / "services" / "assessment" / "migrations").joinpath(found[-1]).exists()


def test_code_of_another_shape_is_not_changed_half(tmp_path: Path) -> None:
    following = made(tmp_path / "one", "1.1.0-drill", [], EXPANDS)
    (following / "shared" / "http" / "problems.py").write_text("")
    with pytest.raises(HouseError, match=r"problems\.py"):
        made(tmp_path / "two", "1.2.0-drill", [], EXPANDS, of=following)
