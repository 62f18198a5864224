"""Counts that are kept per quarter, as charts and tables, and to take along (art. 9 lid 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.calls import Calls
from services.portal.charts import Chart, Wording, chart, quarter_called
from services.portal.sessions import Session
from services.portal.use_cases.answered import overview
from shared.errors import NotFound
from shared.protocol.model import Law

OVERSIGHT, STATISTICS = "oversight", "/v1/statistics"
QUARTERS_SHOWN = 8
COUNT_LEFT_OUT = "weggelaten"
WORDING_NOTE = "Wat is weggelaten, staat er niet in."
GROUP_CALLED = {
    "several": "meer dan één verschijnsel",
    "none": "geen verschijnsel uit de lijst",
    "up-to-7": "tot en met 7 dagen",
    "up-to-30": "8 tot en met 30 dagen",
    "up-to-90": "31 tot en met 90 dagen",
    "up-to-365": "91 tot en met 365 dagen",
    "longer-than-year": "langer dan een jaar",
    "deferred": "informeren is uitgesteld",
    "not-deferred": "informeren is niet uitgesteld",
    "other": "anders",
}
RECEIVERS_CALLED = {
    "department": "aan een onderdeel van de gemeente",
    "partner": "aan een partner",
    "municipality": "aan een andere gemeente",
    "several": "aan ontvangers van meer dan één soort",
    "none": "aan niemand",
    "other": "anders",
}
STATISTICS_TABLES = {
    "phenomena": (
        "Vermoedens, naar verschijnsel",
        "Signalen die in het kwartaal een vermoeden opleverden (weging 1), naar het verschijnsel dat daarbij is gekozen.",
    ),
    "endings": (
        "Beëindigde signalen, naar hoe zij eindigden",
        "Signalen die in het kwartaal eindigden, naar de vraag waarbij dat was. Fase 5 is een gesloten casus.",
    ),
    "durations": (
        "Beëindigde signalen, naar hoe lang zij duurden",
        "Dezelfde signalen, in dagen van het eerste besluit tot het einde.",
    ),
    "deferrals": (
        "Beëindigde signalen, naar uitstel van informeren",
        "Dezelfde signalen: of het informeren van iemand is uitgesteld.",
    ),
    "disclosures": (
        "Beëindigde signalen, naar aan wie is verstrekt",
        "Dezelfde signalen: aan wat voor ontvanger er iets van is verstrekt.",
    ),
}
DOWNLOADS = {
    "json": ("", "application/json", "aantallen-per-kwartaal.json"),
    "csv": ("/csv", "text/csv", "aantallen-per-kwartaal.csv"),
    "description": ("/description", "application/ld+json", "beschrijving-aantallen-per-kwartaal.jsonld"),
}
"""By its name: where oversight has it, what it is, and what the file is called."""


@dataclass(frozen=True)
class QuarterPage:
    """`told`: as oversight tells it, None where it is silent; `charts`: of the quarters shown; `earlier`, `later`: until which
    quarter the page before and after it goes."""

    silent: list[str]
    told: dict[str, Any] | None
    charts: list[Chart]
    earlier: str | None
    later: str | None


class QuarterPages:
    """`where`: the address under which people take them along, as their description names it."""

    def __init__(self, calls: Calls, law: Law, where: str) -> None:
        self._calls, self._law, self._where = calls, law, where

    async def page(self, session: Session, until: str) -> QuarterPage:
        """At most eight quarters, the last of them `until`; empty: the newest. Raises NotFound."""
        found = await overview(self._calls, session, {"statistics": (OVERSIGHT, STATISTICS)})
        if found.silent:
            return QuarterPage(found.silent, None, [], None, None)
        told = found.parts.get("statistics")
        if told is None or (until and not re.fullmatch(r"\d{4}-K[1-4]", until)):
            raise NotFound
        charts: list[Chart] = []
        earlier = later = None
        for key, table in told["tables"].items():
            shown, earlier, later = excerpt(table, until)
            charts.append(chart(key, STATISTICS_TABLES[key], shown, self._wording(key), all_rows=False))
        return QuarterPage([], told, charts, earlier, later)

    async def file(self, session: Session, name: str) -> tuple[bytes, str, str]:
        """What somebody takes along, what kind it is, and its name. Raises NotFound, PartDown."""
        if name not in DOWNLOADS:
            raise NotFound
        path, kind, called = DOWNLOADS[name]
        asked = f"?at={self._where}" if name == "description" else ""
        content = await self._calls.document(session, OVERSIGHT, f"{STATISTICS}{path}{asked}")
        if content is None:
            raise NotFound
        return content, kind, called

    def _wording(self, key: str) -> Wording:
        return Wording(
            lambda code: self._called(key, code), COUNT_LEFT_OUT, COUNT_LEFT_OUT, COUNT_LEFT_OUT, WORDING_NOTE
        )

    def _called(self, key: str, code: str) -> str:
        """In words: a quarter, or a place of that table. What a municipality has named stands in its own words already."""
        quarter = quarter_called(code)
        if quarter:
            return quarter
        if key == "disclosures":
            return RECEIVERS_CALLED.get(code, code)
        phase, _, asked = code.partition("-")
        if key == "endings" and (rule := self._law.decision(asked)):
            return f"fase {phase}: {rule.question}"
        return GROUP_CALLED.get(code, code)


def excerpt(table: Mapping[str, Any], until: str) -> tuple[dict[str, Any], str | None, str | None]:
    """Of a table the quarters that one page shows, and until which go the page before and the one after. Pure.

    A total over those shown stands there only where none of them is left out.
    """
    every = list(table["columns"])
    end = sum(one <= until for one in every) if until else len(every)
    begin = max(0, end - QUARTERS_SHOWN)
    cells = [row[begin:end] for row in table["cells"]]
    totals = table["columnTotals"][begin:end]
    shown = {
        "rows": table["rows"],
        "columns": every[begin:end],
        "cells": cells,
        "rowTotals": [_sum(row) for row in cells],
        "columnTotals": totals,
        "total": _sum(totals),
    }
    later = every[min(end + QUARTERS_SHOWN, len(every)) - 1] if end < len(every) else None
    return shown, (every[begin - 1] if begin else None), later


def _sum(counts: list[int | None]) -> int | None:
    return None if None in counts or not counts else sum(one for one in counts if one is not None)
