"""The door with PostgreSQL alone: a process that has just begun, or has lost everything else, on real parts.

What it opens with is what other processes of intake kept for it; what a superuser of PostgreSQL makes of that is here too.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from joserfc.jwk import OKPKey

from services.intake.bodies import SignalIn
from services.intake.settings import Settings
from services.intake.use_cases import Intake
from shared.errors import KeyFinished
from shared.keys.letters import kid_of
from shared.keys.signing import public_keys
from tests.parts import told_of
from tests.platform.boxes import OWN_PEM, Box, altered, insert_key, kid_in, said
from tests.platform.conftest import PlatformOf
from tests.platform.real import HERE, Postgres, RealParts, Superuser
from tests.platform.served import AS_OPERATOR, app_of, http_to
from tests.platform.small_house import until

SECRET = "x" * 32
REPORT = {"channel": "web", "text": "Het ruikt naar hennep.", "reporter": {"kind": "person", "phone": "0612345678"}}
Replica = Callable[[], Awaitable["OfIntake"]]


class OfIntake(Box):
    """A process of intake: its letterboxes, and its door."""

    def __init__(self, platform: Any, settings: Settings) -> None:
        super().__init__(platform)
        self.intake = Intake(platform, settings)
        self.door = self.intake.door

    async def accepts(self) -> None:
        signal = SignalIn.model_validate(REPORT, context={"now": datetime.now(UTC)})
        await self.intake.accept(signal, json.dumps(REPORT).encode(), None, None)


@pytest.fixture
async def owner(platform_of: PlatformOf) -> Box:
    return Box(await platform_of("assessment"))


@pytest.fixture
def replica(platform_of: PlatformOf, parts: RealParts, tmp_path: Path) -> Replica:
    """`await replica()`: one more process of intake, with OpenBao, on one database and with one secret."""
    count = 0

    async def make() -> OfIntake:
        nonlocal count
        count += 1
        (tmp_path / "door-secret").write_text(SECRET)
        (tmp_path / "door-password").write_text(parts.home.secret("door-password"))
        platform = await platform_of("intake", folder=tmp_path / f"intake-{count}")
        door = {"door_secret": tmp_path / "door-secret", "door_password": tmp_path / "door-password"}
        settings = Settings(**(platform.settings.model_dump() | door))
        await platform.learn_keys()
        return OfIntake(platform, settings)

    return make


@contextlib.asynccontextmanager
async def begun_anew(
    parts: RealParts, postgres: Postgres, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """Intake as it starts with an empty folder, no file of the set-up, and nothing but PostgreSQL."""
    folder.mkdir()
    (folder / "password").write_text(parts.home.secret("door-password"))
    app = app_of(
        "intake",
        folder,
        monkeypatch,
        database_hosts=f"{HERE}:{postgres.port}",
        door_password=folder / "password",
        **told_of(parts.home.tls("intake")),
    )
    async with app.router.lifespan_context(app), http_to(app) as client:
        yield client


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def known_to_all(owner: Box, one: OfIntake) -> str:
    """Both letterbox keys are announced, heard and kept for the others: the key of assessment."""
    await one.announce()
    await one.hear(genuine := await owner.announce())
    await one.door.remember()
    return kid_in(genuine)


async def test_one_that_begins_while_openbao_is_away_opens_and_seals(
    owner: Box,
    replica: Replica,
    parts: RealParts,
    postgres: Postgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = await replica()
    async with begun_anew(parts, postgres, tmp_path / "new", monkeypatch) as client:
        await asyncio.sleep(0.5)
        assert not await is_ready(client), "no letterbox key was ever announced"
        assert (await client.post("/v1/signals", json=REPORT)).status_code == 503
        kid = await known_to_all(owner, one)
        await until(lambda: is_ready(client), 30)
        assert (await client.post("/v1/signals", json=REPORT)).status_code == 201
        problems = (await client.get("/statusz", headers=AS_OPERATOR)).json()
        assert problems["ready"] is True
        assert {"openbao", "nats"} <= set(problems["problems"]), "who runs it sees what is away all the same"
    assert [row["kid"] for row in await postgres.superuser("intake")("SELECT kid FROM outgoing")] == [kid]
    letters = await postgres.superuser("intake")("SELECT kid, letter FROM melder_letter")
    assert [kid_of(row["letter"]) for row in letters] == [row["kid"] for row in letters]


async def test_without_postgresql_it_is_not_ready(
    parts: RealParts, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of("intake", tmp_path, monkeypatch)
    async with app.router.lifespan_context(app), http_to(app) as client:
        assert not await is_ready(client)


# --- a process that hears of nothing any more -----------------------------------------------------


async def two_that_know(owner: Box, replica: Replica) -> tuple[OfIntake, OfIntake, str]:
    """Both seal with the first key of assessment; then only the second hears which has followed, and finishes the first."""
    deaf, hears = await replica(), await replica()
    await deaf.announce()
    await hears.boxes.look()
    for one in (deaf, hears):
        await one.hear(first := await owner.announce())
    await hears.hear(second := await owner.announce(instead_of=kid_in(first)))
    await hears.boxes.look()
    for _ in range(2):
        await hears.boxes._finish()
    assert await hears.finished() == {kid_in(first)}
    assert deaf.seals_with == kid_in(first)
    return deaf, hears, kid_in(second)


async def test_nothing_is_written_that_is_sealed_to_a_finished_key(
    owner: Box, replica: Replica, superuser_of_intake: Superuser
) -> None:
    deaf, _, newest = await two_that_know(owner, replica)
    signal = SignalIn.model_validate({"channel": "web", "text": "Het ruikt naar hennep."})
    with pytest.raises(KeyFinished):
        await deaf.door.insert(deaf.intake._sealed("S-7K3MQ-9XD4T", signal))
    assert await superuser_of_intake("SELECT kid FROM outgoing WHERE event = 'report.v1'") == []
    await asyncio.gather(*(deaf.accepts() for _ in range(5)))
    kids = await superuser_of_intake("SELECT kid FROM outgoing WHERE event = 'report.v1'")
    assert [row["kid"] for row in kids] == [newest] * 5, "it learnt from the database which has followed"


async def test_contact_data_are_not_sealed_to_a_finished_key_either(
    replica: Replica, superuser_of_intake: Superuser
) -> None:
    one = await replica()
    await one.announce()
    (row,) = await superuser_of_intake("UPDATE sealing_key SET finished_at = now() RETURNING kid")
    statement = (
        "INSERT INTO melder_letter (id, next_at, attempts, number, kid, letter, sealed_at, active)"
        " VALUES (gen_random_uuid(), now(), 0, 'S-7K3MQ-9XD4T', $1, '', now(), true)"
    )
    with pytest.raises(asyncpg.PostgresError) as refused:
        await superuser_of_intake(statement, row["kid"])
    assert refused.value.sqlstate == "ML001"


async def test_a_key_is_not_finished_while_a_letter_to_it_is_being_written(
    owner: Box, replica: Replica, postgres: Postgres
) -> None:
    one = await replica()
    await one.hear(first := await owner.announce())
    signal = SignalIn.model_validate({"channel": "web", "text": "Het ruikt naar hennep."})
    await one.announce()
    (envelope,) = one.intake._sealed("S-7K3MQ-9XD4T", signal)
    await one.hear(await owner.announce(instead_of=kid_in(first)))
    async with one.platform.database.transaction() as session:
        session.add(envelope)
        await session.flush()
        finishing = asyncio.create_task(one.boxes._finish())
        await asyncio.sleep(0.3)
        assert not finishing.done(), "who finishes it waits for who writes to it"
    await finishing
    assert await one.finished() == set()
    assert (await one.row(kid_in(first))).finished_at is None


async def test_one_that_hears_of_nothing_learns_what_followed_and_what_was_revoked(
    owner: Box, replica: Replica, superuser_of_intake: Superuser
) -> None:
    deaf, hears, newest = await two_that_know(owner, replica)
    await deaf.door.learn()
    assert deaf.seals_with == newest
    await superuser_of_intake(
        "UPDATE sealing_key SET refused_because = 'its owner revoked it', refused_at = now() WHERE kid = $1", newest
    )
    await deaf.door.learn()
    assert deaf.seals_with is None
    assert "letterbox-assessment" in await deaf.door.problems()
    await hears.door.learn()


# --- what a superuser makes of it -----------------------------------------------------------------


@pytest.fixture
async def superuser_of_intake(postgres: Postgres) -> Superuser:
    return postgres.superuser("intake")


class Attacker:
    """Has a signing key of his own, and can write rows."""

    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519")
        x = str(self.key.as_dict(private=False)["x"])
        self.public = base64.b64encode(base64.urlsafe_b64decode(x + "=")).decode()


@pytest.mark.parametrize("how", ["keys", "keys and date", "mac"])
async def test_signing_keys_that_somebody_writes_are_not_believed(
    owner: Box, replica: Replica, superuser_of_intake: Superuser, how: str
) -> None:
    kid = await known_to_all(owner, await replica())
    (genuine,) = await superuser_of_intake("SELECT keys, asked_at, mac FROM door_keys")
    keys = {name: [Attacker().public] for name in json.loads(genuine["keys"])}
    later = genuine["asked_at"] + timedelta(seconds=30 if how == "keys and date" else 0)
    mac = "0" * 64 if how == "mac" else genuine["mac"]
    kept = genuine["keys"] if how == "mac" else json.dumps(keys)
    await superuser_of_intake("UPDATE door_keys SET keys = $1, asked_at = $2, mac = $3", kept, later, mac)
    fresh = await without_openbao(replica)
    await fresh.door.learn()
    assert fresh.platform.sealer.all() == {}, "rather closed than open for somebody"
    await superuser_of_intake(
        "UPDATE door_keys SET keys = $1, asked_at = $2, mac = $3",
        genuine["keys"],
        genuine["asked_at"],
        genuine["mac"],
    )
    await fresh.door.learn()
    assert fresh.seals_with == kid


async def test_what_openbao_said_a_month_ago_is_not_believed(
    owner: Box, replica: Replica, superuser_of_intake: Superuser
) -> None:
    one = await replica()
    await known_to_all(owner, one)
    old = datetime.now(UTC) - timedelta(days=31)
    (row,) = await superuser_of_intake("SELECT keys FROM door_keys")
    mac = one.door._mac(json.loads(row["keys"]), old)
    await superuser_of_intake("UPDATE door_keys SET asked_at = $1, mac = $2", old, mac)
    fresh = await without_openbao(replica)
    await fresh.door.learn()
    assert fresh.platform.sealer.all() == {}


async def test_what_was_put_back_takes_nothing_from_who_knows_better(
    owner: Box, replica: Replica, superuser_of_intake: Superuser
) -> None:
    """Keys of which OpenBao says since that they count no more: a process that has heard so stays with that."""
    one = await replica()
    await known_to_all(owner, one)
    (row,) = await superuser_of_intake("SELECT keys, asked_at FROM door_keys")
    of_yesterday = row["asked_at"] - timedelta(days=1)
    keys = {name: [Attacker().public] for name in json.loads(row["keys"])}
    await superuser_of_intake(
        "UPDATE door_keys SET keys = $1, asked_at = $2, mac = $3",
        json.dumps(keys),
        of_yesterday,
        one.door._mac(keys, of_yesterday),
    )
    before = one.seals_with
    await one.door.learn()
    assert one.seals_with == before
    await one.door.remember()
    await (fresh := await without_openbao(replica)).door.learn()
    assert fresh.seals_with == before, "and what it knows is kept again"


async def test_a_letterbox_key_that_somebody_writes_is_not_sealed_with_by_one_that_begins(
    owner: Box, replica: Replica, postgres: Postgres
) -> None:
    kid = await known_to_all(owner, await replica())
    genuine = await owner.announce()
    forged = "assessment.20991231-00000000"
    await insert_key(postgres, "intake", forged, altered(genuine.statement, kid=forged, pem=OWN_PEM))
    fresh = await without_openbao(replica)
    await fresh.door.learn()
    assert fresh.seals_with == kid
    assert said(genuine.statement)["kid"] == kid


async def without_openbao(replica: Replica) -> OfIntake:
    """As it is when it has just begun: nobody's signature counts, and nothing is sealed with."""
    found = await replica()
    verifier = found.platform.verifier
    verifier._public_keys.clear()
    verifier._known_since.clear()
    verifier._certificates.clear()
    return found


