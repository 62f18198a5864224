"""The papers of a meeting as one PDF, for who reads from paper: made of what his page shows, and kept by nobody."""

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


def printed(
    law: Law, meeting: Mapping[str, Any], papers: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]], *, live: bool
) -> dict[str, Any]:
    """Everything that stands in it; `papers`: each with the item of the agenda that it is about."""
    return {
        "title": f"Stukken voor het {meeting['kind']} van {day(date.fromisoformat(meeting['heldOn']))}",
        "sender": law.choices.notice["verwerkingsverantwoordelijke"],
        "trial": None if live else TRIAL,
        "warning": "Alleen voor wie is uitgenodigd. Vernietig dit na het overleg.",
        "papers": [_paper(law, place, item, paper) for place, (item, paper) in enumerate(papers, 1)],
    }


def papers_pdf(words: Mapping[str, Any], on: date) -> bytes:
    """As PDF/UA-1; `on`: the day of the meeting. Takes some tenths of a second of the processor: call it in a thread."""
    return compiled(PAPERS_TEMPLATE, {"words": words}, "ua-1", on=on)


def _paper(law: Law, place: int, item: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    left_out = paper.get("leftOut") or 0
    them = "persoon of object is" if left_out == 1 else "personen en objecten zijn"
    return {
        "title": f"{place}. {capitalized(item.get('workingName') or item['number'])}",
        "opening": [item["number"], *([paper["note"]] if paper.get("note") else [])],
        "parts": [_part(law, one) for one in paper["items"]],
        "known": [
            *(_known(code, one) for code, one in (paper.get("subjects") or {}).items()),
            *(_known(code, one) for code, one in (paper.get("objects") or {}).items()),
        ],
        "closing": [f"{left_out} {them} hier niet met naam genoemd."] if left_out else [],
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
