"""A report arrives: keep it under a key of its own, and tell rights who is concerned (art. 26)."""

from __future__ import annotations

from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import SubjectsContent, SubjectsLetter
from shared.contracts.intake import ReportContent, ReportLetter
from shared.database.tables import Outgoing
from shared.engine.arrive import Arrival, keep
from shared.engine.documents import REPORT, Report
from shared.errors import CannotSucceed
from shared.laws import law_in_force
from shared.protocol.model import State
from shared.service.platform import Platform

OPEN_CHANNEL = "web"


class Arrivals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def report(self, incoming: Incoming, message: ReportLetter) -> Handled:
        """Raises CannotSucceed for a letter that is not what it says, or that the door should have signed."""
        content, word, kid = await self.platform.opener.content(message, ReportContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        if not incoming.signed and content.channel != OPEN_CHANNEL:
            # Only the public door may have been unable to sign, and what it takes in anybody could send.
            raise CannotSucceed("an unsigned report of a channel that is not public")
        # The version in force on the day that handling begins; the signal keeps it.
        version = law_in_force(self.platform.settings.laws, calendar_date(self.platform.clock.now())).version
        arrival = Arrival(
            content.number,
            1,
            State.RECEIVED,
            version,
            calendar_date(content.received_at),
            {REPORT: Report.model_validate(content.model_dump(mode="json"))},
            kid,
            word,
            people=len(content.subjects),
        )
        return await keep(self.platform, incoming, arrival, *self._concerned(content, version))

    def _concerned(self, content: ReportContent, version: str) -> list[Outgoing]:
        if not content.subjects:
            return []
        letter = self.platform.sealer.seal("rights", who_is_concerned(content, version))
        message = SubjectsLetter(number=content.number, letters=(letter.text,))
        return [self.platform.post.envelope("rights", message, number=content.number, letter=letter)]


def who_is_concerned(content: ReportContent, version: str) -> SubjectsContent:
    """The month of AVG 14 runs from the day on which the municipality received it, whoever registered it when (R-T.6)."""
    return SubjectsContent(
        number=content.number,
        protocol=version,
        received_on=calendar_date(content.received_at),
        subjects={f"S{place}": one for place, one in enumerate(content.subjects, 1)},
        reporter_marks=content.reporter_marks,
    )
