"""What the audit trail shows is put before the FG: once, of what was signed only, and as facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.oversight import patterns, store
from services.oversight.breaches import BreachRow
from services.oversight.patterns import TrailLine
from services.oversight.trail import AuditBatch, AuditLine
from services.oversight.use_cases import AccessReview, Anchoring, BreachRegister, Chains, TrailWatching
from shared.audit import GENESIS, chain
from shared.contracts.common import Audited
from shared.engine.head import vouch_for
from shared.engine.tables import Dossier, FrozenRow
from shared.errors import Forbidden, NotBelieved
from shared.identity import Person
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import Desk
from tests.platform.real import Postgres

FG = Person("fatima", frozenset({"fg"}), has_just_proved=True)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FROZEN = {"action": "frozen", "actor": None, "record": "S-00000-00001", "result": "not-believed", "reason": "not-ours"}


def said(action: str, at: datetime, actor: str | None = "anna", record: str = "S-00000-00001") -> dict[str, Any]:
    return {"at": at.isoformat(), "action": action, "actor": actor, "record": record, "result": "done"}


async def told(desk: Desk, *entries: dict[str, Any], producer: str = "casework", first: int = 1) -> None:
    """A message of a producer as oversight keeps it."""
    head = GENESIS
    for one in entries:
        head = chain(head, one)
    body = Audited(first=first, previous=GENESIS, entries=entries, head=head).model_dump_json().encode()
    batch = AuditBatch(
        producer=producer,
        first=first,
        last=first + len(entries) - 1,
        previous=GENESIS,
        head=head,
        headers={},
        body=body,
    )
    await vouch_for(desk.platform.mac, batch)
    lines = [
        AuditLine(producer=producer, seq=seq, actor=one.get("actor"), record=one.get("record"), entry=one)
        for seq, one in enumerate(entries, first)
    ]
    async with desk.platform.database.transaction() as session:
        session.add_all([batch, *lines])


async def watching(desk: Desk) -> tuple[TrailWatching, Chains, BreachRegister]:
    desk.designated |= {("fatima", "fg")}
    await desk.hears_access()
    register, chains = BreachRegister(desk.engine), Chains(desk.platform)
    return TrailWatching(register, chains), chains, register


@pytest.mark.allowed("R-8.8")
async def test_what_is_frozen_is_put_before_the_fg_once(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    watch, _, register = await watching(desk)
    await told(desk, FROZEN | {"at": desk.clock.now().isoformat()})
    assert (await watch.look(), await watch.look()) == (1, 0)
    another, _, _ = await watching(desk)
    assert await another.look() == 0, "a new process looks again, and knows it"
    (shown,) = (await register.all(FG, Window()))["breaches"]
    assert (shown["state"], shown["kind"], shown["clock"]) == ("incident-proposed", "tampered", None)
    assert shown["restsOn"]["record"] == "S-00000-00001"
    await told(desk, FROZEN | {"at": desk.clock.now().isoformat()}, first=2)
    assert await watch.look() == 1, "when it happens anew it is something else"


@pytest.mark.refused("R-8.8")
async def test_a_line_that_nobody_signed_proposes_nothing_and_a_row_keeps_nothing_back(
    desk_of: DeskOf, postgres: Postgres
) -> None:
    desk = await desk_of("breaches")
    watch, _, register = await watching(desk)
    superuser = postgres.superuser("oversight")
    at = desk.clock.now().isoformat()
    await told(desk, {"at": at, "action": "signal opened", "actor": "x", "record": "S-1"}, {"action": "frozen"})
    await superuser(
        "INSERT INTO audit_line (producer, seq, entry)"
        f' VALUES (\'casework\', 90, \'{{"action": "frozen", "at": "{at}"}}\')'
    )
    await superuser(
        "INSERT INTO audit_batch SELECT producer, 90, 90, previous, head, headers,"
        " convert_to(replace(convert_from(body, 'UTF8'), 'signal opened', 'frozen'), 'UTF8'), mac FROM audit_batch"
    )
    assert await watch.look() == 0
    # Somebody who knows what comes writes its cause in beforehand.
    await superuser(
        "INSERT INTO breach (number, kind, cause, facts, discovered_at)"
        " VALUES ('I-00000-00000', 'tampered', 'tampered|casework|3', '{}', now())"
    )
    await told(desk, FROZEN | {"at": at}, first=3)
    assert await watch.look() == 1
    assert [one["notBelieved"] for one in (await register.all(FG, Window()))["breaches"]] == [False]


@pytest.mark.allowed("R-8.8")
async def test_a_chain_that_is_not_whole_is_put_before_the_fg_once(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("breaches")
    watch, chains, register = await watching(desk)
    await told(desk, said("signal opened", desk.clock.now()))
    await chains.check("casework", "start")
    assert await watch.look() == 0
    await postgres.superuser("oversight")("UPDATE audit_line SET entry = '{}' WHERE producer = 'casework'")
    for _ in range(2):
        await chains.check("casework", "start")
        await watch.look()
    (shown,) = (await register.all(FG, Window()))["breaches"]
    assert (shown["kind"], shown["restsOn"]) == ("chain", {"producer": "casework"})


@pytest.mark.refused("R-8.8")
async def test_an_entry_that_is_put_back_or_deleted_shows(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("breaches")
    watch, _, register = await watching(desk)
    superuser, anchoring = postgres.superuser("oversight"), Anchoring(desk.platform, desk.engine.freezer)
    await told(desk, FROZEN | {"at": desk.clock.now().isoformat()})
    assert await watch.look() == 1
    (row,) = await desk.rows(BreachRow)
    (before,) = await desk.rows(Dossier)
    await desk.decide(row.number, "breach-proposal", "no-incident", FG, fields={"because": "test"})
    values = {"producer": "oversight", "record": row.number, "turn": 2, "at": desk.clock.now()}
    async with desk.platform.database.transaction() as session:
        await store.note_anchors(session, [values])
    await anchoring.tell()
    await desk.engine.parts.loader.load(row.number)
    # Every row as it was before the FG decided, with the MAC of then.
    await superuser(f"DELETE FROM decision WHERE number = '{row.number}'")
    await superuser(f"DELETE FROM item WHERE number = '{row.number}'")
    await superuser(
        f"UPDATE dossier SET state = 'incident-proposed', version = 1, turn = 1, mac = '{before.mac}',"
        f" last_act_on = '{before.last_act_on}' WHERE number = '{row.number}'"
    )
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.load(row.number)
    (shown,) = (await register.all(FG, Window()))["breaches"]
    assert shown == {"number": row.number, "notBelieved": True}
    await superuser("DELETE FROM dossier")
    await superuser("DELETE FROM frozen")
    for _ in range(2):
        await anchoring.tell()
    assert [one.record for one in await desk.rows(store.Anchor)] == [row.number]
    (frozen,) = await desk.rows(FrozenRow)
    assert "its rows are gone" in frozen.waits_because


@pytest.mark.allowed("R-7.7")
@pytest.mark.refused("R-7.7")
async def test_the_list_of_a_month_says_who_saw_what_and_what_to_look_at(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("breaches")
    _, chains, _ = await watching(desk)
    review, night = AccessReview(chains), MONDAY.replace(hour=22)
    entries = [
        said("signal opened", night, record=number(1)),
        said("signal opened", MONDAY, record=number(2)),
        said("signal opened", MONDAY + timedelta(minutes=1), record=number(2)),
        said("decision taken: weging-1", MONDAY + timedelta(minutes=5), record=number(2)),
        said("signal opened", MONDAY, "bart", number(1)),
        said("signal opened", MONDAY - timedelta(days=40), "clara", number(1)),
        # Midnight in Amsterdam is not that of UTC: this one is of December.
        said("signal opened", datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "dirk", number(1)),
    ]
    await told(desk, *entries)
    await postgres.superuser("oversight")(
        "INSERT INTO audit_line (producer, seq, actor, record, entry) VALUES ('casework', 90, 'x', 'y',"
        ' \'{"at": "2026-11-20 morgen", "action": "signal opened", "actor": "x", "record": "y"}\')'
    )
    found = await review.month(FG, "2026-11", None)
    assert found["people"] == [
        {"actor": "anna", "looks": 3, "records": 2, "outsideHours": 1, "mostInAnHour": 1, "withoutWork": 1},
        {"actor": "bart", "looks": 1, "records": 1, "outsideHours": 0, "mostInAnHour": 1, "withoutWork": 1},
    ]
    desk.clock.at = MONDAY + timedelta(days=1)
    early = await review.month(FG, "2026-11", None)
    assert {one["withoutWork"] for one in early["people"]} == {0}, "he may still work on it, today"
    desk.clock.at = MONDAY + timedelta(days=2)
    anna = await review.month(FG, "2026-11", "anna")
    assert [(one["record"], one["looks"], one["withoutWork"]) for one in anna["records"]] == [
        (number(1), 1, True),
        (number(2), 2, False),
    ]
    assert (await review.month(FG, "2026-11", "nobody"))["records"] == []
    for role in ("oov", "privacy-officer", "lot-member"):
        with pytest.raises(Forbidden):
            await review.month(Person("x", frozenset({role})), "2026-11", None)


# --- patterns, by hand ---------------------------------------------------------------------------


def lines(entries: Sequence[dict[str, Any]]) -> list[TrailLine]:
    return [TrailLine("casework", seq, one) for seq, one in enumerate(entries, 1)]


def found(entries: Sequence[dict[str, Any]], days: int = 5) -> dict[str, Any]:
    today = (MONDAY + timedelta(days=days)).date()
    return {one.kind: one for one in patterns.misuse(lines(entries), today)}


def number(n: int) -> str:
    return f"S-00000-{n:05}"


@pytest.mark.allowed("R-7.7")
def test_patterns_are_counted_by_the_rule_that_is_written_down() -> None:
    night = MONDAY.replace(hour=22)
    outside = [said("signal opened", night + timedelta(minutes=n)) for n in range(3)]
    assert set(found(outside)) == {"outside-hours"}
    one = found(outside)["outside-hours"]
    assert (one.facts["looks"], one.facts["records"], one.concerning) == (3, 1, ("anna",))
    burst = [said("task opened: answer", MONDAY + timedelta(minutes=n), record=number(n)) for n in range(20)]
    assert set(found(burst)) == {"burst"}
    idle = [said("signal opened", MONDAY + timedelta(hours=n), record=number(n)) for n in range(5)]
    assert set(found(idle)) == {"no-work"}
    assert found(idle)["no-work"].facts["which"] == [number(n) for n in range(5)]


@pytest.mark.refused("R-7.7")
def test_what_is_less_or_is_work_is_no_pattern_and_no_verdict() -> None:
    night = MONDAY.replace(hour=22)
    assert found([said("signal opened", night + timedelta(minutes=n)) for n in range(2)]) == {}
    slow = [said("task opened: answer", MONDAY + timedelta(minutes=4 * n), record=number(n)) for n in range(20)]
    assert found(slow) == {}, "not within an hour"
    idle = [said("signal opened", MONDAY + timedelta(hours=n), record=number(n)) for n in range(5)]
    worked = said("decision taken: weging-1", MONDAY + timedelta(days=1), record=number(0))
    assert found([*idle, worked]) == {}, "the day after is soon enough"
    assert set(found([*idle, worked | {"actor": "bart"}])) == {"no-work"}, "by somebody else it is no work of hers"
    assert found(idle, days=1) == {}, "whether she works on it is not known yet"
    assert found([one | {"result": "refused"} for one in idle]) == {}, "nobody saw anything"
    for one in found(idle).values():
        assert not {"score", "rank", "risk", "verdict"} & set(one.facts)


@pytest.mark.parametrize(
    ("at", "outside"),
    [
        ("2026-10-23T06:30:00+02:00", True),
        ("2026-10-26T07:00:00+01:00", False),
        ("2026-10-26T06:30:00+00:00", False),
        ("2026-03-30T05:30:00+00:00", False),
        ("2026-03-27T05:30:00+00:00", True),
        ("2026-11-28T12:00:00+01:00", True),
        ("2026-11-27T20:00:00+01:00", True),
    ],
)
def test_hours_are_those_of_the_clock_in_amsterdam(at: str, outside: bool) -> None:
    assert patterns.is_outside(datetime.fromisoformat(at)) is outside
