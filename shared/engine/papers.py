"""Papers for a meeting: what members read beforehand, without names and without the file (R-7.10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.engine.documents import Finding
from shared.engine.effects import Ask, Disclose, Effect
from shared.engine.given import GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.roads import PAPER
from shared.engine.tables import TaskRow
from shared.protocol.faults import Fault
from shared.protocol.meetings import MEMBER, paper_fault


def paper_faults(loaded: Loaded, given: GivenRecord) -> Sequence[Fault]:
    """A paper is for a meeting that is still to be held and has this signal on its agenda."""
    fault = paper_fault(loaded.facts()) if given.record.category == PAPER else None
    return (fault,) if fault else ()


def paper_written(loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
    """The members of its meeting are asked to read it, until the day after it (R-7.10)."""
    meeting = str(finding.fields["meeting"])
    held_on = next((one.held_on for one in loaded.meetings if one.id == meeting), loaded.today)
    return Ask(PAPER, MEMBER, item, meeting=meeting, until=held_on), Disclose(PAPER, "meeting", meeting, (item,))


def show_paper(task: TaskRow, loaded: Loaded) -> dict[str, Any]:
    """What a member sees of it: for which meeting, and the text. Raises TypeError when the room is closed."""
    return {"meeting": task.meeting, "paper": loaded.opened.findings[task.item].finding}
