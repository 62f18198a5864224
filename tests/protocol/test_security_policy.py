"""The security policy in the municipality's file (art. 8): where it is, and when the beheerder is reminded of its review."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.protocol.loading import Unacceptable, read
from shared.protocol.municipality import SecurityPolicy
from tests.protocol.laws import LAWS

REVIEW = date(2027, 3, 31)
POLICY = SecurityPolicy("Informatiebeveiligingsbeleid", "https://example.nl/beleid", date(2026, 1, 1), REVIEW, 60)
FILE = Path(__file__).parents[2] / "shared" / "protocol" / "municipalities" / "midden-delfland-2025.toml"


@pytest.mark.allowed("R-8.7")
@pytest.mark.parametrize(
    ("days", "standing"),
    [(-61, "in-order"), (-60, "near"), (0, "near"), (1, "overdue")],
)
def test_the_beheerder_is_reminded_before_the_day_of_review(days: int, standing: str) -> None:
    assert POLICY.standing(REVIEW + timedelta(days=days)) == standing


@pytest.mark.refused("R-8.7")
@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("adres", "javascript:alert(1)", "moet een internetadres zijn"),
        ("van", "morgen", "moet een dag zijn"),
        ("herzien_op", "2020-01-01", "moet na de dag van het beleid liggen"),
    ],
)
def test_a_file_says_what_is_wrong_with_it(tmp_path: Path, key: str, value: str, says: str) -> None:
    filled = FILE.read_text().replace('van = ""  ', 'van = "2026-01-01"  ')
    start, _, rest = filled.partition("[beveiligingsbeleid]")
    lines = [f'{key} = "{value}"' if one.startswith(f"{key} =") else one for one in rest.split("\n")]
    made = tmp_path / "eigen.toml"
    made.write_text(start + "[beveiligingsbeleid]" + "\n".join(lines))
    with pytest.raises(Unacceptable) as refused:
        read(made)
    assert [one for one in refused.value.problems if says in one]


@pytest.mark.refused("R-8.7")
def test_what_is_not_filled_in_is_not_in_order() -> None:
    assert LAWS.configured.choices.security_policy.standing(REVIEW) == "missing"
    assert replace(POLICY, review_on=None).standing(REVIEW) == "missing"
