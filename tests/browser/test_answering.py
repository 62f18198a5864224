"""A request of a person is put before who holds a signal, and answered there, by clicking (R-10.1)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Look, log_in
from tests.chain.test_person_requests import decide, registered
from tests.days import today
from tests.house import TestHouse, until

NEIGHBOUR = "Piet Paardenbloem"


def loaded_until(page: Page, address: str, seen: Locator) -> Locator:
    """The page at `address` as soon as the bus has brought what it shows."""

    def look() -> bool:
        page.goto(address)
        return seen.count() > 0

    until(look)
    return seen.first


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.1")
def test_anna_puts_a_request_before_a_signal_and_says_what_is_his(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    subjects = [{"name": "Jan Wilgenroos", "occupation": "klusser"}, {"name": NEIGHBOUR}]
    text = f"Jan Wilgenroos sjouwt tonnen met {NEIGHBOUR}."
    signal = house.arrived(house.report(text=text, subjects=subjects))
    number = registered(house)
    decide(house, number, "request-identity", "established", method="document-at-desk", checkedOn=today().isoformat())

    log_in(page, house, "anna")
    page.goto(f"{house.client.addresses['portal']}/dossiers/{number}")
    page.get_by_role("link", name="Zoeken met de zoeksleutels").click()
    page.get_by_role("button", name="Zoeken").click()
    accessible(page, "verzoek-gevonden")
    expect(page.get_by_role("main")).to_contain_text("Wat als hetzelfde telt")
    expect(page.get_by_role("main")).not_to_contain_text("Wilgenroos")
    page.go_back()
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="Een signaal voorleggen").click()
    page.get_by_role("button", name="Voorleggen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "verzoek-voorleggen-met-fouten")
    page.get_by_label("Over welk signaal?").fill(signal)
    page.get_by_role("button", name="Voorleggen").click()
    # Not what intake says of its reporter, when that has come already.
    row = page.get_by_role("row", name=re.compile(f"^{signal}"))
    expect(row).to_contain_text("nog niet geantwoord")

    waiting = f"{house.client.addresses['portal']}/voorgelegd"
    link = page.get_by_role("row").filter(has_text=number).get_by_role("link", name=signal)
    expect(loaded_until(page, waiting, link)).to_be_visible()
    accessible(page, "voorgelegde-verzoeken")
    link.click()
    accessible(page, "verzoek-beantwoorden-wie")
    page.get_by_role("listitem").filter(has_text="S1").get_by_role("link").click()
    page.get_by_role("button", name="Dit gaat over hem: vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("vrije tekst")
    accessible(page, "verzoek-beantwoorden-met-fouten")
    page.get_by_label("Hoe hebt u in de vrije tekst gekeken?").fill("Alle tekst is gelezen.")
    page.get_by_role("button", name="Dit gaat over hem: vastleggen").click()
    expect(page.get_by_role("status")).to_contain_text("vastgelegd")

    found = page.get_by_text("Jan Wilgenroos sjouwt tonnen met S2.")
    expect(loaded_until(page, f"{house.client.addresses['portal']}/dossiers/{number}", found)).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text(NEIGHBOUR)


@pytest.mark.allowed("R-10.1", "R-10.2")
def test_anna_reads_what_is_sealed_for_this_request_and_says_that_nobody_is_him(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    signal = house.ended_signal(text=f"{NEIGHBOUR} sjouwt tonnen.", subjects=[{"name": NEIGHBOUR}])
    number = registered(house, NEIGHBOUR)
    decide(house, number, "request-identity", "established", method="document-at-desk", checkedOn=today().isoformat())
    house.client.post("rights", f"/v1/requests/{number}/signals", "anna", {"signal": signal})
    log_in(page, house, "anna")
    portal = house.client.addresses["portal"]
    row = page.get_by_role("row").filter(has_text=number)
    expect(loaded_until(page, f"{portal}/voorgelegd", row)).to_contain_text("niet-actief")
    row.get_by_role("link", name=signal).click()
    expect(page.get_by_role("main")).to_contain_text("ligt in de niet-actieve omgeving")
    accessible(page, "verzoek-beantwoorden-niet-actief")
    page.get_by_label("Hoe hebt u in de vrije tekst gekeken?").fill("Alle tekst is gelezen.")
    page.get_by_role("button", name="Niemand is het: vastleggen").click()
    expect(page.get_by_role("status")).to_contain_text("vastgelegd")
    found = page.get_by_role("cell").filter(has_text="het gaat niet over hem")
    expect(loaded_until(page, f"{portal}/dossiers/{number}", found)).to_be_visible()
    expect(page.get_by_role("table").first).to_contain_text("Alle tekst is gelezen.")
