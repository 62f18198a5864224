"""What is wrong is put right in a browser, and the old version stays to be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, log_in, open_dossier
from tests.house import TestHouse, a_report


@pytest.mark.drill
def test_a_fact_is_corrected_a_signal_joined_and_closed_to_somebody(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    number, other = (house.with_purpose(house.arrived(house.report())) for _ in range(2))
    fact = {"category": "indication", "about": "O1", "finding": "Er rijdt een rode bus."}
    version = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
    house.client.post("assessment", f"/v1/signals/{number}/items", "anna", fact | {"expectedVersion": version})
    log_in(page, house, "anna")
    open_dossier(page, number)
    page.get_by_role("link", name="Rechtzetten").click()
    accessible(page, "rechtzetten")

    page.get_by_role("link", name="Klopt dit gegeven niet?").click()
    page.get_by_role("link", name="Het moet anders zijn").click()
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Welk gegeven klopt niet?").select_option(index=1)
    expect(page.get_by_label("Welk gegeven klopt niet?")).to_contain_text("Er rijdt een rode bus.")
    page.get_by_label("Wat klopt er niet").fill("De bus is blauw; zie de foto.")
    page.get_by_label("Wat moet er staan?").fill("Er rijdt een blauwe bus.")
    page.get_by_label("Waarom?", exact=True).fill("De melder vergiste zich in de kleur.")
    accessible(page, "gegeven-verbeteren")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="vastgelegd")).to_be_visible()
    page.get_by_role("link", name="Rechtzetten").click()
    right = page.get_by_role("region", name="Wat al is rechtgezet")
    for words in ("Er rijdt een rode bus.", "Er rijdt een blauwe bus.", "vervangen door"):
        expect(right).to_contain_text(words)

    page.get_by_role("link", name="Samenvoegen met een ander signaal").click()
    page.get_by_label("Met welke andere signalen?").fill("S-00000-00000")
    page.get_by_label("Waarom?").fill("Het gaat om dezelfde schuur.")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("S-00000-00000 is hier niet, of niet voor u")
    accessible(page, "samenvoegen-met-fouten")
    page.get_by_label("Met welke andere signalen?").fill(other)
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_role("main")).to_contain_text(other)
    _decides_for_both(page, other, accessible)
    assert (house.signal(number) or {})["state"] == "weging-2a"
    assert house.sealed(other)["number"] == other, "for this one it was decided otherwise"
    page.get_by_role("link", name="Rechtzetten").click()
    page.get_by_role("link", name="Uit het cluster halen").click()
    page.get_by_label("Waarom?").fill("Het is toch een andere schuur.")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_role("main")).not_to_contain_text(other)

    page.get_by_role("link", name="Dit signaal voor iemand sluiten").click()
    page.get_by_label("Voor wie?").select_option(label="Bram")
    page.get_by_label("Waarom?").fill("Hij woont ernaast.")
    page.get_by_role("button", name="Vastleggen").click()
    expect(page.get_by_role("link", name="Dit signaal weer openen voor iemand")).to_be_visible()
    assert house.signal(number, user="bram") is None
    assert house.client.request("GET", "assessment", f"/v1/signals/{other}", "bram").status_code != 404
    assert a_report()["reporter"]["name"] not in page.content()


def _decides_for_both(page: Page, other: str, accessible: Look) -> None:
    """Weging 1 of the cluster, and another answer for one of the two."""
    page.get_by_role("link", name="Terug naar het dossier").click()
    page.get_by_role("link", name="Besluiten voor cluster").click()
    accessible(page, "cluster")
    page.locator(".answers").get_by_role("link", name="Ja", exact=True).click()
    page.get_by_label("geen bron").check()
    page.locator("summary", has_text="Betrokkenheid van een plek").click()
    page.get_by_role("textbox", name="Betrokkenheid van een plek").fill("De schuur is in elke waarneming de plek.")
    page.get_by_label("Wat spreekt ertegen").fill("Er kan een onschuldige verklaring zijn.")
    page.get_by_label("Waarom?").fill("Het beeld is bij beide hetzelfde.")
    page.get_by_text("Is het antwoord voor één signaal anders?").click()
    page.get_by_label(f"Wat is het antwoord voor {other}?").select_option(label="nee")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text(f"Vul ook in wat anders is voor {other}.")
    own = page.get_by_role("group", name=other)
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("alert").get_by_role("link").first).to_be_visible()
    accessible(page, "cluster-besluit-met-fouten")
    own.get_by_label("geen bron").check()
    own.get_by_label("Nee", exact=True).check()
    own.get_by_label("Gaat het aan niemand door?").fill("Geen onderdeel heeft hier een taak in.")
    own.get_by_label("Waarom?", exact=True).fill("Dit gaat over een andere schuur.")
    page.get_by_role("button", name="Besluit vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
