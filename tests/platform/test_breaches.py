"""The breach register: an entry from its discovery to its close, what is put before the FG, and who cannot touch it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from services.oversight.breaches import BreachRow
from services.oversight.store import ROOM
from services.oversight.use_cases import BreachRegister
from shared.audit import VANISHED
from shared.clock import calendar_date
from shared.contracts.common import KeysReleased
from shared.database.tables import Audit, Outgoing
from shared.engine.head import Head, vouched
from shared.engine.tables import DecisionRow, Dossier, ItemRow
from shared.errors import CannotSucceed, Conflict, Forbidden, Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.transit import Place, Transit
from shared.pages import Window
from shared.protocol.terms import add_years
from shared.queue import PATIENCE
from tests.platform.conftest import BaoOf, DeskOf
from tests.platform.desk import Desk
from tests.platform.real import Postgres

FG = Person("fatima", frozenset({"fg"}), has_just_proved=True)
OFFICER = Person("pieter", frozenset({"privacy-officer"}), has_just_proved=True)
BEHEERDER = Person("bea", frozenset({"beheerder"}), has_just_proved=True)
OOV = Person("anna", frozenset({"oov"}), has_just_proved=True)
SECRET = "Een map met meldingen lag op de balie van het gemeentehuis."
BROKEN, ALLOWED = {"broken": ["integrity"]}, {"because": "allowed"}
NO_RISK = {"noRisk": "De map was versleuteld."}
LEARNT = {"learnt": "De balie wordt voor sluitingstijd nagelopen."}
HAPPENED = {
    "happened": SECRET,
    "data": ["report", "identity"],
    "persons": {"concerned": "ongeveer 12", "reporters": "onbekend"},
    "consequences": "Wie het las, weet over wie is gemeld.",
    "measures": "De map is opgehaald en het pad is afgesloten.",
    "risk": "high",
}


async def begun(desk: Desk, ago: timedelta = timedelta(hours=1)) -> str:
    desk.designated |= {("fatima", "fg"), ("pieter", "privacy-officer"), ("bea", "beheerder")}
    await desk.hears_access()
    found = await BreachRegister(desk.engine).begin(BEHEERDER, desk.clock.now() - ago)
    return str(found["number"])


def notified(at: datetime, **more: str) -> dict[str, Any]:
    return {"notifiedAt": at.isoformat(), "reference": "AP-2026-1", **more}


def codes(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one.code for one in refused.value.faults]


@pytest.mark.allowed("R-8.8")
async def test_an_entry_goes_from_its_discovery_to_its_close(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    number = await begun(desk)
    (shown,) = (await BreachRegister(desk.engine).all(FG, Window()))["breaches"]
    assert (shown["number"], shown["state"], shown["clock"]) == (number, "incident-open", "running")
    assert datetime.fromisoformat(shown["deadline"]) == desk.clock.now() + timedelta(hours=71)
    await desk.decide(number, "breach-facts", "recorded", OFFICER, fields=HAPPENED)
    await desk.decide(number, "breach-authority", "notified", FG, fields=notified(desk.clock.now()))
    (shown,) = (await BreachRegister(desk.engine).all(FG, Window()))["breaches"]
    assert shown["clock"] == "answered"
    await desk.decide(number, "breach-persons", "not-told", FG, fields={"ground": "unreadable"})
    await desk.decide(number, "breach-close", "closed", FG, fields=LEARNT)
    assert (await desk.row(Dossier, number)).state == "incident-closed"
    with pytest.raises(Conflict):
        await desk.decide(number, "breach-facts", "recorded", OFFICER, fields=HAPPENED)
    assert await desk.rows(Outgoing) == [], "nothing of it leaves oversight"


@pytest.mark.refused("R-8.8")
async def test_nothing_is_closed_before_everything_is_written_down(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    number = await begun(desk)
    for key, outcome, fields in (
        ("breach-close", "closed", LEARNT),
        ("breach-authority", "notified", notified(desk.clock.now())),
        ("breach-persons", "told", {"toldOn": desk.clock.now().date().isoformat()}),
    ):
        with pytest.raises(Invalid):
            await desk.decide(number, key, outcome, FG, fields=fields)
    await desk.decide(number, "breach-facts", "recorded", FG, fields=HAPPENED)
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-close", "closed", FG, fields=LEARNT)
    assert codes(refused) == ["not-whole"]
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-authority", "not-notified", FG, fields=NO_RISK)
    assert codes(refused) == ["has-a-risk"], "a high risk is notified"
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-persons", "not-told", FG, fields={"ground": "no-high-risk"})
    assert codes(refused) == ["high-risk"]
    named = HAPPENED | {"persons": {"concerned": "Jan Wilgenroos"}}
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-facts", "recorded", FG, fields=named)
    assert codes(refused) == ["not-counted"], "numbers, not names"
    with pytest.raises(Invalid):
        await BreachRegister(desk.engine).begin(FG, desk.clock.now() + timedelta(minutes=1))


@pytest.mark.refused("R-8.8")
async def test_later_than_72_hours_says_why(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    number = await begun(desk, ago=timedelta(hours=72, minutes=1))
    (shown,) = (await BreachRegister(desk.engine).all(OFFICER, Window()))["breaches"]
    assert shown["clock"] == "overdue"
    await desk.decide(number, "breach-facts", "recorded", FG, fields=HAPPENED)
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-authority", "notified", FG, fields=notified(desk.clock.now()))
    assert codes(refused) == ["why-late"]
    before = desk.clock.now() - timedelta(days=30)
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-authority", "notified", FG, fields=notified(before))
    assert codes(refused) == ["before-discovery"]
    late = notified(desk.clock.now(), whyLate="Pas na navraag bleek wat er in de map zat.")
    await desk.decide(number, "breach-authority", "notified", FG, fields=late)


@pytest.mark.refused("R-8.8")
async def test_a_risk_that_is_judged_higher_later_does_not_close_unnotified(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    number = await begun(desk)
    await desk.decide(number, "breach-facts", "recorded", FG, fields=HAPPENED | {"risk": "unlikely"})
    await desk.decide(number, "breach-authority", "not-notified", FG, fields=NO_RISK)
    await desk.decide(number, "breach-persons", "not-told", FG, fields={"ground": "no-high-risk"})
    await desk.decide(number, "breach-facts", "recorded", OFFICER, fields=HAPPENED)
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "breach-close", "closed", FG, fields=LEARNT)
    assert codes(refused) == ["has-a-risk"]


@pytest.mark.refused("R-8.8")
async def test_only_the_fg_says_what_is_an_incident_and_the_beheerder_changes_nothing_of_it(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    await begun(desk)
    register = BreachRegister(desk.engine)
    number = await register.propose("frozen", "frozen|casework|S-1|1", {"producer": "casework"})
    assert number is not None
    assert await register.propose("frozen", "frozen|casework|S-1|1", {"producer": "casework"}) is None, "once"
    for person in (BEHEERDER, OFFICER, OOV):
        with pytest.raises(Forbidden):
            await desk.decide(number, "breach-proposal", "no-incident", person)
    with pytest.raises(Invalid):
        await desk.decide(number, "breach-proposal", "no-incident", FG, reason=" ", fields=ALLOWED)
    found = await desk.decide(number, "breach-proposal", "incident", FG, fields=BROKEN)
    decided = (await desk.decision(found)).id
    for key, outcome in (("breach-close", "closed"), ("breach-facts", "recorded"), ("withdrawal", "")):
        with pytest.raises((Forbidden, Conflict)):
            await desk.decide(number, key, outcome, BEHEERDER, confirms=decided if key == "withdrawal" else None)
    assert (await desk.row(Dossier, number)).state == "incident-open"
    other = await register.propose("frozen", "frozen|casework|S-2|2", {"producer": "casework"})
    assert other is not None
    await desk.decide(other, "breach-proposal", "no-incident", FG, fields=ALLOWED)
    assert (await desk.row(Dossier, other)).state == "incident-none"
    with pytest.raises(Forbidden):
        await register.begin(OOV, desk.clock.now())
    with pytest.raises(Forbidden):
        await register.all(OOV, Window())


@pytest.mark.refused("R-8.8")
async def test_who_is_the_subject_of_a_pattern_does_not_find_it_and_decides_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    await begun(desk)
    desk.designated |= {("frank", "fg")}
    await desk.hears_access()
    register, frank = BreachRegister(desk.engine), Person("frank", frozenset({"fg"}), has_just_proved=True)
    number = await register.propose("outside-hours", "outside-hours|frank|2026-11-01", {"actor": "frank"}, ["frank"])
    assert number is not None
    with pytest.raises(NotFound):
        await desk.decide(number, "breach-proposal", "no-incident", frank)
    assert number not in [one["number"] for one in (await register.all(frank, Window()))["breaches"]]
    with pytest.raises(NotFound):
        await desk.engine.showing.overview(number, frank, "supervision")
    await desk.decide(number, "breach-proposal", "incident", FG, fields=BROKEN)


@pytest.mark.refused("R-8.8")
async def test_what_the_database_superuser_writes_opens_nothing_and_shows(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("breaches")
    number = await begun(desk)
    register, superuser = BreachRegister(desk.engine), postgres.superuser("oversight")
    real = await register.propose("frozen", "frozen|casework|S-1|1", {"producer": "casework"})
    await superuser(
        "INSERT INTO dossier SELECT 'I-00000-00000', 'I-00000-00000', subject, version, 'incident-proposed', working_name,"
        " room_key, protocol, received_on, arrived_at, signed, due_on, last_act_on, people, earlier, closed_to, cluster,"
        f" handing_over_since, handed_to, \"left\", traceparent, turn, mac FROM dossier WHERE number = '{number}'"
    )
    await superuser(
        "INSERT INTO breach SELECT 'I-00000-00000', 'frozen', 'made up', facts, begun_by, discovered_at FROM breach"
        f" WHERE number = '{number}'"
    )
    with pytest.raises(NotBelieved):
        await desk.engine.showing.overview("I-00000-00000", FG, "supervision")
    with pytest.raises(NotBelieved):
        await desk.decide("I-00000-00000", "breach-proposal", "incident", FG, fields=BROKEN)
    # The clock is set back, a proposal is opened to somebody, and a decision is written in.
    await superuser(f"UPDATE breach SET discovered_at = discovered_at + interval '3 days' WHERE number = '{number}'")
    await superuser(f"UPDATE dossier SET state = 'incident-none' WHERE number = '{real}'")
    shown = {one["number"]: one for one in (await register.all(FG, Window()))["breaches"]}
    assert shown == {one: {"number": one, "notBelieved": True} for one in ("I-00000-00000", number, real)}, (
        "not even its state is told"
    )
    await superuser(f"DELETE FROM breach WHERE number = '{number}'")
    shown = {one["number"]: one for one in (await register.all(FG, Window()))["breaches"]}
    assert shown[number]["notBelieved"]


@pytest.mark.allowed("R-8.4")
@pytest.mark.refused("R-8.4")
async def test_the_words_of_an_entry_are_in_no_row_message_or_audit_line(
    desk_of: DeskOf, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = await desk_of("breaches")
    number = await begun(desk)
    await desk.decide(number, "breach-facts", "recorded", FG, fields=HAPPENED, reason=SECRET)
    await desk.engine.showing.overview(number, FG, "supervision")
    lines = await desk.rows(Audit)
    assert {"breach entry begun", "decision taken: breach-facts", "breach entry opened"} <= {
        one.entry["action"] for one in lines
    }, "every step is a line (R-8.4)"
    kinds = (Dossier, BreachRow, ItemRow)
    rows = [one.model_dump_json() for kind in kinds for one in await desk.rows(kind)]
    written = json.dumps([one.entry for one in lines]) + "".join(rows)
    said = capfd.readouterr()
    for word in ("map met meldingen", "gemeentehuis"):
        assert word not in written + said.out + said.err
    loaded = await desk.engine.parts.loader.load(number)
    assert loaded.fields_of(loaded.taken[0])["happened"] == SECRET
    keys = {(await desk.row(Dossier, one)).room_key for one in (number, await begun(desk))}
    assert len(keys) == 2, "each entry has a key of its own"


@pytest.mark.allowed("R-8.8")
async def test_what_is_nearly_too_late_stands_before_everything_that_came_later(
    desk_of: DeskOf, postgres: Postgres
) -> None:
    desk = await desk_of("breaches")
    register = BreachRegister(desk.engine)
    first = await begun(desk, ago=timedelta(hours=60))
    desk.clock.pass_by(60)
    frozen = await begun(desk)
    for one in range(3):
        desk.clock.pass_by(60)
        await judged_none(desk, f"frozen|casework|S-1|{one}")
    asked = await register.propose("frozen", "frozen|casework|S-2|1", {"producer": "casework"})
    await postgres.superuser("oversight")(f"UPDATE dossier SET state = 'incident-none' WHERE number = '{frozen}'")
    await register.all(FG, Window())
    page = await register.all(FG, Window(limit=3), waiting=True)
    assert [one["number"] for one in page["breaches"]] == [first, frozen, asked]
    assert [one.get("clock") for one in page["breaches"]] == ["nearly", None, None]
    assert page["breaches"][1]["notBelieved"], "who has it look done does not have it go unseen"
    with pytest.raises(Forbidden):
        await register.all(OOV, Window(), waiting=True)


# --- its end -------------------------------------------------------------------------------------------------


async def closed(desk: Desk) -> str:
    number = await begun(desk)
    await desk.decide(number, "breach-facts", "recorded", OFFICER, fields=HAPPENED)
    await desk.decide(number, "breach-authority", "notified", FG, fields=notified(desk.clock.now()))
    await desk.decide(number, "breach-persons", "not-told", FG, fields={"ground": "unreadable"})
    await desk.decide(number, "breach-close", "closed", FG, fields=LEARNT)
    return number


async def judged_none(desk: Desk, cause: str) -> str:
    number = await BreachRegister(desk.engine).propose("frozen", cause, {"producer": "casework"})
    assert number is not None
    await desk.decide(number, "breach-proposal", "no-incident", FG, fields=ALLOWED)
    return number


async def there(desk: Desk) -> set[str]:
    return {one.number for one in await desk.rows(Dossier)}


def years_on(desk: Desk, years: int, days: int = 0) -> None:
    on = add_years(calendar_date(desk.clock.now()), years) + timedelta(days=days)
    desk.clock.at = datetime.combine(on, time(12), UTC)


@pytest.mark.allowed("R-8.8")
async def test_an_entry_that_had_its_years_is_destroyed_by_two_hands(desk_of: DeskOf, bao_of: BaoOf) -> None:
    desk = await desk_of("breaches")
    number, none = await closed(desk), await judged_none(desk, "frozen|casework|S-1|1")
    register = BreachRegister(desk.engine)
    key = str((await desk.row(Dossier, number)).room_key)
    item = (await desk.rows(ItemRow, number=number))[0]
    day = calendar_date(desk.clock.now())
    desk.platform.releaser._bao = desk.platform.bao
    shown = {one["number"]: one["keptUntil"] for one in (await register.all(FG, Window()))["breaches"]}
    assert shown == {
        number: add_years(day, 5).isoformat(),
        none: add_years(day, 1).isoformat(),
    }
    years_on(desk, 1, days=1)
    await register.forget()
    assert await there(desk) == {number}, "what was no incident has a shorter term"
    years_on(desk, 4)
    await register.forget()
    assert await there(desk) == set()
    for kind in (BreachRow, ItemRow, DecisionRow):
        assert not await desk.rows(kind, number=number)
    with pytest.raises(NotFound):
        await desk.engine.showing.overview(number, FG, "supervision")
    told = [one for one in await desk.rows(Outgoing) if one.event == KeysReleased.event]
    released = [json.loads(one.body or b"{}")["released"][0] for one in told]
    assert {one.addressee for one in told} == {"retention"}
    assert key in [one["keys"][0]["key"] for one in released]
    assert number not in json.dumps(released), "of which entry it was, retention does not hear"
    await Transit(bao_of("retention"), ROOM).delete(key)
    with pytest.raises(CannotSucceed):
        await desk.platform.room().decrypt(key, [(Place(ROOM, number, item.item, item.version), item.ciphertext)])
    lines = [one.entry for one in await desk.rows(Audit) if one.entry["action"] == "breach entry destroyed"]
    assert {one["record"] for one in lines} == {number, none}
    assert {one["result"] for one in lines} == {VANISHED}
    await register.forget()
    assert len(await desk.rows(Outgoing)) == 2, "once"


@pytest.mark.refused("R-8.8")
async def test_what_is_open_or_has_time_left_stays_whatever_its_rows_say(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("breaches")
    number, still_open = await closed(desk), await begun(desk)
    waiting = await BreachRegister(desk.engine).propose("frozen", "frozen|casework|S-1|1", {"producer": "casework"})
    register, superuser = BreachRegister(desk.engine), postgres.superuser("oversight")
    years_on(desk, 5, days=-1)
    await register.forget()
    assert await there(desk) == {number, still_open, waiting}
    # Somebody has an open entry look closed, and a closed one look older than it is.
    await superuser(f"UPDATE dossier SET state = 'incident-closed' WHERE number = '{still_open}'")
    await superuser(f"UPDATE decision SET taken_at = taken_at - interval '9 years' WHERE number = '{number}'")
    await register.forget()
    years_on(desk, 9)
    await register.forget()
    assert await there(desk) == {number, still_open, waiting}, "what is not believed shows, and does not go"
    assert not await desk.rows(Outgoing)


@pytest.mark.allowed("R-8.8")
async def test_an_entry_that_cannot_be_judged_keeps_no_other_and_shows(desk_of: DeskOf) -> None:
    """Under a version of the law that is not known here (a file that was not put in place), and genuine."""
    desk = await desk_of("breaches")
    register = BreachRegister(desk.engine)
    desk.platform.releaser._bao = desk.platform.bao
    first, second, third = sorted([await judged_none(desk, f"frozen|casework|S-1|{n}") for n in range(3)])
    dossier, row = await desk.row(Dossier, first), await desk.row(BreachRow, first)
    decisions = tuple(await desk.rows(DecisionRow, number=first))
    items = tuple(await desk.rows(ItemRow, number=first))
    head = Head(Dossier(**dossier.model_dump() | {"protocol": "1999.1"}), items, decisions, own=(row,))
    async with desk.platform.database.transaction() as session:
        await session.merge(await vouched(desk.platform.mac, head))
    years_on(desk, 1, days=1)
    await register.forgetting.once()
    assert await there(desk) == {first}
    desk.clock.pass_by(PATIENCE.total_seconds())
    (stuck,) = register.forgetting.stuck().examples
    assert stuck.why == f"{first} stays: protocol version 1999.1 is not known here"
    # The register is read, and what was put before the FG is not put there anew.
    fresh = await begun(desk)
    shown = {one["number"]: one["notBelieved"] for one in (await register.all(FG, Window()))["breaches"]}
    assert shown == {first: True, fresh: False}
    assert await register.propose("frozen", row.cause, {"producer": "casework"}) is None
    assert {second, third} & await there(desk) == set()


async def test_a_day_on_which_the_clock_is_set_is_no_hour_more_or_less(desk_of: DeskOf) -> None:
    desk = await desk_of("breaches")
    # 24 October 2026, 12:00 in Amsterdam is 10:00 UTC; the clock goes back in the night after.
    desk.clock.at = datetime(2026, 10, 27, 9, 59, tzinfo=UTC)
    await begun(desk, ago=timedelta(hours=71, minutes=59))
    (shown,) = (await BreachRegister(desk.engine).all(FG, Window()))["breaches"]
    assert (shown["deadline"], shown["clock"]) == ("2026-10-27T10:00:00+00:00", "nearly")
    desk.clock.pass_by(120)
    (shown,) = (await BreachRegister(desk.engine).all(FG, Window()))["breaches"]
    assert shown["clock"] == "overdue"
