"""The largest matrix that there is, 30 items for 12 receivers, as a page: accessible, stacked on a telephone, and light."""

from __future__ import annotations

import gzip
from types import SimpleNamespace

from playwright.sync_api import Page, expect
from starlette.datastructures import FormData

from services.portal.api.visits import MOST_FIELDS
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.static import FOLDER as STATIC
from services.portal.trouble import Trouble
from tests.browser.conftest import Look
from tests.portal.test_grid import ITEMS, NAMED, matrix, offered
from tests.protocol.laws import MIDDEN_DELFLAND

WRONG = "vak.item-7.politie"


def drawn(filled: FormData, trouble: Trouble | None = None) -> str:
    view = {"workingName": "Roze ekster", "phase": 4, "receivedOn": "2026-11-28"}
    shown = {
        "session": Session("", "anna", ("oov",)),
        "dossier": Opened("casework", "S-7K3MQ-9XD4T", view, {"version": 3, "state": "check-2a"}, []),
        "decision": offered("check-2a", ITEMS, NAMED) | {"question": "Mag dit?", "article": "art. 20"},
        "grid": matrix(),
        "filled": filled,
        "trouble": trouble,
    }
    pages = Pages(MIDDEN_DELFLAND, live=False)
    page: str = pages._templates.env.get_template("sharing/rooster.html").render(request=SimpleNamespace(), **shown)
    return page


def test_thirty_items_for_twelve_receivers_are_one_page(page: Page, accessible: Look) -> None:
    sheets = [(STATIC / one).read_text() for one in ("theme-neutral.css", "portal.css")]
    style = f"<style>{''.join(sheets)}</style></head>"
    plain = drawn(FormData())
    assert len(gzip.compress(plain.encode())) < 60_000
    assert plain.count(' name="') < MOST_FIELDS
    page.set_content(plain.replace("</head>", style))
    expect(page.locator("tbody tr")).to_have_count(31)
    # On a telephone a row is a block, and each cell says for whom it is.
    page.set_viewport_size({"width": 320, "height": 900})
    cell = page.locator("tbody tr").nth(1).locator("td").first
    said = cell.evaluate("one => getComputedStyle(one, '::before').content")
    assert next(iter(NAMED.values())) in said
    assert cell.evaluate("one => getComputedStyle(one).display") == "block"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    trouble = Trouble("Alles wat er niet klopt, staat hierbij.", ((WRONG, "elk besluit heeft een reden"),))
    page.set_content(drawn(FormData([(WRONG, "may")]), trouble).replace("</head>", style))
    link = page.get_by_role("alert").get_by_role("link")
    expect(link).to_have_text("Item-7 – Politie: Elk besluit heeft een reden")
    link.click()
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong).to_be_in_viewport()
    expect(wrong).to_have_value("may")
    expect(wrong).to_have_accessible_description("Elk besluit heeft een reden")
    # Every row is built alike: what is asked of one is asked of all.
    page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+10)').forEach(one => one.remove())")
    accessible(page, "rooster-met-fout")
