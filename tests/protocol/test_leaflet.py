"""The bijsluiter: no article is missing, no rule is without an article, nothing in it is invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from shared.protocol.leaflet import TERMS, Article, Part, articles, conditions, leaflet, readings
from shared.protocol.model import Law, Terms
from tests.protocol.articles import ARTICLES, READINGS
from tests.protocol.laws import LAWS

ROOT = Path(__file__).parents[2]
BUILT_IN = [LAWS.of(version) for version in LAWS.versions]


def every() -> Iterator[tuple[Article, Part]]:
    for chapter in articles().values():
        for article in chapter:
            for part in article.parts:
                yield article, part


def named(kind: str) -> set[str]:
    return {key for _, part in every() for found, key in part.rules if found == kind}


def rules(law: Law, kind: str) -> set[str]:
    found = {
        "besluit": {one.key for one in law.decisions},
        "voorwaarde": set(conditions(law)),
        "gegeven": {one.key for one in law.categories},
        "termijn": {one.name for one in fields(Terms)},
    }
    return found[kind]


def test_no_article_and_no_lid_is_missing() -> None:
    found = {article.nummer: tuple(part.lid for part in article.parts) for article, part in every()}
    assert found == ARTICLES
    assert list(found) == list(ARTICLES), "in the order of the protocol"


@pytest.mark.parametrize("kind", ["besluit", "voorwaarde", "gegeven", "termijn"])
@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.version)
def test_every_rule_has_an_article_and_every_rule_named_exists(law: Law, kind: str) -> None:
    assert sorted(rules(law, kind) - named(kind)) == [], "in the law, and in no article of shared/protocol/leaflet"
    assert sorted(named(kind) - rules(law, kind)) == [], "named in shared/protocol/leaflet, and not in the law"


@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.version)
def test_one_code_has_one_sentence_and_one_article(law: Law) -> None:
    """Who is refused reads the rule that refused him: the document calls a condition by its code alone."""
    needs = [need for decision in law.decisions for need in decision.needs]
    needs += [need for decision in law.decisions for outcome in decision.outcomes for need in outcome.needs]
    needs += [need for category in law.categories for need in category.needs]
    said: dict[str, set[tuple[str, str]]] = {}
    for one in needs:
        said.setdefault(one.key, set()).add((one.article, one.says))
    assert {code: rules for code, rules in said.items() if len(rules) > 1} == {}


def test_every_lid_says_how_it_is_expressed_or_that_it_is_not() -> None:
    bare = [(article.nummer, part.lid) for article, part in every() if not (part.zo or part.rules or part.ontbreekt)]
    assert bare == []


def test_every_reading_that_was_chosen_stands_in_it_and_at_an_article() -> None:
    assert [one.nummer for one in readings()] == list(READINGS)
    assert {number for _, part in every() for number in part.lezingen} == set(READINGS)
    chosen = set()
    for folder in ("shared", "services", "docs"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".py", ".md", ".toml"):
                chosen |= {int(number) for number in re.findall(r"\bA-(\d+)\b", file.read_text())}
    assert chosen <= set(READINGS)


@pytest.mark.parametrize("law", BUILT_IN, ids=lambda law: law.version)
def test_it_prints_every_article_and_reading_in_dutch(law: Law) -> None:
    printed = leaflet(law)
    for article, _ in every():
        assert article.titel in printed
    for reading in readings():
        assert f"**Lezing {reading.nummer}** (bij " in printed
        assert reading.anders in printed
    assert not re.search(r"[{}`]|\bR-\d|\bA-\d|\bNone\b", printed), "no code, nothing left open, no requirement number"
    assert not re.search(r"\b(the|is not|must|of the|subject|which)\b", printed), "no English"
    for key in (*rules(law, "besluit"), *rules(law, "voorwaarde"), *rules(law, "gegeven")):
        assert "-" not in key or key not in printed


def test_its_terms_are_those_of_the_municipality() -> None:
    assert set(TERMS) == {one.name for one in fields(Terms)}
    for law in BUILT_IN:
        assert f"{law.terms.case_active_years} jaar actief" in leaflet(law)
