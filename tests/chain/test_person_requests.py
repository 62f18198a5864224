"""Somebody asks what the municipality has of him: from the desk to the holder of a signal and back, on a running house (art. 10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.protocol.holdings import ANSWERS_ITSELF
from tests.days import today
from tests.house import TestHouse, until
from tests.journeys import brought

SEEN = {"X-Purpose": "verzoek"}
NAME = "Jan Wilgenroos"


def registered(house: TestHouse, name: str = NAME, kind: str = "access") -> str:
    fields = {
        "kind": kind,
        "firstReceivedOn": today().isoformat(),
        "channel": "paper",
        "department": "burgerzaken",
        "capacity": "self",
        "name": name,
        "address": "Dorpsstraat 1",
        "bornOn": "1961-03-04",
        "asks": "Ik wil weten wat de gemeente over mij heeft.",
    }
    return str(house.client.post("rights", "/v1/requests", "anna", {"fields": fields})["number"])


def decide(
    house: TestHouse, number: str, key: str, outcome: str, about: list[str] | None = None, **fields: Any
) -> None:
    path = f"/v1/requests/{number}"
    version = house.client.get("rights", f"{path}/open-decisions", "anna")["version"]
    body = {"key": key, "outcome": outcome, "reason": "Zo is het.", "fields": fields, "expectedVersion": version}
    house.client.post("rights", f"{path}/decisions", "anna", body | ({"about": about} if about else {}))


def asked(house: TestHouse, signal: str, kind: str = "access") -> str:
    """A request of which it is known who asks, put before the holder of `signal`."""
    number = registered(house, kind=kind)
    decide(house, number, "request-identity", "established", method="document-at-desk", checkedOn=today().isoformat())
    house.client.post("rights", f"/v1/requests/{number}/signals", "anna", {"signal": signal})
    return number


def request_of(house: TestHouse, number: str) -> dict[str, Any]:
    found: dict[str, Any] = house.client.get("rights", f"/v1/requests/{number}", "anna", purpose="verzoek")
    return found


def put_before(house: TestHouse, holder: str, number: str, signal: str) -> dict[str, Any]:
    """What the holder has of it, as soon as it is there."""
    path = f"/v1/signals/{signal}/person-requests/{number}"

    def look() -> dict[str, Any] | None:
        answer = house.client.request("GET", holder, path, "anna", headers=SEEN)
        return answer.json() if answer.status_code == 200 else None

    return until(look)


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.1", "R-10.2")
def test_a_request_finds_its_signal_in_phase_3_and_comes_back_with_what_is_his(house: TestHouse) -> None:
    """Asked at assessment, which had it before, it goes on to sources by itself."""
    signal, received = brought(house, "hit-check").number, today()
    number = asked(house, signal)
    shown = put_before(house, "sources", number, signal)
    assert shown["requester"]["name"] == NAME
    mine = next(code for code, one in shown["subjects"].items() if "Wilgenroos" in one.get("name", ""))
    version = house.client.get("sources", f"/v1/signals/{signal}/open-decisions", "anna")["version"]
    path = f"/v1/signals/{signal}/person-requests/{number}"
    assert house.client.request("GET", "sources", path, "esra", headers=SEEN).status_code == 403
    silent = [one["state"] for one in request_of(house, number)["signals"]]
    assert silent == ["waiting"]
    body = {"outcome": "about", "looked": "Alle tekst is gelezen.", "subject": mine, "items": shown["about"][mine]}
    house.client.post("sources", f"{path}/answer", "anna", body)
    assert house.client.request("POST", "sources", f"{path}/answer", "anna", body).status_code == 409
    found = until(lambda: request_of(house, number)["found"])
    assert any("Wilgenroos" in one["what"] for one in found)
    assert {one["holder"] for one in found} == {"sources"}
    after = house.client.get("sources", f"/v1/signals/{signal}/open-decisions", "anna")["version"]
    assert after == version, "no act in the case"
    answered = request_of(house, number)
    assert [(one["holder"], one["state"], one["found"]) for one in answered["signals"]] == [
        ("sources", "answered", True)
    ]
    assert answered["clocks"]["legalOn"] > (received + timedelta(days=27)).isoformat()


@pytest.mark.refused("R-10.2", "R-10.7")
def test_a_number_that_nobody_has_is_told_and_tells_nothing(house: TestHouse) -> None:
    number = asked(house, "S-00000-00000")
    until(lambda: [one["state"] for one in request_of(house, number)["signals"]] == ["nowhere"])
    assert request_of(house, number)["found"] == []
    other = registered(house)
    body = {"signal": "S-00000-00000"}
    refused = house.client.request("POST", "rights", f"/v1/requests/{other}/signals", "anna", body)
    assert refused.status_code == 409, "nothing is looked for before it is known who asks"


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.2", "R-10.7")
def test_who_asks_is_found_by_his_name_and_his_number_is_all_that_is_told(house: TestHouse) -> None:
    """Rights knows his name and no dossier; retention knows hashes and no name."""
    name = "Wubbo Zandstrooier"
    signal = house.arrived(house.report(subjects=[{"name": name}]))
    number = registered(house, name)
    path = f"/v1/requests/{number}/existence-checks"
    assert house.client.request("POST", "rights", path, "anna").status_code == 409, "it is not known yet who asks"
    decide(house, number, "request-identity", "established", method="document-at-desk", checkedOn=today().isoformat())
    assert house.client.request("POST", "rights", path, "fg").status_code == 403

    def found() -> set[str]:
        warrant = house.client.post("rights", path, "anna", {})
        answer = house.client.post("retention", "/v1/existence-checks", "anna", {"warrant": warrant["warrant"]})
        assert name not in str(answer)
        return {each["number"] for one in answer["results"] for each in one["signals"]}

    # Each look counts: there are so many in an hour.
    until(lambda: house.sql("retention", "SELECT 1 FROM findable WHERE number=$1", signal))
    assert signal in found()
    warrant = house.client.post("rights", path, "anna", {})["warrant"]
    stolen = house.client.request("POST", "retention", "/v1/existence-checks", "bram", {"warrant": warrant})
    assert stolen.status_code == 403, "of another person"


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.1", "R-10.2")
def test_what_is_sealed_is_found_opened_for_the_request_and_answered_by_who_reads_it(house: TestHouse) -> None:
    """Assessment had it, retention keeps it, assessment reads it; the other services answer by themselves."""
    name = "Wubbo Zandstrooier"
    signal = house.ended_signal(text=f"{name} sjouwt tonnen.", subjects=[{"name": name}])
    ends_on = house.sealed(signal)["endsOn"]
    # Each answers once, by what it has then.
    decided = "SELECT count(*) AS n FROM decided WHERE number=$1"
    until(lambda: house.sql("oversight", decided, signal)[0]["n"] == 2)
    number = registered(house, name)
    decide(house, number, "request-identity", "established", method="document-at-desk", checkedOn=today().isoformat())
    house.client.post("rights", f"/v1/requests/{number}/signals", "anna", {"signal": signal})
    path = f"/v1/signals/{signal}/sealed-requests/{number}"

    def look() -> dict[str, Any] | None:
        answer = house.client.request("GET", "assessment", path, "anna", headers=SEEN)
        return answer.json() if answer.status_code == 200 else None

    shown = until(look)
    assert "requester" not in shown, "who asks stands at rights"
    assert shown["subjects"]["S1"]["name"] == name
    assert house.client.request("GET", "assessment", path, "esra", headers=SEEN).status_code == 403
    assert house.client.request("GET", "sources", path, "anna", headers=SEEN).status_code == 404
    body = {"outcome": "about", "looked": "Alle tekst is gelezen.", "subject": "S1", "items": ["report"]}
    house.client.post("assessment", f"{path}/answer", "anna", body)
    assert house.client.request("GET", "assessment", path, "anna", headers=SEEN).status_code == 409

    def answered() -> dict[str, Any] | None:
        found = request_of(house, number)
        silent = [one["holder"] for one in found["holders"] if one["answer"] == "silent"]
        return found if found["found"] and not set(silent) & set(ANSWERS_ITSELF) else None

    request = until(answered)
    assert {one["holder"] for one in request["found"]} == {"retention"}
    assert f"{name} sjouwt tonnen." in {one["what"] for one in request["found"]}
    held = {one["holder"]: {each["what"] for each in one.get("held", ())} for one in request["holders"]}
    assert "receipt-kept" in held["intake"]
    assert {"sealed", "hashes"} <= held["retention"]
    assert {"trail", "decisions"} <= held["oversight"]
    assert house.sealed(signal)["endsOn"] == ends_on, "no date moves"


@pytest.mark.allowed("R-10.4", "R-10.3")
@pytest.mark.refused("R-10.4", "R-10.3")
def test_who_objects_is_only_kept_where_his_signal_is_until_it_is_over(house: TestHouse) -> None:
    """From the answer of its holder on; retention hears that it runs, and both hear that it is over."""
    signal = brought(house, "hit-check").number
    number = asked(house, signal, "objection")
    shown = put_before(house, "sources", number, signal)
    mine = next(code for code, one in shown["subjects"].items() if "Wilgenroos" in one.get("name", ""))
    body = {"outcome": "about", "looked": "Alle tekst is gelezen.", "subject": mine, "items": shown["about"][mine]}
    house.client.post("sources", f"/v1/signals/{signal}/person-requests/{number}/answer", "anna", body)

    def restricted() -> str | None:
        file = house.client.get("sources", f"/v1/signals/{signal}", "anna", purpose="verzoek")
        return str(file["subjects"][mine].get("restricted"))

    def runs() -> bool:
        known = house.client.every("retention", "/v1/procedures", "anna", "procedures")
        return (signal, number) in {(one["number"], one["request"]) for one in known}

    until(lambda: restricted() == number)
    until(runs)
    until(lambda: [one["restricted"] for one in request_of(house, number)["signals"]] == [True])
    version = house.client.get("sources", f"/v1/signals/{signal}/open-decisions", "anna")["version"]
    record = {"category": "bag", "about": mine, "finding": "Een woning.", "expectedVersion": version}
    refused = house.client.request("POST", "sources", f"/v1/signals/{signal}/items", "anna", record)
    assert refused.status_code == 400
    assert "restricted" in refused.text
    decide(house, number, "request-withdrawn", "withdrawn", withdrawnOn=today().isoformat(), how="paper")
    until(lambda: restricted() == "None")
    until(lambda: not runs())
    house.client.post("sources", f"/v1/signals/{signal}/items", "anna", record)
