"""What rights says is only kept is heard: once, in the order in which it was said, and where the signal is (AVG 18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import Restricted
from shared.engine.tables import DecisionRow, Dossier
from shared.errors import CannotSucceed, NotBelieved, PartDown
from shared.numbers import random_seed, signal_number
from shared.protocol.model import State
from shared.protocol.restricting import RESTRICTING
from tests.platform.conftest import DeskOf
from tests.platform.desk import Desk
from tests.platform.test_restricting import REQUEST, TASK, TEXT, TWO, answers, here, restrict, said


@pytest.mark.refused("R-10.3")
async def test_a_message_that_was_overtaken_changes_nothing(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    before = said(desk, number)
    await restrict(desk, number)
    await restrict(desk, number, restricted=False)
    await desk.hears(desk.engine.restricting.heard, before, "rights")
    assert (await desk.engine.parts.loader.load(number)).restricted == {}
    assert [one.restricted for one in await answers(desk)][-1:] == [False], "rights hears what holds"
    assert len(await desk.rows(DecisionRow, number=number, key=RESTRICTING)) == 2


@pytest.mark.allowed("R-10.3")
async def test_rights_hears_where_it_is_and_it_goes_on_with_the_signal(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    nowhere = signal_number(random_seed())
    await restrict(desk, nowhere)
    assert [(one.number, one.done, one.holder) for one in await answers(desk)] == [(nowhere, False, None)]
    with pytest.raises(CannotSucceed):
        await restrict(desk, number, "S3")
    await restrict(desk, number)
    loaded = await desk.engine.parts.loader.load(number)
    assert [(one.key, one.outcome, one.about[:2]) for one in loaded.coded()] == [
        (RESTRICTING, "restricted", (REQUEST, "S2"))
    ]
    # As its next holder has it.
    dossier = loaded.dossier.model_copy(update={"earlier": [one.model_dump(mode="json") for one in loaded.coded()]})
    later = type(loaded)(dossier, loaded.law, loaded.today, content=loaded.content)
    assert later.restricted == loaded.restricted == {"S2": REQUEST, "item-30": REQUEST}


async def heard(desk: Desk, message: Restricted) -> Handled:
    return await desk.engine.restricting.heard(Incoming(uuid4(), "rights", signed=True), message)


async def becomes(desk: Desk, number: str, *, vouched: bool, **more: Any) -> None:
    """The row of the dossier says so; `vouched`: as the service itself would write it."""
    loaded = await desk.engine.parts.loader.load(number, opened=False)
    dossier, shelf = loaded.dossier.model_copy(update=more), desk.engine.parts.loader.shelf
    after = await shelf.vouched_after(desk.platform.mac, replace(loaded.head, dossier=dossier)) if vouched else dossier
    async with desk.platform.database.transaction() as session:
        await session.merge(Dossier(**after.model_dump()))


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_where_it_went_is_told_and_a_row_that_says_so_is_not_believed(desk_of: DeskOf) -> None:
    """Somebody who can write here sends rights nowhere: what is here would be used on."""
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    gone = {"left": True, "handed_to": "sources"}
    await becomes(desk, number, vouched=True, handing_over_since=desk.clock.now())
    with pytest.raises(PartDown):
        await restrict(desk, number)
    await becomes(desk, number, vouched=True, **gone)
    await restrict(desk, number)
    assert [(one.done, one.holder) for one in await answers(desk)] == [(False, "sources")]
    other = await desk.arrives(State.WEGING_1, subjects=TWO, text=TEXT)
    await becomes(desk, other, vouched=False, **gone)
    with pytest.raises(NotBelieved):
        await restrict(desk, other)
    assert len(await answers(desk)) == 1


@pytest.mark.refused("R-10.3")
async def test_what_rights_said_last_counts_whichever_was_heard_last(desk_of: DeskOf) -> None:
    """Two messages that are handled at the same moment do not see each other, and are each a record."""
    desk, number = await here(desk_of)
    desk.clock.pass_by(1)
    first = said(desk, number)
    desk.clock.pass_by(1)
    last = said(desk, number, restricted=False)
    handled = [await heard(desk, last)]
    # Meanwhile somebody decided: what was said first bears the later version.
    await desk.decide(number, "check-2a", "may", about=("item-20", "wonen"), fields=TASK)
    handled.append(await heard(desk, first))
    for one in handled:
        await desk.platform.database.together(one.effect)
    loaded = await desk.engine.parts.loader.load(number)
    assert len([one for one in loaded.coded() if one.key == RESTRICTING]) == 2
    assert loaded.restricted == {}
