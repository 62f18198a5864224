"""What assessment is sent and answers over HTTP, besides what every service does."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.http.app import NUMBER
from shared.http.bodies import Ref, SpecialGrounds, Strict


class MemberIn(Strict):
    """Somebody of the municipality by `userId`, or an outside organisation, which has no account here."""

    user_id: Ref | None = None
    organisation: Ref | None = None


class MeetingIn(Strict):
    kind: Annotated[str, Field(pattern=r"^[A-Za-z0-9+-]{1,40}$", examples=["LOT"])]
    held_on: date
    members: Annotated[tuple[MemberIn, ...], Field(min_length=1, max_length=40)]
    agenda: Annotated[tuple[Annotated[str, Field(pattern=NUMBER)], ...], Field(max_length=100)] = ()
    present: Annotated[
        tuple[Ref, ...],
        Field(max_length=40, description="Who is there, of a meeting that is held today, where the chair records that"),
    ] = ()


class AgendaIn(Strict):
    number: Annotated[str, Field(pattern=NUMBER)]


class AttendanceIn(Strict):
    """Who was there: a user id or an organisation of the meeting; empty for oneself."""

    member: Ref | None = None


class TypedIn(Strict):
    """What somebody asks about without it standing in the signal. Kept nowhere."""

    name: Annotated[str, StringConstraints(max_length=200)] | None = None
    address: Annotated[str, StringConstraints(max_length=300)] | None = None
    company_number: Annotated[str, StringConstraints(max_length=40)] | None = None


class ExistenceCheckIn(Strict):
    """`about`: S1, O1 … of this signal; `typed`: something besides. What of it is looked for, the answer says."""

    about: Annotated[tuple[Ref, ...], Field(max_length=20)] = ()
    typed: TypedIn | None = None
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    special_grounds: SpecialGrounds


class WarrantOut(Strict):
    """For retention, with one's own token for it, before `until`. `asked`: the kinds that are looked for, by S1, O1 or `typed`."""

    warrant: str
    until: AwareDatetime
    asked: dict[str, tuple[str, ...]]


class MeetingOut(Strict):
    id: str
    version: int
    kind: str
    held_on: date
    chair: str
    members: tuple[str, ...]
    present: tuple[str, ...]
    agenda: tuple[str, ...] = ()
    closed: bool = False


class MeetingKind(Strict):
    """A meeting that can be called. `outside`: organisations that can be invited, by code."""

    kind: str
    outside: dict[str, str]


class MeetingKinds(Strict):
    """`persons`: user ids of who is designated now in a way that lets him take part, with those designations."""

    kinds: list[MeetingKind]
    persons: dict[str, tuple[str, ...]]
    attendance_by: Annotated[str, Field(description="Who says who was there: `chair` or `self`")]


class MeetingList(Strict):
    meetings: list[MeetingOut]
    next: str | None
