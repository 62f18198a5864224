"""Who does not go along is called by his code in what does; and the reporter shows in none of it (R-T.13)."""

from __future__ import annotations

import pytest

from shared.words.masked import REPORTER_LEFT_OUT, looks_like_it, masked, stands_in, without, without_reporter
from shared.words.names import marks_in, marks_of, marks_of_contact


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


# --- the reporter -----------------------------------------------------------------------------------------

GREET = marks_of("Greet van der Zonnebloem") | marks_of_contact("greet@example.nl", "06-12345678")
SAID = ("ik ben de buurvrouw op nummer 12", "de buurvrouw", "mijn zoon!")
_ = REPORTER_LEFT_OUT


def his(text: str) -> frozenset[str]:
    return marks_in(text) & GREET


@pytest.mark.allowed("R-T.13")
@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Hier laadt men. Ik ben de buurvrouw\n  op nummer 12.", f"Hier laadt men. {_}."),
        ("IK BEN DE BUURVROUW OP NUMMER 12, en de buurvrouw ziet veel.", f"{_}, en {_} ziet veel."),
        ("Ik ben de buurvrouw op nummer 123.", f"Ik ben {_} op nummer 123."),
        ("De buurvrouwen van mijn zoon.", "De buurvrouwen van mijn zoon."),
        ("Vraag het mijn zoon! Niet mij.", f"Vraag het {_} Niet mij."),
        ("", ""),
    ],
)
def test_words_that_were_marked_are_left_out_wherever_they_stand(text: str, becomes: str) -> None:
    """Literally, but for capitals and the space between them; what is only like them stays."""
    assert without_reporter(text, SAID, his) == becomes
    assert without_reporter(becomes, SAID, his) == becomes, "what was left out is left out once"


@pytest.mark.allowed("R-T.13")
@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Ik, Greet van der Zonnebloem, zag een schuur.", f"Ik, {_}, zag een schuur."),
        ("Mevrouw G. Zonnebloem (Zonnebloem) belde.", f"Mevrouw {_} ({_}) belde."),
        ("Bel 06 12 34 56 78 of greet@example.nl.", f"Bel {_} of {_}."),
        ("Volgens Z0nneb|oem.", f"Volgens {_}."),
        ("De zonnige tuin van Jan.", "De zonnige tuin van Jan."),
    ],
)
def test_his_name_and_how_he_is_reached_are_left_out_too(text: str, becomes: str) -> None:
    assert without_reporter(text, (), his) == becomes
    far = "Er wordt 's nachts geladen. " * 100
    assert without_reporter(f"{far}{text} {far}", (), his) == f"{far}{becomes} {far}", "anywhere in a long text"


@pytest.mark.refused("R-T.13")
def test_what_is_spelt_otherwise_is_left_to_be_refused() -> None:
    assert his(without_reporter("Dit zegt Z o n n e b l o e m.", (), his))


@pytest.mark.refused("R-T.13")
def test_marked_words_in_another_spelling_are_seen_and_what_was_left_out_is_none_of_them() -> None:
    assert not stands_in("de buurvrouw", "De\u200b buurvróuw")
    assert looks_like_it("de buurvrouw", "De\u200b buurvróuw, ziet veel")
    assert not looks_like_it("de melder", f"Hier {_} woont.")
    assert not looks_like_it("de buurvrouw", "de buurvrouwen")
    for nothing in ("", "…", " . "):
        assert not stands_in(nothing, "Een zin … en . nog een.")
    assert not stands_in(" een ", "Geen zinnen."), "a word is not part of another"
