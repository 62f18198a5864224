"""By when somebody has to know: the month, a first contact, a first disclosure, a planned intervention (R-26.2, R-26.3)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.protocol.model import State
from shared.protocol.moments import By, due_on
from shared.protocol.terms import add_months
from tests.days import reported, today
from tests.house import TestHouse, until
from tests.journeys import brought, further, player_of, steps

OUTSIDE = {
    "by": "anna",
    "key": "weging-2b",
    "outcome": "outside",
    "reason": "Het ligt in een andere gemeente.",
    "fields": {"area": "O1", "municipality": "westland"},
    "forwarding": {"recipientKind": "municipality", "recipient": "westland", "items": ["report"]},
}


def in_days(days: int) -> str:
    return today(days).isoformat()


def duty(house: TestHouse, number: str, subject: str = "S1") -> dict[str, Any]:
    found = player_of(house).duty_of(number, subject)
    return house.client.get("rights", f"/v1/duties/{found}", "anna", purpose="weging")


def contact(house: TestHouse, number: str, *, expect: int = 201, **fields: Any) -> Any:
    path = f"/v1/duties/{number}"
    version = house.client.get("rights", f"{path}/open-decisions", "anna")["version"]
    body = {"key": "contact", "outcome": "on", "reason": "Er komt een gesprek.", "fields": fields}
    answer = house.client.request("POST", "rights", f"{path}/decisions", "anna", body | {"expectedVersion": version})
    assert answer.status_code == expect
    return answer.json()


def by(why: str, day: int, noted: int) -> By:
    return By(why, today(day), today(noted))


@pytest.mark.allowed("R-26.3", "R-26.9")
@pytest.mark.refused("R-26.3")
def test_when_a_duty_is_due() -> None:
    """The earliest moment, whichever came first; a ground covers what was before it, and nothing later."""
    month = today(30)

    def due(state: State, *moments: By) -> str | None:
        found = due_on(state, month, moments)
        return found.isoformat() if found else None

    assert due(State.DUTY_OPEN) == in_days(30)
    assert due(State.DUTY_OPEN, by("contact", 20, 0), by("intervention", 10, 1), by("contact", 60, 2)) == in_days(10)
    for moments in (
        (by("intervention", 20, 1), by("review", 80, 2)),
        (by("review", 80, 2), by("intervention", 20, 3)),
    ):
        assert due(State.DUTY_DEFERRED, *moments) == in_days(20), "put off by neither order"
    assert due(State.DUTY_DEFERRED, by("contact", 1, 1), by("review", 80, 2)) == in_days(80)
    assert due(State.DUTY_DEFERRED, by("review", 80, 2), by("contact", 2, 2)) == in_days(2), (
        "on the same day, afterwards"
    )
    assert due(State.DUTY_DEFERRED, by("review", 80, 2), by("disclosure", 5, 5)) == in_days(80), "a recorded ground"
    assert due(State.DUTY_OPEN, by("disclosure", 5, 5)) == in_days(5)
    assert due(State.DUTY_DEFERRED, by("review", 40, 1), by("review", 80, 39)) == in_days(80)
    assert due(State.DUTY_TO_SEND, by("review", 80, 2), by("at-once", 9, 9)) == in_days(9)
    assert due(State.DUTY_DONE, by("at-once", 9, 9)) is None


@pytest.mark.allowed("R-26.2", "R-26.3")
@pytest.mark.refused("R-26.3")
def test_a_planned_intervention_and_a_contact_bring_the_moment_nearer(house: TestHouse) -> None:
    played = brought(house, "plan")
    deferred = duty(house, played.number)
    assert (deferred["state"], deferred["dueOn"], deferred["moments"]) == ("duty-deferred", in_days(80), [])
    intervention = {
        "by": "anna",
        "item": "intervention",
        "about": "O1",
        "finding": "Controle bij O1.",
        "fields": {
            "instrument": "toezicht-leefomgeving",
            "department": "wonen",
            "plannedOn": in_days(30),
            "subjects": ["S1"],
        },
        "as": "i",
    }
    adopt = {
        "by": "anna",
        "key": "adopt-plan",
        "outcome": "adopted",
        "reason": "Vastgesteld door wie het uitvoeren.",
        "about": ["@i"],
        "fields": {"adoptedOn": "$today"},
    }
    further(house, played, intervention, adopt)
    planned = until(lambda: (now := duty(house, played.number))["dueOn"] == in_days(30) and now)
    assert planned["moments"] == [{"why": "intervention", "on": in_days(30)}]
    assert planned["state"] == "duty-deferred"

    for wrong in ({"why": "gesprek"}, {"contactOn": "straks", "why": "gesprek"}, {"contactOn": in_days(3)}):
        contact(house, planned["number"], expect=400, **wrong)
    contact(house, planned["number"], contactOn=in_days(40), why="gesprek")
    assert duty(house, played.number)["dueOn"] == in_days(30), "what comes later puts nothing off"
    contact(house, planned["number"], contactOn=in_days(3), why="gesprek")
    nearest = duty(house, played.number)
    assert (nearest["dueOn"], nearest["moments"][0]) == (in_days(3), {"why": "contact", "on": in_days(3)})


@pytest.mark.allowed("R-26.3")
@pytest.mark.refused("R-26.3", "R-20.2")
def test_a_person_first_met_in_phase_3_gets_a_duty_and_phase_4_waits_for_it(house: TestHouse) -> None:
    played = brought(house, "weging-4")
    person = {"name": "Klaas Kortstondig", "address": "Verzonnenpad 3"}
    path, body = f"/v1/signals/{played.number}/items", {"category": "horeca-permits", "about": "O1"}
    version = house.client.get("sources", f"/v1/signals/{played.number}/open-decisions", "anna")["version"]
    body |= {"finding": "De vergunning staat op naam van een ander.", "expectedVersion": version}
    for wrong in ([], [{"address": "zonder naam"}], [person | {"bsn": "123456782"}], "Klaas", [person] * 21):
        fields = {"hit": played.made["vraag"], "persons": wrong}
        refused = house.client.request("POST", "sources", path, "anna", body | {"fields": fields})
        assert refused.status_code == 400
        assert [one["name"] for one in refused.json()["invalidParams"]] == ["fields.persons"]
        assert "Klaas" not in refused.text
    none = body | {"fields": {"hit": played.made["vraag"], "persons": None}}
    body["expectedVersion"] = house.client.post("sources", path, "anna", none)["version"]
    fields = {"hit": played.made["vraag"], "persons": [person]}
    house.client.post("sources", path, "anna", body | {"fields": fields})
    shown = player_of(house).seen("sources", played.number)
    assert shown is not None
    assert shown["subjects"]["S2"] == person
    found = duty(house, played.number, "S2")
    assert (found["person"]["name"], found["state"]) == (person["name"], "duty-open")
    assert found["dueOn"] == add_months(today(), 1).isoformat(), "the month runs from the day that he was met"

    further(house, played, "confirmed")
    case = player_of(house).seen("casework", played.number)
    assert case is not None
    assert case["subjects"]["S2"] == person
    done = {"key": "check-2a-done", "outcome": "complete", "reason": "Klaar.", "fields": {"informing": "Uitgesteld."}}

    def why_not() -> str:
        signal = f"/v1/signals/{played.number}"
        now = house.client.get("casework", f"{signal}/open-decisions", "anna")["version"]
        answer = house.client.request(
            "POST", "casework", f"{signal}/decisions", "anna", done | {"expectedVersion": now}
        )
        assert answer.status_code == 400
        return answer.text

    waits = "over informeren is nog niet besloten"
    assert waits in why_not()
    step = {"by": "anna", "duty": "S2", "decide": "duty", "outcome": "not-due", "co_signed_by": "petra"}
    further(house, played, step | {"reason": "Wist het al.", "fields": {"ground": "already-informed"}})
    until(lambda: waits not in why_not())


@pytest.mark.allowed("R-26.3")
def test_a_first_disclosure_outside_the_municipality_is_a_moment(house: TestHouse) -> None:
    received = reported()
    played = brought(house, "received")
    assert duty(house, played.number)["dueOn"] == add_months(received, 1).isoformat()
    further(house, played, *steps("phase-1")[:-1], OUTSIDE)
    told = until(lambda: (now := duty(house, played.number))["dueOn"] == today().isoformat() and now)
    assert told["moments"] == [{"why": "disclosure", "on": today().isoformat()}]
