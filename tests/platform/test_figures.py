"""Counting out of what oversight believes, for who watches; and of each service what it says of itself, for the beheerder."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from services.oversight import store
from services.oversight.figures import first_day, quarters
from services.oversight.use_cases import Counting, RegisterReading
from shared.clock import calendar_date
from shared.errors import Forbidden
from shared.identity import Person
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import VERSION, Desk
from tests.platform.routes import Somebody
from tests.platform.served import app_of, http_to

FG, BEHEERDER = Person("fg", frozenset({"fg"})), Person("beheerder", frozenset({"beheerder"}))
OTHERS = [Person("x", frozenset({role})) for role in ("oov", "vervanger", "privacy-officer", "lot-member")]


def decided(desk: Desk, number: str, key: str, outcome: str, state: str, **more: Any) -> store.DecidedRow:
    """A row of what was decided so many `days` ago; its words are never opened for a figure."""
    at = desk.clock.now() - timedelta(days=more.pop("days", 0))
    facts = {"number": number, "key": key, "outcome": outcome, "state": state, "ended_in": None, "protocol": VERSION}
    return store.DecidedRow(
        id=uuid4(),
        producer="assessment",
        number=number,
        version=1,
        facts=facts | {"taken_at": at.isoformat(), "decision": str(uuid4())} | more,
        room_key="none",
        carried_by="",
        ciphertext="vault:v1:Jan-Wilgenroos",
        taken_at=at,
    )


async def test_small_counts_are_told_to_nobody_and_the_rest_to_who_watches(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    numbers = [f"S-00000-0000{one}" for one in range(7)]
    rows = [decided(desk, one, "purpose", "set", "weging-1") for one in numbers]
    desk.clock.pass_by(1)
    # Four go on to phase 2 by a letter to nobody else, two end; both are too few to tell.
    rows += [decided(desk, one, "weging-2b", "inside", "phase-2") for one in numbers[:4]]
    rows += [decided(desk, one, "weging-1", "no-suspicion", "ended", ended_in=1) for one in numbers[5:]]
    rows += [decided(desk, one, "duty", "defer", "") for one in numbers[:5]]
    # Long before what is told, and in no figure.
    rows += [decided(desk, f"S-00001-0000{one}", "purpose", "set", "weging-1", days=1500) for one in range(6)]
    gone = [
        store.Whereabout(
            number=f"S-00002-0000{one}",
            version=9,
            holder="retention",
            state="destroyed",
            since=desk.clock.now(),
            next_holders=[],
            earlier=[],
        )
        for one in range(6)
    ]
    await desk.add(*rows, *gone)
    figures = Counting(desk.platform)
    for person in (FG, BEHEERDER):
        found = await figures.show(person)
        assert found["smallest"] == 5
        phases = found["phases"]
        assert [row[-1] for row in phases["cells"]] == [7, None, 0, 0, 0]
        assert (phases["rowTotals"][:3], phases["columnTotals"][-1], phases["total"]) == ((7, None, 0), None, None)
        assert found["endings"]["cells"][0][-1] is None
        assert [row[-1] for row in found["deferrals"]["cells"]] == [5, 0]
        assert found["deferrals"]["total"] == 5
        assert found["destructions"]["cells"][0][-1] == 6
        assert found["waiting"]["cells"][0][0] == 6, "four went on and two ended, within a day"
        assert not any(one in repr(found) for one in ("S-0", "Wilgenroos", "anna", "vault:"))
    for person in OTHERS:
        with pytest.raises(Forbidden):
            await figures.show(person)


async def test_figures_that_grow_tell_nobody_what_he_does_not_read_one_by_one(desk_of: DeskOf) -> None:
    """Who asks before and after one decision knows of it: so only who reads the line of each decision may ask."""
    desk = await desk_of("oversight")
    figures, register = Counting(desk.platform), RegisterReading(desk.platform)
    told = set()
    for person in (FG, BEHEERDER, *OTHERS, Person("x", frozenset({"department-wonen"}))):
        (role,) = person.roles
        for name, asked in (
            ("figures", figures.show(person)),
            ("trail", register.lines(person, None, None, None, Window(None, 1))),
        ):
            with contextlib.suppress(Forbidden):
                await asked
                told.add((name, role))
    assert told == {(name, role) for name in ("figures", "trail") for role in ("fg", "beheerder")}


async def test_what_oversight_did_not_write_is_in_no_figure_and_is_told(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    rows = [decided(desk, f"S-00000-0000{one}", "purpose", "set", "weging-1") for one in range(5)]
    await desk.add(*rows)
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(store.DecidedRow, rows[0].id)
        row.facts = row.facts | {"state": "phase-2"}
    found = await Counting(desk.platform).show(FG)
    assert found["notBelieved"] == 1
    assert found["phases"]["cells"][0][-1] is None
    assert found["phases"]["cells"][1][-1] == 0


async def test_quarters_are_those_of_the_calendar(desk_of: DeskOf) -> None:
    day = calendar_date((await desk_of("oversight")).clock.now()).replace(year=2027, month=2, day=1)
    assert quarters(day)[0] == "2025-K2"
    assert quarters(day)[-1] == "2027-K1"
    assert first_day(day).isoformat() == "2025-04-01"


@pytest.mark.parametrize("name", ["oversight", "intake"])
async def test_the_beheerder_sees_what_a_service_says_of_itself(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(name, tmp_path, monkeypatch)
    async with http_to(app) as http:
        app.state.platform.identity = cast(Any, Somebody(BEHEERDER))
        told = (await http.get("/v1/operations/status")).json()
        assert set(told) == {"ready", "service", "version", "trial", "missingForLive", "problems", "queues", "pruned"}
        for person in (FG, *OTHERS):
            app.state.platform.identity = cast(Any, Somebody(person))
            assert (await http.get("/v1/operations/status")).status_code == 403
