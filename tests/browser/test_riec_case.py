"""A case in a browser by the road of the RIEC: handed in by two, fetched and answered by its counterpart, closed here."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from deploy.embedded.riec import COUNTERPART, DESK_SECRET
from tests.browser.test_whole_case import MEMBERS, closes
from tests.browser.walking import Effort, WithTheFile
from tests.days import today
from tests.house import TestHouse
from tests.journeys import brought


def shares_with_the_riec(anna: WithTheFile) -> None:
    """Check 2A: the Ondermijningstafel may have everything."""
    anna.asked("check-2a", "may")
    anna.choose("kolom.riec", "may")
    anna.page.locator("main .cards summary", has_text=re.compile("RIEC")).click()
    anna.choose("kolom.riec.task", "intake-georganiseerd")
    anna.type("reason", "De Ondermijningstafel beoordeelt het signaal hierop.")
    anna.press("Besluiten vastleggen")
    anna.done()
    anna.decides(
        "check-2a-done",
        "complete",
        "Elk gegeven is beoordeeld.",
        lambda: anna.type("fields.informing", "Het informeren is uitgesteld."),
    )


def chooses_the_riec(anna: WithTheFile) -> None:
    anna.holds_a_lot(MEMBERS)

    def with_permits() -> None:
        anna.type("fields.considered", "Er zijn meer partijen nodig.")
        anna.pick("meeting", "LOT van")
        anna.check("fields.drawnUpBy", "vergunningen")

    anna.decides("approach", "riec-intake", "Het reikt over de regio.", with_permits)


def hands_in(anna: WithTheFile, bram: WithTheFile) -> None:
    """She writes the intake and reads the package; he reads it too, and then it goes."""
    anna.link("Ondermijningstafel (RIEC)")
    anna.link("Intake invullen")
    boxes = anna.page.get_by_role("group").get_by_role("textbox")
    for name in [str(one.get_attribute("name")) for one in boxes.all()]:
        anna.type(name, "Uit eigen waarneming.")
    anna.type("reason", "De tafel kan dit aan.")
    anna.press("Pakket bekijken")
    anna.press("Voorstellen aan een collega")
    anna.done("De intake is voorgesteld")
    bram.open(anna.number)
    bram.link("Ondermijningstafel (RIEC)")
    bram.link("Voorstel bekijken en ondertekenen")
    bram.page.get_by_label("akkoord", exact=True).check()
    bram.type("reason", "Ik heb het pakket gelezen.")
    bram.press("Vastleggen")
    bram.done()


def at_the_counterpart(house: TestHouse, path: str, **body: str) -> None:
    """What the RIEC's own people do, on the other side."""
    secret = {"Authorization": f"Bearer {house.home.secret(DESK_SECRET)}"}
    address = f"{house.client.addresses[COUNTERPART]}{path}"
    httpx.post(address, json=body, headers=secret, timeout=60).raise_for_status()


def fetched(house: TestHouse, anna: WithTheFile) -> str:
    """She makes a code and a secret on the page of the share, and reads them out; the RIEC fetches with both. The package."""
    anna.back()
    anna.link("Wat is gedeeld, en hoe het staat")
    share = anna.page.get_by_role("main").get_by_role("link", name=re.compile("RIEC|Ondermijningstafel"))
    anna.until(lambda: share.count() > 0)
    anna.click(share.first)
    package = anna.page.url.rpartition("/")[2]
    anna.press("Code en geheim maken")
    code, secret = anna.page.locator(".once").all_inner_texts()
    at_the_counterpart(house, "/mail", package=package, link=code)
    at_the_counterpart(house, "/telephone", package=package, secret=secret)
    anna.link("Klaar: naar de verstrekking")
    expect(anna.page.get_by_role("main")).to_contain_text("Ontvangst ondertekend")
    return package


def heard(anna: WithTheFile) -> None:
    """What the RIEC signed came in: it is taken over, and the case is followed from here on."""
    anna.open(anna.number)
    anna.link("Ondermijningstafel (RIEC)")
    answer = anna.page.locator("main a[href*='antwoord=accepted-elsewhere'][href*='fields.statement=']")
    anna.until(lambda: answer.count() > 0)
    anna.click(answer)
    anna.type("fields.explanation", "De tafel pakt het op.")
    anna.type("fields.reviewOn", today(30).isoformat())
    anna.type("reason", "Het antwoord van de tafel is ondertekend.")
    anna.press("Besluit vastleggen")
    anna.done()


MOST_PAGES_WITH_THE_RIEC = 8
"""That change something, from check 2A on; more than these is a step back."""


@pytest.mark.drill
def test_a_case_that_the_riec_takes_up_is_closed_by_clicking_only(house: TestHouse, browser: Browser) -> None:
    """From check 2A on; before it the road is that of any other case (test_whole_case.py)."""
    effort = Effort()
    number = brought(house, "check-2a").number
    anna, bram = (WithTheFile(browser, house, one, effort) for one in ("anna", "bram"))
    try:
        anna.open(number)
        shares_with_the_riec(anna)
        chooses_the_riec(anna)
        hands_in(anna, bram)
        package = fetched(house, anna)
        at_the_counterpart(house, f"/packages/{package}/answers", outcome="accepted", decidedOn=today().isoformat())
        heard(anna)
        closes(anna, "De casus is bij het RIEC en kent hier geen open taken.")
    finally:
        for one in (anna, bram):
            one.page.context.close()
    print(f"\nfrom check 2A to a case that is closed with the RIEC: {effort}\n{dict(effort.pages)}")
    assert effort.changing <= MOST_PAGES_WITH_THE_RIEC
