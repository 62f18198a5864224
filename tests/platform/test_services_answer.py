"""Services that nobody can look in answer a request by themselves: in codes, about numbers, and to rights alone (R-10.1, R-10.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.export.holdings import HeldShares
from services.intake.holdings import held_of as held_by_intake
from services.intake.store import AcceptedReport, MelderLetter, MelderVault
from services.oversight.held import held_of as held_by_oversight
from services.oversight.store import DecidedRow, Disclosure
from services.oversight.trail import AuditLine
from services.retention.tables import FindableRow
from services.retention.use_cases import HeldNumbers
from services.rights.asking import AskingHolders
from services.rights.holdings import AskingServices
from services.rights.store import HoldingsRow, erase_duties
from shared.contracts.holdings import MOST_HOLDINGS, Holding, HoldingsAsked, HoldingsTold
from shared.database.tables import Audit, Outgoing
from shared.engine.head import vouch_for
from shared.errors import CannotSucceed, Conflict, Forbidden, Invalid, NotBelieved
from shared.holding import AnsweringHoldings
from shared.identity import Person
from shared.numbers import random_seed, signal_number
from shared.privileges import BY_NAME, SERVICES
from shared.protocol.holdings import ANSWERS_ITSELF, HOLDINGS, called, may_tell
from tests.platform.conftest import DatabaseOf, DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.requested import NAME, identified, requested, searched, services_answer
from tests.platform.routes import MAC
from tests.platform.rows import NOON, NUMBER, shared

SHARED = Holding(what="share", state="fetched", on=date(2026, 1, 2), recipient_kind="partner", recipient="politie")


async def lines_of(desk: Desk, number: str) -> dict[str, dict[str, Any]]:
    view = await desk.engine.showing.view(number, ANNA, "verzoek")
    return {one["holder"]: one for one in view["holders"]}


async def told(desk: Desk, number: str, service: str, signal: str = "", *held: Holding, **more: Any) -> None:
    row: HoldingsRow = await desk.row(HoldingsRow, (number, service, signal))
    message = HoldingsTold(
        request=number, signal=signal or None, asked_at=more.get("asked_at", row.asked_at), holdings=held
    )
    await desk.hears(AskingServices(desk.engine).told, message, more.get("producer", service))


@pytest.mark.allowed("R-10.1", "R-10.2")
async def test_each_is_asked_when_it_is_known_who_asks_and_about_every_signal(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, signal = await requested(desk), signal_number(random_seed())
    assert not await desk.rows(HoldingsRow), "nobody is asked before"
    await identified(desk, number)
    asked = await desk.rows(Outgoing, event="holdings-asked.v1")
    assert sorted(one.addressee for one in asked) == sorted(ANSWERS_ITSELF)
    assert not any(NAME in (one.body or b"").decode() for one in asked), "who asks is told to none of them"
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    assert len(await desk.rows(Outgoing, event="holdings-asked.v1")) == 2 * len(ANSWERS_ITSELF)
    for one in ANSWERS_ITSELF:
        await told(desk, number, one)
        assert (await lines_of(desk, number))[one]["answer"] == "silent", "it has not answered about the signal"
    await told(desk, number, "export", signal, SHARED)
    await services_answer(desk, number)
    lines = await lines_of(desk, number)
    assert {one: lines[one]["answer"] for one in ANSWERS_ITSELF} == {
        "intake": "nothing",
        "export": "found",
        "retention": "nothing",
        "oversight": "nothing",
    }
    assert lines["export"]["by"] == "de dienst zelf, met een bericht"
    (held,) = lines["export"]["held"]
    assert held == {
        "signal": signal,
        "what": "share",
        "called": "een verstrekking",
        "state": "fetched",
        "on": "2026-01-02",
        "recipient": "politie",
    }
    assert lines["casework"]["answer"] == "silent", "where people can look, people look"


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_a_silent_one_blocks_the_answer_whoever_says_that_he_looked(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    with pytest.raises(Invalid) as caught:
        await searched(desk, number, without=("export",))
    assert [one.code for one in caught.value.faults] == ["service-silent"]
    today = (await lines_of(desk, number))["casework"]["on"]
    looked = {"by": "A.", "lookedOn": today, "lookedIn": ["register"], "lookedHow": ["nothing-readable"]}
    await desk.decide(number, "request-holder", "nothing", fields=looked, about=("export",))
    assert (await lines_of(desk, number))["export"]["answer"] == "silent"
    done = {"completeness": "Alle acht hebben geantwoord."}
    with pytest.raises(Invalid):
        await desk.decide(number, "request-search-done", "complete", fields=done)
    await services_answer(desk, number)
    line = (await lines_of(desk, number))["export"]
    assert (line["answer"], line["by"]) == ("nothing", "de dienst zelf, met een bericht; A.")
    await desk.decide(number, "request-search-done", "complete", fields=done)


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_what_was_not_asked_or_cannot_be_held_is_not_kept(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    with pytest.raises(CannotSucceed):
        await told(desk, number, "export", "", Holding(what="sealed"))
    # An answer to an earlier question, and one about a request of which nobody asked.
    await told(desk, number, "export", asked_at=NOON)
    row: HoldingsRow = await desk.row(HoldingsRow, (number, "export", ""))
    other = HoldingsTold(request="V-00000-00000", signal=None, asked_at=row.asked_at)
    await desk.hears(AskingServices(desk.engine).told, other, "export")
    assert (await desk.row(HoldingsRow, (number, "export", ""))).answered_at is None
    assert await desk.row(HoldingsRow, ("V-00000-00000", "export", "")) is None
    forged = HoldingsRow(**row.model_dump() | {"answered_at": NOON, "signal": "S-00000-00000"})
    async with desk.platform.database.transaction() as session:
        session.add(forged)
    with pytest.raises(NotBelieved):
        await lines_of(desk, number)


@pytest.mark.allowed("R-10.2")
@pytest.mark.refused("R-10.2", "R-10.7")
async def test_they_are_asked_anew_by_who_has_the_file_while_it_is_looked_for(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    asking = AskingServices(desk.engine)
    with pytest.raises(Conflict):
        await asking.ask(number, ANNA)
    await identified(desk, number)
    for role in ("beheerder", "fg", "privacy-officer"):
        with pytest.raises(Forbidden):
            await asking.ask(number, Person("x", frozenset({role})))
    await services_answer(desk, number)
    desk.clock.pass_by(60)
    await asking.ask(number, ANNA)
    assert (await lines_of(desk, number))["intake"]["answer"] == "silent"
    signal = signal_number(random_seed())
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    async with desk.platform.database.transaction() as session:
        await erase_duties(desk.clock)(session, [signal])
    assert not await desk.rows(HoldingsRow, signal=signal), "of what is destroyed no answer stays"
    assert len(await desk.rows(HoldingsRow, request=number)) == len(ANSWERS_ITSELF)


@pytest.mark.refused("R-10.2")
def test_rights_alone_is_told_and_alone_can_ask() -> None:
    for one in SERVICES:
        asks = [name for name, events in one.consumes.items() if "holdings-asked.v1" in events]
        hears = [name for name, events in one.consumes.items() if "holdings-told.v1" in events]
        assert asks == (["rights"] if one.name in ANSWERS_ITSELF else [])
        assert sorted(hears) == (sorted(ANSWERS_ITSELF) if one.name == "rights" else [])
    assert set(HOLDINGS) == set(ANSWERS_ITSELF) <= set(BY_NAME)


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.1", "R-10.2")
@pytest.mark.parametrize("more", [0, 1])
async def test_what_is_more_than_one_answer_takes_is_said(desk_of: DeskOf, more: int) -> None:
    desk = await desk_of("retention")
    there = [Holding(what="sealed", on=date(2026, 1, 1))] * (MOST_HOLDINGS + more)

    async def look(session: AsyncSession, number: str) -> list[Holding]:
        return there

    asked = HoldingsAsked(request="V-7K3MQ-9XD4T", signal=NUMBER, asked_at=desk.clock.now())
    await desk.hears(AnsweringHoldings(desk.platform, look).asked, asked, "rights")
    (sent,) = await desk.rows(Outgoing, event="holdings-told.v1")
    found = HoldingsTold.model_validate_json(sent.body or b"").holdings
    assert len(found) == MOST_HOLDINGS
    assert found[-1].what == ("not-all" if more else "sealed")
    assert set(found[:-1]) == {there[0]}
    assert may_tell("retention", "not-all"), "rights takes it in, and says it in the proof of completeness"
    assert "niet alles" in called("retention", "not-all")


@pytest.mark.refused("R-10.2")
async def test_retention_says_what_it_keeps_and_to_nobody_else(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = signal_number(random_seed())
    row = FindableRow(number=number, holder="assessment", turn=1, key_version=1, hashes=["h"], closed_to=[])
    await desk.add(row)
    answering = AnsweringHoldings(desk.platform, HeldNumbers(desk.platform.mac).of)

    async def hears(signal: str | None, producer: str = "rights") -> HoldingsTold:
        asked = HoldingsAsked(request="V-7K3MQ-9XD4T", signal=signal, asked_at=desk.clock.now())
        await desk.hears(answering.asked, asked, producer)
        sent = sorted(await desk.rows(Outgoing, event="holdings-told.v1"), key=lambda one: one.created_at)[-1]
        assert sent.addressee == "rights"
        return HoldingsTold.model_validate_json(sent.body or b"")

    assert (await hears(number)).holdings == (Holding(what="hashes"),)
    desk.clock.pass_by(1)
    assert (await hears(None)).holdings == ()
    for other in ("assessment", "intake", "worklist"):
        with pytest.raises(CannotSucceed):
            await hears(number, other)
    async with desk.platform.database.transaction() as session:
        (await session.get_one(FindableRow, number)).holder = "casework"
    desk.clock.pass_by(1)
    assert (await hears(number)).holdings == (Holding(what="doubted"),), "it shows, and shuts nothing"
    assert not any(number in str(one.entry) for one in await desk.rows(Audit)), "the trail has the request and a count"


@pytest.mark.allowed("R-10.1")
@pytest.mark.refused("R-5.1", "R-10.1")
async def test_intake_says_that_there_is_a_receipt_and_nothing_of_who_reported(database_of: DatabaseOf) -> None:
    database = await database_of("intake")
    known, anonymous = signal_number(random_seed()), signal_number(random_seed())
    hashes: dict[str, Any] = {"body_hash": "b", "receipt_hash": "r", "accepted_at": NOON}
    async with database.transaction() as session:
        session.add_all(AcceptedReport(key_hash=one, number=one, **hashes) for one in (known, anonymous))
        session.add(MelderVault(number=known, room_key="k", ciphertext="c"))
        session.add(MelderLetter(id=uuid4(), next_at=NOON, number=known, kid="k", letter="l", sealed_at=NOON))
    async with database.reading() as session:
        told = [await held_by_intake(session, one) for one in (known, anonymous)]
        assert await held_by_intake(session, signal_number(random_seed())) == []
    assert told[0] == told[1]
    assert [one.what for one in told[0]] == ["receipt-kept"]


@pytest.mark.allowed("R-10.1")
@pytest.mark.refused("R-10.1")
async def test_export_says_to_whom_it_went_and_a_row_that_is_not_its_own_only_shows(database_of: DatabaseOf) -> None:
    database = await database_of("export")
    row, forged = shared(uuid4()), shared(uuid4())
    await vouch_for(MAC, row)
    async with database.transaction() as session:
        session.add_all((row, forged))
    async with database.reading() as session:
        told = await HeldShares(MAC).of(session, NUMBER)
    assert sorted(one.what for one in told) == ["doubted", "share"]
    (real,) = [one for one in told if one.what == "share"]
    assert (real.recipient_kind, real.recipient, real.state) == ("partner", "politie", "waiting")
    assert [one.recipient for one in told if one.what == "doubted"] == [None]


@pytest.mark.allowed("R-10.1")
async def test_oversight_says_that_there_are_lines_and_not_what_they_say(database_of: DatabaseOf) -> None:
    database = await database_of("oversight")
    number, at = signal_number(random_seed()), datetime.fromisoformat("2026-01-02T12:00:00+00:00")
    decided: dict[str, Any] = {
        "producer": "assessment",
        "version": 1,
        "facts": {"key": "weging-1"},
        "room_key": "k",
        "carried_by": "",
    }
    async with database.transaction() as session:
        session.add(AuditLine(producer="assessment", seq=1, actor="u", record=number, entry={"action": "opened"}))
        session.add(DecidedRow(id=uuid4(), number=number, ciphertext="c", taken_at=at, **decided))
        session.add(Disclosure(id=uuid4(), number=number, facts={"recipient": "politie"}, decided_at=at))
    async with database.reading() as session:
        told = await held_by_oversight(session, number)
        assert await held_by_oversight(session, signal_number(random_seed())) == []
    on = date(2026, 1, 2)
    assert told == [
        Holding(what="trail"),
        Holding(what="decisions", on=on),
        Holding(what="disclosures", on=on),
    ]
