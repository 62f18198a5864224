"""A decision from log-in to result by keyboard alone and without script, about somebody whose name is longer than any."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import listed
from tests.house import TestHouse

MOST_TABS = 60
OUTLINED = (
    "one => { const its = getComputedStyle(one); return its.outlineStyle !== 'none' || its.boxShadow !== 'none' }"
)
REASON = "Wij signaleren en analyseren."
LONG = "Hottentottententententoonstellingsbouwterreinbewakersvergunningaanvraagformulier"


def tab_to(page: Page, wanted: Locator) -> None:
    """Goes there with the tabulator; wherever it comes, that shows."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        assert focus.evaluate(OUTLINED), f"no focus to be seen on {focus.evaluate('one => one.outerHTML')}"
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not to be reached")


def typed(page: Page, into: Locator, words: str) -> None:
    tab_to(page, into)
    page.keyboard.type(words)


def pressed(page: Page, what: Locator) -> None:
    """Goes there and presses Enter, and waits for the page after it."""
    tab_to(page, what)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_somebody_decides_by_keyboard_alone_and_without_script(house: TestHouse, browser: Browser) -> None:
    subjects = [{"name": LONG, "address": LONG, "occupation": LONG[:150]}]
    number = house.arrived(house.report(text=f"{LONG} {LONG}", subjects=subjects))
    listed(house, "anna", number, "received")
    context = browser.new_context(locale="nl-NL", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house.client.addresses['portal']}/")
    page.get_by_label("Gebruikersnaam").focus()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(house.home.demo_users()["anna"])
    with page.expect_navigation():
        page.keyboard.press("Enter")

    # The first stop is the way past the bar.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    typed(page, page.get_by_label("Nummer of werknaam"), number)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    pressed(page, page.get_by_role("row").filter(has_text=number).get_by_role("link"))
    tab_to(page, page.locator("[name='purpose']").first)
    while not page.get_by_label("Wegen").is_checked():
        page.keyboard.press("ArrowDown")
    pressed(page, page.get_by_role("button", name="Dossier openen"))
    pressed(page, page.get_by_role("link", name="Beantwoorden", exact=True))

    # What is forgotten is said on top, and a link leads to where it belongs.
    pressed(page, page.get_by_role("button", name="Besluit vastleggen"))
    first = page.get_by_role("alert").get_by_role("link").first
    tab_to(page, first)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("signaleren en analyseren"))
    page.keyboard.press("Space")
    typed(page, page.get_by_label("Waarom?"), REASON)
    pressed(page, page.get_by_role("button", name="Besluit vastleggen"))
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(LONG)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "a long name pushes the page aside"
    decided = house.client.get("assessment", f"/v1/signals/{number}/decisions", "anna", purpose="weging")["decisions"]
    assert [one["key"] for one in decided] == ["purpose"]
    context.close()
