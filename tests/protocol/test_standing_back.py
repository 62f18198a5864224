"""Who closes a signal to whom, and who opens it again (R-T.4)."""

from __future__ import annotations

import pytest

from shared.protocol.standing_back import CLOSED_TO, OPENED_TO, closing_faults, own_finding

CLOSED = ("gijs", "gone")
DESIGNATED = ("anna", "farid", "gijs")


@pytest.mark.parametrize(
    ("outcome", "whom", "by", "has_file", "code"),
    [
        (CLOSED_TO, ("farid",), "farid", False, None),
        (CLOSED_TO, ("anna",), "anna", True, None),
        (CLOSED_TO, ("farid",), "anna", True, None),
        (CLOSED_TO, ("anna",), "farid", False, "not-for-another"),
        (CLOSED_TO, ("anna", "farid"), "anna", True, "whom"),
        (CLOSED_TO, (), "anna", True, "whom"),
        ("", ("farid",), "anna", True, "no-closing"),
        (CLOSED_TO, ("Jansen",), "anna", True, "no-user"),
        (CLOSED_TO, ("Jan-Jansen-12-03-1985",), "anna", True, "no-user"),
        (CLOSED_TO, ("vanderbilt-jansen2",), "anna", True, "no-user"),
        (CLOSED_TO, ("4be1c0de-0000-4000-8000-00000000000a",), "anna", True, None),
        (CLOSED_TO, ("nobody",), "nobody", False, None),
        (OPENED_TO, ("gijs",), "anna", True, None),
        (OPENED_TO, ("gone",), "anna", True, None),
        (OPENED_TO, ("farid",), "anna", True, "not-closed"),
        (OPENED_TO, ("gijs",), "farid", False, "not-for-another"),
    ],
)
def test_whom_it_concerns_and_who_sees_the_file(
    outcome: str, whom: tuple[str, ...], by: str, has_file: bool, code: str | None
) -> None:
    found = closing_faults(
        outcome, whom, by, "Zij is familie.", has_file=has_file, closed_to=CLOSED, designated=DESIGNATED
    )
    assert not any("Jansen" in one.reason for one in found)
    assert [one.code for one in found] == ([code] if code else [])


def test_it_has_a_reason() -> None:
    (fault,) = closing_faults(CLOSED_TO, ("farid",), "farid", " ", has_file=False, closed_to=(), designated=())
    assert fault.code == "no-reason"


@pytest.mark.refused("R-T.18", "R-T.24")
@pytest.mark.parametrize(
    ("by", "roles", "may"),
    [
        ("anna", {"oov"}, True),
        ("anna", {"oov", "department-burgerzaken"}, True),
        ("dirk", {"oov"}, False),
        ("dirk", {"oov", "department-wonen"}, False),
        ("anna", {"oov", "department-wonen"}, False),
    ],
)
def test_nobody_judges_what_he_or_his_department_found(by: str, roles: set[str], may: bool) -> None:
    fault = own_finding(by, roles, "dirk", "wonen")
    assert (fault is None) == may
    if fault:
        assert (fault.code, fault.article) == ("own-finding", "art. 24")
