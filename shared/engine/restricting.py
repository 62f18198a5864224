"""Rights says that what a signal has of a person is only kept, or may be used again (art. 18 AVG): kept as a record of the dossier.

It is no act in the case: the version and the last processing stay, who decides at that moment is judged once more. The record stands
under the MAC of the head, and goes on with the dossier; what follows from it is in shared/protocol/restricting.py.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import CarriedOut, Restricted, RestrictionKept
from shared.engine.carrying_out import said_before
from shared.engine.common import record_of
from shared.engine.head import Head
from shared.engine.hear import heard
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.tables import DecisionRow, TaskRow
from shared.errors import CannotSucceed, Conflict, NotFound, PartDown
from shared.protocol.conditions.approach import PROCESS_CATEGORIES
from shared.protocol.restricting import (
    GRANTED,
    IN_PART,
    LIFTED,
    ONLY_KEPT,
    RESTRICTING,
    WHO_HE_IS,
    WHOLLY,
    says,
)


class Restricting:
    """What is only kept, as rights says it."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def heard(self, incoming: Incoming, message: Restricted) -> Handled:
        """From now on it holds here, or no more. Rights hears that, or where the signal is."""
        try:
            # Also that it has left is believed for its MAC: else a row would send rights elsewhere, and what is here goes on.
            loaded = await self.parts.loader.load(message.number, opened=False)
        except NotFound as problem:
            holder = problem.extra.get("holder")
            gone = RestrictionKept(number=message.number, request=message.request, done=False, holder=holder)

            async def elsewhere(session: AsyncSession) -> None:
                self.platform.post.tell(session, "rights", gone)

            return Handled(elsewhere)
        if loaded.dossier.handing_over_since:
            raise PartDown("the signal is being handed over")
        if int(message.subject[1:]) > loaded.dossier.people:
            raise CannotSucceed("there is no such person in this signal")
        if message.granted:
            # It can have been carried out before rights asked who has it: then he says so again.
            loaded = await self.parts.loader.load(message.number)
        record = self._record(loaded, message)
        newer = _said_since(loaded, message)
        again = _said_again(loaded, record, newer=newer)

        def becomes(head: Head) -> Head:
            return replace(head, decisions=(*head.decisions, record))

        async def effect(session: AsyncSession) -> None:
            if newer is None:
                action = "person restricted" if message.restricted else "restriction lifted"
                await heard(self.parts.loader, session, message.number, becomes, action)
                # A copy: it may be done twice, the second time in a transaction of its own.
                session.add(DecisionRow(**record.model_dump()))
            holds = message.restricted if newer is None else newer
            kept = RestrictionKept(number=message.number, request=message.request, done=True, restricted=holds)
            self.platform.post.tell(session, "rights", kept)
            if again is not None:
                self.platform.post.tell(session, "rights", again)

        return Handled(effect)

    def _record(self, loaded: Loaded, message: Restricted) -> DecisionRow:
        outcome = LIFTED if not message.restricted else WHOLLY if message.whole else IN_PART
        items = message.items
        if message.restricted and message.granted:
            outcome = GRANTED[message.granted]
            items = (*((WHO_HE_IS,) if message.whole else ()), *items)
        record = record_of(
            loaded,
            message.at,
            key=RESTRICTING,
            outcome=outcome,
            article=ONLY_KEPT,
            recorder=message.by,
            role=message.role,
            about=(message.request, message.subject, *items),
            tells=False,
        )
        record.version = loaded.dossier.version
        record.deciders = []
        return record


def _said_since(loaded: Loaded, message: Restricted) -> bool | None:
    """Whether it is restricted for this request by what was said later, here or with an earlier holder; None: that is nothing.
    Messages can overtake each other."""
    mine = [one for one in loaded.coded() if one.key == RESTRICTING and one.about[:1] == (message.request,)]
    last = max(mine, key=lambda one: one.taken_at, default=None)
    return last.outcome != LIFTED if last and last.taken_at >= message.at else None


def _said_again(loaded: Loaded, record: DecisionRow, *, newer: bool | None) -> CarriedOut | None:
    """That what is granted by `record`, or holds in its stead, was carried out already; None: it was not."""
    if loaded.content is None:
        return None
    known = loaded if newer is not None else replace(loaded, decisions=(*loaded.decisions, record))
    return said_before(known, record.about[0])


def waits(loaded: Loaded, task: TaskRow) -> None:
    """Raises Conflict where a task asks something about who is restricted: it is asked again when that is over."""
    found = loaded.content and loaded.content.findings.get(task.item)
    if not found or found.category not in PROCESS_CATEGORIES:
        return
    for code in (task.item, found.about, *(found.fields.get("subjects") or ())):
        person = loaded.standing.person(code)
        if person in loaded.restricted:
            raise Conflict(f"{says(person, '', has_file=False)} ({ONLY_KEPT}).", code="restricted")
