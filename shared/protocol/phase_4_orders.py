"""Phase 4: how far a department is with its order, what it asks, and what it found (art. 23 and 24)."""

from __future__ import annotations

from shared.protocol.conditions import approach as c
from shared.protocol.conditions import orders
from shared.protocol.conditions.dates import possible
from shared.protocol.kinds import Choice, Date, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality, Who
from shared.protocol.states import PHASES

ORDER = "art. 24"
WHY_CANNOT = {
    "no-access": "er is geen toegang verkregen",
    "not-safe": "het is niet veilig",
    "no-power": "de bevoegdheid reikt niet zo ver",
    "nobody-there": "er is niemand of niets aangetroffen",
    "no-capacity": "er is niemand beschikbaar",
    "changed": "de toestand is veranderd",
}
WHY_REFUSED = {
    "not-relevant": "het doet voor dit signaal niet ter zake",
    "outside-the-order": "het valt buiten de opdracht",
    "not-lawful": "het mag niet worden verwerkt",
    "known": "het is al bekend",
    "too-vague": "het is niet na te gaan",
}
"""What is chosen and not written: so nothing of what was found stands in a refusal (R-T.18)."""


def departments(chosen: Municipality) -> tuple[str, ...]:
    """Under which designations an order is carried out."""
    return tuple(f"department-{one}" for one in chosen.departments)


def progress(chosen: Municipality) -> Decision:
    """How far the department is, in codes; that it is done asks what executing asks, and ends nothing."""
    return Decision(
        key=orders.PROGRESS,
        article=ORDER,
        question="Hoe staat het met deze opdracht?",
        states=(State.EXECUTION,),
        who=Who(departments(chosen)),
        in_codes=departments(chosen),
        outcomes=(
            Outcome("not-started", "nog niet begonnen", None, ORDER),
            Outcome("under-way", "bezig", None, ORDER),
            Outcome("done", "gedaan", None, ORDER, needs=(c.informed_at_execution, c.deferral_weighed_anew)),
            Outcome("cannot", "het kan niet", None, ORDER),
        ),
        fields=(
            Field("since", "Sinds welke datum is dat zo?", ORDER, Date()),
            Field("whyCannot", "Waarom kan het niet?", ORDER, Choice(WHY_CANNOT), ("cannot",)),
        ),
        about=("intervention",),
        needs=(
            c.checked_2b,
            c.not_executed,
            *possible(
                "since",
                "de datum sinds wanneer het zo is",
                ORDER,
                orders.stood_before_on,
                "de opdracht is gegeven, of waarvan het laatst is gezegd hoe het stond",
            ),
        ),
    )


def answer_department(chosen: Municipality) -> Decision:
    """Who has the file answers what a department asks about its order."""
    return Decision(
        key=orders.ANSWERED_BY_HOLDER,
        article=ORDER,
        question="Wat is het antwoord op deze vraag van een onderdeel?",
        states=PHASES[4].states,
        who=Who(tuple(chosen.file_roles)),
        outcomes=(Outcome("answered", "beantwoord", None, ORDER),),
        fields=(Field("answer", "Welk antwoord krijgt het onderdeel?", ORDER),),
        about=("asked",),
    )


def judge_finding(chosen: Municipality) -> Decision:
    """What a department found counts for nothing until who has the file has judged it."""
    return Decision(
        key=orders.JUDGED,
        article=ORDER,
        question="Wordt deze bevinding van een onderdeel overgenomen in het dossier?",
        states=PHASES[4].states,
        who=Who(tuple(chosen.file_roles)),
        outcomes=(
            Outcome("accepted", "ja, zij wordt een gegeven", None, ORDER, needs=(orders.concerns_the_signal,)),
            Outcome("refused", "nee, en wat er stond wordt vernietigd", None, ORDER),
        ),
        fields=(
            Field(
                "concerns",
                "Over wie of wat gaat zij (S1, O1, of report voor de melding)?",
                ORDER,
                Text(most=40),
                ("accepted",),
            ),
            Field("whyRefused", "Waarom niet?", ORDER, Choice(WHY_REFUSED), ("refused",)),
        ),
        about=("finding",),
    )
