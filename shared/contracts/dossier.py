"""What every service that holds dossiers sends: sealed ones to retention, the words of decisions to oversight."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared.contracts.common import Frozen, Letter, Message


class ArchivedItem(Frozen):
    """One item of a sealed dossier: ciphertext under an archive key, and what it is bound to.

    `reading`: the same item as it may be read for a new signal, without the reporter, under the same key; empty where it
    never is. `seen_from`: from which phase of that signal (art. 9 lid 2); 0: never.
    """

    archive: str
    key: str
    item: str
    version: int
    ciphertext: str
    reading: str = ""
    seen_from: int = 0


class DecidedPart(Frozen):
    """Some of what was decided together: each of the first of `about` with each of the second."""

    outcome: str
    about: tuple[tuple[str, ...], ...]


class CodedDecision(Frozen):
    """An earlier decision as every later holder knows it: coded, without words."""

    decision: str
    version: int
    key: str
    outcome: str
    article: str
    status: str
    state: str
    deciders: tuple[str, ...]
    co_signers: tuple[str, ...] = ()
    dissenters: tuple[str, ...] = ()
    recorder: str
    role: str
    about: tuple[str, ...] = ()
    parts: tuple[DecidedPart, ...] = ()
    """Of what was decided together; `outcome` is `several` where they differ."""
    taken_at: datetime
    protocol: str
    meeting: str | None = None
    cluster: str | None = None
    """With which it was decided, where several signals were decided on together."""
    on: date | None = None
    """Of who was told that something is not right, or confirmed it: the day on which that was (AVG 19)."""


class SealedDossier(Frozen):
    """What retention keeps of an ended signal. Dropped here: everything that can be read.

    `decided_on` is the start of the term (art. 9 lid 1 onder a); `ending` and `article` are coded.
    """

    number: str
    version: int
    ending: str
    article: str
    decided_on: date
    received_on: date
    protocol: str
    items: tuple[ArchivedItem, ...]
    decisions: tuple[CodedDecision, ...] = ()
    phase: int
    """In which it ended; 5: it was a case, and `decided_on` is its last processing. The term hangs on it (art. 9)."""


class SealedDossierLetter(Letter):
    """A signal has ended; its dossier goes to the non-active environment."""

    event: ClassVar[str] = "sealed.v1"


class SignalEnded(Message):
    """A signal is no longer active; nobody contacts its reporter any more (art. 9)."""

    event: ClassVar[str] = "ended.v1"
    number: str


class ClosedTo(Message):
    """A signal is closed to `person`, whom it concerns himself, or open to him again (art. 2:4 Awb)."""

    event: ClassVar[str] = "closed-to.v1"
    number: str
    person: str
    closed: bool


class Findable(Message):
    """By what a signal is found when it is asked whether there is something: keyed hashes of its names, addresses and KvK numbers
    (shared/keys/lookup.py), all of them, in the place of what was told before.

    `turn`: of the head that was read; `key_version`: under which they were made. `closed_to`: whom it is not shown.
    """

    event: ClassVar[str] = "findable.v1"
    number: str = Field(max_length=20)
    turn: int
    key_version: int
    hashes: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")], ...], Field(max_length=5000)]
    closed_to: tuple[str, ...] = ()


class InformingDue(Message):
    """The persons `about` (S1, S2 …) have to know by `on`, or a ground says why not (AVG 14 lid 3, art. 26 lid 1).

    `why`: a first `disclosure` to somebody outside the municipality, or a planned `intervention`; or `received`, which brings
    nothing nearer. `recipient`: who got data of which of them (`received_about`), as a letter names him.
    """

    event: ClassVar[str] = "informing-due.v1"
    number: str
    about: tuple[str, ...]
    why: str
    on: date
    recipient: str = ""
    received_about: tuple[str, ...] = ()


class DecisionWords(Frozen):
    """The words of one decision, for supervision. Persons appear as S1, S2, objects as O1, O2."""

    decision: str
    reason: str
    fields: dict[str, Any]


class Disclosed(Message):
    """One line of the disclosure register: who outside the file receives which items, on which ground (R-6.4).

    `road`: forwarding, partners, riec, paper, question or intervention. `ground`: the decision, or the record, by which
    it is shared. `duty_to_inform_passes`: who receives it informs the person concerned (art. 13). `tasks`, `bases`: for
    which task of his and on which basis, each with law, article and organ in words. `urgent`: it went at once, for a danger
    to somebody's life or safety, and is judged afterwards. `concerning`: whom and what of the items he comes to know, of a
    person each field (S1.name, S1.address, O1), never what it says.
    """

    event: ClassVar[str] = "disclosed.v1"
    number: str
    road: str
    recipient_kind: str
    recipient: str
    items: tuple[str, ...]
    ground: str
    article: str
    by: str
    decided_at: datetime
    duty_to_inform_passes: bool = False
    tasks: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    concerning: tuple[str, ...] = ()
    urgent: bool = False


class DecidedLetter(Letter):
    """One decision: the coded facts in clear, its words sealed for oversight.

    `state`: where it left the signal; empty when it was about something that is not the signal (a duty to inform).
    `ended_in`: the phase in which it ended the signal, or 5 when it closed the case, from which its years run.
    """

    event: ClassVar[str] = "decided.v1"
    version: int
    key: str
    outcome: str
    article: str
    deciders: tuple[str, ...]
    co_signers: tuple[str, ...] = ()
    dissenters: tuple[str, ...] = ()
    recorder: str
    role: str
    taken_at: datetime
    protocol: str
    state: str
    about: tuple[str, ...] = ()
    meeting: str | None = None
    ended_in: int | None = None
