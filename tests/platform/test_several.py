"""Several decided at once are one decision: one row, one letter, one withdrawal, and every cell counts."""

from __future__ import annotations

import pytest

from shared.clock import calendar_date
from shared.engine.given import Given, GivenAnswer
from shared.errors import Conflict, Invalid, NotFound
from shared.http.open_now import described
from shared.identity import Person
from shared.protocol.conditions.approach import cells
from shared.protocol.judge import Attempt, AttemptPart
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, LATEST, Desk
from tests.platform.test_rectified import found

TASK = {"task": "toezicht-huisvesting"}
ESRA = Person("esra", frozenset({"bronhouder-horeca-permits"}))
FOUR = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "ja")


async def test_a_matrix_is_one_decision_and_costs_as_one(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    findings = {f"item-0{n}": found(desk) for n in range(29)}
    number = await desk.arrives(State.CHECK_2A, findings=findings)
    departments = tuple(desk.platform.settings.laws.configured.organisations["department"])[:6]
    recipients = (*departments, "politie")
    rows = tuple(AttemptPart(((item,), departments), reason=f"Over {item}.") for item in findings)
    police = AttemptPart((tuple(findings), ("politie",)), reason="Alles.", fields={"task": "taak-politie"})
    none = AttemptPart((("report",), recipients), "may-not", "De melding niet.", {"task": "geen-taak"})
    parts = (*rows, police, none)
    version, costs = await desk.version(number), desk.counted()
    given = Given(Attempt("check-2a", "may", "", TASK, parts=parts), version)
    shown = await desk.engine.deciding.decide(number, ANNA, given)
    assert len(costs.calls) == 2, "one decryption, one encryption"
    assert costs.transactions == 1
    (letter,) = await desk.post(number, "decided.v1")
    assert b'"outcome":"several"' in (letter.body or b"")
    facts = (await desk.engine.parts.loader.load(number)).facts()
    assert len(cells(facts, "check-2a", "may")) == 29 * len(recipients)
    assert len(cells(facts, "check-2a", "may-not")) == len(recipients)
    assert facts.of("check-2a")[0].fields == TASK
    offered = described(await desk.engine.showing.open_decisions(number, ANNA))
    assert offered.allowed is not None
    assert {to: len(items) for to, items in offered.allowed.items()} == dict.fromkeys(recipients, 29)
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(shown)).id)
    facts = (await desk.engine.parts.loader.load(number)).facts()
    assert cells(facts, "check-2a", "may", "may-not") == frozenset()


async def test_one_cell_that_is_refused_refuses_all_and_nobody_is_named(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number = await desk.arrives(State.CHECK_2A)
    good = AttemptPart((("report",), ("wonen",)))
    for bad in (
        AttemptPart((("report",), ("niemand",))),
        AttemptPart((("report",), ("burgerzaken",)), reason="Voor Jan Wilgenroos."),
    ):
        with pytest.raises(Invalid, match=r"parts\.1"):
            await desk.decide(number, "check-2a", "may", fields=TASK, parts=(good, bad))
    assert await desk.post(number, "decided.v1") == []


async def questions(desk: Desk) -> tuple[str, list[str]]:
    """Two questions to one source."""
    number = await desk.arrives(State.SOURCE_LIST)
    sources = ["horeca-permits", "subsidies"]
    await desk.decide(number, "source-list", "listed", fields={"sources": sources})
    await desk.decide(number, "check-1", "approved", fields=FOUR, parts=(AttemptPart((tuple(sources),)),))
    await desk.decide(number, "check-1-done", "some", fields={"conclusion": "beide"})
    made = [
        (
            await desk.record(
                number, "question", about, "Is er een vergunning?", source="horeca-permits", answerBy=LATEST
            )
        ).item
        for about in ("S1", "O1")
    ]
    await desk.record(number, "question", "O1", "Is er een subsidie?", source="subsidies", answerBy=LATEST)
    return number, made


async def test_who_keeps_a_source_answers_several_questions_at_once(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    number, made = await questions(desk)
    tasks = {one.item: one for one in await desk.open_tasks(number)}
    today = calendar_date(desk.clock.now()).isoformat()
    hit = GivenAnswer("hit", "", {"relevance": ["use-differs"], "consultedOn": today})
    none = GivenAnswer("no-hit", "", {"consultedOn": today})
    mine = {tasks[made[0]].id: hit, tasks[made[1]].id: none}
    others = next(one for item, one in tasks.items() if item not in made)
    with pytest.raises(NotFound):
        await desk.engine.tasks.answer_together(ESRA, {**mine, others.id: none})
    await desk.engine.tasks.answer_together(ESRA, mine)
    assert [one.id for one in await desk.open_tasks(number)] == [others.id]
    facts = (await desk.engine.parts.loader.load(number)).facts()
    assert {one.about[0]: one.outcome for one in facts.of("answer")} == dict(zip(made, ("hit", "no-hit"), strict=True))


async def test_questions_about_two_signals_are_not_answered_in_one_decision(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    answers = {}
    for _ in range(2):
        number, made = await questions(desk)
        (task,) = [one for one in await desk.open_tasks(number) if one.item == made[0]]
        answers[task.id] = GivenAnswer("not-consulted", "", {"whyNot": "not-reachable"})
    with pytest.raises(Conflict):
        await desk.engine.tasks.answer_together(ESRA, answers)
