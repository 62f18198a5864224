"""The work list is a projection without content: who sees what of it, and that it is told anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from services.worklist import store
from services.worklist.store import Edition, HeardUpTo, ListedWork
from services.worklist.use_cases import TELLERS, ListKeeping, Lists
from shared.bus.inbox import Incoming
from shared.clock import ShiftedClock, calendar_date
from shared.contracts.worklist import ListedDossier, ListedTask, WorkAsked, WorkTold, WorkUpTo
from shared.database.tables import Outgoing, Tombstone
from shared.engine.given import GivenAnswer
from shared.engine.tables import TellingRow
from shared.errors import CannotSucceed, Forbidden
from shared.identity import Person
from shared.numbering import AuditNumberer
from shared.pages import Window
from shared.protocol.carrying_out import CARRIED_OUT
from shared.protocol.model import State
from shared.protocol.standing_back import STANDS_BACK
from shared.service.platform import Platform
from tests.days import today
from tests.platform.conftest import DeskOf, PlatformOf
from tests.platform.desk import ANNA, WINDOW, Desk, noon
from tests.platform.test_closed_to import FARID, on_an_agenda
from tests.platform.test_plan_adopted import a_plan, proposed
from tests.platform.test_questions import FOUR
from tests.platform.test_restricting import REQUEST, here, restrict

FG = Person("fg", frozenset({"fg"}))
HANNA = Person("hanna", frozenset({"lot-member"}))
NOBODY = Person("collega", frozenset())


class WorkList:
    """The service, without bus and HTTP."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.keeping = ListKeeping(platform)
        self.lists = Lists(platform)

    async def hears(self, message: WorkTold | WorkUpTo, producer: str = "assessment") -> None:
        handler: Any = self.keeping.told if isinstance(message, WorkTold) else self.keeping.up_to
        handled = await handler(Incoming(uuid4(), producer, signed=True), message)
        await self.platform.database.together(handled.effect)

    async def of(self, person: Person, **asked: Any) -> dict[str, Any]:
        window = Window(asked.pop("cursor", None), asked.pop("limit", 100))
        return await self.lists.of(person, window, asked.get("phase"), asked.get("due"), asked.get("words"))

    async def numbers(self, person: Person, **asked: Any) -> list[str]:
        return [one["number"] for one in (await self.of(person, **asked))["dossiers"]]


@pytest.fixture
async def work(platform_of: PlatformOf) -> WorkList:
    # At the time of a desk, and running: each list is later than the one before.
    return WorkList(await platform_of("worklist", ShiftedClock(noon() - datetime.now(UTC))))


def told(edition: datetime, *dossiers: ListedDossier) -> WorkTold:
    return WorkTold(edition=edition, dossiers=dossiers)


def listed(number: str, turn: int = 1, **more: Any) -> ListedDossier:
    usual: dict[str, Any] = {
        "version": 1,
        "here": True,
        "state": "phase-2",
        "phase": 2,
        "working_name": "rode merel",
        "received_on": today(),
    }
    return ListedDossier(number=number, turn=turn, **(usual | more))


async def number_audit(desk: Desk) -> None:
    platform = desk.platform
    while await AuditNumberer(platform.database, platform.post, desk.clock, platform.proofs).number_once():
        pass


async def tells(desk: Desk, work: WorkList) -> list[WorkTold]:
    """What the desk's service tells now, and the list hears; the messages."""
    await number_audit(desk)
    while await desk.engine.telling.tell_some():
        pass
    async with desk.platform.database.transaction() as session:
        rows = (await session.scalars(select(Outgoing).where(col(Outgoing.event) == WorkTold.event))).all()
        messages = [
            WorkTold.model_validate_json(one.body or b"") for one in sorted(rows, key=lambda one: one.created_at)
        ]
        for one in rows:
            await session.delete(one)
    for message in messages:
        await work.hears(message, desk.platform.name)
    return messages


