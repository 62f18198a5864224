"""The first weging in a browser, by clicking and typing only."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import TestHouse

REASON = "Geur, afgeplakte ramen en nachtelijk laden wijzen samen op hennepteelt in O1."


def test_anna_weighs_a_report(house: TestHouse, page: Page, accessible: Look) -> None:
    """From log-in to the question after weging 1; what is wrong is said at the top and at the field, and what was typed
    stays."""
    number = house.arrived(house.report())
    log_in(page, house, "anna")
    accessible(page, "mijn-werk")
    open_dossier(page, number)
    accessible(page, "signaal")

    page.get_by_role("link", name="Beantwoorden", exact=True).click()
    page.get_by_label("Waarom?").fill(REASON)
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Welke doelen?")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Waarom?")).to_have_value(REASON)
    assert page.title().startswith("Fout: ")
    accessible(page, "besluit-met-fouten")
    page.get_by_role("alert").get_by_role("link").first.click()
    page.get_by_label("signaleren en analyseren").check()
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()

    expect(page.get_by_role("heading", name="Is er een vermoeden")).to_be_visible()
    page.locator(".answers").get_by_role("link", name="Ja", exact=True).click()
    page.get_by_label("geen bron").check()
    page.locator("summary", has_text="Een geur van hennep").click()
    page.get_by_role("textbox", name="Een geur van hennep").fill("Al twee maanden een hennepgeur bij O1.")
    page.get_by_label("Wat spreekt ertegen").fill("Er kan een onschuldige verklaring zijn.")
    page.get_by_label("Waarom?").fill(REASON)
    page.get_by_role("button", name="Besluit vastleggen").click()
    # The list asks for a sign of involvement besides: what was typed is still there, and open.
    expect(page.get_by_role("textbox", name="Een geur van hennep")).to_have_value(
        "Al twee maanden een hennepgeur bij O1."
    )
    accessible(page, "weging-1-met-fouten")
    page.locator("summary", has_text="Betrokkenheid van een plek").click()
    page.get_by_role("textbox", name="Betrokkenheid van een plek").fill("O1 is in elke waarneming de plek.")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    accessible(page, "signaal-na-weging-1")

    found = house.signal(number)
    assert found is not None
    assert found["state"] == "weging-2a"
    # Who has the page of weging 1 open elsewhere is told that it has been decided.
    page.goto(f"{house.client.addresses['portal']}/dossiers/{number}/besluiten/weging-1?antwoord=suspicion")
    expect(page.get_by_role("main")).to_contain_text("er is intussen iets anders besloten, of het is al gebeurd")


def test_a_signal_of_nobody_and_a_signal_that_is_not_look_alike(house: TestHouse, page: Page) -> None:
    number = house.arrived(house.report())
    log_in(page, house, "farid")
    seen = []
    for one in (number, "S-00000-00000"):
        page.goto(f"{house.client.addresses['portal']}/dossiers/{one}")
        page.get_by_label("Wegen").check()
        page.get_by_role("button", name="Dossier openen").click()
        page.wait_for_load_state()
        seen.append(page.get_by_role("main").inner_text())
    assert seen[0] == seen[1]
    assert "Dit dossier bestaat niet, of u hebt er geen toegang toe." in seen[0]


def test_logging_out_leaves_nothing_to_go_back_to(house: TestHouse, page: Page) -> None:
    number = house.arrived(house.report())
    log_in(page, house, "anna")
    open_dossier(page, number)
    (cookie,) = page.context.cookies()
    assert (cookie["name"][:7], cookie["secure"], cookie["httpOnly"]) == ("__Host-", True, True)
    page.get_by_role("button", name="Uitloggen").click()
    page.goto(f"{house.client.addresses['portal']}/dossiers/{number}")
    expect(page.get_by_label("Gebruikersnaam")).to_be_visible()
    # Back past the page that says so, to the dossier: it is asked for again, and not shown.
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Gebruikersnaam")).to_be_visible()
