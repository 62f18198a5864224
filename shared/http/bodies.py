"""What every body that comes in or goes out by HTTP is built on."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

SpecialGrounds = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=40)]],
    Field(
        max_length=20,
        default_factory=dict,
        description="On which ground special data are necessary in these words, by their kind (art. 9 and 10 AVG)",
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
