"""Our list of articles and leden against the published text; where that is absent this skips and says so."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.protocol.articles import ARTICLES

ROOT = Path(__file__).parents[2]
TEXTS = Path(os.environ.get("MELDPUNT_TEXTS", ROOT.parent / "shared" / "seeds"))
NAME = "privacyprotocol-midden-delfland-2025.txt"


def published() -> dict[str, list[str]]:
    """Every article of the text with its leden or, where it has none, its onderdelen; and Bijlage 1 per phase."""
    file = TEXTS / NAME
    if not file.exists():
        pytest.skip(f"the published text {NAME} is not on this machine (set MELDPUNT_TEXTS to its folder)")
    found: dict[str, list[str]] = {}
    letters: dict[str, list[str]] = {}
    now, phase = "", 0
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if heading := re.match(r"Artikel (\d+)\.? ", text):
            now = heading[1]
        elif text == "1. Algemene begrippen":
            now = "begrippen"
        elif re.match(r"\d\. (Algemeen$|Fase )", text):
            number = re.match(r"\d\. Fase (\d)", text)
            now = f"fase {number[1]}" if number else ""
        elif text.startswith("Bijlage ") and text[8].isdigit():
            now, phase = f"bijlage {text[8]}", 0
        elif now == "bijlage 1" and (started := re.match(r"In fase (\d)", text)):
            phase = int(started[1])
        elif now == "bijlage 1" and phase and text.startswith("•"):
            here = [one for one in found[now] if one.startswith(f"fase {phase},")]
            found[now].append(f"fase {phase}, {len(here) + 1}")
        elif now and (lid := re.match(r"• (\d)\.", text)):
            found[now].append(f"stap {lid[1]}" if now.startswith("fase") else lid[1])
        elif now and (onderdeel := re.match(r"• ([a-z])\.", text)):
            letters[now].append(onderdeel[1])
        found.setdefault(now, [])
        letters.setdefault(now, [])
    return {one: leden or letters[one] for one, leden in found.items() if one}


def test_no_article_of_the_published_text_is_missing_from_our_list() -> None:
    ours = {
        one: [part for part in parts if part not in ("", "aanhef", "overige fasen")] for one, parts in ARTICLES.items()
    }
    assert ours == published()
