"""What becomes of the tasks of a dossier: functions of all of them, so that what is written is what was checked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.engine.head import changed
from shared.engine.tables import TaskRow

CO_SIGNATURE, QUESTION_BACK = "co-signature", "co-signature-question"
"""What somebody is asked about a proposal: who co-signs, and who made it."""
OF_PROPOSALS = (CO_SIGNATURE, QUESTION_BACK)
TaskRows = tuple[TaskRow, ...]


def _where(tasks: TaskRows, which: Callable[[TaskRow], bool], **values: Any) -> TaskRows:
    return tuple(changed(one, **values) if which(one) else one for one in tasks)


def closed(
    tasks: TaskRows, items: Collection[str] | None, at: datetime, by: UUID | None, kind: str | None = None
) -> TaskRows:
    """What waits about `items` (None: everything), of one `kind` where that is named, is asked no longer."""

    def which(one: TaskRow) -> bool:
        return one.closed_at is None and (items is None or one.item in items) and kind in (None, one.kind)

    return _where(tasks, which, closed_at=at, closed_by=by)


def without_proposals(tasks: TaskRows, at: datetime) -> TaskRows:
    """What was proposed can no longer be confirmed."""
    return _where(tasks, lambda one: one.closed_at is None and one.kind in OF_PROPOSALS, closed_at=at)


def opened(tasks: TaskRows, items: Collection[str], at: datetime, by: UUID) -> TaskRows:
    """What waited for decision `by` about `items` is asked from `at` on."""
    return _where(tasks, lambda one: one.item in items and one.opened_at is None, opened_at=at, opened_by=by)


def undone(tasks: TaskRows, by: UUID) -> TaskRows:
    """What `by` closed is asked again; what it opened is asked no longer."""
    again = _where(tasks, lambda one: one.closed_by == by, closed_at=None, closed_by=None)
    return _where(again, lambda one: one.opened_by == by, opened_at=None, opened_by=None)


def sooner(tasks: TaskRows, by: Collection[UUID], at: datetime) -> TaskRows:
    """What decisions `by` were to open later is asked from `at` on: they can no longer be withdrawn."""
    return _where(
        tasks, lambda one: one.opened_by in by and one.opened_at is not None and one.opened_at > at, opened_at=at
    )
