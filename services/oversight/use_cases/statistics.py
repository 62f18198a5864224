"""Statistics: of each quarter that is over its counts are made and kept, before anything of it is destroyed (art. 9 lid 3).

Only where the municipality's file says so; where it does not, nothing is made and what was kept goes (R-9.19).
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.oversight import kept_counts, store
from services.oversight.catalogue import dataset
from services.oversight.kept_counts import KeptQuarter
from services.oversight.statistics import CountedDecision, CountedQuarter, CountedSignal, bounds, counted, due, shown
from shared import audit
from shared.clock import calendar_date
from shared.engine.head import vouch_for, vouched_for
from shared.identity import Person
from shared.keys.transit import Place
from shared.periodic import Periodic
from shared.protocol.designations import BEHEERDER, FG
from shared.protocol.municipality import Municipality
from shared.service.platform import Platform

COUNT_SECONDS = 3600.0
SIGNALS_AT_ONCE = 100
"""Signals whose decisions are read together."""
COUNTS_READ_BY = frozenset({FG, BEHEERDER})
CSV_HEADINGS = ("kwartaal", "tabel", "soort", "aantal")
ALL_PLACES = "samen"


class Statistics:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.keeping = Periodic(
            "statistics",
            self.keep,
            platform.clock,
            every=COUNT_SECONDS,
            remedy="no counts of the last quarters are made; what of them is destroyed meanwhile is counted nowhere",
        )

    @property
    def _choices(self) -> Municipality:
        return self.platform.settings.laws.configured.choices

    async def keep(self) -> None:
        """Make what is due; or, where nothing is kept, let go what was. Raises PartDown."""
        today = calendar_date(self.platform.clock.now())
        async with self.platform.database.reading() as session:
            rows = await kept_counts.kept(session)
        if not self._choices.counts_kept:
            await self._forget(rows)
            return
        believed = [one for one in rows if await vouched_for(self.platform.mac, one)]
        for one in due(today, (row.quarter for row in believed)):
            await self._make(one)

    async def _forget(self, rows: Sequence[KeptQuarter]) -> None:
        if not rows:
            return
        line = audit.line(self.platform.clock.now(), "kept counts removed", actor=None, record=None)
        async with self.platform.database.transaction() as session:
            await kept_counts.forget(session, [one.quarter for one in rows])
            session.add(line)

    async def _make(self, one: CountedQuarter) -> None:
        signals, doubtful = await self._signals(one)
        law, smallest = self.platform.settings.laws.configured, self._choices.smallest_count
        now = self.platform.clock.now()
        row = KeptQuarter(
            quarter=str(one),
            smallest=smallest,
            lines={
                name: {"cells": list(map(list, line.cells.items())), "total": line.total}
                for name, line in counted(law, one, signals, smallest).items()
            },
            not_believed=doubtful,
            made_on=calendar_date(now),
        )
        await vouch_for(self.platform.mac, row)
        async with self.platform.database.transaction() as session:
            # What stands there is none that oversight made.
            await kept_counts.forget(session, [row.quarter])
            await session.flush()
            session.add(row)
            session.add(audit.line(now, "counts of a quarter kept", actor=None, record=None))

    async def _signals(self, one: CountedQuarter) -> tuple[list[CountedSignal], int]:
        async with self.platform.database.reading() as session:
            numbers = await kept_counts.numbers_between(session, *bounds(one))
        found: list[CountedSignal] = []
        doubtful = 0
        for first in range(0, len(numbers), SIGNALS_AT_ONCE):
            some = numbers[first : first + SIGNALS_AT_ONCE]
            async with self.platform.database.reading() as session:
                decided = await kept_counts.decided_about(session, some)
                shared = await kept_counts.disclosed_about(session, some)
            decisions: dict[str, list[CountedDecision]] = defaultdict(list)
            receivers: dict[str, set[str]] = defaultdict(set)
            believed = [one for one in decided if await vouched_for(self.platform.mac, one)]
            doubtful += len(decided) - len(believed)
            chosen = await self._indicators(believed)
            for row in believed:
                decisions[row.number].append(_counted(row, chosen.get(row.id, ())))
            for share in shared:
                if await vouched_for(self.platform.mac, share):
                    receivers[share.number].add(str(share.facts.get("recipient_kind")))
                else:
                    doubtful += 1
            found += [CountedSignal(mine, frozenset(receivers[number])) for number, mine in decisions.items()]
        return found, doubtful

    async def _indicators(self, rows: Sequence[store.DecidedRow]) -> dict[UUID, tuple[str, ...]]:
        """Of the words only what weging 1 chose from the municipality's list is looked at, and no text; those under one key are
        opened together. Raises PartDown."""
        room = self.platform.room()
        by_key: dict[str, list[store.DecidedRow]] = defaultdict(list)
        for row in rows:
            if (row.facts["key"], row.facts["outcome"]) == ("weging-1", "suspicion"):
                by_key[row.room_key].append(row)
        found: dict[UUID, tuple[str, ...]] = {}
        for key, mine in by_key.items():
            places = [(Place(room.mount, row.number, f"decision-{row.id}", 1), row.ciphertext) for row in mine]
            for row, plain in zip(mine, await room.decrypt(key, places), strict=True):
                found[row.id] = tuple(json.loads(plain)["fields"].get("indicators") or ())
        return found

    # --- who reads it ------------------------------------------------------------------------------

    async def show(self, person: Person) -> dict[str, Any]:
        """Every line over the quarters that are kept. Raises Forbidden."""
        rows, not_believed = await self._read(person)
        return {
            "kept": self._choices.counts_kept,
            "smallest": max([self._choices.smallest_count, *(one.smallest for one in rows)]),
            "notBelieved": not_believed,
            "notCounted": sum(one.not_believed for one in rows),
            "tables": shown({one.quarter: one.lines for one in rows}) if rows else {},
        }

    async def as_csv(self, person: Person) -> str:
        """A row for each count; empty where it is left out. Raises Forbidden."""
        rows, _ = await self._read(person)
        text = io.StringIO()
        out = csv.writer(text)
        out.writerow(CSV_HEADINGS)
        for one in rows:
            for name, line in one.lines.items():
                out.writerows((one.quarter, name, code, count) for code, count in line["cells"])
                out.writerow((one.quarter, name, ALL_PLACES, line["total"]))
        return text.getvalue()

    async def described(self, person: Person, address: str) -> dict[str, Any]:
        """What the data are, as DCAT-AP-NL in JSON-LD; `address`: where they stand. Raises Forbidden."""
        rows, _ = await self._read(person)
        made = max((one.made_on for one in rows), default=None)
        quarters = [one.quarter for one in rows]
        return dataset(self.platform.settings.laws.configured, address, quarters, made)

    async def _read(self, person: Person) -> tuple[list[KeptQuarter], int]:
        role = person.role_among(COUNTS_READ_BY)
        line = audit.line(self.platform.clock.now(), "statistics read", actor=person.user_id, role=role, record=None)
        async with self.platform.database.transaction() as session:
            rows = await kept_counts.kept(session) if self._choices.counts_kept else []
            session.add(line)
        believed = [one for one in rows if await vouched_for(self.platform.mac, one)]
        return believed, len(rows) - len(believed)


def _counted(row: store.DecidedRow, indicators: tuple[str, ...]) -> CountedDecision:
    ended = row.facts.get("ended_in")
    return CountedDecision(
        str(row.facts["key"]),
        str(row.facts["outcome"]),
        row.taken_at,
        int(ended) if ended is not None else None,
        indicators,
    )
