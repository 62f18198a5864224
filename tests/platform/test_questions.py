"""A question on the desk of who keeps the source: its latest date, the reminder, and an answer that came too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.clock import calendar_date
from shared.contracts.dossier import InformingDue
from shared.database.tables import Outgoing
from shared.engine.given import GivenAnswer, GivenRecord
from shared.errors import Forbidden, Invalid
from shared.identity import Person
from shared.protocol.model import State
from shared.protocol.records import Record
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA

KEEPER = Person("dirk", frozenset({"bronhouder-horeca-permits"}))
FOUR = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "ja")


@pytest.mark.allowed("R-T.23")
@pytest.mark.refused("R-T.23")
async def test_a_question_has_a_latest_date_a_reminder_and_a_late_answer(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    number = await desk.arrives(State.SOURCE_LIST)
    await desk.decide(number, "source-list", "listed", fields={"sources": ["horeca-permits"]})
    await desk.decide(number, "check-1", "approved", about=("horeca-permits",), fields=FOUR)
    await desk.decide(number, "check-1-done", "some", fields={"conclusion": "eén bron"})
    latest = (calendar_date(desk.clock.now()) + timedelta(days=7)).isoformat()
    words = Record("question", "S1", "Is er een vergunning?", None, {"source": "horeca-permits", "answerBy": latest})
    given = GivenRecord(words, await desk.version(number))
    beforehand = await desk.engine.previewing.record(number, ANNA, given, "weging")
    assert await desk.open_tasks(number) == [], "looking asks nobody"
    with pytest.raises(Forbidden):
        await desk.engine.previewing.record(number, KEEPER, given, "weging")
    fact = replace(words, category="indication", fields={})
    with pytest.raises(Invalid):
        await desk.engine.previewing.record(number, ANNA, replace(given, record=fact), "weging")
    asked = await desk.record(
        number, "question", "S1", "Is er een vergunning?", source="horeca-permits", answerBy=latest
    )
    (posted,) = await desk.rows(Outgoing, event=InformingDue.event)
    due = InformingDue.model_validate_json(posted.body or b"")
    assert (due.recipient, due.received_about, due.why) == ("bronhouder", ("S1",), "received"), "a letter names him"
    (task,) = await desk.open_tasks(number)
    _, shown = await desk.engine.tasks.one(task.id, KEEPER, "weging")
    assert (shown["answerBy"], shown["reminder"]) == (latest, False)
    assert {name: shown[name] for name in beforehand["question"]} == beforehand["question"]
    assert set(beforehand["question"]) == {"source", "identity", "question", "answerBy", "reminder"}
    answers = {one["key"]: one["fields"]["properties"] for one in shown["asks"]["outcomes"]}
    assert (shown["asks"]["reason"], set(answers["hit"])) == (False, {"relevance", "consultedOn"}), (
        "what is asked of who keeps the source, and not what who has the file fills in for him"
    )

    desk.clock.pass_by(timedelta(days=8).total_seconds())
    await desk.hears_access()
    _, shown = await desk.engine.tasks.one(task.id, KEEPER, "weging")
    assert shown["reminder"] is True
    seen = await desk.engine.showing.view(number, ANNA, "weging")
    waiting = {"question": asked.item, "source": "horeca-permits", "answerBy": latest, "reminder": True}
    assert seen["unanswered"] == [waiting | {"answer": None}]

    today = calendar_date(desk.clock.now()).isoformat()
    said = {"whyNot": "no-answer", "answeredBy": "niemand", "answeredOn": today}
    await desk.decide(number, "answer", "not-consulted", about=(asked.item,), fields=said)
    seen = await desk.engine.showing.view(number, ANNA, "weging")
    assert seen["unanswered"] == [waiting | {"answer": "not-consulted"}]
    assert [one.id for one in await desk.open_tasks(number)] == [task.id], "who keeps the source can still answer"
    late = GivenAnswer("hit", "", {"relevance": ["use-differs"], "consultedOn": today})
    await desk.engine.tasks.answer(task.id, KEEPER, late)
    assert await desk.open_tasks(number) == []
    assert (await desk.engine.showing.view(number, ANNA, "weging"))["unanswered"] == []
    await desk.decide(number, "hit-check-done", "hits", fields={"conclusion": "een hit"})
