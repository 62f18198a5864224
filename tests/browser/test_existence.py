"""Is er al iets, in a browser: asked with a reason, answered with what counts as the same, and gone on from."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import TestHouse, until

WHO = {"name": "Jelle Fazantenveer", "address": "Fazantlaan 12a, Maasland"}


@pytest.mark.allowed("R-9.10", "R-D.13")
@pytest.mark.refused("R-9.10")
def test_somebody_asks_and_goes_on_from_what_is_found(house: TestHouse, page: Page, accessible: Look) -> None:
    known, number = (house.arrived(house.report(subjects=[WHO])) for _ in range(2))
    until(lambda: len(house.sql("retention", "SELECT 1 FROM findable WHERE number IN ($1, $2)", known, number)) == 2)
    log_in(page, house, "anna")
    open_dossier(page, number)
    page.get_by_role("link", name="Is er al iets?").click()
    accessible(page, "is-er-al-iets")
    page.get_by_role("button", name="Vraag of er al iets is").click()
    expect(page.get_by_role("alert")).to_contain_text("Ontbreekt: waarom wordt dit gevraagd?")
    page.locator("[name='about'][value='S1']").check()
    page.get_by_label("Of een ander adres").fill("fazantln 12 A")
    page.get_by_label("Waarom vraagt u dit?").fill("Dezelfde naam komt vaker voor.")
    page.get_by_role("button", name="Vraag of er al iets is").click()
    expect(page.get_by_role("heading", name="Jelle Fazantenveer: dezelfde naam")).to_be_visible()
    expect(page.get_by_role("heading", name="fazantln 12 A: hetzelfde adres")).to_be_visible()
    expect(page.get_by_text("ga het zelf na").first).to_be_visible()
    expect(page.get_by_role("heading", name="Wat als hetzelfde telt")).to_be_visible()
    assert "Fazant" not in page.url
    accessible(page, "is-er-al-iets-antwoord")
    page.get_by_role("link", name=f"Voeg samen tot een cluster met {known}").first.click()
    expect(page.locator("main [name='others']")).to_have_value(known)
    page.get_by_label("Waarom?").fill("Dezelfde persoon, op hetzelfde adres.")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_role("status").first).to_contain_text("vastgelegd")
    assert house.signal(number)["cluster"]["members"]  # type: ignore[index]
