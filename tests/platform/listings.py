"""Every list outside the engine: where it is asked, of what it is made, and in which order it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from services.oversight.lists import OfferedList
from shared.identity import Person
from tests.platform.rows import (
    LIST,
    NOON,
    NOT_WAITING,
    NUMBER,
    approval,
    asked_for,
    audit_line,
    by_arrival,
    by_asking,
    by_receipt,
    by_urgency,
    declaration,
    deferred,
    designated,
    disclosure,
    dossier,
    gone_on,
    hold,
    incident,
    listed,
    meeting,
    number,
    offered,
    person_asked,
    procedure,
    sealed,
    sealed_asked,
    task,
)

FG = Person("fg-1", frozenset({"fg", "beheerder", "oov"}))
FARID = Person("farid", frozenset({"lot-member"}))


def decided(n: int) -> OfferedList:
    found = offered(n)
    found.state = "approved"
    return found


@dataclass(frozen=True)
class Listing:
    """A list: where it is asked, what a row of it looks like, and the key by which it is ordered and recognised."""

    service: str
    path: str
    noun: str
    make: Callable[[int], SQLModel]
    key: Callable[[Any], Any]
    shown: str = "id"
    called: str = ""
    """The column that is shown so, where it is called otherwise."""
    newest_first: bool = False
    besides: Callable[[], Sequence[SQLModel]] = tuple
    """Rows of others that are not shown, or what the list belongs to."""
    by: Person = FG


BY_SEQ = ("lines", audit_line, lambda one: (one.producer, one.seq), "seq")
LISTS = {
    "audit lines": Listing("oversight", "/v1/audit-lines", *BY_SEQ),
    "audit lines of somebody": Listing("oversight", "/v1/audit-lines?actor=anna", *BY_SEQ),
    "audit lines of a signal": Listing("oversight", f"/v1/audit-lines?number={NUMBER}", *BY_SEQ),
    "disclosures": Listing(
        "oversight",
        "/v1/disclosures",
        "disclosures",
        disclosure,
        lambda one: (one.decided_at, one.id),
        newest_first=True,
    ),
    "disclosures of a signal": Listing(
        "oversight",
        f"/v1/disclosures?number={NUMBER}",
        "disclosures",
        disclosure,
        lambda one: (one.decided_at, one.id),
        newest_first=True,
        besides=lambda: [disclosure(0, number(0))],
    ),
    "urgent shares": Listing(
        "oversight",
        "/v1/urgent-shares",
        "shares",
        lambda n: disclosure(n, urgent=True),
        lambda one: (one.decided_at, one.id),
        besides=lambda: [disclosure(0)],
    ),
    "destruction lists": Listing(
        "oversight",
        "/v1/destruction-lists",
        "lists",
        offered,
        lambda one: (one.listed_on, one.id),
        "listId",
        newest_first=True,
    ),
    "waiting lists": Listing(
        "oversight",
        "/v1/destruction-lists?waiting=true",
        "lists",
        offered,
        lambda one: (one.listed_on, one.id),
        "listId",
        besides=lambda: [decided(0)],
    ),
    "signals on a list": Listing(
        "oversight",
        f"/v1/destruction-lists/{LIST}/signals",
        "signals",
        listed,
        lambda one: one.number,
        "number",
        besides=lambda: [offered(0, LIST)],
    ),
    "approvals of a list": Listing(
        "oversight",
        f"/v1/destruction-lists/{LIST}/approvals",
        "approvals",
        approval,
        lambda one: (one.approved_at, one.id),
        besides=lambda: [offered(0, LIST)],
    ),
    "declarations": Listing(
        "retention",
        "/v1/declarations",
        "declarations",
        declaration,
        lambda one: (one.declared_on, one.id),
        newest_first=True,
    ),
    "declarations of a signal": Listing(
        "retention",
        f"/v1/declarations?number={NUMBER}",
        "declarations",
        lambda n: declaration(n, NUMBER),
        lambda one: (one.declared_on, one.id),
        newest_first=True,
        besides=lambda: [declaration(0)],
    ),
    "holds": Listing("retention", "/v1/holds", "holds", hold, lambda one: (one.asked_at, one.id)),
    "procedures": Listing(
        "retention",
        "/v1/procedures",
        "procedures",
        procedure,
        lambda one: (one.since, one.number, one.request),
        "number",
    ),
    "open destructions": Listing(
        "retention", "/v1/open-destructions", "destructions", sealed, lambda one: one.number, "number"
    ),
    "breach register": Listing(
        "oversight", "/v1/breaches", "breaches", incident, by_arrival, "number", newest_first=True
    ),
    "waiting breaches": Listing("oversight", "/v1/breaches?waiting=true", "breaches", incident, by_arrival, "number"),
    "work list": Listing("assessment", "/v1/signals", "signals", dossier, by_arrival, "number"),
    "duties": Listing("rights", "/v1/duties", "duties", lambda n: dossier(n, due=True), by_urgency, "number"),
    "overdue duties": Listing(
        "rights", "/v1/overdue-duties", "duties", lambda n: dossier(n, due=True), by_urgency, "number"
    ),
    "deferrals": Listing(
        "rights",
        "/v1/deferrals",
        "duties",
        deferred,
        by_urgency,
        "number",
        besides=lambda: [dossier(5000, due=True)],
    ),
    "requests": Listing(
        "rights",
        "/v1/requests",
        "requests",
        asked_for,
        by_receipt,
        "number",
        besides=lambda: [asked_for(5000, done=True)],
    ),
    "requests that were answered": Listing(
        "rights",
        "/v1/requests?done=true",
        "requests",
        lambda n: asked_for(n, done=True),
        by_receipt,
        "number",
        besides=lambda: [asked_for(5000), dossier(5000, due=True)],
    ),
    "overdue requests": Listing(
        "rights",
        "/v1/overdue-requests",
        "requests",
        asked_for,
        by_receipt,
        "number",
        besides=lambda: [dossier(5000, due=True)],
    ),
    "requests of persons": Listing(
        "assessment",
        "/v1/person-requests",
        "requests",
        person_asked,
        by_asking,
        "request",
        # Of a signal that has gone on, nothing is asked here.
        besides=lambda: [dossier(0), gone_on(1), *(person_asked(-n, signal=1) for n in range(1, 99))],
    ),
    "sealed requests of persons": Listing(
        "assessment",
        "/v1/sealed-requests",
        "requests",
        sealed_asked,
        by_asking,
        "request",
        # Answered, over, to be read no longer, or of himself.
        besides=lambda: [sealed_asked(-n, **one) for n, one in enumerate(NOT_WAITING, 1)],
    ),
    "tasks": Listing(
        "assessment",
        "/v1/tasks",
        "tasks",
        task,
        lambda one: (one.opened_at, one.id),
        besides=lambda: [
            dossier(0),
            # Of somebody else, and done; both came first.
            *(task(-n, role="department-wonen") for n in range(1, 601)),
            *(task(-n, closed_at=NOON) for n in range(1, 601)),
        ],
        by=FARID,
    ),
    "meetings": Listing(
        "assessment",
        "/v1/meetings",
        "meetings",
        meeting,
        lambda one: (one.held_on, one.id),
        newest_first=True,
    ),
    "meetings of a member": Listing(
        "assessment",
        "/v1/meetings",
        "meetings",
        meeting,
        lambda one: (one.held_on, one.id),
        newest_first=True,
        besides=lambda: [meeting(n, "hanna") for n in range(600)],
        by=FARID,
    ),
    "designations": Listing(
        "access",
        "/v1/designations",
        "designations",
        designated,
        lambda one: one.seq,
        newest_first=True,
        called="seq",
    ),
}
