"""Rights hears what is put right about a person: one duty, a representative, and nobody who is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from services.rights.put_right import PutRight
from services.rights.use_cases import Concerned
from shared.clock import calendar_date
from shared.contracts.assessment import ChildContent, ChildLetter, PersonPutRight
from shared.contracts.dossier import InformingDue
from shared.contracts.intake import Subject
from shared.database.tables import Outgoing
from shared.engine.documents import REPORT
from shared.engine.given import GivenAnswer
from shared.engine.tables import Dossier, ItemRow
from shared.errors import CannotSucceed, Conflict, PartDown
from shared.numbers import random_seed, signal_number
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_head import settled
from tests.platform.test_heads_elsewhere import OFFICER, asked, duties, nearer, not_due
from tests.platform.test_letters import made

DECISION = "7f6d2a52-6a4e-4f0c-9a53-0d6f3c9a1b20"


async def put_right(desk: Desk, number: str, subject: str, same_as: str | None = None) -> None:
    message = PersonPutRight(
        number=number,
        subject=subject,
        same_as=same_as,
        decision=DECISION,
        by="anna",
        role="oov",
        on=desk.clock.now(),
    )
    await desk.hears(PutRight(desk.engine).person, message, "assessment")


async def child(desk: Desk, number: str, subject: str, *, child: bool = True, by: str | None = None) -> None:
    content = ChildContent(number=number, subject=subject, child=child, representative=Subject(name=by) if by else None)
    letter = await desk.letter(ChildLetter, number, content)
    await desk.hears(PutRight(desk.engine).child, letter, "assessment")


async def seen(desk: Desk, duty: str) -> dict[str, Any]:
    return await desk.engine.showing.view(duty, ANNA, "informeren")


@pytest.mark.allowed("R-T.11")
async def test_who_was_named_twice_has_one_duty_by_the_earliest_day_of_both(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (first, second) = await duties(desk, 2)
    await nearer(desk, number, 3)
    soon = (await desk.row(Dossier, first)).due_on
    await put_right(desk, number, "S1", "S2")
    gone, stays = await desk.row(Dossier, first), await desk.row(Dossier, second)
    assert (gone.state, stays.state) == ("duty-done", "duty-open")
    assert stays.due_on == soon
    await settled(desk)
    assert [one.item for one in await desk.rows(ItemRow, number=first)] == [], "who it was is forgotten"
    # Phase 3 waits for that one duty, and for nothing else.
    await asked(desk, number, 2)
    assert await answered(desk) == 0
    await not_due(desk, second)
    assert await answered(desk) == 1


async def answered(desk: Desk) -> int:
    """How often phase 3 was told that everybody's duty is decided."""
    return len(await desk.rows(Outgoing, event="informing-decided.v1"))


@pytest.mark.refused("R-T.11")
async def test_a_duty_that_is_open_never_ends_by_one_that_is_over(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (first, second) = await duties(desk, 2)
    due = InformingDue(
        number=number,
        about=("S1",),
        why="received",
        on=calendar_date(desk.clock.now()),
        recipient="politie",
        received_about=("S1",),
    )
    await desk.hears(Concerned(desk.engine).due, due, "casework")
    await not_due(desk, first)
    await put_right(desk, number, "S2", "S1")
    assert (await desk.row(Dossier, second)).state == "duty-open"
    assert [one["recipient"] for one in (await seen(desk, second))["received"]] == ["politie"], "his letter names it"


@pytest.mark.refused("R-T.11")
async def test_it_waits_for_persons_that_are_not_known_yet_and_refuses_nonsense(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, _ = await duties(desk, 2)
    with pytest.raises(PartDown):
        await put_right(desk, number, "S2", "S3")
    with pytest.raises(PartDown):
        await put_right(desk, signal_number(random_seed()), "S1")
    with pytest.raises(CannotSucceed):
        await put_right(desk, number, "S1", "S1")


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
async def test_who_is_not_concerned_keeps_his_duty_until_it_is_decided_on(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (duty,) = await duties(desk)
    before = (await desk.row(Dossier, duty)).due_on
    await put_right(desk, number, "S1")
    row = await desk.row(Dossier, duty)
    assert (row.state, row.due_on) == ("duty-open", before)
    assert (await seen(desk, duty))["notConcernedSince"] == calendar_date(desk.clock.now()).isoformat()
    await not_due(desk, duty)
    assert (await desk.row(Dossier, duty)).state == "duty-done"


@pytest.mark.allowed("R-T.12")
@pytest.mark.refused("R-T.12")
async def test_the_notice_of_a_child_goes_to_who_represents_it(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (duty,) = await duties(desk)
    assert (await seen(desk, duty))["addressee"]["name"] == "Jan Wilgenroos 1"
    await child(desk, number, "S1")
    shown = await seen(desk, duty)
    assert (shown["child"], shown["addressee"]) == (True, None)
    await to_send(desk, duty)
    today = calendar_date(desk.clock.now()).isoformat()
    with pytest.raises(Conflict, match="wie dit kind vertegenwoordigt"):
        await made(desk, duty, channel="in-person")
    await child(desk, number, "S1", by="Els Wilgenroos")
    shown = await seen(desk, duty)
    assert shown["addressee"]["name"] == "Els Wilgenroos"
    assert shown["person"]["name"] == "Jan Wilgenroos 1"
    sent = {"channel": "in-person", "sentOn": today, "letter": (await made(desk, duty, channel="in-person"))["letter"]}
    await desk.decide(duty, "notice-sent", "sent", fields=sent)
    for _ in range(2):
        await settled(desk)
    kept = {one.item for one in await desk.rows(ItemRow, number=duty)}
    assert {REPORT, "child"}.isdisjoint(kept), "neither the child nor who represents it is kept longer"


async def test_a_mark_that_was_withdrawn_is_gone(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (duty,) = await duties(desk)
    await child(desk, number, "S1", by="Els Wilgenroos")
    await child(desk, number, "S1", child=False)
    shown = await seen(desk, duty)
    assert (shown["child"], shown["addressee"]["name"]) == (False, "Jan Wilgenroos 1")


async def to_send(desk: Desk, duty: str) -> None:
    """It was decided, with the privacy officer, that he is informed."""
    await desk.decide(duty, "duty", "inform", fields={"how": "Per brief."})
    (task,) = (await desk.engine.tasks.list(OFFICER, Window())).rows
    await desk.engine.tasks.answer(task.id, OFFICER, GivenAnswer("agree", "Akkoord."))
