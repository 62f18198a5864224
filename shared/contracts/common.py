"""What every message is, and the messages that every service sends.

Bodies are frozen. A field is only ever added, with a default; anything else is a new version of the
event. `tests/contracts` pins each of them with a golden file.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Immutable, and silent about its input when it is wrong."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Message(Frozen):
    """One event. `kept`: the sender keeps it until a signed receipt; else it is a beacon that is repeated."""

    event: ClassVar[str]
    kept: ClassVar[bool] = True
    may_be_unsigned: ClassVar[bool] = False


class Letter(Message):
    """A message that carries sealed content, readable by the addressee only.

    The content is wrapped with a random word; the receipt repeats it, and so proves that it was opened.
    """

    number: str = Field(pattern=r"^S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$")
    letters: tuple[str, ...]


class KeyRef(Frozen):
    """A key in OpenBao: mount and name."""

    mount: str
    key: str


class Received(Frozen):
    """The effect of `message` has been committed; `word` stood inside the letter."""

    message: UUID
    of: str
    word: str | None = None


class Receipts(Message):
    """What the addressee has committed, of one sender."""

    event: ClassVar[str] = "receipts.v1"
    kept: ClassVar[bool] = False
    received: tuple[Received, ...]


class LetterboxKeyMade(Message):
    """The newest public key of the sender's letterbox, and which of its keys are not to be used any more.

    Both are statements of the sender (`shared.keys.announced`) that stay with a key wherever it is kept. Repeated, so
    that who missed it learns it.
    """

    event: ClassVar[str] = "letterbox-key.v1"
    kept: ClassVar[bool] = False
    statement: str
    revoked: tuple[str, ...] = ()


class KeysMade(Message):
    """For signal `number` these keys exist here, and its letter came under these letterbox keys.

    `handed_over`: when the signal has come to the sender, what the holder before signed of that (`shared/keys/handed.py`).
    """

    event: ClassVar[str] = "keys-made.v1"
    number: str
    keys: tuple[KeyRef, ...] = ()
    carried_by: tuple[str, ...] = ()
    handed_over: str | None = None


class Released(Frozen):
    """These keys are locked and may be deleted. `rows_gone`: all rows about `number` are deleted here
    too; `carried_by`: letterbox keys of letters about it that were never opened."""

    number: str | None = None
    keys: tuple[KeyRef, ...] = ()
    carried_by: tuple[str, ...] = ()
    rows_gone: bool = False


class KeysReleased(Message):
    """The owner's hand of the two that destroying takes, per signal."""

    event: ClassVar[str] = "keys-released.v1"
    released: tuple[Released, ...]


class LetterboxFinished(Message):
    """The sender never seals with `kid` again and has no letter outstanding that was sealed with it."""

    event: ClassVar[str] = "letterbox-finished.v1"
    kid: str


class Audited(Message):
    """Audit lines `first` to `first + len(entries) - 1`; `head` chains them to `previous`."""

    event: ClassVar[str] = "audited.v1"
    first: int
    previous: str
    entries: tuple[dict[str, Any], ...]
    head: str


class Whereabouts(Message):
    """Who holds a signal and in which state; no content."""

    event: ClassVar[str] = "whereabouts.v1"
    number: str
    version: int
    holder: str
    state: str
    since: datetime
