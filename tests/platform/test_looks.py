"""Of a sealed signal each reader gets, for a new signal, what the phase of that permits; and nobody anything else."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from services.casework.use_cases import Consulting
from services.retention.tables import SealedSignal
from services.retention.use_cases import GivingLooks
from shared.clock import AMSTERDAM
from shared.contracts.consult import Consult, LookGiven
from shared.engine.sealing import place_of_reading
from shared.engine.store import delete_rows
from shared.engine.tables import GrantRow
from shared.errors import CannotSucceed, Forbidden, NotBelieved, NotFound, PartDown
from shared.identity import Person
from shared.keys.transit import Place, Transit
from shared.openbao import BaoError, BaoRefused
from shared.protocol.model import State
from shared.words.reporter import REPORTER_LEFT_OUT
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA
from tests.platform.looks import READERS, Kept
from tests.platform.real import Postgres

BRAM = Person("bram", frozenset({"oov"}))


@pytest.mark.allowed("R-9.9", "R-9.11")
@pytest.mark.refused("R-9.11")
async def test_each_phase_of_the_new_signal_has_its_own(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    assert await kept.asks("assessment", 1) == ("assessment",)
    first = await kept.reads("assessment")
    assert first["report"]["text"] == f"Er stond {REPORTER_LEFT_OUT}, zei de buurman."
    assert (list(first["items"]), list(first["subjects"]), list(first["objects"])) == (["item-01"], ["S1"], ["O1"])
    assert (first["forSignal"], first["forPhase"], first["state"]) == (kept.new, 1, "sealed")
    assert await kept.asks("assessment", 2) == ("assessment",)
    second = await kept.reads("assessment")
    assert list(second["items"]) == ["item-01", "item-02"]
    assert second["subjects"]["S3"] == {"name": "Karel Beukendaal"}, "who came to light by what is read"
    for other in ("sources", "casework"):
        with pytest.raises(NotFound):
            await kept.reads(other)
    await kept.now_held_by("sources")
    assert await kept.asks("sources", 3) == ("assessment", "sources")
    assert list((await kept.reads("assessment"))["items"]) == ["item-01", "item-02"]
    closed = await kept.reads("sources")
    assert closed["report"] is None
    assert closed["items"]["item-03"]["finding"] == f"Ontving een uitkering tot april; zo meldde {REPORTER_LEFT_OUT}."
    assert list(closed["items"]) == ["item-03"], "who is not concerned is not read about"
    await kept.now_held_by("casework")
    assert await kept.asks("casework", 4) == ("assessment", "casework", "sources")
    assert list((await kept.reads("casework"))["items"]) == ["item-04"]
    assert list((await Consulting(kept.readers["casework"].engine).consult(kept.number, kept.new, ANNA))["items"]) == [
        "item-04"
    ], "at casework by the same address as a closed case"


@pytest.mark.refused("R-9.11")
async def test_what_the_phase_may_not_have_is_never_sent(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 1)
    await kept.asks("assessment", 2)
    await kept.now_held_by("sources")
    await kept.asks("sources", 3)
    sent = [(one.phase, one.archive, sorted(each.item for each in one.readings)) for one in await kept.given()]
    assert sorted(sent) == [
        (1, "archive-signal", ["item-01", "report"]),
        (2, "archive-signal", ["item-01", "item-02", "report"]),
        (3, "archive-closed", ["item-03"]),
        (3, "archive-signal", ["item-01", "item-02", "report"]),
    ]


@pytest.mark.allowed("R-9.13")
@pytest.mark.refused("R-9.13")
async def test_nothing_of_the_old_signal_changes(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    before: SealedSignal = await kept.retention.row(SealedSignal, kept.number)
    await kept.asks("assessment", 2)
    await kept.reads("assessment")
    after: SealedSignal = await kept.retention.row(SealedSignal, kept.number)
    assert after.model_dump() == before.model_dump()
    assert {one.key for one in (await kept.given())[0].readings} <= {one["key"] for one in before.dossier or ()}


@pytest.mark.refused("R-9.9", "R-9.13")
async def test_a_look_is_for_one_person_one_signal_and_a_while(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    desk = kept.readers["assessment"]
    await kept.asks("assessment", 1, hours=1000)
    with pytest.raises(NotFound):
        await kept.reads("assessment", BRAM)
    with pytest.raises(NotFound):
        await kept.reads("assessment", new="S-00000-00000")
    with pytest.raises(Forbidden):
        await kept.reads("assessment", Person("anna", frozenset({"privacy-officer"})))
    assert (await kept.reads("assessment"))["report"]
    desk.clock.pass_by(timedelta(hours=8, seconds=1).total_seconds())
    with pytest.raises(NotFound):
        await kept.reads("assessment")
    assert await desk.rows(GrantRow), "whatever was asked, it ends after a working day"
    await desk.engine.looks.forget()
    assert await desk.rows(GrantRow) == []


@pytest.mark.refused("R-9.9")
async def test_without_a_look_that_was_asked_there_is_nothing(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    for service in READERS:
        with pytest.raises(NotFound):
            await kept.reads(service)
    with pytest.raises(NotFound):
        await Consulting(kept.readers["casework"].engine).consult(kept.number, kept.new, ANNA)


@pytest.mark.refused("R-9.9", "R-9.11")
async def test_who_does_not_hold_the_phase_or_the_signal_gets_nothing(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    asks_more = [("assessment", 3), ("sources", 1), ("casework", 3), ("intake", 1), ("rights", 1)]
    for service, phase in asks_more:
        with pytest.raises(CannotSucceed, match="a phase that it does not hold"):
            await kept.asks(service, phase)
    # Its own phase, for a signal that has not come to it, as far as is known; or has gone on.
    for new in (kept.new, "S-ZZZZZ-ZZZZZ"):
        with pytest.raises(PartDown):
            await kept.asks("sources", 3, new=new)
    await kept.now_held_by("sources")
    for service, phase in (("assessment", 1), ("assessment", 2)):
        with pytest.raises(CannotSucceed, match="does not hold this signal"):
            await kept.asks(service, phase)
    assert await kept.given() == []


async def test_what_was_asked_too_long_ago_is_answered_and_gives_nothing(desk_of: DeskOf) -> None:
    """It waited for a part that was down, and for a signal of which nobody ever said who holds it."""
    kept = await Kept.of(desk_of)
    assert await kept.asks("sources", 3, new="S-ZZZZZ-ZZZZZ", hours=-1) == ()


@pytest.mark.allowed("R-9.20")
@pytest.mark.refused("R-9.10", "R-9.12", "R-9.20")
async def test_why_there_is_nothing_is_not_told(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of, closed_to="bram")
    assert await kept.asks("assessment", 1, number="S-00000-00000") == (), "it never was"
    assert await kept.asks("assessment", 1, person="bram") == (), "it concerns him himself"
    row: SealedSignal = await kept.retention.row(SealedSignal, kept.number)
    for state in (State.LISTED, State.APPROVED):
        async with kept.retention.platform.database.transaction() as session:
            (await session.get_one(SealedSignal, kept.number)).state = state
        assert await kept.asks("assessment", 1) == (), "it goes"
    async with kept.retention.platform.database.transaction() as session:
        (await session.get_one(SealedSignal, kept.number)).state = State.SEALED
    kept.retention.clock.at = datetime.combine(row.ends_on, time(23, 30), tzinfo=AMSTERDAM)
    assert await kept.asks("assessment", 1) == ("assessment",), "on its last day, here"
    kept.retention.clock.pass_by(timedelta(hours=1).total_seconds())
    assert await kept.asks("assessment", 1) == (), "it waits only to be destroyed"
    assert len(await kept.given()) == 1


@pytest.mark.refused("R-9.9", "R-9.11")
async def test_rows_of_a_superuser_give_nothing(desk_of: DeskOf, postgres: Postgres) -> None:
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 1, person="bram")
    superuser = postgres.superuser("assessment")
    for change in (
        "person = 'anna'",
        "phase = 3",
        "new_signal = 'S-ZZZZZ-ZZZZZ'",
        "until = until + interval '9 years'",
    ):
        await superuser(f"UPDATE consultation SET {change}")
        with pytest.raises(NotBelieved):
            await kept.reads(
                "assessment", ANNA if "anna" in change else BRAM, "S-ZZZZZ-ZZZZZ" if "new" in change else ""
            )
        await superuser("UPDATE consultation SET person = 'bram', phase = 1, new_signal = $1", kept.new)
        if "until" not in change:
            assert await kept.reads("assessment", BRAM)
    columns = "number, new_signal, phase, person, until, archive, protocol, received_on, readings, mac"
    given = columns.replace("phase, person", "3, 'anna'")
    await superuser(f"INSERT INTO consultation (id, {columns}) SELECT gen_random_uuid(), {given} FROM consultation")
    with pytest.raises(NotBelieved):
        await kept.reads("assessment")
    await superuser("DELETE FROM consultation")
    await kept.asks("assessment", 1)
    await superuser(f"INSERT INTO consultation (id, {columns}) SELECT gen_random_uuid(), {given} FROM consultation")
    assert (await kept.reads("assessment"))["forPhase"] == 1, "nor does it shut out who was given one"
    # The same at retention: when what is kept is made to be seen earlier, or longer.
    keeper = postgres.superuser("retention")
    await keeper(
        "UPDATE sealed_signal SET dossier = replace(dossier::text, '\"seen_from\": 3', '\"seen_from\": 1')::jsonb"
    )
    with pytest.raises(NotBelieved):
        await kept.asks("assessment", 1)
    await keeper(
        "UPDATE sealed_signal SET dossier = replace(dossier::text, '\"seen_from\": 1', '\"seen_from\": 3')::jsonb"
    )
    await keeper("UPDATE sealed_signal SET ends_on = '2199-01-01'")
    with pytest.raises(NotBelieved):
        await kept.asks("assessment", 1)


@pytest.mark.refused("R-9.11")
async def test_each_reads_its_own_class_and_retention_none(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of, "sources")
    await kept.asks("sources", 3)
    for given in await kept.given():
        (reader,) = [name for name, desk in kept.readers.items() if given.archive in desk.platform.row.reads_archives]
        one = given.readings[0]
        place = place_of_reading(given.archive, given.number, one.item, one.version)
        for name, desk in {**kept.readers, "retention": kept.retention}.items():
            archive = Transit(desk.platform.bao, given.archive)
            if name == reader:
                (plain,) = await archive.decrypt(one.key, [(place, one.ciphertext)])
                assert one.item.encode() in plain
                # It is not the item itself, and passes for none.
                bare = Place(given.archive, given.number, one.item, one.version)
                with pytest.raises(CannotSucceed):
                    await archive.decrypt(one.key, [(bare, one.ciphertext)])
            else:
                with pytest.raises((BaoError, BaoRefused)):
                    await archive.decrypt(one.key, [(place, one.ciphertext)])
            if name not in (reader, "retention"):
                with pytest.raises(CannotSucceed, match="does not read"):
                    await desk.hears(desk.engine.looks.given, given, "retention")
    with pytest.raises(CannotSucceed, match="only retention"):
        await kept.readers["assessment"].hears(kept.readers["assessment"].engine.looks.given, given, "sources")


@pytest.mark.refused("R-9.11")
async def test_a_reader_shows_no_more_than_the_phase_whatever_it_was_sent(desk_of: DeskOf) -> None:
    """Who has retention sends all of its class for phase 1: what that may not have is decrypted, and shown to nobody."""
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 2)
    (given,) = await kept.given()
    desk = kept.readers["assessment"]
    forged = given.model_copy(update={"phase": 1, "ground": "S-ZZZZZ-ZZZZZ"})
    await desk.hears(desk.engine.looks.given, forged, "retention")
    assert list((await kept.reads("assessment", new="S-ZZZZZ-ZZZZZ"))["items"]) == ["item-01"]


@pytest.mark.allowed("R-9.12")
@pytest.mark.refused("R-9.12")
async def test_what_is_destroyed_does_not_come_back_from_a_look(desk_of: DeskOf) -> None:
    """Neither from the rows of a reader of yesterday, nor from the message that brought them: the archive's key is gone."""
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 1)
    desk = kept.readers["assessment"]
    (yesterday,) = await desk.rows(GrantRow)
    async with desk.platform.database.transaction() as session:
        await delete_rows(session, [kept.number])
    assert await desk.rows(GrantRow) == []
    (given,) = await kept.given()
    for key in {one.key for one in given.readings}:
        oversight = await desk_of("oversight")
        hand = Transit(oversight.platform.bao, given.archive)
        await hand.lock(key)
        await hand.allow_deletion(key)
        await Transit(kept.retention.platform.bao, given.archive).delete(key)
    await desk.add(GrantRow(**yesterday.model_dump()))
    with pytest.raises(NotFound):
        await kept.reads("assessment")


