"""Phase 4: the plan is proposed to partners, answered by each himself, and adopted (art. 21 lid 2 onder a, and 22)."""

from __future__ import annotations

from shared.protocol.composing import ALONG, along
from shared.protocol.conditions import approach
from shared.protocol.conditions import plan as c
from shared.protocol.conditions.dates import possible
from shared.protocol.kinds import MOST_SHORT, Choice, Choices, Date, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality, Who

ADOPTION = "art. 22"
ROADS_OF_AN_ANSWER = {
    "document": "op het document dat is opgehaald",
    "letter": "per brief",
    "mail": "per e-mail",
    "meeting": "in een overleg",
    "telephone": "per telefoon",
}
"""How an answer came in that was not given here."""
_OPEN = (State.PLAN, State.EXECUTION)


def _who_adopts(chosen: Municipality) -> Who:
    """Who records that a plan was adopted puts it before the partners, and enters what came in: one person, alone."""
    return Who(chosen.who[c.ADOPT_PLAN].roles)


def propose_plan(chosen: Municipality) -> Decision:
    """Article 22: a version of the plan is put before those who are to adopt it, each as far as check 2A allows him."""
    everybody = Choices({**chosen.departments, **chosen.partners})
    return Decision(
        key=c.PROPOSE_PLAN,
        article=ADOPTION,
        question="Wordt deze versie van het Plan van Aanpak aan partners voorgelegd?",
        states=_OPEN,
        who=_who_adopts(chosen),
        outcomes=(Outcome("proposed", "ja", None, ADOPTION, discloses=True),),
        fields=(
            Field("partners", "Wie wordt gevraagd deze versie vast te stellen?", ADOPTION, everybody),
            Field("answerBy", "Uiterlijk wanneer wordt een antwoord verwacht?", ADOPTION, Date()),
            Field("explanation", "Wat moeten zij erbij weten?", ADOPTION, required=False),
            along(ALONG),
        ),
        about=("intervention",),
        about_many=True,
        needs=(approach.adopts_what_is_new, c.partners_have_time),
    )


def answer_plan(chosen: Municipality) -> Decision:
    """A partner adopts it or not, or asks something first, by somebody of its own; what came in otherwise is entered."""
    enters = _who_adopts(chosen)
    return Decision(
        key=c.ANSWER_PLAN,
        article=ADOPTION,
        question="Stelt deze partner deze versie van het Plan van Aanpak vast?",
        states=_OPEN,
        who=enters.also(*(f"department-{one}" for one in chosen.departments)),
        outcomes=(
            Outcome(c.ADOPTS, "ja", None, ADOPTION),
            Outcome(c.ADOPTS_NOT, "nee", None, ADOPTION),
            Outcome(c.ASKS_FIRST, "eerst een vraag", None, ADOPTION),
        ),
        fields=(
            Field("name", "Wie antwoordt, met naam en functie?", ADOPTION, Text(MOST_SHORT)),
            Field(
                "how",
                "Langs welke weg kwam het antwoord binnen?",
                ADOPTION,
                Choice(ROADS_OF_AN_ANSWER),
                roles=enters.roles,
            ),
            Field("repliedOn", "Op welke datum is geantwoord?", ADOPTION, Date(), roles=enters.roles),
        ),
        about=("partner",),
        needs=(
            c.answers_itself(chosen.departments),
            c.has_not_answered,
            *possible("repliedOn", "de datum van het antwoord", ADOPTION, c.proposed_on, "deze versie is voorgelegd"),
        ),
    )


def adopt_plan(chosen: Municipality) -> Decision:
    """Article 22: who adopted this version himself are the participants; with two of them at least where it is together."""
    everybody = Choices({**chosen.departments, **chosen.partners})
    return Decision(
        key=c.ADOPT_PLAN,
        article=ADOPTION,
        question="Is deze versie van het Plan van Aanpak vastgesteld?",
        states=_OPEN,
        who=chosen.who[c.ADOPT_PLAN],
        outcomes=(Outcome("adopted", "ja", State.CHECK_2B, ADOPTION),),
        fields=(
            Field("participants", "Welke partners stelden haar zelf vast?", ADOPTION, everybody, required=False),
            Field("adoptedOn", "Op welke datum?", ADOPTION, Date()),
        ),
        about=("intervention",),
        about_many=True,
        needs=(
            approach.adopts_what_is_new,
            approach.subjects_have_a_record,
            c.is_what_was_proposed,
            c.participants_adopted,
            c.each_by_its_own_person,
            c.enough_partners(chosen.departments),
            *possible(
                "adoptedOn",
                "de datum van vaststellen",
                ADOPTION,
                c.everybody_had_adopted_on,
                "de aanpak was gekozen, elke interventie beschreven en elke deelnemer akkoord was",
            ),
        ),
    )
