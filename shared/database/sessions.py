"""What a session of the database sees to besides: that rows bear what has to be on them, and that who only reads writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlmodel import SQLModel

INSERTED, STAMPS, STAMPED = "inserted", "stamps", "stamped"
"""What stands in the `info` of a session: tables, who stamps, the rows that bear it."""


class Stamps(Protocol):
    """What is put on certain rows just before they are inserted, and is told when those were committed."""

    def put_on(self, row: object) -> bool:
        """Whether `row` is one of those; what this raises undoes the transaction."""

    def besides(self, row: object) -> Sequence[SQLModel]:
        """The rows that go into the same transaction as `row`, on which it was put."""

    def committed(self, rows: Iterable[object]) -> None: ...


class WritingSession(Session):
    """Remembers of which tables it inserted rows."""


@event.listens_for(WritingSession, "after_flush")
def _note_inserts(session: Session, _context: object) -> None:
    session.info.setdefault(INSERTED, set()).update(type(one) for one in session.new)


@event.listens_for(WritingSession, "before_flush")
def _stamp_new(session: Session, *_: object) -> None:
    session.add_all(stamp(session, list(session.new)))


def stamp(session: Session, rows: Iterable[object]) -> list[SQLModel]:
    """What has to be on rows that go into the database is put on them; for who inserts in another way than by a flush.
    Returns the rows that have to go with them."""
    stamps: Stamps | None = session.info.get(STAMPS)
    if not stamps:
        return []
    stamped = [row for row in rows if stamps.put_on(row)]
    session.info.setdefault(STAMPED, []).extend(stamped)
    return [one for row in stamped for one in stamps.besides(row)]


class ReadingSession(Session):
    """A session outside of any transaction; what would write is a mistake in our code."""


@event.listens_for(ReadingSession, "before_flush")
def no_flush(session: Session, *_: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise TypeError("rows are written in a transaction, not while reading")


@event.listens_for(ReadingSession, "do_orm_execute")
def _no_change(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise TypeError("rows are changed in a transaction, not while reading")
