"""The duty to inform a person about whom data are kept (art. 26; art. 14 AVG; art. 41 UAVG). One duty per person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.protocol.conditions import dates as c
from shared.protocol.conditions import rectifying
from shared.protocol.conditions.notices import (
    came_back_from,
    letter_was_made,
    notice_was_sent,
    request_covers_it,
    request_is_whole,
    signal_has_begun,
)
from shared.protocol.kinds import Choice, Choices, Date, Flag, Text
from shared.protocol.model import Decision, Field, Law, Outcome, State
from shared.protocol.moments import UNDELIVERABLE
from shared.protocol.municipality import Municipality

GROUNDS = {
    "a": "de nationale veiligheid (a)",
    "b": "landsverdediging (b)",
    "c": "de openbare veiligheid (c)",
    "d": (
        "de voorkoming, het onderzoek, de opsporing en de vervolging van strafbare feiten of de tenuitvoerlegging van "
        "straffen (d)"
    ),
    "e": "andere belangrijke doelstellingen van algemeen belang (e)",
    "f": "de onafhankelijkheid van de rechter en gerechtelijke procedures (f)",
    "g": (
        "de voorkoming, het onderzoek, de opsporing en de vervolging van schendingen van de beroepscodes voor "
        "gereglementeerde beroepen (g)"
    ),
    "h": "toezicht, inspectie of regelgeving in verband met de uitoefening van het openbaar gezag (h)",
    "i": "de bescherming van de betrokkene of van de rechten en vrijheden van anderen (i)",
    "j": "de inning van civielrechtelijke vorderingen (j)",
}
"""The ten interests of article 26 lid 3 (art. 41 lid 1 UAVG), a to j."""

NOT_DUE = {
    "passed-on-to-recipient": "de ontvanger van het signaal informeert (art. 13)",
    "already-informed": "de betrokkene is al op de hoogte",
    "impossible-or-disproportionate": "informeren is onmogelijk of vergt onevenredig veel inspanning",
    "no-data-kept": "er worden geen gegevens van deze persoon bewaard",
}
"""When no notice is due at all: art. 13 and art. 14 lid 5 AVG."""

NOT_DELIVERED = {
    "unknown-at-address": "onbekend op dit adres",
    "moved": "verhuisd",
    "no-such-address": "het adres bestaat niet",
    "not-collected": "niet afgehaald",
    "refused": "geweigerd",
    "not-opened": "digitaal niet aangekomen of niet geopend",
    "deceased": "overleden",
}
"""Why a notice came back."""

CHANNELS = {"letter": "per brief", "in-person": "in persoon", "digital": "digitaal"}


def _deferral(outcome: str, chosen: Municipality) -> tuple[Field, ...]:
    """What a deferral rests on, each time anew; and who asked for it, such as the police, when somebody did."""
    months = chosen.terms.review_months
    only = (outcome,)
    again = f"Wanneer wordt er opnieuw naar gekeken (binnen {months} maanden)?"
    return (
        Field("grounds", "Welke van de belangen a tot en met j?", "art. 26 lid 3", Choices(GROUNDS), only),
        Field("necessity", "Waarom is het noodzakelijk?", "art. 26 lid 3", outcomes=only),
        Field("proportionality", "Waarom is het evenredig?", "art. 26 lid 3", outcomes=only),
        Field("factors", "Wat volgt uit de punten van art. 41 lid 2 UAVG?", "art. 41 lid 2 UAVG", outcomes=only),
        Field("reviewOn", again, "art. 26 lid 5", Date(), only),
        *(
            Field(name, question, "art. 26 lid 3", kind, only, required=False)
            for name, question, kind in (
                ("askedBy", "Op verzoek van welke organisatie?", Choice(chosen.partners)),
                ("askedWho", "Wie vroeg het daar (functie of eenheid, geen naam)?", Text(most=200)),
                ("askedOn", "Op welke dag is het gevraagd?", Date()),
                ("askedUntil", "Tot wanneer is het gevraagd?", Date()),
                ("askedOnPaper", "Ligt het verzoek op papier?", Flag()),
            )
        ),
    )


def duty(chosen: Municipality) -> Decision:
    """Articles 16 lid 2 and 26: inform this person now, later, or not at all? Always with the privacy officer."""
    months = chosen.terms.review_months
    later = (c.somebody_known, c.review_within(months), request_is_whole, request_covers_it)
    return Decision(
        key="duty",
        article="art. 26 lid 1",
        question="Wordt deze persoon nu geïnformeerd?",
        states=(State.DUTY_OPEN,),
        who=chosen.who["duty"].together_with("privacy-officer"),
        outcomes=(
            Outcome("inform", "ja", State.DUTY_TO_SEND, "art. 26 lid 1", needs=(c.somebody_known,)),
            Outcome("defer", "nog niet, op een grond", State.DUTY_DEFERRED, "art. 26 lid 3", needs=later),
            Outcome(
                "not-due",
                "er hoeft niet te worden geïnformeerd",
                State.DUTY_DONE,
                "art. 26 lid 1",
                needs=(c.somebody_known,),
            ),
            Outcome("nobody", "er is niemand bekend", State.DUTY_DONE, "art. 16 lid 2", needs=(c.nobody_known,)),
        ),
        fields=(
            Field("how", "Hoe en wanneer wordt deze persoon geïnformeerd?", "art. 26 lid 1", outcomes=("inform",)),
            *_deferral("defer", chosen),
            Field("ground", "Waarom hoeft het niet?", "art. 14 lid 5 AVG", Choice(NOT_DUE), ("not-due",)),
            Field("looked", "Waar is naar personen gezocht?", "art. 16 lid 2", outcomes=("nobody",)),
        ),
        needs=(signal_has_begun,),
    )


def review(chosen: Municipality) -> Decision:
    """Article 26 lid 5: does the ground for deferring still hold? Always with the privacy officer."""
    months = chosen.terms.review_months
    return Decision(
        key="review",
        article="art. 26 lid 5",
        question="Geldt de grond voor uitstel nog?",
        states=(State.DUTY_DEFERRED,),
        who=chosen.who["review"].together_with("privacy-officer"),
        outcomes=(
            Outcome(
                "continue",
                "ja",
                None,
                "art. 26 lid 5",
                needs=(c.review_within(months), request_is_whole, request_covers_it),
            ),
            Outcome("inform", "deze persoon wordt toch geïnformeerd", State.DUTY_TO_SEND, "art. 26 lid 5"),
        ),
        fields=(
            *_deferral("continue", chosen),
            Field("how", "Hoe en wanneer wordt deze persoon geïnformeerd?", "art. 26 lid 1", outcomes=("inform",)),
        ),
    )


def ground_lapsed(chosen: Municipality) -> Decision:
    """Article 26 lid 5: the ground is gone, so the person is told at once. Nobody has to agree to that first."""
    return Decision(
        key="ground-lapsed",
        article="art. 26 lid 5",
        question="Is de grond voor uitstel vervallen?",
        states=(State.DUTY_DEFERRED,),
        who=chosen.who["ground-lapsed"],
        outcomes=(Outcome("lapsed", "ja", State.DUTY_TO_SEND, "art. 26 lid 5"),),
        fields=(Field("what", "Wat is er veranderd?", "art. 26 lid 5"),),
    )


def contact(chosen: Municipality) -> Decision:
    """Article 14 lid 3 onder b AVG: whoever is contacted is informed by then."""
    return Decision(
        key="contact",
        article="art. 14 lid 3 AVG",
        question="Wanneer wordt deze persoon voor het eerst benaderd?",
        states=(State.DUTY_OPEN, State.DUTY_DEFERRED),
        who=chosen.who["contact"],
        outcomes=(Outcome("on", "op deze datum", None, "art. 14 lid 3 AVG", needs=(c.somebody_known,)),),
        fields=(
            Field("contactOn", "Op welke datum?", "art. 14 lid 3 AVG", Date()),
            Field("why", "Waarvoor?", "art. 14 lid 3 AVG"),
        ),
        needs=(signal_has_begun,),
    )


def notice_sent(chosen: Municipality) -> Decision:
    """Article 26 lid 2: the notice has gone to the person."""
    decided = c.last_of("duty", "review", "ground-lapsed")
    begun = "is besloten deze persoon te informeren"
    sent = c.possible("sentOn", "de datum van versturen", "art. 26 lid 2", decided, begun)
    addressed = rectifying.goes_to_a_representative
    return Decision(
        key="notice-sent",
        article="art. 26 lid 2",
        question="Is de kennisgeving verstuurd?",
        states=(State.DUTY_TO_SEND,),
        who=chosen.who["notice-sent"],
        outcomes=(Outcome("sent", "ja", State.DUTY_DONE, "art. 26 lid 2", needs=(*sent, addressed, letter_was_made)),),
        fields=(
            Field("letter", "Welke brief?", "art. 26 lid 2", Text(most=80)),
            Field("channel", "Langs welke weg?", "art. 26 lid 2", Choice(CHANNELS)),
            Field("sentOn", "Op welke datum?", "art. 26 lid 2", Date()),
        ),
    )


def notice_undeliverable(chosen: Municipality) -> Decision:
    """Article 26 lid 5: a notice that came back informed nobody. What is done instead, and by when; that it is not
    possible, is decided anew as not informing is: on a ground, with the privacy officer."""
    gone, sent = "de dag waarop zij terugkwam", "de kennisgeving is verstuurd"
    possible = c.possible("returnedOn", gone, "art. 26 lid 5", came_back_from, sent)
    return Decision(
        key=UNDELIVERABLE,
        article="art. 26 lid 5",
        question="Is de kennisgeving teruggekomen zonder te zijn bezorgd?",
        states=(State.DUTY_DONE,),
        who=chosen.who["notice-sent"],
        outcomes=(
            Outcome("address-sought", "ja, een nieuw adres wordt gezocht", State.DUTY_TO_SEND, "art. 26 lid 5"),
            Outcome("in-person", "ja, zij wordt persoonlijk overhandigd", State.DUTY_TO_SEND, "art. 26 lid 5"),
            Outcome(
                "not-possible",
                "ja, en anders kan het niet: daarover wordt met de privacy officer opnieuw besloten",
                State.DUTY_OPEN,
                "art. 26 lid 4",
            ),
        ),
        fields=(
            Field("cause", "Waarom is zij niet bezorgd?", "art. 26 lid 2", Choice(NOT_DELIVERED)),
            Field("returnedOn", "Op welke dag kwam zij terug?", "art. 26 lid 2", Date()),
        ),
        needs=(notice_was_sent, *possible),
    )


# --- what follows elsewhere -----------------------------------------------------------------------------


def is_told(state: State, outcome: str) -> bool:
    """Whether a person is or was told, with his duty in `state` after the decision `outcome` (art. 16 lid 2)."""
    return state == State.DUTY_TO_SEND or (state == State.DUTY_DONE and outcome not in ("not-due", "nobody"))


def leaves_the_municipality(
    law: Law, outcome: Outcome, fields: Mapping[str, Any], forwarding: Mapping[str, Any] | None
) -> bool:
    """Whether data go to somebody outside the municipality with this answer (art. 14 lid 3 onder c AVG)."""
    if forwarding and forwarding["recipientKind"] not in (None, "department"):
        return True
    others = fields.get("partners")
    departments = law.organisations["department"]
    return outcome.discloses and (others is None or not set(others) <= set(departments))
