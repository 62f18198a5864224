"""Who does not go along is called by his code in what does; and the reporter shows in none of it (R-T.13)."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from shared.words import names
from shared.words.folding import Chunk, chunks
from shared.words.masked import masked, without
from shared.words.names import marks_in, marks_of, marks_of_contact
from shared.words.reporter import REPORTER_LEFT_OUT, looks_like_it, stands_in, without_reporter


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


def his(marks: Collection[str]) -> dict[str, bool]:
    return dict.fromkeys(GREET.intersection(marks), False)


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
    assert his(marks_in(without_reporter("Dit zegt Z o n n e b l o e m.", (), his)))


FAMILY_OF_S1 = marks_of("Roos Wilgenburg")


def greet(marks: Collection[str]) -> dict[str, bool]:
    return {one: one in FAMILY_OF_S1 for one in marks_of("Greet Wilgenburg").intersection(marks)}


@pytest.mark.refused("R-T.13")
@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Ik ben Greet Anna Wilgenburg.", f"Ik ben {_}."),
        ("Greet A. van Wilgenburg belde.", f"{_} belde."),
        ("Greet zag Roos Wilgenburg.", f"{_} zag Roos Wilgenburg."),
        ("Dat zag Greet. Roos Wilgenburg niet.", f"Dat zag {_}. Roos Wilgenburg niet."),
        ("Roos Wilgenburg, zegt Greet, laadt.", f"Roos Wilgenburg, zegt {_}, laadt."),
    ],
)
def test_a_family_name_that_he_shares_is_left_out_behind_his_own_names(text: str, becomes: str) -> None:
    assert without_reporter(text, (), greet) == becomes


@pytest.mark.refused("R-T.13")
def test_that_the_reporter_was_left_out_is_no_text() -> None:
    """Who is called by a word of it is not named in it, and nothing of it is what somebody lives at."""
    text = f"Hier {_}, zegt Piet Melder, vriend van de melder."
    assert masked(text, {"Piet Melder": "S2"}) == f"Hier {_}, zegt S2, vriend van de melder."
    assert without(text, {"de melder": "[beroep van S2]"}) == f"Hier {_}, zegt Piet Melder, vriend van [beroep van S2]."


@pytest.mark.refused("R-T.13")
def test_a_long_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often he is named in it: everybody can send one."""
    asked: list[int] = []

    def counted(marks: Collection[str]) -> dict[str, bool]:
        asked.append(len(marks))
        return his(marks)

    text = " ".join(f"aap{one} Greet noot{one} Zonnebloem" for one in range(300))
    assert "onnebloem" not in without_reporter(text, SAID, counted)
    assert len(asked) == 1
    pieces = text.split()
    read: list[str] = []

    def noted(one: str) -> list[Chunk]:
        read.append(one)
        return chunks(one)

    monkeypatch.setattr(names, "chunks", noted)
    assert {first for _mark, first, _last in names.marks_at(pieces)}
    assert read == list(dict.fromkeys(pieces))


@pytest.mark.refused("R-T.13")
def test_marked_words_in_another_spelling_are_seen_and_what_was_left_out_is_none_of_them() -> None:
    assert not stands_in("de buurvrouw", "De\u200b buurvróuw")
    assert looks_like_it("de buurvrouw")("De\u200b buurvróuw, ziet veel")
    assert not looks_like_it("de melder")(f"Hier {_} woont.")
    assert not looks_like_it("de buurvrouw")("de buurvrouwen")
    for nothing in ("", "…", " . "):
        assert not looks_like_it(nothing)("Een zin … en . nog een.")
        assert not stands_in(nothing, "Een zin … en . nog een.")
    assert not stands_in(" een ", "Geen zinnen."), "a word is not part of another"


@pytest.mark.refused("R-T.13")
@pytest.mark.parametrize(
    ("stretch", "text"),
    [
        ("de buurvrouw", "ik ben de buur-vrouw"),
        ("de buurvrouw", "ik ben de buurvr0uw"),
        ("het vrouwenhuis", "het vrouvvenhuis"),
        ("de buurvrouw", "ik ben d e b u u r v r o u w"),
        ("de buurvrouw", "ik ben debuurvrouw2"),
        ("op nummer 12", "op nummer 12a, links"),
        ("op nummer 12", "op nummer l2"),
        ("mijn zus Alie", "m!jn zu$ @l!e"),
        ("mijn zus Alie", "MIJN ZUS AIIE"),
        ("het oude dijkhuis", "het oude\n  dyk-\nhuis"),
        ("de man", "de rnan"),
    ],
)
def test_a_reader_sees_them_in_other_letters_and_with_other_signs(stretch: str, text: str) -> None:
    assert looks_like_it(stretch)(text)


@pytest.mark.allowed("R-T.13")
@pytest.mark.parametrize(
    ("stretch", "text"),
    [
        ("op nummer 12", "op nummer 123"),
        ("op nummer 12", "op nummer 112"),
        ("de man", "de mand, een demand"),
        ("de buurvrouw", "de buurman en zijn vrouw"),
        ("12", "op 212"),
    ],
)
def test_other_words_are_other_words(stretch: str, text: str) -> None:
    assert not looks_like_it(stretch)(text)
