"""What a report may be: Bijlage 1 of the protocol for phase 1, and sizes that keep a letter small."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from shared.http.bodies import SpecialGrounds, Strict

Channel = Literal["web", "phone", "letter", "e-mail", "app", "desk", "meld-misdaad-anoniem", "colleague", "partner"]

PUBLIC: Channel = "web"
"""What anybody can use, without a colleague's token."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Occupation = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
ReportText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20000)]


class SubjectIn(Strict):
    name: Name | None = None
    address: Address | None = None
    occupation: Occupation | None = None


class ObjectIn(Strict):
    kind: Literal["address", "building", "business", "parcel", "other"]
    address: Address | None = None
    description: Description | None = None


class ReporterIn(Strict):
    kind: Literal["person", "organisation", "anonymous"]
    name: Name | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$")] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{6,25}$")] | None = None
    wants_contact: bool = False

    @model_validator(mode="after")
    def _anonymous_is_without_name(self) -> ReporterIn:
        if self.kind == "anonymous" and self.has_contact_data:
            raise ValueError("een anonieme melder heeft geen naam of contactgegevens")
        return self

    @property
    def has_contact_data(self) -> bool:
        return bool(self.name or self.email or self.phone)


class SignalIn(Strict):
    """A report as it comes in (R-5.4: it is complete without any reporter)."""

    channel: Channel
    received_at: AwareDatetime | None = None
    text: ReportText
    subjects: Annotated[tuple[SubjectIn, ...], Field(max_length=20)] = ()
    objects: Annotated[tuple[ObjectIn, ...], Field(max_length=20)] = ()
    reporter: ReporterIn | None = None
    special_grounds: SpecialGrounds

    @field_validator("received_at")
    @classmethod
    def _said_by_a_colleague(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        """Terms run from it (R-T.6). Five minutes of difference between clocks are forgiven."""
        if value is None:
            return None
        if info.data.get("channel") == PUBLIC:
            raise ValueError(
                "laat dit weg: een melding via het formulier is ontvangen op het moment dat zij binnenkomt"
            )
        if info.context and value > info.context["now"] + timedelta(minutes=5):
            raise ValueError("ligt in de toekomst")
        if value.year < 2000:
            raise ValueError("ligt te ver terug")
        return value

    def received_by(self, now: datetime) -> datetime:
        """When it was received: now, or earlier where a colleague says so; never later."""
        return min(self.received_at or now, now)
