"""Notes of destructions that cannot be read: they keep nobody from serving, and nothing is left out without being seen."""

from __future__ import annotations

from shared.clock import Clock
from shared.database.engine import Database
from shared.doubts import Doubt, Doubts
from shared.tombstones import NotedDestructions

UNREAD_NOTE = Doubt("what this note says was destroyed cannot be read", "unreadable")


class UnreadNotes:
    """Of one process, which says itself what it lacks: the files that it sees may be others' too or its own alone."""

    def __init__(self, noted: NotedDestructions, database: Database, clock: Clock) -> None:
        self._noted = noted
        self._database = database
        self.doubts = Doubts(
            "destructions-unread",
            clock,
            "of what such a note says nothing is destroyed again when a restore brings it back: look for the same file elsewhere, or for"
            " the declarations of that day, and have retention note it anew; what was only cut off may be taken out of its file",
        )

    async def say(self) -> None:
        """In the audit trail once, and shown for as long as they are there. Raises PartDown."""
        found = dict.fromkeys(sorted(self._noted.unreadable), UNREAD_NOTE)
        lines = self.doubts.new(found)
        if lines:
            async with self._database.transaction() as session:
                session.add_all(lines)
        self.doubts.note(found)
