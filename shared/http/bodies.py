"""What every body that comes in or goes out by HTTP is built on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _of_our_time(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError(f"moet liggen tussen {_FIRST.year} en {_LAST.year}")
    return value


OurMoment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""A moment that a person can mean; the ends of the calendar have no date in every time zone, and PostgreSQL stores the
first year as minus infinity."""


class Strict(BaseModel):
    """Unknown fields are refused: what is not asked cannot be sent (Bijlage 1: no BSN, no nationality)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        from_attributes=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )
