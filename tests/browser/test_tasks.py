"""What somebody without the file is asked, in a browser: few clicks, and nothing of the file."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Look, asked_of, log_in
from tests.house import TestHouse, until
from tests.journeys import APPROACH, brought, further, informing_proposed


class Clicks:
    """Clicks, and counts what somebody who knows the page has to click."""

    count = 0

    def __call__(self, what: Locator) -> None:
        what.click()
        self.count += 1


HIDDEN = ("Greet", "Zonnebloem", "015 5550123")
"""Who reported: nobody who is asked something reads that."""


def test_petra_co_signs_in_three_clicks(house: TestHouse, page: Page, accessible: Look) -> None:
    """She sees the person, the deadline, the grounds and the reasons, and neither the report nor who reported."""
    played = brought(house, "informing")
    number = informing_proposed(house, played, "Het kan nu.")
    report = house.signal(played.number)
    assert report is not None

    asked_of(house, "petra", "rights", "co-signature")
    log_in(page, house, "petra")
    accessible(page, "mijn-werk-privacy-officer")
    duties = page.get_by_role("row").filter(has=page.locator("a[href^='/taken/rights/']"))
    expect(duties.first).to_be_visible()
    expect(duties.filter(has_text="geen datum")).to_have_count(0)
    clicks = Clicks()
    clicks(page.get_by_role("link", name="Medeondertekenen").last)
    main = page.get_by_role("main")
    for words in ("Het kan nu.", "Wilgenroos", "Uiterste dag", "Voorgesteld door"):
        expect(main).to_contain_text(words)
    assert not [one for one in (report["report"]["text"][:40], *HIDDEN) if one in page.content()]
    accessible(page, "medeondertekenen")
    page.get_by_role("button", name="Akkoord", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "medeondertekenen-met-fouten")
    clicks(page.get_by_label("Waarom?"))
    page.keyboard.type("De gronden zijn gewogen.")
    clicks(page.get_by_role("button", name="Akkoord", exact=True))
    expect(page.get_by_role("status").filter(has_text="Uw antwoord is vastgelegd.")).to_be_visible()
    assert clicks.count == 3
    duty = house.client.get("rights", f"/v1/duties/{number}", "anna", purpose="weging")
    assert duty["state"] == "duty-to-send"


def test_who_keeps_a_source_answers_in_three_clicks_and_sees_no_file(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    played = brought(house, "source-list")
    further(house, played, "one-source")
    asked_of(house, "esra", "sources", "question")
    log_in(page, house, "esra")
    clicks = Clicks()
    clicks(page.get_by_role("link", name="Vraag over een bron").last)
    main = page.get_by_role("main")
    for words in ("Is er voor O1 een vergunning verleend", "uiterlijk", "Kerkpad 5a"):
        expect(main).to_contain_text(words)
    for hidden in (*HIDDEN, played.number, "Wilgenroos", "hennep"):
        assert hidden not in page.content(), "she is asked one thing, and has no file"
    accessible(page, "bronvraag")
    page.get_by_role("button", name="Hit", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Waarom is de hit relevant")
    accessible(page, "bronvraag-met-fouten")
    clicks(page.get_by_label("het gebruik wijkt af"))
    clicks(page.get_by_role("button", name="Hit", exact=True))
    expect(page.get_by_role("status").filter(has_text="Uw antwoord is vastgelegd.")).to_be_visible()
    assert clicks.count == 3
    asked = house.signal(played.number, "sources")
    assert asked is not None
    assert asked["unanswered"] == []


def test_a_department_carries_out_its_order_and_sees_what_2b_gave_it(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    played = brought(house, "approach")
    further(house, played, APPROACH, "plan")
    asked_of(house, "farid", "casework", "intervention")
    log_in(page, house, "farid")
    page.get_by_role("link", name="Opdracht").last.click()
    main = page.get_by_role("main")
    for words in ("Controle van O1", "Kerkpad 5a", "Waar", "Wie", "Gepland op", "Bevoegdheid", "Uit de melding"):
        expect(main).to_contain_text(words)
    for hidden in (*HIDDEN, played.number, "lunchroom"):
        assert hidden not in page.content(), "of the file only what check 2B allowed"
    accessible(page, "opdracht")

    page.get_by_role("button", name="Bezig").click()
    expect(page.get_by_role("status").filter(has_text="vastgelegd")).to_be_visible()
    page.get_by_role("link", name="Een vraag stellen").click()
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Wat wilt u laten weten?").fill("Mag ook de ruimte achter O1 worden bekeken?")
    page.get_by_role("button", name="Versturen").click()
    page.get_by_role("link", name="Melden wat u aantrof").click()
    accessible(page, "opdracht-bevinding")
    page.get_by_label("Wat wilt u laten weten?").fill("Achter O1 staat een tweede meterkast.")
    page.get_by_role("button", name="Versturen").click()
    for words in ("Bezig", "Uw vraag: Mag ook de ruimte", "U meldde wat u aantrof"):
        expect(page.get_by_role("region", name="Eerder doorgegeven")).to_contain_text(words, ignore_case=True)
    assert "meterkast" not in page.content(), "what was found lies apart until it is judged"
    accessible(page, "opdracht-met-verloop")
    page.get_by_role("link", name="De opdracht afronden").click()
    accessible(page, "opdracht-afronden")
    found = until(lambda: house.signal(played.number, "casework"))
    assert len(found["quarantine"]) == len(found["departmentQuestions"]) == 1
    assert found["plan"][0]["progress"]["outcome"] == "under-way"