async def test_the_door_reads_no_more_than_it_is_told_and_changes_nothing(
    owner: Box, replica: Replica, parts: RealParts, postgres: Postgres
) -> None:
    one = await replica()
    await known_to_all(owner, one)
    door = await asyncpg.connect(
        host=HERE,
        port=postgres.port,
        user="intake_door",
        password=parts.home.secret("door-password"),
        database="intake",
        ssl=postgres.tls("intake").context,
    )
    for statement in (
        "UPDATE sealing_key SET finished_at = NULL",
        "DELETE FROM door_keys",
        "INSERT INTO door_keys VALUES (2, '{}', now(), '')",
        "SELECT letter FROM melder_letter",
        "SELECT body FROM outgoing",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await door.execute(statement)
    await door.close()
    name, password = await postgres.user("intake_app")
    service = await asyncpg.connect(
        host=HERE,
        port=postgres.port,
        user=name,
        password=password,
        database="intake",
        ssl=postgres.tls("intake").context,
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("SELECT keys FROM door_keys")
    await service.close()


async def test_what_is_kept_is_what_openbao_says(owner: Box, replica: Replica, superuser_of_intake: Superuser) -> None:
    one = await replica()
    await known_to_all(owner, one)
    (row,) = await superuser_of_intake("SELECT keys FROM door_keys")
    bao = one.platform.bao
    assert json.loads(row["keys"]) == {name: await public_keys(bao, name) for name in ("assessment", "intake")}
