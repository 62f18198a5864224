"""Two signals with an open duty to inform were destroyed without a word: rights tells, oversight asks, retention declares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.oversight import lists, owed
from services.oversight.use_cases import DestructionLists, DutyKeeping, Releasing
from services.retention.settings import Settings
from services.retention.tables import Declaration, SealedSignal
from services.retention.use_cases import Declarations, Destruction
from services.retention.use_cases.compaction import Compactions
from services.rights.never_informed import NeverInformed
from services.rights.shelf import Moments
from shared.clock import calendar_date
from shared.contracts.oversight import Approved, DutiesAsked, InformAfterAll
from shared.contracts.retention import Overdue
from shared.contracts.rights import DutiesTold, ListedDuty
from shared.database.tables import Outgoing
from shared.engine.head import vouch_for
from shared.engine.tables import Dossier
from shared.errors import CannotSucceed, Conflict, Forbidden, Invalid, NotBelieved, PartDown
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import WINDOW, Desk
from tests.platform.real import Postgres
from tests.platform.test_destruction_attacks import BEHEERDER, a_list, ended, key_of, sealed
from tests.platform.test_engine_elsewhere import offered
from tests.platform.test_heads_elsewhere import duties, not_due

ONE, OTHER = "S-00000-00001", "S-00000-00002"
PETRA = Person("petra", frozenset({"privacy-officer"}))


def duty(
    number: str = "D-00000-00001", signal: str = ONE, state: str = "open", turn: int = 1, **more: Any
) -> ListedDuty:
    return ListedDuty(duty=number, signal=signal, subject="S1", turn=turn, state=state, **more)


async def told(desk: Desk, listed: str, *owed: ListedDuty, whole: tuple[str, ...] = ()) -> None:
    message = DutiesTold(list_id=UUID(listed), whole=whole, duties=owed)
    await desk.hears(DutyKeeping(desk.platform).told, message, "rights")


async def answered(desk: Desk, listed: str, answers: dict[str, str], person: Person = PETRA) -> UUID:
    found = await desk.decide(listed, "never-informed", "answered", person, fields={"neverInformed": answers})
    return (await desk.decision(found)).id


async def approve(desk: Desk, listed: str, **more: Any) -> UUID:
    fields = {"confirmList": listed}
    found = await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields=fields, **more)
    return (await desk.decision(found)).id


async def states(desk: Desk) -> dict[str, str]:
    return {row.number: row.state for row in await desk.rows(lists.ListedRow)}


# --- oversight: the list -----------------------------------------------------------------------------------


@pytest.mark.refused("R-T.22")
async def test_a_list_is_not_approved_while_rights_has_not_said_who_was_never_informed(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    row = ended()
    await desk.add(row)
    message = a_list(key_of(row))
    await desk.hears(Releasing(desk.platform).listed, message, "retention")
    (asked,) = await desk.rows(Outgoing, event=DutiesAsked.event)
    assert DutiesAsked.model_validate_json(asked.body or b"").numbers == (ONE,)
    listed = str(message.list_id)
    assert (await DestructionLists(desk.engine).one(message.list_id, BEHEERDER))["neverInformed"] is None
    with pytest.raises(Invalid, match="nog niet bekend"):
        await approve(desk, listed)
    await told(desk, listed, whole=(ONE,))
    await approve(desk, listed)
    assert await states(desk) == {ONE: "approved"}


@pytest.mark.allowed("R-T.22")
async def test_a_list_shows_them_first_with_what_was_decided_and_nobodys_name(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE, OTHER)
    on = calendar_date(desk.clock.now())
    deferred = duty(signal=OTHER, state="deferred", decided="defer", grounds=("d",), decided_on=on, review_on=on)
    await told(desk, listed, deferred, whole=(OTHER,))
    lists = DestructionLists(desk.engine)
    shown = (await lists.signals(UUID(listed), BEHEERDER, Window()))["signals"]
    assert [one["number"] for one in shown] == [OTHER, ONE]
    assert shown[0]["neverInformed"] == [
        {
            "duty": "D-00000-00001",
            "subject": "S1",
            "state": "deferred",
            "decided": "defer",
            "grounds": ["d"],
            "decidedOn": on.isoformat(),
            "reviewOn": on.isoformat(),
            "toDecide": True,
        }
    ]
    head = await lists.one(UUID(listed), BEHEERDER)
    assert (head["neverInformed"], head["toDecide"]) == (1, ["D-00000-00001"])


@pytest.mark.refused("R-T.22", "R-26.10")
async def test_approving_decides_on_each_of_them_and_without_that_nothing_is_approved(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE, OTHER)
    await told(desk, listed, duty(), whole=(ONE,))
    for answers in ({}, {"D-00000-00002": "inform"}, {"D-00000-00001": "ground-holds"}, {"D-00000-00001": "x"}):
        with pytest.raises(Invalid):
            await answered(desk, listed, answers)
    with pytest.raises(Invalid, match="de privacy officer heeft nog niet besloten"):
        await approve(desk, listed)
    with pytest.raises(Forbidden):
        await answered(desk, listed, {"D-00000-00001": "impossible-or-disproportionate"}, BEHEERDER)
    assert await desk.rows(lists.Approval) == []
    await approve(desk, listed, about=(OTHER,))
    assert await states(desk) == {ONE: "listed", OTHER: "approved"}, "nobody is owed anything in the other"


@pytest.mark.allowed("R-T.22", "R-26.10")
def test_an_answer_that_is_taken_back_leaves_the_one_before_it() -> None:
    duty = {"duty": "D-00000-00001", "state": "open"}
    once = owed.answered(duty, "a", "petra", "inform")
    twice = owed.answered(once, "b", "petra", "impossible-or-disproportionate")
    thrice = owed.answered(twice, "c", "olga", "already-informed")
    assert [one["answer"] for one in thrice["answered_before"]] == ["a", "b"]
    # The last one, then the one before it; and one in the middle leaves the others.
    assert owed.taken_back(thrice, "c") == twice
    assert owed.taken_back(twice, "b") == once
    assert owed.taken_back(once, "a") == duty
    assert owed.taken_back(thrice, "b") == owed.answered(once, "c", "olga", "already-informed")


@pytest.mark.allowed("R-26.10")
@pytest.mark.refused("R-26.10")
def test_what_was_answered_before_rights_told_anew_stays_and_never_counts_again() -> None:
    duty = {"duty": "D-00000-00001", "state": "open"}
    anew = owed.told_anew(owed.answered(duty, "a", "petra", "inform"), {"duty": "D-00000-00001", "state": "to-send"})
    assert ([one["answer"] for one in anew["answered_before"]], anew.get("answered")) == (["a"], None)
    assert owed.taken_back(owed.answered(anew, "b", "olga", "inform"), "b") == anew
    assert owed.told_anew({}, duty) == duty


@pytest.mark.refused("R-T.22", "R-26.10")
def test_taking_back_another_answer_changes_nothing() -> None:
    once = owed.answered({"duty": "D-00000-00001"}, "a", "petra", "inform")
    assert owed.taken_back(once, "x") == once


@pytest.mark.allowed("R-26.10", "R-26.7")
@pytest.mark.refused("R-26.10", "R-26.7")
async def test_the_privacy_officer_answers_and_takes_back_what_the_beheerder_did_not_use(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE)
    await told(desk, listed, duty(), whole=(ONE,))
    no = {"D-00000-00001": "impossible-or-disproportionate"}
    first = await answered(desk, listed, no)
    shown = await DestructionLists(desk.engine).signals(UUID(listed), PETRA, Window())
    (person,) = shown["signals"][0]["neverInformed"]
    assert (person["answered"], person["answeredBy"], person["toDecide"]) == (*no.values(), "petra", False)
    await desk.decide(listed, "withdrawal", "", PETRA, confirms=first)
    with pytest.raises(Invalid, match="nog niet besloten"):
        await approve(desk, listed)
    second = await answered(desk, listed, no)
    approval = await approve(desk, listed)
    with pytest.raises(Conflict):
        await desk.decide(listed, "withdrawal", "", PETRA, confirms=second)
    await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=approval)
    # What rights tells since is another duty than the one that she answered about.
    await told(desk, listed, duty(state="deferred", turn=4))
    with pytest.raises(Invalid, match="nog niet besloten"):
        await approve(desk, listed)


@pytest.mark.allowed("R-T.22", "R-26.10")
async def test_who_is_informed_after_all_keeps_his_signal_on_the_list_until_it_was_sent(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE, OTHER)
    await told(desk, listed, duty(), whole=(ONE,))
    await answered(desk, listed, {"D-00000-00001": "inform"})
    await approve(desk, listed)
    assert await states(desk) == {ONE: "listed", OTHER: "approved"}
    assert (await desk.row(lists.OfferedList, UUID(listed))).state == "listed"
    (order,) = await desk.rows(Outgoing, event=InformAfterAll.event)
    assert InformAfterAll.model_validate_json(order.body or b"").duties == ("D-00000-00001",)
    await told(desk, listed, duty(state="to-send", turn=3))
    with pytest.raises(Invalid):
        await approve(desk, listed)
    # What comes late changes nothing.
    await told(desk, listed, duty(state="sent", turn=5))
    await told(desk, listed, duty(state="open", turn=2))
    await approve(desk, listed)
    assert await states(desk) == {ONE: "approved", OTHER: "approved"}


async def test_a_list_on_which_everybody_is_informed_after_all_is_withdrawn_too(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE)
    await told(desk, listed, duty(), whole=(ONE,))
    ordered = await answered(desk, listed, {"D-00000-00001": "inform"})
    identifier = await approve(desk, listed)
    assert await desk.rows(lists.Approval) == []
    await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=identifier)
    await desk.decide(listed, "withdrawal", "", PETRA, confirms=ordered)
    assert await desk.rows(Outgoing, event=InformAfterAll.event) == [], "nothing was told yet"


@pytest.mark.allowed("R-T.22")
async def test_retention_hears_how_many_were_never_informed_and_on_which_grounds(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE, OTHER)
    done = duty("D-00000-00002", state="not-due", decided="not-due", grounds=("already-informed",))
    await told(desk, listed, duty(), done, whole=(ONE,))
    await answered(desk, listed, {"D-00000-00001": "impossible-or-disproportionate"})
    identifier = await approve(desk, listed)
    # What changes after it was signed changes nothing of what was approved.
    await told(desk, listed, duty(state="sent", turn=9))
    desk.clock.pass_by(WINDOW + 1)
    await Releasing(desk.platform).release(await desk.row(lists.Approval, identifier))
    (said,) = await desk.rows(Outgoing, event=Approved.event)
    never = Approved.model_validate_json(said.body or b"").never_informed
    assert never == {ONE: {"already-informed": 1, "impossible-or-disproportionate": 1}, OTHER: {}}


@pytest.mark.refused("R-T.22")
@pytest.mark.parametrize(
    "change",
    [
        "duties = '{}'",
        "duties = jsonb_set(duties, '{D-00000-00001,state}', '\"sent\"')",
        "duties = jsonb_set(duties, '{D-00000-00001,answered}', '\"already-informed\"')",
        "duties = NULL",
    ],
    ids=["nobody", "informed", "answered", "not told"],
)
async def test_a_row_takes_nobody_off_the_never_informed(desk_of: DeskOf, postgres: Postgres, change: str) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE)
    await told(desk, listed, duty(), whole=(ONE,))
    await postgres.superuser("oversight")(f"UPDATE listed_signal SET {change}")
    with pytest.raises((NotBelieved, Invalid)):
        await approve(desk, listed)
    with pytest.raises(NotBelieved):
        await told(desk, listed, duty(state="sent", turn=9))
    assert await states(desk) == {ONE: "listed"}


@pytest.mark.allowed("R-T.22")
async def test_at_the_ultimate_date_they_are_counted_as_decided_on_by_nobody(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE, OTHER)
    await told(desk, listed, duty(), whole=(ONE,))
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(lists.ListedRow, (UUID(listed), OTHER))
        # Rights never answered about this one.
        row.duties = None
        await vouch_for(desk.platform.mac, row)
    ultimate_on = (await desk.row(lists.OfferedList, UUID(listed))).ultimate_on
    overdue = Overdue(list_id=UUID(listed), ultimate_on=ultimate_on)
    for day in (ultimate_on, ultimate_on + timedelta(days=1)):
        assert await desk.rows(lists.Approval) == [], "all of the ultimate date is for who approves"
        desk.clock.pass_by((day - calendar_date(desk.clock.now())).days * 24 * 3600)
        await desk.platform.signer.certify()
        await desk.hears(Releasing(desk.platform).overdue, overdue, "retention")
    (approval,) = await desk.rows(lists.Approval)
    await Releasing(desk.platform).release(approval)
    (said,) = await desk.rows(Outgoing, event=Approved.event)
    assert Approved.model_validate_json(said.body or b"").never_informed == {ONE: {"undecided": 1}}


async def test_rights_says_nothing_of_what_is_on_no_list(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, ONE)
    with pytest.raises(CannotSucceed, match="not on that list"):
        await told(desk, listed, duty(signal=OTHER))
    with pytest.raises(PartDown, match="not arrived"):
        await told(desk, str(uuid4()), duty())


# --- retention: the declaration ----------------------------------------------------------------------------


@pytest.mark.allowed("R-T.22")
@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"d": 1, "undecided": 2}, "3; voor 1 van hen is het informeren uitgesteld in het belang van de voorkoming"),
        ({}, "geen"),
        (None, "niet bekend op de uiterste dag van de vernietigingslijst"),
    ],
)
async def test_the_declaration_counts_them(desk_of: DeskOf, counts: dict[str, int] | None, words: str) -> None:
    desk = await desk_of("retention")
    list_id = uuid4()
    ends = calendar_date(desk.clock.now()) - timedelta(days=3)
    row = await vouch_for(desk.platform.mac, sealed(ONE, ends, state=State.LISTED, list_id=list_id, dossier=None))
    await desk.add(row)
    never = {} if counts is None else {ONE: counts}
    approved = Approved(
        list_id=list_id, numbers=(ONE,), approver="beheerder", approved_at=desk.clock.now(), never_informed=never
    )
    settings = Settings(**desk.platform.settings.model_dump())
    destruction = Destruction(desk.platform, Compactions(desk.platform, settings))
    await desk.hears(destruction.approved, approved, "oversight")
    async with desk.platform.database.transaction() as session:
        found = await session.get_one(SealedSignal, ONE)
        await Declarations(desk.platform, settings).make(session, [found])
    (declared,) = await desk.rows(Declaration)
    assert declared.content["neverInformed"] == counts
    lines = dict(declared.content["document"]["lines"])
    assert lines["Nooit geïnformeerde betrokkenen"].startswith(words)


@pytest.mark.refused("R-T.22")
async def test_a_row_takes_nobody_out_of_the_count(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("retention")
    row = sealed(ONE, calendar_date(desk.clock.now()), state=State.APPROVED, never_informed={"d": 1})
    await desk.add(await vouch_for(desk.platform.mac, row))
    await postgres.superuser("retention")("UPDATE sealed_signal SET never_informed = '{}'")
    settings = Settings(**desk.platform.settings.model_dump())
    async with desk.platform.database.transaction() as session:
        found = await session.get_one(SealedSignal, ONE)
        with pytest.raises(NotBelieved):
            await Declarations(desk.platform, settings).make(session, [found])


# --- rights: who knows -------------------------------------------------------------------------------------


async def asks(desk: Desk, list_id: UUID, *numbers: str) -> None:
    message = DutiesAsked(list_id=list_id, numbers=numbers)
    await desk.hears(NeverInformed(desk.engine).asked, message, "oversight")


async def answers(desk: Desk) -> list[DutiesTold]:
    rows = sorted(await desk.rows(Outgoing, event=DutiesTold.event), key=lambda one: str(one.id))
    return [DutiesTold.model_validate_json(one.body or b"") for one in rows]


@pytest.mark.allowed("R-T.22")
async def test_rights_tells_of_every_person_and_of_what_is_decided_since(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (first, second) = await duties(desk, 2)
    await not_due(desk, first)
    list_id = uuid4()
    await asks(desk, list_id, number, OTHER)
    (told,) = await answers(desk)
    assert told.whole == (number, OTHER)
    assert {one.duty: (one.subject, one.state, one.grounds) for one in told.duties} == {
        first: ("S1", "not-due", ("already-informed",)),
        second: ("S2", "open", ()),
    }
    assert "Wilgenroos" not in told.model_dump_json()
    await not_due(desk, second)
    told_since = [one for one in await answers(desk) if not one.whole]
    assert [(one.duty, one.state) for told in told_since for one in told.duties] == [(second, "not-due")]
    assert told_since[0].duties[0].turn > next(one.turn for one in told.duties if one.duty == second)


@pytest.mark.allowed("R-T.22")
async def test_who_is_informed_after_all_is_to_be_informed_at_once(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (first, second) = await duties(desk, 2)
    await not_due(desk, first)
    list_id = uuid4()
    await asks(desk, list_id, number)
    order = InformAfterAll(list_id=list_id, duties=(first, second))
    await desk.hears(NeverInformed(desk.engine).ordered, order, "oversight")
    assert [(await desk.row(Dossier, one)).state for one in (first, second)] == [State.DUTY_DONE, State.DUTY_TO_SEND]
    assert (await desk.row(Dossier, second)).due_on == calendar_date(desk.clock.now())
    assert [one.state for told in await answers(desk) if not told.whole for one in told.duties] == ["to-send"]
    loaded = await desk.engine.parts.loader.load(second)
    assert loaded.mine(Moments).lists == (list_id,), "and it is believed"


@pytest.mark.refused("R-T.22")
async def test_nobody_is_ordered_to_be_informed_whose_signal_is_on_no_list(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("rights")
    number, (first,) = await duties(desk)
    order = InformAfterAll(list_id=uuid4(), duties=(first,))
    with pytest.raises(CannotSucceed, match="not on that list"):
        await desk.hears(NeverInformed(desk.engine).ordered, order, "oversight")
    await asks(desk, order.list_id, number)
    await postgres.superuser("rights")("DELETE FROM on_list")
    with pytest.raises(NotBelieved):
        await desk.hears(NeverInformed(desk.engine).ordered, order, "oversight")
