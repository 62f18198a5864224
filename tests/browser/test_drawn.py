"""States of pages that no house needs: two hundred signals, the longest names, nothing at all, and a service that is silent."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.static import FOLDER as STATIC
from services.portal.use_cases.work import DUES, ListAsked, MyWork
from shared.errors import PartDown
from tests.browser.conftest import Look
from tests.portal.test_work import NOW, Answers
from tests.protocol.laws import MIDDEN_DELFLAND

SIGNALS, ON_A_PAGE = 200, 50
LONG = "Hottentottententententoonstellingsterreinbeheerdersvergadering" * 3
OOV = Session("resume", "u-1", ("oov",), csrf="the-token")


def wear(template: str, session: Session = OOV, **shown: Any) -> str:
    usual: dict[str, Any] = {"session": session, "trouble": None, "filled": FormData(), "done": None}
    environment = Pages(MIDDEN_DELFLAND, live=False)._templates.env
    page: str = environment.get_template(template).render(request=SimpleNamespace(), **usual | shown)
    sheets = [(STATIC / one).read_text() for one in ("theme-neutral.css", "portal.css")]
    return page.replace("</head>", f"<style>{''.join(sheets)}</style></head>")


def entry(place: int) -> dict[str, Any]:
    day = (NOW + timedelta(days=place // 20 - 1)).date().isoformat()
    return {
        **{"number": f"S-{place:05}-00000", "service": "assessment", "workingName": f"Roze ekster {place}", "phase": 2},
        **{"state": "weging-3", "due": "meeting", "dueOn": day, "receivedOn": "2026-11-01", "area": None},
    }


def work(session: Session, said: Said | PartDown, asked: ListAsked = ListAsked()) -> str:
    """The page of who gets `said` from the list. By hand: while Playwright is open there is no loop to be had."""
    going = MyWork(cast(Calls, Answers(said)), MIDDEN_DELFLAND, lambda: NOW).mine(session, asked)
    try:
        going.send(None)
    except StopIteration as found:
        return wear("work/mijn-werk.html", session, mine=found.value, dues=DUES)
    raise AssertionError("it waits for nothing")


def listed(rows: list[dict[str, Any]], after: str | None = None, tasks: tuple[dict[str, Any], ...] = ()) -> Said:
    return Said(201, {"tasks": list(tasks), "dossiers": rows, "next": after, "upTo": {}})


def test_two_hundred_signals_are_four_pages(page: Page, accessible: Look) -> None:
    found: set[str] = set()
    for first in range(0, SIGNALS, ON_A_PAGE):
        last = first + ON_A_PAGE == SIGNALS
        rows = [entry(place) for place in range(first, first + ON_A_PAGE)]
        after = ListAsked(after="x" if first else "")
        page.set_content(work(OOV, listed(rows, None if last else "verder"), after))
        found |= set(page.locator("table.work tbody th a").all_inner_texts())
        expect(page.get_by_role("button", name="Volgende bladzijde")).to_have_count(0 if last else 1)
        expect(page.get_by_role("link", name="Naar het begin van de lijst")).to_have_count(1 if first else 0)
    assert len(found) == SIGNALS
    accessible(page, "tweehonderd-signalen")


def test_the_longest_name_breaks_and_pushes_nothing_aside(page: Page, accessible: Look) -> None:
    long = entry(0) | {"workingName": LONG}
    page.set_content(work(OOV, listed([long])))
    expect(page.get_by_role("link", name=LONG)).to_be_visible()
    accessible(page, "lange-naam")
    many = Session("resume", "u-1", ("lot-member", "department-vergunningen", "bronhouder-kadaster-akten"))
    page.set_content(work(many, listed([])))
    roles = page.get_by_role("banner").locator("details")
    expect(roles.get_by_role("listitem").first).to_be_hidden()
    roles.locator("summary").press("Enter")
    expect(roles.get_by_role("listitem")).to_have_count(3)
    accessible(page, "veel-aanwijzingen")


@pytest.mark.parametrize(
    ("roles", "said", "words"),
    [
        (("oov",), listed([]), "Er wacht op dit moment niets op u."),
        ((), listed([]), "De beheerder wijst u aan"),
        (("oov",), PartDown("the list is out of reach"), "Vul hieronder een nummer in"),
    ],
    ids=["nothing", "nobody", "silent"],
)
def test_what_is_empty_says_why(
    page: Page, accessible: Look, roles: tuple[str, ...], said: Said | PartDown, words: str
) -> None:
    page.set_content(work(Session("resume", "u-1", roles), said))
    expect(page.get_by_role("main")).to_contain_text(words)
    accessible(page, "leeg")


@pytest.mark.parametrize(
    ("template", "shown", "words"),
    [
        ("shares/verstrekkingen.html", {"number": "", "later": False}, "Er is nog niets gedeeld"),
        ("received/ontvangen.html", {"later": False}, "niets met uw onderdeel gedeeld"),
        ("meeting/overleggen.html", {"to_come": [], "past": [], "prepares": False}, "voor geen enkel overleg"),
        ("meeting/overleggen.html", {"to_come": [], "past": [], "prepares": True}, "Er is geen overleg gepland"),
    ],
)
def test_a_list_without_rows_says_so(
    page: Page, accessible: Look, template: str, shown: dict[str, Any], words: str
) -> None:
    page.set_content(wear(template, found=SimpleNamespace(shares=[], next=None, notBelieved=0), **shown))
    expect(page.get_by_role("main")).to_contain_text(words)
    accessible(page, "lege-lijst")
