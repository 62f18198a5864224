"""Who may be designated as what, by whom and for how long; and every role that a file makes can be given over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from pydantic import ValidationError

from services.access.api import DesignationIn
from shared.protocol.designations import (
    BY_CONTROLLER,
    Held,
    Wanted,
    acting_fault,
    any_giver_fault,
    are_apart,
    designation_fault,
    ending_fault,
    proposal_fault,
)
from shared.protocol.law import law_of
from shared.protocol.model import Law
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND

NOW = datetime(2026, 4, 10, 9, tzinfo=UTC)
TODAY = date(2026, 4, 10)
MONTH = timedelta(days=30)
GOOD = Wanted("vervanger", "user-anna", "user-beheerder", NOW, NOW + MONTH, TODAY, TODAY, date(2026, 5, 10))
SOURCES = ("horeca-permits", "benefits", "subsidies", "other-decisions", "kadaster-deeds", "brp-relations")
DEPARTMENTS = ("vergunningen", "toezicht-en-handhaving", "belastingen", "sociale-zaken", "burgerzaken", "wonen")
EVERY_LAW = [LAWS.of(one) for one in LAWS.versions]


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
        (replace(GOOD, starts_on=date(2026, 4, 9)), "before-today"),
        (replace(GOOD, ends_on=date(2028, 4, 11)), "too-long"),
        (replace(GOOD, known=False), "unknown-person"),
        (replace(GOOD, role="privacy-officer", others=(Held("oov", NOW, NOW + MONTH),)), "excluded-by-other-role"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.role,
)
def test_what_cannot_be_given(wrong: Wanted, code: str) -> None:
    assert designation_fault(MIDDEN_DELFLAND, GOOD) is None
    assert designation_fault(MIDDEN_DELFLAND, replace(GOOD, ends_on=date(2028, 4, 10))) is None
    fault = designation_fault(MIDDEN_DELFLAND, wrong)
    assert fault is not None
    assert fault.code == code
    assert fault.article


# --- what does not go together (R-T.24) ---------------------------------------------------------------


def pairs_by_hand(law: Law) -> set[frozenset[str]]:
    """What the protocol (art. 1 onder k, art. 7) and AVG 38 lid 6 forbid, spelled out."""
    deciding = {"midden-delfland-2025": ("oov", "vervanger"), "grote-gemeente-2025": ("beoordelaar", "regisseur")}
    found = {frozenset(("fg", one)) for one in law.designations if one != "fg"}
    for one in deciding[law.version]:
        found |= {frozenset(("privacy-officer", one)), frozenset(("beheerder", one))}
    return found | {frozenset(("privacy-officer", "beheerder"))}


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_exactly_these_pairs_do_not_go_together(law: Law) -> None:
    apart = {frozenset(pair) for pair in combinations(law.designations, 2) if are_apart(law, *pair)}
    assert apart == pairs_by_hand(law)
    assert not any(are_apart(law, one, one) for one in law.designations)


EVERY_PAIR = [
    pytest.param(law, one, other, id=f"{law.version}: {one} and {other}")
    for law in EVERY_LAW
    for pair in combinations(law.designations, 2)
    for one, other in (pair, pair[::-1])
]


@pytest.mark.allowed("R-7.5", "R-T.24")
@pytest.mark.refused("R-7.5", "R-T.24")
@pytest.mark.parametrize(("law", "one", "other"), EVERY_PAIR)
def test_who_has_one_gets_the_other_at_another_time_only_where_they_do_not_go_together(
    law: Law, one: str, other: str
) -> None:
    wanted = replace(GOOD, role=other)
    has, had, will = (
        Held(one, NOW - MONTH, NOW + timedelta(seconds=1)),
        Held(one, NOW - MONTH, NOW),
        Held(one, GOOD.ends_at, GOOD.ends_at + MONTH),
    )
    assert any_giver_fault(law, replace(wanted, others=(had, will))) is None
    fault = any_giver_fault(law, replace(wanted, others=(had, has, will)))
    assert (fault is not None) == are_apart(law, one, other)
    if fault:
        assert (fault.code, fault.field) == ("excluded-by-other-role", "role")
        assert law.called(one) in fault.reason
        assert fault.article == ("art. 38 lid 6 AVG" if "fg" in (one, other) else "art. 1 onder k, art. 7")


@pytest.mark.allowed("R-T.24")
@pytest.mark.refused("R-T.24")
@pytest.mark.parametrize(("law", "one", "other"), EVERY_PAIR)
def test_who_acted_on_a_signal_as_one_does_not_act_on_it_as_the_other(law: Law, one: str, other: str) -> None:
    fault = acting_fault(law, other, [frozenset(), frozenset((other,)), frozenset((one,))])
    assert (fault is not None) == are_apart(law, one, other)
    assert acting_fault(law, one, [frozenset((one,))]) is None
    # Under which of two it was is not known: then nothing is held against him.
    assert acting_fault(law, other, [frozenset((one, other))]) is None


@pytest.mark.refused("R-7.4")
def test_a_proposal_falls_with_the_designation_of_who_made_it() -> None:
    assert proposal_fault(held_since=True) is None
    fault = proposal_fault(held_since=False)
    assert fault is not None
    assert fault.code == "proposer-gone"


def test_the_beheerder_ends_only_what_he_gives() -> None:
    cannot = {role for role in MIDDEN_DELFLAND.designations if ending_fault(MIDDEN_DELFLAND, role)}
    assert cannot == set(BY_CONTROLLER)


# --- over HTTP ----------------------------------------------------------------------------------------


def test_every_role_that_a_file_can_make_can_be_given_over_http() -> None:
    choices = replace(MIDDEN_DELFLAND.choices, departments={"wijk-1": "Wijk 1", "w" * 40: "Een lange code"})
    for law in (*EVERY_LAW, law_of(choices)):
        for role in law.designations:
            DesignationIn(user_id="user-anna", role=role, starts_at=NOW, ends_at=NOW, basis="BESLUIT-1")


@pytest.mark.refused("R-7.4")
@pytest.mark.parametrize("field", ["startsAt", "endsAt"])
@pytest.mark.parametrize(
    "moment",
    [
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"),
        *("1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", -1, 10**15, "2026-04-10T09:00:00"),
    ],
)
def test_a_moment_that_nobody_can_mean_is_refused_where_it_comes_in(field: str, moment: str | int) -> None:
    good = {"userId": "user-anna", "role": "oov", "basis": "BESLUIT-1", "startsAt": NOW, "endsAt": NOW}
    DesignationIn.model_validate(good)
    with pytest.raises(ValidationError) as caught:
        DesignationIn.model_validate(good | {field: moment})
    assert [one["loc"] for one in caught.value.errors()] == [(field,)]
