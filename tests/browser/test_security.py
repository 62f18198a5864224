"""What a browser is made to do by who means harm, or by who is in a hurry: nothing, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from services.portal.guard import POLICY
from services.portal.sessions import COOKIE
from tests.browser.conftest import asked_of, log_in, open_dossier
from tests.house import TestHouse, until
from tests.journeys import brought, informing_proposed

XSS = (
    "<script>window.seen=1</script>",
    "\"><img src=x onerror='window.seen=1'>",
    "'-window.seen-'",
    "</textarea><svg/onload=window.seen=1>",
    "{{ 7*7 }}${7*7}<%= 7*7 %>",
    "javascript:window.seen=1//",
    "<a href='javascript:window.seen=1'>hier</a>",
    "</title><iframe srcdoc='<script>top.seen=1</script>'>",
    "&lt;b&gt;&amp;<b onmouseover=window.seen=1>vet</b>",
)
ALL = " ".join(XSS)
REASON = "Wij signaleren en analyseren."


@pytest.fixture
def watched(page: Page, house: TestHouse) -> Iterator[Page]:
    """A page of which nothing may be cached, and where no address or title may hold a word of a dossier."""
    answers: list[Response] = []
    titles: set[str] = set()
    page.on("response", lambda one: answers.append(one))
    page.on("load", lambda one: titles.add(one.title()))
    page.on("dialog", lambda one: pytest.fail(one.message))
    yield page
    assert answers
    for one in answers:
        if not one.url.startswith(house.client.addresses["portal"]):
            continue
        headers = one.headers
        assert "no-store" in headers["cache-control"] or "/static/" in one.url, one.url
        assert headers["x-content-type-options"] == "nosniff"
    for text in (*(one.url for one in answers), *titles):
        for word in ("Wilgenroos", "Kerkpad", "Zonnebloem", "script", "hennep", REASON[:10]):
            assert word not in text


def subject_of(house: TestHouse, user: str) -> str:
    state = house.home.state()
    assert state is not None
    return str(state["subjects"][user])


def nothing_of_it_is_alive(page: Page) -> None:
    """What was typed stands there as text: no element, no handler, no address came of it."""
    alive = "script, img, svg, iframe, object, embed, [onload], [onerror], [onmouseover], a[href^='javascript']"
    assert page.locator(alive).count() == 0, page.url
    assert page.evaluate("window.seen") is None


def test_whatever_is_typed_is_text_on_every_page(house: TestHouse, watched: Page) -> None:
    """Through the services, from a report to a dossier, a form, a form that is not accepted, a task and an error."""
    page = watched
    subjects = [{"name": one, "address": one, "occupation": one} for one in XSS[:6]]
    objects = [{"kind": "building", "address": one, "description": one} for one in XSS[:6]]
    number = house.with_purpose(house.arrived(house.report(text=ALL, subjects=subjects, objects=objects)))
    path = f"/v1/signals/{number}"
    version = house.client.get("assessment", f"{path}/open-decisions", "anna")["version"]
    note = {"category": "indication", "about": "O1", "finding": ALL, "fields": {}, "expectedVersion": version}
    house.client.post("assessment", f"{path}/items", "anna", note)
    address = house.client.addresses["portal"]
    log_in(page, house, "anna")
    open_dossier(page, number)
    for one in XSS:
        expect(page.get_by_role("main")).to_contain_text(one)
    nothing_of_it_is_alive(page)
    page.goto(f"{address}/dossiers/{number}/besluiten/weging-1?antwoord=suspicion")
    nothing_of_it_is_alive(page)
    page.get_by_label("Waarom?").fill(ALL)
    page.get_by_label("Wat spreekt ertegen").fill(ALL)
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Waarom?")).to_have_value(ALL)
    nothing_of_it_is_alive(page)
    page.goto(f"{address}/dossiers/{number}/vastleggen/indication")
    page.get_by_label("Wat is er gevonden?").fill(ALL)
    page.get_by_role("button", name="Bewaar concept").click()
    page.goto(f"{address}/dossiers/{number}/vastleggen/indication")
    expect(page.get_by_label("Wat is er gevonden?")).to_have_value(ALL)
    nothing_of_it_is_alive(page)
    for where in (f"/dossiers/{quote(XSS[1])}", f"/taken/{quote(XSS[1])}/x", f"/uitgelogd?waarom={quote(XSS[1])}"):
        page.goto(f"{address}{where}")
        nothing_of_it_is_alive(page)


def test_what_somebody_is_asked_is_text_too(house: TestHouse, watched: Page) -> None:
    """A task, with the words of who proposed it."""
    page = watched
    informing_proposed(house, brought(house, "informing"), ALL)
    asked_of(house, "petra", "rights", "co-signature")
    log_in(page, house, "petra")
    page.get_by_role("link", name="Medeondertekenen").last.click()
    for one in XSS:
        expect(page.get_by_role("main")).to_contain_text(one)
    nothing_of_it_is_alive(page)
    page.get_by_label("Waarom?").fill(ALL)
    page.get_by_role("button", name="Bewaar concept").click()
    expect(page.get_by_role("status").filter(has_text="Uw concept is bewaard.")).to_be_visible()
    page.get_by_role("link", name="Medeondertekenen").last.click()
    expect(page.get_by_label("Waarom?")).to_have_value(ALL)
    nothing_of_it_is_alive(page)


def test_a_double_click_and_the_back_button_decide_once(house: TestHouse, watched: Page) -> None:
    page, number = watched, house.arrived(house.report())
    log_in(page, house, "anna")
    open_dossier(page, number)
    page.get_by_role("link", name="Beantwoorden", exact=True).click()
    page.get_by_label("signaleren en analyseren").check()
    page.get_by_label("Waarom?").fill(REASON)
    page.get_by_role("button", name="Besluit vastleggen").dblclick()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    path = f"/v1/signals/{number}/decisions"

    def taken() -> list[str]:
        found = house.client.get("assessment", path, "anna", purpose="weging")["decisions"]
        return [one["key"] for one in found]

    assert taken() == ["purpose"]
    page.go_back()
    expect(page.get_by_role("main")).to_contain_text("er is intussen iets anders besloten, of het is al gebeurd")
    assert taken() == ["purpose"]


def test_whose_designation_has_ended_sees_what_he_would_see_of_nothing(house: TestHouse, watched: Page) -> None:
    """A signal that he had open a moment ago, one that he never might see and one that does not exist are one page."""
    page, number = watched, house.arrived(house.report())
    address, now = house.client.addresses["portal"], datetime.now(UTC)
    log_in(page, house, "collega")
    body = {"userId": subject_of(house, "collega"), "role": "vervanger", "basis": "BESLUIT-3"}
    body |= {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=1)).isoformat()}
    given = house.client.post("access", "/v1/designations", "beheerder", body)["id"]

    def opened(one: str) -> str:
        page.goto(f"{address}/dossiers/{one}")
        if page.get_by_label("Wegen").count():
            page.get_by_label("Wegen").check()
            page.get_by_role("button", name="Dossier openen").click()
            page.wait_for_load_state()
        return page.get_by_role("main").inner_text()

    def sees() -> bool:
        page.context.clear_cookies()
        log_in(page, house, "collega")
        return "Kerkpad" in opened(number)

    assert until(sees)
    house.client.request("DELETE", "access", f"/v1/designations/{given}", "beheerder")
    assert until(lambda: "Kerkpad" not in opened(number))
    assert opened(number) == opened("S-00000-00000")
    assert "Dit dossier bestaat niet, of u hebt er geen toegang toe." in opened(number)


def test_a_session_is_one_browsers_and_a_form_one_sessions(house: TestHouse, page: Page, browser: Browser) -> None:
    address = house.client.addresses["portal"]
    host = address.partition("://")[2].partition(":")[0]
    page.context.add_cookies(
        [{"name": COOKIE, "value": "chosen-by-somebody-else", "url": f"https://{host}", "secure": True}]
    )
    log_in(page, house, "anna")
    (mine,) = [one for one in page.context.cookies() if one["name"] == COOKIE]
    assert mine["value"] != "chosen-by-somebody-else"
    assert (mine["httpOnly"], mine["secure"], mine["sameSite"], mine["path"]) == (True, True, "Lax", "/")
    assert mine["expires"] == -1, "it is gone with the browser"
    assert {one["name"][:7] for one in page.context.cookies()} == {"__Host-"}
    answer = page.goto(f"{address}/")
    assert answer is not None
    assert answer.headers["content-security-policy"] == POLICY
    token = page.locator("input[name=csrf]").first.input_value()
    of_bram = browser.new_context(locale="nl-NL").new_page()
    log_in(of_bram, house, "bram")
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": address}
    for form in ({"csrf": token}, {}, {"csrf": ""}):
        refused = of_bram.request.post(f"{address}/uitloggen", form=dict(form), headers=ours, max_redirects=0)
        assert refused.status == 403
    theirs = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example.nl"}
    own = of_bram.locator("input[name=csrf]").first.input_value()
    refused = of_bram.request.post(f"{address}/uitloggen", form={"csrf": own}, headers=theirs, max_redirects=0)
    assert refused.status == 403
    of_bram.reload()
    expect(of_bram.get_by_role("heading", name="Mijn werk")).to_be_visible()
    of_bram.context.close()
