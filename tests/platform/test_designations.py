"""Designations are what access signed when somebody decided: no row makes one, brings one back, or is believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.access.leases import Leasing
from services.access.register import Registering
from services.access.settings import Settings
from services.access.statements import Statements
from services.oversight.store import statements_beyond
from services.oversight.use_cases import DesignationKeeping
from shared.bus.inbox import Incoming
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.access import STATEMENT_KIND, Designating, DesignationStated, Leases, Stated
from shared.contracts.oversight import DesignationsKept
from shared.errors import CannotSucceed, PartDown
from shared.keys.signing import NotSigned, Signer
from tests.platform.conftest import BaoOf, PlatformOf
from tests.platform.real import Nats, RealParts
from tests.platform.small_house import BEHEERDER, FG, SmallHouse, small_house, until
from tests.security.attacker import NoSigner

ANNA, MALLORY = "user-anna", "user-mallory"


@pytest.fixture
async def house(
    parts: RealParts, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SmallHouse]:
    async with small_house(parts, tmp_path, monkeypatch, "oversight", "access") as found:
        await found.begins()
        yield found


async def roles(house: SmallHouse, user: str) -> set[str]:
    """What access itself holds somebody to be designated for, in what it tells everybody."""
    (row,) = await house.sql("access", "SELECT convert_from(body, 'UTF8')::jsonb AS told FROM lease")
    return {one["role"] for one in json.loads(row["told"])["designations"] if one["user_id"] == user}


async def told_anew(house: SmallHouse) -> None:
    """Access has said once more who is designated."""
    said = "SELECT (convert_from(body, 'UTF8')::jsonb ->> 'issued_at') AS at FROM lease"
    (before,) = await house.sql("access", said)

    async def newer() -> bool:
        (now,) = await house.sql("access", said)
        return bool(now["at"] != before["at"])

    await until(newer)


async def kept_by_oversight(house: SmallHouse, newest: int) -> None:
    """Oversight has every statement up to `newest`."""

    async def so() -> bool:
        (found,) = await house.sql("oversight", "SELECT count(*) AS kept FROM kept_statement WHERE seq <= $1", newest)
        return bool(found["kept"] == newest)

    await until(so)


async def numbers(house: SmallHouse) -> list[int]:
    return [row["seq"] for row in await house.sql("access", "SELECT seq FROM designation ORDER BY seq")]


def forged(seq: int, user: str) -> str:
    """As access would sign it, but for the key."""
    now = datetime.now(UTC)
    given = Designating(
        user_id=user, role="oov", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=9), basis="B"
    )
    stated = Stated(seq=seq, at=now, by=BEHEERDER, open=tuple(range(1, seq + 1)), given=given)
    return NoSigner("access").sign(STATEMENT_KIND, stated.model_dump(mode="json", exclude_none=True))


@pytest.mark.refused("R-7.3", "R-7.4")
async def test_an_inserted_row_designates_nobody_and_shows(house: SmallHouse) -> None:
    anna = await house.designated(ANNA, "oov")
    rows = await house.sql("access", "SELECT seq, about, statement FROM designation")
    (genuine,) = [row for row in rows if row["seq"] == anna]
    insert = "INSERT INTO designation (seq, about, statement) VALUES ($1, $2, $3)"
    await house.sql("access", insert, anna + 1, anna + 1, forged(anna + 1, MALLORY))
    await house.sql("access", insert, anna + 2, anna + 2, "niets")
    # A genuine one, under a number of its own.
    await house.sql("access", insert, anna + 3, anna + 3, genuine["statement"])

    async def three() -> dict[str, str] | None:
        found = await house.stuck("access", "designations")
        return found if len(found) == 3 else None

    shown = await until(three)
    assert shown == {
        str(anna + 1): "access did not sign this",
        str(anna + 2): "access did not sign this",
        str(anna + 3): "it stands where another statement belongs",
    }
    assert await roles(house, MALLORY) == set()
    assert {one["userId"] for one in await house.listed()} == {ANNA, BEHEERDER, FG}
    lines = await house.audited("access", "designations not believed")
    assert {(one["record"], one["reason"]) for one in lines} == {
        (str(anna + 1), "not-signed"),
        (str(anna + 2), "not-signed"),
        (str(anna + 3), "moved"),
    }
    # It keeps nobody from being designated: what nobody signed goes.
    assert await house.designated("user-bram", "vervanger") == anna + 1
    await told_anew(house)
    assert await roles(house, ANNA) == {"oov"}
    left = {str(anna + 2), str(anna + 3)}

    async def two() -> bool:
        return set(await house.stuck("access", "designations")) == left

    await until(two)


@pytest.mark.refused("R-7.4")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE designation SET statement = $2 WHERE seq = $1",
        "UPDATE designation SET about = about + 1000 WHERE seq = $1 AND $2 <> ''",
    ],
    ids=["its words", "its place"],
)
async def test_a_changed_row_gives_nothing_and_what_was_signed_comes_back(house: SmallHouse, change: str) -> None:
    anna = await house.designated(ANNA, "oov")
    await house.stop("oversight")
    await house.sql("access", change, anna, forged(anna, MALLORY))
    assert str(anna) in await until(lambda: house.stuck("access", "designations"))
    await told_anew(house)
    assert await roles(house, ANNA) == await roles(house, MALLORY) == set()
    await house.start("oversight")

    async def right() -> bool:
        return not await house.stuck("access", "designations")

    await until(right)
    await told_anew(house)
    assert await roles(house, ANNA) == {"oov"}
    assert await house.audited("access", "designations restored")


@pytest.mark.refused("R-7.4")
@pytest.mark.parametrize("newest", [True, False], ids=["the newest statement", "an older one"])
@pytest.mark.parametrize("restarts", [False, True], ids=["it runs", "it starts anew"])
async def test_an_end_that_is_deleted_stays_an_end(house: SmallHouse, newest: bool, restarts: bool) -> None:
    """Without oversight nothing comes back; also then nobody is designated again by it."""
    anna = await house.designated(ANNA, "oov")
    await house.ends(anna)
    if not newest:
        await house.designated("user-bram", "vervanger")
    await house.stop("oversight")
    (gone,) = await house.sql("access", "DELETE FROM designation WHERE about = $1 AND seq <> $1 RETURNING seq", anna)
    await house.sql("access", "DELETE FROM lease")
    if restarts and newest:
        # Nothing in the database says that there was an end. Oversight does, before anybody can use it.
        await house.stop("access")
        await house.start("oversight")
        await house.start("access")

        async def restored() -> bool:
            return bool(await house.audited("access", "designations restored"))

        await until(restored)
        (line,) = await house.audited("oversight", "designations not believed")
        assert (line["record"], line["reason"]) == (f"{gone['seq'] - 1}-{gone['seq']}", "taken-back")
    elif restarts:
        await house.stop("access")
        await house.start("access")
        assert await until(lambda: house.stuck("access", "designations")) == {
            str(gone["seq"]): "this statement is gone"
        }
    else:
        assert str(gone["seq"]) in await until(lambda: house.stuck("access", "designations"))

    async def says() -> list[dict[str, Any]]:
        return await house.sql("access", "SELECT 1 FROM lease")

    await until(says)
    await told_anew(house)
    assert await roles(house, ANNA) == set()


@pytest.mark.refused("R-7.4")
async def test_an_ended_designation_is_not_revived_by_its_own_row_of_yesterday(house: SmallHouse) -> None:
    anna = await house.designated(ANNA, "oov")
    (yesterday,) = await house.sql("access", "SELECT * FROM designation WHERE seq = $1", anna)
    await house.ends(anna)
    for seq in (anna, anna + 2):
        await house.sql(
            "access",
            "INSERT INTO designation VALUES ($1, $1, $2) ON CONFLICT (seq) DO UPDATE SET statement = $2",
            seq,
            yesterday["statement"],
        )
    await until(lambda: house.stuck("access", "designations"))
    assert await roles(house, ANNA) == set()
    ended = next(one for one in await house.listed() if one["id"] == anna)
    assert datetime.fromisoformat(ended["endsAt"]) < datetime.now(UTC)


@pytest.mark.refused("R-7.4", "R-7.5")
async def test_a_database_that_was_taken_back_signs_nothing_until_oversight_has_spoken(house: SmallHouse) -> None:
    """Everything of access as it was before an end, and a process that remembers nothing."""
    anna = await house.designated(ANNA, "oov")
    await house.sql("access", "CREATE TABLE yesterday AS SELECT * FROM designation")
    await house.sql("access", "CREATE TABLE yesterday_lease AS SELECT * FROM lease")
    await house.ends(anna)

    await kept_by_oversight(house, anna + 1)
    await house.stop("access", "oversight")
    for table in ("designation", "lease"):
        await house.sql("access", f"DELETE FROM {table}")
    await house.sql("access", "INSERT INTO designation SELECT * FROM yesterday")
    await house.sql("access", "INSERT INTO lease SELECT * FROM yesterday_lease")
    await house.start("access")
    await until(lambda: house.listed())
    refused = await house.designate(ANNA, "vervanger")
    assert refused.status_code == 503
    assert (await house.asks(BEHEERDER, "DELETE", f"/v1/designations/{anna}")).status_code == 503
    await house.start("oversight")

    async def restored() -> bool:
        return bool(await house.audited("access", "designations restored"))

    await until(restored)
    await told_anew(house)
    assert await roles(house, ANNA) == set()
    assert (await house.audited("oversight", "designations not believed"))[0]["reason"] == "taken-back"
    assert await house.designated(ANNA, "vervanger") == anna + 2


# --- the controller ----------------------------------------------------------------------------------


@pytest.mark.refused("R-7.5")
async def test_an_emptied_table_makes_no_first_beheerder_anew(house: SmallHouse) -> None:
    """Also with a set-up file that the attacker wrote beside it, what was stated before holds."""
    await kept_by_oversight(house, 2)
    await house.stop("access")
    await house.sql("access", "DELETE FROM designation")
    await house.start("access")

    async def restored() -> bool:
        return bool(await house.audited("access", "designations restored"))

    await until(restored)
    await house.begins()
    assert [(one["userId"], one["id"]) for one in reversed(await house.listed())] == [(BEHEERDER, 1), (FG, 2)]


@pytest.mark.refused("R-7.5")
async def test_a_decision_of_the_controller_that_is_deleted_comes_back_and_is_not_taken_anew(house: SmallHouse) -> None:
    await kept_by_oversight(house, 2)
    await house.sql("access", "DELETE FROM designation WHERE seq = 1")

    async def restored() -> bool:
        return bool(await house.audited("access", "designations restored"))

    await until(restored)
    await told_anew(house)
    assert await numbers(house) == [1, 2]
    assert await roles(house, BEHEERDER) == {"beheerder"}


@pytest.mark.refused("R-7.5")
async def test_what_oversight_keeps_is_believed_for_the_signature_of_access_and_one_bad_row_holds_up_no_other(
    house: SmallHouse,
) -> None:
    """The first of them is gone with both: the controller's decision, which is in the file, is taken anew."""
    await kept_by_oversight(house, 2)
    await house.sql("oversight", "UPDATE kept_statement SET statement = $1 WHERE seq = 1", forged(1, MALLORY))
    await house.sql("access", "DELETE FROM designation")

    async def taken_anew() -> bool:
        return await numbers(house) == [2, 3]

    await until(taken_anew)
    await told_anew(house)
    assert await roles(house, FG) == {"fg"}
    assert await roles(house, BEHEERDER) == {"beheerder"}
    assert await roles(house, MALLORY) == set()
    assert await house.audited("access", "designations restored")
    assert await house.stuck("access", "designations") == {"1": "this statement is gone"}


