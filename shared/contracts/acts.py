"""What a request of a person sets going elsewhere, and what is answered to that: codes and numbers, nobody's name (AVG 18 to 21)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.contracts.common import Frozen, Message

_Signal = Annotated[str, Field(pattern=r"^S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$")]
_Request = Annotated[str, Field(pattern=r"^V-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$")]
_Items = Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(max_length=1000)]


class Restricted(Message):
    """From now on what signal `number` has of the person `subject` is only kept, for `request` (AVG 18 lid 2); or not any more,
    when `restricted` is false. It takes the place of what was said for this request before.

    `whole`: he himself and all that is about him; else only `items`. `items`: besides, those that its holder chose. `by`, `role`, `at`:
    who decided it, as what and when. `granted`: what was answered that is done with it; empty: nothing is to be done.
    """

    event: ClassVar[str] = "restricted.v1"
    number: _Signal
    request: _Request
    subject: str = Field(pattern=r"^S[1-9][0-9]{0,3}$")
    items: _Items = ()
    whole: bool = True
    restricted: bool = True
    granted: str = Field(default="", pattern=r"^(rectification|erasure)?$")
    by: str
    role: str
    at: datetime


class RestrictionKept(Message):
    """What a holder did with that: `done`, it holds here from now on as it was asked; else the signal is with `holder`, or nowhere."""

    event: ClassVar[str] = "restriction-kept.v1"
    number: _Signal
    request: _Request
    done: bool
    restricted: bool = False
    holder: str | None = None


class ProcedureTold(Message):
    """A procedure about signal `number` runs, so that nothing of it is destroyed: an objection, a bezwaar, or a restriction that
    holds. `runs` is false when it is over. `turn`: of the request, as of which this is so; what is older changes nothing."""

    event: ClassVar[str] = "procedure-told.v1"
    number: _Signal
    request: _Request
    kind: str = Field(max_length=40)
    runs: bool
    turn: int = Field(default=0, ge=0)


class ThingDone(Frozen):
    """What was done with an item, or with who somebody is (`person`): `corrected`, `withdrawn`, `taken-out` with who proved not to
    be concerned, or `stated`: what cannot be changed has a statement beside it."""

    thing: str = Field(max_length=80)
    done: Literal["corrected", "withdrawn", "taken-out", "stated"]


class ReceiverTold(Frozen):
    """Who had it before, and when he was told (AVG 19); `on` is None where that was impossible or disproportionate. `confirmed`: when
    he said that it was put right with him too; None: he has not."""

    receiver: str = Field(max_length=80)
    on: date | None = None
    confirmed: date | None = None


class CarriedOut(Message):
    """The holder of signal `number` carried out what was granted on `request`, as it was decided at `at`. It is said again when a
    receiver confirms: of two that say the same decision the later, by `known_at`, is what holds."""

    event: ClassVar[str] = "carried-out.v1"
    number: _Signal
    request: _Request
    kind: str = Field(pattern=r"^(rectification|erasure)$")
    done: Annotated[tuple[ThingDone, ...], Field(max_length=1001)]
    told: Annotated[tuple[ReceiverTold, ...], Field(max_length=1000)] = ()
    at: datetime
    known_at: datetime | None = None
