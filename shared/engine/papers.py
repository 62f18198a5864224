"""Papers for a meeting: composed of items of the file, read by its members beforehand, without the file (R-7.10, R-T.16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.engine.documents import Finding
from shared.engine.effects import Ask, Disclose, Effect
from shared.engine.given import GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.roads import PAPER
from shared.engine.shares import along, along_wrong
from shared.engine.tables import TaskRow
from shared.engine.wording import faults_in_shared
from shared.protocol import composing
from shared.protocol.composing import CONCERNING, ITEMS, chosen
from shared.protocol.faults import Fault
from shared.protocol.meetings import MEMBER

MEETING = "meeting"


def paper_faults(loaded: Loaded, given: GivenRecord) -> Sequence[Fault]:
    """A paper is for a meeting to come with this signal on its agenda, made of items that its members may read; nothing in
    it shows the reporter, or names who was not chosen."""
    record = given.record
    if record.category != PAPER or loaded.content is None:
        return ()
    faults = composing.paper_faults(loaded.law, loaded.state, record.fields, loaded.facts())
    if faults:
        return faults
    items = chosen(record.fields.get(ITEMS))
    field, going = f"fields.{ITEMS}", chosen(record.fields.get(CONCERNING))
    return [
        *faults_in_shared(loaded, dict.fromkeys(items, field), record.special_grounds, going),
        *along_wrong(loaded, going, f"fields.{CONCERNING}", items),
    ]


def paper_written(loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
    """The members of its meeting are asked to read it, until the day after it; its items stand in the register."""
    meeting = str(finding.fields[MEETING])
    held_on = next((one.held_on for one in loaded.meetings if one.id == meeting), loaded.today)
    items = chosen(finding.fields.get(ITEMS))
    return (
        Ask(PAPER, MEMBER, item, meeting=meeting, until=held_on),
        Disclose(PAPER, MEETING, meeting, (item, *items), chosen(finding.fields.get(CONCERNING))),
    )


def show_paper(task: TaskRow, loaded: Loaded) -> dict[str, Any]:
    """What a member sees of it. Raises TypeError when the room is closed."""
    return composed(loaded, loaded.opened.findings[task.item])


def composed(loaded: Loaded, paper: Finding) -> dict[str, Any]:
    """For which meeting, its note, and the items that its members may read now: of what was put right since, or is no
    longer allowed them, nothing. Of persons and objects only those who were chosen."""
    meeting = str(paper.fields[MEETING])
    kind = next((one.kind for one in loaded.meetings if one.id == meeting), "")
    may = composing.may_read(loaded.state, kind, loaded.facts())
    wanted = chosen(paper.fields.get(ITEMS))
    note = paper.finding
    going = along(loaded, [one for one in wanted if one in may], chosen(paper.fields.get(CONCERNING)))
    return {
        "meeting": meeting,
        "note": going.words(note) if note else note,
        "items": [one.model_dump(exclude_none=True) for one in going.items],
        "subjects": {key: one.model_dump(exclude_none=True) for key, one in going.subjects.items()},
        "objects": {key: one.model_dump(exclude_none=True) for key, one in going.objects.items()},
        "leftOut": going.left_out,
        "inPart": going.in_part,
    }
