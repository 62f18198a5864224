"""Who does not go along is called by his code in what does."""

from __future__ import annotations

import pytest

from shared.words.masked import masked


@pytest.mark.parametrize(
    ("name", "text", "becomes"),
    [
        ("Roos Wilgenburg", "Roos Wilgenburg huurt; mevrouw Wilgenburg.", "S1 huurt; mevrouw S1."),
        ("Roos Wilgenburg", "Wilgenburgs auto, Wilgenburg’s huis", "S1 auto, S1 huis"),
        ("Roos Wilgenburg", "Een roos bij de deur van ROOS WILGENBURG", "Een roos bij de deur van S1"),
        ("Kees-Jan van den Berg", "Kees-Jan van den Berg woont op den Berg.", "S1 woont op den S1."),
        ("Roos Wilgenburg", "Wilgenburgerstraat", "Wilgenburgerstraat"),
    ],
)
def test_a_name_becomes_a_code(name: str, text: str, becomes: str) -> None:
    assert masked(text, {name: "S1"}) == becomes
    assert masked(text, {}) == text
