"""Many at once where it is one thought: sources, cells of a matrix, questions; one reason per row, column or cell.

Each cell is judged as if it were decided alone; one that is refused refuses all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.judge import Allowed, Attempt, AttemptPart, Refused, judge
from shared.protocol.model import Law, State

SEVERAL = "several"
"""The outcome of a decision whose parts have different ones."""
MOST_CELLS = 1000
_TOGETHER = (
    "Over meer bronnen, cellen van een matrix (gegevens en ontvangers) of vragen kan in één keer worden besloten, met een"
    " reden per rij, kolom of cel. Elk deel wordt beoordeeld alsof het alleen werd besloten, en wordt samen met de andere"
    " vastgelegd en ingetrokken; over niets wordt twee keer besloten (art. 6 lid 1)."
)
RULES = dict.fromkeys(("not-together", "twice", "too-many"), _TOGETHER)
"""What the printed protocol says of each fault, by its code."""


def cells(part: AttemptPart) -> Iterator[tuple[str, ...]]:
    """What a part is about: each of the first with each of the second."""
    return product(*part.about)


def single(attempt: Attempt, part: AttemptPart, about: tuple[str, ...]) -> Attempt:
    """One cell of a part, as if it were decided alone."""
    return replace(
        attempt,
        parts=(),
        about=about,
        outcome=part.outcome or attempt.outcome,
        reason=part.reason if part.reason.strip() else attempt.reason,
        fields=part.fields or attempt.fields,
    )


def each(attempt: Attempt) -> Iterator[tuple[int, Attempt]]:
    """Every cell with the place of its part; the attempt itself where it has no parts."""
    if not attempt.parts:
        yield -1, attempt
    for place, part in enumerate(attempt.parts):
        for about in cells(part):
            yield place, single(attempt, part, about)


def judge_together(law: Law, state: State, attempt: Attempt, roles: frozenset[str], facts: Facts) -> Allowed | Refused:
    """Judge every part of `attempt`; what is wrong is named once per part."""
    if not attempt.parts:
        return judge(law, state, attempt, roles, facts)
    decision = law.decision(attempt.key)
    article = decision.article if decision else "art. 2"
    count = sum(1 for _ in each(attempt)) if all(attempt.parts[0].about) else 0
    if (decision and not decision.together) or attempt.about or attempt.forwarding or attempt.correction or not count:
        words = "dit wordt niet met andere tegelijk besloten, of er is niet genoemd waarover het gaat"
        return Refused("content", (Fault("parts", words, article, "not-together"),))
    if count > MOST_CELLS:
        return Refused("content", (Fault("parts", f"zijn er meer dan {MOST_CELLS}", article, "too-many"),))
    faults: dict[Fault, None] = {}
    allowed: list[Allowed] = []
    seen: set[tuple[str, ...]] = set()
    for place, one in each(attempt):
        if one.about in seen:
            words = f"hierover staat er al een deel: {', '.join(map(law.called, one.about))}"
            faults[Fault(f"parts.{place}", words, article, "twice")] = None
        seen.add(one.about)
        judged = judge(law, state, one, roles, facts)
        if isinstance(judged, Allowed):
            allowed.append(judged)
        elif judged.kind != "content":
            return judged
        else:
            faults |= dict.fromkeys(replace(fault, field=f"parts.{place}.{fault.field}") for fault in judged.faults)
    return Refused("content", tuple(faults)) if faults else allowed[0]
