"""A case in a browser: its plan on one page, and an intake for the RIEC that is read before it is released."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import TestHouse
from tests.journeys import INTEGRAL, RIEC, RIEC_MAY, brought, further

NOT_THE_PERMIT = {
    "by": "anna",
    "key": "check-2a",
    "outcome": "may-not",
    "reason": "De Ondermijningstafel heeft de vergunning niet nodig.",
    "about": ["@vergunning", "riec"],
    "fields": {"task": "geen-taak"},
}
HIDDEN = ("Greet", "Zonnebloem", "015 5550123")


@pytest.mark.drill
def test_a_plan_is_read_on_one_page(house: TestHouse, page: Page, accessible: Look) -> None:
    """Goal, what is done by whom and when, versions and partners; who has the file goes from it to what changes it."""
    played = brought(house, "approach")
    further(house, played, INTEGRAL, "plan-together")
    log_in(page, house, "anna")
    open_dossier(page, played.number)
    page.get_by_role("link", name="Plan van aanpak", exact=True).click()
    main = page.get_by_role("main")
    for words in (
        "Gemeente en partners samen",
        "Sluiting van een woning of lokaal wegens drugs",
        "Controle van O1 met het bevoegd gezag",
        "Toezicht en Handhaving",
        "In uitvoering",
        "Versie 1 – vastgesteld",
        "F. Verzonnen",
        "Vergunningen",
    ):
        expect(main).to_contain_text(words)
    assert not [one for one in HIDDEN if one in main.inner_text()]
    accessible(page, "plan-van-aanpak")
    page.get_by_role("link", name="Een interventie van het Plan van Aanpak vastleggen").click()
    expect(page.get_by_label("Met welke bevoegdheid?")).to_be_visible()


@pytest.mark.drill
def test_an_intake_is_read_before_two_release_it(house: TestHouse, page: Page, accessible: Look) -> None:
    played = brought(house, "check-2a")
    further(house, played, RIEC_MAY, NOT_THE_PERMIT, "shared", "called", RIEC)
    log_in(page, house, "anna")
    open_dossier(page, played.number)
    page.get_by_role("link", name="Ondermijningstafel (RIEC)").click()
    accessible(page, "riec")
    page.get_by_role("link", name="Intake invullen").click()
    page.get_by_role("button", name="Pakket bekijken").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "riec-intake-met-fouten")
    for place in range(5):
        page.get_by_role("group").get_by_role("textbox").nth(place).fill(f"Uit eigen waarneming {place}.")
    page.get_by_label("Dit is niet te beantwoorden").last.check()
    page.get_by_label("Waarom?", exact=True).fill("De tafel kan dit aan.")
    page.get_by_role("button", name="Pakket bekijken").click()
    goes = page.get_by_role("region", name="Dit leest het RIEC")
    expect(goes).to_contain_text("Uit eigen waarneming 0.")
    expect(goes).to_contain_text("Niet te beantwoorden: Uit eigen waarneming 4.")
    expect(page.get_by_role("region", name="Dit gaat niet mee")).to_contain_text("lunchroom")
    assert "lunchroom" not in goes.inner_text(), "only what check 2A allows the RIEC"
    assert not [one for one in HIDDEN if one in page.content()]
    accessible(page, "riec-pakket")
    page.get_by_role("button", name="Terug om te wijzigen").click()
    expect(page.get_by_label("Waarom?", exact=True)).to_have_value("De tafel kan dit aan.")
    page.get_by_role("button", name="Pakket bekijken").click()
    page.get_by_role("button", name="Voorstellen aan een collega").click()
    expect(page.get_by_role("status").filter(has_text="Een ander die het dossier ziet")).to_be_visible()
    expect(page.get_by_role("link", name="Uw voorstel intrekken")).to_be_visible()
    expect(page.get_by_role("link", name="Voorstel bekijken en ondertekenen")).to_have_count(0)
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "bram")
    open_dossier(page, played.number)
    page.get_by_role("link", name="Ondermijningstafel (RIEC)").click()
    expect(page.get_by_role("region", name="Dit leest het RIEC")).to_contain_text("Uit eigen waarneming 0.")
    accessible(page, "riec-vrijgeven")
    page.get_by_role("link", name="Voorstel bekijken en ondertekenen").click()
    accessible(page, "riec-ondertekenen")
    page.get_by_label("akkoord", exact=True).check()
    page.get_by_label("Waarom?", exact=True).fill("Ik heb het pakket gelezen.")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="vastgelegd")).to_be_visible()
    assert (house.signal(played.number, "casework") or {})["state"] == "riec-answer"
