"""Whether a text names somebody: as a reader reads it, however it was typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words.names import marks_in, marks_of, marks_of_contact, marks_of_organisation
from shared.words.sealed import filled, hashes, new_key


def names(text: str, name: str) -> bool:
    return not marks_in(text).isdisjoint(marks_of(name))


SPELLINGS = {
    # As it stands, and as case and place change it.
    "the last name": ("Jan Wilgenroos", "Gisteren was Wilgenroos er."),
    "in small letters": ("Jan Wilgenroos", "wilgenroos was er"),
    "in capitals": ("Jan Wilgenroos", "DE HEER WILGENROOS"),
    "case at random": ("Jan Wilgenroos", "wILgEnrOOs"),
    "the first name": ("Jan Wilgenroos", "Volgens de buren was Jan er."),
    "a short first name in small letters": ("Wim Wilgenroos", "wim zei het"),
    "whose it is": ("Jan Wilgenroos", "de auto van Wilgenroos’ broer"),
    "whose it is, with an s": ("Ineke Wilgenburg", "Wilgenburgs schuur"),
    "turned round": ("Piet Jansen", "Jansen, P."),
    "given turned round": ("Jansen, Piet", "P. Jansen"),
    "initials": ("Johannes Petrus Bos", "meneer j.p. bos"),
    "initials as one": ("J.P. Bos", "jp bos"),
    "an initial and a tussenvoegsel": ("Willem van den Berg", "w. van den berg"),
    "tussenvoegsels short": ("Willem van den Berg", "w vd berg"),
    "tussenvoegsels as one": ("Willem van den Berg", "vandenberg"),
    "without tussenvoegsels": ("Willem van den Berg", "de heer Berg"),
    "other tussenvoegsels": ("Fatima el Khatib", "mevrouw Al-Khatib"),
    "half of a double name": ("Anja Visser-Terpstra", "mevrouw Terpstra"),
    "as one word": ("Jan Wilgenroos", "janwilgenroos"),
    "in an address for e-mail": ("Jan Wilgenroos", "jan.wilgenroos@post.example"),
    # Accents.
    "an accent more": ("Jan Wilgenroos", "Wílgënròos"),
    "an accent less": ("José Muñoz", "munoz"),
    "an accent that stands apart": ("Jan Wilgenroos", "Wi\u0301lgenroos"),
    "an umlaut written out": ("Jörg Müller", "mueller"),
    "a stroke": ("Øyvind Sørlie", "sorlie"),
    "a letter of two": ("Sjoerd Dĳkstra", "Dijkstra"),
    "ij as y": ("Sjoerd Dijkstra", "Dykstra"),
    "ij as ÿ": ("Sjoerd Dijkstra", "Dÿkstra"),
    # What nobody sees.
    "a space of no width": ("Jan Wilgenroos", "Wilgen\u200broos"),
    "a soft hyphen": ("Jan Wilgenroos", "Wilgen\u00adroos"),
    "a joiner": ("Jan Wilgenroos", "Wil\u200dgen\u2060roos"),
    "a mark of direction": ("Jan Wilgenroos", "\u202eWilgenroos\u202c"),
    "a filler": ("Jan Wilgenroos", "Wilgen\u3164roos"),
    "a variation": ("Jan Wilgenroos", "W\ufe0filgenroos"),
    # What looks like something else.
    "Cyrillic": ("Jan Wilgenroos", "Wіlgеnrооs"),
    "Cyrillic capitals": ("Ahmet Osman", "ОЅМАN"),
    "Greek": ("Jan Wilgenroos", "Wilgenrοοs"),
    "of full width": ("Jan Wilgenroos", "Ｗｉｌｇｅｎｒｏｏｓ"),
    "mathematical": ("Jan Wilgenroos", "𝐖𝐢𝐥𝐠𝐞𝐧𝐫𝐨𝐨𝐬"),
    "in circles": ("Jan Wilgenroos", "ⓦⓘⓛⓖⓔⓝⓡⓞⓞⓢ"),
    "digits": ("Jan Wilgenroos", "w1lg3nr00s"),
    "signs": ("Jan Wilgenroos", "W!|gen®oos W!lgenroo$"),
    "a capital I for an l": ("Jan Wilgenroos", "WiIgenroos"),
    "an l for a capital I": ("Ibrahim Yilmaz", "lbrahim"),
    "rn for m": ("Jan Lammers", "Larnmers"),
    "vv for w": ("Jan Wilgenroos", "vvilgenroos"),
    "signs in both words": ("Jan Bos", "j@n b0s"),
    # Taken apart.
    "a hyphen": ("Jan Wilgenroos", "Wilgen-roos"),
    "dots": ("Jan Wilgenroos", "W.i.l.g.e.n.r.o.o.s"),
    "letter by letter": ("Jan Wilgenroos", "het was W i l g e n r o o s"),
    "broken off at the end of a line": ("Jan Wilgenroos", "het was Wilgen-\n  roos"),
    "lines between": ("Jan Bos", "jan\n\nbos"),
}


@pytest.mark.parametrize(("name", "text"), SPELLINGS.values(), ids=SPELLINGS)
def test_however_it_is_spelled_it_is_the_name(name: str, text: str) -> None:
    assert names(text, name)


ORDINARY = {
    "a flower": ("Roos de Wit", "Bij de deur stond een roos, en de muur is wit."),
    "a flower and a colour together": ("Roos de Wit", "De rozen zijn wit."),
    "a hill": ("Willem van den Berg", "aan de voet van de berg"),
    "a month": ("Jan Wilgenroos", "in jan 2026 en in januari"),
    "somebody wants": ("Wil de Boer", "De gemeente wil dat de boer wordt gehoord."),
    "the meeting": ("Lot Bos", "Het LOT heeft dit gewogen; het bos is doorzocht."),
    "more": ("Piet van der Meer", "Er is niet meer bekend over het meer."),
    "a part of a word": ("Wim Terpstra", "wimpels en terpstraten"),
    "letters that only look alike in another font": ("Mel Kiel", "In mei lag er klei."),
    "wel and Wei": ("Ann Wei", "Dat is wel zo."),
    "a bomb and Born": ("Kees Born", "Er lag een bom."),
    "somebody else": ("Jan Wilgenroos", "Pieter Wilgenburg en Anna Roosendaal waren er."),
    "a person without a name": ("Onbekende man", "Een onbekende man, de eigenaar van de auto."),
    "S1": ("Jan Wilgenroos", "S1 heeft met S2 in O1 gesproken."),
    "nothing": ("Jan Wilgenroos", ""),
    "a name of signs": ("--", "-- --"),
}


@pytest.mark.parametrize(("name", "text"), ORDINARY.values(), ids=ORDINARY)
def test_ordinary_words_name_nobody(name: str, text: str) -> None:
    assert not names(text, name)


CHOSEN = {
    "with a capital": ("Roos de Wit", "Volgens Roos was hij er."),
    "also where a sentence begins": ("Roos de Wit", "Roos was er."),
    "beside another part of the name": ("Roos de Wit", "roos de wit was er"),
    "turned round": ("Roos de Wit", "wit, roos"),
    "with an initial": ("Roos de Wit", "r. de wit"),
    "two letters": ("Bo Li", "mevrouw Li"),
}


@pytest.mark.parametrize(("name", "text"), CHOSEN.values(), ids=CHOSEN)
def test_a_name_that_is_a_word_counts_where_it_is_written_as_a_name(name: str, text: str) -> None:
    assert names(text, name)


LOOKS = {
    **{"a": "аα@4ａ𝐚", "e": "е3€ｅ", "g": "ɡ9𝗀", "i": "іɩ1!", "l": "ⅼ|1𝗅", "n": "ո𝐧", "o": "оοօ0", "r": "г𝗋"},
    **{"s": "ѕ5$ｓ", "w": "ѡԝ𝐰"},
}
"""By hand, and not from the table that the code reads."""
HIDDEN = "\u00ad\u034f\u200b\u200c\u200d\u200e\u202a\u2060\u2063\ufeff\ufe0e\U000e0041"
ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u0323\u0327\u0331\u0338"


@st.composite
def spelled(draw: st.DrawFn, name: str) -> str:
    """`name` as somebody writes it who wants a person to read it and a machine not to."""
    found = []
    for letter in name:
        looks = LOOKS.get(letter.lower(), "")
        written = draw(st.sampled_from((letter, letter.upper(), letter.lower(), *looks)))
        if letter.isalpha():
            written += draw(st.text(ACCENTS, max_size=2)) + draw(st.text(HIDDEN, max_size=2))
        found.append(written)
    return unicodedata.normalize(draw(st.sampled_from(("NFC", "NFD"))), "".join(found))


@given(spelled("Wilgenroos"), st.sampled_from(("{}", "Daar was {} dus.", "({}),", "a {}\tb")))
def test_no_spelling_that_a_reader_reads_gets_past(spelling: str, sentence: str) -> None:
    assert names(sentence.format(spelling), "Jan Wilgenroos")


@given(spelled("Anna de Wees"), st.booleans())
def test_nor_one_of_a_whole_name(spelling: str, turned: bool) -> None:
    first, between, last = spelling.split(" ")
    assert names(f"{between} {last}, {first}" if turned else spelling, "Anna de Wees")


@given(st.text(max_size=200), st.text(max_size=60))
def test_whatever_is_typed_is_read(text: str, name: str) -> None:
    names(text, name)


@pytest.mark.parametrize("text", ["lI1|" * 1000, "lI1| " * 800, "a " * 2000, "1 " * 2000, "rnvv" * 1000, "W.i." * 1000])
def test_what_can_be_read_in_many_ways_has_an_end(text: str) -> None:
    assert len(marks_in(text)) < 200_000


# --- the reporter, unknown ------------------------------------------------------------------------------


def test_the_marks_of_a_reporter_match_without_the_name_and_in_one_signal_only() -> None:
    marks = marks_of("Greet Zonnebloem") | marks_of_contact("greet@post.example", "+31 15 555 01 23")
    one, other = new_key(), new_key()
    known = filled(one, marks)
    for text in ("volgens zonneb1oem", "bel 015-5550123", "mail GREET@post.example", "Greet zei het"):
        assert not hashes(one, marks_in(text)).isdisjoint(known), text
    assert hashes(one, marks_in("Een zonnebloem-veld, volgens Piet, 015-5550199")).isdisjoint(
        filled(one, marks_of("Greet Zonneveld"))
    )
    assert set(known).isdisjoint(filled(other, marks)), "another signal, other hashes"
    assert "onnebloem" not in "".join(known)


def test_how_many_names_a_reporter_has_cannot_be_counted() -> None:
    key = new_key()
    counts = {len(filled(key, marks_of(name))) for name in ("Greet", "Greet Zonnebloem", "G. Z. van den Zonnebloem")}
    assert counts == {32}


def test_an_organisation_is_named_by_its_words_together() -> None:
    marks = marks_of_organisation("Vereniging van Eigenaren De Hoek")
    assert marks_in("De vereniging van eigenaren de Hoek belde.") & marks
    assert not marks_in("Een vereniging van huurders op de hoek, en eigenaren.") & marks
    assert marks_in("woonbron belde") & marks_of_organisation("Woonbron")
