"""A verantwoordingsdossier tells that a person asked, and for which of them something is restricted; by which request it does not (R-2.4)."""

from __future__ import annotations

import json
from typing import Any

from services.oversight.account import OversightAccount
from services.oversight.trail import AuditBatch, AuditLine
from shared.audit import line
from shared.contracts.acts import Restricted
from shared.protocol.restricting import RESTRICTING
from tests.platform.conftest import DeskOf
from tests.platform.test_accountability import NUMBER, chapter_of, of_kind, weighed

REQUEST = "V-7K3MQ-9XD4T"


async def test_that_a_person_asked_is_told_and_not_by_which_request(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    facts: dict[str, Any] = {"actor": "anna", "role": "oov", "record": NUMBER}
    for seq, reason in enumerate((REQUEST, f"{REQUEST}: verzoek", "weging"), 1):
        entry = line(desk.clock.now(), "opened for a request", reason=reason, **facts).entry
        body = json.dumps({"first": seq, "previous": "", "entries": [entry], "head": ""}).encode()
        place: dict[str, Any] = {"first": seq, "last": seq, "previous": "", "head": "", "headers": {}, "body": body}
        await desk.add(AuditBatch(producer="assessment", **place))
        await desk.add(AuditLine(producer="assessment", seq=seq, actor="anna", record=NUMBER, entry=entry))
    chapter = await chapter_of(desk.platform, OversightAccount(desk.platform).chapter, NUMBER)
    assert [one.get("reason", "") for one in of_kind(chapter, "trail")] == ["", "verzoek", "weging"]
    assert REQUEST not in json.dumps(chapter)


async def test_for_whom_something_is_restricted_is_told_and_not_by_which_request(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    message = Restricted(
        number=number, request=REQUEST, subject="S1", by="bram", role="oov", at=desk.clock.now(), items=("item-3",)
    )
    await desk.hears(desk.engine.restricting.heard, message, "rights")
    chapter = await chapter_of(desk.platform, desk.engine.accounting.chapter, number)
    (record,) = [one for one in of_kind(chapter, "decision") if one["what"] == RESTRICTING]
    assert (record["about"], record["outcome"]) == (["S1", "item-3"], "restricted")
    assert REQUEST not in json.dumps(chapter)
