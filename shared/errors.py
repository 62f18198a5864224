"""What can go wrong, without HTTP or bus. The docstring of an error is its message.

A person may read the message of every error but `PartDown` and `CannotSucceed`, so it is Dutch; those two are for who
runs the system, and at the edge of HTTP they are replaced by words of their own. Messages never carry content: a name
in an error is a name in a log. `code` is for machines and does not change when the words do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared.protocol.faults import Fault


class MeldpuntError(Exception):
    """Er ging iets mis."""

    code = "internal-error"

    def __init__(self, detail: str | None = None, *, code: str | None = None, **extra: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.code = code or type(self).code
        self.extra = extra
        super().__init__(self.detail)


class PartDown(MeldpuntError):
    """A part that this needs is out of reach; try again later."""

    code = "part-down"


class KeyFinished(PartDown):
    """It was sealed to a letterbox key that is finished; sealed anew, to the newest, it can be written."""


class NotAuthenticated(MeldpuntError):
    """Hiervoor is een geldig toegangsbewijs voor deze dienst nodig."""

    code = "not-authenticated"


class Forbidden(MeldpuntError):
    """U bent hiervoor niet aangewezen (art. 7 lid 2)."""

    code = "forbidden"


class CaseClosed(Forbidden):
    """Een gesloten casus wordt alleen geraadpleegd voor een nieuw signaal (art. 9 lid 2)."""

    code = "case-closed"


class LogInAnew(Forbidden):
    """Hiervoor logt u eerst opnieuw in, zodat vaststaat dat u het bent."""

    code = "log-in-anew"


class NotFound(MeldpuntError):
    """Hier is niets voor u."""

    code = "not-found"


class Elsewhere(NotFound):
    """Het signaal is hier niet meer."""

    code = "elsewhere"


class Conflict(MeldpuntError):
    """Dit kan niet in de huidige toestand."""

    code = "conflict"


class Overtaken(Conflict):
    """Intussen is hier iets over verteld: probeer het opnieuw."""

    code = "overtaken"


class TooMany(MeldpuntError):
    """Er komen op dit moment te veel meldingen binnen; probeer het over een minuut opnieuw."""

    code = "too-many"


class CannotSucceed(MeldpuntError):
    """A message that will never be accepted, however often it is offered."""

    code = "cannot-succeed"


class NotBelieved(CannotSucceed):
    """The rows are not what this service wrote: frozen until they are again."""

    code = "frozen"


@dataclass
class Invalid(Exception):
    """What was sent is not accepted; everything that is wrong is listed."""

    faults: list[Fault] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(f"{fault.field}: {fault.reason}" for fault in self.faults)
