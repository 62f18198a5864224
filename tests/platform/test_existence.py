"""Is there something already? Who may make hashes, who may ask, and what is answered; each with real keys and signatures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.retention.settings import Settings
from services.retention.store import delete_rows
from services.retention.tables import ActiveCase, CheckRow, FindableRow
from services.retention.use_cases import AnsweringExistence, Keeping
from shared.bus.inbox import Handled, Incoming
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.dossier import Findable
from shared.database.tables import Audit, Tombstone
from shared.engine.head import vouch_for
from shared.errors import CannotSucceed, Forbidden, PartDown, TooMany
from shared.finding.things import Sameness, Thing, kept
from shared.identity import Person
from shared.keys import warrants as warrants_module
from shared.keys.handed import handed_over
from shared.keys.lookup import Lookup
from shared.keys.signing import read_claims
from shared.keys.warrants import KIND, Warrants
from shared.openbao import BaoRefused
from shared.privileges import ASKERS, BY_NAME, LOOKUP, LOOKUP_KEY, SERVICES
from shared.service.platform import Platform
from tests.platform.conftest import BaoOf, PlatformOf
from tests.platform.desk import MovedClock
from tests.platform.real import Bao, Postgres

ANNA, BRAM = Person("anna", frozenset({"oov"})), Person("bram", frozenset({"oov"}))
NEW, OLD, OTHER = "S-00000-00001", "S-00000-00002", "S-00000-00003"
JAN = Thing(name="Jan van den Berg", address="Dorpsstraat 12a, Schipluiden")
ASKED = Thing(name="J. v.d. Berg")
PER_HOUR = 5


class Said:
    """Retention, and what is told and asked of it by others."""

    def __init__(self, retention: Platform, others: dict[str, Platform]) -> None:
        self.retention, self.others = retention, others
        self.keeping = Keeping(retention)
        self.answering = AnsweringExistence(retention, Settings.model_construct(checks_per_hour=PER_HOUR))

    @classmethod
    async def of(cls, platform_of: PlatformOf, **more: Any) -> Said:
        names = ("assessment", "sources", "casework", "rights")
        return cls(await platform_of("retention", **more), {name: await platform_of(name) for name in names})

    async def holds(self, number: str, service: str = "assessment", before: str | None = None) -> None:
        handed = handed_over(self.others[before].signer, number, service) if before else None
        made = KeysMade(
            number=number, keys=(KeyRef(mount=str(BY_NAME[service].room), key=uuid4().hex),), handed_over=handed
        )
        await self._done(await self.keeping.keys_made(_from(service), made))

    async def tells(
        self, number: str, *things: Thing, by: str = "assessment", turn: int = 1, closed_to: tuple[str, ...] = ()
    ) -> None:
        hashed = await Lookup(self.others[by].bao).newest(kept(things))
        told = Findable(number=number, turn=turn, key_version=hashed.version, hashes=hashed.hashes, closed_to=closed_to)
        await self._done(await self.answering.told(_from(by), told))

    async def warrant(self, *things: Thing, by: str = "assessment", person: Person = ANNA, about: str = NEW) -> str:
        named = {f"S{place}": one for place, one in enumerate(things, 1)}
        platform = self.others[by]
        made = Warrants(platform.signer, Lookup(platform.bao), platform.machine)
        ground = warrants_module.SIGNED_FOR.get(by, "signal")
        issued = await made.issue(person, named, about=about, ground=ground)
        assert issued
        return issued.token

    async def asks(self, *things: Thing, person: Person = ANNA, **more: Any) -> dict[str, dict[str, str]]:
        """By thing and kind the numbers that are answered, with how each stands."""
        token = await self.warrant(*things, person=person, **more)
        return shown(await self.answering.check(person, token))

    async def _done(self, handled: Handled) -> None:
        await self.retention.database.together(handled.effect)


def _from(service: str) -> Incoming:
    return Incoming(uuid4(), service, signed=True)


def shown(answer: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {
        f"{one['thing']} {one['kind']}": {each["number"]: each["state"] for each in one["signals"]}
        for one in answer["results"]
        if one["signals"]
    }


# --- found -----------------------------------------------------------------------------------------


@pytest.mark.allowed("R-5.9", "R-9.10")
async def test_what_was_told_is_found_by_who_has_a_warrant(platform_of: PlatformOf) -> None:
    """In hand, closed and sealed; with what counts as the same, and nothing of what was found but its number."""
    said = await Said.of(platform_of)
    for number in (NEW, OLD, OTHER):
        await said.holds(number)
        await said.tells(number, JAN)
    async with said.retention.database.transaction() as session:
        today = date(2026, 3, 14)
        case = ActiveCase(number=OTHER, protocol="x", closed_on=today, last_act_on=today, moves_on=today)
        session.add(await vouch_for(said.retention.mac, case))
    answer = await said.answering.check(ANNA, await said.warrant(ASKED, Thing(address="dorpsstr. 12 A")))
    assert shown(answer) == {
        "S1 name-initials": {OLD: "active", OTHER: "closed"},
        "S2 address": {OLD: "active", OTHER: "closed"},
    }
    assert {one["kind"] for one in answer["rules"]} == {Sameness.ADDRESS, Sameness.INITIALS}
    assert "vrije tekst" in answer["note"]
    assert set(answer) == {"about", "results", "rules", "note"}


async def test_each_telling_stands_in_the_place_of_the_one_before(platform_of: PlatformOf) -> None:
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.tells(OLD, JAN, turn=1)
    await said.tells(OLD, Thing(name="Piet Bos"), turn=3)
    assert await said.asks(ASKED) == {}
    # One that was sent before and comes later changes nothing.
    await said.tells(OLD, JAN, turn=2)
    assert await said.asks(ASKED) == {}
    assert await said.asks(Thing(name="P. Bos")) == {"S1 name-initials": {OLD: "active"}}


async def test_after_a_change_of_the_key_all_of_them_are_found(platform_of: PlatformOf, openbao: Bao) -> None:
    """Who holds tells anew; what was sealed stays under its version, and is asked for under both."""
    said = await Said.of(platform_of)
    for number in (OLD, OTHER):
        await said.holds(number)
        await said.tells(number, JAN)
    openbao.administrator.write(f"{LOOKUP}/keys/{LOOKUP_KEY}/rotate")
    await said.tells(OTHER, JAN)
    async with said.retention.database.reading() as session:
        rows = (await session.scalars(select(FindableRow))).all()
    assert len({one.key_version for one in rows}) == 2
    assert set(rows[0].hashes).isdisjoint(rows[1].hashes)
    assert await said.asks(ASKED) == {"S1 name-initials": {OLD: "active", OTHER: "active"}}


async def test_who_stands_back_does_not_find_it(platform_of: PlatformOf) -> None:
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.tells(OLD, JAN, closed_to=(ANNA.user_id,))
    assert await said.asks(ASKED) == {}
    assert await said.asks(ASKED, person=BRAM) == {"S1 name-initials": {OLD: "active"}}


async def test_what_is_destroyed_is_found_no_more(platform_of: PlatformOf) -> None:
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.tells(OLD, JAN)
    async with said.retention.database.transaction() as session:
        await delete_rows(session, [OLD])
    assert await said.asks(ASKED) == {}
    async with said.retention.database.reading() as session:
        assert (await session.scalars(select(FindableRow))).all() == []


# --- who may -----------------------------------------------------------------------------------------


@pytest.mark.refused("R-5.10")
async def test_who_keeps_the_hashes_can_make_none(bao_of: BaoOf) -> None:
    """Nor can who has no signals; and nobody may rotate, export, change or delete the key."""
    for one in SERVICES:
        bao, makes = bao_of(one.name), Lookup(bao_of(one.name)).newest(["x"])
        if one.computes_hashes:
            assert len((await makes).hashes) == 1
        else:
            with pytest.raises(BaoRefused):
                await makes
            with pytest.raises(BaoRefused):
                await bao.call("POST", f"{LOOKUP}/hmac/{LOOKUP_KEY}", {"input": "eA=="})
        for method, path in (
            ("POST", f"keys/{LOOKUP_KEY}/rotate"),
            ("POST", f"keys/{LOOKUP_KEY}/config"),
            ("POST", f"keys/{LOOKUP_KEY}/trim"),
            ("DELETE", f"keys/{LOOKUP_KEY}"),
            ("GET", f"export/hmac-key/{LOOKUP_KEY}"),
            ("GET", f"backup/{LOOKUP_KEY}"),
            ("POST", f"verify/{LOOKUP_KEY}"),
            ("POST", "keys/another"),
        ):
            with pytest.raises(BaoRefused):
                await bao.call(method, f"{LOOKUP}/{path}", {} if method == "POST" else None)
    assert not BY_NAME["retention"].computes_hashes
    assert ASKERS == ("assessment", "rights")


@pytest.mark.refused("R-5.9", "R-9.10")
@pytest.mark.parametrize("by", ["sources", "casework", "retention"])
async def test_who_may_not_ask_signs_no_warrant(platform_of: PlatformOf, by: str) -> None:
    said = await Said.of(platform_of)
    said.others["retention"] = said.retention
    claims = {"id": str(uuid4()), "person": "anna", "about": NEW, "ground": "signal", "asked": []}
    with pytest.raises(Forbidden):
        await said.answering.check(ANNA, said.others[by].signer.sign(KIND, claims))


@pytest.mark.allowed("R-5.10")
async def test_rights_asks_for_a_request_and_for_nothing_else(platform_of: PlatformOf) -> None:
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.tells(OLD, JAN)
    beheerder = Person("bea", frozenset({"beheerder"}))
    assert await said.asks(ASKED, by="rights", person=beheerder, about="V-1") == {"S1 name-initials": {OLD: "active"}}
    rights = said.others["rights"]
    made = Warrants(rights.signer, Lookup(rights.bao), rights.machine)
    for_a_signal = await made.issue(beheerder, {"a": ASKED}, about=OLD, ground="signal")
    assert for_a_signal
    with pytest.raises(Forbidden):
        await said.answering.check(beheerder, for_a_signal.token)


@pytest.mark.refused("R-9.10")
async def test_a_warrant_is_of_one_person_for_a_minute_and_once(
    platform_of: PlatformOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await Said.of(platform_of)
    token = await said.warrant(ASKED)
    with pytest.raises(Forbidden):
        await said.answering.check(BRAM, token)
    await said.answering.check(ANNA, token)
    with pytest.raises(Forbidden):
        await said.answering.check(ANNA, token)
    token = await said.warrant(ASKED)
    answers = await asyncio.gather(*(said.answering.check(ANNA, token) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["Forbidden", "Forbidden", "dict"]
    token = await said.warrant(ASKED)
    head, body, signature = token.split(".")
    for forged in (f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}", "a.b.c", "x", head + "." + body + "."):
        with pytest.raises(Forbidden):
            await said.answering.check(ANNA, forged)
    monkeypatch.setattr(warrants_module, "LASTS", timedelta(seconds=-1))
    with pytest.raises(Forbidden):
        await said.answering.check(ANNA, token)


@pytest.mark.refused("R-5.9")
async def test_a_person_asks_so_often_in_an_hour_and_hears_when_he_may_again(platform_of: PlatformOf) -> None:
    clock = MovedClock()
    said = await Said.of(platform_of, clock=clock)
    for _ in range(PER_HOUR):
        await said.asks(ASKED)
    with pytest.raises(TooMany) as refused:
        await said.asks(ASKED)
    again = datetime.fromisoformat(refused.value.extra["again"])
    assert again.second == again.microsecond == 0, "what a page says to the minute holds at that minute"
    assert timedelta(hours=1) < again - clock.now() <= timedelta(hours=1, minutes=1)
    await said.asks(ASKED, person=BRAM)
    clock.at = again
    await said.asks(ASKED)
    async with said.retention.database.reading() as session:
        assert len((await session.scalars(select(CheckRow))).all()) == 1
        lines = [one.entry for one in (await session.scalars(select(Audit))).all()]
    refusals = [one for one in lines if one["action"] == "existence answered" and one["result"] == "refused"]
    assert len(refusals) == 1


async def test_who_has_no_file_asks_nothing_with_a_warrant_of_his_own(platform_of: PlatformOf) -> None:
    said = await Said.of(platform_of)
    lot = Person("lot", frozenset({"lot-member"}))
    token = await said.warrant(ASKED, person=lot)
    with pytest.raises(Forbidden):
        await said.answering.check(lot, token)


# --- what is told and written by others ---------------------------------------------------------------


@pytest.mark.refused("R-5.10")
async def test_who_does_not_hold_a_signal_tells_nothing_of_it(platform_of: PlatformOf) -> None:
    said = await Said.of(platform_of)
    with pytest.raises(PartDown):
        await said.tells(OLD, JAN)
    await said.holds(OLD)
    for other in ("sources", "casework"):
        # That it came to him may be heard after what he tells: it waits, and shows.
        with pytest.raises(PartDown):
            await said.tells(OLD, JAN, by=other)
    await said.tells(OLD, JAN)
    await said.holds(OLD, "sources", before="assessment")
    with pytest.raises(CannotSucceed, match="does not hold"):
        await said.tells(OLD, JAN, by="rights")
    # What assessment told before, and comes now, has had its time.
    await said.tells(OLD, Thing(name="Piet Bos"), turn=9)
    assert await said.asks(ASKED) == {"S1 name-initials": {OLD: "active"}}
    await said.tells(OLD, Thing(name="Piet Bos"), by="sources")
    assert await said.asks(ASKED) == {}


async def test_what_who_sealed_it_told_counts_when_it_comes_after_that(platform_of: PlatformOf) -> None:
    """It ended so soon that its telling was still on its way; nobody else can tell it any more."""
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.holds(OLD, "sources", before="assessment")
    holder = await said.answering._holders.sealed(OLD, "sources")
    async with said.retention.database.transaction() as session:
        await session.merge(holder)
    await said.tells(OLD, Thing(name="Piet Bos"), turn=9)
    await said.tells(OLD, JAN, by="sources")
    assert await said.asks(Thing(name="Piet Bos")) == {}
    assert await said.asks(ASKED) == {"S1 name-initials": {OLD: "sealed"}}
    with pytest.raises(CannotSucceed, match="does not hold"):
        await said.tells(OLD, JAN, by="casework")


@pytest.mark.refused("R-9.10")
async def test_a_row_that_somebody_writes_finds_nothing_and_is_noticed(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    """A database superuser points a name at a signal of his choice, or takes a row to another number."""
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.tells(OLD, JAN)
    write = postgres.superuser("retention")
    await write(
        f"INSERT INTO findable SELECT '{OTHER}', holder, turn, key_version, hashes, closed_to, mac FROM findable"
    )
    assert await said.asks(ASKED) == {"S1 name-initials": {OLD: "active"}}
    await write("UPDATE findable SET closed_to = '[\"bram\"]'")
    assert await said.asks(ASKED) == {}
    shown_rows = said.answering.doubts.stuck()
    assert {row.about["record"] for row in shown_rows.examples} == {OLD, OTHER}
    async with said.retention.database.reading() as session:
        lines = [one.entry for one in (await session.scalars(select(Audit))).all()]
    assert {one["record"] for one in lines if one["action"] == "findable not believed"} == {OLD, OTHER}
    # Told anew, it is believed again.
    await said.tells(OLD, JAN)
    assert await said.asks(ASKED) == {"S1 name-initials": {OLD: "active"}}


@pytest.mark.refused("R-5.9")
async def test_nothing_of_a_question_is_left(
    platform_of: PlatformOf, postgres: Postgres, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """No value, no hash and no candidate: in no table, no line of the trail and no log."""
    said = await Said.of(platform_of)
    token = await said.warrant(replace(ASKED, name="J. van Hazelaarsberg", address="Wilgenroosplein 77"))
    hashes = {one for each in read_claims(token)["asked"] for one in each["hashes"]}
    await said.answering.check(ANNA, token)
    connection = await postgres.connect("retention")
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [str(await connection.fetch(f"SELECT * FROM {one['tablename']}")) for one in tables]
    await connection.close()
    captured = capsys.readouterr()
    text = "\n".join([*rows, caplog.text, captured.out, captured.err])
    assert "existence answered" in text
    assert [one for one in hashes if one in text] == []
    assert [one for one in ("wilgenroos", "hazelaarsberg") if one in text.lower()] == []


@pytest.mark.refused("R-9.10")
async def test_the_row_of_what_was_destroyed_is_put_back_and_finds_nothing(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    """It agrees with its MAC: but nobody holds the signal, or it has its tombstone."""
    said = await Said.of(platform_of)
    await said.holds(OLD)
    await said.tells(OLD, JAN)
    write = postgres.superuser("retention")
    await write("CREATE TABLE kept_findable AS SELECT * FROM findable")
    await write("CREATE TABLE kept_holder AS SELECT * FROM holder")
    async with said.retention.database.transaction() as session:
        await delete_rows(session, [OLD])
        session.add(Tombstone(number=OLD, destroyed_at=said.retention.clock.now()))
    await write("INSERT INTO findable SELECT * FROM kept_findable")
    assert await said.asks(ASKED) == {}
    await write("INSERT INTO holder SELECT * FROM kept_holder")
    assert await said.asks(ASKED) == {}
    # What its last holder told and comes late has no effect, and waits for nothing.
    await write("DELETE FROM findable")
    await said.tells(OLD, JAN)
    async with said.retention.database.reading() as session:
        assert (await session.scalars(select(FindableRow))).all() == []
