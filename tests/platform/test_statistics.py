"""Counts of a quarter are made once, out of what oversight believes, before anything is destroyed; off leaves nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from services.oversight import kept_counts, store
from services.oversight.catalogue import FOR_SOME, QUARTERLY, dataset
from services.oversight.kept_counts import KeptQuarter
from services.oversight.statistics import CountedQuarter, due
from services.oversight.use_cases import Statistics
from shared.database.tables import Audit
from shared.errors import Forbidden
from shared.identity import Person
from shared.keys.transit import Place
from shared.protocol.law import law_of
from shared.protocol.laws import Laws
from tests.platform.conftest import DeskOf
from tests.platform.desk import VERSION, Desk
from tests.platform.routes import Somebody
from tests.platform.served import app_of, http_to

FG, BEHEERDER = Person("fg", frozenset({"fg"})), Person("beheerder", frozenset({"beheerder"}))
OTHERS = [Person("x", frozenset({role})) for role in ("oov", "vervanger", "privacy-officer", "lot-member")]
IN_Q1 = datetime(2027, 2, 10, 12, tzinfo=UTC)
AFTER_Q1 = datetime(2027, 4, 20, 12, tzinfo=UTC)
HEMP, DRUGS = "Hennep, drugslab en drugsafval", "Drugshandel"


def keeps(desk: Desk, *, kept: bool = True) -> None:
    """The municipality's file says that counts are kept, or that they are not."""
    choices = desk.platform.settings.laws.configured.choices
    law = law_of(replace(choices, counts_kept=kept, licence="https://example.org/licence"))
    desk.platform.settings.__dict__["laws"] = Laws([law], VERSION)


def number(place: int) -> str:
    return f"S-{place // 10_000:05}-{place % 10_000:05}"


async def suspected(desk: Desk, count: int, indicator: str, at: datetime, first: int = 0) -> list[store.DecidedRow]:
    """So many signals that got a suspicion at weging 1, each with its words under a key of its own."""
    room = desk.platform.room()
    key = f"test-{uuid4()}"
    await room.make(key)
    words = json.dumps({"reason": "Jan Wilgenroos", "fields": {"indicators": {indicator: "Bij Jan."}}}).encode()
    found = []
    for place in range(first, first + count):
        one = row(number(place), "weging-1", "suspicion", at, room_key=key)
        (one.ciphertext,) = await room.encrypt(key, [(Place(room.mount, one.number, f"decision-{one.id}", 1), words)])
        found.append(one)
    return found


def row(
    of: str, key: str, outcome: str, at: datetime, ended_in: int | None = None, room_key: str = ""
) -> store.DecidedRow:
    facts = {"number": of, "key": key, "outcome": outcome, "ended_in": ended_in, "protocol": VERSION, "state": "ended"}
    return store.DecidedRow(
        id=uuid4(),
        producer="assessment",
        number=of,
        version=1,
        facts=facts | {"taken_at": at.isoformat()},
        room_key=room_key,
        carried_by="",
        ciphertext="vault:v1:none",
        taken_at=at,
    )


def ended(count: int, key: str, at: datetime, first: int = 0) -> list[store.DecidedRow]:
    return [row(number(place), key, "no-suspicion", at, ended_in=1) for place in range(first, first + count)]


def shared(of: str, kind: str, at: datetime) -> store.Disclosure:
    facts = {"number": of, "recipient_kind": kind, "recipient": "politie"}
    return store.Disclosure(id=uuid4(), number=of, facts=facts, decided_at=at)


def cell(found: dict[str, Any], table: str, place: str, quarter: str = "2027-K1") -> int | None:
    told = found["tables"][table]
    value: int | None = told["cells"][list(told["rows"]).index(place)][list(told["columns"]).index(quarter)]
    return value


def numbers_in(found: dict[str, Any]) -> list[int]:
    return [one for table in found["tables"].values() for line in table["cells"] for one in line if one is not None]


async def rows_of(desk: Desk) -> Sequence[KeptQuarter]:
    async with desk.platform.database.reading() as session:
        return await kept_counts.kept(session)


