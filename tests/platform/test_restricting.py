"""What rights says is only kept is used no more: in no check, share, paper or order; the others of the dossier go on (AVG 18)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shared.clock import calendar_date
from shared.contracts.acts import Restricted, RestrictionKept
from shared.contracts.intake import Subject
from shared.database.tables import Outgoing
from shared.engine.consulted import readings_of
from shared.engine.documents import REPORT, Finding
from shared.engine.shares import along
from shared.engine.tables import DecisionRow, Dossier, NoticeRow
from shared.errors import Conflict, Invalid, NotBelieved
from shared.pages import Window
from shared.protocol.correcting import Correction
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from shared.protocol.restricting import RESTRICTING
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.real import Postgres
from tests.platform.test_tasks import DIRK, adopted

REQUEST = "V-7K3MQ-9XD4T"
TWO = (
    Subject(name="Jan Wilgenroos", address="Dorpsstraat 1"),
    Subject(name="Piet Paardenbloem", address="Kerkweg 4"),
)
TEXT = "Jan Wilgenroos en Piet Paardenbloem sjouwen tonnen."
TASK = {"task": "toezicht-huisvesting"}


def found(desk: Desk, about: str, words: str) -> Finding:
    at = desk.clock.now().isoformat()
    return Finding(category="bag", about=about, finding=words, recorded_by="anna", recorded_at=at)


def said(desk: Desk, number: str, subject: str = "S2", **more: Any) -> Restricted:
    facts: dict[str, Any] = {"request": REQUEST, "by": "bram", "role": "oov", "at": desk.clock.now()}
    return Restricted(number=number, subject=subject, **facts | more)


async def restrict(desk: Desk, number: str, subject: str = "S2", **more: Any) -> None:
    desk.clock.pass_by(1)
    await desk.hears(desk.engine.restricting.heard, said(desk, number, subject, **more), "rights")


async def here(desk_of: DeskOf, service: str = "casework", state: State = State.CHECK_2A) -> tuple[Desk, str]:
    desk = await desk_of(service)
    items = {
        "item-20": found(desk, "S1", "Jan Wilgenroos heeft foto's van de schuur."),
        "item-30": found(desk, "S2", "Piet Paardenbloem adverteert met schuren."),
        "item-40": found(desk, "O1", "De schuur is van Piet Paardenbloem."),
    }
    return desk, await desk.arrives(state, subjects=TWO, findings=items, text=TEXT)


async def refused(desk: Desk, number: str, key: str, outcome: str, **more: Any) -> list[tuple[str, str | None, str]]:
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, key, outcome, **more)
    return [(one.field, one.article, one.code) for one in wrong.value.faults]


async def answers(desk: Desk) -> list[RestrictionKept]:
    """What rights is told."""
    rows = await desk.rows(Outgoing, event="restriction-kept.v1")
    return [RestrictionKept.model_validate_json(one.body or b"") for one in rows]


RESTRICTED = ("about", "art. 18 lid 2 AVG", "restricted")


@pytest.mark.allowed("R-10.3", "R-10.4")
@pytest.mark.refused("R-10.3", "R-10.4")
async def test_it_is_in_no_check_and_no_share_and_the_others_go_on(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    await desk.decide(number, "check-2a", "may", about=("item-30", "wonen"), fields=TASK)
    before = await desk.row(Dossier, number)
    await restrict(desk, number, items=("item-30", "item-40"))
    after = await desk.row(Dossier, number)
    assert (after.version, after.last_act_on) == (before.version, before.last_act_on), "it is no act in the case"
    for item in ("item-30", "item-40"):
        assert await refused(desk, number, "check-2a", "may", about=(item, "wonen"), fields=TASK) == [RESTRICTED]
    with pytest.raises(Invalid, match=rf"{REQUEST} en wordt alleen bewaard, tot de afscherming daar is opgeheven"):
        await desk.decide(number, "check-2a", "may", about=("item-30", "wonen"), fields=TASK)
    # The others go on; what is also about somebody else goes without his name and address.
    await desk.decide(number, "check-2a", "may", about=("item-20", "wonen"), fields=TASK)
    await desk.decide(number, "check-2a", "may", about=(REPORT, "wonen"), fields=TASK)
    opened = await desk.engine.showing.open_decisions(number, ANNA)
    assert set(opened.shareable) == {REPORT, "item-20"}
    assert opened.allowed == {"wonen": ["item-20", REPORT]}, "what was allowed before goes no more"
    going = along(await desk.engine.parts.loader.load(number), [REPORT, "item-20", "item-30"])
    assert [one.item for one in going.items] == [REPORT, "item-20"]
    assert set(going.subjects) == {"S1"}
    assert going.items[0].text == "Jan Wilgenroos en S2 sjouwen tonnen."
    # Lifted, all of it can be used.
    await restrict(desk, number, restricted=False)
    await desk.decide(number, "check-2a", "may", about=("item-40", "wonen"), fields=TASK)
    going = along(await desk.engine.parts.loader.load(number), [REPORT, "item-30"])
    assert going.items[0].text == TEXT
    assert set(going.subjects) == {"S1", "S2"}
    kept = await answers(desk)
    assert {(one.done, one.restricted) for one in kept} == {(True, True), (True, False)}


@pytest.mark.refused("R-10.3")
async def test_only_what_was_granted_is_restricted(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    await restrict(desk, number, whole=False, items=("item-30",))
    assert await refused(desk, number, "check-2a", "may", about=("item-30", "wonen"), fields=TASK) == [RESTRICTED]
    await desk.decide(number, "check-2a", "may", about=("item-40", "wonen"), fields=TASK)
    await desk.record(number, "bag", "S2", "Een nieuwe advertentie.")
    # What cannot be kept apart from somebody else is restricted by who he is.
    await restrict(desk, number, whole=False, items=("item-30", REPORT))
    going = along(await desk.engine.parts.loader.load(number), [REPORT])
    assert set(going.subjects) == {"S1"}
    with pytest.raises(Invalid):
        await desk.record(number, "bag", "S2", "Nog een advertentie.")


@pytest.mark.allowed("R-10.3")
async def test_what_is_contested_can_be_put_right_meanwhile(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    await restrict(desk, number)
    wrong = {"wrong": "Nagezien in het register."}
    right = Correction("Hij adverteert met boten.")
    made = await desk.decide(number, "rectify", "corrected", about=("item-30",), fields=wrong, correction=right)
    new = (await desk.decision(made)).about[1]
    assert await refused(desk, number, "check-2a", "may", about=(new, "wonen"), fields=TASK) == [RESTRICTED]


@pytest.mark.refused("R-10.3", "R-10.4")
async def test_nothing_is_recorded_asked_or_passed_on_about_him(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    await restrict(desk, number)
    with pytest.raises(Invalid) as wrong:
        await desk.record(number, "bag", "S2", "Nog een advertentie.")
    assert [(one.field, one.code) for one in wrong.value.faults] == [("about", "restricted")]
    await desk.record(number, "bag", "S1", "Een foto.")
    going = Forwarding("department", "wonen", (REPORT, "item-30"), concerning=("S1", "S2.name"))
    faults = await refused(
        desk, number, "weging-1", "no-suspicion", fields={"sources": ["bag"], "indicators": []}, forwarding=going
    )
    assert ("forwarding.items", "art. 18 lid 2 AVG", "restricted") in faults
    assert ("forwarding.concerning", "art. 18 lid 2 AVG", "restricted") in faults


@pytest.mark.refused("R-10.3", "R-10.4")
async def test_a_signal_about_nobody_else_waits_and_can_end(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    number = await desk.arrives(State.SOURCE_LIST)
    await restrict(desk, number, "S1")
    faults = await refused(desk, number, "source-list", "listed", fields={"sources": ["benefits"]})
    assert ("key", "art. 18 lid 2 AVG", "everybody-restricted") in faults


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_an_order_about_him_waits_and_can_be_dropped(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number, (order, other) = await adopted(desk, interventions=2)
    await desk.decide(number, "check-2b-done", "complete", fields={"conclusion": "Niets gaat mee."})
    desk.clock.pass_by(WINDOW)
    await restrict(desk, number, "S1")
    (task,) = [one for one in (await desk.engine.tasks.list(DIRK, Window())).rows if one.item == order]
    with pytest.raises(Conflict, match="afgeschermd") as waits:
        await desk.engine.tasks.one(task.id, DIRK, "uitvoering")
    assert REQUEST not in str(waits.value), "who has not the file does not hear of the request"
    done = {"executedOn": desk.clock.now().date().isoformat(), "result": "Gecontroleerd."}
    with pytest.raises(Invalid, match="afgeschermd"):
        await desk.decide(number, "execution", "executed", about=(order,), fields=done)
    await desk.decide(number, "execution", "dropped", about=(other,), fields={"whyDropped": "Het wacht te lang."})
    await restrict(desk, number, "S1", restricted=False)
    await desk.engine.tasks.one(task.id, DIRK, "uitvoering")


@pytest.mark.refused("R-10.3", "R-10.4")
async def test_what_is_adopted_goes_to_who_carries_it_out_without_what_is_about_him(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number = await desk.arrives(State.PLAN, subjects=TWO)
    today = calendar_date(desk.clock.now()).isoformat()
    plan = {"instrument": "last-onder-bestuursdwang", "department": "wonen", "plannedOn": today}
    await desk.add(*(NoticeRow(number=number, subject=one, version=1, state="informed") for one in ("S1", "S2")))
    his = (await desk.record(number, "intervention", "O1", "Controle.", subjects=["S2"], **plan)).item
    other = (await desk.record(number, "intervention", "O1", "Controle.", subjects=["S1"], **plan)).item
    agreed = {"adoptedOn": today}
    await restrict(desk, number)
    faults = await refused(desk, number, "adopt-plan", "adopted", about=(his, other), fields=agreed)
    assert RESTRICTED in faults
    await desk.decide(number, "adopt-plan", "adopted", about=(other,), fields=agreed)
    needs = {"necessity": "Het adres volstaat."}
    assert RESTRICTED in await refused(desk, number, "check-2b", "may-not", about=(his, REPORT), fields=needs)
    await desk.decide(number, "check-2b", "may-not", about=(other, REPORT), fields=needs)
    await desk.decide(number, "check-2b-done", "complete", fields={"conclusion": "Niets gaat mee."})
    desk.clock.pass_by(WINDOW)
    assert [one.item for one in await desk.open_tasks(number)] == [other]


@pytest.mark.refused("R-10.3")
async def test_another_signal_reads_nothing_that_is_about_him(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of)
    whole = set(readings_of(await desk.engine.parts.loader.load(number)))
    await restrict(desk, number)
    assert whole - set(readings_of(await desk.engine.parts.loader.load(number))) == {REPORT, "item-30"}


FORGED: dict[str, dict[str, Any]] = {
    "lifted": {"outcome": "lifted"},
    "another is restricted": {"about": [REQUEST, "S1"]},
    "for another request": {"about": ["V-AAAAA-AAAAA", "S1"]},
}


@pytest.mark.refused("R-10.3", "R-10.4")
@pytest.mark.parametrize("forged", FORGED)
async def test_a_row_that_somebody_inserts_frees_nobody_and_freezes_nobody(desk_of: DeskOf, forged: str) -> None:
    desk, number = await here(desk_of)
    await restrict(desk, number)
    (record,) = await desk.rows(DecisionRow, number=number, key=RESTRICTING)
    row = DecisionRow(**{**record.model_dump(), "id": uuid4(), **FORGED[forged]})
    async with desk.platform.database.transaction() as session:
        session.add(row)
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.load(number)


@pytest.mark.refused("R-10.3", "R-10.4")
async def test_a_row_that_somebody_takes_away_is_missed(desk_of: DeskOf, postgres: Postgres) -> None:
    desk, number = await here(desk_of)
    await restrict(desk, number)
    await postgres.superuser("casework")(f"DELETE FROM decision WHERE key = '{RESTRICTING}'")
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.load(number)


async def test_informing_is_no_use_that_is_restricted(desk_of: DeskOf) -> None:
    """Who is restricted is informed as everybody (art. 26)."""
    desk, number = await here(desk_of)
    await desk.add(NoticeRow(number=number, subject="S2", version=1, state="open"))
    await restrict(desk, number)
    loaded = await desk.engine.parts.loader.load(number)
    assert loaded.facts().subjects == ("S1", "S2")
