"""What counts as the same: of a name, an address, a KvK number; and that it is said so."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finding import addresses, names
from shared.finding.companies import company_number
from shared.finding.things import SAMENESS_RULES, SAMENESS_WORDS, Sameness, Thing, asked, kept
from tests.finding.labelled import by_forms, pairs, score


def found(one: Thing, other: Thing) -> set[Sameness]:
    """In what `one`, when it is asked for, is the same as `other`."""
    forms = kept([other])
    return {kind for kind, looked_for in asked(one).items() if not forms.isdisjoint(looked_for)}


SAME_ADDRESS = [
    ("Dorpsstraat 12", "dorpsstr. 12"),
    ("Dorpsstraat 12", "Dorpsstraat nr. 12"),
    ("Dorpsstraat 12, Schipluiden", "DORPSSTRAAT 12"),
    ("Dorpsstraat 12a", "Dorpsstraat 12 A"),
    ("Dorpsstraat 12a", "Dorpsstraat 12-A, Schipluiden"),
    ("Dorpsstraat 12-2", "Dorpsstraat 12 II"),
    ("Dorpsstraat 12, 2636 XX Schipluiden", "2636xx 12"),
    ("2636 XX 12 A", "Dorpstraat 12a, 2636XX"),
    ("O.Z. Voorburgwal 5", "Oudezijds Voorburgwal 5"),
    ("O.Z. Voorburgwal 5", "Oude Zijds Voorburgwal 5"),
    ("Van der Goesstraat 3", "v.d. Goesstr. 3"),
    ("Burg. Musquetiersingel 8", "Burgemeester Musquetiersingel 8"),
    ("Rijksstraatweg 33", "Ryksstraatwg 33"),
    ("'s-Gravenweg 33, Den Haag", "s Gravenweg 33, ’s-Gravenhage"),
    ("1e Dwarsstraat 4", "Eerste Dwarsstraat 4"),
    ("Laan van 1940-1945 12", "Laan van 1940-1945 12"),
]
OTHER_ADDRESS = [
    ("Dorpsstraat 12", "Dorpsstraat 14"),
    ("Dorpsstraat 12", "Dorpsstraat 12a"),
    ("Dorpsstraat 12", "Dorpsstraat 1 2"),
    ("Dorpsstraat 12, Schipluiden", "Dorpsstraat 12, Maasland"),
    ("Dorpsstraat 12", "Dorpsweg 12"),
    ("2636 XX 12", "2636 XY 12"),
    ("Dorpsstraat", "Dorpsstraat"),
    ("ergens achter de kerk", "ergens achter de kerk"),
]


@pytest.mark.allowed("R-9.10")
@pytest.mark.parametrize(("one", "other"), SAME_ADDRESS)
def test_spellings_of_one_address_are_one(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        assert found(Thing(address=first), Thing(address=second)) == {Sameness.ADDRESS}


@pytest.mark.refused("R-9.10")
@pytest.mark.parametrize(("one", "other"), OTHER_ADDRESS)
def test_another_address_is_another(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        assert not found(Thing(address=first), Thing(address=second))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12345678", "12345678"),
        ("KvK 1234567", "01234567"),
        ("kvk-nr. 12 34 56 78", "12345678"),
        ("01.234.567", "01234567"),
        ("123456", None),
        ("123456789", None),
        ("00000000", None),
        ("onbekend", None),
    ],
)
def test_a_company_number_is_its_eight_digits(text: str, number: str | None) -> None:
    assert company_number(text) == number


def test_who_is_written_out_does_not_meet_another_by_his_initial() -> None:
    """J. de Boer finds both; Jan and Jaap do not find each other, and each says in what it is the same."""
    jan, jaap, initial = (Thing(name=one) for one in ("Jan de Boer", "Jaap de Boer", "J. de Boer"))
    assert found(jan, jan) == {Sameness.NAME}
    assert (
        found(initial, jan)
        == found(initial, jaap)
        == found(jan, initial)
        == found(initial, initial)
        == {Sameness.INITIALS}
    )
    assert not found(jan, jaap)


def test_a_last_name_alone_is_not_searched() -> None:
    for name in ("Wilgenroos", "mevrouw Wilgenroos", "van den Berg", "", "-", "J."):
        assert not names.kept(name)
        assert not asked(Thing(name=name))


def test_a_birth_date_makes_an_initial_enough() -> None:
    one, other = Thing(name="Jan Bos", born=date(1970, 2, 28)), Thing(name="J.P. Bos", born=date(1970, 2, 28))
    assert Sameness.BIRTH in found(one, other)
    assert Sameness.BIRTH not in found(one, Thing(name="J.P. Bos", born=date(1970, 3, 1)))


def test_a_kind_is_never_taken_for_another() -> None:
    """What a name is written as is not what an address is, however strange."""
    every = [
        form
        for one in (Thing(name="Jan Bos"), Thing(address="Bos 1"), Thing(company="12345678"))
        for form in kept([one])
    ]
    assert len(every) == len(set(every))
    assert all(form.split(":")[0] in set(Sameness) for form in every)


def test_names_are_taken_as_one_as_well_as_was_measured() -> None:
    """The list is the measure (`python -m bench names`): a rule that finds more and is wrong more often is none."""
    assert len(pairs()) >= 300
    measured = score(by_forms())
    assert measured.precision >= 0.98
    assert measured.recall >= 0.84
    plain = score(lambda one, other: one == other)
    assert measured.recall > 10 * plain.recall


def test_who_asks_whom_makes_no_difference() -> None:
    compare = by_forms()
    assert [one for one in pairs() if compare(one.one, one.other) != compare(one.other, one.one)] == []


@given(st.text(max_size=60))
def test_whatever_is_typed_has_few_forms_and_finds_itself(text: str) -> None:
    one = Thing(name=text, address=text, company=text)
    forms = kept([one])
    assert len(forms) <= 80
    for looked_for in asked(one).values():
        assert len(looked_for) <= 120
    names_found = names.asked(text)
    if names.kept(text):
        assert not names.kept(text).isdisjoint(names_found[0] | names_found[1])
    if addresses.kept(text):
        assert not addresses.kept(text).isdisjoint(addresses.asked(text))


def test_every_kind_has_its_words_and_its_rule() -> None:
    assert set(SAMENESS_WORDS) == set(SAMENESS_RULES) == set(Sameness)
    assert all(one.endswith(".") for one in SAMENESS_RULES.values())
