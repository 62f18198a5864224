"""What an outcome sets going, as values. A policy returns them; perform.py makes rows and letters of them.

Each kind has its moment:

- *at once*: in the transaction of the decision; a withdrawal undoes it.
- *sent*: made and sealed in that transaction, and kept in the post until the decision can no longer be withdrawn.
- *settled*: done only then, because it cannot be taken back (settle.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel

from shared.contracts.common import Letter, Message

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from shared.engine.head import Head
    from shared.engine.loaded import Loaded
    from shared.engine.tables import DecisionRow
    from shared.service.platform import Platform


class Moment(Enum):
    """When an effect is done: in the decision's transaction; by a message that lies in the post until the decision can
    no longer be withdrawn; or by the settlement, after that.
    """

    AT_ONCE = auto()
    SENT = auto()
    SETTLED = auto()


@dataclass(frozen=True)
class Effect:
    """Something that a decision or a record sets going."""

    moment: ClassVar[Moment]


# --- sent ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tell(Effect):
    """A service hears something without content. `hurry`: it cannot wait for the end of the withdrawal time."""

    moment = Moment.SENT
    to: str
    message: Message
    hurry: bool = False


@dataclass(frozen=True)
class CopyByLetter(Effect):
    """A service gets a copy of content, sealed for it. `message` is what carries the letter."""

    moment = Moment.SENT
    to: str
    message: Letter
    content: BaseModel
    hurry: bool = False


@dataclass(frozen=True)
class Disclose(Effect):
    """Somebody outside the file gets `items`: a line in the disclosure register, whatever the road (R-6.4).

    `road`: forwarding, partners, riec, paper, question or intervention. `outside`: he is outside the municipality, so
    that `subjects` have to know by now, or a ground says why not (AVG 14 lid 3). `passes_duty`: who takes a signal up
    informs the person concerned (art. 13). `concerning`: whom and what of the items he gets; None: all that these
    concern. `besides`: whom and what he comes to know without an item, by S1.name, O1 …. `task`, `basis`: codes of what was chosen for this share itself. `urgent`: it goes at once, for a danger to somebody's
    life or safety.
    """

    moment = Moment.SENT
    road: str
    recipient_kind: str
    recipient: str
    items: tuple[str, ...]
    concerning: tuple[str, ...] | None = None
    besides: tuple[str, ...] = ()
    outside: bool = False
    subjects: tuple[str, ...] = ()
    passes_duty: bool = False
    task: str = ""
    basis: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class ComesNearer(Effect):
    """`subjects` have to know by `on`, or a ground says why not (AVG 14 lid 3; art. 26 lid 1)."""

    moment = Moment.SENT
    subjects: tuple[str, ...]
    why: str
    on: date


# --- at once -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask(Effect):
    """Who has designation `role` is asked something about `item`, until a day. `later`: not before an `OpenTasks`;
    `person`: nobody but he; `due`: by when it is to be done, without ending then.
    """

    moment = Moment.AT_ONCE
    kind: str
    role: str
    item: str
    meeting: str | None = None
    until: date = date.max
    later: bool = False
    person: str | None = None
    due: date | None = None


@dataclass(frozen=True)
class OpenTasks(Effect):
    """What was to be asked later about `items` is asked now."""

    moment = Moment.AT_ONCE
    items: tuple[str, ...]


@dataclass(frozen=True)
class CloseTasks(Effect):
    """What is asked about `items` is asked no longer; without items: nothing is. `kind`: of that kind only."""

    moment = Moment.AT_ONCE
    items: tuple[str, ...] | None = None
    kind: str | None = None


# --- settled -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandOver(Effect):
    """The dossier goes to its next holder: `content` is what that one may have, `message` carries the letter."""

    moment = Moment.SETTLED
    to: str
    message: Letter
    content: BaseModel


@dataclass(frozen=True)
class Seal(Effect):
    """The dossier has ended: everything goes into the archives, and to retention as ciphertext."""

    moment = Moment.SETTLED


@dataclass(frozen=True)
class Forget(Effect):
    """These items are not needed any more."""

    moment = Moment.SETTLED
    items: tuple[str, ...]


@dataclass(frozen=True)
class EraseWords(Effect):
    """The words of these documents are deleted; that they were there, and what was decided about them, stays (AVG 17)."""

    moment = Moment.SETTLED
    items: tuple[str, ...]


# --- a service's own -----------------------------------------------------------------------------


class Own(Effect, ABC):
    """What happens in tables that one service alone has: subclassed in that service's `effects.py`.

    `moment` is at once, or settled; then there is nothing to undo.
    """

    @abstractmethod
    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """Do it, in the transaction of the decision (or of its settlement). `loaded` is as it was before."""

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """Undo it, in the transaction in which `decision` is withdrawn."""

    def becomes(self, head: Head, decision: DecisionRow) -> Head:
        """What it changes of the head, so that the MAC is over what is written. `head` knows the decision."""
        return head

    def reverts(self, head: Head, decision: DecisionRow) -> Head:
        """What undoing it changes of the head."""
        return head


@dataclass(frozen=True)
class Ground:
    """On what a record's effects rest, as a `DecisionRow` is for a decision's: by whom, when, on which article."""

    id: str
    article: str
    recorder: str
    taken_at: datetime
    effective_at: datetime | None = None
