"""Rights tells who in the signals of a list was never informed: it is kept with each signal (art. 26 lid 5)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import lists
from services.oversight.owed import shown, told_anew
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.rights import DutiesTold, ListedDuty
from shared.engine.head import vouch_for, vouched_for
from shared.errors import CannotSucceed, NotBelieved, PartDown
from shared.service.platform import Platform


class DutyKeeping:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def told(self, incoming: Incoming, message: DutiesTold) -> Handled:
        """The answer to what was asked of a list, or what was decided since. What comes late changes nothing."""
        async with self.platform.database.reading() as session:
            if await session.get(lists.OfferedList, message.list_id) is None:
                raise PartDown("the list has not arrived yet")
        of_signal: dict[str, list[ListedDuty]] = {number: [] for number in message.whole}
        for one in message.duties:
            of_signal.setdefault(one.signal, []).append(one)

        async def effect(session: AsyncSession) -> None:
            listed = await session.get_one(lists.OfferedList, message.list_id, with_for_update=True)
            rows = await lists.for_change(session, message.list_id, of_signal)
            if rows.keys() != of_signal.keys():
                raise CannotSucceed("a duty in a signal that is not on that list")
            for number, row in rows.items():
                if not await vouched_for(self.platform.mac, row):
                    raise NotBelieved
                if row.duties is None and number not in message.whole:
                    raise PartDown("rights has not answered yet who was never informed")
                before = row.duties or {}
                row.duties = before | {
                    one.duty: told_anew(before.get(one.duty, {}), one.model_dump(mode="json"))
                    for one in of_signal[number]
                    if one.turn > before.get(one.duty, {"turn": -1})["turn"]
                }
                row.place = 0 if shown(row) else 1
                await vouch_for(self.platform.mac, row)
            # Who approves it has to have seen this.
            listed.version += 1
            now = self.platform.clock.now()
            line = audit.line(now, "duties of a list told", actor=None, record=str(message.list_id))
            session.add(line)

        return Handled(effect)
