"""Several questions on one page, in a browser: chosen first, then filled in, and taken one after the other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import TestHouse

BSN = "Het gaat om 111222333."
LINK = "Meer vragen in één keer beantwoorden"


def chosen(page: Page, *answers: tuple[str, str]) -> None:
    page.get_by_role("link", name=LINK).click()
    for key, outcome in answers:
        page.locator(f"main [name='{key}'][value='{outcome}']").check()


def filled(page: Page, area: str = "O1") -> None:
    """What phase 1 asks, and the reason of each."""
    page.locator("[name='purpose.fields.purposes']").first.check()
    page.locator("[name='weging-1.fields.sources'][value='none']").check()
    for sign in ("betrokkenheid", "ongerijmd"):
        box = page.locator(f"[name='weging-1.fields.indicators.{sign}']")
        page.locator("details", has=box).locator("summary").last.click()
        box.fill("O1 is in elke waarneming de plek.")
    page.locator("[name='weging-1.fields.against']").fill("Niets gevonden.")
    page.locator("[name='weging-2a.fields.powers']").first.check()
    page.locator("[name='weging-2b.fields.area']").fill(area)
    for key in ("purpose", "weging-1", "weging-2a", "weging-2b"):
        page.locator(f"[name='{key}.reason']").fill(f"De reden van {key}.")


PHASE_1 = (("purpose", "set"), ("weging-1", "suspicion"), ("weging-2a", "task"), ("weging-2b", "inside"))


@pytest.mark.drill
def test_phase_1_on_one_page(house: TestHouse, page: Page, accessible: Look) -> None:
    """What is left empty is said before anything is sent; where a service stops it, what was recorded stands and the rest is
    still there; a second click does nothing twice."""
    number = house.arrived(house.report())
    log_in(page, house, "anna")
    open_dossier(page, number)
    chosen(page, PHASE_1[0], PHASE_1[2])
    accessible(page, "samen-kiezen")
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_role("alert")).to_contain_text("sla er geen over")
    for key, outcome in PHASE_1:
        page.locator(f"main [name='{key}'][value='{outcome}']").check()
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_role("heading", level=2, name="4. Gaat het signaal over")).to_be_visible()
    accessible(page, "samen-invullen")
    page.get_by_role("button", name="Alles vastleggen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Bij 3: Ontbreekt: Welke taak of bevoegdheid is het?")
    accessible(page, "samen-met-fouten")
    filled(page)
    page.locator("[name='weging-2a.reason']").fill(BSN)
    page.get_by_role("button", name="Alles vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("De eerste twee besluiten zijn vastgelegd; de rest nog niet.")
    expect(page.locator("[name='weging-2b.reason']")).to_have_value("De reden van weging-2b.")
    expect(page.locator("[name='purpose.reason']")).to_have_count(0)
    accessible(page, "samen-gestopt")
    page.locator("[name='weging-2a.reason']").fill("Er is een bevoegdheid.")
    page.get_by_role("button", name="Alles vastleggen").dblclick()
    expect(page.get_by_role("status").filter(has_text="Alles is vastgelegd.")).to_be_visible()
    said = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")
    assert said["state"] == "phase-2"
    assert "bevoegdheid" not in page.url
    expect(page.get_by_role("link", name=LINK)).to_have_count(0)


@pytest.mark.drill
def test_what_came_in_between_is_shown_and_the_words_are_kept(house: TestHouse, page: Page, accessible: Look) -> None:
    number = house.arrived(house.report())
    log_in(page, house, "anna")
    open_dossier(page, number)
    chosen(page, *PHASE_1)
    page.get_by_role("button", name="Verder").click()
    filled(page)
    page.get_by_role("button", name="Bewaar concept").click()
    expect(page.get_by_role("status").filter(has_text="Uw concept is bewaard.")).to_be_visible()
    chosen(page, *PHASE_1[:2])
    page.get_by_role("button", name="Verder").click()
    expect(page.locator("[name='weging-1.reason']")).to_have_value("De reden van weging-1.")
    path = f"/v1/signals/{number}"
    version = house.client.get("assessment", f"{path}/open-decisions", "bram")["version"]
    decision = {"key": "purpose", "outcome": "set", "reason": "Ook zo.", "fields": {"purposes": ["niet-faciliteren"]}}
    house.client.post("assessment", f"{path}/decisions", "bram", decision | {"expectedVersion": version})
    page.get_by_role("button", name="Alles vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Er is intussen iets veranderd")
    expect(page.get_by_text("De reden van purpose.")).to_be_visible()
    expect(page.locator("[name='weging-1.reason']")).to_have_value("De reden van weging-1.")
    accessible(page, "samen-ingehaald")
    page.get_by_role("button", name="Alles vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Alles is vastgelegd.")).to_be_visible()
