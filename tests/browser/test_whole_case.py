"""A whole case in a browser, from the public form to its closing: by clicking, and typing words that people have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.walking import Effort, Somebody, WithTheFile
from tests.days import today
from tests.house import TestHouse

MEMBERS = ("Esra", "Farid", "Gijs")
MOST_PAGES = 20
"""That change something, for one person, one source and one department: what it takes today, and never more than that."""
TEXT = "Op de hoek ruikt het al weken naar hennep en er wordt 's nachts geladen."


@pytest.fixture
def effort() -> Effort:
    return Effort()


@pytest.fixture
def people(house: TestHouse, browser: Browser, effort: Effort) -> Iterator[dict[str, Somebody]]:
    """Anna and Bram have the file; each comes in by the one address, in a browser of his own."""
    found: dict[str, Somebody] = {"anna": WithTheFile(browser, house, "anna", effort)}
    yield found
    for one in found.values():
        one.page.context.close()


# --- the story -------------------------------------------------------------------------------------------------


def reported(house: TestHouse, page: Page, effort: Effort) -> None:
    """Somebody tells it, by the public form."""
    page.goto(house.client.addresses["public"])
    for label, words in (
        ("Wat hebt u gezien of gehoord?", TEXT),
        ("Op welk adres of welke plek?", "Kerkpad 5a, Maasland"),
        ("Wie is erbij betrokken, als u dat weet?", "Joost Wilgenroos"),
        ("Waar woont of werkt die persoon?", "Kerkpad 5, Maasland"),
    ):
        page.get_by_label(label).fill(words)
        effort.typed += len(words.split())
    read = len(page.get_by_role("main").inner_text().split())
    effort.read, effort.fresh = effort.read + read, effort.fresh + read
    page.get_by_role("button", name="Melding versturen").click()
    expect(page.locator(".code")).to_be_visible()
    effort.pages["melding"] += 1


def phase_1(anna: WithTheFile) -> None:
    """For what, is there a suspicion, is it ours, is it here."""

    def fill() -> None:
        anna.check("purpose.fields.purposes", "signaleren-en-analyseren", "vroegtijdig-interveniëren")
        anna.type("purpose.reason", "Om ondermijning vroegtijdig te signaleren.")
        anna.check("weging-1.fields.sources", "none")
        for sign, words in (
            ("betrokkenheid", "O1 is in elke waarneming de plek."),
            ("ongerijmd", "Zo oogt geen schuur."),
        ):
            box = anna.page.locator(f"[name='weging-1.fields.indicators.{sign}']")
            anna.page.locator("details", has=box).locator("summary").last.click()
            anna.type(f"weging-1.fields.indicators.{sign}", words)
        anna.type("weging-1.fields.against", "Er kan een onschuldige verklaring zijn; die is nog niet gevonden.")
        anna.type("weging-1.reason", "De waarnemingen over O1 wijzen op samenwerking met gewin.")
        anna.check("weging-2a.fields.powers", "sluiting-woning")
        anna.type("weging-2a.reason", "Er is een bevoegdheid om op te treden.")
        anna.type("weging-2b.fields.area", "O1")
        anna.type("weging-2b.reason", "O1 ligt binnen de gemeente.")

    anna.answers(
        ("purpose", "set"), ("weging-1", "suspicion"), ("weging-2a", "task"), ("weging-2b", "inside"), fill=fill
    )


def phase_2(anna: WithTheFile) -> None:
    """The LOT finds it heavy enough."""
    anna.holds_a_lot(MEMBERS)

    def criteria() -> None:
        boxes = anna.page.locator("main textarea[name^='fields.criteria.']")
        for name in [str(one.get_attribute("name")) for one in boxes.all()]:
            anna.type(name, "Eigen waarnemingen, recent en van meer kanten.")

    anna.decides("weging-3", "heavy-enough", "Het LOT acht nader onderzoek nodig.", criteria)


def informed(anna: WithTheFile, petra: Somebody) -> None:
    """The person is told: with the privacy officer, by a letter that the portal makes."""
    duty = anna.page.get_by_role("region", name="Betrokkenen informeren").get_by_role("link")
    anna.until(lambda: duty.count() > 0)
    anna.click(duty)
    anna.purpose()
    anna.decides(
        "duty",
        "inform",
        "Er is geen grond om te wachten.",
        lambda: anna.type("fields.how", "In een gesprek, met de brief."),
    )
    signs(petra)
    letter = anna.page.locator("main a[href*='/besluiten/notice-sent']").first
    anna.until(lambda: letter.count() > 0)
    anna.click(letter)
    anna.check("fields.channel", "in-person")
    anna.check("fields.categories", "identity", "observations")
    sources = anna.page.locator("main [name='fields.sources'][value='report']")
    sources.check()
    anna.press("Brief maken")
    anna.done("De brief is gemaakt")
    anna.link("Vastleggen dat deze brief is verstuurd")
    anna.type("fields.sentOn", today().isoformat())
    anna.type("reason", "Uitgereikt.")
    anna.press("Besluit vastleggen")
    anna.done()
    anna.open(anna.number)


def signs(petra: Somebody) -> None:
    petra.takes("Medeondertekenen")
    petra.type("reason", "De gronden zijn gewogen.")
    petra.press("Akkoord")
    petra.done()


def phase_3(anna: WithTheFile, esra: Somebody) -> None:
    """One source is asked one question; its keeper says that there is something."""

    def check_1() -> None:
        anna.check("source-list.fields.sources", "horeca-permits")
        anna.type("source-list.reason", "Alleen deze bron kan iets zeggen over O1.")
        anna.choose("check-1.about.0", "horeca-permits")
        four = {
            "compatibility": "Vergunningen voorkomen misstanden; dit ligt in het verlengde.",
            "necessity": "Anders is niet te zien wie exploiteert.",
            "proportionality": "Eén bron, één vraag.",
            "subsidiarity": "Open bronnen zeggen hier niets over.",
        }
        for name, words in four.items():
            anna.type(f"check-1.fields.{name}", words)
        anna.type("check-1.reason", "De vier vragen zijn beantwoord.")
        anna.type("check-1-done.fields.conclusion", "Eén bron mag worden bevraagd.")
        anna.type("check-1-done.reason", "Alle bronnen zijn beoordeeld.")

    anna.answers(("source-list", "listed"), ("check-1", "approved"), ("check-1-done", "some"), fill=check_1)
    questions = anna.page.locator("main a[href$='/vastleggen/question']").first
    anna.until(lambda: questions.count() > 0)
    anna.click(questions)
    anna.page.locator("summary", has_text="Horecavergunningen").click()
    anna.check("bron.horeca-permits.about", "O1")
    anna.type("bron.horeca-permits.finding", "Is er voor O1 een vergunning verleend of ingetrokken?")
    anna.type("fields.answerBy", today().isoformat())
    anna.press("Bekijk wat de bronhouders lezen")
    anna.press("Vraag stellen")
    anna.done("gesteld")

    esra.takes("Vraag over een bron")
    esra.check("fields.relevance", "use-differs")
    esra.press("Hit")
    esra.done()

    def confirmed() -> None:
        anna.type("hit-check-done.fields.conclusion", "Er is een hit die relevant kan zijn.")
        anna.type("hit-check-done.reason", "De bron heeft geantwoord.")
        anna.pick("check-1b.about.0", "Is er voor O1")
        anna.type("check-1b.fields.which", "Dat er een vergunning is en voor welk gebruik.")
        anna.type("check-1b.reason", "Alleen wat over het gebruik van O1 gaat is nodig.")
        anna.check("item-horeca-permits.about", "O1")
        anna.type("item-horeca-permits.finding", "Vergunning voor een lunchroom, verleend vorig jaar.")
        anna.pick("item-horeca-permits.fields.hit", "Is er voor O1")
        anna.type("weging-4.fields.weighed", "De melding en de vergunning samen.")
        anna.type("weging-4.reason", "De vergunning bevestigt het beeld uit de melding.")

    anna.answers(
        ("hit-check-done", "hits"),
        ("check-1b", "relevant"),
        ("item", "horeca-permits"),
        ("weging-4", "confirmed"),
        fill=confirmed,
    )


def phase_4(anna: WithTheFile) -> None:
    """Who may have what; the LOT chooses one department; its order."""
    anna.asked("check-2a", "may")
    anna.choose("kolom.toezicht-en-handhaving", "may")
    anna.page.locator("summary", has_text="Toezicht en Handhaving").click()
    anna.choose("kolom.toezicht-en-handhaving.task", "toezicht-leefomgeving")
    anna.type("reason", "Nodig voor het toezicht.")
    anna.press("Besluiten vastleggen")
    anna.done()
    anna.decides(
        "check-2a-done",
        "complete",
        "Elk gegeven is per ontvanger beoordeeld.",
        lambda: anna.type("fields.informing", "Hij is geïnformeerd."),
    )
    anna.holds_a_lot(MEMBERS)

    def plan() -> None:
        anna.type("approach.fields.considered", "Ook de andere zijn gewogen.")
        anna.pick("approach.meeting", "LOT van")
        anna.check("approach.fields.department", "toezicht-en-handhaving")
        anna.type("approach.reason", "Eén afdeling volstaat.")
        anna.check("item-intervention.about", "O1")
        anna.type("item-intervention.finding", "Controle van O1 met het bevoegd gezag; daarna zo nodig sluiten.")
        anna.choose_one("item-intervention.fields.instrument", "sluiting-drugspand")
        anna.choose_one("item-intervention.fields.department", "toezicht-en-handhaving")
        anna.type("item-intervention.fields.plannedOn", today().isoformat())
        anna.check("item-intervention.fields.subjects", "S1")
        anna.check("adopt-plan.about", "step-2")
        anna.type("adopt-plan.fields.adoptedOn", today().isoformat())
        anna.type("adopt-plan.reason", "De deelnemers zijn het eens over doel en middelen.")

    anna.answers(("approach", "mono-municipality"), ("item", "intervention"), ("adopt-plan", "adopted"), fill=plan)

    anna.asked("check-2b", "may")
    anna.page.locator("main tr.all select").first.select_option("may")
    anna.page.locator("main .cards summary").first.click()
    anna.page.locator("main [name$='.necessity']").first.fill("Zonder deze gegevens weet hij niet waarop te letten.")
    anna.type("reason", "De toezichthouder moet weten waarom en waar.")
    anna.press("Besluiten vastleggen")
    anna.done()
    anna.sends(
        "check-2b-done",
        "complete",
        "Voor elke interventie is bepaald wat mag.",
        lambda: anna.type("fields.conclusion", "De melding en de vergunning gaan mee."),
    )


def phase_5(anna: WithTheFile, farid: Somebody) -> None:
    """The department does it, and the case is closed."""
    farid.takes("Opdracht")
    farid.link("De opdracht afronden")
    farid.type("fields.result", "O1 is gecontroleerd en gesloten.")
    farid.type("reason", "Volgens plan uitgevoerd.")
    farid.press("Ja")
    farid.done()
    closes(anna, "Het gebruik is beëindigd.")


def closes(anna: WithTheFile, result: str) -> None:
    """After it nobody opens the case any more, and the page says so."""
    anna.decides("close", "closed", "Er zijn geen open taken meer.", lambda: anna.type("fields.result", result))
    expect(anna.page.get_by_role("heading", level=1)).to_have_text("Deze casus is gesloten")
    anna.link("Naar Mijn werk")


@pytest.mark.drill
def test_the_simplest_whole_case_by_clicking_only(
    house: TestHouse, browser: Browser, page: Page, people: dict[str, Somebody], effort: Effort
) -> None:
    """One person, one source, one department: every word is typed by who has it, every number is clicked."""
    anna = people["anna"]
    assert isinstance(anna, WithTheFile)
    people |= {name: Somebody(browser, house, name, effort) for name in ("petra", "esra", "farid")}
    before = anna.numbers()
    reported(house, page, effort)
    new: set[str] = set()

    def came() -> bool:
        anna.start()
        new.update(anna.numbers() - before)
        return bool(new)

    anna.until(came)
    (number,) = new
    anna.open(number)
    phase_1(anna)
    phase_2(anna)
    informed(anna, people["petra"])
    phase_3(anna, people["esra"])
    phase_4(anna)
    phase_5(anna, people["farid"])
    print(f"\nthe simplest whole case: {effort}\n{dict(effort.pages)}")
    assert effort.changing <= MOST_PAGES
