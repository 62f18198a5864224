"""Sentences as people write them at their work, and the ways in which somebody tries to get a name or a number past.

Read as the engine reads: every sentence must pass whoever the signal is about; every spelling must be noticed.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.protocol.special import CITIZEN_NUMBER, grounds_for
from shared.protocol.wording import Written, word_faults
from shared.words.bsn import LEFT_OUT, has_bsn, without_bsn
from shared.words.folding import plain_words
from shared.words.names import marks_in, marks_of

PEOPLE = (
    "Jan Wilgenroos",
    "Roos de Wit",
    "Willem van den Berg",
    "Lot Bos",
    "Piet van der Meer",
    "Mees de Jong",
    "Fatima el Khatib",
    "J.P. Bakker",
    "Wil de Boer",
    "Mark Vermeulen",
    "Anna de Wees",
    "Bo Li",
    "Ali Can",
    "Kees Born",
    "Mohamed El Amrani",
    "Sam Visser",
    "Hans Smit",
    "Tim de Haan",
    "Ben Prins",
    "Max Post",
    "Guus Hof",
    "Rob Kok",
    "Ad Vos",
    "An de Man",
    "Daan Kuipers",
    "Nel Bal",
    "Tom Tas",
    "Noor Ooms",
    "Ton Zand",
    "Nick Laan",
    "Cor Wet",
    "Hugo Recht",
    "Bram Burg",
    "Merel Meester",
    "Sara Bron",
    "Stef Deur",
    "Teun Huur",
    "Dirk Maat",
    "Vera Veld",
    "Mo Staat",
    "Jos Plan",
    "Dan Werk",
    "Tien Grond",
    "Ineke Dag",
)
"""Many of them are called as a thing, a place or a verb is called."""
SENTENCES = (
    "S1 woont in O1 en verhuurt het pand aan S2.",
    "Er zijn onvoldoende aanwijzingen voor een vermoeden van ondermijning.",
    "De omgevingsvergunning is ingetrokken en het bezwaar loopt nog.",
    "Het LOT heeft het signaal gewogen en ziet een taak voor de burgemeester.",
    "De buren horen 's nachts een generator en ruiken een zoete lucht.",
    "De bakker op de hoek verkoopt geen vis.",
    "Er ligt zand op de weg en het gras is lang.",
    "De boer heeft zijn land verpacht aan een bedrijf uit de stad.",
    "Het is niet noodzakelijk om meer bronnen te raadplegen.",
    "Wij vragen de bronhouder of er een vergunning voor horeca is.",
    "De markt staat elke vrijdag op het plein bij de kerk.",
    "Op de foto van de gevel staat een bord met te huur.",
    "Hij wil dat de gemeente hem met rust laat.",
    "De post wordt elke dag door een ander opgehaald.",
    "Een lichte bestelbus staat er van zes tot negen uur.",
    "De controle is gepland op 20-11-2026 om 14.30 uur.",
    "De huur van 1.250 euro wordt contant betaald.",
    "Het kenteken is 12-ABC-3 en de auto is zwart.",
    "Zie de brief van 3 maart 2026, kenmerk 2026/004512.",
    "Het signaal is op 2026-11-20 ontvangen door het meldpunt.",
    "De oppervlakte is 1.234.567 m2 volgens de kaart.",
    "KvK-nummer 12345678, vestiging 000012345678.",
    "De rekening NL91 ABNA 0417 1643 00 is niet van S1.",
    "Bel het algemene nummer 14 015 van de gemeente.",
    "In mei en juni is niemand aan de deur geweest.",
    "De jonge man bij de poort zei niets.",
    "Het hek bij de molen is nieuw en de sloot is gedempt.",
    "De kamers zijn klein en er slapen acht mensen.",
    "Er is een klant die elke week met groot geld betaalt.",
    "Van den beginne af was duidelijk dat het om één pand gaat.",
    "Een winkel zonder klanten met een lange openingstijd.",
    "De hond van de overkant blaft als er volk aan komt.",
    "De conclusie is dat de gegevens passen bij het doel.",
    "Zonder dit middel is het doel niet te bereiken; een lichter middel volstaat niet.",
    "De raad heeft de verordening vastgesteld.",
    "Het college is bevoegd op grond van artikel 13b van de Opiumwet.",
    "Het besluit wordt genomen volgens plan, zonder haast.",
    "De dag erna was de loods leeg.",
    "Er is niets bekend over de verhuurder.",
    "De eigenaar van het pand is een stichting in de wijk west.",
    "Weging: het vermoeden is redelijk, de bron is betrouwbaar.",
    "De informatie is ouder dan vijf jaar en wordt niet gebruikt.",
    "De toezichthouder gaat met de brandweer langs.",
    "Men ziet mensen komen en gaan met tassen en dozen.",
    "Wij doen dit samen met de Belastingdienst en de douane.",
    "Het hof heeft uitspraak gedaan over het plan.",
    "Een deel van de straat is afgesloten voor werk aan het riool.",
    "De partij hout lag maanden op de kade.",
    "Ook de maat van de deur klopt niet met de tekening.",
    "Er hangt een camera boven de poort.",
    "Bezwaar is mogelijk binnen zes weken.",
    "Een groene auto en een rode bus staan bij de school.",
    "De koning van het plein, zo noemt men hem.",
    "De koper heeft de prijs in delen betaald.",
    "De winkel gaat over de kop en het personeel wacht op loon.",
    "De meester van de school belde over de hal.",
    "De prins op het witte paard kwam niet.",
    "Het was kort dag, maar het plan is af.",
    "Er zijn in totaal 9 kamers, 4 keukens en 2 badkamers.",
    "Op nummer 12-14 en 16 staan geen namen bij de bel.",
    "De gasmeter staat op 004512 en de watermeter op 12.345.",
    "Tussen 18.00 en 23.30 uur is het er druk.",
    "Dossier 2026-11-0045 is gesloten.",
    "S1 en S2 zijn vrienden, zegt een buurman.",
    "De melder heeft niets meer gezien na 1 mei.",
    "Art. 172 lid 3 Gemeentewet is niet nodig.",
    "Er wordt geen gegeven verstrekt dat niet nodig is.",
    "Bedrijf O2 heeft sinds 2019 geen jaarrekening gedeponeerd.",
    "Hier is sprake van een patroon en niet van toeval.",
    "Het pand heeft drie lagen en een kap.",
    "Met wie S1 zaken doet, blijkt niet uit de bron.",
    "In kamers 201, 202 en 203 slapen steeds andere mensen.",
    "De overwaarde is 1.123.456,78 euro volgens de taxatie.",
    "Op 20-11-2026 om 9 uur en op 2026-11-21 om 10 uur.",
    "Het BTW-nummer NL001234567B01 staat op de gevel.",
    "De coördinaten zijn 52.012345, 4.358765.",
)
SPELLINGS = (
    ("Jan Wilgenroos", "J. Wilgenroos"),
    ("Jan Wilgenroos", "J.Wilgenroos"),
    ("Jan Wilgenroos", "j wilgenroos"),
    ("Jan Wilgenroos", "Wilgenroos J"),
    ("Jan Wilgenroos", "Wilgenroos, Jan"),
    ("Jan Wilgenroos", "JanWilgenroos"),
    ("Jan Wilgenroos", "wilgenroosjan"),
    ("Jan Wilgenroos", "Jan-Wilgenroos"),
    ("Jan Wilgenroos", "Wilgen roos"),
    ("Jan Wilgenroos", "Wilg enroos"),
    ("Jan Wilgenroos", "Wilgen\nroos"),
    ("Jan Wilgenroos", "Wilgen\xa0roos"),
    ("Jan Wilgenroos", "Wil\tgenroos"),
    ("Jan Wilgenroos", "wilgen_roos"),
    ("Jan Wilgenroos", "Wilgen/roos"),
    ("Jan Wilgenroos", "Wilgen*roos"),
    ("Jan Wilgenroos", "Wilgen~roos"),
    ("Jan Wilgenroos", "W-i-l-g-e-n-r-o-o-s"),
    ("Jan Wilgenroos", "W  i  l  g  e  n  r  o  o  s"),
    ("Jan Wilgenroos", "#wilgenroos"),
    ("Jan Wilgenroos", "@wilgenroos"),
    ("Jan Wilgenroos", "jan.wilgenroos85@post.example"),
    ("Jan Wilgenroos", "www.wilgenroos.example"),
    ("Jan Wilgenroos", "Wilgenroos2"),
    ("Jan Wilgenroos", "1985wilgenroos"),
    ("Jan Wilgenroos", "Wilgenroos'"),
    ("Jan Wilgenroos", "«Wilgenroos»"),
    ("Jan Wilgenroos", "Wilgenr00s"),
    ("Jan Wilgenroos", "Wi1genroos"),
    ("Jan Wilgenroos", "W¡lgenroos"),
    ("Jan Wilgenroos", "Wilgen®oos"),
    ("Jan Wilgenroos", "Wiłgenroos"),
    ("Jan Wilgenroos", "Wɪlgenroos"),
    ("Jan Wilgenroos", "ᴡɪʟɢᴇɴʀᴏᴏs"),
    ("Jan Wilgenroos", "ʷⁱˡᵍᵉⁿʳᵒᵒˢ"),
    ("Jan Wilgenroos", "🆆🅸🅻🅶🅴🅽🆁🅾🅾🆂"),
    ("Jan Wilgenroos", "🅆🄸🄻🄶🄴🄽🅁🄾🄾🅂"),
    ("Jan Wilgenroos", "Wilgenгооs"),
    ("Jan Wilgenroos", "Wilgenroos\u0301"),
    ("Jan Wilgenroos", "Wïlgénrôôs"),
    ("Jan Wilgenroos", "Jаn"),
    ("Jan Wilgenroos", "Ｊａｎ"),
    ("Jan Wilgenroos", "J@n"),
    ("Jan Wilgenroos", "JAN"),
    ("Jan Wilgenroos", "Jans auto"),
    ("Jan Wilgenroos", "familie Wilgenroos"),
    ("Mohamed el Amrani", "El-Amrani"),
    ("Mohamed el Amrani", "ElAmrani"),
    ("Mohamed el Amrani", "m. el amrani"),
    ("Anne-Marie Visser", "anne marie"),
    ("Anne-Marie Visser", "A-M Visser"),
    ("Anne-Marie Visser", "am visser"),
    ("Jan Piet Wilgenburg", "jp wilgenburg"),
    ("Şükrü Yılmaz", "YILMAZ"),
    ("Şükrü Yılmaz", "sukru"),
    ("Łukasz Wójcik", "L. Wojcik"),
    ("Björn Strauß", "Strauss"),
    ("Björn Strauß", "bjoern"),
    ("Иван Петров", "иван"),
    ("Jan van 't Hof", "van ’t Hof"),
    ("Kees van der Velde", "K. v.d. Velde"),
    ("Kees van der Velde", "vander velde"),
    ("Kees van der Velde", "v/d Velde"),
    ("Li Wei", "WEI LI"),
    ("Li Wei", "li wei"),
    ("Rosa D'Angelo", "DAngelo"),
    ("Sean O'Brien", "o brien"),
    ("Ineke Plan", "de heer Plan"),
    ("Ineke Plan", "ineke"),
)
NUMBERS = (
    "1234 56 782",
    "1 2 3 4 5 6 7 8 2",
    "12345 6782",
    "123–456–782",
    "123/456/782",
    "123_456_782",
    "123'456'782",
    "123,456,782",
    "123:456:782",
    "123+456+782",
    "123*456*782",
    "123…456…782",
    "(123)456782",
    "123·456·782",
    "123 - 456 - 782",
    "1234\u2009567\u200982",
    "123\u00a0456\u00a0782",
    "1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8\u200b2",
    "1\u00ad23456782",
    "\u202e123456782",
    "①②③④⑤⑥⑦⑧②",
    "1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e3456782",
    "𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟐",
    "¹²³⁴⁵⁶⁷⁸²",
    "l23456782",
    "I2345678 2",
    "nr123456782x",
    "NL123456782B01",
    "20261120 123456782",
    "06 123456782",
)


def read(text: str, *people: str) -> Written:
    marks = marks_in(text)
    named = any(marks & marks_of(one) for one in people)
    return Written("reason", plain_words(text), names=named, bsn=has_bsn(text))


def test_there_are_enough_of_each() -> None:
    assert min(len(set(SENTENCES)), len(set(SPELLINGS))) >= 60
    assert len(set(NUMBERS)) >= 30


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_of_everyday_work_is_written_whoever_it_is_about(text: str) -> None:
    named = [one for one in PEOPLE if read(text, one).names]
    assert named == []
    assert word_faults([read(text)], {}) == []
    assert without_bsn(text) == text


@pytest.mark.parametrize(("name", "spelling"), SPELLINGS)
def test_a_spelling_that_a_reader_reads_is_noticed(name: str, spelling: str) -> None:
    (fault,) = word_faults([read(f"Dit zegt {spelling} er.", name)], {})
    assert (fault.field, fault.code) == ("reason", "names-somebody")
    assert spelling not in fault.reason


@pytest.mark.parametrize("spelling", NUMBERS)
def test_a_number_is_noticed_and_left_out(spelling: str) -> None:
    (fault,) = word_faults([read(f"Zie {spelling} in de brief.")], {})
    assert (fault.field, fault.code, fault.article) == ("reason", "bsn", "art. 46 UAVG")
    assert "782" not in fault.reason
    left = without_bsn(f"Zie {spelling} in de brief.")
    assert LEFT_OUT in left
    assert not has_bsn(left)


@given(
    st.lists(
        st.sampled_from(("\u200b", "\u00ad", "\ufe0f", "\u2060", " ", "_", "/", "·", "…", "")), min_size=8, max_size=8
    )
)
def test_whatever_stands_between_its_digits(signs: list[str]) -> None:
    number = "".join(one + sign for one, sign in zip("123456782", [*signs, ""], strict=True))
    assert has_bsn(f"nummer {number}.")


@given(st.integers(0, 999_999_999), st.sampled_from(("zaaknummer {}", "RSIN {}", "tel. {}", "({})")))
def test_a_number_that_is_none_has_a_way_out(number: int, words: str) -> None:
    """Which it is, digits do not say: who writes does, and is held to it."""
    written = read(words.format(f"{number:09}"))
    (answer,) = grounds_for(CITIZEN_NUMBER)
    assert word_faults([written], {CITIZEN_NUMBER: answer.key}) == []
    codes = [one.code for one in word_faults([written], {CITIZEN_NUMBER: "made-public"})]
    assert codes == ["special-ground-unknown"], "nobody may keep one because it is public"


def test_the_refusal_says_how_it_is_answered() -> None:
    (fault,) = word_faults([read("zaak 123456782")], {})
    assert "(another-number)" in fault.reason
    assert CITIZEN_NUMBER in fault.reason
    assert [one.code for one in word_faults([read("zaak 123456782")], {"health": "made-public"})] == ["bsn"]
