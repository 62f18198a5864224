"""The simplest whole case (one person, one source, one department, three LOTs) takes at most eighteen requests."""

from __future__ import annotations

import tomllib
from pathlib import Path

from deploy.embedded import played as played_module
from deploy.embedded.played import Played, steps_of
from tests.house import TestHouse, a_report
from tests.journeys import player_of

SIMPLEST = tomllib.loads((Path(played_module.__file__).parent / "simplest.toml").read_text())
MOST = 18


def test_the_simplest_whole_case_in_eighteen_requests_that_change_something(house: TestHouse) -> None:
    player, played = player_of(house), Played("simplest", "")
    before = house.client.changing
    player.report(a_report(), played)
    for step in steps_of(SIMPLEST):
        player.step(played, step)
    took = house.client.changing - before
    found = house.client.get("casework", f"/v1/signals/{played.number}/open-decisions", "anna")
    assert found["state"] == "closed"
    assert sum(1 for one in SIMPLEST["steps"] if "meeting" in one) == 3
    assert took <= MOST, f"{took} requests"


def test_a_step_that_is_refused_stops_the_rest_and_what_was_done_stands(house: TestHouse) -> None:
    number = house.arrived(house.report())
    path = f"/v1/signals/{number}"
    follows = house.client.get("assessment", f"{path}/steps?given=purpose:set", "anna")["places"]
    assert [one["decision"]["key"] for one in follows] == ["purpose", "weging-1", "weging-2a", "weging-2b"]
    assert house.client.get("assessment", f"{path}/open-decisions", "anna")["inOneGo"] == len(follows)
    assert house.client.request("GET", "assessment", f"{path}/steps", "fg").status_code == 403
    purpose = {"key": "purpose", "outcome": "set", "reason": "Doel.", "fields": {"purposes": ["niet-faciliteren"]}}
    body = {
        "expectedVersion": house.client.get("assessment", f"{path}/open-decisions", "anna")["version"],
        "steps": [{"decision": purpose}, {"decision": purpose}, {"decision": purpose}],
    }
    answer = house.client.post("assessment", f"{path}/steps", "anna", body)
    assert [one["decision"]["key"] for one in answer["done"]] == ["purpose"]
    assert (answer["stopped"]["status"], answer["stopped"]["code"]) == (409, "conflict")
    refused = house.client.request("POST", "assessment", f"{path}/steps", "anna", body)
    assert refused.status_code == 409, "nothing was done: the version is another"
    both = {"expectedVersion": 2, "steps": [{}]}
    assert house.client.request("POST", "assessment", f"{path}/steps", "anna", both).status_code == 400
    assert house.client.request("POST", "assessment", f"{path}/steps", "fg", body).status_code == 403