@pytest.mark.allowed("R-7.5")
@pytest.mark.refused("R-7.5")
async def test_a_new_decision_of_the_controller_takes_the_place_of_the_one_before(house: SmallHouse) -> None:
    house.decides("BESLUIT-2", beheerder="user-nieuw")

    async def new() -> bool:
        return await roles(house, "user-nieuw") == {"beheerder"}

    await until(new)
    assert await roles(house, BEHEERDER) == set()
    assert await roles(house, FG) == {"fg"}
    lines = await house.audited("access", "designation ended")
    assert {(one["actor"], one["record"]) for one in lines} == {("controller", BEHEERDER), ("controller", FG)}


@pytest.mark.refused("R-7.4", "R-7.5", "R-T.24")
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"fg": "user-nieuw"}, "excluded-by-other-role"),
        ({"until": (datetime.now(UTC) + timedelta(days=1000)).isoformat()}, "too-long"),
        ({"until": (datetime.now(UTC) - timedelta(days=1)).isoformat()}, "before-start"),
    ],
    ids=["one person for both", "for too long", "of the past"],
)
async def test_a_set_up_file_that_cannot_be_followed_changes_nothing(
    wrong: dict[str, str], code: str, platform_of: PlatformOf, tmp_path: Path
) -> None:
    platform = await platform_of("access")
    good = {"decision": "BESLUIT-1", "until": (datetime.now(UTC) + timedelta(days=30)).isoformat()}
    good |= {"beheerder": BEHEERDER, "fg": FG}
    settings = Settings.model_construct(first_designations=tmp_path / "first")
    statements = Statements(platform)
    leasing = Leasing(platform, settings, statements)
    registering = Registering(platform, settings, statements, leasing)
    (tmp_path / "first").write_text(json.dumps(good))
    with pytest.raises(PartDown, match="oversight"):
        await registering.set_up()
    answer = DesignationsKept(asked_at=platform.clock.now(), seq=0)
    handled = await registering.kept(Incoming(uuid4(), "oversight", signed=True), answer)
    await platform.database.together(handled.effect)
    handled.after()
    await registering.set_up()
    (tmp_path / "first").write_text(json.dumps(good | {"decision": "BESLUIT-2", "beheerder": "user-nieuw"} | wrong))
    with pytest.raises(CannotSucceed, match=code):
        await registering.set_up()
    assert await platform.designations.with_role({"beheerder"}) == {BEHEERDER}
    assert await platform.designations.with_role({"fg"}) == {FG}