async def asks(work: WorkList, desk: Desk) -> datetime:
    edition = await work.keeping.rebuild()
    await desk.hears(desk.engine.telling.asked, WorkAsked(edition=edition), "worklist")
    return edition


@pytest.mark.allowed("R-7.3")
@pytest.mark.refused("R-7.3")
async def test_who_has_the_file_sees_what_is_in_hand_and_nobody_else_does(desk_of: DeskOf, work: WorkList) -> None:
    desk = await desk_of("assessment")
    early = await desk.arrives(State.WEGING_1)
    assert await tells(desk, work) == [], "nobody asked"
    await asks(work, desk)
    late = await desk.arrives(State.WEGING_1, text="Bij Jan Wilgenroos, Dorpsstraat 1.")
    messages = await tells(desk, work)
    found = await work.of(ANNA)
    assert {one["number"] for one in found["dossiers"]} == {early, late}
    assert {one["workingName"] for one in found["dossiers"]} != {""}
    said = json.dumps([one.model_dump(mode="json") for one in messages])
    assert "Wilgenroos" not in said
    assert "Dorpsstraat" not in said
    for other in (FG, HANNA):
        assert (await work.of(other))["dossiers"] == []
        assert (await work.of(other))["tasks"] == []
    with pytest.raises(Forbidden):
        await work.of(NOBODY)


@pytest.mark.allowed("R-T.4")
@pytest.mark.refused("R-T.4")
async def test_a_paper_is_listed_for_members_of_its_meeting_and_nothing_for_whom_it_is_closed_to(
    desk_of: DeskOf, work: WorkList
) -> None:
    desk = await desk_of("assessment")
    await asks(work, desk)
    number, task = await on_an_agenda(desk)
    await tells(desk, work)
    (mine,) = (await work.of(FARID))["tasks"]
    assert (mine["id"], mine["kind"]) == (str(task.id), "paper")
    assert number not in json.dumps(mine), "who has no file does not learn the number"
    assert (await work.of(HANNA))["tasks"] == [], "she was not invited"
    (row,) = (await work.of(ANNA))["dossiers"]
    assert (row["due"], row["dueOn"]) == ("meeting", calendar_date(desk.clock.now()).isoformat())

    back = await desk.engine.tasks.answer(
        task.id, FARID, GivenAnswer(STANDS_BACK, "Dit gaat over mijn eigen pand.", {})
    )
    assert back is not None
    await tells(desk, work)
    assert (await work.of(FARID))["tasks"] == []
    assert await work.numbers(ANNA) == [number]


@pytest.mark.refused("R-T.4")
async def test_a_row_that_is_closed_to_somebody_is_found_by_no_filter(work: WorkList) -> None:
    edition = await work.keeping.rebuild()
    task = ListedTask(
        id=uuid4(), kind="intervention", role="department-wonen", opened_at=edition, until=calendar_date(edition)
    )
    await work.hears(told(edition, listed("S-AAAAA-AAAAA", closed_to=("anna", "gijs"), tasks=(task,))))
    gijs = Person("gijs", frozenset({"department-wonen"}))
    for asked in ({}, {"phase": 2}, {"words": "S-AAAAA"}, {"words": "merel"}):
        assert await work.numbers(ANNA, **asked) == []
        assert (await work.of(gijs, **asked))["tasks"] == []
    assert len((await work.of(Person("hans", frozenset({"department-wonen"}))))["tasks"]) == 1
    assert (await work.of(Person("ilse", frozenset({"department-belastingen"}))))["tasks"] == []


