"""The processing log: one record for each processing of each person, in its transaction, worth nothing from anybody else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from shared.contracts.intake import Subject
from shared.database.tables import Audit, ProcessingRecord
from shared.engine.given import GivenRecord
from shared.errors import Conflict, Forbidden, Invalid
from shared.identity import Person
from shared.pages import Window
from shared.processing_reading import ProcessingReading, RecordsAsked
from shared.protocol.model import State
from shared.protocol.records import Record
from shared.service.pruner import Pruner
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.real import Postgres, Superuser
from tests.platform.requested import identified, requested
from tests.platform.test_engine import TASK

FG = Person("fiona", frozenset({"fg"}))
TWO = (Subject(name="Jan Wilgenroos", address="Dorpsstraat 1"), Subject(name="Piet Iepenlaan"))
"""One of each is a person; the names are invented."""


@pytest.fixture
async def desk(desk_of: DeskOf) -> Desk:
    return await desk_of("assessment")


@pytest.fixture
def superuser(postgres: Postgres) -> Superuser:
    return postgres.superuser("assessment")


async def kept(desk: Desk) -> list[ProcessingRecord]:
    async with desk.platform.database.reading() as session:
        found = list((await session.scalars(select(ProcessingRecord))).all())
    return sorted(found, key=lambda one: (one.ended_at, one.parent_span_id or ""))


async def read(desk: Desk, **asked: Any) -> dict[str, Any]:
    reading = ProcessingReading(desk.platform)
    return await reading.page(FG, RecordsAsked(**asked or {"start_time": 0}), Window())


async def decided(desk: Desk, number: str, **more: Any) -> None:
    await desk.decide(number, "weging-2a", "task", **({"fields": TASK} | more))


async def fresh(desk: Desk, superuser: Superuser) -> None:
    """What came before is not what this is about."""
    await superuser("DELETE FROM processing_record")


async def test_a_decision_is_recorded_for_every_person_under_one_of_the_whole(desk: Desk, superuser: Superuser) -> None:
    number = await desk.arrives(State.WEGING_2A, subjects=TWO)
    arrived = await kept(desk)
    assert len(arrived) == 3
    assert all("/ontvangen/1/vertrouwelijk" in one.activity for one in arrived), "nobody was informed yet"
    await fresh(desk, superuser)
    with desk.platform.tracing.span("POST"):
        await decided(desk, number)
    whole, *persons = sorted(await kept(desk), key=lambda one: one.subject_kind.endswith("persoon-in-signaal"))
    assert len(persons) == 2
    assert {one.parent_span_id for one in persons} == {whole.span_id}
    assert len({one.trace_id for one in (whole, *persons)}) == 1
    assert len({one.subject for one in (whole, *persons)}) == 3
    assert {one.name for one in persons} == {"een signaal wegen"}
    async with desk.platform.database.reading() as session:
        lines = [one.entry for one in (await session.scalars(select(Audit))).all()]
    (line,) = [one for one in lines if one["action"] == "decision taken: weging-2a"]
    assert line["trace"] == whole.trace_id, "who did it stands in the audit trail, by the trace"


async def test_of_one_person_there_is_one_record(desk: Desk, superuser: Superuser) -> None:
    number = await desk.arrives(State.WEGING_2A)
    await fresh(desk, superuser)
    await decided(desk, number)
    (row,) = await kept(desk)
    assert row.subject_kind.endswith("/betrokkenen/persoon-in-signaal")
    assert row.status == "Unset"
    assert row.started_at <= row.ended_at
    assert len(row.trace_id) == 32
    assert len(row.span_id) == 16


async def test_every_way_to_touch_a_dossier_leaves_a_record(desk: Desk, superuser: Superuser) -> None:
    """Looked at, decided on, put down, taken back: each writes, and what is written says which it was."""
    number = await desk.arrives(State.WEGING_2A)
    found = {}
    indication = Record("indication", "S1", "Veel post.", None, {})

    async def record() -> None:
        await desk.engine.recording.record(number, ANNA, GivenRecord(indication, await desk.version(number)))

    async def back() -> None:
        (last,) = (await desk.engine.parts.loader.load(number)).taken
        await desk.decide(number, "withdrawal", confirms=last.id)

    for name, act in {
        "view": lambda: desk.engine.showing.view(number, ANNA, "weging"),
        "overview": lambda: desk.engine.showing.overview(number, ANNA, "weging"),
        "decisions": lambda: desk.engine.showing.decisions(number, ANNA, "weging"),
        "record": record,
        "decide": lambda: decided(desk, number),
        "back": back,
    }.items():
        await fresh(desk, superuser)
        await act()
        found[name] = [one.name for one in await kept(desk)]
    looked = ["een dossier inzien"]
    assert found == {
        **dict.fromkeys(("view", "overview", "decisions"), looked),
        "record": ["een gegeven vastleggen"],
        "decide": ["een signaal wegen"],
        "back": ["een signaal wegen"],
    }


async def test_what_is_refused_leaves_none(desk: Desk, superuser: Superuser) -> None:
    number = await desk.arrives(State.WEGING_2A)
    await fresh(desk, superuser)
    with pytest.raises(Forbidden):
        await decided(desk, number, person=Person("eve", frozenset({"lot-member"})))
    with pytest.raises(Invalid):
        await decided(desk, number, reason=" ")
    with pytest.raises((Conflict, Invalid)):
        await desk.decide(number, "weging-1", "no-suspicion", person=ANNA)
    assert await kept(desk) == []


async def test_what_is_rolled_back_leaves_none(desk: Desk, superuser: Superuser) -> None:
    number = await desk.arrives(State.WEGING_2A)
    await fresh(desk, superuser)
    # Whatever fails in PostgreSQL after the decision was written.
    await superuser("CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$")
    await superuser(
        "CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON decision DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION fails()"
    )
    with pytest.raises(Exception, match="not now"):
        await decided(desk, number)
    assert await kept(desk) == []


async def test_no_record_says_who_where_or_which_signal(desk: Desk) -> None:
    number = await desk.arrives(State.WEGING_2A, subjects=TWO)
    await decided(desk, number)
    await desk.engine.showing.view(number, ANNA, "weging")
    made = {"subject", "signal", "mac"}
    rows = await kept(desk)
    # In what a key made of it any few letters can come together.
    assert all(re.fullmatch(r"v1:[\w-]{43}", getattr(one, name)) for one in rows for name in made)
    text = json.dumps([one.model_dump(mode="json") for one in rows], ensure_ascii=False)
    for hidden in (number, number[2:], "Wilgenroos", "Iepenlaan", "Dorpsstraat"):
        assert hidden not in text
    text = json.dumps([one.model_dump(mode="json", exclude=made) for one in rows], ensure_ascii=False)
    for hidden in ("anna", "oov", "S1", "S2"):
        assert hidden not in text
    shown = json.dumps(await read(desk))
    assert number not in shown
    assert not [one.signal for one in await kept(desk) if one.signal in shown], (
        "what ties a signal together is not shown"
    )


async def test_the_fg_finds_a_person_by_what_only_the_service_can_work_out(desk: Desk) -> None:
    mine, other = [await desk.arrives(State.WEGING_2A, subjects=TWO) for _ in range(2)]
    for number in (mine, other):
        await decided(desk, number)
    found = (await read(desk, number=mine, person="S2"))["processingActivities"]
    assert len(found) == 2
    assert len({one["attributes"]["dpl.core.data_subject_id"] for one in found}) == 1
    assert len((await read(desk, number=mine))["processingActivities"]) == 6
    (pseudonym,) = {one["attributes"]["dpl.core.data_subject_id"] for one in found}
    assert (await read(desk, subject=pseudonym))["processingActivities"] == found
    with pytest.raises(Forbidden):
        await ProcessingReading(desk.platform).page(ANNA, RecordsAsked(number=mine), Window())
    async with desk.platform.database.reading() as session:
        lines = [one.entry for one in (await session.scalars(select(Audit))).all()]
    assert [one["record"] for one in lines if one["action"] == "processing log read"] == [mine, mine, None]


async def test_another_service_calls_the_same_person_otherwise(desk: Desk, desk_of: DeskOf) -> None:
    number = await desk.arrives(State.WEGING_2A)
    elsewhere = await desk_of("casework")
    here = await desk.platform.processing.pseudonyms(number, "S1")
    there = await elsewhere.platform.processing.pseudonyms(number, "S1")
    assert not {*here} & {*there}


async def test_what_the_superuser_adds_or_alters_counts_for_nothing_and_shows(desk: Desk, superuser: Superuser) -> None:
    number = await desk.arrives(State.WEGING_2A, subjects=TWO)
    before = await read(desk)
    assert before["notBelieved"] == 0
    await superuser(
        "INSERT INTO processing_record SELECT gen_random_uuid(), trace_id, span_id, parent_span_id, status, name,"
        " started_at, ended_at, activity, subject_kind, subject, signal, mac FROM processing_record LIMIT 1"
    )
    await superuser(
        "UPDATE processing_record SET activity = replace(activity, 'ontvangen', 'verstrekken') WHERE id ="
        " (SELECT id FROM processing_record ORDER BY id LIMIT 1)"
    )
    after = await read(desk, number=number)
    assert after["notBelieved"] >= 1
    assert {one["name"] for one in after["processingActivities"]} <= {"een melding ontvangen"}
    assert len(after["processingActivities"]) < len(before["processingActivities"]) + 1
    stuck = desk.platform.processing_doubts.stuck()
    assert stuck.count == after["notBelieved"]
    async with desk.platform.database.reading() as session:
        lines = [one.entry for one in (await session.scalars(select(Audit))).all()]
    assert len([one for one in lines if one["action"] == "processing-log not believed"]) == after["notBelieved"]


async def test_the_service_itself_can_change_none(desk: Desk, superuser: Superuser) -> None:
    (right,) = await superuser(
        "SELECT has_table_privilege('assessment_app', 'processing_record', 'UPDATE') AS changes,"
        " has_table_privilege('assessment_app', 'processing_record', 'INSERT') AS adds"
    )
    assert (right["changes"], right["adds"]) == (False, True)


async def test_the_records_go_with_their_signal_and_no_others(desk: Desk) -> None:
    going, staying = [await desk.arrives(State.WEGING_2A, subjects=TWO) for _ in range(2)]
    async with desk.platform.database.transaction() as session:
        await desk.platform.processing.forget(session, [going])
    assert (await read(desk, number=going))["processingActivities"] == []
    assert len((await read(desk, number=staying))["processingActivities"]) == 3


async def test_records_go_at_their_term(desk: Desk) -> None:
    await desk.arrives(State.WEGING_2A)
    desk.clock.pass_by(31 * 24 * 3600)
    await desk.hears_access()
    await desk.arrives(State.WEGING_2A)
    pruner = Pruner(desk.platform.database, desk.clock, inbox_days=120, audit_days=30, processing_days=30)
    await pruner.prune()
    assert pruner.pruned.as_dict()["processing"] == 1
    assert len(await kept(desk)) == 1


async def test_a_request_is_a_record_of_who_asks_and_is_found_by_its_number(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    rows = await kept(desk)
    assert {one.name for one in rows} == {"een verzoek van een betrokkene behandelen"}
    assert all(one.subject_kind.endswith("/betrokkenen/verzoeker") for one in rows)
    assert len({one.subject for one in rows}) == 1, "whoever asks is one pseudonym in his request"
    assert number not in json.dumps([one.model_dump(mode="json") for one in rows])
    found = await read(desk, number=number, person="verzoeker")
    assert len(found["processingActivities"]) == len(rows)
    assert (await read(desk, number=number, person="melder"))["processingActivities"] == []
    async with desk.platform.database.transaction() as session:
        await desk.platform.processing.forget(session, [number])
    assert await kept(desk) == []
