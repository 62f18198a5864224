"""Phases 2 to 5 over HTTP: what the stories do not tell."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from deploy.embedded.played import Played
from shared.protocol.terms import add_years
from tests.days import today
from tests.house import TestHouse, until
from tests.journeys import ANSWER, APPROACH, HANDED_IN, RIEC, RIEC_MAY, brought, further, moved, parts_until, player_of

SEEN = {"X-Purpose": "weging"}


def decide(house: TestHouse, played: Played, user: str, key: str, outcome: str, **more: Any) -> httpx.Response:
    path = f"/v1/signals/{played.number}"
    version = house.client.get(played.holder, f"{path}/open-decisions", "anna")["version"]
    body = {"key": key, "outcome": outcome, "reason": "een reden", "expectedVersion": version} | more
    return house.client.request("POST", played.holder, f"{path}/decisions", user, body)


def record(house: TestHouse, played: Played, category: str, **more: Any) -> httpx.Response:
    path = f"/v1/signals/{played.number}"
    version = house.client.get(played.holder, f"{path}/open-decisions", "anna")["version"]
    body = {"category": category, "about": "O1", "finding": "iets", "expectedVersion": version} | more
    return house.client.request("POST", played.holder, f"{path}/items", "anna", body)


def seen(house: TestHouse, played: Played) -> dict[str, Any]:
    return house.client.get(played.holder, f"/v1/signals/{played.number}", "anna", purpose="weging")


@pytest.mark.allowed("R-F3.3", "R-F3.1", "R-17.1")
@pytest.mark.refused("R-F3.3", "R-F3.1", "R-F3.8", "R-D.7", "R-18.5", "R-17.1")
def test_questions_go_to_approved_sources_about_somebody(house: TestHouse) -> None:
    played = brought(house, "source-list")
    assert "alleen voor dit signaal" in seen(house, played)["purposeOfPhase"]
    listed = decide(house, played, "anna", "source-list", "listed", fields={"sources": ["police-files"]})
    assert listed.status_code == 400
    sources = ["benefits", "horeca-permits"]
    assert decide(house, played, "anna", "source-list", "listed", fields={"sources": sources}).status_code == 201
    four = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "beantwoord")
    advice = four | {"officerAdvice": "Beperk de vraag tot het adres."}
    approved = decide(house, played, "anna", "check-1", "approved", about=["horeca-permits"], fields=advice)
    assert approved.status_code == 201
    refused = four | {"fails": ["necessity"]}
    assert decide(house, played, "anna", "check-1", "refused", about=["benefits"], fields=refused).status_code == 201
    decide(house, played, "anna", "check-1-done", "some", fields={"conclusion": "één"})
    wrongs: list[dict[str, Any]] = [
        {"fields": {"source": "benefits", "answerBy": today().isoformat()}},
        {"fields": {"source": "subsidies", "answerBy": today().isoformat()}},
        {"fields": {"source": "horeca-permits", "answerBy": today().isoformat()}, "about": "report"},
        {"fields": {}},
        {"fields": {"source": "horeca-permits"}},
    ]
    for wrong in wrongs:
        assert record(house, played, "question", **wrong).status_code == 400, wrong
    made = record(house, played, "question", fields={"source": "horeca-permits", "answerBy": today().isoformat()})
    assert made.status_code == 201
    question = made.json()["item"]
    outside = {"answeredBy": "R. de Wit, vergunningen", "answeredOn": today().isoformat()}
    tomorrow = today(1).isoformat()
    for fields in (
        outside | {"consultedOn": today().isoformat(), "relevance": "er stond iets"},
        outside | {"consultedOn": tomorrow},
        {"consultedOn": today().isoformat()},
    ):
        answer = decide(house, played, "anna", "answer", "no-hit", about=[question], fields=fields)
        assert answer.status_code == 400, fields
    answer = decide(
        house,
        played,
        "anna",
        "answer",
        "no-hit",
        about=[question],
        fields=outside | {"consultedOn": today().isoformat()},
    )
    assert answer.status_code == 201


@pytest.mark.allowed("R-F3.4", "R-18.4", "R-D.7")
@pytest.mark.refused("R-F3.4", "R-18.4", "R-D.8")
def test_only_data_of_that_hit_are_recorded_and_only_relevant_ones_go_on(house: TestHouse) -> None:
    played = brought(house, "hit-check")
    further(
        house,
        played,
        {
            "by": "esra",
            "task": "question",
            "outcome": "hit",
            "fields": {"relevance": ["use-differs"], "consultedOn": "$today"},
        },
        {"by": "anna", "key": "hit-check-done", "outcome": "hits", "reason": "ja", "fields": {"conclusion": "een"}},
    )
    question = played.made["vraag"]
    hit = {"fields": {"hit": question}}
    assert record(house, played, "horeca-permits", **hit).status_code == 400, "not judged yet"
    which = {"which": "het gebruik"}
    assert decide(house, played, "anna", "check-1b", "relevant", about=[question], fields=which).status_code == 201
    assert record(house, played, "benefits", **hit).status_code == 400, "another source"
    assert record(house, played, "horeca-permits", about="S1", **hit).status_code == 400, "about another"
    made = record(house, played, "horeca-permits", **hit)
    assert made.status_code == 201
    assert decide(house, played, "bram", "check-1b", "not-relevant", about=[question], fields=which).status_code == 201
    further(
        house,
        played,
        {"by": "anna", "key": "weging-4", "outcome": "confirmed", "reason": "ja", "fields": {"weighed": "de melding"}},
    )
    assert made.json()["item"] not in seen(house, played)["items"], "judged anew, and not relevant"


@pytest.mark.allowed("R-21.2", "R-22.1", "R-22.2", "R-24.2", "R-D.10", "R-23.1")
@pytest.mark.refused("R-21.2", "R-22.1", "R-22.2", "R-24.2", "R-D.10", "R-23.1", "R-24.1", "R-20.1")
def test_a_plan_has_versions_interventions_and_progress(house: TestHouse) -> None:
    played = brought(house, "approach")
    basis = dict.fromkeys(("toezicht-en-handhaving", "wonen"), "publieke-taak")
    fields = {"considered": "alle", "basis": basis, "partners": ["toezicht-en-handhaving"]}
    integral = {"meeting": played.meeting, "fields": fields}
    assert decide(house, played, "anna", "approach", "integral", **integral).status_code == 400, "two or more"
    fields["partners"] = ["toezicht-en-handhaving", "wonen"]
    without = {name: one for name, one in fields.items() if name != "basis"}
    assert (
        decide(house, played, "anna", "approach", "integral", meeting=played.meeting, fields=without).status_code == 400
    )
    assert decide(house, played, "anna", "approach", "integral", **integral).status_code == 201
    plan = {
        "instrument": "toezicht-leefomgeving",
        "department": "wonen",
        "plannedOn": today(-1).isoformat(),
        "subjects": ["S1"],
    }
    for name in plan:
        left = {key: one for key, one in plan.items() if key != name}
        assert record(house, played, "intervention", fields=left).status_code == 400, name
    assert record(house, played, "intervention", fields=plan | {"subjects": []}).status_code == 400
    made = record(house, played, "intervention", fields=plan)
    assert made.status_code == 201
    name = made.json()["item"]
    assert decide(house, played, "anna", "adopt-plan", "adopted", about=[name], fields={}).status_code == 400
    two = ["toezicht-en-handhaving", "wonen"]
    adopted = {"participants": two, "adoptedOn": today().isoformat()}
    refused = decide(house, played, "anna", "adopt-plan", "adopted", about=[name], fields=adopted)
    assert refused.status_code == 400, "nobody was asked"
    ask = {"partners": two, "answerBy": today().isoformat()}
    assert decide(house, played, "anna", "propose-plan", "proposed", about=[name], fields=ask).status_code == 201
    player = player_of(house)
    for user in ("farid", "gijs"):
        said = {"by": user, "task": "plan", "outcome": "adopts", "reason": "Akkoord.", "fields": {"name": user}}
        player.step(played, said)
    assert decide(house, played, "anna", "adopt-plan", "adopted", about=[name], fields=adopted).status_code == 201
    assert tasks_of(house, "gijs", played) == [], "not before check 2B"
    why = {"necessity": "nodig"}
    assert decide(house, played, "anna", "check-2b", "may", about=[name, "report"], fields=why).status_code == 400
    allowed = decide(
        house, played, "anna", "check-2a", "may", about=["report", "wonen"], fields={"task": "toezicht-huisvesting"}
    )
    assert allowed.status_code == 201, "what the plan needs is judged first"
    assert decide(house, played, "anna", "check-2b", "may", about=[name, "report"], fields=why).status_code == 201
    decide(house, played, "anna", "check-2b-done", "complete", fields={"conclusion": "ja"})
    shown = seen(house, played)
    assert shown["plan"] == [
        {
            "intervention": name,
            "planVersion": 1,
            "status": "being-done",
            "department": "wonen",
            "instrument": "Toezicht en handhaving in de fysieke leefomgeving",
            "legalBasis": "Omgevingswet, artikel 18.2",
            "plannedOn": plan["plannedOn"],
            "overdue": True,
            "progress": None,
        }
    ]
    path = f"/v1/signals/{played.number}"
    assert house.client.request("GET", "casework", path, "gijs", headers=SEEN).status_code == 403
    task = tasks_of(house, "gijs", played)[0]
    answer = house.client.request("GET", "casework", f"/v1/tasks/{task}", "gijs", headers=SEEN)
    order = answer.json()
    assert set(order["items"]) == {"report"}
    assert (order["concerns"], order["plannedOn"]) == (["S1"], plan["plannedOn"])
    assert order["instrument"] == "Toezicht en handhaving in de fysieke leefomgeving"
    assert order["subjects"]["S1"]["name"], "whom, since 2B allows the report"
    assert order["objects"]["O1"], "where"
    for other in ("farid", "esra", "dirk"):
        answer = house.client.request("GET", "casework", f"/v1/tasks/{task}", other, headers=SEEN)
        assert answer.status_code == 404


def tasks_of(house: TestHouse, user: str, played: Played) -> list[str]:
    mine = house.sql("casework", "SELECT id FROM task WHERE number=$1 AND kind='intervention'", played.number)
    listed = {one["id"] for one in house.client.every("casework", "/v1/tasks", user, "tasks")}
    return [str(one["id"]) for one in mine if str(one["id"]) in listed]


@pytest.mark.allowed("R-25.2", "R-25.3", "R-9.6", "R-9.7", "R-F5.1")
@pytest.mark.refused("R-25.2", "R-25.3", "R-9.7", "R-F5.1", "R-25.4")
def test_a_closed_case_keeps_its_dates_and_nothing_of_it_is_open(house: TestHouse) -> None:
    played = brought(house, "execution")
    task = tasks_of(house, "farid", played)[0]
    # A day on which nothing was done: the last act lies before the closing of the books.
    further(house, played, "executed")
    answer = house.client.request("GET", "casework", f"/v1/tasks/{task}", "farid", headers=SEEN)
    assert answer.status_code == 404
    until(lambda: house.sql("retention", "SELECT 1 AS x FROM active_case WHERE number=$1", played.number))
    dates = house.client.get("retention", f"/v1/cases/{played.number}", "anna")
    assert dates["activeUntil"] == add_years(today(), 5).isoformat()
    assert dates["keptUntil"] == add_years(today(), 6).isoformat()
    assert house.client.request("GET", "retention", f"/v1/cases/{played.number}", "esra").status_code == 403
    house.sql("casework", "UPDATE dossier SET last_act_on = '2026-01-02' WHERE number=$1", played.number)
    for path in (f"/v1/signals/{played.number}", f"/v1/signals/{played.number}/decisions"):
        house.client.request("GET", "casework", path, "anna", headers=SEEN)
    again = house.sql("casework", "SELECT last_act_on FROM dossier WHERE number=$1", played.number)
    assert again[0]["last_act_on"] == date(2026, 1, 2), "looking moves no date"
    house.run_as_of(5 * 365)
    assert house.signal(played.number, "retention") is None, "not before five years have passed"
    new = brought(house, "received")
    assert new.number != played.number
    assert seen(house, new)["phase"] == 1


@pytest.mark.allowed("R-21.4", "R-21.3")
@pytest.mark.refused("R-21.4", "R-21.3")
def test_an_accepted_intake_makes_it_a_case_of_the_riec(house: TestHouse) -> None:
    played = further(house, brought(house, "approach"), RIEC)
    assert seen(house, played)["riecCase"] is False
    early = decide(
        house, played, "anna", "riec-answer", "accepted", fields={"decidedOn": today().isoformat(), "explanation": "x"}
    )
    assert early.status_code == 400
    assert "geen intake ingediend" in early.text
    further(house, played, RIEC_MAY, HANDED_IN)
    again = decide(house, played, "anna", "riec-intake", "handed-in", fields={})
    assert again.status_code == 409
    further(house, played, ANSWER)
    shown = seen(house, played)
    assert (shown["riecCase"], shown["state"]) == (True, "plan")


@pytest.mark.allowed("R-15.1", "R-21.7", "R-D.16", "R-D.17")
@pytest.mark.refused("R-15.1", "R-15.3", "R-21.7")
def test_a_meeting_decides_once_on_a_signal_and_is_called_beforehand(house: TestHouse) -> None:
    played = brought(house, "informing")
    weighed = played.meeting
    subjects = (house.home.state() or {})["subjects"]
    body = {"kind": "LOT", "heldOn": "2026-01-02", "members": [{"userId": subjects["esra"]}], "agenda": []}
    assert house.client.request("POST", "assessment", "/v1/meetings", "anna", body).status_code == 400
    further(house, played, *parts_until("approach")[len(parts_until("informing")) :])
    held, played.meeting = played.meeting, weighed
    alone = {"considered": "alle", "department": "wonen"}
    wrong = decide(house, played, "bram", "approach", "mono-municipality", meeting=held, fields=alone)
    assert wrong.status_code == 400, "2A allows that department nothing"
    with pytest.raises(Exception, match="al over dit signaal besloten"):
        further(house, played, APPROACH)
    played.meeting = held
    further(house, played, APPROACH)
    outside = {
        "kind": "LOT+",
        "heldOn": today().isoformat(),
        "members": [{"organisation": "politie"}],
        "agenda": [played.number],
    }
    meeting = house.client.post("assessment", "/v1/meetings", "anna", outside)
    path = f"/v1/meetings/{meeting['id']}/attendances"
    assert house.client.request("POST", "assessment", path, "esra", {}).status_code == 404
    present = house.client.post("assessment", path, "anna", {"member": "politie"})["present"]
    assert present == ["politie"]


@pytest.mark.allowed("R-9.17", "R-9.8")
@pytest.mark.refused("R-9.17", "R-9.8")
def test_what_ended_in_phase_4_is_kept_a_year_and_a_case_is_not_changed(house: TestHouse) -> None:
    played = brought(house, "approach")
    nobody = APPROACH | {
        "outcome": "nobody",
        "fields": {"considered": "alle"},
        "forwarding": {"noneBecause": "niemand"},
    }
    further(house, played, nobody)
    sealed = house.sealed(played.number)
    assert sealed["endsOn"] == add_years(today(), 1).isoformat(), "a year, not six"
    case = brought(house, "closed")
    assert record(house, case, "bag").status_code == 400
    assert decide(house, case, "anna", "close", "closed", fields={"result": "x"}).status_code == 409
    moved(house, case)
    assert house.sealed(case.number)["endsOn"] == add_years(today(), 6).isoformat()
