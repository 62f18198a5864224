"""Statistics as pages: what is told as chart and table, what is left out and why, what can be taken along, and when there is none."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from services.oversight.statistics import COUNTED_LINES, CountedQuarter, counted, shown
from services.portal.calls import Calls, Said
from services.portal.guard import POLICY
from services.portal.pages import Pages
from services.portal.sessions import COOKIE, Session
from services.portal.use_cases.statistics import DOWNLOADS, QuarterPage, QuarterPages, excerpt
from shared.errors import NotFound
from shared.protocol.protecting import protected
from tests.portal.keeping import begins
from tests.protocol.laws import MIDDEN_DELFLAND

FG = Session("resume", "u-1", ("fg",), csrf="the-token")
WHERE = "https://portal.example.nl/cijfers/kwartalen/aantallen"
DEALT = {"deferred": 8, "not-deferred": 17}


def kept(**quarters: dict[str, int]) -> dict[str, Any]:
    """Of each quarter all lines; those named are told as they are counted, the rest of nobody."""
    rules = counted_of_nobody()
    lines = {}
    for quarter, some in quarters.items():
        told = {name: {"cells": list(line.cells.items()), "total": line.total} for name, line in rules.items()}
        line = protected(some, 5)
        name = next((name for name, one in rules.items() if set(some) <= set(one.cells)), "deferrals")
        told[name] = {"cells": list(line.cells.items()), "total": line.total}
        lines[quarter.replace("_", "-")[1:]] = told
    return {"kept": True, "smallest": 5, "notBelieved": 0, "notCounted": 0, "tables": shown(lines)}


def counted_of_nobody() -> dict[str, Any]:
    return counted(MIDDEN_DELFLAND, CountedQuarter(2027, 1), [], 5)


class Oversight:
    def __init__(self, said: Said, content: bytes | None = b"") -> None:
        self.said, self.content, self.asked = said, content, list[tuple[str, str]]()

    async def get(self, _: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.asked.append((service, path))
        return self.said

    async def document(self, _: Session, service: str, path: str, purpose: str | None = None) -> bytes | None:
        self.asked.append((service, path))
        return self.content


def pages_of(told: dict[str, Any], content: bytes | None = b"") -> tuple[QuarterPages, Oversight]:
    oversight = Oversight(Said(200, told), content)
    return QuarterPages(cast(Calls, oversight), MIDDEN_DELFLAND, WHERE), oversight


def drawn(found: QuarterPage) -> str:
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("cijfers/kwartalen.html")
    return template.render(session=FG, trouble=None, found=found)


class Cells(HTMLParser):
    """What stands in the table with this caption, row by row."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self._caption, self._reading, self._inside = caption, False, ""
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        if self._reading and tag == "tr":
            self.rows.append([])
        if self._reading and tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._inside == "caption":
            self._reading = data == self._caption
        elif self._reading and self._inside in ("td", "th") and self.rows:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        self._reading = self._reading and tag != "table"


def table(page: str, caption: str) -> list[list[str]]:
    reader = Cells(caption)
    reader.feed(page)
    return reader.rows


DEFERRALS = "Beëindigde signalen, naar uitstel van informeren"


@pytest.mark.allowed("R-1.4", "R-9.18")
async def test_every_line_is_a_chart_with_its_table_beside_it() -> None:
    quarters, oversight = pages_of(kept(q2026_K4=DEALT, q2027_K1={"deferred": 6, "not-deferred": 9}))
    page = drawn(await quarters.page(FG, ""))
    assert oversight.asked == [("oversight", "/v1/statistics")]
    assert table(page, DEFERRALS) == [
        ["", "4e kwartaal 2026", "1e kwartaal 2027", "Samen"],
        ["Informeren is uitgesteld", "8", "6", "14"],
        ["Informeren is niet uitgesteld", "17", "9", "26"],
        ["Samen", "25", "15", "40"],
    ]
    picture = re.search(r'<svg[^>]*aria-labelledby="t-deferrals d-deferrals">.*?</svg>', page, re.DOTALL)
    assert picture
    assert "Het hoogste aantal is 17: informeren is niet uitgesteld, 4e kwartaal 2026." in picture[0]
    assert [int(one) for one in re.findall(r">(\d+)</text>", picture[0])] == [8, 6, 17, 9]
    assert page.count('<table class="numbers">') == len(COUNTED_LINES) == len(re.findall("<h2[^>]*id=.k-", page))
    for one in (
        "Fase 1: Is er een vermoeden",
        "Witwassen en dekmantels",
        "Aan een andere gemeente",
        "Langer dan een jaar",
    ):
        assert f'<th scope="row">{one}' in page
    assert not re.search(r"\bstyle=|<script|\bon[a-z]+=", page), "the policy of pages has no room for it"


