"""The part of the printed protocol about words: who is named in them, and what is special in them."""

from __future__ import annotations

from collections.abc import Iterator

from shared.protocol.special import CITIZEN_NUMBER, SPECIAL_CATEGORIES, SPECIAL_GROUNDS, SpecialGround
from shared.protocol.wording import RULES


def about_words() -> Iterator[str]:
    """Markdown lines: the rules, every kind of special data with the words that point to it, every ground."""
    yield "## Wat in woorden mag staan"
    yield ""
    yield from (f"- {one}" for one in RULES.values())
    yield ""
    yield "| gegevens | artikel | woorden die erop wijzen (… staat voor elk begin of einde) |"
    yield "|---|---|---|"
    for kind in SPECIAL_CATEGORIES:
        yield f"| {kind.name} | {kind.article} | {', '.join(one.replace('*', '…') for one in kind.words)} |"
    yield ""
    yield "| antwoord | artikel | voor |"
    yield "|---|---|---|"
    for ground in SPECIAL_GROUNDS:
        yield f"| {ground.says} | {ground.article} | {_for(ground)} |"


def _for(ground: SpecialGround) -> str:
    if ground.categories == (CITIZEN_NUMBER,):
        return "burgerservicenummer"
    named = {kind.key: kind for kind in SPECIAL_CATEGORIES}
    if set(ground.categories) == set(named):
        return "alle"
    of_one_article = [kind for kind in SPECIAL_CATEGORIES if kind.article == named[ground.categories[0]].article]
    if len(of_one_article) == len(ground.categories) > 1:
        return f"alle van {of_one_article[0].article}"
    return "; ".join(named[one].name for one in ground.categories)
