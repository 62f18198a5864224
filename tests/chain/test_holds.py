"""Holds: what a running procedure needs stays, everything else goes at its term, and afterwards this too (R-9.15)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from deploy.openbao import apply as bao_config
from shared import tombstones
from shared.accountability import ACCOUNTING
from tests.days import today
from tests.house import TestHouse, until
from tests.journeys import brought, further

INSUFFICIENT = {
    "by": "anna",
    "key": "weging-4",
    "outcome": "insufficient",
    "reason": "De hit zegt te weinig.",
    "fields": {"weighed": "Er is een vergunning, en verder niets."},
    "forwarding": {"noneBecause": "Geen onderdeel kan hier iets mee."},
}


def hold(house: TestHouse, number: str, user: str, key: str = "hold", **more: Any) -> httpx.Response:
    path = f"/v1/signals/{number}"
    version = house.client.get("retention", f"{path}/open-decisions", "anna")["version"]
    fields = {"ground": "bezwaar", "endsOn": "2199-01-01", "needed": "de melding"}
    body = {"key": key, "outcome": "held", "reason": "Er loopt bezwaar.", "fields": fields, "about": ["report"]}
    return house.client.request(
        "POST", "retention", f"{path}/decisions", user, body | {"expectedVersion": version} | more
    )


def held(house: TestHouse, number: str, item: str = "report", ends_on: str = "2199-01-01") -> str:
    """Asked by anna, approved by the beheerder."""
    fields = {"ground": "bezwaar", "endsOn": ends_on, "needed": "dit"}
    asked = hold(house, number, "anna", about=[item], fields=fields)
    assert (asked.status_code, asked.json()["status"]) == (202, "proposed")
    identifier: str = asked.json()["id"]
    assert hold(house, number, "beheerder", outcome="agree", confirms=identifier).status_code == 201
    return identifier


def ended(house: TestHouse, number: str, identifier: str) -> None:
    end: dict[str, Any] = {
        "key": "end-hold",
        "outcome": "ended",
        "about": [identifier],
        "fields": {"endedOn": today().isoformat()},
    }
    assert hold(house, number, "anna", **end).status_code == 403
    assert hold(house, number, "beheerder", **end).status_code == 201


def state_of(house: TestHouse, number: str) -> tuple[str, bool]:
    shown = house.sealed(number)
    return shown["state"], shown["reduced"]


def destroy(house: TestHouse, number: str) -> dict[str, Any]:
    """List what is due and approve it; what the list says of this signal."""
    house.run_as_of(367)
    list_id = house.sql("retention", "SELECT list_id FROM sealed_signal WHERE number=$1", number)[0]["list_id"]
    assert house.approve(str(list_id)).status_code == 201
    shown = house.client.every("oversight", f"/v1/destruction-lists/{list_id}/signals", "fg", "signals")
    found: dict[str, Any] = next(one for one in shown if one["number"] == number)
    return found


def declarations(house: TestHouse, number: str) -> list[dict[str, Any]]:
    listed = house.client.every("retention", f"/v1/declarations?number={number}", "fg", "declarations")
    return [house.client.get("retention", f"/v1/declarations/{one['id']}", "fg") for one in listed]


@pytest.mark.refused("R-9.15")
def test_who_asks_for_a_hold_and_what_it_needs(house: TestHouse) -> None:
    number = house.ended_signal()
    for user in ("esra", "collega", "fg", "beheerder"):
        assert hold(house, number, user).status_code == 403
    wrongs: list[dict[str, Any]] = [{"fields": {}}, {"about": []}, {"about": ["item-99"]}, {"reason": " "}]
    for wrong in wrongs:
        assert hold(house, number, "anna", **wrong).status_code == 400
    past = {"ground": "bezwaar", "endsOn": "2020-01-01", "needed": "x"}
    assert hold(house, number, "anna", fields=past).status_code == 400
    identifier = hold(house, number, "anna").json()["id"]
    waiting = house.client.every("retention", "/v1/holds", "beheerder", "holds")
    assert [one["items"] for one in waiting if one["number"] == number] == [["report"]]
    assert hold(house, number, "anna", outcome="agree", confirms=identifier).status_code == 403
    assert hold(house, number, "beheerder", outcome="agree", confirms=identifier, reason="").status_code == 400
    asked = "SELECT 1 AS x FROM decided WHERE number=$1 AND facts->>'key'='hold-asked'"
    assert until(lambda: house.sql("oversight", asked, number)), "supervision knows a request from an approval"


@pytest.mark.allowed("R-2.4", "R-9.15")
@pytest.mark.refused("R-9.15")
def test_only_what_is_needed_is_held_and_the_rest_goes(house: TestHouse) -> None:
    played = brought(house, "weging-4")
    number = further(house, played, INSUFFICIENT).number
    house.sealed(number)
    row = house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]
    keys = {(one["archive"], one["key"]): one["item"] for one in json.loads(row["dossier"])}
    assert {archive for archive, _ in keys} == {"archive-signal", "archive-closed"}
    bao = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )

    def exist() -> set[str]:
        return {mount for mount, key in keys if bao.read(f"{mount}/keys/{key}") is not None}

    identifier = held(house, number)
    assert destroy(house, number)["staying"] == ["report"], "whoever approves sees what stays"
    until(lambda: state_of(house, number) == ("sealed", True), 180)
    assert exist() == {"archive-signal"}, "the key of what is held, and no other"
    left = json.loads(house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]["dossier"])
    assert [one["item"] for one in left] == ["report"]
    rooms = "SELECT mount FROM signal_key WHERE number=$1 AND destroyed_at IS NULL"
    assert {one["mount"] for one in house.sql("retention", rooms, number)} == {"archive-signal", "room-accountability"}
    assert house.sql("rights", "SELECT number FROM dossier WHERE signal=$1", number) == []
    first = declarations(house, number)
    assert [one["itemsHeld"] for one in first] == [["report"]]
    assert first[0]["keysStaying"] == ["archive-signal", "room-accountability"]
    assert first[0]["unrecoverableFrom"] is None
    assert "Van al het andere" in json.dumps(first[0]["document"])
    assert number not in tombstones.read(house.home.tombstones), "not wholly destroyed"
    path = f"/v1/declarations/{first[0]['declarationId']}/document"
    assert house.client.request("GET", "retention", path, "beheerder").content.startswith(b"%PDF-1.7")
    package = house.client.request("GET", "retention", path.replace("document", "archive-package"), "beheerder")
    with zipfile.ZipFile(io.BytesIO(package.content)) as file:
        assert {"verklaring.pdf", "verklaring.json", "verklaring.mdto.xml", f"{number}.mdto.xml"} <= {*file.namelist()}
    house.run_as_of(367)
    assert state_of(house, number) == ("sealed", True), "what is held is on no list"
    assert hold(house, number, "anna", about=["item-99"]).status_code == 400

    ended(house, number, identifier)
    assert destroy(house, number)["staying"] == []
    until(lambda: house.signal(number, "retention") is None, 180)
    assert exist() == set()
    assert sorted(one["itemsHeld"] for one in declarations(house, number)) == [[], ["report"]]
    assert until(lambda: number in tombstones.read(house.home.tombstones))
    accounted_for(house, number)


def accounted_for(house: TestHouse, number: str) -> None:
    """Of what is gone everybody says so; its declarations, the register and the trail are accounted for still."""
    path = f"/v1/signals/{number}/chapter"
    told = {one: house.client.get(one, path, "fg", purpose="toezicht")["chapter"] for one in ACCOUNTING}
    assert {one["standing"] for name, one in told.items() if name != "oversight"} <= {"destroyed", "nothing"}
    steps = [one["what"] for one in told["retention"]["entries"]]
    assert steps == ["destruction declared", "destruction declared"]
    kinds = {one["kind"] for one in told["oversight"]["entries"]}
    assert {"disclosure", "opening", "retention", "trail"} <= kinds
    assert "decision" not in kinds, "their words are gone, and with them their rows"


@pytest.mark.allowed("R-9.15")
def test_a_hold_takes_a_signal_off_a_list(house: TestHouse) -> None:
    number = house.ended_signal()
    house.run_as_of(367)
    assert state_of(house, number) == ("listed", False)
    before = house.sql("retention", "SELECT list_id FROM sealed_signal WHERE number=$1", number)[0]["list_id"]
    until(lambda: house.client.request("GET", "oversight", f"/v1/destruction-lists/{before}", "fg").is_success)
    held(house, number)
    until(lambda: state_of(house, number) == ("sealed", False))
    shown = house.client.get("oversight", f"/v1/destruction-lists/{before}", "fg")
    signals = house.client.every("oversight", f"/v1/destruction-lists/{before}/signals", "fg", "signals")
    assert [one["state"] for one in signals if one["number"] == number] == ["withheld"]
    if shown["state"] == "listed":
        assert house.approve(str(before)).status_code == 201, "the others on it are approved without it"
    assert house.approve(str(before)).status_code == 409, "nothing is left to approve"
    assert house.sealed(number)["state"] == "sealed"
    assert destroy(house, number)["staying"] == ["report"]
    until(lambda: state_of(house, number) == ("sealed", True), 180)


@pytest.mark.allowed("R-9.15")
def test_a_hold_counts_when_supervision_hears_of_it_together_with_the_list(house: TestHouse) -> None:
    number = house.ended_signal()
    house.hold("oversight")
    house.run_as_of(367)
    held(house, number)
    house.let_go("oversight")
    until(lambda: state_of(house, number) == ("sealed", False), 90)
    lines = "SELECT 1 AS x FROM listed_signal WHERE number=$1 AND state='withheld'"
    assert house.sql("oversight", lines, number)
    house.all_ready()


@pytest.mark.allowed("R-9.15")
@pytest.mark.refused("R-9.15")
def test_each_hold_keeps_its_own_items_for_its_own_time(house: TestHouse) -> None:
    number = further(house, brought(house, "weging-4"), INSUFFICIENT).number
    house.sealed(number)
    row = house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]
    closed = next(one["item"] for one in json.loads(row["dossier"]) if one["archive"] == "archive-closed")
    first, second = held(house, number), held(house, number, closed)
    passing = held(house, number, ends_on=today(5).isoformat())
    asked = hold(house, number, "anna", about=["report", closed]).json()["id"]

    def left() -> set[str]:
        found = house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]["dossier"]
        return {one["item"] for one in json.loads(found)}

    def state(identifier: str) -> str:
        return str(next(one["state"] for one in house.sealed(number)["holds"] if one["id"] == identifier))

    assert destroy(house, number)["staying"] == sorted(["report", closed])
    until(lambda: state_of(house, number) == ("sealed", True), 180)
    assert left() == {"report", closed}
    assert state(passing) == "ended", "by its date, and not too late"
    ended(house, number, first)
    assert destroy(house, number)["staying"] == [closed], "the other hold goes on"
    until(lambda: state_of(house, number) == ("sealed", True) and len(declarations(house, number)) == 2, 180)
    assert left() == {closed}
    assert hold(house, number, "beheerder", outcome="agree", confirms=asked).status_code == 409, (
        "what it named has gone: ask anew"
    )
    assert state(asked) == "too-late"
    late = "SELECT 1 AS x FROM audit_line WHERE record=$1 AND entry->>'action'='hold ended by its date'"
    assert until(lambda: house.sql("oversight", late, number))
    assert state(second) == "held"


@pytest.mark.refused("R-9.15")
def test_a_hold_that_comes_when_the_keys_are_released_is_too_late_and_says_so(house: TestHouse) -> None:
    """Retention has not heard of the approval yet; supervision decides which of the two came first."""
    number = house.ended_signal()
    house.run_as_of(367)
    list_id = str(house.sql("retention", "SELECT list_id FROM sealed_signal WHERE number=$1", number)[0]["list_id"])
    house.listed(list_id)
    house.hold("nats")
    assert house.approve(list_id).status_code == 201
    state = "SELECT state FROM listed_signal WHERE number=$1 AND state='released'"
    until(lambda: house.sql("oversight", state, number))
    held(house, number)
    house.let_go("nats")
    until(lambda: house.signal(number, "retention") is None, 180)
    assert [one["itemsHeld"] for one in declarations(house, number)] == [[]]
    lines = "SELECT 1 AS x FROM audit_line WHERE record=$1 AND entry->>'action'='hold came too late'"
    assert until(lambda: house.sql("oversight", lines, number))
