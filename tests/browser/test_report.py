"""A report by the public form, in a browser without script: said once, withdrawn with its code."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Look
from tests.house import TestHouse, until

TEXT = "Al weken een sterke henneplucht bij de schuur achter de molen."


def test_who_reports_gets_a_code_and_withdraws_with_it(house: TestHouse, browser: Browser) -> None:
    before = {one["number"] for one in house.work_list()}
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(house.client.addresses["public"])
    expect(page.get_by_role("main")).to_contain_text("Bel 112")
    page.get_by_label("Uw naam").fill("Greet Zonnebloem")
    page.get_by_label("Uw e-mailadres").fill("geen adres")
    page.get_by_label("Wat hebt u gezien").fill(TEXT)
    page.get_by_role("button", name="Melding versturen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Wat hebt u gezien")).to_have_value(TEXT)
    page.get_by_label("Uw e-mailadres").fill("greet@voorbeeld.nl")
    page.get_by_role("button", name="Melding versturen").click()
    code = page.locator(".code").inner_text()
    assert re.fullmatch(r"R-\w{5}-\w{10}", code)
    page.reload()
    expect(page.locator(".code")).to_have_text(code)
    number = until(lambda: next((one["number"] for one in house.work_list() if one["number"] not in before), None))
    found = house.signal(number)
    assert found is not None
    assert found["report"]["text"] == TEXT
    assert {one["number"] for one in house.work_list()} - before == {number}, "sent again, it was reported once"

    page.get_by_role("main").get_by_role("link", name="Contact intrekken").click()
    page.get_by_label("Uw ontvangstcode").fill(code.lower())
    page.get_by_role("button", name="Intrekken").click()
    expect(page.get_by_role("status").filter(has_text="neemt over deze melding geen contact meer")).to_be_visible()
    context.close()


def test_the_public_pages_are_accessible_and_lead_nowhere_else(house: TestHouse, page: Page, accessible: Look) -> None:
    address = house.client.addresses["public"]
    page.goto(address)
    accessible(page, "melding-doen")
    page.get_by_role("button", name="Melding versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Wat hebt u gezien of gehoord? Moet worden ingevuld")
    accessible(page, "melding-doen-met-fouten")
    page.goto(f"{address}/intrekken")
    accessible(page, "contact-intrekken")
    for path in ("uw-gegevens", "uw-rechten", "toegankelijkheid"):
        page.get_by_role("contentinfo").locator(f'a[href="/{path}"]').click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        accessible(page, path)
    assert page.context.cookies() == []
    for refused in (
        "/hulp/../inloggen",
        "/inloggen",
        "/callback",
        "/dossiers/S-7K3MQ-9XD4T",
        "/taken/rights/x",
        "/v1/signals",
        "/openapi.json",
    ):
        assert httpx.get(f"{address}{refused}", timeout=60).status_code == 404
