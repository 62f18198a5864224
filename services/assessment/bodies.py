"""What assessment is sent and answers over HTTP, besides what every service does."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.http.app import NUMBER
from shared.http.bodies import Ref, Strict


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
