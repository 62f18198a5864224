"""Who was never informed when a signal is to be destroyed: shown first, and decided on before it is approved (art. 26 lid 5).

After destruction nobody can inform him any more. So the beheerder does not approve the list before the privacy officer has
decided on each of them: he is informed after all, and his signal waits for that; or he is not, on a ground. Pure: the list is
a value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.protocol.faults import Fault
from shared.protocol.informing import GROUNDS, NOT_DUE

_ARTICLE = "art. 26 lid 5"
NEVER_INFORMED = "neverInformed"
AFTER_ALL, GROUND_HOLDS = "inform", "ground-holds"
ABOUT_EACH = {
    AFTER_ALL: "alsnog informeren; het signaal wacht daarop",
    GROUND_HOLDS: "de grond voor uitstel geldt nog (art. 26 lid 3)",
    **{ground: words for ground, words in NOT_DUE.items() if ground != "no-data-kept"},
}
"""What the privacy officer answers about each person. A new ground for not informing takes who handles the file too
(art. 26 lid 4), so that it is decided at the duty itself; here only one that was decided so is confirmed. That no data are
kept is no ground: they are, until now."""
UNDECIDED = "undecided"
"""The ground of who was decided on by nobody: the ultimate date of the list came first."""
_SENT, _NOT_DUE, _DEFERRED = "sent", "not-due", "deferred"

RULES = {
    "not-told": (
        "Een vernietigingslijst wordt pas goedgekeurd als bekend is wie van de betrokkenen nooit is geïnformeerd"
        f" ({_ARTICLE})."
    ),
    "undecided": (
        "Over elke betrokkene die nooit is geïnformeerd, besluit de privacy officer vóór de goedkeuring: alsnog informeren,"
        " waarop het signaal wacht, of niet, met de grond (art. 26 lid 4 en 5)."
    ),
    "nobody-here": f"Besloten wordt alleen over wie op de lijst staat als nooit geïnformeerd ({_ARTICLE}).",
    "no-ground": (
        "Dat de grond voor uitstel nog geldt, kan alleen als het uitstel samen met de privacy officer is vastgelegd en de"
        " datum waarop opnieuw wordt gekeken niet voorbij is (art. 26 lid 4 en 5)."
    ),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Owed:
    """What is owed to one person, whose name is not here. `signal`: by its number; `state` as gates know a duty.

    `grounds`: on which he was not informed so far: interests a to j of a deferral, or why nothing is due.
    """

    signal: str
    state: str
    grounds: tuple[str, ...] = ()
    review_on: date | None = None
    answered: str = ""
    """What the privacy officer decided for this list, one of `ABOUT_EACH`; empty while she has not."""

    @property
    def never_informed(self) -> bool:
        return self.state != _SENT

    @property
    def is_asked(self) -> bool:
        """Whether it has to be decided on: that nothing is due, was decided with the privacy officer already."""
        return self.state not in (_SENT, _NOT_DUE)

    def still_deferred(self, today: date) -> bool:
        return self.state == _DEFERRED and self.review_on is not None and self.review_on >= today


def never_informed_faults(
    signals: Sequence[str], told: Collection[str], owed: Mapping[str, Owed], answers: Mapping[str, str], today: date
) -> list[Fault]:
    """What is missing before `signals` may be destroyed. `owed`: by the number of the duty; `told`: of which signals it
    is known; `answers`: the privacy officer's, one of `ABOUT_EACH` by the number of the duty."""
    unknown = [one for one in signals if one not in told]
    if unknown:
        words = f"van {', '.join(unknown[:3])} is nog niet bekend wie nooit is geïnformeerd"
        return [Fault("key", words, _ARTICLE, "not-told")]
    asked = {duty: one for duty, one in owed.items() if one.signal in signals and one.is_asked}
    faults = []
    left = sorted(asked.keys() - answers.keys())
    if left:
        words = f"de privacy officer heeft nog niet besloten over wie nooit is geïnformeerd: {', '.join(left)}"
        faults.append(Fault("key", words, _ARTICLE, "undecided"))
    return faults + answer_faults(asked, answers, today)


def answer_faults(owed: Mapping[str, Owed], answers: Mapping[str, str], today: date) -> list[Fault]:
    """What is wrong with what the privacy officer answers about some of those who are owed something."""
    asked = {duty: one for duty, one in owed.items() if one.is_asked}
    faults = []
    if answers.keys() - asked.keys():
        words = "gaat over iemand over wie hier niets te besluiten is"
        faults.append(Fault(f"fields.{NEVER_INFORMED}", words, _ARTICLE, "nobody-here"))
    for duty, one in sorted(asked.items()):
        if answers.get(duty) == GROUND_HOLDS and not one.still_deferred(today):
            words = f"{duty} is niet uitgesteld tot een datum die nog niet voorbij is"
            faults.append(Fault(f"fields.{NEVER_INFORMED}", words, "art. 26 lid 4", "no-ground"))
    return faults


def answers_in(owed: Mapping[str, Owed]) -> dict[str, str]:
    """What the privacy officer decided so far, by the number of the duty."""
    return {duty: one.answered for duty, one in owed.items() if one.answered}


def waiting_for_a_notice(owed: Mapping[str, Owed], answers: Mapping[str, str]) -> frozenset[str]:
    """The signals that are not destroyed yet: somebody in them is informed after all."""
    return frozenset(owed[duty].signal for duty, answer in answers.items() if answer == AFTER_ALL and duty in owed)


def counted(owed: Mapping[str, Owed], answers: Mapping[str, str]) -> dict[str, int]:
    """How many of these persons were never informed, by ground: interests as `d` or `d,i`, or why nothing was due."""
    found: dict[str, int] = {}
    for duty, one in owed.items():
        if not one.never_informed:
            continue
        answer = answers.get(duty, UNDECIDED)
        if answer == AFTER_ALL:
            # At the ultimate date the letter that was ordered had not gone.
            answer = UNDECIDED
        decided = one.grounds if not one.is_asked or answer == GROUND_HOLDS else (answer,)
        ground = ",".join(sorted(decided)) or UNDECIDED
        found[ground] = found.get(ground, 0) + 1
    return dict(sorted(found.items()))


def said(ground: str) -> str:
    """A ground of `counted` as people say it, after "voor deze persoon"."""
    if ground == UNDECIDED:
        return "is niets besloten, omdat de uiterste dag van de lijst was verstreken"
    if ground in NOT_DUE:
        return f"geldt: {NOT_DUE[ground]}"
    interests = " en ".join(GROUNDS[one] for one in ground.split(","))
    return f"is het informeren uitgesteld in het belang van {interests} (art. 26 lid 3)"
