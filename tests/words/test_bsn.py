"""Citizen service numbers in a text. 123456782 and 111222333 pass the elfproef and are examples everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from shared.words.bsn import LEFT_OUT, has_bsn, without_bsn

WRITTEN = [
    "123456782",
    "BSN: 1234.56.782.",
    "12 34 56 782",
    "123-456-782",
    "1.2.3.4.5.6.7.8.2",
    "123\u200b456\u00ad782",
    "１２３４５６７８２",
    "١٢٣٤٥٦٧٨٢",
    "bsn123456782x",
    "123\n456\n782",
    "geboren op 20-11-1980 123456782",
    "geboren op 1980-11-20, 123456782 en 0612345678",
    "1234.56 782",
    "7f123456-782a-4c70-bf46",
    "a123456782b",
]
DATE = re.compile(r"(?<!\d)\d{1,2} \d{1,2} (19|20)\d\d(?!\d)")
OTHER = [
    "123456783",
    "06-12345678",
    "+31 15 555 01 23",
    "op 20-11-2026 5 keer",
    "1234567820",
    "0123456782",
    "KvK 12345678",
    "NL91 ABNA 0417 1643 00",
    "2026-11-20T21:30:00",
    "de lijst 7f123456-782a-4c70-bf46-19d296578549",
    "letter-0a123456782bcdef0a123456782bcdef",
    "",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert has_bsn(text)
    left = without_bsn(text)
    assert LEFT_OUT in left
    assert not has_bsn(left)


@pytest.mark.parametrize("text", OTHER)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not has_bsn(text)
    assert without_bsn(text) == text


@given(
    st.integers(10_000_000, 99_999_999),
    st.lists(st.sampled_from(["", " ", ".", "-", "\u200b"]), min_size=8, max_size=8),
)
def test_every_number_and_every_way_to_part_it(beginning: int, signs: list[str]) -> None:
    digits = [*str(beginning), "0"]
    last = sum(int(one) * (9 - place) for place, one in enumerate(digits[:8])) % 11
    if last == 10:
        return
    digits[8] = str(last)
    assert bsn.is_valid("".join(digits))
    written = "".join(one + sign for one, sign in zip(digits, [*signs, ""], strict=True))
    # A part of it can be read as a date; nobody writes it so.
    if not any(sign in "-." and sign for sign in signs) and not DATE.search(written.replace("\u200b", "")):
        assert has_bsn(f"nummer {written}, zegt hij")


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read(text: str) -> None:
    assert not has_bsn(without_bsn(text)) or LEFT_OUT in without_bsn(text)


def test_nothing_else_is_changed() -> None:
    assert without_bsn("Zie\u200b 111222333 én 123456782!") == f"Zie\u200b {LEFT_OUT} én {LEFT_OUT}!"
