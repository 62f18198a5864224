"""Nothing that is typed is lost: as a draft, when a form is not accepted, when the log-in has ended, when somebody was first."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import SUSPICION, TestHouse

REASON = "Geur, afgeplakte ramen en nachtelijk laden: wij signaleren en analyseren."


WEGING = "weging-1?antwoord=suspicion"


def weighs(page: Page, house: TestHouse, number: str) -> None:
    """Fills in the first weging, and does not send it."""
    page.goto(f"{house.client.addresses['portal']}/dossiers/{number}/besluiten/{WEGING}")
    page.get_by_label("geen bron").check()
    page.locator("summary", has_text="Betrokkenheid van een plek").click()
    page.get_by_role("textbox", name="Betrokkenheid van een plek").fill("O1 is in elke waarneming de plek.")
    page.get_by_label("Wat spreekt ertegen").fill("Er kan een onschuldige verklaring zijn.")
    page.get_by_label("Waarom?").fill(REASON)


def test_a_draft_is_for_its_author_until_it_is_sent(
    house: TestHouse, page: Page, browser: Browser, accessible: Look
) -> None:
    number = house.arrived(house.report())
    log_in(page, house, "anna")
    open_dossier(page, number)
    page.get_by_role("link", name="Beantwoorden", exact=True).click()
    address = page.url
    page.get_by_label("Waarom?").fill(REASON)
    page.get_by_role("button", name="Bewaar concept").click()
    expect(page.get_by_role("status").filter(has_text="Uw concept is bewaard.")).to_be_visible()
    assert REASON[:4] not in page.url
    page.get_by_role("button", name="Uitloggen").click()

    # Another who may decide the same does not see it.
    other = browser.new_context(locale="nl-NL").new_page()
    log_in(other, house, "bram")
    open_dossier(other, number)
    other.goto(address)
    expect(other.get_by_label("Waarom?")).to_have_value("")
    other.context.close()

    log_in(page, house, "anna")
    open_dossier(page, number)
    page.goto(address)
    expect(page.get_by_role("status").filter(has_text="Dit is uw concept van")).to_be_visible()
    expect(page.get_by_label("Waarom?")).to_have_value(REASON)
    accessible(page, "concept")
    # What is not accepted is kept too.
    page.get_by_label("Waarom?").fill(f"{REASON} En verder.")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("Waarom?")).to_have_value(f"{REASON} En verder.")
    page.get_by_role("button", name="Concept weggooien").click()
    expect(page.get_by_label("Waarom?")).to_have_value("")
    expect(page.get_by_text("Dit is uw concept van")).to_have_count(0)


def test_two_people_see_each_others_change_and_keep_their_words(house: TestHouse, page: Page, accessible: Look) -> None:
    number = house.with_purpose(house.arrived(house.report()))
    path = f"/v1/signals/{number}"
    log_in(page, house, "anna")
    open_dossier(page, number)
    weighs(page, house, number)
    version = house.client.get("assessment", f"{path}/open-decisions", "bram")["version"]
    note = {"category": "indication", "about": "O1", "finding": "Nachtelijk laden.", "fields": {}}
    house.client.post("assessment", f"{path}/items", "bram", note | {"expectedVersion": version})
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Er is intussen iets veranderd")
    expect(page.get_by_role("alert")).to_contain_text("Vastgelegd: Aanwijzingen van ondermijning uit het signaal")
    expect(page.get_by_label("Waarom?")).to_have_value(REASON)
    expect(page.get_by_label("geen bron")).to_be_checked()
    accessible(page, "intussen-veranderd")
    # One more click sends them against what stands there now.
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()


def test_who_is_too_late_reads_what_was_decided_and_has_his_words(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    number = house.with_purpose(house.arrived(house.report()))
    log_in(page, house, "anna")
    open_dossier(page, number)
    weighs(page, house, number)
    house.must_decide(number, "bram", "weging-1", "suspicion", fields=SUSPICION)
    page.get_by_role("button", name="Besluit vastleggen").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Dit wordt hier nu niet meer gevraagd")
    expect(main).to_contain_text("vervanger van de OOV'er")
    expect(main).to_contain_text(REASON)
    accessible(page, "te-laat")


def test_what_is_sent_after_logging_out_elsewhere_comes_back_and_is_not_kept(
    house: TestHouse, page: Page, browser: Browser, accessible: Look
) -> None:
    number = house.with_purpose(house.arrived(house.report()))
    log_in(page, house, "anna")
    open_dossier(page, number)
    weighs(page, house, number)
    other = browser.new_context(locale="nl-NL").new_page()
    log_in(other, house, "anna")
    other.get_by_role("button", name="Uitloggen").click()
    other.context.close()
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("heading", name="U bent uitgelogd")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(REASON)
    accessible(page, "uitgelogd-met-woorden")
    found = house.signal(number)
    assert found is not None
    assert found["state"] == "weging-1", "nothing was decided"
