"""An earlier signal that was sealed is consulted in a browser, for a new one about the same place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import TestHouse, a_report


def looked_again_until(page: Page, words: str) -> None:
    """What has to be fetched says so, with a link to look again: followed until the words are there."""
    there, again = page.get_by_text(words), page.get_by_role("link", name="Kijk opnieuw")
    for _ in range(60):
        # Whole: of a page that is still coming in, one would find neither.
        page.wait_for_load_state()
        if there.count():
            break
        expect(page.get_by_role("status")).to_contain_text("wordt opgehaald")
        page.wait_for_timeout(250)
        again.click()
    expect(there).to_be_visible()


@pytest.mark.allowed("R-9.9", "R-9.10")
@pytest.mark.refused("R-9.10")
def test_a_sealed_signal_is_read_for_a_new_one(house: TestHouse, page: Page, accessible: Look) -> None:
    old = house.arrived(house.report())
    house.end(old)
    house.sealed(old)
    new = house.arrived(house.report())
    log_in(page, house, "anna")
    open_dossier(page, new)
    page.get_by_role("link", name="Een eerder dossier raadplegen").click()
    page.get_by_role("button", name="Raadplegen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Welk eerder signaal?").fill(old)
    page.get_by_label("Waarom is dat nodig").fill("Hetzelfde adres als toen.")
    accessible(page, "eerder-dossier-vragen")
    page.get_by_role("button", name="Raadplegen").click()
    expect(page.get_by_role("heading", name=f"Eerder dossier {old}")).to_be_visible()
    looked_again_until(page, "Op de hoek ruikt het")
    expect(page.get_by_role("main")).to_contain_text("Joost Wilgenroos")
    assert a_report()["reporter"]["name"] not in page.content()
    accessible(page, "eerder-dossier-lezen")

    # What never was reads as what may not be read.
    page.get_by_role("link", name="Terug naar raadplegen").click()
    expect(page.get_by_role("region", name="Wat u nu raadpleegt")).to_contain_text("te lezen tot")
    page.get_by_label("Welk eerder signaal?").fill("S-00000-00000")
    page.get_by_label("Waarom is dat nodig").fill("Genoemd in de melding.")
    page.get_by_role("button", name="Raadplegen").click()
    expect(page.get_by_role("heading", name="Eerder dossier S-00000-00000")).to_be_visible()
    looked_again_until(page, "Er is niets dat u onder dit nummer")
    accessible(page, "eerder-dossier-niets")
