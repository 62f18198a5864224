"""Who watches, in a browser, from log-in to result: the beheerder, the privacy officer and the FG; and what none of them sees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.accountability import ACCOUNTING, AccountFile
from shared.canonical import digest
from shared.protocol.show import day
from tests.browser.conftest import Look, log_in
from tests.days import today
from tests.house import SUSPICION, TestHouse, until

TEXT, NAME = "ruikt het al weken naar hennep", "Wilgenroos"
FACT = "Er is een aanslag aangekondigd voor vanavond."
UNSEEN = (TEXT, NAME, "Kerkpad 5", "Zonnebloem", "015 5550123")
"""Of every report of a test: what was reported, about whom, where, and by whom."""


def sees_nothing_of_a_file(page: Page) -> None:
    content = page.content()
    assert not [one for one in UNSEEN if one in content]


def to(page: Page, house: TestHouse, path: str) -> None:
    page.goto(f"{house.client.addresses['portal']}{path}")


def on_a_list(house: TestHouse) -> str:
    """The list on which a signal stands that ended, with somebody in it who was never informed."""
    number = house.ended_signal()
    house.run_as_of()

    def listed() -> str | None:
        row = house.sql("retention", "SELECT list_id FROM sealed_signal WHERE number=$1", number)[0]
        return str(row["list_id"]) if row["list_id"] else None

    list_id = until(listed)
    house.listed(list_id)
    return list_id


def shared_at_once(house: TestHouse) -> str:
    number = house.with_purpose(house.arrived(house.report()))
    house.must_decide(number, "anna", "weging-1", "suspicion", fields=SUSPICION)
    goes: dict[str, Any] = {
        "recipientKind": "partner",
        "recipient": "politie",
        "items": ["report"],
        "task": "taak-politie",
        "basis": "vitaal-belang",
        "urgentBecause": FACT,
    }
    fields = {"considered": "Alle taken zijn nagelopen."}
    house.must_decide(number, "bram", "weging-2a", "no-task", fields=fields, forwarding=goes)
    until(lambda: any(one["number"] == number for one in waiting(house)))
    return number


def waiting(house: TestHouse) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.client.every("oversight", "/v1/urgent-shares", "petra", "shares")
    return found


def accounted(page: Page, number: str) -> None:
    """Every service gives its chapter, and nothing of the file is in any."""
    with page.expect_download() as made:
        page.get_by_role("button", name="Opmaken als JSON").click()
    assert made.value.suggested_filename == "verantwoordingsdossier.json"
    text = made.value.path().read_text()
    found = AccountFile.model_validate_json(text)
    assert found.complete, (found.missing, found.doubtful, found.binding)
    assert found.binding
    assert [one.chapter.service for one in found.chapters] == [*ACCOUNTING]
    for one in json.loads(text)["chapters"]:
        (hashed,) = [each.sha256 for each in found.binding.bound.chapters if each.service == one["chapter"]["service"]]
        assert digest(one["chapter"]) == hashed
    kinds = {entry.kind for one in found.chapters for entry in one.chapter.entries}
    assert kinds >= {"decision", "disclosure", "opening", "retention", "informing"}
    assert not [one for one in (*UNSEEN, FACT) if one in text]
    with page.expect_download() as made:
        page.get_by_role("button", name="Opmaken als PDF/A").click()
    assert made.value.path().read_bytes().startswith(b"%PDF-1.7")


@pytest.mark.drill
@pytest.mark.allowed("R-9.14", "R-26.10", "R-T.22")
@pytest.mark.refused("R-7.2", "R-9.14", "R-T.22")
def test_a_list_goes_by_the_privacy_officer_and_the_beheerder(house: TestHouse, page: Page, accessible: Look) -> None:
    """Who was never informed comes first; only then the list can be approved, and nothing of a file is on any page."""
    list_id = on_a_list(house)
    log_in(page, house, "beheerder")
    page.get_by_role("link", name="Beheer", exact=True).click()
    sees_nothing_of_a_file(page)
    accessible(page, "beheer")
    page.locator(f"a[href='/vernietiging/lijsten/{list_id}']").click()
    expect(page.get_by_role("main")).to_contain_text("de privacy officer moet nog besluiten over")
    expect(page.get_by_role("link", name="Besluiten")).to_have_count(0)
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "petra")
    to(page, house, f"/vernietiging/lijsten/{list_id}")
    sees_nothing_of_a_file(page)
    page.get_by_role("link", name="Besluiten").click()
    page.get_by_label("Waarom?").fill("Nagegaan bij de stukken.")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page, "nooit-geinformeerd-met-fouten")
    for one in page.get_by_role("combobox").all():
        one.select_option("impossible-or-disproportionate")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "beheerder")
    to(page, house, f"/vernietiging/lijsten/{list_id}")
    expect(page.get_by_role("main")).to_contain_text("Informeren is onmogelijk of vergt onevenredig veel inspanning.")
    accessible(page, "vernietigingslijst")
    page.get_by_role("link", name="Besluiten").click()
    page.wait_for_load_state()
    for one in page.get_by_role("checkbox").all():
        assert one.is_checked()
        one.uncheck()
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies ten minste één signaal.")
    page.wait_for_load_state()
    for one in page.get_by_role("checkbox").all():
        one.check()
    page.get_by_label("Typ het nummer van de lijst over.").fill(list_id)
    page.get_by_label("Waarom?").fill("De termijn is verstreken.")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("De termijn is verstreken.")
    sees_nothing_of_a_file(page)


@pytest.mark.allowed("R-7.4", "R-T.24")
@pytest.mark.refused("R-7.4", "R-T.24")
def test_the_beheerder_designates_and_ends(house: TestHouse, page: Page, accessible: Look) -> None:
    """What excludes what is said beforehand; what the law refuses is said at the field; an end is at once."""
    users = (house.home.state() or {})["subjects"]
    house.client.token("collega", "assessment")
    log_in(page, house, "beheerder")
    to(page, house, "/beheer/aanwijzingen")
    expect(page.get_by_role("table", name="Per aanwijzing wat daarmee niet samengaat")).to_be_visible()
    accessible(page, "aanwijzingen")
    page.get_by_text("Staat de persoon er niet bij?").click()
    page.get_by_label("Nummer van de gebruiker").fill("niet goed!")
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Nummer van de gebruiker").fill("")
    page.get_by_label("Wie wijst u aan?").select_option(label="Petra")
    page.get_by_role("button", name="Verder").click()
    assert users["petra"] not in page.url
    expect(page.get_by_role("main")).to_contain_text("Kan niet: deze persoon is privacy officer.")
    expect(page.get_by_label("vervanger van de OOV'er")).to_have_count(0)
    accessible(page, "aanwijzen")

    to(page, house, "/beheer/aanwijzingen")
    page.get_by_label("Wie wijst u aan?").select_option(users["collega"])
    page.get_by_role("button", name="Verder").click()
    page.get_by_label("lid van het LOT").check()
    starts = today(1)
    page.get_by_label("Vanaf welke dag?").fill(starts.isoformat())
    page.get_by_label("Tot en met welke dag?").fill(today(4000).isoformat())
    page.get_by_label("Op welk besluit rust dit?").fill("BESLUIT-WATCH-1")
    page.get_by_role("button", name="Aanwijzen").click()
    expect(page.get_by_role("alert")).to_contain_text("verder weg dan 2 jaar")
    expect(page.get_by_label("Op welk besluit rust dit?")).to_have_value("BESLUIT-WATCH-1")
    ends = today(30)
    page.get_by_label("Tot en met welke dag?").fill(ends.isoformat())
    page.get_by_role("button", name="Aanwijzen").click()
    expect(page.get_by_role("status").filter(has_text="De aanwijzing is gegeven.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="BESLUIT-WATCH-1").first
    # From the first moment of that day in Amsterdam, which in UTC is of the day before.
    expect(row.locator("[data-label='Van']")).to_have_text(day(starts))
    expect(row.locator("[data-label='Tot en met']")).to_have_text(day(ends))
    row.locator("summary").click()
    row.get_by_role("button", name="Ja, nu beëindigen").click()
    expect(page.get_by_role("status").filter(has_text="De aanwijzing is beëindigd.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="BESLUIT-WATCH-1").first).to_contain_text("voorbij")

    to(page, house, "/status")
    expect(page.get_by_role("main")).to_contain_text("toezicht", ignore_case=True)
    sees_nothing_of_a_file(page)
    accessible(page, "status")
    to(page, house, "/protocol")
    page.get_by_role("navigation", name="Inhoud").get_by_role("link", name="Termijnen").click()
    expect(page.get_by_role("heading", name="Termijnen")).to_be_in_viewport()
    to(page, house, "/toezicht")
    expect(page.get_by_role("main")).to_contain_text("Dit dossier bestaat niet")


@pytest.mark.allowed("R-2.4", "R-6.4")
@pytest.mark.refused("R-7.3")
def test_what_went_at_once_is_judged_and_the_fg_sees_it_all(house: TestHouse, page: Page, accessible: Look) -> None:
    number = shared_at_once(house)
    log_in(page, house, "petra")
    page.get_by_role("link", name="Toezicht", exact=True).click()
    page.get_by_role("link", name=f"{number}, aan politie").click()
    expect(page.get_by_role("main")).to_contain_text(FACT)
    page.get_by_role("button", name="Oordeel vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies één oordeel.")
    accessible(page, "spoed-met-fouten")
    page.get_by_label("uit het feit bleek een gevaar dat niet kon wachten").check()
    page.get_by_label("Waarom?").fill("De aanslag was aangekondigd.")
    page.get_by_role("button", name="Oordeel vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw oordeel is vastgelegd.")).to_be_visible()
    sees_nothing_of_a_file(page)
    to(page, house, f"/toezicht/signalen/{number}")
    expect(page.get_by_role("main")).to_contain_text("Dit dossier bestaat niet")
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "fg")
    page.get_by_role("link", name="Toezicht", exact=True).click()
    accessible(page, "toezicht")
    page.get_by_label("Nummer van het signaal").fill("Jan Wilgenroos")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_role("alert")).to_contain_text("Dit is geen nummer van een signaal.")
    assert NAME not in page.url
    page.get_by_label("Nummer van het signaal").fill(number.lower())
    page.get_by_role("button", name="Zoeken").click()
    told = page.get_by_role("region", name="Besloten en gedeeld, in volgorde van tijd")
    expect(told).to_contain_text("Heeft de gemeente hier een taak of bevoegdheid? Nee")
    expect(told).to_contain_text("Gedeeld met politie")
    expect(told).to_contain_text("terecht met spoed gedeeld, uit het feit bleek een gevaar dat niet kon wachten")
    expect(page.get_by_role("region", name="Wie wat opende")).to_contain_text("Dossier geopend")
    sees_nothing_of_a_file(page)
    accessible(page, "toezicht-signaal")
    accounted(page, number)
    page.get_by_role("link", name="Toezicht", exact=True).first.click()
    page.get_by_role("link", name="Auditspoor").click()
    expect(page.get_by_role("status").filter(has_text="Het spoor is volledig en onveranderd")).to_be_visible()
    sees_nothing_of_a_file(page)
    accessible(page, "auditspoor")
    page.get_by_role("link", name="Cijfers", exact=True).click()
    expect(page.get_by_role("img", name="Beëindigde signalen")).to_be_visible()
    expect(page.get_by_role("table", name="Beëindigde signalen")).to_be_visible()
    sees_nothing_of_a_file(page)
    accessible(page, "cijfers")
    page.get_by_role("link", name="Statistiek per kwartaal").click()
    expect(page.get_by_role("heading", name="De gemeente bewaart geen aantallen")).to_be_visible()
    accessible(page, "statistiek-per-kwartaal")
    counts = f"{house.client.addresses['portal']}/cijfers/kwartalen/aantallen"
    assert page.request.get(f"{counts}/csv").text().splitlines() == ["kwartaal,tabel,soort,aantal"]
    assert page.request.get(f"{counts}/beschrijving").json()["@id"] == counts
    # To who watches and decides nothing, what the beheerder does is not there; nor is any file.
    for path in ("/beheer", "/status", f"/dossiers/{number}"):
        to(page, house, path)
        if path.startswith("/dossiers"):
            page.get_by_label("Wegen").check()
            page.get_by_role("button", name="Dossier openen").click()
        expect(page.get_by_role("main")).to_contain_text("Dit dossier bestaat niet")


@pytest.mark.drill
@pytest.mark.allowed("R-9.15")
@pytest.mark.refused("R-9.15")
def test_a_hold_is_asked_by_picking_and_agreed_to_by_the_beheerder(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    number = house.ended_signal()
    log_in(page, house, "petra")
    to(page, house, "/vernietiging/stops")
    accessible(page, "stops")
    page.get_by_label("Nummer van het signaal").fill(number)
    page.get_by_role("button", name="Zoeken").click()
    page.get_by_role("button", name="Stop vragen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies ten minste één gegeven.")
    accessible(page, "stop-vragen-met-fouten")
    page.get_by_label("De melding (de melding en open bevindingen)").check()
    page.get_by_label("bezwaar", exact=True).check()
    page.get_by_label("Tot uiterlijk wanneer?").fill(today(90).isoformat())
    page.get_by_label("Waarom heeft de procedure juist deze gegevens nodig?").fill("De melding is wat wordt bestreden.")
    page.get_by_label("Waarom?").fill("Er loopt bezwaar.")
    page.get_by_role("button", name="Stop vragen").click()
    expect(page.get_by_role("status").filter(has_text="De stop is gevraagd.")).to_be_visible()
    expect(page.get_by_text("Antwoord geven")).to_have_count(0)
    sees_nothing_of_a_file(page)
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "beheerder")
    to(page, house, "/vernietiging/stops")
    page.get_by_role("link", name=number).click()
    page.get_by_text("Antwoord geven").click()
    page.get_by_role("button", name="Akkoord", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Waarom?").fill("Het bezwaar is aangetekend.")
    page.get_by_role("button", name="Akkoord", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Uw antwoord is vastgelegd.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Van kracht.")
    sees_nothing_of_a_file(page)
