"""What every body that comes in or goes out by HTTP is built on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MOST_NESTED = 8
"""How deep the answer to a question can be; the deepest that is asked is a list of persons."""
SpecialGrounds = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=40)]],
    Field(
        max_length=20,
        default_factory=dict,
        description="What a warning about these words is answered with, by the kind of data (art. 9 and 10 AVG, 46 UAVG)",
        examples=[{"health": "vital-interest"}],
    ),
]


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


Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$")]
"""A code or the name of an item; the longest are `decision-<uuid>-co-signer`."""


def _of_our_time(value: datetime) -> datetime:
    """What is further away has no moment in UTC, or none that PostgreSQL and Python both know."""
    if not 2000 <= value.year < 2200:
        raise ValueError("ligt te ver weg in het verleden of in de toekomst")
    return value


def plain(value: dict[str, Any]) -> dict[str, Any]:
    """What can be judged, encrypted and shown again, whatever was asked. Not by recursion: it is about how deep it is."""
    level: list[Any] = [value]
    for _ in range(MOST_NESTED):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, str) and not _is_text(one):
                raise ValueError("heeft tekens die geen tekst zijn")
            inner += (*one, *one.values()) if isinstance(one, dict) else one if isinstance(one, list) else ()
        if not inner:
            return value
        level = inner
    raise ValueError("is te diep genest")


def _is_text(value: str) -> bool:
    """A lone surrogate is in JSON but in no text, and a NUL in none that PostgreSQL keeps."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


MomentGiven = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""A moment with its time zone, of this century or the next."""
FieldsGiven = Annotated[dict[str, Any], Field(max_length=20, default_factory=dict), AfterValidator(plain)]
"""What is filled in, by the names of what a decision or a category asks; the law judges it."""
