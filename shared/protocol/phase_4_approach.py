"""Phase 4: which approach, and the Ondermijningstafel (art. 21)."""

from __future__ import annotations

from shared.protocol.composing import ALONG, along
from shared.protocol.conditions import approach as c
from shared.protocol.conditions import entitled, riec
from shared.protocol.conditions.dates import last_of, monitored_within, possible
from shared.protocol.kinds import Answers, Choice, Choices, Date, Text, Verdicts
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import POLICE, Municipality

RIEC_CRITERIA = {
    "indications": (
        "Welke duidelijke en objectieve aanwijzingen van georganiseerde criminaliteit volgen uit eigen concrete "
        "waarnemingen? (onder a)"
    ),
    "form": "Om welke vorm van georganiseerde criminaliteit gaat het? (onder b)",
    "necessity": "Waarom is gezamenlijke verwerking noodzakelijk? (onder c)",
    "participants": "Waarom zijn meer deelnemers nodig? (onder d)",
    "region": "Wat is de relatie met de regio? (onder e)",
}
"""The five criteria of article 2.16 of the Besluit gegevensverwerking door samenwerkingsverbanden, (a) to (e)."""

RIEC_ASKS = {
    "current": "Is dit nog actueel?",
    "more": "Is hierover meer bekend?",
    "source": "Waarop berust dit?",
    "explained": "Kan dit worden toegelicht?",
}
"""What the RIEC can ask about an item or a criterion of a package, by codes: nothing is typed about anybody."""
TABLE_SAYS = {
    "accepted": ("accepted", "accepted-elsewhere"),
    "accepted-with-local-part": ("accepted-with-local-part",),
    "refused": ("not-accepted",),
}
"""Which outcomes of `riec-answer` agree with what the Ondermijningstafel signed."""

ALONE, TOGETHER, TABLE, MONITORED = "art. 21 lid 3", "art. 21 lid 2 onder a", "art. 21 lid 2 onder b", "art. 24"
BESIDE = (State.PLAN, State.CHECK_2B, State.EXECUTION)
"""Where a local approach goes on while the Ondermijningstafel is asked."""
OF_THE_RIEC = (State.RIEC_ANSWER, State.RIEC_INTAKE, State.REWEIGHING, State.RIEC_MONITORING)
"""Where none does, and an answer or a question of the Ondermijningstafel can come: also one signed after an answer was entered."""

OUTCOMES = (
    Outcome(
        "mono-police",
        "de politie pakt het alleen op",
        State.ENDED,
        ALONE,
        ends=True,
        forward_to=("partner",),
        forward_only_to=POLICE,
        needs=(c.nothing_adopted, riec.riec_heard_out),
    ),
    Outcome("mono-municipality", "één onderdeel pakt het alleen op", State.PLAN, ALONE, needs=(c.department_may,)),
    Outcome(
        "integral",
        "gemeente en partners samen",
        State.PLAN,
        TOGETHER,
        needs=(c.department_may,),
        discloses=True,
    ),
    Outcome("riec-intake", "een intake voor de Ondermijningstafel", State.RIEC_INTAKE, TABLE),
    Outcome(
        "riec-and-local",
        "beide: een intake voor de Ondermijningstafel, en lokaal samen",
        State.PLAN,
        "art. 21 lid 2",
        needs=(c.department_may,),
        discloses=True,
    ),
    Outcome(
        "nobody",
        "niemand kan het oppakken",
        State.ENDED,
        ALONE,
        ends=True,
        forward_to=("department",),
        needs=(c.nothing_adopted, riec.riec_heard_out),
    ),
)


def _fields(chosen: Municipality) -> tuple[Field, ...]:
    everybody, bases = {**chosen.departments, **chosen.partners}, Verdicts(chosen.named_bases)
    alone, together, drawn_up = (
        ("mono-municipality",),
        ("integral", "riec-and-local"),
        ("riec-intake", "riec-and-local"),
    )
    return (
        Field("considered", "Welke aanpakken zijn gewogen, en waarom deze?", "art. 21"),
        Field("department", "Welk onderdeel?", ALONE, Choice(chosen.departments), alone),
        Field("partners", "Welke twee of meer partners?", TOGETHER, Choices(everybody, at_least=2), together),
        Field("basis", "Op welke grondslag mag elk van hen deelnemen?", TOGETHER, bases, together),
        along(ALONG, *together),
        Field("drawnUpBy", "Welke partners stellen de intake op?", TABLE, Choices(everybody), drawn_up),
    )


def approach(chosen: Municipality) -> Decision:
    """Article 21: the LOT chooses the approach; several at once are possible."""
    return Decision(
        key="approach",
        article="art. 21 lid 1",
        question="Welke aanpak past bij dit signaal?",
        states=(State.APPROACH,),
        who=chosen.who["approach"],
        outcomes=OUTCOMES,
        fields=_fields(chosen),
        needs=(entitled.each_has_a_basis(chosen),),
    )


def reweighing(chosen: Municipality) -> Decision:
    """Article 21 lid 2 onder b: not accepted by the Ondermijningstafel, so the LOT weighs again."""
    return Decision(
        key="reweighing",
        article=TABLE,
        question="De Ondermijningstafel nam het niet aan: welke aanpak nu?",
        states=(State.REWEIGHING,),
        who=chosen.who["reweighing"],
        outcomes=OUTCOMES,
        fields=_fields(chosen),
        needs=(entitled.each_has_a_basis(chosen),),
    )


def riec_intake(chosen: Municipality) -> Decision:
    """That the intake was handed in, with how far the five criteria are met."""
    return Decision(
        key="riec-intake",
        article=TABLE,
        question="Is de intake ingediend bij de Ondermijningstafel?",
        states=(State.RIEC_INTAKE, *BESIDE),
        # Two of those who have the file send it off together.
        who=chosen.who["riec-intake"].four_eyes(),
        outcomes=(
            Outcome("handed-in", "ja", State.RIEC_ANSWER, TABLE, only_in=(State.RIEC_INTAKE,), discloses=True),
            Outcome("handed-in", "ja", None, TABLE, only_in=BESIDE, discloses=True),
        ),
        log_in_anew=True,
        fields=(
            Field(
                "criteria",
                "In hoeverre is aan elk van de vijf criteria voldaan?",
                "art. 2.16 BGS",
                Answers(RIEC_CRITERIA),
            ),
            Field("handedInOn", "Op welke datum?", TABLE, Date()),
            along(ALONG),
        ),
        needs=(
            riec.riec_included,
            riec.riec_not_asked,
            riec.riec_answer_taken_over,
            riec.riec_gets_something,
            riec.riec_criteria_answered,
            *possible(
                "handedInOn",
                "de datum van indienen",
                TABLE,
                last_of("approach", "reweighing"),
                "het LOT heeft gekozen voor de Ondermijningstafel",
            ),
        ),
        guidance=tuple(RIEC_CRITERIA.values()),
    )


def riec_answer(chosen: Municipality) -> Decision:
    """What the Ondermijningstafel decided. Not accepted: back to the LOT, and nowhere else. A signed answer that comes after one
    that was entered is taken over beside it, and counts."""
    return Decision(
        key="riec-answer",
        article=TABLE,
        question="Wat besloot de Ondermijningstafel?",
        states=(*OF_THE_RIEC, *BESIDE),
        who=chosen.who["riec-answer"],
        outcomes=(
            Outcome(
                "accepted",
                "aangenomen; bestuurlijke interventies volgen",
                State.PLAN,
                TABLE,
                only_in=OF_THE_RIEC,
            ),
            Outcome(
                "accepted-with-local-part",
                "aangenomen, met een deel voor de gemeente",
                State.PLAN,
                TABLE,
                only_in=OF_THE_RIEC,
            ),
            Outcome(
                "accepted-elsewhere",
                "aangenomen, zonder interventie van de gemeente; de monitoring blijft hier",
                State.RIEC_MONITORING,
                MONITORED,
                only_in=OF_THE_RIEC,
                needs=(c.every_intervention_done, monitored_within(chosen.terms.review_months, MONITORED)),
            ),
            Outcome("accepted", "aangenomen", None, TABLE, only_in=BESIDE),
            Outcome(
                "accepted-with-local-part", "aangenomen, met een deel voor de gemeente", None, TABLE, only_in=BESIDE
            ),
            Outcome("not-accepted", "niet aangenomen", State.REWEIGHING, TABLE),
        ),
        fields=(
            Field("decidedOn", "Op welke datum besloot zij?", "art. 1 onder q", Date()),
            Field("explanation", "Wat was haar toelichting?", TABLE),
            Field(
                "reviewOn",
                "Wanneer wordt de stand opnieuw bekeken?",
                MONITORED,
                Date(),
                outcomes=("accepted-elsewhere",),
            ),
            Field(
                "statement",
                "Op welk ondertekend antwoord berust het? Leeg: het is met de hand ingevoerd.",
                TABLE,
                Text(40),
                required=False,
            ),
        ),
        needs=(
            riec.riec_asked,
            *possible(
                "decidedOn", "de datum van haar besluit", "art. 1 onder q", riec.handed_in_on, "de intake is ingediend"
            ),
        ),
    )


def riec_supplement(chosen: Municipality) -> Decision:
    """What the RIEC is given on a question of its own: items that check 2A allows it, sent off by two, as an intake is."""
    return Decision(
        key="riec-supplement",
        article=TABLE,
        question="Welke gegevens krijgt het RIEC op zijn vraag?",
        states=(*OF_THE_RIEC, *BESIDE),
        who=chosen.who["riec-intake"].four_eyes(),
        outcomes=(
            Outcome("given", "de genoemde gegevens", None, TABLE, discloses=True, needs=(riec.riec_may_have_these,)),
            Outcome("nothing", "geen gegevens", None, TABLE, needs=(riec.riec_is_given_nothing,)),
        ),
        log_in_anew=True,
        fields=(
            Field("statement", "Op welke ondertekende vraag van het RIEC?", TABLE, Text(40)),
            Field("necessity", "Waarom is het noodzakelijk voor het RIEC (of niet)?", "art. 6 lid 1"),
            along(ALONG, "given"),
        ),
        about=("item",),
        about_many=True,
        needs=(riec.riec_has_a_question,),
    )
