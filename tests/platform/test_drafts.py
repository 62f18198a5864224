"""Drafts: what somebody typed and did not send. For him alone, while he may decide it, and gone with the signal."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update
from sqlmodel import col

from shared.engine import store
from shared.engine.drafts import NO_DRAFT, OfForm, answer_to
from shared.engine.given import GivenAnswer
from shared.engine.tables import Dossier, DraftRow
from shared.errors import Conflict, Forbidden, NotFound
from shared.identity import Person
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_closed_to import FARID, GIJS, WHY, on_an_agenda
from tests.platform.test_standing_back import BRAM

FORM = "weging-1.suspicion"
FILLED = {"reason": ["Wilgenroos woont er."], "fields.sources": ["none", "bag"]}


async def test_it_is_kept_for_its_author_and_each_form_until_he_throws_it_away(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_1)
    mine = await desk.engine.drafts.of_dossier(number, ANNA, FORM)
    assert await mine.read() == NO_DRAFT
    kept = await mine.keep({"reason": ["Eerst dit."]})
    again = await mine.keep(FILLED)
    assert (await mine.read()).filled == FILLED
    assert kept.saved_at == again.saved_at == (await mine.read()).saved_at
    for person, form in (
        (BRAM, FORM),
        (ANNA, "weging-1"),
        (ANNA, "weging-1.no-suspicion"),
        (ANNA, "item.internet"),
        (ANNA, "steps.weging-1"),
    ):
        other = await desk.engine.drafts.of_dossier(number, person, form)
        assert await other.read() == NO_DRAFT
        await desk.engine.drafts.drop(number, person, form)
    assert (await mine.read()).filled == FILLED
    version = (await desk.row(Dossier, number)).version
    await desk.engine.drafts.drop("S-7K3MQ-9XD4T", ANNA, FORM)
    assert (await mine.read()).filled == FILLED
    for _ in range(2):
        await desk.engine.drafts.drop(number, ANNA, FORM)
    assert await mine.read() == NO_DRAFT
    assert (await desk.row(Dossier, number)).version == version, "it is no part of the dossier"


async def test_nothing_of_it_is_to_be_read_in_the_database(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_1)
    await (await desk.engine.drafts.of_dossier(number, ANNA, FORM)).keep(FILLED)
    (row,) = await desk.rows(DraftRow)
    assert "Wilgenroos" not in json.dumps(row.model_dump(mode="json"))
    assert row.ciphertext.startswith("vault:v1:")


async def test_who_may_not_decide_it_has_no_draft_of_it(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_1)
    drafts = desk.engine.drafts
    for person in (FARID, Person("fg-1", frozenset({"fg"})), Person("nobody")):
        with pytest.raises(Forbidden):
            await drafts.of_dossier(number, person, FORM)
    for form in ("nothing", "weging-1.nothing", "item.nothing", "item", "steps", "steps.nothing"):
        with pytest.raises(NotFound):
            await drafts.of_dossier(number, ANNA, form)
    with pytest.raises(NotFound):
        await drafts.of_dossier("S-7K3MQ-9XD4T", ANNA, FORM)
    await (await drafts.of_dossier(number, ANNA, FORM)).keep(FILLED)
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("anna",))
    with pytest.raises(NotFound):
        await drafts.of_dossier(number, ANNA, FORM)


async def test_of_a_task_it_is_for_who_is_asked_and_while_he_is(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    _, task = await on_an_agenda(desk)
    drafts = desk.engine.drafts
    mine = await drafts.of_task(task.id, FARID, "stand-back")
    await mine.keep(FILLED)
    assert (await mine.read()).filled == FILLED
    assert await (await drafts.of_task(task.id, GIJS, "stand-back")).read() == NO_DRAFT
    assert await (await drafts.of_task(task.id, FARID, "agree")).read() == NO_DRAFT
    with pytest.raises(NotFound):
        await drafts.of_task(task.id, Person("dirk", frozenset({"bronhouder-horeca-permits"})), "stand-back")
    with pytest.raises(Forbidden):
        await drafts.of_task(task.id, Person("nobody"), "stand-back")
    await desk.engine.tasks.answer(task.id, FARID, GivenAnswer("stand-back", WHY))
    with pytest.raises(NotFound):
        await drafts.of_task(task.id, FARID, "stand-back")
    await drafts.drop(None, GIJS, answer_to(task.id, "stand-back"))
    assert len(await desk.rows(DraftRow)) == 1
    await drafts.drop(None, FARID, answer_to(task.id, "stand-back"))
    assert await desk.rows(DraftRow) == [], "who has answered throws it away"


async def test_nobody_fills_the_disk_with_drafts(desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an answer to a task is called is for who asks; of one person the newest stay."""
    monkeypatch.setattr("shared.engine.drafts.MOST_DRAFTS", 3)
    desk = await desk_of("assessment")
    number, task = await on_an_agenda(desk)
    await (await desk.engine.drafts.of_dossier(number, ANNA, "item.indication")).keep(FILLED)
    for one in range(6):
        desk.clock.pass_by(1)
        await (await desk.engine.drafts.of_task(task.id, FARID, f"answer-{one}")).keep(FILLED)
    left = {(one.author, one.form.rpartition(".")[2]) for one in await desk.rows(DraftRow)}
    assert left == {("anna", "indication"), ("farid", "answer-3"), ("farid", "answer-4"), ("farid", "answer-5")}


async def row_of(desk: Desk, **values: object) -> None:
    async with desk.platform.database.transaction() as session:
        await session.execute(update(DraftRow).where(col(DraftRow.author) == "anna").values(**values))


@pytest.mark.parametrize("moved", [{"author": "bram"}, {"form": "weging-1"}], ids=str)
async def test_by_a_row_it_becomes_nobody_elses(desk_of: DeskOf, moved: dict[str, str]) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_1)
    await (await desk.engine.drafts.of_dossier(number, ANNA, FORM)).keep(FILLED)
    await row_of(desk, **moved)
    person = BRAM if "author" in moved else ANNA
    assert await (await desk.engine.drafts.of_dossier(number, person, moved.get("form", FORM))).read() == NO_DRAFT


async def over(desk: Desk, mine: OfForm) -> None:
    desk.clock.pass_by(desk.platform.settings.draft_days * 24 * 3600)


async def erased(desk: Desk, mine: OfForm) -> None:
    async with desk.platform.database.transaction() as session:
        await store.delete_rows(session, [mine.number])


async def handed_over(desk: Desk, mine: OfForm) -> None:
    async with desk.platform.database.transaction() as session:
        await store.forget(session, desk.platform.mac, mine.number, "sources")


async def destroyed(desk: Desk, mine: OfForm) -> None:
    """What lies in a copy of the database opens no more."""
    await desk.platform.room().lock(mine.key)


@pytest.mark.parametrize("gone", [over, erased, handed_over, destroyed])
async def test_it_goes_in_time_and_with_the_signal(
    desk_of: DeskOf, gone: Callable[[Desk, OfForm], Awaitable[None]]
) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_1)
    mine = await desk.engine.drafts.of_dossier(number, ANNA, FORM)
    await mine.keep(FILLED)
    await gone(desk, mine)
    assert await mine.read() == NO_DRAFT
    await desk.engine.drafts.forget()
    assert len(await desk.rows(DraftRow)) == (1 if gone is destroyed else 0)


async def test_while_it_is_handed_over_nothing_is_kept(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.ENDED)
    with pytest.raises(Conflict):
        await desk.engine.drafts.of_dossier(number, ANNA, FORM)
