"""The papers of a meeting as a PDF: what the page shows, and accessible as it is."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pdfua
from pypdf import PdfReader

from services.portal.papers import papers_of, papers_pdf, printed
from tests.protocol.laws import MIDDEN_DELFLAND

MEETING = {"kind": "LOT", "heldOn": "2026-12-01"}
PAPER: dict[str, Any] = {
    "note": "Ter voorbereiding van de weging.",
    "items": [
        {"category": "report", "text": 'Een #strong[geur] van *hennep* bij "de schuur" \\ $x$.'},
        {"category": "horeca-permits", "about": "O1", "finding": "Een vergunning voor een lunchroom."},
        {"category": "brp-verification", "about": "S1", "matches": {"name": True, "address": False}},
    ],
    "subjects": {"S1": {"name": "Wilgenroos", "occupation": "klusser"}},
    "objects": {"O1": {"kind": "building", "address": "Kerkpad 5a, Maasland"}},
    "leftOut": 1,
}


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_papers_are_printed_as_the_page_shows_them(tmp_path: Path) -> None:
    papers = papers_of(MIDDEN_DELFLAND, [({"number": "S-7K3MQ-9XD4T", "workingName": "zwarte uil"}, PAPER)])
    pdf = papers_pdf(printed(MIDDEN_DELFLAND, MEETING, papers, live=False), date(2026, 12, 1))
    (tmp_path / "stukken.pdf").write_bytes(pdf)
    assert [one.message for one in pdfua.validate(str(tmp_path / "stukken.pdf")).findings] == []
    said = text_of(pdf)
    for words in (
        "Stukken voor het LOT van 1 december 2026",
        "1. Zwarte uil",
        "Ter voorbereiding van de weging.",
        "Een #strong[geur] van *hennep*",
        "Naam: klopt. Adres: wijkt af.",
        "S1 – Wilgenroos",
        "Kerkpad 5a, Maasland",
        "gebouw",
        "1 persoon of object is hier niet met naam genoemd.",
        "Vernietig dit na het overleg.",
    ):
        assert words in said, words
    assert "Proefopstelling" in said
    assert "niet volledig" not in said
    live = papers_pdf(printed(MIDDEN_DELFLAND, MEETING, papers, live=True), date(2026, 12, 1))
    assert "Proefopstelling" not in text_of(live)


def test_what_could_not_be_had_is_said_in_print_too() -> None:
    papers = papers_of(MIDDEN_DELFLAND, [({"number": "S-7K3MQ-9XD4T", "workingName": "zwarte uil"}, None)])
    words = printed(MIDDEN_DELFLAND, MEETING, papers, live=True, whole=False)
    said = text_of(papers_pdf(words, date(2026, 12, 1)))
    assert "Deze stukken zijn niet volledig: een deel van het systeem antwoordde niet." in said
    assert "1. Zwarte uil" in said
    assert "Dit stuk is nu niet te laden. Probeer het later opnieuw." in said