# --- what is asked of a designation --------------------------------------------------------------------


@pytest.mark.refused("R-7.4", "R-7.5", "R-T.24")
async def test_what_is_refused_and_the_list_goes_on_answering(house: SmallHouse) -> None:
    now = datetime.now(UTC)
    await until(lambda: house.token(ANNA, "access"))
    for wrong, code in (
        ({"startsAt": "0001-01-01T00:00:00Z"}, "wrong-value"),
        ({"endsAt": "9999-12-31T23:59:59-14:00"}, "wrong-value"),
        ({"startsAt": (now - timedelta(days=2)).isoformat()}, "before-today"),
        ({"endsAt": (now + timedelta(days=740)).isoformat()}, "too-long"),
        ({"endsAt": now.isoformat()}, "before-start"),
        ({"user": "user-nobody"}, "unknown-person"),
        ({"user": FG, "role": "lot-member"}, "excluded-by-other-role"),
    ):
        body: dict[str, Any] = {"role": "oov", **wrong}
        if body.get("user") == FG:
            await until(lambda: house.token(FG, "access"))
        answer = await house.designate(body.pop("user", ANNA), body.pop("role"), **body)
        assert (answer.status_code, answer.json()["invalidParams"][0]["code"]) == (400, code), answer.text
    assert {one["userId"] for one in await house.listed()} == {BEHEERDER, FG}
    for path in ("0", "-1", "2147483648", "x"):
        assert (await house.asks(BEHEERDER, "DELETE", f"/v1/designations/{path}")).status_code == 400
    assert (await house.asks(BEHEERDER, "DELETE", "/v1/designations/99")).status_code == 404