@pytest.mark.refused("R-1.4", "R-9.18")
async def test_what_is_left_out_is_said_to_be_and_why_and_not_how_many_it_was() -> None:
    """A pair that is left out reads the same whatever was in it: neither 'fewer than', nor a bar of its height."""
    pages = []
    for counts in ({"deferred": 1, "not-deferred": 19}, {"deferred": 18, "not-deferred": 2}):
        quarters, _ = pages_of(kept(q2027_K1=counts))
        pages.append(drawn(await quarters.page(FG, "")))
    assert pages[0] == pages[1]
    assert table(pages[0], DEFERRALS) == [
        ["", "1e kwartaal 2027", "Samen"],
        ["Informeren is uitgesteld", "weggelaten", "weggelaten"],
        ["Informeren is niet uitgesteld", "weggelaten", "weggelaten"],
        ["Samen", "20", "20"],
    ]
    for one in ("Waarom er aantallen zijn weggelaten", "Dat betekent niet dat het er weinig waren", "kleiner dan 5"):
        assert one in pages[0]
    assert "minder dan" not in pages[0].partition("</ul>\n<p>In een gemeente")[2]
    assert "Hier is niets te tekenen" in pages[0]


@pytest.mark.allowed("R-9.19")
async def test_where_nothing_is_kept_the_page_says_so_and_offers_nothing() -> None:
    off = {"kept": False, "smallest": 5, "notBelieved": 0, "notCounted": 0, "tables": {}}
    page = drawn(await pages_of(off)[0].page(FG, ""))
    assert "De gemeente bewaart geen aantallen" in page
    assert "/aantallen" not in page
    none_yet = drawn(await pages_of(off | {"kept": True})[0].page(FG, ""))
    assert "Er is nog geen kwartaal geteld" in none_yet
    assert "/aantallen" not in none_yet


async def test_what_does_not_hold_is_said() -> None:
    told = kept(q2027_K1=DEALT) | {"notBelieved": 1, "notCounted": 2}
    page = drawn(await pages_of(told)[0].page(FG, ""))
    assert "1 kwartaal staat er niet zoals het is vastgelegd" in page
    assert "waren er 2 regels die niet zo waren vastgelegd" in page


async def test_a_page_has_eight_quarters_and_the_way_to_the_others() -> None:
    names = [f"q20{20 + place // 4}_K{place % 4 + 1}" for place in range(20)]
    quarters, _ = pages_of(kept(**dict.fromkeys(names, DEALT)))
    newest = await quarters.page(FG, "")
    assert [one.columns[0] for one in newest.charts][:1] == ["1e kwartaal 2023"]
    assert (newest.earlier, newest.later) == ("2022-K4", None)
    before = await quarters.page(FG, str(newest.earlier))
    assert (len(before.charts[0].columns), before.earlier, before.later) == (8, "2020-K4", "2024-K4")
    assert "tot=2020-K4" in drawn(before)
    first = await quarters.page(FG, str(before.earlier))
    assert (len(first.charts[0].columns), first.earlier) == (4, None)
    for one in ("2022", "2022-K5", "x", "' or 1"):
        with pytest.raises(NotFound):
            await quarters.page(FG, one)


def test_a_total_over_quarters_is_of_those_shown_and_only_where_all_are_told() -> None:
    told = shown(
        {
            f"2027-K{one}": {name: {"cells": [["a", None if one == 1 else 7]], "total": 7} for name in COUNTED_LINES}
            for one in (1, 2)
        }
    )["endings"]
    assert excerpt(told, "")[0]["rowTotals"] == [None]
    assert excerpt(told, "2027-K1")[0] | {"rows": ("a",)} == {
        "rows": ("a",),
        "columns": ["2027-K1"],
        "cells": [[None]],
        "rowTotals": [None],
        "columnTotals": [7],
        "total": 7,
    }


@pytest.mark.allowed("R-1.4")
async def test_counts_are_taken_along_as_oversight_has_them() -> None:
    quarters, oversight = pages_of({}, b"kwartaal,tabel")
    for name in DOWNLOADS:
        assert (await quarters.file(FG, name))[0] == b"kwartaal,tabel"
    assert [path for _, path in oversight.asked] == [
        "/v1/statistics",
        "/v1/statistics/csv",
        f"/v1/statistics/description?at={WHERE}",
    ]
    nothing, _ = pages_of({}, None)
    with pytest.raises(NotFound):
        await nothing.file(FG, "csv")


@pytest.mark.refused("R-1.4")
@pytest.mark.parametrize("role", ["oov", "privacy-officer", "lot-member", "department-wonen"])
async def test_who_does_not_watch_gets_none_of_it(portal: httpx.AsyncClient, role: str) -> None:
    app = cast(FastAPI, cast(httpx.ASGITransport, portal._transport).app)
    portal.cookies.set(COOKIE, await begins(app, Session("resume", "u-2", (role,))))
    for path in ("", "/aantallen", "/aantallen/csv", "/aantallen/beschrijving"):
        answer = await portal.get(f"/cijfers/kwartalen{path}")
        assert answer.status_code == 404
        assert answer.headers["Content-Security-Policy"] == POLICY


async def test_who_watches_gets_no_file_while_oversight_is_silent(portal: httpx.AsyncClient) -> None:
    app = cast(FastAPI, cast(httpx.ASGITransport, portal._transport).app)
    portal.cookies.set(COOKIE, await begins(app, Session("resume", "u-2", ("fg",))))
    assert (await portal.get("/cijfers/kwartalen/aantallen/csv")).status_code == 503
