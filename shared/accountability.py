"""What the municipality accounts for of one signal (R-2.4): a chapter of each service that can hold something of it, bound together.

Nothing is opened for it: what stands in it are codes, days, numbers and the pseudonyms of who acted, so that a file that was
made outlives a signal that was destroyed and undoes nothing of that. Each service seals its own chapter, for the person who
asked; oversight binds the seals and names what is missing. Whoever has the file checks it without this house:
`digest(chapter)` of `shared/canonical.py` is the `sha256` of its seal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from shared.canonical import digest
from shared.errors import Forbidden
from shared.identity import Person
from shared.keys.signing import NotSigned, Signer, Verifier, certificate_of, read_claims
from shared.protocol.request_kinds import HOLDERS_OF_DATA

SEAL_KIND, BOUND_KIND = "meldpunt-chapter", "meldpunt-accountability"
SEAL_LASTS = timedelta(minutes=10)
"""So long after it was sealed a chapter is bound with the others: they are of one moment."""
LONGEST_SEAL = 4000
ACCOUNTING: tuple[str, ...] = tuple(HOLDERS_OF_DATA)
"""Who has a chapter: every service that can hold something of a signal. The work list is a projection of what these tell, and
access knows no signal."""
DECIDE = ("assessment", "sources", "casework", "rights")
_ASKED = ("consultation", "existence-check")
"""Told to oversight as decisions are, and no decisions on the signal."""
NO_SEAL = "Dit hoofdstuk is niet (meer) geldig: vraag het dossier opnieuw."

EntryKind = Literal[
    "decision",
    "check",
    "source",
    "record",
    "task",
    "meeting",
    "informing",
    "request",
    "disclosure",
    "look",
    "opening",
    "retention",
    "trail",
]
ChapterStands = Literal["here", "elsewhere", "destroyed", "nothing", "not-believed"]


class _Shape(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )

    def said(self) -> dict[str, Any]:
        """As JSON, without what is not known."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class AccountEntry(_Shape):
    """Something that happened, in codes. What is not known of it is left out."""

    kind: EntryKind
    what: str = Field(description="The decision, category, action, road … by its code")
    at: str = Field("", description="When: a moment or a day (ISO 8601)")
    id: str = Field("", description="Of a decision: its number, the same at whoever tells it")
    outcome: str = Field("", description="The answer, or how it went, by its code")
    status: str = Field("", description="Of a decision: proposed, questioned, refused, taken or withdrawn")
    article: str = ""
    by: tuple[str, ...] = Field((), description="Who decided, asked, looked …: pseudonyms")
    recorder: str = Field("", description="Who wrote it down")
    role: str = Field("", description="Under which designation; of a task, of whom it is asked")
    co_signers: tuple[str, ...] = ()
    dissenters: tuple[str, ...] = ()
    about: tuple[str, ...] = Field((), description="Persons (S1), objects (O1), items, sources: never what they say")
    parts: tuple[dict[str, Any], ...] = Field((), description="Of what was decided together: each outcome, about what")
    to: str = Field("", description="Who got something, by a code")
    tasks: tuple[str, ...] = Field((), description="For which task of the receiver")
    bases: tuple[str, ...] = Field((), description="On which basis in law it was shared")
    until: str = Field(
        "", description="By when it is due, until when it lasts, or from when it is so: as `what` has it"
    )
    ended: str = Field("", description="When it ended")
    version: int = Field(0, description="Of the signal, when it was decided or recorded")
    state: str = Field("", description="Where a decision left the signal")
    meeting: str = ""
    cluster: str = ""
    dossier: str = Field("", description="The duty to inform, or the other signal, that it is about")
    protocol: str = Field("", description="The version of the protocol")
    reason: str = Field("", description="Why, by a code")
    producer: str = Field("", description="Of a line of the trail: whose it is")
    line: int = Field(0, description="Of a line of the trail: its number")


class AccountChapter(_Shape):
    """What one service has to account for of a signal. `standing`: whether it is `here`, went `elsewhere` (to `holder`), was
    `destroyed`, that there is `nothing`, or that its rows are `not-believed`, so that nothing is told of them."""

    service: str
    number: str
    at: str = Field(description="When it was told")
    standing: ChapterStands
    holder: str = ""
    since: str = ""
    not_believed: int = Field(0, description="Rows that this service did not write as they are, and so are left out")
    facts: dict[str, str] = Field(default_factory=dict, description="How it stands, in codes and days")
    entries: tuple[AccountEntry, ...] = ()


class SealedChapter(_Shape):
    """A chapter with the seal of its service over it: a compact JWS with its digest."""

    chapter: AccountChapter
    seal: str