@pytest.mark.allowed("R-1.4", "R-9.18")
async def test_of_a_quarter_it_is_told_how_many_by_what_and_how_they_ended(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeps(desk)
    desk.clock.at = AFTER_Q1
    hemp, drugs = (
        await suspected(desk, 7, "afval-gedumpt", IN_Q1),
        await suspected(desk, 6, "drugsverpakking", IN_Q1, 100),
    )
    light = [row(number(place), "weging-3", "light", IN_Q1, ended_in=2) for place in range(700, 706)]
    rest = await suspected(desk, 8, "betrokkenheid", IN_Q1, 600)
    over = [*ended(9, "weging-1", IN_Q1, 200), *ended(8, "no-signal", IN_Q1, 300)]
    late = await suspected(desk, 5, "drugsverpakking", datetime(2027, 4, 1, 9, tzinfo=UTC), 400)
    shares = [shared(one.number, "partner", IN_Q1) for one in over[:6]] + [
        shared(one.number, "department", IN_Q1) for one in over[6:12]
    ]
    await desk.add(*hemp, *drugs, *over, *light, *rest, *late, *shares)
    statistics, costs = Statistics(desk.platform), desk.counted()
    await statistics.keep()
    opened = [one for one in costs.calls if "/decrypt/" in one]
    assert len(opened) == len(set(opened)) == 4, "what lies under one key is opened together, whatever is counted of it"
    found = await statistics.show(FG)
    assert (cell(found, "phenomena", HEMP), cell(found, "phenomena", DRUGS)) == (7, 6)
    assert found["tables"]["phenomena"]["columnTotals"][-1] == 21
    assert found["tables"]["endings"]["columnTotals"][-1] == 23
    assert (cell(found, "endings", "1-no-signal"), cell(found, "endings", "1-weging-1")) == (8, 9)
    assert (cell(found, "disclosures", "department"), cell(found, "disclosures", "partner")) == (6, 6)
    assert found["notCounted"] == found["notBelieved"] == 0
    assert not any(one in repr(found) for one in ("S-0", "Wilgenroos", "Bij Jan", "2027-02"))
    kept = (await rows_of(desk))[-1]
    assert not any(one in repr(kept.model_dump()) for one in ("S-0", "Wilgenroos", "2027-02", "politie"))


@pytest.mark.refused("R-1.4")
async def test_only_who_watches_reads_them_and_each_reading_is_a_line(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeps(desk)
    statistics = Statistics(desk.platform)
    for person in OTHERS:
        for asked in (statistics.show(person), statistics.as_csv(person), statistics.described(person, "https://x")):
            with pytest.raises(Forbidden):
                await asked
    for person in (FG, BEHEERDER):
        await statistics.show(person)
    async with desk.platform.database.reading() as session:
        lines = [one.entry for one in await session.scalars(select(Audit))]
    assert [one["role"] for one in lines if one["action"] == "statistics read"] == ["fg", "beheerder"]


@pytest.mark.refused("R-9.18")
async def test_a_receiver_who_got_something_once_is_told_nowhere(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeps(desk)
    desk.clock.at = AFTER_Q1
    over = ended(20, "weging-1", IN_Q1)
    await desk.add(*over, shared(over[0].number, "partner", IN_Q1))
    statistics = Statistics(desk.platform)
    await statistics.keep()
    found = await statistics.show(FG)
    # Neither he, nor the nineteen others, nor how one of twenty fell away.
    assert found["tables"]["disclosures"]["columnTotals"][-1] == 20
    assert set(numbers_in(found)) <= {20}
    assert cell(found, "disclosures", "partner") is None
    assert cell(found, "disclosures", "none") is None
    kept = (await rows_of(desk))[-1]
    assert not {1, 19} & {one for line in kept.lines.values() for _, one in line["cells"]}


@pytest.mark.refused("R-9.18")
async def test_a_quarter_says_the_same_for_ever(desk_of: DeskOf) -> None:
    """One more that comes late, and one that is destroyed, is no difference between what was told before and after."""
    desk = await desk_of("oversight")
    keeps(desk)
    statistics = Statistics(desk.platform)
    over = ended(9, "weging-1", IN_Q1) + ended(9, "no-signal", IN_Q1, 100)
    await desk.add(*over)
    desk.clock.at = datetime(2027, 4, 10, tzinfo=UTC)
    await statistics.keep()
    assert "2027-K1" not in [one.quarter for one in await rows_of(desk)], (
        "what was decided on the last day can still be withdrawn"
    )
    desk.clock.at = AFTER_Q1
    await statistics.keep()
    before = (await statistics.show(FG))["tables"]
    await desk.add(*ended(1, "weging-1", IN_Q1, 500))
    async with desk.platform.database.transaction() as session:
        await store.delete_rows(session, [over[0].number, over[10].number])
    desk.clock.pass_by(40 * 86_400)
    await statistics.keep()
    assert (await statistics.show(FG))["tables"] == before


@pytest.mark.refused("R-9.19")
async def test_off_makes_nothing_and_leaves_nothing_of_what_was(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    desk.clock.at = AFTER_Q1
    await desk.add(*ended(9, "weging-1", IN_Q1))
    statistics = Statistics(desk.platform)
    assert not desk.platform.settings.laws.configured.choices.counts_kept, "off unless a municipality says otherwise"
    await statistics.keep()
    assert not await rows_of(desk)
    assert (await statistics.show(FG)) | {"smallest": 5} == {
        "kept": False,
        "smallest": 5,
        "notBelieved": 0,
        "notCounted": 0,
        "tables": {},
    }
    keeps(desk)
    await statistics.keep()
    assert await rows_of(desk)
    keeps(desk, kept=False)
    assert (await statistics.show(FG))["tables"] == {}
    assert (await statistics.as_csv(FG)).splitlines() == ["kwartaal,tabel,soort,aantal"]
    await statistics.keep()
    assert not await rows_of(desk)


@pytest.mark.allowed("R-9.19")
async def test_a_quarter_of_which_something_may_be_destroyed_is_not_made_any_more(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeps(desk)
    desk.clock.at = AFTER_Q1 + timedelta(days=300)
    await desk.add(*ended(9, "weging-1", IN_Q1))
    await Statistics(desk.platform).keep()
    assert "2027-K1" not in [one.quarter for one in await rows_of(desk)]
    assert [str(one) for one in due(date(2027, 4, 20), ["2026-K4"])] == ["2026-K2", "2026-K3", "2027-K1"]
    assert CountedQuarter(2026, 4).after_last == date(2027, 1, 1)


async def test_what_somebody_puts_into_the_database_is_counted_and_told_nowhere(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeps(desk)
    desk.clock.at = AFTER_Q1
    over = ended(9, "weging-1", IN_Q1)
    await desk.add(*over)
    async with desk.platform.database.transaction() as session:
        session.add_all([*ended(9, "weging-1", IN_Q1, 100), shared(over[0].number, "partner", IN_Q1)])
        session.add(KeptQuarter(quarter="2026-K4", smallest=1, lines={"x": {"cells": [["a", 1]], "total": 1}}, not_believed=0, made_on=date(2027, 1, 20)))  # fmt: skip
    statistics = Statistics(desk.platform)
    told = await statistics.show(FG)
    assert (told["notBelieved"], told["tables"]) == (1, {})
    await statistics.keep()
    told = await statistics.show(FG)
    assert told["notBelieved"] == 0, "what oversight did not write was made anew"
    assert told["notCounted"] == 10
    assert told["tables"]["endings"]["columnTotals"][-1] == 9
    async with desk.platform.database.transaction() as session:
        raised = {"endings": {"cells": [["1-weging-1", 99]], "total": 99}}
        await session.execute(update(KeptQuarter).where(col(KeptQuarter.quarter) == "2027-K1").values(lines=raised))
    told = await statistics.show(FG)
    assert told["notBelieved"] == 1
    assert 99 not in numbers_in(told)


async def test_csv_and_json_say_the_same_and_their_description_what_they_are(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeps(desk)
    desk.clock.at = AFTER_Q1
    await desk.add(*ended(9, "weging-1", IN_Q1), *ended(7, "no-signal", IN_Q1, 100))
    statistics = Statistics(desk.platform)
    await statistics.keep()
    found = await statistics.show(FG)
    lines = list(csv.DictReader(io.StringIO(await statistics.as_csv(FG))))
    for name, table in found["tables"].items():
        for place, one in enumerate(table["rows"]):
            told = {line["kwartaal"]: line["aantal"] for line in lines if (line["tabel"], line["soort"]) == (name, one)}
            assert [told[quarter] for quarter in table["columns"]] == [
                "" if n is None else str(n) for n in table["cells"][place]
            ]
    described = await statistics.described(FG, "https://toezicht.example/v1/statistics")
    assert described["dct:license"] == {"@id": "https://example.org/licence"}
    assert described["dct:modified"]["@value"] == "2027-04-20"
    assert described["dct:accrualPeriodicity"] == {"@id": QUARTERLY}


async def test_a_description_names_where_its_reader_finds_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of("oversight", tmp_path, monkeypatch)
    app.state.platform.identity = cast(Any, Somebody(FG))
    async with http_to(app) as http:
        for wrong in ("javascript:x", "https://x.nl/a b", 'https://x.nl/"', "x" * 300, "https://" + "x" * 300):
            answer = await http.get("/v1/statistics/description", params={"at": wrong})
            assert answer.status_code == 400


def test_the_description_has_what_dcat_ap_nl_asks() -> None:
    """Each name is one that the context knows, and what the profile makes obligatory is there."""
    found = dataset(Laws.read(VERSION).configured, "https://toezicht.example/v1/statistics", [], None)
    assert found["@type"] == "dcat:Dataset"
    asked = ("title", "description", "identifier", "publisher", "creator", "accessRights", "language", "license")
    assert all(found[f"dct:{one}"] for one in asked)
    assert found["dct:accessRights"] == {"@id": FOR_SOME}
    assert found["dcat:theme"]
    assert found["dcat:contactPoint"]["vcard:fn"]
    assert found["dct:publisher"]["foaf:name"]["@language"] == "nl"
    for one in found["dcat:distribution"]:
        assert one["@type"] == "dcat:Distribution"
        assert all(
            one[name]["@id"].startswith("http")
            for name in ("dcat:accessURL", "dcat:mediaType", "dct:format", "dct:license")
        )
    assert {one["dcat:accessURL"]["@id"].removeprefix(found["@id"]) for one in found["dcat:distribution"]} == {
        "",
        "/csv",
    }
    prefixes = {name.partition(":")[0] for name in names_in(found) if not name.startswith("@")}
    assert prefixes <= found["@context"].keys()


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        inside = {name: one for name, one in value.items() if name != "@context"}
        return set(inside) | {name for one in inside.values() for name in names_in(one)}
    return {name for one in value for name in names_in(one)} if isinstance(value, list) else set()
