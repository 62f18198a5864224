"""A department's order: how far it is, what it asks, what it found in quarantine until it is judged (R-T.18, art. 24)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from services.casework.use_cases import LeftToDo
from shared.clock import calendar_date
from shared.engine.given import GivenAnswer, GivenReport
from shared.engine.tables import ItemRow, TaskRow
from shared.errors import Conflict, Forbidden, Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.test_tasks import DIRK, DROPPED, adopted, given_out

EVA = Person("eva", frozenset({"department-burgerzaken"}))
KAREL = {"name": "Karel Zevenster"}


async def ordered(desk: Desk) -> tuple[str, str, TaskRow]:
    """A case with an order that runs: its number, the intervention, and the department's task."""
    number, (order,) = await adopted(desk)
    await given_out(desk, number)
    desk.clock.pass_by(WINDOW)
    (task,) = await desk.open_tasks(number)
    return number, order, task


def today(desk: Desk) -> str:
    return calendar_date(desk.clock.now()).isoformat()


async def finds(desk: Desk, task: TaskRow, by: Person = DIRK, **fields: Any) -> str:
    given = GivenReport("department-report", "In de kelder staan lege vaten.", {"foundOn": today(desk), **fields})
    return (await desk.engine.tasks.report(task.id, by, given)).item


async def asks(desk: Desk, task: TaskRow, by: Person = DIRK, words: str = "Mag de kelder ook worden bekeken?") -> str:
    given = GivenReport("department-question", words)
    return (await desk.engine.tasks.report(task.id, by, given)).item


async def judges(desk: Desk, number: str, finding: str, outcome: str, **fields: Any) -> Any:
    return await desk.decide(number, "judge-finding", outcome, about=(finding,), fields=fields)


async def view(desk: Desk, number: str) -> dict[str, Any]:
    return await desk.engine.showing.view(number, ANNA, "voortgang-volgen")


async def history(desk: Desk, task: TaskRow) -> list[dict[str, Any]]:
    """What the department passed on before, as its task shows it; it shows with that what can be said and reported."""
    shown = (await desk.engine.tasks.one(task.id, DIRK, "uitvoering"))[1]
    assert [one["key"] for one in (shown["asks"], *shown["besides"])] == ["execution", "progress"]
    assert {one["category"] for one in shown["records"]} == {"department-question", "department-report"}
    assert not [one for one in shown["records"] if "order" in one["fields"]["properties"]], "filled in by the task"
    found: list[dict[str, Any]] = shown["history"]
    return found


async def kinds(desk: Desk, person: Person) -> list[str]:
    return [one.kind for one in (await desk.engine.tasks.list(person, Window())).rows]


async def items(desk: Desk, number: str) -> set[str]:
    return {one.item for one in await desk.rows(ItemRow, number=number)}


@pytest.mark.refused("R-T.18", "R-5.6")
async def test_a_question_is_no_way_to_find_out_who_is_in_the_file(desk_of: DeskOf) -> None:
    """The answer is the same whether somebody is named in it or not; who has the file reads what was asked."""
    desk = await desk_of("casework")
    number, _, task = await ordered(desk)
    made = [await asks(desk, task, words=f"Is het {name}?") for name in ("Jan Wilgenroos", "Piet Nergens")]
    assert set((await view(desk, number))["departmentQuestions"]) == set(made)


