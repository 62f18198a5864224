"""Who does not go along is called by his code in what does."""

from __future__ import annotations

import pytest

from shared.words.masked import masked, without


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


FAMILY = {"Jan de Vries": "S1", "Piet de Vries": "S2"}


@pytest.mark.parametrize(
    ("hidden", "others", "text", "becomes"),
    [
        (("Piet de Vries",), ("Jan de Vries",), "Jan de Vries woont bij Piet de Vries.", "Jan de Vries woont bij S2."),
        (("Jan de Vries", "Piet de Vries"), (), "Piet de Vries dealt, Jan de Vries niet.", "S2 dealt, S1 niet."),
        (("Piet de Vries",), ("Jan de Vries",), "Piet, en een De Vries.", "S2, en een De Vries."),
    ],
)
def test_of_a_family_each_is_who_he_is(
    hidden: tuple[str, ...], others: tuple[str, ...], text: str, becomes: str
) -> None:
    """A part that two of them bear is nobody's: it stays, and what still names somebody is refused."""
    assert masked(text, {name: FAMILY[name] for name in hidden}, others) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Hij woont Dorpsstraat 1.", "Hij woont [adres van S1]."),
        ("Aan de DORPSSTRAAT, 1 woont de kok.", "Aan de [adres van S1] woont de [beroep van S1]."),
        ("Dorpsstraat 12, Dorpsstraat 1a en een kokmeeuw", "Dorpsstraat 12, Dorpsstraat 1a en een kokmeeuw"),
        ("Dorpsstraat 1, Maasland", "[adres van S1]"),
    ],
)
def test_what_is_left_out_stands_no_longer_in_a_text(text: str, becomes: str) -> None:
    home = "[adres van S1]"
    assert without(text, {"Dorpsstraat 1": home, "Dorpsstraat 1, Maasland": home, "kok": "[beroep van S1]"}) == becomes
    assert without(text, {"": "x", "...": "x"}) == text