@pytest.mark.allowed("R-T.24", "R-D.11")
@pytest.mark.refused("R-T.24", "R-D.11")
async def test_the_privacy_officer_is_not_the_fg(house: SmallHouse) -> None:
    """Neither way: she is no FG, and who supervises does not become her."""
    await house.designated(ANNA, "privacy-officer")
    assert "fg" not in await roles(house, ANNA)
    await until(lambda: house.token(FG, "access"))
    refused = await house.designate(FG, "privacy-officer")
    assert (refused.status_code, refused.json()["invalidParams"][0]["code"]) == (400, "excluded-by-other-role")
    assert await roles(house, FG) == {"fg"}


@pytest.mark.allowed("R-T.24")
@pytest.mark.refused("R-T.24")
async def test_who_is_one_becomes_the_other_only_when_the_first_has_ended(house: SmallHouse) -> None:
    first = await house.designated(ANNA, "privacy-officer")
    refused = await house.designate(ANNA, "vervanger")
    assert refused.json()["invalidParams"][0]["code"] == "excluded-by-other-role"
    await house.ends(first)
    assert (await house.designate(ANNA, "vervanger")).status_code == 201


@pytest.mark.refused("R-T.24")
async def test_of_two_designations_at_once_that_exclude_each_other_one_is_given(house: SmallHouse) -> None:
    await until(lambda: house.token(ANNA, "access"))
    wanted = ("privacy-officer", "oov", "vervanger")
    answers = await asyncio.gather(*(house.designate(ANNA, role) for role in wanted))
    given = {one.json()["role"] for one in answers if one.status_code == 201}
    assert "privacy-officer" not in given or given == {"privacy-officer"}
    assert {one.json()["invalidParams"][0]["code"] for one in answers if one.status_code != 201} == {
        "excluded-by-other-role"
    }
    assert await numbers(house) == list(range(1, 3 + len(given))), "each has a number of its own"
    await told_anew(house)
    assert await roles(house, ANNA) == given


