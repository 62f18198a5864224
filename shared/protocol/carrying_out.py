"""What was granted on a request of a person is carried out by who has the file, and he says so (AVG 16, 17 and 19; R-10.3).

That it waits follows from the records of the dossier, so each later holder knows it too. Nothing is put right by it: that is done by
the decisions of rectifying.py, and this says that all of it was, so that the restriction can be lifted and who asked hears who was told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from shared.protocol.conditions import carrying_out as c
from shared.protocol.facts import Grant
from shared.protocol.faults import Fault
from shared.protocol.kinds import Text
from shared.protocol.model import Decision, Field, Outcome
from shared.protocol.municipality import Municipality, Who
from shared.protocol.rectifying import IN_HAND
from shared.protocol.restricting import GRANTED, RESTRICTING

CARRIED_OUT = "carried-out"
MOST_STATEMENT = 2000
_KIND_OF = {outcome: kind for kind, outcome in GRANTED.items()}
_WAITS = "Voordat de afscherming wordt opgeheven, heeft ieder die een signaal van de betrokkene behandelt, uitgevoerd wat is toegewezen"
RULES = {"not-carried-out": f"{_WAITS} ({c.CARRIED_OUT_BY})."}
"""What the printed protocol says of each fault, by its code."""


def carried_out(chosen: Municipality) -> Decision:
    """AVG 16 and 17: what was granted is done in the file; AVG 19: who had it knows."""
    return Decision(
        key=CARRIED_OUT,
        article=c.CARRIED_OUT_BY,
        question="Is uitgevoerd wat op dit verzoek is toegewezen?",
        states=IN_HAND,
        who=Who(tuple(chosen.file_roles)),
        outcomes=(
            Outcome("done", "ja, en wie het kreeg, weet het", None, c.KNOW_OF_IT, needs=(c.who_had_it_was_told,)),
        ),
        fields=(
            Field("whatWasDone", "Wat is er gedaan?", c.CARRIED_OUT_BY),
            Field(
                "statement",
                "Wat hoort te staan naast wat zelf niet verandert?",
                "art. 16 AVG",
                Text(most=MOST_STATEMENT),
                required=False,
            ),
        ),
        about=("granted",),
        needs=(c.granted_is_put_right, c.what_stays_has_a_statement),
    )


@dataclass(frozen=True)
class OnRecord:
    """A decision or record of the dossier, by its codes; `version`: of the dossier when it was made."""

    key: str
    outcome: str
    about: tuple[str, ...]
    version: int


def granted(records: Iterable[OnRecord], before: int | None = None) -> dict[str, Grant]:
    """By request what was granted and holds; `before`: as it was known when version `before` was made."""
    found: dict[str, Grant] = {}
    for one in records:
        if one.key != RESTRICTING or (before is not None and one.version >= before):
            continue
        request, subject, *things = one.about
        found.pop(request, None)
        if kind := _KIND_OF.get(one.outcome):
            found[request] = Grant(request, kind, subject, tuple(things))
    return found


def to_carry_out(records: Iterable[OnRecord]) -> Mapping[str, Grant]:
    """What was granted, and was not said to be carried out as it stands. A record is of the version that it met, a decision makes a
    version: so what came after it, however dated, was not judged by it."""
    known = tuple(records)
    holding = granted(known)
    for one in known:
        if one.key != CARRIED_OUT:
            continue
        (request, *_) = one.about
        judged = granted(known, one.version).get(request)
        if judged is not None and judged == holding.get(request):
            del holding[request]
    return holding


def not_carried_out(signals: Collection[str]) -> list[Fault]:
    """`signals`: those whose holder has not carried out what was granted."""
    if not signals:
        return []
    words = f"nog niet uitgevoerd wat is toegewezen, bij: {', '.join(signals)}"
    return [Fault("key", words, c.CARRIED_OUT_BY, "not-carried-out")]
