"""The command as a newcomer uses it: the demo, the status, wrong input, a second house."""

from __future__ import annotations

import json

import pytest

from deploy.embedded.demo import is_active, reports
from deploy.embedded.home import DEMO_USERS, SERVICE_NAMES, Home
from deploy.embedded.played import steps_of
from tests.house import TestHouse


@pytest.mark.allowed("R-T.20", "R-9.4", "R-9.14", "R-9.16", "R-11.3", "R-12.7")
def test_the_demo_ends_every_report_as_its_file_says(house: TestHouse) -> None:
    answer = house.meldpunt("demo", "--json", check=False)
    found = json.loads(answer.stdout)
    assert found["failed"] == []
    assert answer.returncode == 0
    assert found["signals"] == len(reports()) >= 24
    assert found["endings"] == {
        "no-signal": 3,
        "no-suspicion": 3,
        "no-task": 2,
        "outside": 2,
        "too-light": 1,
        "all-refused": 1,
        "no-hit": 2,
        "insufficient": 1,
        "mono-police": 1,
        "nobody": 1,
        "closed": 6,
        "phase-2": 1,
        "informing": 1,
        "hit-check": 1,
        "execution": 1,
    }
    assert set(found) == {"signals", "endings", "seconds", "hops", "people", "failed"}
    assert set(found["hops"]) == {"p50Ms", "p99Ms"}
    # Everybody who has work by his designation finds some, where the portal looks for him.
    assert set(found["people"]) == set(DEMO_USERS) - {"collega"}
    for user, things in found["people"].items():
        assert things, user
        assert all(things.values()), (user, things)


@pytest.mark.refused("R-5.7")
def test_no_demo_user_takes_every_decision_of_a_signal() -> None:
    for name, report in reports():
        deciders = {step["by"] for step in steps_of(report) if "key" in step}
        if not is_active(report["ending"]):
            deciders.add("beheerder")  # who approves its destruction
        assert len(deciders) >= 2, name


def test_status_is_stable_and_complete(house: TestHouse) -> None:
    found = json.loads(house.meldpunt("status", "--json").stdout)
    assert found["running"] is True
    assert found["trial"] is True, "an embedded house is for trying, whatever was filled in"
    assert any("selectielijst" in one for one in found["missingForLive"])
    assert {one["name"] for one in found["parts"]} == {
        "postgres",
        "openbao",
        "nats",
        "intake",
        "assessment",
        "sources",
        "casework",
        "rights",
        "export",
        "retention",
        "access",
        "oversight",
        "worklist",
    }
    for one in found["parts"]:
        assert set(one) == {
            "name",
            "kind",
            "address",
            "ready",
            "version",
            "queues",
            "problems",
            "pruned",
        }
        assert one["address"].split("//")[-1].startswith("127.0.0.1:")


def test_a_token_of_a_demo_user(house: TestHouse) -> None:
    assert house.meldpunt("token", "anna", "--for", "assessment").stdout.count(".") == 2


def test_wrong_input_is_named_and_never_a_traceback(house: TestHouse, tmp_path_factory: pytest.TempPathFactory) -> None:
    answer = house.meldpunt("token", "mallory", "--for", "assessment", check=False)
    assert answer.returncode == 1
    assert "no demo user" in answer.stderr
    answer = house.meldpunt("logs", "nothing", check=False)
    assert answer.returncode == 1
    assert "there are" in answer.stderr
    answer = house.meldpunt("up", "--detach", check=False)
    assert answer.returncode == 1
    assert "already" in answer.stderr
    empty = TestHouse.__new__(TestHouse)
    empty.__dict__ |= house.__dict__
    empty.home = Home(tmp_path_factory.mktemp("empty") / "none")
    for words in (("status",), ("demo",), ("down",), ("token", "anna", "--for", "intake")):
        answer = empty.meldpunt(*words, check=False)
        assert "Traceback" not in answer.stderr + answer.stdout
        assert answer.stderr.strip()


def test_the_logs_are_readable_json_lines(house: TestHouse) -> None:
    for name in SERVICE_NAMES:
        for line in house.meldpunt("logs", name).stdout.splitlines():
            assert json.loads(line)["service"] == name
