"""The breach register in a browser: from a moment of discovery to an entry that says everything, and who sees whom looking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import AMSTERDAM
from tests.browser.conftest import Look, log_in
from tests.browser.test_watching import sees_nothing_of_a_file, to
from tests.house import TestHouse

HAPPENED = "Een map met meldingen lag een uur op de balie."


@pytest.mark.allowed("R-8.8", "R-7.7")
@pytest.mark.refused("R-8.8")
def test_the_fg_begins_an_entry_and_says_what_happened(house: TestHouse, page: Page, accessible: Look) -> None:
    log_in(page, house, "fg")
    page.get_by_role("link", name="Toezicht", exact=True).click()
    page.get_by_role("link", name="Het datalekregister").click()
    page.get_by_role("button", name="Beginnen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page, "datalekregister-met-fouten")
    ago = (datetime.now(UTC) - timedelta(hours=50)).astimezone(AMSTERDAM)
    page.get_by_label("Wanneer is het ontdekt?").fill(ago.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Beginnen").click()
    expect(page.get_by_role("status").filter(has_text="De 72 uur lopen.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("binnen een dag")
    number = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Wat is er gebeurd").click()
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page, "datalek-met-fouten")
    page.get_by_label("Wat is er gebeurd?").fill(HAPPENED)
    page.get_by_role("button", name="Bewaar concept").click()
    expect(page.get_by_role("status").filter(has_text="Uw concept is bewaard.")).to_be_visible()
    page.get_by_role("link", name="Wat is er gebeurd").click()
    expect(page.get_by_role("status").filter(has_text="Dit is uw concept van")).to_be_visible()
    expect(page.get_by_label("Wat is er gebeurd?")).to_have_value(HAPPENED)
    page.get_by_label("inhoud van een melding of dossier").check()
    page.locator("summary", has_text="betrokkenen over wie is gemeld").click()
    page.get_by_role("textbox", name="betrokkenen over wie is gemeld").fill("ongeveer 12")
    page.get_by_label("Welke gevolgen zijn waarschijnlijk?").fill("Wie langsliep, kon het lezen.")
    page.get_by_label("Wat is er gedaan, en wat gebeurt er nog?").fill("De map is opgehaald.")
    page.get_by_label("een risico", exact=True).check()
    page.get_by_label("Waarom?").fill("Zo is het nagegaan.")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    expect(page.get_by_role("region", name="Wat is vastgelegd, en door wie")).to_contain_text(HAPPENED)
    expect(page.get_by_role("main")).to_contain_text("ongeveer 12")
    accessible(page, "datalek")
    to(page, house, "/toezicht")
    expect(page.get_by_role("region", name="Datalekken")).to_contain_text(number)
    page.get_by_role("link", name="Wie wat zag").click()
    expect(page.get_by_role("main")).to_contain_text("geen oordeel")
    sees_nothing_of_a_file(page)
    accessible(page, "wie-wat-zag")
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "anna")
    to(page, house, f"/toezicht/datalekken/{number}")
    expect(page.get_by_role("main")).to_contain_text("Dit dossier bestaat niet")
