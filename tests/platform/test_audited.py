"""What the audit trail says of who looks at approvals, and on which ground something is held."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.oversight.use_cases import DestructionLists
from shared.database.tables import Audit
from shared.errors import Forbidden
from shared.identity import Person
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_engine_elsewhere import BEHEERDER, asked, offered, sealed

FG = Person("fg-1", frozenset({"fg"}))


async def lines(desk: Desk, *actions: str) -> list[dict[str, Any]]:
    rows: list[Audit] = await desk.rows(Audit)
    return [one.entry for one in sorted(rows, key=lambda one: one.written_at) if one.entry["action"] in actions]


async def test_who_reads_the_approvals_of_a_list_is_written_down(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, "S-00000-00001")
    await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": listed})
    lists = DestructionLists(desk.engine)
    with pytest.raises(Forbidden):
        await lists.approvals(UUID(listed), ANNA, Window())
    assert await lines(desk, "approvals read") == []
    for person, role in ((FG, "fg"), (BEHEERDER, "beheerder")):
        desk.clock.pass_by(1)
        page = await lists.approvals(UUID(listed), person, Window())
        assert [one["reason"] for one in page["approvals"]] == ["Zo is het gewogen."]
        line = (await lines(desk, "approvals read"))[-1]
        assert (line["actor"], line["role"], line["record"], line["result"]) == (person.user_id, role, listed, "done")


async def test_the_ground_of_a_hold_stands_in_its_line_and_its_words_do_not(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    identifier = await asked(desk, number, "report")
    desk.clock.pass_by(1)
    await desk.decide(number, "hold", "agree", BEHEERDER, confirms=identifier)
    found = await lines(desk, "decision proposed: hold", "decision co-signed: hold")
    assert [(one["actor"], one["record"], one["result"], one["reason"]) for one in found] == [
        ("anna", number, "held", "bezwaar"),
        ("beheerder", number, "held", "bezwaar"),
    ]
    assert "de melding zelf" not in str(await desk.rows(Audit))
