"""The rights desk in a browser: a request is registered, known, looked for, weighed and answered by clicking and typing (story 8)."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from shared.protocol.holdings import ANSWERS_ITSELF
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from tests.browser.conftest import Look, listed, log_in
from tests.days import today
from tests.house import TestHouse, until

NAME = "Wilhelmina Zonneveld"


def decided(page: Page, reason: str = "Zo is het gewogen.") -> None:
    page.get_by_label("Waarom?", exact=True).fill(reason)
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="vastgelegd")).to_be_visible()


def question(page: Page, house: TestHouse, number: str, key: str, outcome: str) -> None:
    page.goto(f"{house.client.addresses['portal']}/dossiers/{number}/besluiten/{key}?antwoord={outcome}")


def fill(page: Page, **fields: str) -> None:
    for name, words in fields.items():
        page.locator(f"main [name='fields.{name}']").fill(words)


def choose(page: Page, name: str, code: str) -> None:
    control = page.locator(f"main select[name='{name}']")
    if control.count():
        control.select_option(code)
    else:
        page.locator(f"main [name='{name}'][value='{code}']").check()


def sent(page: Page, house: TestHouse, number: str, make: str) -> None:
    """A letter is made, and recorded as sent."""
    page.goto(f"{house.client.addresses['portal']}/dossiers/{number}/brieven")
    page.get_by_role("button", name=make).click()
    expect(page.get_by_role("status")).to_contain_text("De brief is gemaakt")


@pytest.mark.allowed("R-10.14", "R-10.11", "R-10.2")
def test_anna_answers_somebody_of_whom_nothing_is_kept(house: TestHouse, page: Page, accessible: Look) -> None:
    day = today().isoformat()
    log_in(page, house, "anna")
    page.get_by_role("link", name="Verzoeken").click()
    accessible(page, "verzoeken")
    page.get_by_role("link", name="Verzoek registreren").click()
    page.get_by_role("button", name="Registreren").click()
    expect(page.get_by_role("alert")).to_contain_text("Waar gaat het om?")
    accessible(page, "verzoek-registreren-met-fouten")
    for name, code in (("kind", "access"), ("channel", "desk"), ("department", "burgerzaken"), ("capacity", "self")):
        choose(page, f"fields.{name}", code)
    fill(page, firstReceivedOn=day, name=NAME, address="Zandhoek 17", bornOn="1961-03-04", asks="Wat heeft u over mij?")
    page.get_by_role("button", name="Registreren").click()
    expect(page.get_by_role("status").filter(has_text="Het verzoek is geregistreerd.")).to_be_visible()
    number = page.url.rpartition("/")[2]
    assert number.startswith("V-")
    assert NAME not in page.url
    accessible(page, "verzoek")
    assert listed(house, "anna", number, "request-received")["due"] == "request"

    sent(page, house, number, "Ontvangstbevestiging met informatie over rechten maken")
    accessible(page, "verzoek-brieven")
    page.get_by_role("link", name="Vastleggen dat deze brief is verstuurd").click()
    fill(page, informedOn=day)
    decided(page)

    question(page, house, number, "request-identity", "established")
    choose(page, "fields.method", "document-at-desk")
    fill(page, checkedOn=day)
    decided(page)

    for holder in [one for one in HOLDERS_OF_DATA if one not in ANSWERS_ITSELF]:
        question(page, house, number, "request-holder", "nothing")
        choose(page, "about.0", holder)
        fill(page, by="A. de Boer", lookedOn=day)
        for name, code in (("lookedIn", "active"), ("lookedHow", "lookup"), ("lookedHow", "free-text")):
            page.locator(f"main [name='fields.{name}'][value='{code}']").check()
        decided(page)
    accessible(page, "verzoek-doorzocht")
    itself = page.get_by_role("cell", name="de dienst zelf, met een bericht")

    def answered() -> bool:
        page.goto(f"{house.client.addresses['portal']}/dossiers/{number}")
        return itself.count() == len(ANSWERS_ITSELF)

    until(answered)
    question(page, house, number, "request-search-done", "complete")
    fill(page, completeness="Alle acht diensten hebben geantwoord.")
    decided(page)
    question(page, house, number, "request-weighed", "nothing")
    fill(page, toAsker="U komt nergens voor.")
    decided(page)

    sent(page, house, number, "Antwoord maken")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Kopie (json)").first.click()
    copy = json.loads(fetched.value.path().read_text())
    assert (copy["number"], copy["addressee"][0], copy["items"]) == (number, NAME, [])
    page.get_by_role("link", name="Vastleggen dat deze brief is verstuurd").first.click()
    fill(page, answerSentOn=day)
    decided(page)
    page.goto(f"{house.client.addresses['portal']}/verzoeken?beantwoord=ja")
    expect(page.get_by_role("row").filter(has_text=number)).to_be_visible()
    accessible(page, "verzoeken-beantwoord")
