"""Duties to inform, and reporters, over HTTP: what the stories do not tell."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.embedded.insist import for_the_purpose, insist
from shared.protocol.terms import add_months
from tests.days import reported, today
from tests.house import TestHouse, a_report, until
from tests.journeys import brought, player_of

SEEN = {"X-Purpose": "weging"}


@pytest.mark.allowed("R-26.3", "R-26.7", "R-16.2", "R-16.3")
@pytest.mark.refused("R-26.3", "R-26.7", "R-16.2", "R-26.9")
def test_without_the_privacy_officer_nothing_is_deferred_and_phase_3_stays_shut(house: TestHouse) -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    received = reported()
    played = brought(house, "informing")
    player = player_of(house)
    number = player.duty_of(played.number, "S1")
    listed = {one["number"]: one for one in house.client.every("rights", "/v1/duties", "anna", "duties")}
    assert listed[number]["dueOn"] == add_months(received, 1).isoformat(), "the month of AVG 14 runs from the report"
    path = f"/v1/duties/{number}"
    version = house.client.get("rights", f"{path}/open-decisions", "anna")["version"]
    body = {"key": "duty", "outcome": "inform", "reason": "nu", "fields": {"how": "brief"}, "expectedVersion": version}
    proposed = insist(lambda: house.client.post("rights", f"{path}/decisions", "anna", body), for_the_purpose)
    assert house.client.get("rights", path, "anna", purpose="weging")["state"] == "duty-open"
    confirm = body | {"confirms": proposed["id"], "expectedVersion": version + 1}
    for user in ("anna", "bram", "fg", "esra"):
        assert house.client.request("POST", "rights", f"{path}/decisions", user, confirm).status_code == 403
    waiting_signal = house.signal(played.number)
    assert waiting_signal is not None
    assert waiting_signal["state"] == "informing"
    assert house.client.request("GET", "rights", path, "petra", headers=SEEN).status_code == 403, "a task, not the file"
    tasks = house.client.every("rights", "/v1/tasks", "petra", "tasks")
    shown = house.client.get("rights", f"/v1/tasks/{tasks[-1]['id']}", "petra", purpose="weging")
    assert "Wilgenroos" in str(shown["concerns"]), "whom it is about, and nothing else of the file"
    answer = {"outcome": "agree", "reason": "akkoord"}
    house.client.post("rights", f"/v1/tasks/{tasks[-1]['id']}/decisions", "petra", answer)
    until(lambda: player.seen("sources", played.number))
    now = house.client.get("rights", path, "anna", purpose="weging")
    assert (now["state"], now["dueOn"]) == ("duty-to-send", today().isoformat())


@pytest.mark.allowed("R-D.9")
@pytest.mark.refused("R-D.9")
def test_a_reporter_is_a_person_an_organisation_or_anonymous(house: TestHouse) -> None:
    for kind, status in (("person", 201), ("organisation", 201), ("anonymous", 400), ("buurman", 400)):
        body = a_report() | {"reporter": {"kind": kind, "name": "Greet Zonnebloem"}}
        assert house.client.request("POST", "intake", "/v1/signals", "collega", body).status_code == status
    body = a_report() | {"reporter": {"kind": "anonymous"}}
    assert house.client.request("POST", "intake", "/v1/signals", "collega", body).status_code == 201
