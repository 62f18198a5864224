"""Who may be designated as what, by whom and for how long; and every role that a file makes can be given over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.access.api import DesignationIn
from shared.protocol.designations import BY_CONTROLLER, Wanted, designation_fault, ending_fault
from shared.protocol.law import law_of
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND

NOW = datetime(2026, 4, 10, 9, tzinfo=UTC)
GOOD = Wanted("vervanger", "user-anna", "user-beheerder", NOW, NOW + timedelta(days=30))
SOURCES = ("horeca-permits", "benefits", "subsidies", "other-decisions", "kadaster-deeds", "brp-relations")
DEPARTMENTS = ("vergunningen", "toezicht-en-handhaving", "belastingen", "sociale-zaken", "burgerzaken", "wonen")


def test_which_designations_exist_and_who_gives_them() -> None:
    expected = {
        **dict.fromkeys(("oov", "vervanger", "lot-member", "privacy-officer"), "beheerder"),
        **{f"bronhouder-{one}": "beheerder" for one in SOURCES},
        **{f"department-{one}": "beheerder" for one in DEPARTMENTS},
        "beheerder": "controller",
        "fg": "controller",
    }
    assert MIDDEN_DELFLAND.designations == expected
    assert all(role in MIDDEN_DELFLAND.names for role in expected)


@pytest.mark.allowed("R-7.4", "R-7.5")
@pytest.mark.refused("R-7.4", "R-7.5")
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(GOOD, role="burgemeester"), "unknown-role"),
        (replace(GOOD, user_id=GOOD.by), "oneself"),
        *((replace(GOOD, role=role), "not-by-beheerder") for role in BY_CONTROLLER),
        (replace(GOOD, ends_at=NOW), "before-start"),
        (replace(GOOD, role="privacy-officer", held=("oov", "fg")), "excluded-by-other-role"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.role,
)
def test_what_cannot_be_given(wrong: Wanted, code: str) -> None:
    assert designation_fault(MIDDEN_DELFLAND, GOOD) is None
    assert designation_fault(MIDDEN_DELFLAND, replace(GOOD, role="privacy-officer", held=("oov",))) is None
    fault = designation_fault(MIDDEN_DELFLAND, wrong)
    assert fault is not None
    assert fault.code == code
    assert fault.article


def test_the_beheerder_ends_only_what_he_gives() -> None:
    cannot = {role for role in MIDDEN_DELFLAND.designations if ending_fault(MIDDEN_DELFLAND, role)}
    assert cannot == set(BY_CONTROLLER)


def test_every_role_that_a_file_can_make_can_be_given_over_http() -> None:
    choices = replace(MIDDEN_DELFLAND.choices, departments={"wijk-1": "Wijk 1", "w" * 40: "Een lange code"})
    for law in (*map(LAWS.of, LAWS.versions), law_of(choices)):
        for role in law.designations:
            DesignationIn(user_id="user-anna", role=role, starts_at=NOW, ends_at=NOW, basis="BESLUIT-1")
