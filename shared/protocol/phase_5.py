"""Phase 5: closing, the active years, holding and destroying (articles 9 and 25)."""

from __future__ import annotations

from shared.protocol.conditions import approach as c
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality, Who

BEHEERDER = Who(("beheerder",))
HOLD_GROUNDS = ("rights-request", "bezwaar", "beroep", "legal-claim")


def close(chosen: Municipality) -> Decision:
    """Article 25: a case is closed when nothing is left to do, and everybody is informed or it was deferred."""
    return Decision(
        key="close",
        article="art. 25",
        question="Can the case be closed?",
        states=(State.EXECUTION,),
        who=chosen.who["close"],
        outcomes=(Outcome("closed", "yes", State.CLOSED, "art. 25"),),
        fields=(Field("result", "What was achieved?", "art. 25"),),
        needs=(c.EVERY_INTERVENTION_DONE, c.EVERYBODY_INFORMED_OR_DEFERRED, c.NOTHING_WAITS_AT_THE_RIEC),
    )


def hold(chosen: Municipality) -> Decision:
    """Article 9 lid 1, read with running procedures: what is needed in one is not destroyed meanwhile (R-9.15)."""
    return Decision(
        key="hold",
        article="art. 9 lid 1",
        question="Must destruction wait for a running procedure?",
        # Also when it stands on a list already: until its keys are released.
        states=(State.SEALED, State.LISTED),
        who=chosen.who["hold"].also("privacy-officer").together_with("beheerder"),
        outcomes=(Outcome("held", "yes, until the end date", None, "art. 9 lid 1"),),
        fields=(
            Field("ground", "For which procedure?", "art. 9 lid 1", kind="choice", choices=HOLD_GROUNDS),
            Field("endsOn", "Until when at most?", "art. 9 lid 1", kind="date"),
            Field("needed", "Which items does the procedure need?", "art. 9 lid 1"),
        ),
    )


def end_hold(_chosen: Municipality) -> Decision:
    return Decision(
        key="end-hold",
        article="art. 9 lid 1",
        question="Has the procedure ended?",
        states=(State.SEALED, State.LISTED),
        who=BEHEERDER,
        outcomes=(Outcome("ended", "yes", None, "art. 9 lid 1"),),
        fields=(Field("endedOn", "On which date?", "art. 9 lid 1", kind="date"),),
    )


def approve_destruction(_chosen: Municipality) -> Decision:
    """Article 9: the beheerder approves a list; its name is typed to confirm that it was read."""
    return Decision(
        key="approve-destruction",
        article="art. 9 lid 1",
        question="May the signals on this list, whose term has ended, be destroyed?",
        states=(State.LISTED,),
        who=BEHEERDER,
        outcomes=(Outcome("approved", "yes", State.APPROVED, "art. 9 lid 1"),),
        fields=(Field("confirmList", "Type the number of the list", "art. 9 lid 1", most=60),),
    )
