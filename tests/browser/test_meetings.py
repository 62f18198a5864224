"""A LOT in a browser: called, read, one against, one who stands back, decided, closed."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.days import today
from tests.house import TestHouse, until
from tests.journeys import brought, further

AGAINST = "Er ligt te weinig; het kan ook een kas zijn."
HELD_OVER = "Het LOT wacht op het kadaster."


def of(browser: Browser, house: TestHouse, user: str) -> Page:
    """Somebody else, in a browser of his own."""
    page = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    log_in(page, house, user)
    return page


def test_a_lot_from_calling_it_to_its_minutes(house: TestHouse, browser: Browser, page: Page, accessible: Look) -> None:
    played = brought(house, "phase-2")
    number = played.number
    found = house.signal(number)
    assert found is not None
    name = str(found["workingName"])

    # --- the chair calls it ---
    log_in(page, house, "anna")
    page.get_by_role("link", name="Mijn overleggen").click()
    accessible(page, "mijn-overleggen")
    page.get_by_role("link", name="Overleg bijeenroepen").click()
    page.get_by_role("button", name="Overleg bijeenroepen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies wie u uitnodigt.")
    accessible(page, "overleg-bijeenroepen-met-fouten")
    page.get_by_label("LOT", exact=True).check()
    page.get_by_label("Op welke datum?").fill(today().isoformat())
    for member in ("Esra", "Farid", "Gijs", "Hanna"):
        page.get_by_label(member).check()
    page.get_by_label(number).check()
    page.get_by_role("button", name="Overleg bijeenroepen").click()
    expect(page.get_by_role("status").filter(has_text="Het overleg is bijeengeroepen.")).to_be_visible()
    played.meeting = page.url.rpartition("/")[2]
    at = f"{house.client.addresses['portal']}/overleggen/{played.meeting}"
    further(house, played, "lot")
    for member in ("Esra", "Farid", "Gijs", "Hanna"):
        page.get_by_label(member).check()
    page.get_by_role("button", name="Deze mensen zijn er").click()
    expect(page.get_by_role("status").filter(has_text="De aanwezigheid is vastgelegd.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("4 van 4 aanwezig")
    accessible(page, "overleg-voorzitter")

    # --- a member reads everything after one click, and is against ---
    farid = of(browser, house, "farid")
    farid.get_by_role("link", name="Mijn overleggen").click()
    farid.locator(f"main a[href$='/overleggen/{played.meeting}']").first.click()
    accessible(farid, "overleg-lid")
    expect(farid.get_by_role("button", name="Overleg sluiten")).to_have_count(0)
    farid.get_by_role("link", name="Alle stukken lezen").click()
    expect(farid.get_by_role("main")).to_contain_text("Ter voorbereiding van de weging")
    accessible(farid, "stukken")
    with farid.expect_download() as copy:
        farid.get_by_role("link", name="als pdf").click()
    assert copy.value.suggested_filename == "stukken.pdf"
    assert farid.request.get(f"{at}/stukken.pdf").body().startswith(b"%PDF-")
    report = found["report"]
    assert not [one for one in found["subjects"].values() if one["name"] in farid.content()], report
    farid.goto(at)
    farid.get_by_role("link", name="Ik ben tegen").click()
    farid.get_by_role("button", name="Ik ben tegen").click()
    expect(farid.get_by_role("alert")).to_contain_text("Wie tegen is, zegt waarom")
    accessible(farid, "tegen-met-fouten")
    farid.get_by_label("Waarom?").fill(AGAINST)
    farid.get_by_role("button", name="Ik ben tegen").click()
    expect(farid.get_by_role("main")).to_contain_text(f"U bent tegen: {AGAINST}")

    # --- another stands back: nothing is left of it for him, not even its number ---
    gijs = of(browser, house, "gijs")
    had = tasks(house, "gijs")
    gijs.goto(at)
    gijs.get_by_role("link", name="Ik doe niet mee").click()
    accessible(gijs, "terugstaan")
    gijs.get_by_label("Waarom?").fill("Ik huur zelf in dat pand.")
    gijs.get_by_role("button", name="Ik doe niet mee").click()
    expect(gijs.get_by_role("status").filter(has_text="U ziet er niets meer van.")).to_be_visible()
    for place in ("", "/stukken", "/stukken.pdf", "/verslag"):
        gijs.goto(f"{at}{place}")
        shown = gijs.content().lower()
        assert number.lower() not in shown, place
        assert name not in shown, place
        assert AGAINST.lower() not in shown, place
    gijs.goto(f"{at}/punten/{number}/tegen")
    expect(gijs.get_by_role("main")).to_contain_text("bestaat niet, of u hebt er geen toegang toe")
    (paper,) = had - tasks(house, "gijs")

    def gone() -> bool:
        """Of his list, which follows a moment later."""
        answer = gijs.goto(f"{house.client.addresses['portal']}/")
        return bool(answer and answer.ok) and gijs.locator(f"main a[href*='{paper}']").count() == 0

    until(gone)

    # --- it is decided by the form that there is, the meeting from a list ---
    page.goto(at)
    expect(page.get_by_role("main")).to_contain_text(f"Farid is tegen: {AGAINST}")
    page.goto(f"{house.client.addresses['portal']}/")
    open_dossier(page, number)
    page.locator(".answers").get_by_role("link", name="Aangehouden").click()
    expect(page.get_by_label("In welk overleg?").locator("option:checked")).to_contain_text("LOT van")
    accessible(page, "besluit-van-een-overleg")
    page.get_by_label("Waarop wacht").fill("Het kadaster.")
    page.get_by_label("Waarom?").fill(HELD_OVER)
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    page.goto(at)
    expect(page.get_by_text("besloten", exact=True)).to_be_visible()
    page.get_by_role("button", name="Overleg sluiten").click()
    expect(page.get_by_role("status").filter(has_text="Het overleg is gesloten.")).to_be_visible()

    # --- gone at the end, and the minutes as it was decided ---
    farid.goto(f"{at}/stukken")
    expect(farid.get_by_role("main")).to_contain_text("De stukken zijn niet meer in te zien.")
    assert "Ter voorbereiding" not in farid.content()
    assert farid.request.get(f"{at}/stukken.pdf").status == 404
    accessible(farid, "stukken-dicht")
    farid.get_by_role("main").get_by_role("link", name="verslag").click()
    expect(farid.get_by_role("main")).to_contain_text(HELD_OVER)
    expect(farid.get_by_role("main")).to_contain_text(f"Farid: {AGAINST}")
    expect(farid.get_by_role("main")).to_contain_text("Esra, Hanna")
    accessible(farid, "verslag")
    for one in (farid, gijs):
        one.context.close()


def tasks(house: TestHouse, user: str) -> set[str]:
    return {str(one["id"]) for one in house.client.every("assessment", "/v1/tasks", user, "tasks")}


def test_who_was_not_invited_sees_what_one_sees_of_none(house: TestHouse, page: Page) -> None:
    body = {"kind": "LOT", "heldOn": today().isoformat()}
    members = {"members": [{"userId": (house.home.state() or {})["subjects"]["farid"]}]}
    meeting = house.client.post("assessment", "/v1/meetings", "anna", body | members)["id"]
    log_in(page, house, "hanna")
    seen = []
    for one in (meeting, "M-00000-00000", "M-00000-00000' OR 1"):
        for place in ("", "/stukken", "/stukken.pdf", "/verslag"):
            page.goto(f"{house.client.addresses['portal']}/overleggen/{one}{place}")
            seen.append(page.get_by_role("main").inner_text())
    assert len(set(seen)) == 1
    page.goto(f"{house.client.addresses['portal']}/overleggen/bijeenroepen")
    assert page.get_by_role("main").inner_text() == seen[0]
    page.goto(f"{house.client.addresses['portal']}/overleggen")
    assert meeting not in page.content()
