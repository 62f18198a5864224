"""What stands in the place of a fact that was wrong: the same kind of fact, judged like one that is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.model import Law, Outcome
from shared.protocol.records import Record, content_faults

_BY = (
    "Wie een gegeven verbetert, zegt wat ervoor in de plaats komt. Dat is van dezelfde soort en uit dezelfde bron; wat er"
    " stond, blijft in het dossier als vervangen, en wordt niet meer gedeeld of gewogen (art. 5 lid 1 onder d AVG)."
)
RULES = {
    **dict.fromkeys(("correction-missing", "no-correction"), _BY),
    "same-hit": (
        "Een gegeven uit een gesloten bron blijft bij de hit waarbij het hoort, en dus bij dezelfde persoon of hetzelfde"
        " object (art. 18 lid 2)."
    ),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Correction:
    """What stands there from now on. `about` None: it is about the same person or object."""

    finding: str | None = None
    matches: Mapping[str, bool] | None = None
    about: str | None = None

    def record(self, category: str, about: str, fields: Mapping[str, Any]) -> Record:
        """As what is recorded in the place of such a fact; whom that brought to light, stays with it."""
        kept = {name: value for name, value in fields.items() if name != "persons"}
        return Record(category, self.about or about, self.finding, self.matches, kept)


def correction_faults(
    law: Law, outcome: Outcome, given: Correction | None, about: tuple[str, ...], role: str, facts: Facts
) -> list[Fault]:
    """Everything that is wrong with what was given to stand in the place of what `about` names."""
    if not outcome.corrects:
        words = "bij dit antwoord komt niets in de plaats"
        return [Fault("correction", words, outcome.article, "no-correction")] if given else []
    if given is None:
        return [Fault("correction", "ontbreekt: wat moet er staan?", outcome.article, "correction-missing")]
    old = facts.item(about[0]) if about else None
    category = law.category(old.category) if old else None
    if old is None or category is None or category.process:
        # Said elsewhere: it is nothing that can be corrected.
        return []
    if category.closed and given.about not in (None, old.about):
        words = f"blijft over {old.about} gaan: een andere vraag is een andere hit"
        return [Fault("correction.about", words, "art. 18 lid 2", "same-hit")]
    found = content_faults(category, given.record(old.category, old.about, old.fields), role, facts)
    return [replace(one, field=f"correction.{one.field}") for one in found]
