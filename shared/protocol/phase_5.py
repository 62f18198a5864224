"""Phase 5: closing, the active years, holding and destroying (art. 9 and 25)."""

from __future__ import annotations

from shared.protocol.conditions import approach as c
from shared.protocol.conditions import carrying_out, dates, orders, rectifying, riec
from shared.protocol.kinds import Choice, Date, Text, Verdicts
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality, Who
from shared.protocol.never_informed import ABOUT_EACH, NEVER_INFORMED

BY_BEHEERDER = Who(("beheerder",))
"""Approves destruction and ends a hold, in every municipality."""
BY_PRIVACY_OFFICER = Who(("privacy-officer",))
"""Decides on who was never informed, in every municipality: not who approves the destruction."""
HOLD_GROUNDS = {
    "rights-request": "een verzoek op grond van art. 10",
    "bezwaar": "bezwaar",
    "beroep": "beroep",
    "legal-claim": "een rechtsvordering",
}


def close(chosen: Municipality) -> Decision:
    """Article 25: a case is closed when nothing is left to do, and everybody is informed or it was deferred."""
    return Decision(
        key="close",
        article="art. 25",
        question="Kan de casus worden gesloten?",
        # A case that is taken up elsewhere ends by the same decision (art. 24).
        states=(State.EXECUTION, State.RIEC_MONITORING),
        who=chosen.who["close"],
        outcomes=(Outcome("closed", "ja", State.CLOSED, "art. 25"),),
        fields=(Field("result", "Wat is er bereikt?", "art. 25"),),
        needs=(
            c.every_intervention_done,
            c.everybody_informed_or_deferred,
            riec.nothing_at_the_riec,
            riec.riec_heard_out,
            orders.findings_judged,
            rectifying.everybody_set_right,
            carrying_out.everything_granted_is_done,
        ),
    )


def hold(chosen: Municipality) -> Decision:
    """Article 9 lid 1, read with running procedures: what is needed in one is not destroyed meanwhile (R-9.15)."""
    return Decision(
        key="hold",
        article="art. 9 lid 1",
        question="Moet de vernietiging wachten op een lopende procedure?",
        # Also when it stands on a list already: until its keys are released.
        states=(State.SEALED, State.LISTED),
        who=chosen.who["hold"].also("privacy-officer").together_with("beheerder"),
        outcomes=(Outcome("held", "ja, tot en met de einddatum", None, "art. 9 lid 1"),),
        fields=(
            Field("ground", "Voor welke procedure?", "art. 9 lid 1", Choice(HOLD_GROUNDS)),
            Field("endsOn", "Tot uiterlijk wanneer?", "art. 9 lid 1", Date()),
            Field("needed", "Waarom heeft de procedure juist deze gegevens nodig?", "art. 9 lid 1"),
        ),
        needs=(dates.names_what_is_needed, dates.ends_after_today),
    )


def end_hold(_chosen: Municipality) -> Decision:
    """The procedure is over, so what was held is destroyed with the next list."""
    return Decision(
        key="end-hold",
        article="art. 9 lid 1",
        question="Is de procedure afgelopen?",
        states=(State.SEALED, State.LISTED),
        who=BY_BEHEERDER,
        outcomes=(Outcome("ended", "ja", None, "art. 9 lid 1"),),
        fields=(Field("endedOn", "Op welke datum?", "art. 9 lid 1", Date()),),
        needs=(dates.not_in_the_future("endedOn", "de datum waarop de procedure afliep", "art. 9 lid 1"),),
    )


def approve_destruction(_chosen: Municipality) -> Decision:
    """Article 9: the beheerder approves a list; its number is typed to confirm that it was read."""
    return Decision(
        key="approve-destruction",
        article="art. 9 lid 1",
        question="Mogen de signalen op deze lijst, waarvan de termijn is verstreken, worden vernietigd?",
        states=(State.LISTED,),
        who=BY_BEHEERDER,
        outcomes=(Outcome("approved", "ja", State.APPROVED, "art. 9 lid 1"),),
        fields=(Field("confirmList", "Typ het nummer van de lijst over.", "art. 9 lid 1", Text(most=60)),),
        needs=(dates.list_was_read,),
        log_in_anew=True,
    )


def never_informed(_chosen: Municipality) -> Decision:
    """Article 26 lid 4 and 5: that somebody is not informed takes the privacy officer, also at the very end."""
    return Decision(
        key="never-informed",
        article="art. 26 lid 5",
        question="Wat gebeurt er met wie nooit is geïnformeerd, voordat het signaal wordt vernietigd?",
        states=(State.LISTED,),
        who=BY_PRIVACY_OFFICER,
        outcomes=(Outcome("answered", "per betrokkene besloten", None, "art. 26 lid 5"),),
        fields=(
            # Which persons they are, and whether each is among them, is judged in never_informed.py.
            Field(NEVER_INFORMED, "Wat gebeurt er met elk van hen?", "art. 26 lid 5", Verdicts(ABOUT_EACH)),
        ),
    )


TOLD_OF_AN_ENDING = ("intake",)
"""Who has to know at once that a signal has ended: its reporter is contacted by nobody any more (art. 5 lid 1)."""