async def test_a_look_ends_with_the_new_signal_too(desk_of: DeskOf) -> None:
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 1)
    desk = kept.readers["assessment"]
    async with desk.platform.database.transaction() as session:
        await delete_rows(session, [kept.new])
    assert await desk.rows(GrantRow) == []


async def test_a_look_given_twice_is_no_longer_than_given(desk_of: DeskOf) -> None:
    """Its message waited: what has ended by then is not kept at all."""
    kept = await Kept.of(desk_of)
    await kept.asks("assessment", 1)
    (given,) = await kept.given()
    desk = kept.readers["assessment"]
    desk.clock.pass_by(timedelta(hours=9).total_seconds())
    await desk.engine.looks.forget()
    await desk.hears(desk.engine.looks.given, LookGiven(**given.model_dump()), "retention")
    assert await desk.rows(GrantRow) == []


async def test_retention_answers_about_what_it_does_not_believe_with_nothing_sent(
    desk_of: DeskOf, postgres: Postgres
) -> None:
    kept = await Kept.of(desk_of)
    await postgres.superuser("retention")("UPDATE holder SET holder = 'sources'")
    looks = GivingLooks(kept.retention.platform)
    until = kept.retention.clock.now() + timedelta(hours=1)
    wanted = Consult(number=kept.number, new_signal=kept.new, phase=3, person="anna", until=until)
    with pytest.raises(NotBelieved):
        await kept.retention.hears(looks.asked, wanted, "sources")
    assert await kept.given() == []
