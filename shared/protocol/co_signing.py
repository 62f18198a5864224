"""Co-signing: what a second person answers to a proposal, when, and what each answer does (art. 16 lid 2, art. 26 lid 4)."""

from __future__ import annotations

from shared.protocol.faults import Fault

AGREE, DISAGREE, ASKS_BACK = "agree", "disagree", "question"
CO_SIGNER_SAYS = {AGREE: "akkoord", DISAGREE: "niet akkoord", ASKS_BACK: "vraag"}
"""What a co-signer answers; only the first is a signature."""
ANSWER_BACK = "answer"
"""What who proposed says to a question."""
TAKES_BACK = "withdraw"
"""What he can say at any time while it is a proposal."""
WAITING, QUESTIONED = "proposed", "questioned"
"""How a proposal stands: it waits for the co-signer, or for who made it."""
NEXT = {DISAGREE: "refused", ASKS_BACK: QUESTIONED, ANSWER_BACK: WAITING, TAKES_BACK: "withdrawn"}
"""How it stands after each answer that is no signature."""
_ANSWER = (
    "Wie mede ondertekent, antwoordt ‘akkoord’, ‘niet akkoord’ of ‘vraag’, elk met een reden. Alleen ‘akkoord’ is een"
    " handtekening. ‘Niet akkoord’ beëindigt het voorstel en blijft in het dossier staan."
)
_TURN = (
    "Een ‘vraag’ gaat terug naar wie het voorstel deed; die beantwoordt haar of trekt het voorstel in. Pas na het antwoord"
    " is de ander weer aan de beurt."
)
RULES = {
    **dict.fromkeys(("no-answer", "no-reason"), _ANSWER),
    **dict.fromkeys(("not-waiting", "first-answer", "no-question"), _TURN),
    "nowhere-to-ask": (
        "Waar geen dossier meer is om haar in te bewaren (een vernietigingsstop), wordt geen vraag gesteld: daar is het"
        " akkoord of niet akkoord."
    ),
}
"""What the printed protocol says of each fault, by its code."""


def not_waiting(answer: str, status: str, article: str) -> Fault | None:
    """Why `answer` does not come now to a proposal that stands as `status`; None when it does."""
    if status not in (WAITING, QUESTIONED):
        return Fault("confirms", "dit besluit wacht niet op een medeondertekening", article, "not-waiting")
    if answer == TAKES_BACK:
        return None
    if answer == ANSWER_BACK:
        if status == WAITING:
            return Fault("confirms", "er is geen vraag over dit voorstel gesteld", article, "no-question")
        return None
    if status == QUESTIONED:
        reason = "er is een vraag over dit voorstel gesteld: eerst antwoordt wie het deed, of die trekt het in"
        return Fault("confirms", reason, article, "first-answer")
    return None


def answer_faults(answer: str, reason: str, article: str, *, room: bool) -> list[Fault]:
    """Everything that is wrong with an answer. `room`: whether there is a place to keep a question in."""
    faults = []
    if answer not in (*CO_SIGNER_SAYS, ANSWER_BACK, TAKES_BACK):
        known = ", ".join(f"{name} ({code})" for code, name in CO_SIGNER_SAYS.items())
        faults.append(Fault("outcome", f"kies één antwoord: {known}", article, "no-answer"))
    if not reason.strip():
        faults.append(Fault("reason", "elk antwoord op een voorstel heeft een reden", article, "no-reason"))
    if answer in (ASKS_BACK, ANSWER_BACK) and not room:
        reason = "hier is geen dossier om een vraag in te bewaren: antwoord akkoord of niet akkoord"
        faults.append(Fault("outcome", reason, article, "nowhere-to-ask"))
    return faults
