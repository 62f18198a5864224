"""The papers of a meeting, as its page shows them and as one PDF says them to who reads from paper; kept by nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from services.portal.words import WORDS, capitalized
from shared.documents import compiled
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.show import day

PAPERS_TEMPLATE = Path(__file__).with_name("papers.typ")
PrintedLines = list[tuple[str, str]]


NOT_READ = ("Niet te laden", "Dit stuk is nu niet te laden. Probeer het later opnieuw.")
"""In the place of what a paper says, while its service cannot: who reads, or prints, sees that there is one."""


def papers_of(law: Law, papers: Iterable[tuple[Mapping[str, Any], Mapping[str, Any] | None]]) -> list[dict[str, Any]]:
    """Each paper in words; given with the item of the agenda that it is about. None: it cannot be read now."""
    return [_paper(law, item, paper) for item, paper in papers]


def printed(
    law: Law, meeting: Mapping[str, Any], papers: list[dict[str, Any]], *, live: bool, whole: bool = True
) -> dict[str, Any]:
    """Everything that stands in the PDF; `papers`: as `papers_of` says them; `whole`: nobody who may have more was silent."""
    return {
        "title": f"Stukken voor het {meeting['kind']} van {day(date.fromisoformat(meeting['heldOn']))}",
        "sender": law.choices.notice["verwerkingsverantwoordelijke"],
        "trial": None if live else TRIAL,
        "gap": "" if whole else "Deze stukken zijn niet volledig: een deel van het systeem antwoordde niet.",
        "warning": "Alleen voor wie is uitgenodigd. Vernietig dit na het overleg.",
        "papers": papers,
    }


def papers_pdf(words: Mapping[str, Any], on: date) -> bytes:
    """As PDF/UA-1; `on`: the day of the meeting. Takes some tenths of a second of the processor: call it in a thread."""
    return compiled(PAPERS_TEMPLATE, {"words": words}, "ua-1", on=on)


def _paper(law: Law, item: Mapping[str, Any], paper: Mapping[str, Any] | None) -> dict[str, Any]:
    called = {"called": capitalized(item.get("workingName") or item["number"]), "number": item["number"]}
    if paper is None:
        return called | {"note": "", "parts": [NOT_READ], "known": [], "leftOut": ""}
    left_out = paper.get("leftOut") or 0
    them = "persoon of object is" if left_out == 1 else "personen en objecten zijn"
    groups = (("Personen", "subjects"), ("Adressen en andere objecten", "objects"))
    return called | {
        "note": paper.get("note") or "",
        "parts": [_part(law, one) for one in paper["items"]],
        "known": [
            (group, [_known(code, one) for code, one in (paper.get(key) or {}).items()]) for group, key in groups
        ],
        "leftOut": f"{left_out} {them} hier niet met naam genoemd." if left_out else "",
    }


def _part(law: Law, one: Mapping[str, Any]) -> tuple[str, str]:
    category, about = one["category"], one.get("about")
    heading = "De melding" if category == "report" else capitalized(law.called(category))
    if about not in (None, "report", category):
        heading = f"{heading} – {about}"
    fits = [
        f"{'Naam' if part == 'name' else 'Adres'}: {'klopt' if is_so else 'wijkt af'}."
        for part, is_so in (one.get("matches") or {}).items()
    ]
    return heading, " ".join([str(one.get("text") or one.get("finding") or ""), *fits]).strip()


def _known(code: str, one: Mapping[str, Any]) -> tuple[str, PrintedLines]:
    said = {key: value for key, value in one.items() if isinstance(value, str) and value}
    heading = f"{code} – {said['name']}" if "name" in said else code
    words = [
        (capitalized(WORDS.get(key, key)), WORDS.get(value, value) if key in ("kind", "role") else value)
        for key, value in said.items()
        if key != "name"
    ]
    return heading, words
