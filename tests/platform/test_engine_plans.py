"""The engine costs the same whatever is stored: no statement reads a table that grows from its beginning to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

from shared.clock import calendar_date
from shared.engine.tables import MeetingRow, NoticeRow, TaskRow
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from tests.platform.conftest import DeskOf
from tests.platform.desk import WINDOW, Desk
from tests.platform.plans import Plan, filled, plans_of, same_cost
from tests.platform.real import Postgres
from tests.platform.test_engine import TASK
from tests.platform.test_engine_elsewhere import BEHEERDER, asked, sealed
from tests.platform.test_tasks import DIRK, DROPPED, adopted, given_out

STORED = 100_000
MOST = 100
"""Rows that one statement looks at, and pages, of a signal with a few items and decisions."""
FARID = Person("farid", frozenset({"lot-member"}))
NOBODY = Forwarding(none_because="Geen onderdeel kan hier iets mee.")


def touches_little(plans: list[Plan], large: set[str]) -> None:
    assert plans
    for one in plans:
        assert not large & set(one.read_whole), str(one)
        assert max(one.rows, one.pages) <= MOST, str(one)


async def measured(desk: Desk, work: Callable[[], Awaitable[object]]) -> list[Plan]:
    return [plan for _, plan in await plans_of(desk.platform.database, work)]


async def a_signal(desk: Desk) -> str:
    """In phase 1, with items, decisions, a notice, a paper, and messages and audit lines about it."""
    number = await desk.arrives(State.WEGING_2A)
    today = calendar_date(desk.clock.now())
    meeting = MeetingRow(
        id="M-1",
        version=1,
        kind="LOT",
        held_on=today,
        chair="anna",
        members=[{"userId": "farid"}],
        present=[],
        agenda=[number],
    )
    paper = TaskRow(
        id=uuid4(),
        number=number,
        item="item-2",
        kind="paper",
        role="lot-member",
        meeting="M-1",
        until=today,
        opened_at=desk.clock.now(),
        opened_by=uuid4(),
    )
    await desk.add(meeting, paper, NoticeRow(number=number, subject="S1", version=1, state="open"))
    await desk.decide(number, "weging-2a", "task", fields=TASK)
    return number


async def test_reading_one_signal(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("assessment")
    number = await a_signal(desk)

    async def read() -> None:
        await desk.engine.parts.loader.load(number, meeting="M-1")

    few = await plans_of(desk.platform.database, read, by_index=True)
    large = await filled(postgres, "assessment", STORED)
    assert large >= {"dossier", "item", "decision", "task", "notice", "meeting"}
    many = await plans_of(desk.platform.database, read)
    for (_, small), (_, big) in zip(few, many, strict=True):
        same_cost(small, big, large, MOST)


async def test_tasks_of_a_person(desk_of: DeskOf, postgres: Postgres) -> None:
    """Among those of others, those that were done, and papers of meetings that were held."""
    desk = await desk_of("assessment")
    number = await a_signal(desk)
    now, today = desk.clock.now(), calendar_date(desk.clock.now())
    (mine,) = await desk.rows(TaskRow, number=number)
    kept = mine.model_dump()
    others = [
        {"role": "department-wonen"},
        {"closed_at": now, "closed_by": uuid4()},
        {"until": today - timedelta(days=30)},
        {"opened_at": None, "opened_by": None},
    ]
    await desk.add(*(TaskRow(**kept | {"id": uuid4(), "number": "S-00000-00000"} | one) for one in others))

    async def listed() -> None:
        page = await desk.engine.tasks.list(FARID, Window())
        assert [one.id for one in page.rows] == [mine.id]

    async def opened() -> None:
        await desk.engine.tasks.of(mine.id, FARID)

    # What is his stays as it is: a copy would be a task of his too.
    large = await filled(postgres, "assessment", STORED, besides={"task": f"x.id <> '{mine.id}'"})
    assert large >= {"dossier", "task", "meeting"}
    for work in (listed, opened):
        touches_little(await measured(desk, work), large)


async def test_deciding_on_a_signal_and_settling_it(desk_of: DeskOf, postgres: Postgres) -> None:
    """A decision that ends the time of an earlier one, its withdrawal, and one that has to be settled."""
    desk = await desk_of("assessment")
    number, other = await a_signal(desk), await desk.arrives(State.WEGING_2A)
    inside, outside = {"area": "O1"}, {"considered": "De Opiumwet."}
    large = await filled(postgres, "assessment", STORED)
    made = []

    async def decides() -> None:
        made.append(await desk.decide(number, "weging-2b", "inside", fields=inside))

    async def withdraws() -> None:
        await desk.decide(number, "withdrawal", confirms=(await desk.decision(made[0])).id)

    async def ends() -> None:
        made.append(await desk.decide(other, "weging-2a", "no-task", fields=outside, forwarding=NOBODY))

    async def settles() -> None:
        await desk.engine.settlement.settle(await desk.decision(made[-1]))

    for work in (decides, withdraws, ends):
        touches_little(await measured(desk, work), large)
        desk.clock.pass_by(WINDOW / 10)
    desk.clock.pass_by(WINDOW)
    touches_little(await measured(desk, settles), large)


async def test_looking_for_what_waits_to_be_settled(desk_of: DeskOf, postgres: Postgres) -> None:
    """Every few seconds, in each service that decides: among all decisions that there ever were."""
    desk = await desk_of("assessment")
    await a_signal(desk)
    large = await filled(postgres, "assessment", STORED)
    queue = desk.engine.settlement.queue
    for work in (queue.claim, queue.counted, queue.stuck):
        touches_little(await measured(desk, work), large)


async def test_deciding_on_what_departments_are_asked(desk_of: DeskOf, postgres: Postgres) -> None:
    """Decisions that open tasks, take that back, and close them."""
    desk = await desk_of("casework")
    number, _ = await adopted(desk)
    large = await filled(postgres, "casework", STORED)
    assert large >= {"dossier", "item", "decision", "task", "notice"}
    made = []

    async def gives_out() -> None:
        made.append(await given_out(desk, number))

    async def withdraws() -> None:
        await desk.decide(number, "withdrawal", confirms=(await desk.decision(made[0])).id)

    async def answers() -> None:
        (task,) = await desk.open_tasks(number)
        await desk.engine.tasks.answer(task.id, DIRK, DROPPED)

    for work in (gives_out, withdraws, gives_out):
        touches_little(await measured(desk, work), large)
    desk.clock.pass_by(WINDOW)
    touches_little(await measured(desk, answers), large)


async def test_deciding_on_what_is_no_dossier(desk_of: DeskOf, postgres: Postgres) -> None:
    """A proposal and its co-signature."""
    desk = await desk_of("retention")
    number = await sealed(desk)
    await asked(desk, number, "item-2")
    large = await filled(postgres, "retention", STORED)
    assert large >= {"sealed_signal", "decision", "hold"}
    made = []

    async def proposes() -> None:
        made.append(await asked(desk, number, "report"))

    async def agrees() -> None:
        await desk.decide(number, "hold", "agree", BEHEERDER, confirms=made[0])

    for work in (proposes, agrees):
        touches_little(await measured(desk, work), large)
