"""The decision interface: people decide, in the protocol's order, with reasons, and everything is refused else."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.embedded.home import SERVICE_NAMES
from shared.protocol.terms import add_years
from tests.house import NO_SUSPICION, NOBODY, SUSPICION, TASK, TestHouse, until


def faults(answer: Any) -> dict[str, str]:
    return {one["name"]: one.get("article", "") for one in answer.json()["invalidParams"]}


@pytest.mark.allowed("R-1.1", "R-12.7", "R-11.1", "R-11.4", "R-12.3", "R-12.5", "R-2.1", "R-5.7", "R-2.5")
@pytest.mark.refused("R-1.1", "R-12.7", "R-11.4", "R-2.1", "R-2.2")
def test_the_whole_of_phase_1_in_its_order(house: TestHouse, number: str) -> None:
    def refused(key: str, outcome: str, **more: Any) -> None:
        answer = house.decide(number, "anna", key, outcome, **more)
        assert answer.status_code == 409, answer.text

    refused("weging-1", "suspicion", fields=SUSPICION)
    refused("weging-2b", "inside", fields={"area": "O1"})
    house.with_purpose(number)
    refused("purpose", "set", fields={"purposes": ["niet-faciliteren"]})
    refused("weging-2a", "task", fields=TASK)
    house.must_decide(number, "anna", "weging-1", "suspicion", fields=SUSPICION)
    refused("weging-2b", "inside", fields={"area": "O1"})
    house.must_decide(number, "bram", "weging-2a", "task", fields=TASK)
    refused("weging-1", "suspicion", fields=SUSPICION)
    house.must_decide(number, "bram", "weging-2b", "inside", fields={"area": "O1"})
    found = house.signal(number)
    assert found is not None
    assert (found["state"], found["phase"]) == ("phase-2", 2)
    open_now = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["decisions"]
    right = [(key, None) for key in ("rectify", "same-person", "not-concerned")]
    assert [(one["key"], one["meeting"]) for one in open_now] == [("weging-3", "LOT"), *right]
    refused("weging-1", "suspicion", fields=SUSPICION)
    taken = house.client.get("assessment", f"/v1/signals/{number}/decisions", "anna", purpose="weging")["decisions"]
    assert [one["key"] for one in taken] == ["purpose", "weging-1", "weging-2a", "weging-2b"]
    assert all(one["protocol"] == "midden-delfland-2025" and one["reason"] for one in taken)
    assert [one["role"] for one in taken] == ["oov", "oov", "vervanger", "vervanger"]


@pytest.mark.refused("R-5.7", "R-12.3", "R-12.5")
def test_what_is_missing_is_listed_with_its_article(house: TestHouse, number: str) -> None:
    answer = house.decide(number, "anna", "purpose", "set", reason=" ", fields={})
    assert answer.status_code == 400
    assert faults(answer) == {"reason": "art. 1", "fields.purposes": "art. 1"}
    house.with_purpose(number)
    house.must_decide(number, "anna", "weging-1", "suspicion", fields=SUSPICION)
    answer = house.decide(number, "anna", "weging-2a", "task", fields={})
    assert faults(answer) == {"fields.powers": "art. 12 lid 3"}
    house.must_decide(number, "anna", "weging-2a", "task", fields=TASK)
    answer = house.decide(number, "anna", "weging-2b", "outside", fields={})
    assert set(faults(answer)) == {"fields.area", "fields.municipality", "forwarding"}


@pytest.mark.allowed("R-9.1", "R-9.2", "R-11.3", "R-12.2")
@pytest.mark.refused("R-9.2", "R-9.1", "R-2.2")
def test_an_ended_signal_is_in_the_non_active_environment(house: TestHouse, number: str) -> None:
    house.end(number)
    kept = house.sealed(number)
    assert kept["state"] == "sealed"
    assert kept["endsOn"] == add_years(date.fromisoformat(kept["decidedOn"]), 1).isoformat()
    assert "report" not in kept
    assert number not in {one["number"] for one in house.work_list()}

    def look() -> Any:
        headers = {"X-Purpose": "weging"}
        return house.client.request("GET", "assessment", f"/v1/signals/{number}", "anna", headers=headers)

    until(lambda: look().status_code == 404)
    gone = look()
    assert gone.json()["holder"] == "retention"
    for path, body in (
        ("decisions", {"key": "weging-1", "outcome": "suspicion", "expectedVersion": 1}),
        ("items", {"category": "bag", "about": "O1", "finding": "x", "expectedVersion": 1}),
    ):
        assert (
            house.client.request("POST", "retention", f"/v1/signals/{number}/{path}", "anna", body).status_code == 409
        )
        assert (
            house.client.request("POST", "assessment", f"/v1/signals/{number}/{path}", "anna", body).status_code == 404
        )
    open_now = house.client.get("retention", f"/v1/signals/{number}/open-decisions", "anna")["decisions"]
    assert {one["key"] for one in open_now} == {"hold", "end-hold"}, "only whether destruction must wait"

    def told() -> bool:
        answer = house.client.request("GET", "oversight", f"/v1/signals/{number}", "anna")
        return answer.is_success and answer.json()["holder"] == "retention"

    until(told)


@pytest.mark.allowed("R-12.4", "R-12.6")
@pytest.mark.parametrize(
    ("steps", "last"),
    [
        (["weging-1"], ("weging-2a", "no-task", {"considered": "Opiumwet"}, "partner", "politie", "art. 12 lid 4")),
        (
            ["weging-1", "weging-2a"],
            ("weging-2b", "outside", {"area": "O1", "municipality": "delft"}, "municipality", "delft", "art. 12 lid 6"),
        ),
    ],
)
def test_a_forwarding_is_in_the_disclosure_register(house: TestHouse, number: str, steps: list[str], last: Any) -> None:
    house.with_purpose(number)
    for key in steps:
        outcome, fields = ("suspicion", SUSPICION) if key == "weging-1" else ("task", TASK)
        house.must_decide(number, "anna", key, outcome, fields=fields)
    key, outcome, fields, kind, recipient, article = last
    forwarding = {"recipientKind": kind, "recipient": recipient, "items": ["report"]}
    house.must_decide(number, "bram", key, outcome, fields=fields, forwarding=forwarding)
    house.sealed(number)
    found = until(lambda: house.client.every("oversight", f"/v1/disclosures?number={number}", "fg", "disclosures"))
    assert found[0]["recipient"] == recipient
    assert found[0]["items"] == ["report"]
    assert found[0]["article"] == article
    assert found[0]["dutyToInformPasses"] is True


@pytest.mark.allowed("R-B1.1", "R-11.2")
@pytest.mark.refused("R-B1.1", "R-11.2", "R-2.1")
def test_facts_open_with_their_phase(house: TestHouse, number: str) -> None:
    def item(category: str, **more: Any) -> Any:
        version = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
        body = {"category": category, "about": "O1", "expectedVersion": version, "finding": "iets"} | more
        return house.client.request("POST", "assessment", f"/v1/signals/{number}/items", "anna", body)

    answer = item("bag")
    assert (answer.status_code, faults(answer)) == (400, {"category": "art. 1"}), "first what it is for"
    house.with_purpose(number)
    assert item("bag").status_code == 201
    assert item("brp-verification", finding=None, about="S1", matches={"name": True}).status_code == 201
    assert item("brp-verification", about="S1").status_code == 400
    assert item("bag", about="S9").status_code == 400
    closed = [
        "internet",
        "horeca-permits",
        "benefits",
        "subsidies",
        "other-decisions",
        "kadaster-deeds",
        "brp-relations",
    ]
    for category in (*closed, "bsn", "police", "report"):
        answer = item(category)
        assert answer.status_code == 400, category
        assert faults(answer)["category"] == "Bijlage 1"
    house.must_decide(
        number, "anna", "weging-1", "suspicion", fields=SUSPICION | {"sources": ["bag", "brp-verification"]}
    )
    house.must_decide(number, "anna", "weging-2a", "task", fields=TASK)
    house.must_decide(number, "anna", "weging-2b", "inside", fields={"area": "O1"})
    assert set(faults(item("internet"))) == {"fields.url", "fields.seenOn", "fields.foundBy"}
    seen = {"url": "https://voorbeeld.nl/aanbod", "seenOn": "2026-01-05", "foundBy": "Gezocht op het adres."}
    assert item("internet", fields=seen).status_code == 201
    assert item("benefits").status_code == 400


@pytest.mark.refused("R-5.8")
def test_no_score_anywhere(house: TestHouse, number: str) -> None:
    """No field of any interface is a score, a rank or a probability; the work list is oldest first."""
    for service in SERVICE_NAMES:
        text = httpx.get(f"{house.client.addresses[service]}/v1/openapi.json", timeout=60).text.lower()
        for word in ("score", "rank", "probability", "traffic", "priority", "points"):
            assert f'"{word}' not in text, (service, word)
    arrived = [one["arrivedAt"] for one in house.work_list()]
    assert arrived == sorted(arrived)


@pytest.mark.allowed("R-5.8")
def test_a_decision_carries_words_not_a_weight(house: TestHouse, number: str) -> None:
    found = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")
    kinds = {
        one["type"]
        for decision in found["decisions"]
        for outcome in decision["outcomes"]
        for one in outcome["fields"]["properties"].values()
    }
    assert kinds <= {"string", "array", "boolean"}


def test_two_people_at_once_and_the_second_is_told(house: TestHouse, number: str) -> None:
    fields = {"purposes": ["niet-faciliteren"]}
    assert house.decide(number, "anna", "purpose", "set", fields=fields, version=1).status_code == 201
    second = house.decide(number, "bram", "no-signal", "spam", fields={"shownBy": "x"}, version=1)
    assert second.status_code == 409
    assert second.json()["version"] == 2


def test_a_reason_that_names_somebody_is_refused_without_repeating_it(house: TestHouse, number: str) -> None:
    answer = house.decide(
        number, "anna", "purpose", "set", reason="Wilgenroos doet dit vaker", fields={"purposes": ["niet-faciliteren"]}
    )
    assert answer.status_code == 400
    assert set(faults(answer)) == {"reason"}
    assert "ilgenroos" not in answer.text


def test_a_signal_that_does_not_exist(house: TestHouse) -> None:
    for service in ("assessment", "retention"):
        answer = house.client.request(
            "GET", service, "/v1/signals/S-00000-00000", "anna", headers={"X-Purpose": "weging"}
        )
        assert answer.status_code == 404
        assert "holder" not in answer.json()
    body = {"key": "purpose", "outcome": "set", "expectedVersion": 1, "confirms": str(uuid4())}
    assert (
        house.client.request("POST", "assessment", "/v1/signals/S-00000-00000/decisions", "anna", body).status_code
        == 404
    )


@pytest.mark.refused("R-11.3")
def test_an_ending_that_is_not_forwarded_needs_a_reason(house: TestHouse, number: str) -> None:
    house.with_purpose(number)
    answer = house.decide(
        number, "anna", "weging-1", "no-suspicion", fields=NO_SUSPICION, forwarding={"noneBecause": " "}
    )
    assert answer.status_code == 400
    assert (
        house.decide(number, "anna", "weging-1", "no-suspicion", fields=NO_SUSPICION, forwarding=NOBODY).status_code
        == 201
    )


@pytest.mark.allowed("R-2.2")
def test_going_back_is_a_new_signal(house: TestHouse) -> None:
    """The same matter reported again has a number of its own and begins in phase 1."""
    first = house.ended_signal()
    again = house.arrived(house.report())
    found = house.signal(again)
    assert found is not None
    assert again != first
    assert (found["state"], found["phase"]) == ("received", 1)


@pytest.mark.refused("R-2.5")
def test_nobody_chooses_the_version_of_the_protocol(house: TestHouse, number: str) -> None:
    fields = {"purposes": ["niet-faciliteren"]}
    answer = house.decide(number, "anna", "purpose", "set", fields=fields, protocol="another-2030")
    assert answer.status_code == 400
    found = house.signal(number)
    assert found is not None
    assert found["protocol"] == "midden-delfland-2025"
