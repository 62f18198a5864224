"""Where a request stands in time: worked out anew from what was registered and decided. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.protocol.conditions.requests import clocks_of
from shared.protocol.facts import Taken
from shared.protocol.model import Law
from shared.protocol.request_kinds import (
    ADJOURN,
    ANSWER_SENT,
    BEZWAAR,
    LIFT_TOLD,
    REQUEST_WITHDRAWN,
)
from shared.protocol.request_terms import Clocks, can_object_until, decided_until
from shared.protocol.requests_lifting import in_force
from shared.protocol.terms import add_years
from shared.protocol.withholding import waits_for_more, withheld


@dataclass(frozen=True)
class Reckoned:
    """`due_on`: until when there has to be an answer; None while that stands still, until who asks has shown who he is. When there is an
    answer: when what was withheld is looked at again, None when nothing was. `legal_on`: the limit of the law.

    `object_until`: the last day for a bezwaar, or of one decided on for the court; `review_on`: when what was withheld is
    looked at again; `ends_on`: the last day in the register.
    """

    due_on: date | None
    legal_on: date
    extended: bool = False
    answered_on: date | None = None
    object_until: date | None = None
    review_on: date | None = None
    ends_on: date | None = None


def reckon(request: Mapping[str, Any], decisions: Iterable[Taken], law: Law) -> Reckoned:
    """Of the request as it was registered, and all decisions on it that count."""
    taken = list(decisions)
    running = clocks(request, taken, law)
    answered = next((_day(one, "answerSentOn") for one in reversed(taken) if one.key == ANSWER_SENT), None)
    withdrawn = next((_day(one, "withdrawnOn") for one in reversed(taken) if one.key == REQUEST_WITHDRAWN), None)
    over = answered or withdrawn
    return Reckoned(
        due_on=_due_again(taken) if over else None if running.stands_still else running.due_on,
        legal_on=running.legal_on,
        extended=running.extended,
        answered_on=answered,
        object_until=can_object_until(answered) if answered else None,
        review_on=_review(taken),
        ends_on=_ends_on(over, request, taken, law),
    )


def _due_again(taken: list[Taken]) -> date | None:
    """Of a request that was answered: what can be given after all is told at once, as of who is informed later (art. 26 lid 5)."""
    more = waits_for_more(taken)
    return more.on if more else _review(taken)


def _ends_on(over: date | None, request: Mapping[str, Any], taken: list[Taken], law: Law) -> date | None:
    """The last day in the register; none as long as something is restricted for it, or more is to be told."""
    if over is None or in_force(str(request["kind"]), taken) or waits_for_more(taken):
        return None
    lifted = (_day(one, "liftToldOn") for one in taken if one.key == LIFT_TOLD)
    return add_years(max([over, *lifted]), law.terms.request_kept_years)


def clocks(request: Mapping[str, Any], taken: Iterable[Taken], law: Law) -> Clocks:
    """Until when an answer can wait. Of a bezwaar by the Awb: its weeks run from the end of the term for lodging one."""
    taken = list(taken)
    if request["kind"] != BEZWAAR:
        return clocks_of(request, taken, law.terms)
    filing = can_object_until(date.fromisoformat(request["toldOn"]))
    adjourned = any(one.key == ADJOURN for one in taken)
    until = decided_until(filing, committee=bool(request.get("committee")), adjourned=adjourned)
    return Clocks(until, until, adjourned)


def _review(taken: list[Taken]) -> date | None:
    return min((_day(one, "reviewOn") for one in withheld(taken).values()), default=None)


def _day(one: Taken, name: str) -> date:
    return date.fromisoformat(str(one.fields[name]))
