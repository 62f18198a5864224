"""Rows of every list, by a running number: whoever comes later has the later moment, three at a time the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.access.store import StatementRow
from services.export.store import Share
from services.oversight.lists import Approval, ListedRow, OfferedList
from services.oversight.store import Disclosure
from services.oversight.trail import AuditLine
from services.retention.tables import Declaration, Hold, Procedure, SealedSignal
from shared.contracts.access import STATEMENT_KIND, Designating, Stated
from shared.engine.tables import AskedRow, Dossier, MeetingRow, SealedAskRow, TaskRow
from tests.platform.local import local_signer

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 11, 25)
NUMBER = "S-7K3MQ-9XD4T"
VERSION = "midden-delfland-2025"
LIST = UUID(int=7)


def number(n: int) -> str:
    return f"S-00000-{n:05}"


def moment(n: int) -> datetime:
    """Three rows have the same moment."""
    return NOON + timedelta(seconds=n // 3)


def day(n: int) -> date:
    return DAY + timedelta(days=n // 3)


def sealed(n: int) -> SealedSignal:
    return SealedSignal(
        number=number(n),
        version=1,
        state="approved",
        phase=1,
        ending="no-suspicion",
        article="art. 13",
        protocol=VERSION,
        received_on=DAY,
        decided_on=DAY,
        ends_on=DAY,
        decisions=[],
        sealed_at=NOON,
        staying=[],
    )


def approval(n: int) -> Approval:
    return Approval(
        id=uuid4(),
        list_id=LIST,
        approver="b",
        approved_at=moment(n),
        effective_at=moment(n),
        next_at=moment(n),
        statement="",
    )


def offered(n: int, identifier: UUID | None = None) -> OfferedList:
    return OfferedList(
        id=identifier or uuid4(),
        version=1,
        state="listed",
        protocol=VERSION,
        words_key="none",
        listed_on=day(n),
        approve_before=day(n),
        ultimate_on=day(n),
    )


def hold(n: int) -> Hold:
    return Hold(
        id=uuid4(),
        number=number(n),
        state="held" if n % 2 else "proposed",
        ground="procedure",
        items=[],
        ends_on=DAY,
        asked_by="a",
        asked_at=moment(n),
    )


def procedure(n: int) -> Procedure:
    return Procedure(
        number=number(n), request="V-7K3MQ-9XD4T", kind="objection", turn=1, runs=True, since=moment(n // 3)
    )


def designated(n: int) -> StatementRow:
    given = Designating(user_id=f"user-{n:05}", role="oov", starts_at=NOON, ends_at=NOON, basis="BESLUIT-1")
    stated = Stated(seq=n + 1, at=NOON, by="b", open=(), given=given)
    claims = stated.model_dump(mode="json", exclude_none=True)
    return StatementRow(seq=n + 1, about=n + 1, statement=local_signer("access").sign(STATEMENT_KIND, claims))


def dossier(n: int, *, due: bool = False) -> Dossier:
    return Dossier(
        number=f"D-00000-{n:05}" if due else number(n),
        signal=number(n),
        version=1,
        state="duty-open" if due else "received",
        working_name="x",
        room_key=None,
        protocol=VERSION,
        received_on=DAY,
        arrived_at=moment(n),
        last_act_on=DAY,
        due_on=day(n // 2) - timedelta(days=1000) if due else None,
        earlier=[],
        closed_to=[],
    )


def incident(n: int) -> Dossier:
    """One that nobody here wrote: it has its line in the register, which says so."""
    named = f"I-00000-{n:05}"
    return Dossier(**dossier(n).model_dump() | {"number": named, "signal": named, "state": "incident-open"})


def deferred(n: int) -> Dossier:
    return Dossier(**dossier(n, due=True).model_dump() | {"state": "duty-deferred"})


def gone_on(n: int) -> Dossier:
    return Dossier(**dossier(n).model_dump() | {"left": True})


def asked_for(n: int, *, done: bool = False) -> Dossier:
    """A request of a person concerned, as it stands in the register."""
    named = {"number": f"V-00000-{n:05}", "signal": f"V-00000-{n:05}", "received_on": day(n) - timedelta(days=1000)}
    state = "request-done" if done else "request-search"
    return Dossier(**dossier(n).model_dump() | named | {"state": state, "due_on": day(n) - timedelta(days=970)})


def person_asked(n: int, *, signal: int = 0) -> AskedRow:
    """A request that waits for an answer about a signal that is here."""
    return AskedRow(
        request=f"V-00000-{n:05}", number=number(signal), kind="access", answer_by=DAY, asked_at=moment(n // 2), who="x"
    )


def sealed_asked(n: int, **more: Any) -> SealedAskRow:
    """A request that waits for an answer about what is sealed and read here."""
    facts: dict[str, Any] = {
        "request": f"V-00000-{n:05}",
        "number": number(0),
        "kind": "access",
        "answer_by": DAY,
        "archive": "archive-signal",
        "protocol": "p",
        "received_on": DAY,
        "asked_at": moment(n // 2),
        "until": datetime(2199, 1, 1, tzinfo=UTC),
        "decisions": [],
        "closed_to": [],
        "readings": [],
    }
    return SealedAskRow(**facts | more)


NOT_WAITING: tuple[dict[str, Any], ...] = (
    {"answered_at": NOON},
    {"over": True},
    {"until": datetime(2000, 1, 1, tzinfo=UTC)},
    {"closed_to": ["fg-1"]},
)
"""Of what is sealed: answered, over, to be read no longer, and of who looks himself."""


def by_asking(one: Any) -> Any:
    return (one.asked_at, one.request)


def by_receipt(one: Any) -> Any:
    return (one.received_on, one.number)


def by_arrival(one: Any) -> Any:
    return (one.arrived_at, one.number)


def by_urgency(one: Any) -> Any:
    return (one.due_on, one.number)


def task(n: int, role: str = "lot-member", closed_at: datetime | None = None) -> TaskRow:
    return TaskRow(
        id=uuid4(),
        number=number(0),
        item=f"item-{n}",
        kind="paper",
        role=role,
        # A task is shown when it has begun.
        opened_at=moment(n) - timedelta(days=1),
        closed_at=closed_at,
    )


def meeting(n: int, who: str = "farid") -> MeetingRow:
    return MeetingRow(
        id=f"M-{uuid4()}",
        version=1,
        kind="lot",
        held_on=day(n),
        chair="anna",
        members=[{"userId": who}, {"organisation": "politie"}],
        present=[],
        agenda=[],
    )


def audit_line(n: int) -> AuditLine:
    return AuditLine(producer="intake" if n % 2 else "access", seq=n, actor="anna", record=NUMBER, entry={})


def disclosure(n: int, of: str = NUMBER, *, urgent: bool = False) -> Disclosure:
    facts = {"urgent": True, "recipient": "politie", "by": "anna"} if urgent else {}
    return Disclosure(id=uuid4(), number=of, facts=facts, decided_at=moment(n))


def declaration(n: int, of: str | None = None) -> Declaration:
    return Declaration(id=uuid4(), number=of or number(n), declared_on=day(n), content={}, signature="")


def listed(n: int) -> ListedRow:
    return ListedRow(list_id=LIST, number=number(n), state="listed", facts={}, archive_keys=[], duties={})


def shared(identifier: UUID) -> Share:
    """What waits at export for the police, for a month from now."""
    now = datetime.now(UTC)
    until = now + timedelta(days=30)
    return Share(
        id=identifier,
        next_at=until,
        number=NUMBER,
        recipient_kind="partner",
        recipient="politie",
        state="waiting",
        room_key="k",
        ciphertext="x",
        made_at=now,
        until=until,
    )