@pytest.mark.refused("R-9.2")
async def test_what_has_ended_or_gone_on_is_not_listed_twice_or_brought_back(work: WorkList) -> None:
    edition = await work.keeping.rebuild()
    number = "S-AAAAA-AAAAA"
    await work.hears(told(edition, listed(number, turn=3)))
    await work.hears(told(edition, listed(number, turn=1, version=5, state="check-2a", phase=4)), "casework")
    await work.hears(told(edition, listed(number, turn=4)))
    (row,) = (await work.of(ANNA))["dossiers"]
    assert (row["service"], row["state"]) == ("casework", "check-2a"), "a holder before has a lower version"
    await work.hears(told(edition, ListedDossier(number=number, version=6, turn=9, here=False)), "casework")
    await work.hears(told(edition, listed(number, turn=8, version=6)), "casework")
    assert await work.numbers(ANNA) == [], "a message that comes late brings nothing back"
    async with work.platform.database.reading() as session:
        (left,) = (await session.scalars(select(ListedWork))).all()
    assert (left.working_name, left.closed_to, left.state) == ("", [], "")


async def test_what_was_destroyed_leaves_no_number_here_whatever_is_told_afterwards(work: WorkList) -> None:
    """A holder that is restored tells its end anew, after everybody was told that it is destroyed."""
    edition = await work.keeping.rebuild()
    gone, other = "S-00001-00001", "S-00001-00002"
    async with work.platform.database.transaction() as session:
        session.add(Tombstone(number=gone, destroyed_at=datetime.now(UTC)))
    await work.hears(told(edition, listed(gone, turn=4, here=False), listed(other)))
    await work.hears(told(edition, listed(gone, turn=5)))
    assert await work.numbers(ANNA) == [other]
    async with work.platform.database.reading() as session:
        assert (await session.scalars(select(col(ListedWork.number)))).all() == [other]


async def test_a_batch_of_which_nothing_is_left_is_heard_like_any_other(work: WorkList) -> None:
    """Everything in it had gone on to another holder by the time that it was told."""
    edition = await work.keeping.rebuild()
    await work.hears(told(edition, listed("S-AAAAA-AAAAA")))
    await work.hears(told(edition))
    assert await work.numbers(ANNA) == ["S-AAAAA-AAAAA"]


