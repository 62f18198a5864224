"""By what a dossier is found: its names, addresses and KvK numbers become keyed hashes, which retention keeps (shared/finding).

They are told when a dossier comes, and when persons or objects are added, put right or taken out: everything each time, in the
place of what was told before. A row waits for it, in the transaction of what changed; when the key has a new version, every
dossier that is here is told anew. What retention knows opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.contracts.dossier import Findable
from shared.database.sessions import INSERTED
from shared.database.tables import table_of
from shared.engine.documents import Document, Finding
from shared.engine.load import Loader
from shared.engine.loaded import Loaded
from shared.engine.records import CLOSING, WITHDRAWAL
from shared.engine.tables import DecisionRow, Dossier, ToldRow
from shared.errors import CannotSucceed, Elsewhere, NotFound
from shared.finding.companies import numbers_in
from shared.finding.things import Thing, kept
from shared.keys.lookup import Lookup
from shared.periodic import Periodic
from shared.privileges import said_to
from shared.protocol.moments import NOT_CONCERNED, SAME_PERSON
from shared.protocol.rectifying import RECTIFY
from shared.queue import Queue
from shared.service.platform import Platform

RETENTION = "retention"
KEY_LOOK_SECONDS = 600.0
"""How often is looked whether the key has a new version."""
MOST_AT_A_TIME = 20
TOLD_ANEW_AT_A_TIME = 5000
MOST_HASHES = 5000
_CHANGE_WHO = frozenset({RECTIFY, SAME_PERSON, NOT_CONCERNED, CLOSING, WITHDRAWAL})
"""Decisions after which other persons or objects may count, or it is closed to somebody else."""


def things_of(loaded: Loaded) -> Mapping[str, Thing]:
    """Whom and what a dossier is about, by S1, O1; who proved not to be concerned is not among them."""
    found = {name: Thing(name=one.name, address=one.address) for name, one in loaded.concerned.items()}
    for name, one in loaded.opened.objects.items():
        company = next(numbers_in(one.description or ""), None)
        found[name] = Thing(address=one.address, company=company)
    return found


def _recorded(loaded: Loaded) -> Iterator[Thing]:
    """KvK numbers that stand in what was found."""
    for one in loaded.opened.findings.values():
        yield from (Thing(company=number) for number in numbers_in(one.finding or ""))


async def found_by(lookup: Lookup, loaded: Loaded) -> Findable:
    """By what a dossier is found, all of it. Raises PartDown, and CannotSucceed for more than a message carries."""
    hashed = await lookup.newest(kept((*things_of(loaded).values(), *_recorded(loaded))))
    if len(hashed.hashes) > MOST_HASHES:
        raise CannotSucceed("more names and addresses than one message carries")
    return Findable(
        number=loaded.number,
        turn=loaded.dossier.turn,
        key_version=hashed.version,
        hashes=hashed.hashes,
        closed_to=tuple(loaded.dossier.closed_to),
    )


def changes_who(decision: DecisionRow | None, documents: Collection[Document], people: int) -> bool:
    """Whether a change of a dossier may change by what it is found."""
    if people or (decision is not None and decision.key in _CHANGE_WHO):
        return True
    findings = [one for one in documents if isinstance(one, Finding)]
    return any(one.persons or next(numbers_in(one.finding or ""), None) for one in findings)


async def is_to_be_told(platform: Platform, session: AsyncSession, number: str) -> None:
    """Tell anew by what this dossier is found, as soon as this transaction is committed; nothing where nobody is told."""
    if not tells(platform):
        return
    now = platform.clock.now()
    row = {"id": uuid4(), "number": number, "next_at": now, "attempts": 0, "changed_at": now, "told_version": 0}
    statement = upsert(table_of(ToldRow)).values(row | {"waits": True})
    await session.execute(statement.on_conflict_do_update(index_elements=["number"], set_=_again(now)))
    # Who waits for such a row is woken by the commit, as by one that is added through the session.
    session.sync_session.info.setdefault(INSERTED, set()).add(ToldRow)


def tells(platform: Platform) -> bool:
    """Whether this service tells by what its dossiers are found."""
    return RETENTION in said_to(platform.name, Findable.event)


def _again(now: datetime) -> dict[str, Any]:
    trouble = {"since": None, "waits_because": None, "parked_at": None}
    return {"next_at": now, "attempts": 0, "changed_at": now, "waits": True, **trouble}


class Findables:
    """Tells of one service's dossiers. `queue` waits, `tell` is the work on it, `periodic` notices a new version of the key."""

    def __init__(self, platform: Platform, loader: Loader) -> None:
        self.platform = platform
        self._loader = loader
        self._lookup = Lookup(platform.bao)
        self.queue = Queue(
            platform.database,
            ToldRow,
            platform.clock,
            name="findable",
            of=col(ToldRow.waits).is_(True),
            lease=timedelta(seconds=60),
            began="changed_at",
            most=MOST_AT_A_TIME,
            shows=("number",),
            remedy="a signal is not found by what was added to it: put right what it names, such as a dossier that is frozen",
        )
        self.periodic = Periodic(
            "findable-key",
            self.look,
            platform.clock,
            every=KEY_LOOK_SECONDS,
            remedy="after the change of the look-up key signals are still told under its old version: look at OpenBao",
        )

    async def tell(self, row: ToldRow) -> None:
        """Tell by what one dossier is found. Raises PartDown, NotBelieved, and CannotSucceed for more than a message carries."""
        try:
            loaded = await self._loader.load(row.number)
        except (Elsewhere, NotFound):
            # Its next holder tells; what was sealed stays found as it was.
            await self._done(row, None)
            return
        if loaded.content is None:
            # On its way; should it stay, it is told then.
            await self._done(row, None)
            return
        message = await found_by(self._lookup, loaded)
        await self._done(row, message)

    async def _done(self, row: ToldRow, message: Findable | None) -> None:
        mine = col(ToldRow.id) == row.id, col(ToldRow.next_at) == row.next_at
        version = message.key_version if message else row.told_version
        done = update(ToldRow).where(*mine).values(waits=False, told_version=version)
        async with self.platform.database.transaction() as session:
            if (await session.execute(done.returning(col(ToldRow.id)))).first() is None:
                # Something changed meanwhile, and is told as it is then.
                return
            if message:
                self.platform.post.tell(session, RETENTION, message)

    async def look(self) -> None:
        """What is here and was not told under the newest version of the key waits to be told. Raises PartDown."""
        newest = (await self._lookup.versions())[-1]
        while await self._anew(newest):
            pass
        self.queue.wake()

    async def _anew(self, newest: int) -> bool:
        """Some of it; returns whether there may be more."""
        now = self.platform.clock.now()
        known = select(literal(1)).where(
            col(ToldRow.number) == col(Dossier.number),
            or_(col(ToldRow.told_version) >= newest, col(ToldRow.waits).is_(True)),
        )
        row: dict[str, Any] = {
            "id": func.gen_random_uuid(),
            "number": col(Dossier.number),
            "next_at": literal(now),
            "attempts": literal(0),
            "changed_at": literal(now),
            "told_version": literal(0),
            "waits": literal(True),
        }
        here = col(Dossier.left).is_(False), col(Dossier.room_key).is_not(None), ~known.exists()
        some = select(*row.values()).where(*here, col(Dossier.handing_over_since).is_(None))
        statement = upsert(ToldRow).from_select([*row], some.limit(TOLD_ANEW_AT_A_TIME))
        statement = statement.on_conflict_do_update(index_elements=["number"], set_=_again(now))
        async with self.platform.database.transaction() as session:
            found = (await session.execute(statement.returning(col(ToldRow.id)))).all()
        return len(found) == TOLD_ANEW_AT_A_TIME
