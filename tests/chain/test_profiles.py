"""Co-signing, withdrawing and lateness, in houses that are set up for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from deploy.openbao import apply as bao_config
from tests.chain.test_intake import audit
from tests.house import SUSPICION, TASK, TestHouse, until


@pytest.fixture(scope="module")
def large() -> Iterator[TestHouse]:
    """A larger municipality, with a beoordelaar (anna) and a regisseur (bram), and a minute to withdraw."""
    with TestHouse("grote-gemeente-2025", MELDPUNT_WITHDRAWAL_SECONDS="60") as found:
        yield found


def version(house: TestHouse, number: str) -> int:
    return int(house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"])


@pytest.mark.allowed("R-5.7")
@pytest.mark.refused("R-5.7")
def test_a_proposed_decision_counts_only_when_somebody_else_co_signs(large: TestHouse) -> None:
    number = large.arrived(large.report())
    proposed = large.decide(number, "anna", "no-signal", "spam", fields={"shownBy": "reclame"})
    assert proposed.status_code == 202
    assert proposed.json()["status"] == "proposed"
    found = large.signal(number)
    assert found is not None
    assert found["state"] == "received"
    confirm: dict[str, Any] = {"confirms": proposed.json()["id"], "reason": "Akkoord.", "fields": {}}
    assert large.decide(number, "anna", "no-signal", "agree", **confirm).status_code == 403
    assert large.decide(number, "bram", "no-signal", "agree", confirms=str(uuid4())).status_code == 404
    assert large.decide(number, "bram", "weging-1", "agree", **confirm).status_code == 404
    assert large.decide(number, "bram", "no-signal", "spam", **confirm).status_code == 400, "that is no answer"
    signed = large.decide(number, "bram", "no-signal", "agree", **confirm)
    assert signed.status_code == 201, signed.text
    assert signed.json()["coSigners"] != signed.json()["deciders"]
    assert signed.json()["state"] == "ended"
    assert large.decide(number, "bram", "no-signal", "agree", **confirm).status_code == 409


@pytest.mark.allowed("R-2.5")
@pytest.mark.refused("R-7.3")
def test_each_weging_by_whom_the_municipality_chose(large: TestHouse) -> None:
    number = large.arrived(large.report())
    purposes = {"purposes": ["niet-faciliteren"]}
    assert large.decide(number, "bram", "purpose", "set", fields=purposes).status_code == 403
    assert large.must_decide(number, "anna", "purpose", "set", fields=purposes)["protocol"] == "grote-gemeente-2025"
    large.must_decide(number, "anna", "weging-1", "suspicion", fields=SUSPICION)
    assert large.decide(number, "anna", "weging-2a", "task", fields=TASK).status_code == 403
    large.must_decide(number, "bram", "weging-2a", "task", fields=TASK)


@pytest.mark.refused("R-2.2")
def test_withdrawn_while_nothing_was_sent(large: TestHouse) -> None:
    number = large.arrived(large.report())
    taken = large.must_decide(number, "anna", "purpose", "set", fields={"purposes": ["niet-faciliteren"]})
    assert taken["withdrawableUntil"]

    def withdraw(user: str, which: str, reason: str = "Verkeerde melding geopend.") -> Any:
        return large.withdraw(number, user, which, reason)

    assert withdraw("bram", taken["id"]).status_code == 403
    assert withdraw("anna", taken["id"], reason=" ").status_code == 400
    assert withdraw("anna", str(uuid4())).status_code == 409
    assert withdraw("anna", taken["id"]).status_code == 201
    found = large.signal(number)
    assert found is not None
    assert found["state"] == "received"
    assert withdraw("anna", taken["id"]).status_code == 409
    again = large.must_decide(number, "anna", "purpose", "set", fields={"purposes": ["niet-faciliteren"]})
    large.must_decide(number, "anna", "weging-1", "suspicion", fields=SUSPICION)
    assert withdraw("anna", again["id"]).status_code == 409, "a following decision ends the time to withdraw"
    listed = large.client.get("assessment", f"/v1/signals/{number}/decisions", "anna", purpose="weging")["decisions"]
    assert [one["status"] for one in listed if one["key"] == "purpose"] == ["withdrawn", "taken"]
    assert until(lambda: [one for one in audit(large, number) if one["action"].startswith("decision withdrawn")])


@pytest.mark.refused("R-B1.1")
def test_a_decision_that_opened_a_phase_is_not_withdrawn_once_the_phase_was_used(large: TestHouse) -> None:
    number = large.arrived(large.report())
    large.must_decide(number, "anna", "purpose", "set", fields={"purposes": ["niet-faciliteren"]})
    large.must_decide(number, "anna", "weging-1", "suspicion", fields=SUSPICION)
    large.must_decide(number, "bram", "weging-2a", "task", fields=TASK)
    opened = large.must_decide(number, "bram", "weging-2b", "inside", fields={"area": "O1"})
    found = {"url": "https://example.org/", "seenOn": "2026-11-01", "foundBy": "Zoeken op adres."}
    item: dict[str, Any] = {"category": "internet", "about": "O1", "finding": "x", "fields": found}
    item["expectedVersion"] = version(large, number)
    assert large.client.request("POST", "assessment", f"/v1/signals/{number}/items", "bram", item).status_code == 201
    assert large.withdraw(number, "bram", opened["id"]).status_code == 409


@pytest.mark.allowed("R-9.14")
@pytest.mark.refused("R-9.14")
def test_a_list_that_nobody_approves(own_house: TestHouse) -> None:
    """Escalated and locked after the term for approval; destroyed by the clock at the ultimate date."""
    house = own_house
    number = house.ended_signal()
    house.run_as_of(367)
    until(lambda: house.client.every("oversight", "/v1/destruction-lists", "fg", "lists"))
    house.run_as_of(367 + 31)
    escalated = until(
        lambda: [
            one for one in house.client.every("oversight", "/v1/destruction-lists", "fg", "lists") if one["escalated"]
        ]
    )
    assert escalated[0]["state"] == "listed"
    row = house.sql("oversight", "SELECT archive_keys FROM listed_signal WHERE number=$1", number)[0]
    assert "archive-signal" in row["archive_keys"]
    house.run_as_of(367 + 61)
    told = "SELECT count(*) AS n FROM outgoing WHERE event='overdue.v1'"
    until(lambda: house.sql("retention", told)[0]["n"] == 0)
    # By retention's word alone nothing goes: oversight's own calendar has not reached the ultimate date.
    assert house.sql("oversight", "SELECT state FROM listed_signal WHERE number=$1", number)[0]["state"] == "listed"
    house.client.__exit__(None, None, None)
    house.down()
    house.environment["MELDPUNT_EMBEDDED_AHEAD"] = f"{367 + 62}:retention,oversight"
    house.up()
    house.all_ready()
    until(lambda: house.sql("retention", "SELECT * FROM declaration WHERE number=$1", number), 180)
    content = house.sql("retention", "SELECT content FROM declaration WHERE number=$1", number)[0]["content"]
    assert "de uiterste dag van de vernietigingslijst was verstreken" in content
    bao_config.client(house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup"))
