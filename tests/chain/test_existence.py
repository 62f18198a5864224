"""Is there something already, through the whole house: in hand, sealed, destroyed; and nothing of it in clear."""

from __future__ import annotations

from typing import Any

import pytest

from tests.house import TestHouse, until

WHO = {"name": "Wibren Zwaluwstaart", "address": "Zwaluwpad 7a, Maasland"}
ASKED = {"name": "W. Zwaluwstaart"}


def told(house: TestHouse, number: str) -> None:
    """Until retention has what it is found by."""
    until(lambda: house.sql("retention", "SELECT 1 FROM findable WHERE number = $1", number))


def asks(house: TestHouse, number: str, user: str = "anna", **given: Any) -> dict[str, str]:
    """Of every signal that is found, how it stands."""
    body = {"reason": "Dezelfde naam komt vaker voor.", **given}
    warrant = house.client.post("assessment", f"/v1/signals/{number}/existence-checks", user, body)["warrant"]
    answer = house.client.post("retention", "/v1/existence-checks", user, {"warrant": warrant})
    return {each["number"]: each["state"] for one in answer["results"] for each in one["signals"]}


def nothing_of_it_is_written(house: TestHouse, number: str) -> None:
    """No hash and no value: in no log of any part or service, and no line of the trail at either end."""
    hashes = house.sql("retention", "SELECT hashes FROM findable WHERE number = $1", number)[0]["hashes"]
    sought = [one.encode() for one in (*hashes, "Zwaluwstaart", "zwaluwpad")]
    logs = [one for one in (house.home.path / "logs").rglob("*") if one.is_file()]
    written = [one.read_bytes() for one in logs]
    for service in ("assessment", "retention", "oversight"):
        table = "audit_line" if service == "oversight" else "audit"
        written.append(str(house.sql(service, f"SELECT entry::text FROM {table}")).encode())
    assert len(hashes) >= 4
    assert any(b"existence answered" in one for one in written)
    assert [one for one in sought for text in written if one in text] == []


@pytest.mark.allowed("R-5.9", "R-9.10")
def test_a_signal_is_found_until_it_is_destroyed(house: TestHouse) -> None:
    active = house.arrived(house.report(subjects=[WHO]))
    new = house.arrived(house.report(subjects=[{"name": "Wibren Zwaluwstaart"}]))
    sealed = house.ended_signal(subjects=[WHO])
    for number in (active, new, sealed):
        told(house, number)
    assert asks(house, new, about=["S1"]) == {active: "active", sealed: "sealed"}
    assert asks(house, new, typed=ASKED) == {active: "active", sealed: "sealed"}
    assert asks(house, new, typed={"address": "zwaluwpad 7-A"}) == {active: "active", sealed: "sealed"}
    assert asks(house, new, typed={"name": "Wim Zwaluwstaart"}) == {}
    nothing_of_it_is_written(house, new)
    # The yearly change: who holds tells anew; what is sealed is found under its own version.
    said = house.meldpunt("lookup-key", "--now").stderr
    assert "from now on" in said
    assert asks(house, new, typed=ASKED) == {active: "active", sealed: "sealed"}
    house.destroy_everything_due()
    house.declared(sealed)
    assert house.sql("retention", "SELECT number FROM findable WHERE number = $1", sealed) == []
    assert asks(house, new, typed=ASKED) == {active: "active"}


@pytest.mark.refused("R-5.9", "R-5.10", "R-9.10")
def test_nobody_asks_for_himself_and_nobody_else_answers(house: TestHouse) -> None:
    number = house.arrived(house.report(subjects=[WHO]))
    body = {"reason": "Dezelfde naam.", "about": ["S1"]}
    path = f"/v1/signals/{number}/existence-checks"
    for user, status in (("esra", 403), ("beheerder", 403), ("fg", 403)):
        assert house.client.request("POST", "assessment", path, user, body).status_code == status
    assert house.client.request("POST", "assessment", path, "anna", body | {"reason": ""}).status_code == 400
    warrant = house.client.post("assessment", path, "anna", body)
    for user in ("bram", "beheerder"):
        given = {"warrant": warrant["warrant"]}
        assert house.client.request("POST", "retention", "/v1/existence-checks", user, given).status_code == 403
    for service in ("sources", "casework", "rights"):
        assert house.client.request("POST", service, path, "anna", body).status_code == 404
