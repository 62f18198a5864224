"""What follows from words that were read: faults with their article, grounds that fit, and what a decision shares."""

from __future__ import annotations

import pytest

from shared.protocol.judge import Attempt
from shared.protocol.passing_on import Forwarding
from shared.protocol.special import AVG_10, SPECIAL_CATEGORIES, SPECIAL_GROUNDS, grounds_for, special_in
from shared.protocol.wording import Written, pointing_faults, shared_by, word_faults

SAYS = {
    "health": "hij is alcoholverslaafd en ligt in het ziekenhuis",
    "religion": "hij bezoekt de moskee",
    "origin": "een man van marokkaanse afkomst",
    "politics": "partijlid van een politieke partij",
    "trade-union": "werkt voor de vakbond",
    "sex-life": "zijn seksuele geaardheid",
    "biometric": "zijn vingerafdrukken",
    "genetic": "een dnaprofiel",
    "criminal": "heeft een strafblad en is veroordeeld",
}
ORDINARY = (
    "er is een vermoeden van ondermijning door criminele activiteiten, hennep en witwassen",
    "de politie negeert dit niet; het signaal wordt aangehouden tot het volgende overleg",
    "de erfpacht, de vergunning en de uitkering zijn nagezien; aroma en rasterwerk bij de kerk",
)


def codes(text: str, **grounds: str) -> list[str]:
    given = {name.replace("_", "-"): ground for name, ground in grounds.items()}
    return [one.code for one in word_faults([Written("reason", frozenset(text.split()))], given)]


@pytest.mark.parametrize("kind", SPECIAL_CATEGORIES, ids=lambda one: str(one.key))
def test_every_kind_is_noticed_by_its_words_and_answered_by_each_of_its_grounds(kind: object) -> None:
    assert {one.key for one in SPECIAL_CATEGORIES} == set(SAYS)
    found = next(one for one in SPECIAL_CATEGORIES if one is kind)
    words = frozenset((*SAYS[found.key].split(), "wilgenroos"))
    assert found in special_in(words)
    (fault, *_) = [one for one in word_faults([Written("reason", words)], {}) if found.name in one.reason]
    assert (fault.field, fault.code, fault.article) == ("reason", "special-unanswered", found.article)
    assert "wilgenroos" not in fault.reason, "what was written is not repeated"
    assert grounds_for(found.key)
    for ground in grounds_for(found.key):
        assert f"{ground.says} ({ground.key})" in fault.reason
        others = {one.key: grounds_for(one.key)[0].key for one in special_in(words)}
        assert word_faults([Written("reason", words)], others | {found.key: ground.key}) == []


@pytest.mark.parametrize("text", ORDINARY)
def test_what_every_signal_is_about_is_not_special(text: str) -> None:
    assert codes(text.replace(",", "").replace(";", "")) == []


def test_a_ground_of_something_else_is_no_answer() -> None:
    assert codes("hij is ziek", health="police-or-justice-data") == ["special-ground-unknown"]
    assert codes("hij is ziek", religion="made-public") == ["special-unanswered"]
    assert codes("gewone woorden", luck="made-public") == ["special-ground-unknown"]
    assert codes("gewone woorden", health="made-public") == [], "no list knows every word: who writes may know better"


def test_data_of_a_criminal_nature_have_their_own_article_and_grounds() -> None:
    criminal = {one.key for one in SPECIAL_GROUNDS if one.categories == ("criminal",)}
    assert criminal == {"police-or-justice-data", "public-cooperation"}
    assert [one.article for one in SPECIAL_CATEGORIES if one.key == "criminal"] == [AVG_10]
    assert all(one.key != "criminal" or one.article == AVG_10 for one in SPECIAL_CATEGORIES)


def test_what_is_read_in_a_text_is_refused_each_with_its_article() -> None:
    written = Written("reason", names=True, reporter=True, bsn=True)
    assert [(one.code, one.article) for one in word_faults([written, Written("fields.x")], {})] == [
        ("names-somebody", "art. 5"),
        ("shows-reporter", "art. 5 lid 1"),
        ("bsn", "art. 46 UAVG"),
    ]


@pytest.mark.allowed("R-T.13")
@pytest.mark.refused("R-T.13")
def test_words_are_marked_that_stand_there_and_nothing_else_is_asked_of_them() -> None:
    assert pointing_faults(stands=True, grounds={}) == []
    assert [one.code for one in pointing_faults(stands=True, grounds={"luck": "made-public"})] == [
        "special-ground-unknown"
    ]
    assert [(one.field, one.code, one.article) for one in pointing_faults(stands=False, grounds={})] == [
        ("finding", "words-not-found", "art. 5 lid 1")
    ]


def test_what_a_decision_shares() -> None:
    def shares(key: str, outcome: str, *about: str, to: Forwarding | None = None) -> dict[str, str]:
        return shared_by(Attempt(key, outcome, "x", {}, to, about))

    assert shares("check-2a", "may", "report", "wonen") == {"report": "about"}
    assert shares("check-2b", "may", "item-2", "report") == {"report": "about"}
    assert shares("check-2a", "may-not", "report", "wonen") == {}
    assert shares("weging-2a", "no-task", to=Forwarding("partner", "douane", ("report", "item-3"))) == {
        "report": "forwarding.items",
        "item-3": "forwarding.items",
    }
    assert shares("weging-2a", "task") == {}
    assert shares("check-2b", "may", "item-2") == {}, "incomplete: the law refuses it"
