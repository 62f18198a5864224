"""What can go wrong, without HTTP or bus. The docstring of an error is its message.

Messages never carry content: a name in an error is a name in a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class MeldpuntError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.extra = extra
        super().__init__(self.detail)


class PartDown(MeldpuntError):
    """A part that this needs is out of reach; try again later."""


class NotAuthenticated(MeldpuntError):
    """A valid access token for this service is needed."""


class Forbidden(MeldpuntError):
    """You are not designated for this (art. 7 lid 2)."""


class NotFound(MeldpuntError):
    """There is nothing here for you."""


class Elsewhere(NotFound):
    """The signal is no longer held here."""


class Conflict(MeldpuntError):
    """This is not possible in the present state."""


class TooMany(MeldpuntError):
    """Too many reports at this moment; please try again in a minute."""


class CannotSucceed(MeldpuntError):
    """A message that will never be accepted, however often it is offered."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with what was sent: where, and why, never the value itself."""

    field: str
    reason: str
    article: str | None = None

    def as_dict(self) -> dict[str, str]:
        found = {"name": self.field, "reason": self.reason}
        return found | ({"article": self.article} if self.article else {})


@dataclass
class Invalid(Exception):
    """What was sent is not accepted; everything that is wrong is listed."""

    faults: list[Fault] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(f"{fault.field}: {fault.reason}" for fault in self.faults)
