"""Nothing is destroyed early, nor with another's keys, nor by an approval that was taken back: PostgreSQL's superuser, and
a service that is taken over, at what retention keeps and oversight approves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.casework.use_cases.move import Moving
from services.oversight import lists
from services.oversight import store as oversight
from services.oversight.use_cases import RegisterKeeping, Releasing
from services.retention import holds
from services.retention.settings import Settings
from services.retention.tables import ActiveCase, DestructionList, Hold, SealedSignal
from services.retention.use_cases import Destruction, Holds, Listing
from services.retention.use_cases.compaction import Compactions
from shared.clock import calendar_date
from shared.contracts.common import KeyRef
from shared.contracts.dossier import DecidedLetter
from shared.contracts.oversight import Approved
from shared.contracts.retention import Listed, ListedSignal, MoveCase, Withheld
from shared.database.tables import Audit, Outgoing
from shared.errors import CannotSucceed, Conflict, NotBelieved, PartDown
from shared.identity import Person
from shared.keys.transit import key_name, moved_by
from shared.openbao import STRUCK, BaoRefused
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf, PlatformOf
from tests.platform.desk import VERSION, WINDOW, Desk
from tests.platform.real import Postgres, RealParts
from tests.platform.test_engine_elsewhere import offered

BEHEERDER = Person("beheerder", frozenset({"beheerder"}), has_just_proved=True)
NUMBER, OTHER = "S-00000-00001", "S-00000-00002"
ENDED = datetime(2025, 3, 14, 12, tzinfo=UTC)
ENDS_ON, LISTED_ON = date(2026, 3, 14), date(2026, 3, 15)


# --- retention: what was sealed ----------------------------------------------------------------------------


def sealed(number: str, ends_on: date, **more: object) -> SealedSignal:
    item = {"archive": "archive-signal", "key": "k", "item": "report", "version": 1, "ciphertext": "vault:v1:x"}
    values = {
        "number": number,
        "version": 7,
        "state": State.SEALED,
        "phase": 1,
        "ending": "weging-1:no-suspicion",
        "article": "art. 12 lid 2",
        "protocol": VERSION,
        "received_on": ENDED.date(),
        "decided_on": ENDED.date(),
        "ends_on": ends_on,
        "dossier": [item],
        "decisions": [],
        "sealed_at": ENDED,
        "staying": [],
    }
    return SealedSignal.model_validate(values | more)


CHANGES = {
    "end date": f"ends_on = '{ENDS_ON}'",
    "keys": "dossier = jsonb_set(dossier, '{0,key}', '\"another\"')",
    "phase": "phase = 4",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_sealed_signal_that_was_changed_is_not_listed_and_shows(
    desk_of: DeskOf, postgres: Postgres, change: str
) -> None:
    """Before, a changed end date was listed, approved, and destroyed a year early."""
    desk = await desk_of("retention")
    later = ENDS_ON if "ends_on" not in change else ENDS_ON + timedelta(days=365)
    await desk.add(sealed(NUMBER, later), sealed(OTHER, ENDS_ON))
    await postgres.superuser("retention")(f"UPDATE sealed_signal SET {change} WHERE number = $1", NUMBER)
    listing = Listing(desk.platform, Settings(**desk.platform.settings.model_dump()))
    await listing.run_for(LISTED_ON)
    (told,) = await desk.rows(Outgoing, event=Listed.event)
    assert [one.number for one in Listed.model_validate_json(told.body or b"").signals] == [OTHER]
    shown = listing.doubts.stuck()
    assert [one.about for one in shown.examples] == [{"record": NUMBER}]
    assert [one.entry["record"] for one in await desk.rows(Audit) if one.entry["action"].endswith("not believed")] == [
        NUMBER
    ]


async def test_an_approval_of_what_was_changed_since_deletes_no_key(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("retention")
    listed = DestructionList(id=uuid4(), listed_on=LISTED_ON, approve_before=LISTED_ON, ultimate_on=LISTED_ON)
    await desk.add(listed, sealed(NUMBER, ENDS_ON, state=State.LISTED, list_id=listed.id))
    await postgres.superuser("retention")(f"UPDATE sealed_signal SET {CHANGES['keys']}")
    destruction = Destruction(
        desk.platform, Compactions(desk.platform, Settings(**desk.platform.settings.model_dump()))
    )
    message = Approved(list_id=listed.id, numbers=(NUMBER,), approver="b", approved_at=ENDED)
    with pytest.raises(NotBelieved):
        await desk.hears(destruction.approved, message, "oversight")
    assert [one.state for one in await desk.rows(SealedSignal)] == [State.LISTED]


UNTIL = date(2199, 1, 1)
HOLD_CHANGES = {
    "ended": "UPDATE hold SET state = 'ended'",
    "ends early": "UPDATE hold SET ends_on = '2026-01-01'",
    "keeps less": "UPDATE hold SET items = '[]'",
    "of another": f"UPDATE hold SET number = '{OTHER}'",
    "taken away": "DELETE FROM hold",
    "put back": "UPDATE hold SET state = 'proposed', approved_by = NULL",
}


async def held(desk: Desk) -> UUID:
    """A signal whose report a hold keeps, and another that is due too."""
    await desk.add(sealed(NUMBER, ENDS_ON), sealed(OTHER, ENDS_ON))
    identifier, asked_at = uuid4(), ENDED
    hold = Hold(
        id=identifier,
        number=NUMBER,
        state=holds.PROPOSED,
        ground="bezwaar",
        items=["report"],
        ends_on=UNTIL,
        asked_by="anna",
        asked_at=asked_at,
    )
    mac = desk.platform.mac
    async with desk.platform.database.transaction() as session:
        await holds.ask(session, mac, hold)
        change = {"state": holds.HELD, "approved_by": "beheerder"}
        await holds.change(session, mac, NUMBER, identifier, holds.PROPOSED, **change)
    return identifier


async def staying(desk: Desk, listing: Listing) -> dict[str, list[str]]:
    """What of each signal that is listed stays."""
    await listing.run_for(LISTED_ON)
    told = [Listed.model_validate_json(one.body or b"") for one in await desk.rows(Outgoing, event=Listed.event)]
    return {one.number: list(one.staying) for each in told for one in each.signals}


@pytest.mark.allowed("R-9.15")
@pytest.mark.refused("R-9.15")
@pytest.mark.parametrize("change", HOLD_CHANGES.values(), ids=HOLD_CHANGES.keys())
async def test_what_a_hold_keeps_goes_by_no_row_that_somebody_changed(
    desk_of: DeskOf, postgres: Postgres, change: str
) -> None:
    desk = await desk_of("retention")
    identifier, superuser = await held(desk), postgres.superuser("retention")
    listing = Listing(desk.platform, Settings(**desk.platform.settings.model_dump()))
    before = await superuser.kept("hold")
    await superuser(change)
    assert await staying(desk, listing) == {OTHER: []}
    assert [one.about for one in listing.doubts.stuck().examples] == [{"record": NUMBER}]
    with pytest.raises((NotBelieved, Conflict)):
        async with desk.platform.database.transaction() as session:
            await holds.change(session, desk.platform.mac, NUMBER, identifier, holds.HELD, state=holds.ENDED)
    await superuser.put_back(before)
    assert await staying(desk, listing) == {OTHER: [], NUMBER: ["report"]}
    assert listing.doubts.stuck().count == 0


@pytest.mark.refused("R-9.15")
async def test_a_hold_that_somebody_puts_there_keeps_nothing(desk_of: DeskOf, postgres: Postgres) -> None:
    """Made up, or one that ended, as retention wrote it when it was in force."""
    desk = await desk_of("retention")
    identifier, superuser = await held(desk), postgres.superuser("retention")
    in_force = await superuser.kept("hold")
    async with desk.platform.database.transaction() as session:
        await holds.change(session, desk.platform.mac, NUMBER, identifier, holds.HELD, state=holds.ENDED)
    await superuser.put_back(in_force)
    columns = "state, ground, items, ends_on, asked_by, asked_at, approved_by, mac"
    await superuser(f"INSERT INTO hold (id, number, {columns}) SELECT $1, $2, {columns} FROM hold", uuid4(), OTHER)
    listing = Listing(desk.platform, Settings(**desk.platform.settings.model_dump()))
    assert await staying(desk, listing) == {NUMBER: [], OTHER: []}
    found = await Holds(desk.engine).waiting(BEHEERDER, Window())
    assert found["notBelieved"] == 1


CASE_CHANGES = {
    "later": ("moves_on = '2199-01-01'", True),
    "ordered for ever": ("ordered_on = '2199-01-01'", True),
    "another": (f"number = '{OTHER}'", True),
    "nothing": ("number = number", False),
}


@pytest.mark.refused("R-25.4")
@pytest.mark.parametrize(("change", "doubted"), CASE_CHANGES.values(), ids=CASE_CHANGES.keys())
async def test_a_case_whose_day_was_changed_shows_before_its_day_would_come(
    desk_of: DeskOf, postgres: Postgres, change: str, doubted: bool
) -> None:
    desk = await desk_of("retention")
    case = ActiveCase(
        number=NUMBER, protocol=VERSION, closed_on=ENDED.date(), last_act_on=ENDED.date(), moves_on=ENDS_ON
    )
    await desk.add(case)
    await postgres.superuser("retention")(f"UPDATE active_case SET {change}")
    listing = Listing(desk.platform, Settings(**desk.platform.settings.model_dump()))
    for _ in range(2):
        await listing.run_for(LISTED_ON)
    assert len(await desk.rows(Outgoing, event=MoveCase.event)) == (0 if doubted else 1), "once a day"
    assert bool(listing.case_doubts.stuck().count) is doubted
    await listing.run_for(LISTED_ON + timedelta(days=1))
    assert len(await desk.rows(Outgoing, event=MoveCase.event)) == (0 if doubted else 2), "again the next day"


async def test_a_case_is_not_moved_before_its_years_are_over(desk_of: DeskOf) -> None:
    """A row of retention says when to order it; casework knows by itself when the case was last processed."""
    desk = await desk_of("casework")
    number = await desk.arrives(State.CLOSED)
    with pytest.raises(CannotSucceed, match="active years"):
        await desk.hears(
            Moving(desk.engine).ordered,
            MoveCase(number=number, ordered_on=calendar_date(desk.clock.now())),
            "retention",
        )


# --- oversight: what is listed ---------------------------------------------------------------------------


def ended(number: str = NUMBER, *, ended_in: int = 1, decision: UUID | None = None) -> oversight.DecidedRow:
    """What oversight heard of the decision that ended a signal."""
    facts = {
        "decision": str(decision or uuid4()),
        "ended_in": ended_in,
        "taken_at": ENDED.isoformat(),
        "protocol": VERSION,
    }
    return oversight.DecidedRow(
        id=uuid4(),
        producer="assessment",
        number=number,
        version=6,
        facts=facts,
        room_key="k",
        carried_by="k",
        ciphertext="",
        taken_at=ENDED,
    )


def key_of(row: oversight.DecidedRow) -> KeyRef:
    return KeyRef(mount="archive-signal", key=key_name(UUID(row.facts["decision"]), "archive-signal"))


def a_list(*keys: KeyRef, ends_on: date = ENDS_ON, listed_on: date = LISTED_ON) -> Listed:
    line = ListedSignal(
        number=NUMBER,
        version=8,
        category="signaal",
        ending="weging-1:no-suspicion",
        article="art. 12 lid 2",
        decided_on=ENDED.date(),
        ends_on=ends_on,
        archive_keys=keys,
    )
    return Listed(
        list_id=uuid4(), listed_on=listed_on, approve_before=listed_on, ultimate_on=listed_on, signals=(line,)
    )


async def test_a_list_is_taken_in_when_it_says_what_the_decisions_say(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    row = ended()
    await desk.add(row)
    await desk.hears(Releasing(desk.platform).listed, a_list(key_of(row)), "retention")
    assert [one.number for one in await desk.rows(lists.ListedRow)] == [NUMBER]


async def test_retention_lists_nothing_early_and_no_key_of_another(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    row, other = ended(), ended(OTHER)
    await desk.add(row, other)
    year = timedelta(days=365)
    room = KeyRef(mount="room-signal", key=key_name(UUID(row.facts["decision"]), "room-signal"))
    for wrong in (
        a_list(key_of(row), ends_on=ENDS_ON - year, listed_on=LISTED_ON - year),
        a_list(key_of(row), listed_on=ENDS_ON),
        a_list(key_of(row), key_of(other)),
        a_list(key_of(row), room),
    ):
        with pytest.raises(CannotSucceed, match="a list with"):
            await desk.hears(Releasing(desk.platform).listed, wrong, "retention")
    assert await desk.rows(lists.ListedRow) == []


async def test_what_oversight_does_not_know_as_ended_waits(desk_of: DeskOf) -> None:
    """Waits, for the decision may still come; then the same list is taken in."""
    desk = await desk_of("oversight")
    row = ended()
    message = a_list(key_of(row))
    with pytest.raises(PartDown, match="not heard of the decision"):
        await desk.hears(Releasing(desk.platform).listed, message, "retention")
    await desk.add(row)
    await desk.hears(Releasing(desk.platform).listed, message, "retention")
    assert [one.number for one in await desk.rows(lists.ListedRow)] == [NUMBER]


async def test_a_case_is_kept_from_the_decision_that_closed_it(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    closing = uuid4()
    await desk.add(ended(ended_in=5, decision=closing))
    key = KeyRef(mount="archive-case", key=key_name(moved_by(closing), "archive-case"))
    with pytest.raises(CannotSucceed, match="end date"):
        await desk.hears(Releasing(desk.platform).listed, a_list(key), "retention")
    late = date(ENDS_ON.year + 5, 3, 14)
    await desk.hears(
        Releasing(desk.platform).listed, a_list(key, ends_on=late, listed_on=late + timedelta(days=1)), "retention"
    )


@pytest.mark.parametrize("change", ["taken_at", "decision"])
async def test_a_row_changes_nothing_of_how_a_signal_ended(desk_of: DeskOf, postgres: Postgres, change: str) -> None:
    desk = await desk_of("oversight")
    row = ended()
    await desk.add(row)
    value = {"taken_at": (ENDED - timedelta(days=365)).isoformat(), "decision": str(uuid4())}[change]
    await postgres.superuser("oversight")(
        "UPDATE decided SET facts = facts || jsonb_build_object($1::text, $2::text)", change, value
    )
    with pytest.raises(NotBelieved):
        await desk.hears(Releasing(desk.platform).listed, a_list(key_of(row)), "retention")


async def test_no_service_ends_a_signal_in_the_phase_of_another(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    told = DecidedLetter(
        number=NUMBER,
        letters=(),
        version=3,
        key="weging-1",
        outcome="no-suspicion",
        article="art. 12 lid 2",
        deciders=("anna",),
        recorder="anna",
        role="oov",
        taken_at=ENDED,
        protocol=VERSION,
        state="handing-over",
        ended_in=1,
    )
    for phase in (1, 4, 9):
        with pytest.raises(CannotSucceed, match="another service"):
            await desk.hears(
                RegisterKeeping(desk.platform).decided, told.model_copy(update={"ended_in": phase}), "sources"
            )


# --- oversight: what is approved --------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["keys", "facts", "a signal more"])
async def test_a_list_that_was_changed_is_not_approved(desk_of: DeskOf, postgres: Postgres, change: str) -> None:
    desk = await desk_of("oversight")
    listed = await offered(desk, NUMBER)
    superuser = postgres.superuser("oversight")
    if change == "keys":
        await superuser("""UPDATE listed_signal SET archive_keys = '[{"mount": "archive-case", "key": "x"}]'""")
    elif change == "facts":
        await superuser("""UPDATE listed_signal SET facts = '{"endsOn": "2020-01-01"}'""")
    else:
        await superuser(
            "INSERT INTO listed_signal"
            " SELECT list_id, $1, state, approval, facts, archive_keys, duties, place, released_at, mac FROM listed_signal",
            OTHER,
        )
    with pytest.raises(NotBelieved):
        await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": listed})
    assert await desk.rows(lists.Approval) == []


ROWS = ("approval", "listed_signal", "offered_list", "decision", "item")


async def approve(desk: Desk, listed: str) -> UUID:
    found = await desk.decide(listed, "approve-destruction", "approved", BEHEERDER, fields={"confirmList": listed})
    return (await desk.decision(found)).id


async def test_a_withdrawn_approval_that_was_brought_back_releases_nothing(desk_of: DeskOf, postgres: Postgres) -> None:
    """All rows of before the withdrawal are put back together, each as oversight wrote it."""
    desk = await desk_of("oversight")
    superuser = postgres.superuser("oversight")
    listed = await offered(desk, NUMBER)
    approval = await approve(desk, listed)
    before = await superuser.kept(*ROWS)
    await desk.decide(listed, "withdrawal", "", BEHEERDER, confirms=approval)
    await superuser.put_back(before)
    desk.clock.pass_by(WINDOW + 1)
    row = await desk.row(lists.Approval, approval)
    assert row.withdrawn is False
    with pytest.raises(NotBelieved, match="withdrawn"):
        await Releasing(desk.platform).release(row)
    assert await desk.rows(Outgoing, event=Approved.event) == []
    # What was approved beside it, and not withdrawn, is released.
    again = await offered(desk, OTHER)
    other = await approve(desk, again)
    desk.clock.pass_by(WINDOW + 1)
    await Releasing(desk.platform).release(await desk.row(lists.Approval, other))
    assert len(await desk.rows(Outgoing, event=Approved.event)) == 1


async def test_what_a_hold_took_off_and_was_put_back_is_not_released(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("oversight")
    superuser = postgres.superuser("oversight")
    listed = await offered(desk, NUMBER)
    approval = await approve(desk, listed)
    before = await superuser.kept(*ROWS)
    await desk.hears(Releasing(desk.platform).withheld, Withheld(list_id=UUID(listed), number=NUMBER), "retention")
    await superuser.put_back(before)
    desk.clock.pass_by(WINDOW + 1)
    with pytest.raises(NotBelieved, match="hold"):
        await Releasing(desk.platform).release(await desk.row(lists.Approval, approval))
    assert await desk.rows(Outgoing, event=Approved.event) == []


async def test_oversight_itself_takes_back_no_note(platform_of: PlatformOf, parts: RealParts) -> None:
    bao, note = (await platform_of("oversight")).bao, f"{uuid4()}/{uuid4()}"
    await bao.call("POST", f"{STRUCK}/{note}", {"data": {"statement": "x"}})
    for method, path in (
        ("POST", f"{STRUCK}/{note}"),
        ("GET", f"{STRUCK}/{note}"),
        ("DELETE", f"{STRUCK}/{note}"),
        ("DELETE", f"kv/metadata/struck/{note}"),
        ("POST", f"kv/destroy/struck/{note}"),
    ):
        with pytest.raises(BaoRefused):
            await bao.call(method, path, {"data": {"statement": "y"}} if method == "POST" else None)
    other = (await platform_of("retention")).bao
    with pytest.raises(BaoRefused):
        await other.call("POST", f"{STRUCK}/{uuid4()}/x", {"data": {}})