@pytest.mark.allowed("R-T.18", "R-24.1", "R-24.2")
async def test_progress_and_a_question_are_on_the_record(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, order, task = await ordered(desk)
    under_way = GivenAnswer("under-way", "", {"since": today(desk)}, key="progress")
    await desk.engine.tasks.answer(task.id, DIRK, under_way)
    said = {"outcome": "under-way", "since": today(desk)}
    (plan,) = (await view(desk, number))["plan"]
    assert plan["progress"] == said
    assert (await desk.engine.tasks.one(task.id, DIRK, "uitvoering"))[1]["progress"] == said
    question = await asks(desk, task)
    assert sorted(await kinds(desk, ANNA)) == ["department-question"]
    assert "department-answer" not in await kinds(desk, DIRK)
    answer = {"answer": "Ja, dat valt binnen de bevoegdheid."}
    await desk.decide(number, "answer-department", "answered", about=(question,), fields=answer)
    shown = (await view(desk, number))["departmentQuestions"][question]
    assert (shown["order"], shown["question"], shown["answer"]) == (
        order,
        "Mag de kelder ook worden bekeken?",
        answer["answer"],
    )
    assert await kinds(desk, ANNA) == []
    assert "department-answer" not in await kinds(desk, DIRK), "it can still be withdrawn"
    assert [set(one) - {"at"} for one in await history(desk, task)] == [{"progress", "since"}, {"question"}]
    desk.clock.pass_by(WINDOW)
    (told,) = [one for one in (await desk.engine.tasks.list(DIRK, Window())).rows if one.kind == "department-answer"]
    assert (await desk.engine.tasks.one(told.id, DIRK, "uitvoering"))[1]["answer"] == answer["answer"]
    await finds(desk, task)
    passed_on = await history(desk, task)
    assert passed_on[1] | answer == passed_on[1], "the answer stands with its question"
    assert set(passed_on[2]) == {"at", "foundOn"}, "that something was found, and not what"
    lines = [one.body or b"" for one in await desk.post(number, "disclosed.v1")]
    assert [one for one in lines if question.encode() in one], "what the department is told is a line in the register"
    await desk.engine.tasks.answer(task.id, DIRK, DROPPED)
    (over_now,) = await desk.post(number, "task-over.v1")
    assert b'"departments":["wonen"]' in (over_now.body or b""), "what waits in its inbox ends too"
    for over in (task, told):
        with pytest.raises(NotFound):
            await desk.engine.tasks.one(over.id, DIRK, "uitvoering")


@pytest.mark.refused("R-T.18", "R-24.1")
async def test_whose_task_it_is_not_says_nothing_and_nobody_when_it_is_over(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, _, task = await ordered(desk)
    before = await items(desk, number)
    progress = GivenAnswer("under-way", "", {"since": today(desk)}, key="progress")
    for stranger in (EVA, Person("farid", frozenset({"lot-member"})), ANNA):
        with pytest.raises(NotFound):
            await finds(desk, task, by=stranger)
        with pytest.raises(NotFound):
            await desk.engine.tasks.answer(task.id, stranger, progress)
    with pytest.raises(Conflict):
        await desk.engine.tasks.answer(task.id, DIRK, GivenAnswer("accepted", "Zelf.", {}, key="judge-finding"))
    with pytest.raises(Conflict):
        await desk.engine.tasks.report(task.id, DIRK, GivenReport("monitoring", "Het loopt."))
    with pytest.raises(Invalid):
        await finds(desk, task, foundOn="2999-01-01")
    with pytest.raises(Invalid):
        await desk.engine.tasks.answer(
            task.id, DIRK, GivenAnswer("under-way", "", {"since": "2020-01-01"}, key="progress")
        )
    for category in ("department-report", "department-question", "department-finding"):
        with pytest.raises(Invalid):
            await desk.record(number, category, "O1", "Gezien.", order=task.item, foundOn=today(desk))
    await desk.engine.tasks.answer(task.id, DIRK, DROPPED)
    for late in (finds(desk, task), asks(desk, task), desk.engine.tasks.answer(task.id, DIRK, progress)):
        with pytest.raises(NotFound):
            await late
    assert {one for one in await items(desk, number) if not one.startswith("decision-")} == {
        one for one in before if not one.startswith("decision-")
    }


@pytest.mark.allowed("R-T.18")
async def test_a_finding_is_in_quarantine_and_becomes_an_item_with_a_duty(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, order, task = await ordered(desk)
    finding = await finds(desk, task, named=[KAREL])
    seen = await view(desk, number)
    assert seen["quarantine"][finding]["finding"] == "In de kelder staan lege vaten."
    assert not seen["quarantine"][finding]["overdue"]
    assert finding not in seen["items"]
    assert set(seen["subjects"]) == {"S1"}
    assert finding not in (await desk.engine.showing.open_decisions(number, ANNA)).shareable
    shown = (await desk.engine.tasks.one(task.id, DIRK, "uitvoering"))[1]
    assert "lege vaten" not in str(shown), "not even who wrote it reads it again"
    told = len(await desk.post(number, "subjects.v1"))
    assert told == 0
    # Accepted, withdrawn, and accepted for good.
    for last in (False, True):
        found = await desk.decision(await judges(desk, number, finding, "accepted", concerns="O1"))
        _, item = found.about
        seen = await view(desk, number)
        assert seen["quarantine"] == {}
        assert len(await desk.post(number, "subjects.v1")) == 1, "rights hears of who came to light"
        if not last:
            await desk.decide(number, "withdrawal", confirms=found.id)
            seen = await view(desk, number)
            assert set(seen["quarantine"]) == {finding}
            assert set(seen["subjects"]) == {"S1"}
            assert item not in await items(desk, number)
            assert await desk.post(number, "subjects.v1") == []
    made = seen["items"][item]
    assert (made["category"], made["about"], made["recordedBy"]) == ("department-finding", "O1", "dirk")
    assert (made["fields"]["order"], made["fields"]["department"]) == (order, "wonen")
    assert KAREL["name"] in {one["name"] for one in seen["subjects"].values()}
    assert item in (await desk.engine.showing.open_decisions(number, ANNA)).shareable
    desk.clock.pass_by(WINDOW)
    await desk.engine.settlement.settle(await desk.row(type(found), found.id))
    assert finding not in await items(desk, number)
    assert item in await items(desk, number)
    # It is shared with nobody before it has its cell in 2A.
    today_ = today(desk)
    plan = {"instrument": "last-onder-bestuursdwang", "department": "wonen", "plannedOn": today_, "subjects": ["S1"]}
    other = (await desk.record(number, "intervention", "O1", "Nog een controle.", **plan)).item
    agreed = {"adoptedOn": today_}
    await desk.decide(number, "adopt-plan", "adopted", about=(other,), fields=agreed)
    necessity = {"necessity": "De vaten."}
    with pytest.raises(Invalid):
        await desk.decide(number, "check-2b", "may", about=(other, item), fields=necessity)
    await desk.decide(number, "check-2a", "may", about=(item, "wonen"), fields={"task": "toezicht-huisvesting"})
    await desk.decide(number, "check-2b", "may", about=(other, item), fields=necessity)


@pytest.mark.refused("R-T.18", "R-T.24")
async def test_nobody_judges_what_he_found_himself_or_his_department(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, _, task = await ordered(desk)
    finding = await finds(desk, task)
    both = Person("dirk", frozenset({"oov", "department-wonen"}))
    colleague = Person("anna", frozenset({"oov", "department-wonen"}))
    for person in (both, colleague, Person("dirk", frozenset({"oov"}))):
        desk.designated |= {(person.user_id, role) for role in person.roles}
        await desk.hears_access()
        with pytest.raises(Forbidden, match=r"art\. 24"):
            await desk.decide(number, "judge-finding", "accepted", person, about=(finding,), fields={"concerns": "O1"})
    await judges(desk, number, finding, "accepted", concerns="O1")


@pytest.mark.refused("R-T.18")
async def test_what_is_refused_is_destroyed_and_its_reason_stays(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, _, task = await ordered(desk)
    finding = await finds(desk, task, named=[KAREL])
    due = timedelta(days=14).total_seconds()
    await desk.engine.tasks.answer(task.id, DIRK, DROPPED)
    wait = LeftToDo(desk.engine)
    assert (await wait.of([number]))[number] == {"quarantine": {"waiting": 1, "overdue": 0}}
    desk.clock.pass_by(due + 86_400)
    await desk.hears_access()
    assert (await wait.of([number]))[number] == {"quarantine": {"waiting": 1, "overdue": 1}}
    assert (await view(desk, number))["quarantine"][finding]["overdue"]
    with pytest.raises(Invalid):
        await desk.decide(number, "close", "closed", fields={"result": "Klaar."})
    refused = await desk.decision(await judges(desk, number, finding, "refused", whyRefused="not-relevant"))
    desk.clock.pass_by(WINDOW)
    await desk.engine.settlement.settle(refused)
    assert finding not in await items(desk, number)
    assert await desk.post(number, "subjects.v1") == []
    assert (await wait.of([number]))[number] == {}
    loaded = await desk.engine.parts.loader.load(number)
    words = loaded.words_of(refused)
    assert words is not None
    assert words.fields == {"whyRefused": "not-relevant"}
    assert "lege vaten" not in str([one for one in loaded.opened.raw.values()])
    with pytest.raises(Invalid):
        await judges(desk, number, finding, "accepted", concerns="O1")


@pytest.mark.refused("R-T.18")
async def test_what_is_in_quarantine_is_under_the_head(desk_of: DeskOf) -> None:
    """A row that was changed, or moved out of quarantine by who writes the database, is not believed."""
    desk = await desk_of("casework")
    number, _, task = await ordered(desk)
    finding = await finds(desk, task)
    mine = col(ItemRow.number) == number, col(ItemRow.item) == finding
    async with desk.platform.database.transaction() as session:
        await session.execute(update(ItemRow).where(*mine).values(category="department-finding"))
    with pytest.raises(NotBelieved):
        await view(desk, number)