class MissingChapter(_Shape):
    """`silent`: the service did not answer; `refused`: it did not give its chapter to this person."""

    service: str
    why: Literal["silent", "refused"]


class BoundChapter(_Shape):
    service: str
    at: str
    sha256: str


class Bound(_Shape):
    """What oversight signs: of which services there is a chapter, and which are missing. `complete`: none is."""

    number: str
    made_at: str
    made_for: str
    chapters: tuple[BoundChapter, ...]
    missing: tuple[str, ...]
    complete: bool


class Binding(_Shape):
    bound: Bound
    signature: str = Field(description="Compact JWS of oversight, with the same")


class AccountFile(_Shape):
    """The verantwoordingsdossier of one signal. `complete`: every service gave its chapter, what it told is believed, and it tells
    every decision that oversight heard of."""

    title: str
    number: str
    made_at: str
    municipality: str
    trial: bool
    complete: bool
    missing: tuple[MissingChapter, ...] = ()
    doubtful: tuple[str, ...] = Field((), description="Services with rows that are not believed")
    unaccounted: tuple[str, ...] = Field(
        (), description="Decisions that oversight heard of, by their numbers, and that no other chapter tells"
    )
    chapters: tuple[SealedChapter, ...]
    binding: Binding | None = Field(None, description="Absent where oversight did not answer")


@dataclass(frozen=True)
class ToldChapter:
    """What a service tells of a signal, before it is sealed."""

    entries: Sequence[AccountEntry] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    standing: ChapterStands = "here"
    holder: str = ""
    since: str = ""
    not_believed: int = 0


def moment_said(given: datetime | date | None) -> str:
    """A moment in UTC or a day, as it stands in a chapter; empty where there is none."""
    if isinstance(given, datetime):
        return given.astimezone(UTC).isoformat(timespec="milliseconds")
    return given.isoformat() if given else ""


def in_time(entries: Sequence[AccountEntry]) -> tuple[AccountEntry, ...]:
    """In the order in which it happened; what has no moment of its own by its version of the signal, after what has the same."""
    when: dict[int, str] = {}
    for one in entries:
        if one.at and one.version:
            when[one.version] = max(when.get(one.version, ""), one.at)

    def place(one: AccountEntry) -> tuple[str, bool]:
        if one.at:
            return one.at, False
        return max((moment for version, moment in when.items() if version <= one.version), default=""), True

    return tuple(sorted(entries, key=place))


def unaccounted(chapters: Iterable[Mapping[str, Any]]) -> list[str]:
    """The decisions that oversight heard of from who decides on a signal or a duty, and that no other chapter tells; each chapter as
    JSON. What oversight tells rests on a letter of long ago, so a service cannot leave out now what it decided then."""
    entries = [(one["service"], entry) for one in chapters for entry in one.get("entries", ()) if entry.get("id")]
    heard = {
        entry["id"]
        for service, entry in entries
        if service == "oversight" and entry.get("producer") in DECIDE and entry["what"] not in _ASKED
    }
    return sorted(heard - {entry["id"] for service, entry in entries if service != "oversight"})


def sealed(signer: Signer, chapter: AccountChapter, person: Person) -> str:
    """The seal of this service over its chapter, for who asked it. Raises NotSigned."""
    claims = {"number": chapter.number, "at": chapter.at, "for": person.user_id, "sha256": digest(chapter.said())}
    return signer.sign(SEAL_KIND, claims)


class _Claims(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    number: str
    at: Annotated[str, Field(max_length=40)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    person: str = Field(alias="for")


async def bound_of(verifier: Verifier, seal: str, number: str, person: Person) -> BoundChapter:
    """Whose chapter a seal is, once it is believed: of a service that has one, of this signal, for this person, of just now.
    Raises Forbidden, always in the same words, and PartDown."""
    try:
        service = str(read_claims(certificate_of(seal)).get("service"))
        if service not in ACCOUNTING:
            raise NotSigned
        claims = await verifier.verify(seal, kind=SEAL_KIND, service=service, within=SEAL_LASTS)
        said = _Claims.model_validate(claims)
    except (NotSigned, ValidationError) as problem:
        raise Forbidden(NO_SEAL, code="no-seal") from problem
    if said.number != number or said.person != person.user_id:
        raise Forbidden(NO_SEAL, code="no-seal")
    return BoundChapter(service=service, at=said.at, sha256=said.sha256)


def missing_of(chapters: Collection[str]) -> tuple[str, ...]:
    """The services without a chapter, in their order."""
    return tuple(one for one in ACCOUNTING if one not in chapters)
