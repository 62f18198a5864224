"""Who looks is seen: purposes, refusals and words of decisions, as supervision reads them."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.embedded.home import SERVICE_NAMES
from tests.chain.test_intake import audit
from tests.house import TestHouse, until


@pytest.mark.refused("R-7.3", "R-7.2")
@pytest.mark.parametrize("user", ["collega", "beheerder", "fg", "petra"])
def test_who_is_not_designated_learns_nothing(house: TestHouse, number: str, user: str) -> None:
    """A file that exists and one that does not answer alike, in words and status."""
    absent = "S-00000-00000"
    for method, path, body in (
        ("GET", "/v1/signals/{}", None),
        ("GET", "/v1/signals/{}/open-decisions", None),
        ("POST", "/v1/signals/{}/decisions", {"key": "purpose", "outcome": "set", "expectedVersion": 1}),
        ("POST", "/v1/signals/{}/items", {"category": "bag", "about": "O1", "finding": "x", "expectedVersion": 1}),
        ("GET", "/v1/signals", None),
    ):
        answers = [
            house.client.request(method, "assessment", path.format(one), user, body, {"X-Purpose": "weging"})
            for one in (number, absent)
        ]
        assert [one.status_code for one in answers] == [403, 403]
        assert answers[0].json() == answers[1].json()
    refusals = until(lambda: [one for one in audit(house, number) if one["result"] == "refused"])
    assert all(one["producer"] == "assessment" and one["actor"] for one in refusals)


@pytest.mark.allowed("R-7.8", "R-7.3")
@pytest.mark.refused("R-7.8")
def test_opening_needs_a_purpose_and_is_in_the_audit_trail(house: TestHouse, number: str) -> None:
    path = f"/v1/signals/{number}"
    for headers in ({}, {"X-Purpose": "zomaar Jan Jansen"}):
        answer = house.client.request("GET", "assessment", path, "bram", headers=headers)
        assert answer.status_code == 400
        assert "Jansen" not in answer.text
    assert house.client.get("assessment", path, "bram", purpose="besluit-voorbereiden")["report"]["text"]
    line = until(
        lambda: next(
            (one for one in audit(house, number) if one["action"] == "signal opened" and one["role"] == "vervanger"),
            None,
        )
    )
    assert line["reason"] == "besluit-voorbereiden"


def test_supervision_reads_the_words_of_a_decision(house: TestHouse, number: str) -> None:
    house.with_purpose(number)
    path = f"/v1/signals/{number}/decisions"

    def find() -> Any:
        answer = house.client.request("GET", "oversight", path, "fg", headers={"X-Purpose": "toezicht"})
        return answer.status_code == 200 and answer.json()["decisions"]

    found = until(find)
    assert found[0]["reason"] == "Voldoende aanwijzingen in O1."
    assert found[0]["fields"]["purposes"] == ["niet-faciliteren"]
    assert (
        house.client.request("GET", "oversight", path, "beheerder", headers={"X-Purpose": "toezicht"}).status_code
        == 403
    )
    assert house.client.request("GET", "oversight", path, "fg").status_code == 400


def test_the_audit_trail_is_complete_and_unchanged(house: TestHouse, number: str) -> None:
    def whole() -> bool:
        """Lines may be there before those that they follow, for a moment; a gap that is one stays."""
        chains = house.client.get("oversight", "/v1/audit-chains", "fg")["chains"]
        assert {one["producer"] for one in chains} == set(SERVICE_NAMES)
        return all(one["problem"] is None for one in chains)

    until(whole)
