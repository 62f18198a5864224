"""What a municipality has not filled in blocks taking the system into use, and says so (C-20)."""

from __future__ import annotations

import tomllib

import pytest

from shared.protocol.law import law_of
from shared.protocol.leaflet import leaflet
from shared.protocol.live import TRIAL, missing_for_live
from shared.protocol.loading import Unacceptable, municipality
from shared.protocol.model import Law
from tests.protocol.complete import FILLED_IN, complete
from tests.protocol.laws import MIDDEN_DELFLAND


def law(text: str) -> Law:
    return law_of(municipality(tomllib.loads(text)))


def test_what_comes_with_the_code_is_a_trial_and_says_everything_that_is_missing() -> None:
    missing = missing_for_live(MIDDEN_DELFLAND)
    assert len(missing) == len(FILLED_IN)
    assert all("is niet ingevuld" in one for one in missing)
    printed = leaflet(MIDDEN_DELFLAND)
    assert TRIAL in printed
    assert all(one.partition(": ")[2] in printed for one in missing)


def test_a_complete_file_lacks_nothing() -> None:
    assert missing_for_live(law(complete())) == []
    assert TRIAL not in leaflet(law(complete()))


@pytest.mark.parametrize("empty", FILLED_IN)
def test_each_thing_that_is_empty_is_named_on_its_own(empty: str) -> None:
    found = missing_for_live(law(complete().replace(FILLED_IN[empty], empty)))
    assert [one.split(":")[0].rsplit(".", 1)[-1] for one in found] == [empty.split(" ")[0]]


@pytest.mark.parametrize(
    ("filled", "wrong"),
    [('oin = "00000001823288444000"', 'oin = "123"'), ('advies_fg = "2026-03-02"', 'advies_fg = "in maart"')],
)
def test_what_is_filled_in_has_its_form(filled: str, wrong: str) -> None:
    with pytest.raises(Unacceptable, match="ingebruikneming"):
        law(complete().replace(filled, wrong))
