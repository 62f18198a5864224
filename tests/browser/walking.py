"""People who do their part in a browser, and what it costs them: pages that change something, words to read and to type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.browser.conftest import log_in
from tests.days import today
from tests.house import TestHouse, until

CHANGES_NOTHING = ("/openen", "/zoeken", "/uitloggen")
"""What is sent and changes nothing in any file: for what something is opened, a search, the end of a session."""
WORDS_A_MINUTE = 40


@dataclass
class Effort:
    """`pages`: by route how often a page that changes something was sent. `read`: the words of every page that somebody came
    upon; `fresh`: of these, the words of lines that he had not met before."""

    pages: Counter[str] = field(default_factory=Counter)
    read: int = 0
    fresh: int = 0
    typed: int = 0

    @property
    def changing(self) -> int:
        return self.pages.total()

    def __str__(self) -> str:
        minutes = (self.fresh + self.typed) / WORDS_A_MINUTE
        return (
            f"{self.changing} pages that change something; {self.typed} words typed, {self.fresh} words to read"
            f" ({self.read} when all that is on a page is read each time): {minutes:.0f} minutes at {WORDS_A_MINUTE} words"
            " a minute"
        )


class Somebody:
    """One person in a browser of his own, logged in from the one address."""

    def __init__(self, browser: Browser, house: TestHouse, user: str, effort: Effort) -> None:
        self.page: Page = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("response", self._sent)
        self.effort, self._met = effort, set[str]()
        self._own = house.client.addresses["portal"]
        log_in(self.page, house, user)
        self._look()
        # In a house that others had before, something may wait for him that is not about this case.
        self._waited = {one.get_attribute("href") for one in self._tasks("").all()}

    def _tasks(self, called: str) -> Locator:
        return self.page.get_by_role("main").locator("a[href^='/taken/']", has_text=called)

    def takes(self, called: str) -> None:
        """Opens what was asked of him since he logged in."""

        def come() -> list[Locator]:
            return [one for one in self._tasks(called).all() if one.get_attribute("href") not in self._waited]

        self.until(lambda: bool(come()))
        self.click(come()[0])

    def _sent(self, answer: Response) -> None:
        """A page that was sent and taken: the portal leads on after it."""
        path = urlsplit(answer.url).path
        sent = answer.request.method == "POST" and answer.url.startswith(self._own) and answer.status == 303
        if sent and not path.endswith(CHANGES_NOTHING):
            self.effort.pages[path.rpartition("/")[2]] += 1

    def _look(self) -> None:
        """He reads what is new to him on the page."""
        lines = [one.strip() for one in self.page.get_by_role("main").inner_text().splitlines() if one.strip()]
        self.effort.read += sum(len(one.split()) for one in lines)
        self.effort.fresh += sum(len(one.split()) for one in dict.fromkeys(lines) if one not in self._met)
        self._met |= set(lines)

    def click(self, what: Locator) -> None:
        """Follows a link or presses a button, and reads where it leads."""
        what.click()
        self.page.wait_for_load_state()
        self._look()

    def link(self, called: str) -> None:
        self.click(self.page.get_by_role("main").get_by_role("link", name=called, exact=True).first)

    def press(self, called: str) -> None:
        self.click(self.page.get_by_role("button", name=called, exact=True).last)

    def type(self, name: str, words: str) -> None:
        """`name`: of the control in the form."""
        self.effort.typed += len(words.split())
        self.page.locator(f"main [name='{name}']").first.fill(words)

    def check(self, name: str, *codes: str) -> None:
        for code in codes:
            self.page.locator(f"main [name='{name}'][value='{code}']").check()

    def choose(self, name: str, code: str) -> None:
        self.page.locator(f"main select[name='{name}']").select_option(code)

    def choose_one(self, name: str, code: str) -> None:
        """From a list that opens, or of radio buttons: that depends on how many there are."""
        if self.page.locator(f"main select[name='{name}']").count():
            self.choose(name, code)
        else:
            self.check(name, code)

    def pick(self, name: str, holding: str) -> None:
        """The entry of a list of which the words hold `holding`."""
        options = self.page.locator(f"main select[name='{name}'] option", has_text=holding)
        self.choose(name, str(options.first.get_attribute("value")))

    def until(self, there: Callable[[], bool]) -> None:
        """Loads the page again until something came that another part had to bring; it is read once."""

        def look() -> bool:
            if there():
                return True
            self.page.reload()
            return there()

        until(look, seconds=60, every=0.2)
        self._look()

    def done(self, words: str = "vastgelegd") -> None:
        expect(self.page.get_by_role("status").first).to_contain_text(words)

    def start(self) -> None:
        """To his first page, by the name in the bar."""
        self.click(self.page.get_by_role("link", name="Meldpunt Ondermijning"))

    def log_out(self) -> None:
        self.page.get_by_role("button", name="Uitloggen").click()
        self.page.context.close()


class WithTheFile(Somebody):
    """Who has the file of one signal open."""

    number = ""

    def numbers(self) -> set[str]:
        """Of the signals in phase 1 on his list, page after page."""
        self.choose("fase", "1")
        self.page.get_by_role("button", name="Zoeken").click()
        self.page.wait_for_load_state()
        found = set(self.page.locator("main td.number").all_inner_texts())
        while (more := self.page.get_by_role("button", name="Volgende bladzijde")).count():
            more.click()
            self.page.wait_for_load_state()
            found |= set(self.page.locator("main td.number").all_inner_texts())
        return found

    def open(self, number: str) -> None:
        """From the list, by the number that stands on it."""
        self.number = number
        self.start()
        row = self.page.get_by_role("row").filter(has_text=number)

        def there() -> bool:
            self.page.get_by_role("textbox", name="Nummer of werknaam").fill(number)
            self.page.get_by_role("button", name="Zoeken").click()
            return row.count() > 0

        until(there, seconds=60, every=0.2)
        self.click(row.get_by_role("link"))
        self.purpose()

    def purpose(self) -> None:
        """For what a dossier is opened is asked once in a session."""
        if self.page.get_by_role("button", name="Dossier openen").count():
            self.page.get_by_label("Wegen").check()
            self.press("Dossier openen")

    def back(self) -> None:
        """From the page of a duty, a meeting or a grid to the file."""
        self.click(self.page.locator(f"main a[href='/dossiers/{self.number}']").first)
        self.purpose()

    def asked(self, key: str, outcome: str) -> None:
        """Waits until the question is there, and follows the link to this answer to it."""
        answer = self.page.locator(f"main a[href*='/besluiten/{key}?antwoord={outcome}']").first
        question = self.page.locator(f"main a[href$='/besluiten/{key}']").first
        self.until(lambda: answer.count() + question.count() > 0)
        if not answer.count():
            self.click(question)
            if not answer.count():
                return
        self.click(answer)

    def decides(self, key: str, outcome: str, reason: str, fill: Callable[[], None] = lambda: None) -> None:
        self.asked(key, outcome)
        fill()
        self.type("reason", reason)
        self.press("Besluit vastleggen")
        self.done()

    def sends(self, key: str, outcome: str, reason: str, fill: Callable[[], None] = lambda: None) -> None:
        """A decision by which something leaves the file: it is read first, as its receiver will read it."""
        self.asked(key, outcome)
        fill()
        self.type("reason", reason)
        self.press("Bekijk wat de ontvanger leest")
        self.click(self.page.locator("button[value=versturen]"))
        self.done()

    def records(self, category: str, about: str, finding: str, fill: Callable[[], None] = lambda: None) -> None:
        link = self.page.locator(f"main a[href$='/vastleggen/{category}']").first
        self.until(lambda: link.count() > 0)
        self.click(link)
        self.check("about", about)
        self.type("finding", finding)
        fill()
        self.press("Vastleggen")
        self.done()

    def answers(self, *steps: tuple[str, str], fill: Callable[[], None]) -> None:
        """Several in one go, in this order: a decision with its outcome, or `item` with a category. What is typed has the
        name of its step before it: `weging-1.reason`, `item-bag.finding`."""
        link = self.page.get_by_role("link", name="Meer vragen in één keer beantwoorden")
        self.until(lambda: link.count() > 0)
        self.click(link)
        first: list[str] = []
        for key, answer in steps:
            if key == "item":
                first.append(answer)
                continue
            for category in first:
                self._records_first(category, key)
            first.clear()
            self.check(key, answer)
        self.press("Verder")
        fill()
        self.press("Alles vastleggen")
        self.done("Alles is vastgelegd.")

    def _records_first(self, category: str, key: str) -> None:
        """What the protocol records here has a box of its own; anything else is chosen above the question `key`."""
        box = self.page.locator(f"main input[name='item'][value='{category}']")
        if box.count():
            box.check()
            return
        place = self.page.get_by_role("listitem").filter(has=self.page.locator(f"[name='{key}']"))
        place.locator("summary", has_text="Eerst nog iets vastleggen").click()
        place.locator("select").select_option(category)

    def holds_a_lot(self, members: tuple[str, ...]) -> None:
        """Calls it and says at once who is there: the way back to the file is on the next page."""
        self.click(self.page.get_by_role("link", name="Mijn overleggen"))
        self.link("Overleg bijeenroepen")
        self.page.get_by_label("LOT", exact=True).check()
        self.page.locator("main input[type=date]").fill(today().isoformat())
        for one in members:
            self.page.get_by_label(one).check()
        self.page.get_by_label(self.number).check()
        self.page.get_by_label("Ja, het overleg begint nu").check()
        self.press("Overleg bijeenroepen")
        self.done("bijeengeroepen")
        self.back()
