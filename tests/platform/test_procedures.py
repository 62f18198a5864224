"""While an objection or a bezwaar runs, what it is about is on no list for destruction; its end lets it be listed (R-9.15; AVG 21)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.retention.settings import Settings
from services.retention.tables import Hold, Procedure, SealedSignal
from services.retention.use_cases import Holds, Listing, Procedures
from services.retention.use_cases import listing as listings
from shared.clock import calendar_date
from shared.contracts.acts import ProcedureTold
from shared.contracts.oversight import TakenOff
from shared.contracts.retention import Listed
from shared.database.tables import Audit, Outgoing
from shared.engine.head import vouch_for
from shared.errors import Forbidden
from shared.identity import Person
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, VERSION, Desk
from tests.platform.requested import BEHEERDER, FG, OFFICER

ONE, OTHER, REQUEST = "S-00000-00001", "S-00000-00002", "V-7K3MQ-9XD4T"
LONG_AGO = date(1999, 1, 1)


async def sealed(desk_of: DeskOf) -> tuple[Desk, Listing]:
    """Two signals whose term is over."""
    desk = await desk_of("retention")
    facts: dict[str, Any] = {"version": 5, "state": "sealed", "phase": 1, "ending": "weging-1:no-suspicion"}
    facts |= {"article": "art. 12 lid 2", "protocol": VERSION, "received_on": LONG_AGO, "decided_on": LONG_AGO}
    facts |= {"ends_on": LONG_AGO, "decisions": [], "sealed_at": datetime(1999, 1, 1, tzinfo=UTC), "staying": []}
    rows = [await vouch_for(desk.platform.mac, SealedSignal(number=one, **facts)) for one in (ONE, OTHER)]
    async with desk.platform.database.transaction() as session:
        session.add_all(rows)
    return desk, Listing(desk.platform, Settings(**desk.platform.settings.model_dump()))


async def told(desk: Desk, number: str = ONE, *, runs: bool = True, request: str = REQUEST, turn: int = 1) -> None:
    message = ProcedureTold(number=number, request=request, kind="objection", runs=runs, turn=turn)
    await desk.hears(Procedures(desk.engine).told, message, "rights")


async def listed(desk: Desk, listing: Listing) -> set[str]:
    await listing.run_for(calendar_date(desk.clock.now()))
    return {one.number for one in await desk.rows(SealedSignal, state="listed")}


async def running(desk: Desk, person: Person = FG) -> list[str]:
    return [one["number"] for one in (await Procedures(desk.engine).running(person, Window()))["procedures"]]


@pytest.mark.allowed("R-10.4", "R-9.15")
async def test_it_is_not_listed_while_a_request_runs_and_is_when_that_is_over(desk_of: DeskOf) -> None:
    desk, listing = await sealed(desk_of)
    await told(desk)
    await told(desk)
    await told(desk, request="V-AAAAA-AAAAA")
    assert len([one for one in await desk.rows(Audit) if "procedure runs" in str(one.entry)]) == 2, (
        "repeated it is nothing new"
    )
    assert await listed(desk, listing) == {OTHER}
    assert await running(desk) == [ONE, ONE], "it shows, with the request"
    await told(desk, runs=False)
    assert await listed(desk, listing) == {OTHER}, "the other still runs"
    await told(desk, runs=False, request="V-AAAAA-AAAAA")
    assert await listed(desk, listing) == {ONE, OTHER}
    assert await running(desk) == []


@pytest.mark.allowed("R-9.4", "R-9.15")
async def test_what_waits_keeps_nothing_behind_it_from_being_listed(
    desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than are looked at in one go: some for a request, one for a hold that keeps all that is left of it."""
    monkeypatch.setattr(listings, "BATCH_SIZE", 2)
    desk, listing = await sealed(desk_of)
    await told(desk)
    await told(desk, OTHER)
    item = {"archive": "archive-signal", "key": "k", "item": "report", "version": 1, "ciphertext": "vault:v1:x"}
    kept, *later = [f"S-00000-0000{n}" for n in range(3, 9)]
    row = await desk.row(SealedSignal, ONE)
    as_it = row.model_dump() | {"dossier": [item], "mac": ""}
    held = uuid4()
    as_kept = as_it | {"number": kept, "reduced": True, "holds": [str(held)]}
    await desk.add(SealedSignal(**as_kept), *(SealedSignal(**as_it | {"number": one}) for one in later))
    until = calendar_date(desk.clock.now()) + timedelta(days=30)
    facts: dict[str, Any] = {
        "number": kept,
        "state": "held",
        "ground": "objection",
        "items": ["report"],
        "asked_by": "anna",
    }
    await desk.add(Hold(id=held, ends_on=until, asked_at=desk.clock.now(), **facts))
    assert await listed(desk, listing) == set(later)
    assert {len(one.signals) for one in await lists_told(desk)} == {1, 2}, "no list is longer than that"
    shown = (await Procedures(desk.engine).running(FG, Window()))["procedures"]
    assert [(one["number"], one["endsOn"]) for one in shown] == [(ONE, "1999-01-01"), (OTHER, "1999-01-01")], "it shows"
    # Nothing is listed twice, and what waited is listed when it need not wait.
    await told(desk, runs=False)
    assert await listed(desk, listing) == {ONE, *later}
    assert sum(len(one.signals) for one in await lists_told(desk)) == len(later) + 1


