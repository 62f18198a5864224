"""What leaves the file, in a browser: composed, read beforehand as its receiver will read it, sent, fetched and answered."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from deploy.embedded.played import Played
from tests.browser.conftest import Look, log_in, open_dossier
from tests.days import today
from tests.house import NO_SUSPICION, SUSPICION, TestHouse, until
from tests.journeys import APPROACH, brought, further, steps

TEXT = "Er wordt 's nachts geladen bij de schuur. Ik ben de buurvrouw op nummer 12. Groet, Greet Zonnebloem."
OF_THE_REPORTER = ("buurvrouw", "nummer 12", "Zonnebloem")


def unanswered(house: TestHouse, played: Played) -> list[str]:
    found = house.signal(played.number, "sources")
    return [one["question"] for one in found["unanswered"]] if found else []


def shares(house: TestHouse, number: str) -> list[dict[str, Any]]:
    return house.client.every("export", f"/v1/shares?number={number}", "anna", "shares")


def marked(house: TestHouse) -> str:
    """A report of which the words that point at the reporter are known; its number."""
    number = house.with_purpose(house.report("web", text=TEXT))
    version = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
    mark = {"category": "reporter-clue", "about": "report", "finding": "Ik ben de buurvrouw op nummer 12"}
    house.client.post("assessment", f"/v1/signals/{number}/items", "anna", mark | {"expectedVersion": version})
    return number


@pytest.mark.allowed("R-6.3", "R-T.15")
@pytest.mark.refused("R-T.13")
def test_who_shares_reads_beforehand_what_the_police_will_read(house: TestHouse, page: Page, accessible: Look) -> None:
    """Receiver, items, whom of them; then what he reads, without the reporter; then it goes. Its code and secret are shown
    once, and what he says by telephone is entered."""
    number = marked(house)
    house.must_decide(number, "bram", "weging-1", "suspicion", fields=SUSPICION)
    log_in(page, house, "anna")
    open_dossier(page, number)
    page.get_by_role("link", name="Wat deel ik").click()
    accessible(page, "wat-deel-ik")
    page.get_by_role("link", name="Antwoord: nee").first.click()
    accessible(page, "aan-wie")
    page.get_by_role("link", name="Politie").click()
    page.get_by_label("Waarom?").fill("Alleen de politie kan hier iets.")
    page.get_by_role("button", name="Bekijk wat de ontvanger leest").click()
    expect(page.get_by_role("alert")).to_contain_text("kies elk gegeven afzonderlijk", ignore_case=True)
    accessible(page, "samenstellen-met-fouten")
    expect(page.get_by_label("Waarom?")).to_have_value("Alleen de politie kan hier iets.")
    page.get_by_role("checkbox", name="de melding").check()
    page.locator("[name='fields.considered']").fill("Alle taken van de gemeente zijn nagegaan.")
    page.get_by_role("button", name="Bekijk wat de ontvanger leest").click()
    sheet = page.get_by_role("region", name="Voor: Politie")
    expect(sheet).to_contain_text("Er gaan geen naam en geen adres mee.")
    expect(sheet).to_contain_text("Niet verstrekt:")
    page.get_by_role("button", name="Aanpassen").click()
    expect(page.get_by_role("checkbox", name="de melding")).to_be_checked()
    place = page.locator("[name='forwarding.concerning']").last
    place.check()
    page.get_by_role("button", name="Bekijk wat de ontvanger leest").click()
    accessible(page, "dit-leest-de-ontvanger")
    # Only what was typed when a log-in ended is said to stand there still.
    expect(page.get_by_role("status")).to_have_count(0)
    before = sheet.inner_text()
    assert not [one for one in OF_THE_REPORTER if one in before]
    assert "geladen" in before
    assert shares(house, number) == [], "looking shares nothing"
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    (share,) = until(lambda: shares(house, number))

    page.goto(f"{house.client.addresses['portal']}/verstrekkingen?dossier={number}")
    accessible(page, "verstrekkingen")
    page.get_by_role("link", name="Politie").click()
    accessible(page, "verstrekking")
    page.get_by_role("button", name="Code en geheim maken").click()
    accessible(page, "code-en-geheim")
    codes = dict(zip(("link", "secret"), page.locator(".code").all_inner_texts(), strict=True))
    fetched = house.client.request("POST", "export", "/v1/pickups", None, codes)
    assert (fetched.status_code, fetched.content[:5]) == (200, b"%PDF-")
    page.get_by_role("link", name="Klaar").click()
    assert codes["secret"] not in page.content()
    page.get_by_role("button", name="Antwoord vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies of het wordt opgepakt")
    page.get_by_label("ja, de ontvanger pakt het op").check()
    page.get_by_role("button", name="Antwoord vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Het antwoord is vastgelegd.")).to_be_visible()
    assert [one["state"] for one in shares(house, number)] == ["accepted"]
    assert share["state"] == "waiting"


@pytest.mark.allowed("R-T.15")
@pytest.mark.refused("R-T.15", "R-T.13")
def test_a_department_reads_and_takes_up_what_it_received(house: TestHouse, page: Page, accessible: Look) -> None:
    """Of another department it looks like what does not exist; the reporter is in nothing of it."""
    number = marked(house)
    house.must_decide(
        number,
        "anna",
        "weging-1",
        "no-suspicion",
        fields=NO_SUSPICION,
        forwarding={"recipientKind": "department", "recipient": "wonen", "items": ["report"]},
    )
    (share,) = until(lambda: shares(house, number))
    address = f"{house.client.addresses['portal']}/ontvangen"
    log_in(page, house, "gijs")
    page.get_by_role("link", name="Ontvangen").click()
    accessible(page, "ontvangen")
    page.locator(f"a[href='/ontvangen/{share['id']}']").click()
    expect(page.get_by_role("main")).to_contain_text("geladen")
    accessible(page, "ontvangen-verstrekking")
    content = house.client.get("export", f"/v1/inbox/{share['id']}", "gijs")["content"]
    read = page.get_by_role("main").inner_text()
    assert content["items"][0]["text"] in read
    assert not [one for one in OF_THE_REPORTER if one in page.content() or one in json.dumps(content)]
    with page.expect_download() as found:
        page.get_by_role("link", name="Als document").click()
    assert found.value.path().read_bytes()[:5] == b"%PDF-"
    page.get_by_label("nee, wij pakken dit niet op").check()
    page.get_by_role("button", name="Antwoord vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Kies waarom het niet wordt opgepakt")
    page.get_by_label("ja, wij pakken dit op").check()
    page.get_by_role("button", name="Antwoord vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw antwoord is vastgelegd.")).to_be_visible()
    page.get_by_role("button", name="Uitloggen").click()

    log_in(page, house, "farid")
    seen = []
    for one in (share["id"], str(uuid4())):
        for path in (f"{address}/{one}", f"{address}/{one}/document"):
            page.goto(path)
            seen.append(page.get_by_role("main").inner_text())
    assert len(set(seen)) == 1
    assert "geladen" not in seen[0]
    page.goto(f"{house.client.addresses['portal']}/verstrekkingen/{share['id']}")
    assert page.get_by_role("main").inner_text() == seen[0], "who has no file has no register"


@pytest.mark.drill
@pytest.mark.allowed("R-18.6")
def test_several_questions_are_asked_at_once_and_read_beforehand(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    """One question about a person and an object, to one source: who keeps it reads that and nothing of the report."""
    researched = further(house, brought(house, "source-list"), *steps("one-source")[:-1])
    log_in(page, house, "anna")
    open_dossier(page, researched.number)
    page.goto(f"{house.client.addresses['portal']}/dossiers/{researched.number}/vastleggen/question")
    page.locator("summary", has_text="horeca").click()
    block = page.get_by_role("group", name="horeca")
    for one in ("S1", "O1"):
        block.get_by_role("checkbox", name=one).check()
    page.get_by_role("button", name="Bekijk wat de bronhouders lezen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page, "vragen-met-fouten")
    expect(block.get_by_role("checkbox", name="S1")).to_be_checked()
    block.get_by_role("textbox").fill("Is er een vergunning verleend of ingetrokken?")
    latest = today(14)
    page.locator("[name='fields.answerBy']").fill(latest.isoformat())
    page.get_by_role("button", name="Bekijk wat de bronhouders lezen").click()
    accessible(page, "dit-lezen-de-bronhouders")
    assert page.locator(".sheet").count() == 2
    assert unanswered(house, researched) == []
    before = page.locator(".sheet").all_inner_texts()
    page.get_by_role("button", name="Vragen stellen").click()
    expect(page.get_by_role("status").filter(has_text="Uw vragen zijn gesteld.")).to_be_visible()
    assert len(unanswered(house, researched)) == 2
    tasks = house.client.every("sources", "/v1/tasks", "esra", "tasks")
    read = [house.client.get("sources", f"/v1/tasks/{one['id']}", "esra", purpose="weging") for one in tasks[-2:]]
    for told in read:
        assert any(all(said in text for said in (told["question"], *told["identity"].values())) for text in before)


@pytest.mark.drill
@pytest.mark.allowed("R-20.1", "R-23.1")
@pytest.mark.refused("R-20.1")
def test_a_matrix_is_filled_in_and_who_it_refuses_is_offered_nothing(
    house: TestHouse, page: Page, accessible: Look
) -> None:
    """Check 2A by columns and one cell; a fault is at its cell. Then the LOT chooses the police, to whom the page offers only
    what 2A allows."""
    played = brought(house, "check-2a")
    log_in(page, house, "anna")
    open_dossier(page, played.number)
    page.goto(f"{house.client.addresses['portal']}/dossiers/{played.number}/besluiten/check-2a")
    accessible(page, "rooster")
    page.locator("summary", has_text="Kolommen kiezen").click()
    for one in ("Toezicht en Handhaving", "Politie"):
        page.get_by_role("checkbox", name=one).check()
    page.get_by_role("button", name="Alleen deze tonen").click()
    rows = page.locator("tbody tr")
    count = rows.count() - 1
    assert count > 1
    # By keyboard: a letter chooses, and the tabulator goes on.
    first = rows.nth(1).locator("select").first
    first.focus()
    page.keyboard.press("j")
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    page.get_by_label("Hele kolom – Politie").select_option(label="nee")
    page.get_by_label("Hele kolom – Toezicht en Handhaving").select_option(label="ja")
    page.get_by_label("Reden voor de rest").fill("Nodig voor het toezicht.")
    page.get_by_role("button", name="Vakjes invullen").last.click()
    assert [one.input_value() for one in rows.last.locator("td select").all()][:2] == ["may", "may-not"]
    page.get_by_role("button", name="Besluiten vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Politie: Ontbreekt")
    expect(page.get_by_label("Reden voor de rest")).to_have_value("Nodig voor het toezicht.")
    page.get_by_role("alert").get_by_role("link").first.click()
    for group, task in (("Toezicht en Handhaving", "toezicht-leefomgeving"), ("Politie", "taak-politie")):
        page.get_by_role("group", name=group).locator("[name$='.task']").select_option(task)
    page.get_by_role("button", name="Besluiten vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    allowed = house.client.get("casework", f"/v1/signals/{played.number}/open-decisions", "anna")["allowed"]
    assert len(allowed["toezicht-en-handhaving"]) == count
    (mine,) = allowed["politie"]

    page.goto(f"{house.client.addresses['portal']}/dossiers/{played.number}/rooster/check-2a")
    expect(page.locator("tbody tr").nth(1).locator("td select").first.locator("option").first).to_have_text("–")
    assert page.locator("option", has_text="besloten: nee").count() == count - 1
    done = {
        "by": "bram",
        "key": "check-2a-done",
        "outcome": "complete",
        "reason": "Elk gegeven is per ontvanger beoordeeld.",
        "fields": {"informing": "Nog niet."},
    }
    further(house, played, done, "called")
    page.goto(f"{house.client.addresses['portal']}/dossiers/{played.number}/delen/approach?antwoord=mono-police")
    offered = page.locator("[name='forwarding.items']").all()
    assert [one.get_attribute("value") for one in offered] == [mine], "what 2A refuses the police is not offered"
    page.get_by_label("In welk overleg?").select_option(str(played.meeting))
    page.locator("[name='fields.considered']").fill("De politie kan het alleen.")
    page.locator("[name='forwarding.items']").check()
    page.get_by_label("Waarom?").fill("De politie pakt het op.")
    page.get_by_role("button", name="Bekijk wat de ontvanger leest").click()
    expect(page.get_by_role("region", name="Voor: Politie")).to_contain_text("Niet verstrekt:")
    assert shares(house, played.number) == []

    # The LOT chooses otherwise: check 2B of its order is a matrix too, and what the department will read comes before it goes.
    further(house, played, APPROACH, *steps("plan")[:2])
    page.goto(f"{house.client.addresses['portal']}/dossiers/{played.number}/rooster/check-2b")
    page.locator("tbody tr").nth(1).locator("td select").first.select_option(label="ja")
    page.get_by_role("button", name="Vakjes invullen").last.click()
    page.get_by_role("textbox", name="Waarom mag het").fill("Zonder adres kan er niet worden gecontroleerd.")
    page.get_by_role("checkbox", name="Kerkpad 5a").check()
    page.get_by_label("Reden voor de rest").fill("Alleen de melding is nodig.")
    accessible(page, "rooster-2b")
    page.get_by_role("button", name="Besluiten vastleggen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    page.goto(f"{house.client.addresses['portal']}/dossiers/{played.number}/besluiten/check-2b-done")
    page.locator("[name='fields.conclusion']").fill("Alleen de melding gaat mee.")
    page.get_by_label("Waarom?").fill("Voor de opdracht is bepaald wat mag.")
    page.get_by_role("button", name="Bekijk wat de ontvanger leest").click()
    order = page.get_by_role("region", name="Voor: Toezicht en Handhaving")
    expect(order).to_contain_text("Kerkpad 5a")
    before = order.inner_text()
    assert "lunchroom" not in before, "check 2B does not give it"
    had = {one["id"] for one in house.client.every("casework", "/v1/tasks", "farid", "tasks")}
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("status").filter(has_text="Uw besluit is vastgelegd.")).to_be_visible()
    tasks = [one for one in house.client.every("casework", "/v1/tasks", "farid", "tasks") if one["id"] not in had]
    read = [house.client.get("casework", f"/v1/tasks/{one['id']}", "farid", purpose="weging") for one in tasks]
    (mine,) = [one for one in read if one.get("intervention") and one["intervention"] in before]
    assert all(one["text"] in before for one in mine["items"].values())
    assert all(one["address"] in before for one in mine["objects"].values())
    assert mine["subjects"] == {}
