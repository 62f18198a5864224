"""What a role must never see stands on no page that it can come to: each walks every link from its first page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import asked_of, log_in
from tests.house import TestHouse
from tests.journeys import brought, player_of

REPORTER = ("Leonoor Zandvliet", "015 5550177")
ASKED = {
    "text": "Kolibrie",
    "name": "Quirine Vossenberg",
    "lives": "Dwarslaan 77, Maasland",
    "place": "Dwarslaan 79, Maasland",
}
ORDERED = {
    "text": "Pimpelmees",
    "name": "Ottoline Dijkgraaf",
    "lives": "Hoefweg 31, Maasland",
    "place": "Hoefweg 33, Maasland",
}


class Links(HTMLParser):
    """Where a page leads, and the token of its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.hidden: dict[str, str] = {}
        self.sends: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.to.append(str(given["href"]))
        if tag == "form" and given.get("action"):
            self.sends.append(str(given["action"]))
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[str(given.get("name"))] = str(given.get("value") or "")


FEW = 20
"""Looks at one page by other choices: who had access is asked by person, service and month, in more than a thousand ways."""


@dataclass
class Walk:
    """`read`: every page that `user` came to, by its address; of one page by other choices at most `most`."""

    browser: Browser
    house: TestHouse
    user: str
    mine: frozenset[str]
    most: int | None = FEW
    read: dict[str, str] = field(default_factory=dict)
    looks: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        context = self.browser.new_context(locale="nl-NL")
        page = context.new_page()
        log_in(page, self.house, self.user)
        address = self.house.client.addresses["portal"]
        left = [f"{address}/"]
        while left:
            url = left.pop()
            if url in self.read or self._is_seen(url):
                continue
            html = context.request.get(url).text()
            found = Links(html)
            if opens := next((one for one in found.sends if one.endswith("/openen")), None):
                filled: dict[str, str | float | bool] = {**found.hidden, "purpose": "weging"}
                context.request.post(urljoin(url, opens), form=filled, headers={"Origin": address})
                html = context.request.get(url).text()
                found = Links(html)
            self.read[url] = html
            left += [one for one in (urldefrag(urljoin(url, to)).url for to in found.to) if self._follows(one)]
        context.close()

    def _is_seen(self, url: str) -> bool:
        parts = urlsplit(url)
        self.looks[parts.path] += bool(parts.query)
        return self.most is not None and self.looks[parts.path] > self.most

    def _follows(self, url: str) -> bool:
        """What is of other cases is walked in their own tests."""
        parts = urlsplit(url)
        if "cursor" in parts.query:
            # The first page of a list is as the next.
            return False
        if f"{parts.scheme}://{parts.netloc}" != self.house.client.addresses["portal"] or "/static/" in parts.path:
            return False
        of = parts.path.split("/")
        return (
            of[1] not in ("dossiers", "toezicht") or len(of) < 3 or of[2][:2] not in ("S-", "D-") or of[2] in self.mine
        )

    def saw(self, *words: str) -> list[tuple[str, str]]:
        return [(urlsplit(url).path, one) for url, html in self.read.items() for one in words if one in html]


@pytest.fixture(scope="module")
def mine(house: TestHouse) -> frozenset[str]:
    """A case of which a source is asked something, and one of which a department has an order: their numbers."""
    numbers = set()
    for words, to in ((ASKED, "hit-check"), (ORDERED, "execution")):
        played = brought(
            house,
            to,
            text=f"{words['text']}: het ruikt er naar hennep.",
            subjects=[{"name": words["name"], "address": words["lives"], "occupation": "klusser"}],
            objects=[{"kind": "building", "address": words["place"], "description": "schuur"}],
            reporter={"kind": "person", "name": REPORTER[0], "phone": REPORTER[1], "wantsContact": True},
        )
        numbers |= {played.number, player_of(house).duty_of(played.number, "S1")}
    asked_of(house, "esra", "sources", "question")
    asked_of(house, "farid", "casework", "intervention")
    return frozenset(numbers)


EVERYTHING = (*ASKED.values(), *ORDERED.values())
NEVER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "collega": (EVERYTHING, ()),
    "beheerder": (EVERYTHING, ()),
    "fg": (EVERYTHING, ()),
    "hanna": (EVERYTHING, ()),
    "dirk": (EVERYTHING, ()),
    "esra": ((ASKED["text"], ASKED["name"], ASKED["lives"], *ORDERED.values()), (ASKED["place"],)),
    "farid": (tuple(ASKED.values()), (ORDERED["place"],)),
    "petra": ((ASKED["text"], ASKED["place"], ORDERED["text"], ORDERED["place"]), ()),
    "bram": ((), EVERYTHING),
}
"""By who logs in: what he may never see, and what he does see because it was asked of him."""


LONG = pytest.mark.drill
"""The beheerder comes to nearly every page that the FG comes to, and to as little content; and the FG by every choice."""


@pytest.mark.parametrize(
    ("user", "most"),
    [
        *(pytest.param(one, FEW, marks=LONG if one == "beheerder" else (), id=one) for one in NEVER),
        pytest.param("fg", None, marks=LONG, id="fg, by every choice"),
    ],
)
def test_what_somebody_may_never_see_is_on_no_page_that_he_can_come_to(
    house: TestHouse, browser: Browser, mine: frozenset[str], user: str, most: int | None
) -> None:
    walked = Walk(browser, house, user, mine, most)
    never, his = NEVER[user]
    assert walked.saw(*never) == []
    assert walked.saw(*REPORTER) == [], "who reported is for nobody"
    assert {word for _, word in walked.saw(*his)} == set(his), "a page that says nothing shows nothing either"
