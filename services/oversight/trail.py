"""The audit trail as oversight keeps it: the lines, the signed messages that brought them, and how far they were whole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import document, moment, table_of
from shared.pages import Keyset, Page, Window
from shared.privileges import SERVICES
from shared.protocol.model import State


class AuditBatch(SQLModel, table=True):
    """The lines `first`..`last` of a producer came as one signed message, chained to the one before."""

    __tablename__ = "audit_batch"
    producer: str = Field(primary_key=True)
    first: int = Field(primary_key=True)
    last: int
    previous: str
    head: str
    headers: dict[str, str] = document(nullable=False)
    body: bytes
    """As its producer signed it."""
    mac: str = ""
    """Of oversight, which had checked that signature: it goes on counting when the key that made it is revoked."""


class AuditCheckpoint(SQLModel, table=True):
    """How far the chain of a producer was found whole, in a statement that oversight signed."""

    __tablename__ = "audit_checkpoint"
    producer: str = Field(primary_key=True)
    statement: str
    note: str | None = None
    """What a witness was given then (shared/witness.py)."""


class AuditCut(SQLModel, table=True):
    """The lines of a producer up to `seq` had their term and are gone; the chain and the tree go on from here."""

    __tablename__ = "audit_cut"
    producer: str = Field(primary_key=True)
    seq: int
    head: str
    whole: list[str] = document(nullable=False)
    """The whole subtrees over what is gone, in hex."""
    through: str
    """The moment of the last line that is gone, as it said it."""
    made_at: datetime = moment()
    mac: str = ""
    """Of oversight, as that of a message: the statement on it is signed for whoever asks (Chains.cuts)."""


class AuditLine(SQLModel, table=True):
    __tablename__ = "audit_line"
    producer: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    actor: str | None = None
    record: str | None = None
    entry: dict[str, Any] = document(nullable=False)


class Line(NamedTuple):
    """A line as it stands: its number, what is chained, and by what it is found."""

    seq: int | None
    entry: dict[str, Any]
    actor: str | None
    record: str | None


AUDIT_LINES = Keyset("audit-lines", col(AuditLine.producer), col(AuditLine.seq))
AUDIT_BATCHES = Keyset("audit-batches", col(AuditBatch.producer), col(AuditBatch.first))


async def audit_lines(
    session: AsyncSession, producer: str | None, actor: str | None, record: str | None, window: Window
) -> Page[AuditLine]:
    """The trail in order, per producer; what is given narrows it down."""
    wanted = {"producer": producer, "actor": actor, "record": record}
    query = select(AuditLine).filter_by(**{name: value for name, value in wanted.items() if value is not None})
    return await AUDIT_LINES.page(session, query, window)


async def audit_batches(session: AsyncSession, producer: str | None, window: Window) -> Page[AuditBatch]:
    """The messages that brought the trail, in order, per producer."""
    query = select(AuditBatch) if producer is None else select(AuditBatch).where(col(AuditBatch.producer) == producer)
    return await AUDIT_BATCHES.page(session, query, window)


async def page_of_chain(
    session: AsyncSession, producer: str, after: int, most: int
) -> tuple[list[AuditBatch], list[Line]]:
    """The batches behind line `after`, with their lines; about `most` lines, at least one batch."""
    query = select(AuditBatch).where(col(AuditBatch.producer) == producer, col(AuditBatch.first) > after)
    found = list((await session.scalars(query.order_by(col(AuditBatch.first)).limit(most))).all())
    batches = [one for one in found if one.last - after <= most] or found[:1]
    if not batches:
        return [], []
    lines = (
        select(col(AuditLine.seq), col(AuditLine.entry), col(AuditLine.actor), col(AuditLine.record))
        .where(col(AuditLine.producer) == producer, col(AuditLine.seq) > after, col(AuditLine.seq) <= batches[-1].last)
        .order_by(col(AuditLine.seq))
        # No message carries more: what claims to is found out at the first line that is not there.
        .limit(max(most, 10_000))
    )
    return batches, [Line(*row) for row in await session.execute(lines)]


async def batch_ending(session: AsyncSession, producer: str, last: int) -> str | None:
    """The chain's value at line `last`, where a batch ends."""
    mine = (col(AuditBatch.producer) == producer, col(AuditBatch.first) <= last, col(AuditBatch.last) == last)
    query = select(col(AuditBatch.head)).where(*mine).order_by(col(AuditBatch.first).desc()).limit(1)
    found: str | None = (await session.scalars(query)).first()
    return found


async def put_back(session: AsyncSession, producer: str, cut: int) -> int | None:
    """The first line, or message with lines, that stands where everything up to `cut` had its term and is gone."""
    found = [
        await session.scalar(select(func.min(seq)).where(whose == producer, seq <= cut))
        for whose, seq in (
            (col(AuditLine.producer), col(AuditLine.seq)),
            (col(AuditBatch.producer), col(AuditBatch.first)),
        )
    ]
    return min((one for one in found if one is not None), default=None)


async def still_there(session: AsyncSession, records: Collection[str]) -> set[str]:
    """Which of these dossiers are in hand, closed or sealed somewhere, as far as is known here; nothing of a line about one of them
    goes. Of who holds it, or of a turn that was told: either is enough."""
    places = text(
        "SELECT w.number FROM whereabout w WHERE w.number = ANY(:records) AND w.state <> :gone"
        " UNION SELECT a.record FROM anchor a WHERE a.record = ANY(:records) AND a.producer = ANY(:producers)"
    )
    values = {"records": list(records), "gone": State.DESTROYED, "producers": [one.name for one in SERVICES]}
    return set((await session.scalars(places, values)).all())


async def forget(session: AsyncSession, cut: AuditCut) -> int:
    """Delete the lines up to a cut, with the messages that brought them, and say where they end; returns how many lines. One of
    which the database finds that it is too young stays."""
    statement = upsert(table_of(AuditCut)).values(**cut.model_dump())
    new = {name: statement.excluded[name] for name in cut.model_dump() if name != "producer"}
    await session.execute(statement.on_conflict_do_update(index_elements=["producer"], set_=new))
    return int(await session.scalar(select(func.forget_trail(cut.producer, cut.seq))) or 0)


async def line_without_batch(session: AsyncSession, producer: str, after: int) -> int | None:
    """The first line behind `after`, or before the first, that no message brought."""
    batch = select(AuditBatch).where(
        col(AuditBatch.producer) == producer,
        col(AuditBatch.first) <= col(AuditLine.seq),
        col(AuditBatch.last) >= col(AuditLine.seq),
    )
    query = (
        select(col(AuditLine.seq))
        .where(
            col(AuditLine.producer) == producer,
            or_(col(AuditLine.seq) > after, col(AuditLine.seq) < 1),
            ~batch.exists(),
        )
        .order_by(col(AuditLine.seq))
        .limit(1)
    )
    found: int | None = (await session.scalars(query)).first()
    return found


async def unknown_producer(session: AsyncSession) -> str | None:
    """A name under which lines stand though no service has it."""
    known = [service.name for service in SERVICES]
    query = select(col(AuditLine.producer)).where(col(AuditLine.producer).not_in(known)).limit(1)
    found: str | None = (await session.scalars(query)).first()
    return found
