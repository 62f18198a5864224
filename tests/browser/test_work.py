"""Mijn werk in a browser: what is due first, finding without an address that says what, and after the list is built anew."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from deploy.embedded.cli import parser
from deploy.embedded.played import until
from tests.browser.conftest import Look, listed, log_in, open_dossier
from tests.house import TestHouse
from tests.journeys import brought


def test_anna_finds_a_signal_and_sees_what_is_due(house: TestHouse, page: Page, accessible: Look) -> None:
    """By working name and by number, with nothing typed in the address; nobody is named; a filter that fits nothing says so."""
    played = brought(house, "phase-2")
    row = listed(house, "anna", played.number, "phase-2")
    log_in(page, house, "anna")
    expect(page.get_by_role("main")).not_to_contain_text("Wilgenroos")
    accessible(page, "mijn-werk")
    page.get_by_label("Nummer of werknaam").fill(played.number)
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("row").filter(has_text=played.number)).to_have_count(1)
    assert played.number not in page.url
    page.get_by_label("Nummer of werknaam").fill(row["workingName"][:6])
    page.get_by_label("Fase").select_option("Fase 2")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("row").filter(has_text=played.number)).to_have_count(1)
    assert page.url.endswith("/zoeken")
    page.get_by_label("Nummer of werknaam").fill("bestaat niet")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("main")).to_contain_text("Er is niets gevonden")
    accessible(page, "mijn-werk-niets-gevonden")
    page.reload()
    page.goto(page.url)
    expect(page.get_by_label("Nummer of werknaam")).to_have_value("")
    expect(page.get_by_role("main")).not_to_contain_text("Er is niets gevonden")


def test_a_row_in_the_database_of_the_list_opens_nothing(house: TestHouse, page: Page) -> None:
    """Its administrator writes one of his own, and into one that is there that it is elsewhere: what opens is what was there."""
    played = brought(house, "phase-2")
    listed(house, "anna", played.number, "phase-2")
    columns = (
        "number, service, version, turn, here, state, phase, working_name, received_on, due, due_on, closed_to, told_at"
    )
    house.sql(
        "worklist",
        f"INSERT INTO work ({columns}) SELECT 'S-ZZZZZ-ZZZZZ', '../../nergens', 1, 1, true, 'no-state', 99, $1,"
        " '2026-11-01', 'no-due', '2026-11-02', '[]', now()",
        "<b onmouseover=x>vet</b>",
    )
    house.sql("worklist", "UPDATE work SET service = 'oversight' WHERE number = $1", played.number)
    log_in(page, house, "anna")
    expect(page.get_by_role("row").filter(has_text="<b onmouseover=x>vet</b>")).to_have_count(1)
    page.get_by_role("link", name="<b onmouseover=x>vet</b>").click()
    page.get_by_label("Wegen").check()
    page.get_by_role("button", name="Dossier openen").click()
    expect(page.get_by_role("main")).to_contain_text("Dit dossier bestaat niet, of u hebt er geen toegang toe.")
    page.get_by_role("link", name="Naar Mijn werk").click()
    open_dossier(page, played.number)
    expect(page.get_by_role("heading", name="Melding", exact=True)).to_be_visible()
    house.sql("worklist", "DELETE FROM work WHERE number = 'S-ZZZZZ-ZZZZZ'")


def test_who_has_no_file_finds_no_signal(house: TestHouse, page: Page, accessible: Look) -> None:
    played = brought(house, "phase-2")
    listed(house, "anna", played.number, "phase-2")
    for user in ("hanna", "fg"):
        assert house.client.post("worklist", "/v1/lists", user, {"words": played.number})["dossiers"] == []
    log_in(page, house, "hanna")
    expect(page.get_by_role("main")).not_to_contain_text(played.number)
    expect(page.get_by_label("Nummer of werknaam")).to_have_count(0)


def test_the_list_is_the_same_after_it_was_built_anew(house: TestHouse) -> None:
    """Thrown away, asked for again while it is told, and the same as what the services themselves have on their lists."""
    main_of(house, "--wait", "60")
    services = ("assessment", "sources", "casework")

    def held() -> dict[str, str]:
        """What the services say, which may still settle."""
        said = [
            *(one for each in services for one in house.client.every(each, "/v1/signals", "anna", "signals")),
            *house.client.every("rights", "/v1/duties", "anna", "duties"),
            *house.client.every("rights", "/v1/requests", "anna", "requests"),
        ]
        return {one["number"]: one["state"] for one in said}

    def same() -> bool:
        return {one["number"]: one["state"] for one in every(house, "anna")} == held()

    until(same, "the list is not what the services hold", 60)

    def same_tasks() -> bool:
        asked = [
            one
            for service in (*services, "rights")
            for one in house.client.every(service, "/v1/tasks", "petra", "tasks")
        ]
        shown = house.client.post("worklist", "/v1/lists", "petra", {})["tasks"]
        return {one["id"] for one in shown} == {one["id"] for one in asked}

    until(same_tasks, "petra's tasks are not what the services ask", 60)


def every(house: TestHouse, user: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    asked: dict[str, object] = {"limit": 500}
    while True:
        page = house.client.post("worklist", "/v1/lists", user, asked)
        found += page["dossiers"]
        if page["next"] is None:
            return found
        asked = {"limit": 500, "cursor": page["next"]}


def main_of(house: TestHouse, *more: str) -> None:
    arguments = parser().parse_args(["rebuild", "worklist", *more])
    assert arguments.run(house.home, arguments) == 0
