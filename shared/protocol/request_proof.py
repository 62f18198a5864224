"""The proof of completeness as who asks reads it: that each service answered, when, and how was looked (art. 10 lid 1). Pure.

It stands in an answer that says what there is, and in no other; and it says nowhere whether a service had something: that is
what the rest of the letter says, as far as it may be said. The words of a holder about free text go along for a signal of which
something is given, and for no other: a name that proved to be somebody else's is that person's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.protocol.show import day


@dataclass(frozen=True)
class LookedAt:
    """One service: `called` as people know it; `on`: when it answered; `how`: in what and how was looked; `words`: of who read."""

    holder: str
    called: str
    on: date
    how: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def proof(looked: Sequence[LookedAt]) -> list[tuple[str, Sequence[str]]]:
    """The paragraph of the letter; none where nothing was looked for."""
    if not looked:
        return []
    said = [f"{_capital(one.called)}: op {day(one.on)}; {'; '.join(one.how)}.{_words(one)}" for one in looked]
    return [("Waar wij hebben gekeken", ["Elke dienst die iets van u kan bewaren, heeft geantwoord.", *said])]


def copied(looked: Sequence[LookedAt]) -> list[dict[str, Any]]:
    """The same for a machine."""
    return [
        {
            "service": one.holder,
            "called": one.called,
            "on": one.on.isoformat(),
            "how": list(one.how),
            "words": list(one.words),
        }
        for one in looked
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(one: LookedAt) -> str:
    return "".join(f" Wie keek, schreef: {each}" for each in one.words)