@pytest.mark.allowed("R-9.2")
async def test_the_list_is_thrown_away_and_told_anew_from_the_rows_of_holders(
    desk_of: DeskOf, work: WorkList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is begun again half-way, and without any message of before."""
    monkeypatch.setattr("shared.engine.telling.DOSSIERS_AT_A_TIME", 2)
    desk = await desk_of("assessment")
    first = await asks(work, desk)
    numbers = {await desk.arrives(State.WEGING_1) for _ in range(5)}
    old = await tells(desk, work)
    assert set(await work.numbers(ANNA)) == numbers
    await asks(work, desk)
    assert await work.numbers(ANNA) == []
    # Half of it is told, and both are stopped: what was committed is all that they know afterwards.
    assert await desk.engine.telling.tell_some()
    edition = await asks(work, desk)
    for message in old:
        assert message.edition == first
        await work.hears(message)
    assert await work.numbers(ANNA) == [], "what was told for another list counts for nothing"
    await tells(desk, work)
    assert set(await work.numbers(ANNA)) == numbers
    await work.hears(WorkUpTo(edition=edition, as_of=edition))
    found = await work.of(ANNA)
    assert found["upTo"] == dict.fromkeys(TELLERS) | {"assessment": edition.isoformat()}


async def test_lines_that_have_had_their_age_are_made_up_for(desk_of: DeskOf, work: WorkList) -> None:
    """Nobody told for so long that the trail of what changed is gone: everything in hand is told anew."""
    desk = await desk_of("assessment")
    edition = await asks(work, desk)
    numbers = {await desk.arrives(State.WEGING_1) for _ in range(3)}
    await tells(desk, work)
    await work.keeping.rebuild()
    async with work.platform.database.transaction() as session:
        await session.execute(update(Edition).values(begun_at=edition))
    async with desk.platform.database.transaction() as session:
        # The first line that is there is not the one that comes next.
        await session.execute(update(TellingRow).values(seq=-9))
    await tells(desk, work)
    assert set(await work.numbers(ANNA)) == numbers


@pytest.mark.allowed("R-T.23")
async def test_the_latest_date_of_a_question_is_on_both_lists_and_goes_with_its_answer(
    desk_of: DeskOf, work: WorkList
) -> None:
    """Who keeps the source sees by when, and who asked what waits for it; in what is told there is no word of the question."""
    desk = await desk_of("sources")
    await asks(work, desk)
    keeper = Person("dirk", frozenset({"bronhouder-horeca-permits"}))
    number = await desk.arrives(State.SOURCE_LIST)
    await desk.decide(number, "source-list", "listed", fields={"sources": ["horeca-permits"]})
    await desk.decide(number, "check-1", "approved", about=("horeca-permits",), fields=FOUR)
    await desk.decide(number, "check-1-done", "some", fields={"conclusion": "eén bron"})
    latest = today(7).isoformat()
    more = {"source": "horeca-permits", "answerBy": latest}
    await desk.record(number, "question", "S1", "Is er een vergunning?", **more)
    messages = await tells(desk, work)
    (task,) = (await work.of(keeper))["tasks"]
    assert (task["kind"], task["dueOn"]) == ("question", latest)
    (row,) = (await work.of(ANNA))["dossiers"]
    assert (row["due"], row["dueOn"]) == ("answer", latest)
    assert await work.numbers(ANNA, due="answer") == [number]
    assert "vergunning" not in json.dumps([one.model_dump(mode="json") for one in messages])

    (asked,) = await desk.open_tasks(number)
    said = {"relevance": ["use-differs"], "consultedOn": today().isoformat()}
    await desk.engine.tasks.answer(asked.id, keeper, GivenAnswer("hit", "", said))
    await tells(desk, work)
    assert (await work.of(keeper))["tasks"] == []
    (row,) = (await work.of(ANNA))["dossiers"]
    assert (row["due"], row["dueOn"]) == (None, None)


@pytest.mark.allowed("R-T.19")
async def test_a_partner_sees_by_when_to_answer_about_the_plan(desk_of: DeskOf, platform_of: PlatformOf) -> None:
    desk = await desk_of("casework")
    work = WorkList(await platform_of("worklist", desk.clock))
    await asks(work, desk)
    number, intervention = await a_plan(desk)
    await proposed(desk, number, "wonen", about=(intervention,))
    desk.clock.pass_by(WINDOW)
    await tells(desk, work)
    (task,) = (await work.of(Person("gijs", frozenset({"department-wonen"}))))["tasks"]
    assert (task["kind"], task["dueOn"]) == ("plan", today(5).isoformat())
    (row,) = (await work.of(ANNA))["dossiers"]
    assert (row["due"], row["dueOn"]) == ("answer", today(5).isoformat()), "nearer than what is planned"


async def test_only_the_list_asks_for_everything(desk_of: DeskOf, work: WorkList) -> None:
    desk = await desk_of("assessment")
    with pytest.raises(CannotSucceed):
        await desk.engine.telling.asked(Incoming(uuid4(), "sources", signed=True), WorkAsked(edition=datetime.now(UTC)))
    never = datetime.max.replace(tzinfo=UTC)
    with pytest.raises(CannotSucceed, match="future"):
        await desk.engine.telling.asked(Incoming(uuid4(), "worklist", signed=True), WorkAsked(edition=never))


async def test_a_list_that_was_put_back_begins_anew(work: WorkList) -> None:
    edition = await work.keeping.rebuild()
    await work.hears(WorkUpTo(edition=edition + timedelta(days=1), as_of=edition))
    await work.keeping.ask_again()
    async with work.platform.database.reading() as session:
        current = await store.edition(session)
        assert (await session.scalars(select(HeardUpTo))).all() == []
    assert current is not None
    assert current.begun_at > edition + timedelta(days=1)


async def test_a_holder_that_lies_about_its_edition_does_not_keep_the_list_from_beginning(work: WorkList) -> None:
    edition = await work.keeping.rebuild()
    with pytest.raises(CannotSucceed):
        await work.hears(WorkUpTo(edition=datetime.max.replace(tzinfo=UTC), as_of=edition))
    await work.keeping.ask_again()
    async with work.platform.database.reading() as session:
        current = await store.edition(session)
    assert current is not None
    assert current.begun_at == edition


@pytest.mark.allowed("R-7.9")
@pytest.mark.refused("R-7.9")
async def test_a_notice_that_is_due_stands_first_on_the_list_of_who_has_the_file(work: WorkList) -> None:
    edition = await work.keeping.rebuild()
    today = calendar_date(edition)
    await work.hears(told(edition, listed("S-AAAAA-AAAAA"), listed("S-AAAAA-BBBBB", due_on=today + timedelta(days=2))))
    await work.hears(told(edition, listed("D-AAAAA-AAAAA", due="informing", due_on=today)), "rights")
    assert await work.numbers(ANNA) == ["D-AAAAA-AAAAA", "S-AAAAA-BBBBB", "S-AAAAA-AAAAA"]
    assert await work.numbers(ANNA, due="informing") == ["D-AAAAA-AAAAA"]
    assert await work.numbers(Person("petra", frozenset({"privacy-officer"}))) == []


async def test_what_is_due_comes_first_in_pages_that_lose_nothing(work: WorkList) -> None:
    edition = await work.keeping.rebuild()
    today = calendar_date(edition)
    rows = [
        listed(
            f"S-AAAAA-{one:05}",
            due_on=today + timedelta(days=9 - one) if one < 5 else None,
            due="answer",
            phase=1 + one % 2,
        )
        for one in range(9)
    ]
    await work.hears(told(edition, *rows))
    seen: list[str] = []
    cursor = None
    while True:
        page = await work.of(ANNA, limit=2, cursor=cursor)
        seen += [one["number"] for one in page["dossiers"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"S-AAAAA-{one:05}" for one in (4, 3, 2, 1, 0, 5, 6, 7, 8)]
    assert await work.numbers(ANNA, words="aaaaa-00007") == ["S-AAAAA-00007"]
    assert len(await work.numbers(ANNA, words="ROOD"[:2])) == 9
    assert await work.numbers(ANNA, words="%") == []
    assert len(await work.numbers(ANNA, phase=2)) == 4


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_what_was_granted_waits_on_the_list_until_it_was_carried_out(desk_of: DeskOf, work: WorkList) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    other = await desk.arrives(State.WEGING_1)
    await asks(work, desk)
    await tells(desk, work)
    assert {one["due"] for one in (await work.of(ANNA))["dossiers"]} == {None}, "nothing is said of requests"
    await restrict(desk, number, whole=False, items=("item-30",))
    await tells(desk, work)
    assert await work.numbers(ANNA, due="granted") == [], "what is only restricted waits for rights"
    await restrict(desk, number, whole=False, items=("item-30",), granted="rectification")
    messages = await tells(desk, work)
    (row,) = (await work.of(ANNA, due="granted"))["dossiers"]
    assert (row["number"], row["dueOn"]) == (number, calendar_date(desk.clock.now()).isoformat())
    said = json.dumps([one.model_dump(mode="json") for one in messages])
    for word in (REQUEST, "item-30", '"S2"', "rectification"):
        assert word not in said, "that something waits, and nothing of what"
    assert [one["number"] for one in (await work.of(ANNA))["dossiers"]] == [number, other], "before what has no day"
    wrong = {"wrong": "Nagezien in het register."}
    await desk.decide(number, "rectify", "withdrawn", about=("item-30",), fields=wrong)
    await tells(desk, work)
    assert await work.numbers(ANNA, due="granted") == [number], "all of it is done when it was said to be"
    await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields={"whatWasDone": "Ingetrokken."})
    await tells(desk, work)
    assert await work.numbers(ANNA, due="granted") == []
