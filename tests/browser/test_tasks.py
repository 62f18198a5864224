"""What somebody without the file is asked, in a browser: three clicks, and nothing of the file."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, asked_of, log_in
from tests.house import TestHouse
from tests.journeys import brought, player_of


def test_petra_co_signs_in_three_clicks(house: TestHouse, page: Page, accessible: Look) -> None:
    """She sees the person, the deadline, the grounds and the reasons, and neither the report nor who reported."""
    played = brought(house, "informing")
    number = player_of(house).duty_of(played.number, "S1")
    path = f"/v1/duties/{number}"
    version = house.client.get("rights", f"{path}/open-decisions", "anna")["version"]
    proposal = {"key": "duty", "outcome": "inform", "reason": "Het kan nu.", "fields": {"how": "brief"}}
    house.client.post("rights", f"{path}/decisions", "anna", proposal | {"expectedVersion": version})
    report = house.signal(played.number)
    assert report is not None

    asked_of(house, "petra", "rights", "co-signature")
    log_in(page, house, "petra")
    accessible(page, "mijn-werk-privacy-officer")
    page.get_by_role("link", name="Medeondertekenen").last.click()
    expect(page.get_by_role("main")).to_contain_text("Het kan nu.")
    expect(page.get_by_role("main")).to_contain_text("Wilgenroos")
    assert report["report"]["text"][:40] not in page.content()
    accessible(page, "medeondertekenen")
    page.get_by_role("link", name="Akkoord", exact=True).click()
    page.get_by_role("button", name="Antwoord vastleggen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "medeondertekenen-met-fouten")
    page.get_by_label("Waarom?").fill("De gronden zijn gewogen.")
    page.get_by_role("button", name="Antwoord vastleggen").click()
    expect(page.get_by_role("status")).to_contain_text("Uw antwoord is vastgelegd.")
    assert house.client.get("rights", path, "anna", purpose="weging")["state"] == "duty-to-send"
