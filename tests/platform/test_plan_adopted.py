"""Partners adopt a plan themselves: each reads what is his, answers under his own name, and hears what was adopted (R-T.19)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import calendar_date
from shared.contracts.intake import Subject
from shared.engine.documents import REPORT, Finding
from shared.engine.given import GivenAnswer
from shared.engine.show import heading
from shared.engine.tables import NoticeRow, TaskRow
from shared.errors import Invalid, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk

GIJS = Person("gijs", frozenset({"department-wonen"}))
ESRA = Person("esra", frozenset({"department-vergunningen"}))
FARID = Person("farid", frozenset({"department-toezicht-en-handhaving"}))
ADOPTS = GivenAnswer("adopts", "Het past bij onze taak.", {"name": "G. Verzonnen, teamleider"})
BAG = Finding(
    category="bag",
    about="S1",
    finding="Woont er sinds mei.",
    recorded_by="anna",
    recorded_at="2026-01-02T10:00:00+00:00",
)


def day(desk: Desk, days: int = 0) -> str:
    return (calendar_date(desk.clock.now()) + timedelta(days=days)).isoformat()


async def a_plan(desk: Desk) -> tuple[str, str]:
    """A case with one intervention, of which check 2A allows Wonen one item."""
    number = await desk.arrives(
        State.PLAN, findings={"item-1": BAG}, subjects=(Subject(name="Jan Wilgenroos", address="Dorpsstraat 1"),)
    )
    await desk.add(NoticeRow(number=number, subject="S1", version=1, state="informed"))
    for recipient, outcome in (("wonen", "may"), ("vergunningen", "may-not")):
        fields = {"task": "toezicht-huisvesting"}
        await desk.decide(number, "check-2a", outcome, about=("item-1", recipient), fields=fields)
    return number, await planned(desk, number)


async def planned(desk: Desk, number: str, days: int = 7) -> str:
    plan = {
        "instrument": "last-onder-bestuursdwang",
        "department": "wonen",
        "plannedOn": day(desk, days),
        "subjects": ["S1"],
    }
    return (await desk.record(number, "intervention", "O1", "Controle van O1.", **plan)).item


async def proposed(desk: Desk, number: str, *partners: str, about: tuple[str, ...], **more: Any) -> None:
    fields: dict[str, Any] = {"partners": list(partners), "answerBy": day(desk, 5)}
    fields |= {"explanation": "Na overleg met de brandweer.", **more}
    await desk.decide(number, "propose-plan", "proposed", about=about, fields=fields)


async def asked(desk: Desk, person: Person) -> list[TaskRow]:
    return list((await desk.engine.tasks.list(person, Window())).rows)


async def lines(desk: Desk, number: str) -> list[dict[str, Any]]:
    """In the register, of plans: to whom, and which items."""
    found = [json.loads(one.body or b"") for one in await desk.post(number, "disclosed.v1")]
    return [one for one in found if one["road"] == "partners"]


async def stands(desk: Desk, number: str) -> dict[str, Any]:
    return await desk.engine.showing.view(number, ANNA, "besluit")


@pytest.mark.allowed("R-T.19", "R-22.1", "R-21.2", "R-24.2")
@pytest.mark.refused("R-T.19")
async def test_each_reads_what_is_his_and_answers_under_his_own_name(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, one = await a_plan(desk)
    fields: dict[str, Any] = {"participants": ["wonen"], "adoptedOn": day(desk)}
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "adopt-plan", "adopted", about=(one,), fields=fields)
    assert "participants-adopted" in [fault.code for fault in refused.value.faults]

    await proposed(desk, number, "wonen", "vergunningen", "politie", about=(one,), concerning=["S1.name"])
    assert await asked(desk, GIJS) == [], "not while the line in the register can be taken back"
    desk.clock.pass_by(WINDOW)
    assert {line["recipient"]: line["items"] for line in await lines(desk, number)} == {
        "wonen": [one, "item-1"],
        "vergunningen": [one],
        "politie": [one],
    }
    assert {line["recipient"]: line["concerning"] for line in await lines(desk, number)} == {
        "wonen": ["S1.name"],
        "vergunningen": [],
        "politie": [],
    }
    assert await asked(desk, FARID) == [], "who was not asked"
    (his,), (hers,) = await asked(desk, GIJS), await asked(desk, ESRA)
    _, shown = await desk.engine.tasks.one(his.id, GIJS, "plan")
    assert [item["item"] for item in shown["items"]] == ["item-1"]
    assert shown["subjects"] == {"S1": {"name": "Jan Wilgenroos"}}, "his address was not chosen"
    (action,) = shown["plan"]["actions"]
    assert (action["department"], action["planned_on"], action["text"]) == ("wonen", day(desk, 7), "Controle van O1.")
    assert shown["plan"]["explanation"] == "Na overleg met de brandweer."
    _, less = await desk.engine.tasks.one(hers.id, ESRA, "plan")
    assert "Wilgenroos" not in json.dumps(less)
    assert not less.get("items")
    with pytest.raises(NotFound):
        await desk.engine.tasks.one(his.id, ESRA, "plan")
    with pytest.raises(NotFound):
        await desk.engine.tasks.answer(his.id, ESRA, ADOPTS)

    # What is decided in 2A afterwards is not in what was put before them: that has no line in the register.
    await desk.decide(number, "check-2a", "may", about=(REPORT, "wonen"), fields={"task": "toezicht-huisvesting"})
    _, still = await desk.engine.tasks.one(his.id, GIJS, "plan")
    assert [item["item"] for item in still["items"]] == ["item-1"]

    question = GivenAnswer("question", "Wie belt de eigenaar?", {"name": "E. Bedacht"})
    await desk.engine.tasks.answer(hers.id, ESRA, question)
    assert [task.id for task in await asked(desk, ESRA)] == [hers.id], "who asks something is asked still"
    await desk.engine.tasks.answer(his.id, GIJS, ADOPTS)
    assert await asked(desk, GIJS) == []
    entered = {"name": "E. Bedacht", "how": "mail", "repliedOn": day(desk)}
    with pytest.raises(Invalid):
        await desk.decide(number, "answer-plan", "adopts", about=("vergunningen",), fields=entered)
    heard = {"name": "P. Verzonnen, chef", "how": "letter", "repliedOn": day(desk)}
    await desk.decide(number, "answer-plan", "adopts", about=("politie",), fields=heard)
    (version,) = (await stands(desk, number))["planVersions"]
    assert version["state"] == "proposed"
    assert {
        partner["partner"]: (partner["answer"], partner["answered"], partner["name"]) for partner in version["partners"]
    } == {
        "wonen": ("adopts", "itself", "G. Verzonnen, teamleider"),
        "vergunningen": ("question", "itself", "E. Bedacht"),
        "politie": ("adopts", "entered", "P. Verzonnen, chef"),
    }

    fields = {"participants": ["wonen", "politie", "vergunningen"], "adoptedOn": day(desk)}
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "adopt-plan", "adopted", about=(one,), fields=fields)
    assert [fault.code for fault in refused.value.faults] == ["participants-adopted"]
    before = len(await lines(desk, number))
    fields = {"participants": ["wonen", "politie"], "adoptedOn": day(desk)}
    await desk.decide(number, "adopt-plan", "adopted", about=(one,), fields=fields)
    assert [(line["recipient"], line["items"]) for line in (await lines(desk, number))[before:]] == [
        ("wonen", [one]),
        ("politie", [one]),
    ], "the plan, and nothing of a person besides what they had"
    assert await asked(desk, ESRA) == [], "there is nothing to adopt any more"
    (version,) = (await stands(desk, number))["planVersions"]
    assert (version["state"], version["adoptedOn"]) == ("adopted", day(desk))


@pytest.mark.allowed("R-24.2", "R-22.1")
@pytest.mark.refused("R-T.19", "R-24.2")
async def test_a_new_version_asks_anew_and_what_is_overdue_shows(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, one = await a_plan(desk)
    await proposed(desk, number, "wonen", about=(one,))
    desk.clock.pass_by(WINDOW)
    (first,) = await asked(desk, GIJS)
    await proposed(desk, number, "wonen", "vergunningen", about=(one,))
    desk.clock.pass_by(WINDOW)
    (second,) = await asked(desk, GIJS)
    assert second.id != first.id
    with pytest.raises(NotFound):
        await desk.engine.tasks.answer(first.id, GIJS, ADOPTS)
    await desk.engine.tasks.answer(second.id, GIJS, ADOPTS)
    found = await stands(desk, number)
    assert [(version["version"], version["state"]) for version in found["planVersions"]] == [
        (1, "replaced"),
        (2, "proposed"),
    ]

    # An intervention that came since belongs to a later version: it is neither shown nor adopted with this one.
    later = await planned(desk, number)
    desk.clock.pass_by(WINDOW)
    (hers,) = await asked(desk, ESRA)
    _, shown = await desk.engine.tasks.one(hers.id, ESRA, "plan")
    assert [action["item"] for action in shown["plan"]["actions"]] == [one]
    fields: dict[str, Any] = {"participants": ["wonen"], "adoptedOn": day(desk)}
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "adopt-plan", "adopted", about=(one, later), fields=fields)
    assert "is-what-was-proposed" in [fault.code for fault in refused.value.faults]
    await proposed(desk, number, "wonen", about=(one, later))
    desk.clock.pass_by(WINDOW)
    (third,) = await asked(desk, GIJS)
    await desk.engine.tasks.answer(third.id, GIJS, ADOPTS)
    await desk.decide(number, "adopt-plan", "adopted", about=(one, later), fields=fields)
    why = {"necessity": "Het adres volstaat."}
    for each in (one, later):
        await desk.decide(number, "check-2b", "may-not", about=(each, "item-1"), fields=why)

    async def stand() -> dict[str, tuple[str, bool]]:
        plan = (await stands(desk, number))["plan"]
        return {each["intervention"]: (each["status"], each["overdue"]) for each in plan}

    async def due() -> str | None:
        (row,) = (await desk.engine.showing.work_list(ANNA, Window())).rows
        return str(heading(row)["dueOn"]) if "dueOn" in heading(row) else None

    assert await stand() == {one: ("adopted", False), later: ("adopted", False)}
    assert await due() == day(desk, 7), "the work list says by when the next has to be done"
    await desk.decide(number, "check-2b-done", "complete", fields={"conclusion": "Niets gaat mee."})
    desk.clock.pass_by(8 * 86400)
    await desk.hears_access()
    assert await stand() == {one: ("being-done", True), later: ("being-done", True)}
    dropped = {"whyDropped": "Er staat niets meer."}
    await desk.decide(number, "execution", "dropped", about=(later,), fields=dropped)
    assert await stand() == {one: ("being-done", True), later: ("dropped", False)}
    overdue = await due()
    assert overdue == day(desk, -1)
    last = await desk.decide(number, "execution", "dropped", about=(one,), fields=dropped)
    assert await due() is None
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(last)).id)
    assert await due() == overdue


@pytest.mark.refused("R-T.19")
async def test_what_was_put_before_partners_and_taken_back_is_asked_of_nobody(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, one = await a_plan(desk)
    await proposed(desk, number, "wonen", about=(one,))
    desk.clock.pass_by(WINDOW)
    (first,) = await asked(desk, GIJS)
    fields = {"partners": ["vergunningen", "politie"], "answerBy": day(desk)}
    second = await desk.decide(number, "propose-plan", "proposed", about=(one,), fields=fields)
    assert await asked(desk, GIJS) == []
    told = len(await lines(desk, number))
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(second)).id)
    desk.clock.pass_by(WINDOW)
    assert await asked(desk, ESRA) == []
    assert [task.id for task in await asked(desk, GIJS)] == [first.id], "the version before it is asked again"
    assert len(await lines(desk, number)) == told - 2
