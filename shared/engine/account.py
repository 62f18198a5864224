"""What a service that decides accounts for of a signal: by its codes and days, with nothing of its room opened (R-2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from shared.accountability import AccountEntry, ToldChapter, moment_said
from shared.contracts.dossier import CodedDecision
from shared.engine.documents import DECISION
from shared.engine.head import vouched_for
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.tables import AskedLookRow, AskedRow, Dossier, GrantRow, ItemRow, MeetingRow, NoticeRow, TaskRow
from shared.errors import Elsewhere
from shared.identity import Person
from shared.numbers import is_request
from shared.protocol.accounting import decision_kind, record_kind
from shared.protocol.model import PHASE_OF, Law, State

_Row = TypeVar("_Row", bound=SQLModel)


class Accounting:
    """Tells the chapter of a service that holds signals."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def chapter(self, number: str, person: Person) -> ToldChapter | None:
        """None where there is nothing of it. Raises NotBelieved, and NotFound where it is closed to this person."""
        async with self.platform.database.reading() as session:
            if await session.get(Dossier, number) is None:
                return None
        try:
            loaded = await self.parts.loader.load(number, by=person, opened=False)
        except Elsewhere as problem:
            return ToldChapter(standing="elsewhere", holder=str(problem.extra.get("holder") or ""))
        async with self.platform.database.reading() as session:
            beside, doubtful = await self._beside(session, number)
        entries = [*decided(loaded), *recorded(loaded), *asked_of_people(loaded.tasks), *told_by_rights(loaded.notices)]
        return ToldChapter([*entries, *beside], standing_of(loaded), not_believed=doubtful)

    async def _beside(self, session: AsyncSession, number: str) -> tuple[list[AccountEntry], int]:
        """What stands by itself beside the dossier, and how many of these rows are not what this service wrote."""
        on_agenda = col(MeetingRow.agenda).contains([number])
        meetings, strange = await self.believed(session, MeetingRow, on_agenda)
        asked, more = await self.believed(session, AskedRow, col(AskedRow.number) == number)
        looked, of_looks = await self.believed(session, AskedLookRow, col(AskedLookRow.number) == number)
        given, of_grants = await self.believed(session, GrantRow, col(GrantRow.number) == number)
        entries = [
            *(_met(one) for one in meetings),
            *(asked_for_a_person(one) for one in asked),
            *(_looked(one) for one in looked),
            *(_may_look(one) for one in given),
        ]
        return entries, strange + more + of_looks + of_grants

    async def believed(
        self, session: AsyncSession, kind: type[_Row], which: ColumnElement[bool]
    ) -> tuple[list[_Row], int]:
        """The rows that this service wrote as they are, and how many others there are."""
        rows = (await session.scalars(select(kind).where(which))).all()
        found = [one for one in rows if await vouched_for(self.platform.mac, one)]
        return found, len(rows) - len(found)


def standing_of(loaded: Loaded) -> dict[str, str]:
    """How a dossier stands, in codes and days."""
    row = loaded.dossier
    known = {
        "state": row.state,
        "phase": str(PHASE_OF.get(State(row.state)) or ""),
        "protocol": row.protocol,
        "receivedOn": moment_said(row.received_on),
        "arrivedAt": moment_said(row.arrived_at),
        "lastActOn": moment_said(row.last_act_on),
        "dueOn": moment_said(row.due_on),
        "cluster": row.cluster or "",
        "closedTo": str(len(row.closed_to) or ""),
        "handedTo": row.handed_to or "",
        "handingOverSince": moment_said(row.handing_over_since),
    }
    return {name: value for name, value in known.items() if value}


def decided(loaded: Loaded, dossier: str = "") -> list[AccountEntry]:
    """Every decision on it, those of earlier holders first. `dossier`: the duty that it is about."""
    return [decision_entry(one, dossier) for one in loaded.coded()]


def decision_entry(one: CodedDecision, dossier: str = "") -> AccountEntry:
    """A decision by its codes; not for which request of a person it was."""
    same: dict[str, Any] = {
        name: getattr(one, name)
        for name in ("outcome", "article", "status", "state", "co_signers", "dissenters", "recorder", "role")
    }
    same["about"] = tuple(each for each in one.about if not is_request(each))
    return AccountEntry(
        kind=decision_kind(one.key),
        what=one.key,
        id=one.decision,
        at=moment_said(one.taken_at),
        by=one.deciders,
        parts=tuple(part.model_dump(mode="json") for part in one.parts),
        version=one.version,
        meeting=one.meeting or "",
        cluster=one.cluster or "",
        protocol=one.protocol,
        dossier=dossier,
        **same,
    )


def recorded(loaded: Loaded) -> list[AccountEntry]:
    """What lies in the room besides the words of decisions: of each the category, never what it says."""
    return [_record(loaded.law, one) for one in loaded.items if one.category != DECISION]


def _record(law: Law, one: ItemRow) -> AccountEntry:
    kind, (name, _, place) = record_kind(law, one.category), one.item.rpartition("-")
    # An item is called after the version of the signal that it made.
    version = int(place) if name == "item" and place.isdigit() else 0
    return AccountEntry(kind=kind, what=one.category, about=(one.item,), version=version)


def asked_of_people(tasks: Iterable[TaskRow], dossier: str = "") -> list[AccountEntry]:
    """What somebody without the file was asked."""
    return [
        AccountEntry(
            kind="task",
            what=one.kind,
            at=moment_said(one.opened_at),
            role=one.role,
            by=(one.person,) if one.person else (),
            about=(one.item,),
            meeting=one.meeting or "",
            until=moment_said(one.due_on),
            ended=moment_said(one.closed_at),
            dossier=dossier,
        )
        for one in tasks
    ]


def told_by_rights(notices: Sequence[NoticeRow]) -> list[AccountEntry]:
    """What rights decided about informing each person."""
    return [
        AccountEntry(
            kind="informing",
            what=one.state,
            at=moment_said(one.weighed_at),
            about=(one.subject,),
            until=moment_said(one.review_on),
        )
        for one in notices
    ]


def asked_for_a_person(one: AskedRow) -> AccountEntry:
    """That somebody asked what is here of him; not who, and not by which request."""
    return AccountEntry(
        kind="request",
        what=one.kind,
        outcome="answered" if one.answered_at else "waiting",
        at=moment_said(one.asked_at),
        by=(one.answered_by,) if one.answered_by else (),
        until=moment_said(one.answer_by),
        ended=moment_said(one.answered_at),
    )


def _met(one: MeetingRow) -> AccountEntry:
    return AccountEntry(
        kind="meeting",
        what=one.kind,
        at=moment_said(one.held_on),
        by=tuple(one.present),
        recorder=one.chair,
        outcome="closed" if one.closed else "open",
        meeting=one.id,
    )


def _looked(one: AskedLookRow) -> AccountEntry:
    return AccountEntry(
        kind="look",
        what="consultation asked",
        at=moment_said(one.asked_at),
        by=(one.person,),
        until=moment_said(one.until),
        dossier=one.case,
    )


def _may_look(one: GrantRow) -> AccountEntry:
    return AccountEntry(
        kind="look",
        what="consultation given",
        by=(one.person,),
        until=moment_said(one.until),
        about=(one.archive,) if one.archive else (),
        dossier=one.new_signal,
    )
