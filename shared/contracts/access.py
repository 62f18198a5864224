"""What access sends: who is designated, as leases that have to be repeated; and its statements, to be kept elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.contracts.common import Frozen, Message
from shared.protocol.municipality import Terms

STATEMENT_KIND = "meldpunt-designation"
"""The kind of a statement that somebody is designated, or no longer is; its claims are `Stated`."""
MOST_STATEMENTS = 100
"""How many access asks for, and is given, at a time."""


class Designating(Frozen):
    """Somebody is designated. `basis`: the decision on which it rests."""

    user_id: str
    role: str
    starts_at: datetime
    ends_at: datetime
    basis: str


class Stated(Frozen):
    """What access signs when somebody decides: statement `seq`, that designates (`given`) or ends an earlier one (`ends`).

    `by`: the beheerder who decided, or `controller`. `open`: every designation that may hold after it, by the number of
    the statement that gave it; so the newest statement says which of the older ones count, whatever became of the rest.
    `forgotten`: every statement up to this one had its term (art. 7 lid 2) and is gone.
    """

    seq: int
    at: datetime
    by: str
    open: tuple[int, ...]
    given: Designating | None = None
    ends: int | None = None
    forgotten: int = 0

    @property
    def about(self) -> int:
        """The statement that gave what this is about."""
        return self.seq if self.ends is None else self.ends


CALENDAR = "calendar"
"""By whom a statement is of which nobody decided anything: that others have had their term."""


def designation_kept(terms: Terms) -> int:
    """For how many years after its end a designation stays."""
    return terms.designation_kept_years


def over_at(stated: Stated) -> datetime:
    """When what a statement says is over by itself, whatever later ones end."""
    return stated.given.ends_at if stated.given else stated.at


class Designation(Frozen):
    """`user_id` may act as `role` from `starts_at` until `ends_at` (art. 7 lid 2)."""

    user_id: str
    role: str
    starts_at: datetime
    ends_at: datetime


class Leases(Message):
    """All designations in force at `issued_at`; believed until `lease_until`.

    `seq`: the number of the newest statement that access knew. Whoever has heard a higher one does not believe it.
    """

    event: ClassVar[str] = "leases.v1"
    kept: ClassVar[bool] = False
    seq: int
    issued_at: datetime
    lease_until: datetime
    designations: tuple[Designation, ...]


class DesignationStated(Message):
    """Statement `seq` of access, as it signed it: oversight keeps it where access's own database cannot take it back."""

    event: ClassVar[str] = "designation-stated.v1"
    seq: int
    statement: str


class DesignationsAsked(Message):
    """What access has at `asked_at`: statement `seq` as its newest, and every one before it but `missing`."""

    event: ClassVar[str] = "designations-asked.v1"
    kept: ClassVar[bool] = False
    asked_at: datetime
    seq: int
    missing: tuple[int, ...] = ()