async def lists_told(desk: Desk) -> list[Listed]:
    return [Listed.model_validate_json(one.body or b"") for one in await desk.rows(Outgoing, event=Listed.event)]


@pytest.mark.allowed("R-10.4", "R-9.15")
async def test_what_is_on_a_list_leaves_it(desk_of: DeskOf) -> None:
    desk, listing = await sealed(desk_of)
    assert await listed(desk, listing) == {ONE, OTHER}
    await told(desk)
    (withheld,) = await desk.rows(Outgoing, event="withheld.v1")
    assert (withheld.addressee, ONE in (withheld.body or b"").decode()) == ("oversight", True)
    # A list that was made at the same moment saw nothing run: what is repeated is asked again, until it has left.
    await told(desk)
    assert len(await desk.rows(Outgoing, event="withheld.v1")) == 2
    list_id: UUID = (await desk.row(SealedSignal, ONE)).list_id
    await desk.hears(Holds(desk.engine).taken_off, TakenOff(list_id=list_id, number=ONE), "oversight")
    assert await listed(desk, listing) == {OTHER}
    await told(desk)
    assert len(await desk.rows(Outgoing, event="withheld.v1")) == 2


@pytest.mark.refused("R-10.4", "R-9.15")
async def test_a_row_that_somebody_writes_lets_nothing_go_and_shows(desk_of: DeskOf) -> None:
    desk, listing = await sealed(desk_of)
    await told(desk)
    row = await desk.row(Procedure, (ONE, REQUEST))
    async with desk.platform.database.transaction() as session:
        await session.merge(Procedure(**row.model_dump() | {"runs": False}))
        session.add(
            Procedure(
                number=OTHER, request=REQUEST, kind="objection", turn=1, runs=True, since=desk.clock.now(), mac="x"
            )
        )
    assert await listed(desk, listing) == set()
    shown = {one.about["record"] for one in listing.doubts.stuck().examples}
    assert shown == {ONE, OTHER}
    procedures = Procedures(desk.engine)
    found = await procedures.running(FG, Window())
    assert (found["procedures"], found["notBelieved"]) == ([], 1), "what nobody here wrote is on no list"
    assert [one.about["record"] for one in procedures.lists.doubts.stuck().examples] == [f"{OTHER} {REQUEST}"]
    # Rights repeats what runs, and says what does not.
    await told(desk)
    await told(desk, OTHER, runs=False)
    assert await listed(desk, listing) == {OTHER}


@pytest.mark.refused("R-7.2")
async def test_who_has_nothing_to_do_with_holds_sees_none(desk_of: DeskOf) -> None:
    desk, _ = await sealed(desk_of)
    await told(desk)
    for person in (ANNA, OFFICER, BEHEERDER, FG):
        assert await running(desk, person) == [ONE]
    with pytest.raises(Forbidden):
        await running(desk, Person("lot", frozenset({"lot-member"})))


@pytest.mark.refused("R-9.15")
async def test_what_is_repeated_and_overtaken_stops_nothing_for_ever(desk_of: DeskOf) -> None:
    desk, listing = await sealed(desk_of)
    await told(desk, turn=3)
    await told(desk, runs=False, turn=4)
    await told(desk, turn=3)
    assert await running(desk) == []
    assert ONE in await listed(desk, listing)
    await told(desk, turn=5)
    assert await running(desk) == [ONE], "what runs again after that does"
