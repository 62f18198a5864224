"""When a duty is due: reckoned anew, from everything that is known, whenever something changes. Pure."""

from __future__ import annotations

from dataclasses import replace

from services.rights.store import DutyMoment
from shared.clock import calendar_date
from shared.engine.head import Head, changed
from shared.protocol.model import Law, State
from shared.protocol.moments import By, due_on
from shared.protocol.terms import add_months


def reckoned(head: Head, law: Law, moments: tuple[DutyMoment, ...]) -> Head:
    """`head` of a duty, with these moments and when it is due by them."""
    row = head.dossier
    month = add_months(row.received_on, law.terms.notice_months)
    known = sorted(moments, key=lambda one: one.noted_at)
    due = due_on(State(row.state), month, [By(one.why, one.on, calendar_date(one.noted_at)) for one in known])
    others = tuple(one for one in head.own if not isinstance(one, DutyMoment))
    return replace(head, dossier=changed(row, due_on=due), own=(*others, *known))


def moments_of(head: Head) -> tuple[DutyMoment, ...]:
    """By when its person has to know, and why."""
    return tuple(one for one in head.own if isinstance(one, DutyMoment))
