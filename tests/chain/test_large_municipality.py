"""A larger municipality through phase 3: whom the protocol names there, and what a withdrawal must not open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deploy.embedded.played import Played
from shared.protocol.laws import BUILT_IN
from shared.protocol.terms import add_months, add_years
from tests.days import reported, today
from tests.house import TestHouse, a_report, until
from tests.journeys import parts_until, player_of, steps

WINDOW = 8
FIRST = ("purpose", "weging-1")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    """A municipality that is a file and no release: anna is beoordelaar, bram is regisseur, and what is no case is kept
    for two years; a few seconds to withdraw."""
    folder = tmp_path_factory.mktemp("protocols")
    text = (BUILT_IN / "grote-gemeente-2025.toml").read_text()
    for old, new in (
        ("grote-gemeente-2025", "elders-2026"),
        ("Grote Gemeente", "Elders"),
        ("geen_casus_jaren = 1", "geen_casus_jaren = 2"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "elders-2026.toml").write_text(text)
    with TestHouse("elders-2026", MELDPUNT_PROTOCOLS=str(folder), MELDPUNT_WITHDRAWAL_SECONDS=str(WINDOW)) as found:
        yield found


def by_its_people(step: dict[str, Any]) -> dict[str, Any]:
    """A usual step, done by whom this municipality chose; its LOT has a quorum of four."""
    if step["by"] not in ("anna", "bram"):
        return step
    found = step | {"by": "anna" if step.get("key") in FIRST else "bram"}
    return found | ({"members": ["esra", "farid", "gijs", "hanna"]} if "meeting" in step else {})


@pytest.mark.allowed("R-18.1", "R-16.2")
@pytest.mark.refused("R-18.1", "R-16.2", "R-26.3")
def test_phase_3_with_a_regisseur_and_a_privacy_officer(large: TestHouse) -> None:
    player, played, received = player_of(large), Played("large", ""), reported()
    player.report(a_report(), played)
    for step in steps(*parts_until("informing")):
        player.step(played, by_its_people(step))
    duty = player.duty_of(played.number, "S1")
    a_withdrawn_decision_opens_nothing(large, played.number, duty, received)
    player.step(played, by_its_people(steps("deferred")[0]))
    assert played.holder == "sources"
    player.step(played, by_its_people(steps("one-source")[0]))
    a_check_counts_with_the_officer_only(large, played.number)


def a_withdrawn_decision_opens_nothing(large: TestHouse, number: str, duty: str, received: date) -> None:
    """Decided and co-signed, and taken back in time: phase 3 stays shut, and the month of AVG 14 runs on."""
    path = f"/v1/duties/{duty}"

    def version() -> int:
        return int(large.client.get("rights", f"{path}/open-decisions", "bram")["version"])

    # By now the LOT's own decision is final, and rights has been asked.
    until(lambda: large.sql("rights", "SELECT number FROM asked WHERE number=$1", number), WINDOW + 90)
    not_due = {"key": "duty", "outcome": "not-due", "reason": "vergissing", "fields": {"ground": "already-informed"}}
    proposed = large.client.post("rights", f"{path}/decisions", "bram", not_due | {"expectedVersion": version()})
    task = large.client.every("rights", "/v1/tasks", "petra", "tasks")[-1]["id"]
    large.client.post("rights", f"/v1/tasks/{task}/decisions", "petra", {"outcome": "agree", "reason": "akkoord"})
    withdraw = {"reason": "verkeerde persoon", "decision": proposed["id"]}
    large.client.post("rights", f"{path}/withdrawals", "bram", withdraw | {"expectedVersion": version()})
    soon = {"contactOn": today().isoformat(), "why": "gesprek"}
    contact = {"key": "contact", "outcome": "on", "reason": "vergissing", "fields": soon}
    taken = large.client.post("rights", f"{path}/decisions", "bram", contact | {"expectedVersion": version()})
    assert large.client.get("rights", path, "bram", purpose="weging")["dueOn"] == soon["contactOn"]
    back = withdraw | {"decision": taken["id"], "expectedVersion": version()}
    large.client.post("rights", f"{path}/withdrawals", "bram", back)
    # The time in which they could still have begun to count is over, and nothing of them waits.
    last = "SELECT 1 AS x FROM decision WHERE number=$1 HAVING max(effective_at) < now()"
    until(lambda: large.sql("rights", last, duty))
    waits = "SELECT 1 AS x FROM decision WHERE number=$1 AND status='taken' AND settles AND settled_at IS NULL"
    until(lambda: not large.sql("rights", waits, duty))
    until(lambda: not large.sql("rights", "SELECT 1 AS x FROM outgoing WHERE number=$1", number))
    seen = large.client.get("rights", path, "bram", purpose="weging")
    assert (seen["state"], seen["dueOn"]) == ("duty-open", add_months(received, 1).isoformat())
    assert seen["moments"] == []
    signal = large.signal(number, user="bram")
    assert signal is not None
    assert signal["state"] == "informing"


def a_check_counts_with_the_officer_only(large: TestHouse, number: str) -> None:
    path = f"/v1/signals/{number}"

    def decide(user: str, key: str, outcome: str, **more: Any) -> Any:
        version = large.client.get("sources", f"{path}/open-decisions", "bram")["version"]
        body = {"key": key, "outcome": outcome, "reason": "de vier vragen", "expectedVersion": version} | more
        return large.client.request("POST", "sources", f"{path}/decisions", user, body)

    four = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "beantwoord")
    assert decide("anna", "check-1", "approved", about=["horeca-permits"], fields=four).status_code == 403
    proposed = decide("bram", "check-1", "approved", about=["horeca-permits"], fields=four)
    assert proposed.status_code == 202
    early = decide("bram", "check-1-done", "some", fields={"conclusion": "ja"})
    assert early.status_code == 400, "a proposal is no decision"
    task = large.client.every("sources", "/v1/tasks", "petra", "tasks")[-1]["id"]
    shown = large.client.get("sources", f"/v1/tasks/{task}", "petra", purpose="weging")
    assert (shown["decision"], shown["about"]) == ("check-1", ["horeca-permits"])
    assert "Wilgenroos" not in str(shown)
    large.client.post("sources", f"/v1/tasks/{task}/decisions", "petra", {"outcome": "agree", "reason": "akkoord"})
    assert decide("bram", "check-1-done", "some", fields={"conclusion": "ja"}).status_code == 201


@pytest.mark.allowed("R-9.1", "R-2.5")
def test_its_term_is_two_years(large: TestHouse) -> None:
    number = large.arrived(large.report())
    proposed = large.decide(number, "anna", "no-signal", "spam", fields={"shownBy": "reclame"}).json()
    large.decide(number, "bram", "no-signal", "agree", confirms=proposed["id"], reason="Akkoord.", fields={})
    until(lambda: large.signal(number, "retention", "bram"), WINDOW + 30)
    sealed = large.signal(number, "retention", "bram")
    assert sealed is not None
    assert sealed["endsOn"] == add_years(date.fromisoformat(sealed["decidedOn"]), 2).isoformat()