@pytest.mark.refused("R-7.4")
async def test_who_never_logged_in_is_known_by_no_row(house: SmallHouse) -> None:
    forged_row = NoSigner("access").sign("meldpunt-known-user", {"sub": MALLORY})
    await house.sql("access", "INSERT INTO known_user VALUES ($1, $2, now())", MALLORY, forged_row)
    answer = await house.designate(MALLORY, "oov")
    assert answer.json()["invalidParams"][0]["code"] == "unknown-person"
    await until(lambda: house.token(MALLORY, "access"))
    assert (await house.designate(MALLORY, "oov")).status_code == 201


# --- with who listens, and with who keeps a copy ---------------------------------------------------------


@pytest.mark.allowed("R-7.4")
@pytest.mark.refused("R-7.3", "R-7.4")
async def test_a_lease_that_is_written_into_another_service_opens_nothing_there(
    parts: RealParts, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a token that is valid still, of a designation that has ended; the database's own administrator helps."""
    async with small_house(parts, tmp_path, monkeypatch, "oversight", "access", "assessment") as house:

        async def asked(token: str | None) -> int:
            return (await house.asks(ANNA, "GET", "/v1/signals", "assessment", token)).status_code

        async def answers(status: int, token: str | None) -> None:
            async def so() -> bool:
                return await asked(token) == status

            await until(so)

        seq = await house.designated(ANNA, "oov")
        await answers(200, None)
        token = await house.token(ANNA, "assessment")
        (genuine,) = await house.sql("assessment", "SELECT * FROM lease")
        await house.ends(seq)
        await answers(403, token)
        write = "INSERT INTO lease VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET headers = $1, body = $2"
        # Of just now, and signed by access: its lease still runs.
        await house.sql("assessment", write, genuine["headers"], genuine["body"])
        assert await asked(token) == 403
        message = Leases.model_validate_json(genuine["body"])
        later = message.model_copy(update={"seq": 10**6, "issued_at": datetime.now(UTC)})
        for headers in (genuine["headers"], json.dumps(forged_envelope(later))):
            await house.sql("assessment", write, headers, later.model_dump_json().encode())
            assert await asked(token) == 403
        # The same of who was never anything, and after the seconds for which an answer is remembered.
        async with asyncio.timeout(30):
            while not await house.audited("assessment", "lease not believed"):
                await house.sql("assessment", write, "{}", later.model_dump_json().encode())
                assert await asked(token) == 403


def forged_envelope(message: Leases) -> dict[str, str]:
    post = Post("access", NoSigner("access"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    return post.envelope("all", message).headers


@pytest.mark.refused("R-7.4")
async def test_oversight_keeps_the_first_that_was_stated_under_a_number(platform_of: PlatformOf, bao_of: BaoOf) -> None:
    platform = await platform_of("oversight")
    access = Signer("access", bao_of("access"), platform.clock)
    await access.certify()
    keeping = DesignationKeeping(platform)

    def stated(seq: int, *open_: int, signer: Signer = access) -> DesignationStated:
        one = Stated(seq=seq, at=platform.clock.now(), by=BEHEERDER, open=open_, ends=1)
        return DesignationStated(seq=seq, statement=signer.sign(STATEMENT_KIND, one.model_dump(mode="json")))

    async def hear(message: DesignationStated) -> None:
        handled = await keeping.stated(Incoming(uuid4(), "access", signed=True), message)
        await platform.database.together(handled.effect)

    first = stated(2)
    await hear(first)
    await hear(first)
    with pytest.raises(CannotSucceed, match="something else"):
        await hear(stated(2, 1))
    with pytest.raises(CannotSucceed, match="another number"):
        await hear(first.model_copy(update={"seq": 3}))
    with pytest.raises(NotSigned):
        await hear(stated(4, signer=platform.signer))
    with pytest.raises(CannotSucceed, match="no statement"):
        await hear(DesignationStated(seq=5, statement=access.sign(STATEMENT_KIND, {"seq": 5})))
    async with platform.database.reading() as session:
        kept = await statements_beyond(session, 0, (), 10)
    assert [(one.seq, one.statement) for one in kept] == [(2, first.statement)]
