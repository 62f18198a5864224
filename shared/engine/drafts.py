"""Drafts: what somebody has typed into a form and not sent, kept where the signal is, until he sends it or for some days.

Encrypted under the key of the dossier, so that it is destroyed with it. Only who typed it reads it, and only while he may
take the decision, or is asked, still. It is no part of the dossier: nothing is judged by it, no head covers it, and who
puts another's ciphertext in its place puts what does not open there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col

from shared import audit
from shared.database.tables import table_of
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.tables import DraftRow
from shared.engine.tasks import Tasks
from shared.errors import CannotSucceed, Conflict, Forbidden, NotFound
from shared.identity import Person
from shared.keys.transit import Place
from shared.periodic import Periodic
from shared.protocol.model import Law

log = structlog.get_logger()

OF_A_RECORD = "item"
"""Before the category, in the name of the form by which something is recorded."""
OF_STEPS = "steps"
"""Before the first decision or category, in the name of a form for several at once."""
CATEGORY = "draft"
FORGET_SECONDS = 3600.0
MOST_DRAFTS = 20
"""Of one person in one dossier: the names of the answers to a task are free, and nobody fills the disk with them."""

Typed = Mapping[str, Sequence[str]]
"""By the name of a field what was typed or chosen."""


@dataclass(frozen=True)
class Draft:
    """`saved_at` is None where there is none."""

    filled: Typed
    saved_at: datetime | None = None


NO_DRAFT = Draft({})


class Drafts:
    """One per author, dossier (or task) and form."""

    def __init__(self, parts: Parts, tasks: Tasks) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._tasks = tasks
        self.forgetting = Periodic(
            "forgetting drafts",
            self.forget,
            self.platform.clock,
            every=FORGET_SECONDS,
            remedy="drafts stay longer than they should, encrypted: see the log of this service",
        )

    async def of_dossier(self, number: str, person: Person, form: str) -> OfForm:
        """What can be done with a draft of `form`: a decision, or decision.outcome, or item.category; or
        steps with the first of several.

        Raises Forbidden for who does not take this decision, NotFound for a form that the law does not have and for a
        dossier that he may not know of, Elsewhere, Conflict while it is handed over or over.
        """
        self.parts.role_of(person)
        loaded = await self.parts.loader.load(number, by=person, opened=False)
        roles = person.roles & frozenset(self.parts.policy.roles(loaded.law))
        if not roles:
            raise Forbidden
        _known(loaded.law, form, roles)
        return self._of(loaded, person, min(roles), form)

    async def of_task(self, identifier: UUID, person: Person, form: str) -> OfForm:
        """Likewise of the answer `form` to a task. Raises NotFound for a task of somebody else, or that is over."""
        task, loaded = await self._tasks.of(identifier, person)
        return self._of(loaded, person, task.role, answer_to(identifier, form))

    def _of(self, loaded: Loaded, person: Person, role: str, form: str) -> OfForm:
        dossier, policy = loaded.dossier, self.parts.policy
        if dossier.room_key is None or dossier.handing_over_since or loaded.state in policy.over:
            raise Conflict("Hierbij kan nu geen concept worden bewaard.")
        return OfForm(self.parts, loaded.number, dossier.room_key, person, role, form)

    async def drop(self, number: str | None, person: Person, form: str) -> None:
        """Throw away his own, also when he may not decide it any more or it was decided. `number`: None for a task, whose
        number stands in `form`. One that is not there is fine."""
        mine = [col(DraftRow.author) == person.user_id, col(DraftRow.form) == form]
        mine += [col(DraftRow.number) == number] if number else []
        async with self.platform.database.transaction() as session:
            gone = (await session.scalars(delete(DraftRow).where(*mine).returning(col(DraftRow.number)))).all()
            for one in gone:
                now = self.platform.clock.now()
                session.add(audit.line(now, "draft thrown away", actor=person.user_id, record=one))

    async def forget(self) -> None:
        """Delete what is over; raises PartDown."""
        async with self.platform.database.transaction() as session:
            await session.execute(delete(DraftRow).where(col(DraftRow.until) <= self.platform.clock.now()))


@dataclass(frozen=True)
class OfForm:
    """The draft of one person for one form, which he may have."""

    parts: Parts
    number: str
    key: str
    person: Person
    role: str
    form: str

    async def read(self) -> Draft:
        """Also one that cannot be opened is none: it was of another room, or somebody changed it."""
        async with self.parts.platform.database.reading() as session:
            row = await session.get(DraftRow, (self.number, self.person.user_id, self.form))
        if row is None or row.until <= self.parts.platform.clock.now():
            return NO_DRAFT
        try:
            (found,) = await self.parts.platform.room().decrypt(self.key, [(self._place, row.ciphertext)])
        except CannotSucceed:
            log.warning("a draft does not open, and counts as none", record=self.number)
            return NO_DRAFT
        filled: Typed = json.loads(found)
        return Draft(filled, row.saved_at)

    async def keep(self, filled: Typed) -> Draft:
        """In the place of what was kept before."""
        platform, now = self.parts.platform, self.parts.platform.clock.now()
        (ciphertext,) = await platform.room().encrypt(self.key, [(self._place, json.dumps(filled).encode())])
        row = DraftRow(
            number=self.number,
            author=self.person.user_id,
            form=self.form,
            ciphertext=ciphertext,
            saved_at=now,
            until=now + timedelta(days=platform.settings.draft_days),
        )
        new = upsert(table_of(DraftRow)).values(**row.model_dump())
        again = {name: new.excluded[name] for name in ("ciphertext", "saved_at", "until")}
        mine = col(DraftRow.number) == self.number, col(DraftRow.author) == self.person.user_id
        newest = select(col(DraftRow.form)).where(*mine).order_by(col(DraftRow.saved_at).desc()).limit(MOST_DRAFTS)
        async with platform.database.transaction() as session:
            await session.execute(new.on_conflict_do_update(index_elements=["number", "author", "form"], set_=again))
            await session.execute(delete(DraftRow).where(*mine, col(DraftRow.form).not_in(newest)))
            line = audit.line(now, "draft kept", actor=self.person.user_id, role=self.role, record=self.number)
            session.add(line)
        return Draft(filled, now)

    @property
    def _place(self) -> Place:
        """It opens for this author and this form only."""
        item = f"draft-{self.person.user_id}-{self.form}"
        return Place(self.parts.platform.room().mount, self.number, item, 0, CATEGORY)


def answer_to(identifier: UUID, outcome: str) -> str:
    """The form of an answer to a task."""
    return f"{identifier}.{outcome}"


def _known(law: Law, form: str, roles: frozenset[str]) -> None:
    """Raises NotFound for a form that there is not, Forbidden for a decision that others take."""
    first, _, second = form.partition(".")
    if first == OF_A_RECORD:
        if law.category(second) is None:
            raise NotFound
        return
    if first == OF_STEPS:
        if law.category(second) is None:
            _known(law, second, roles)
        return
    rule = law.decision(first)
    if rule is None or (second and rule.outcome(second) is None):
        raise NotFound
    if rule.who.roles and not roles & frozenset(rule.who.roles):
        raise Forbidden
