"""The audit trail goes at its term as a closed beginning, and what is left is proven as the whole was (R-8.5, R-D.5)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from services.oversight.follow import Lines, Reached, Walk
from services.oversight.store import Anchor, Whereabout
from services.oversight.trail import AuditBatch, AuditCut, AuditLine
from services.oversight.use_cases import TrailForgetting
from services.oversight.use_cases.chains import Chains
from shared.audit import chain
from shared.bus.post import KEPT_HEADERS, Post
from shared.clock import SystemClock
from shared.contracts.common import Audited
from shared.database.tables import Audit
from shared.engine.head import vouch_for
from shared.identity import Person
from shared.keys.signing import Signer, public_keys
from shared.offline import verify
from shared.service.platform import Platform
from tests.platform.conftest import BaoOf, PlatformOf
from tests.platform.real import Postgres

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
BATCH = 10
OPEN = "S-BBBBB-BBBBB"
FG = Person("fg", frozenset({"fg"}))
Sql = Callable[..., Awaitable[None]]


class Trail:
    """Of intake, as it signed it, and as oversight took it in."""

    def __init__(self, platform: Platform, signer: Signer) -> None:
        self.platform = platform
        self._post = Post("intake", signer, SystemClock(), "0" * 20)
        self.at = Reached()

    async def tells(self, batches: int, ago: timedelta, record: str | None = None, **more: Any) -> None:
        rows: list[Any] = []
        for _ in range(batches):
            first, head = self.at.seq + 1, self.at.head
            moment = (NOW - ago).isoformat(timespec="milliseconds")
            entries = tuple(
                {"at": moment, "action": "tried", "actor": None, "record": record, "n": first + n, **more}
                for n in range(BATCH)
            )
            for entry in entries:
                head = chain(head, entry)
            said = self._post.envelope(
                "oversight", Audited(first=first, previous=self.at.head, entries=entries, head=head)
            )
            batch = AuditBatch(
                producer="intake",
                first=first,
                last=first + BATCH - 1,
                previous=self.at.head,
                head=head,
                headers={name: said.headers[name] for name in KEPT_HEADERS if name in said.headers},
                body=said.body or b"",
            )
            rows.append(await vouch_for(self.platform.mac, batch))
            rows += [
                AuditLine(producer="intake", seq=first + n, record=record, entry=one) for n, one in enumerate(entries)
            ]
            self.at = Reached(batch.last, head)
        async with self.platform.database.transaction() as session:
            session.add_all(rows)

    async def left(self) -> tuple[int, int]:
        """The first line, and the first of the first message."""
        async with self.platform.database.reading() as session:
            lines = await session.scalar(select(func.min(col(AuditLine.seq))))
            return lines or 0, await session.scalar(select(func.min(col(AuditBatch.first)))) or 0

    async def told(self) -> list[dict[str, Any]]:
        async with self.platform.database.reading() as session:
            entries = [one.entry for one in await session.scalars(select(Audit))]
        return [one for one in entries if one["action"] == "audit lines forgotten"]


@pytest.fixture
async def oversight(platform_of: PlatformOf) -> Platform:
    return await platform_of("oversight")


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    made = tmp_path / "witness"
    made.mkdir()
    return made


@pytest.fixture
async def trail(oversight: Platform, bao_of: BaoOf) -> Trail:
    signer = Signer("intake", bao_of("intake"), SystemClock())
    await signer.certify()
    return Trail(oversight, signer)


@pytest.fixture
def chains(oversight: Platform, witness: Path) -> Chains:
    return Chains(oversight, witness)


@pytest.fixture
def forgetting(oversight: Platform, chains: Chains) -> TrailForgetting:
    return TrailForgetting(oversight, chains)


@pytest.fixture
def administrator(oversight: Platform, postgres: Postgres) -> Sql:
    async def run(*statements: str) -> None:
        connection = await postgres.connect("oversight")
        try:
            for one in statements:
                await connection.execute(one)
        finally:
            await connection.close()

    return run


async def walked(chains: Chains) -> dict[str, Any]:
    return await chains.check("intake", "start")


async def cut(trail: Trail, chains: Chains, forgetting: TrailForgetting) -> None:
    """Forty lines, of which twenty have had their term and were witnessed."""
    await trail.tells(2, 8 * YEAR)
    await walked(chains)
    await trail.tells(2, YEAR)
    await walked(chains)
    assert await forgetting.forget() == 20


@pytest.mark.allowed("R-8.5")
async def test_lines_go_at_their_term_and_the_chain_is_whole(
    trail: Trail, chains: Chains, forgetting: TrailForgetting
) -> None:
    await cut(trail, chains, forgetting)
    assert await trail.left() == (21, 21)
    for begin in ("start", "checkpoint"):
        found = await chains.check("intake", begin)
        assert (found["problem"], found["lines"], found["destroyedUpTo"]) == (None, 40, 20), begin
    assert (await walked(chains))["checkedFrom"] == 21
    (line,) = await trail.told()
    assert (line["record"], line["times"]) == ("intake", 20)
    assert await forgetting.forget() == 0
    # It goes on, and is cut again behind what was cut.
    await trail.tells(1, timedelta())
    assert (await walked(chains))["problem"] is None
    assert (await Chains(trail.platform).check("intake", "start"))["problem"] is None


async def test_a_walk_during_which_lines_go_is_no_alarm(
    trail: Trail, chains: Chains, forgetting: TrailForgetting, witness: Path
) -> None:
    """Another process of oversight lets them go between two pages."""
    loop, gone = asyncio.get_running_loop(), list[int]()

    class Interrupted(Walk):
        def follow(self, batches: Sequence[AuditBatch], lines: Lines) -> str | None:
            if not gone:
                gone.append(asyncio.run_coroutine_threadsafe(forgetting.forget(), loop).result(timeout=30))
            return super().follow(batches, lines)

    await trail.tells(2, 8 * YEAR)
    await walked(chains)
    await trail.tells(2, YEAR)
    await walked(chains)
    other = Chains(trail.platform, witness, walk=Interrupted, page=BATCH)
    found = await walked(other)
    assert gone == [20]
    assert (found["problem"], found["destroyedUpTo"], other.wrong) == (None, 20, {})


@pytest.mark.refused("R-8.5")
async def test_nothing_goes_before_its_term_or_before_the_witness_knows_it(
    trail: Trail, chains: Chains, forgetting: TrailForgetting
) -> None:
    await trail.tells(2, 8 * YEAR)
    assert await forgetting.forget() == 0, "nobody has found the chain whole yet"
    await trail.tells(1, 6 * YEAR)
    await trail.tells(1, 8 * YEAR)
    await walked(chains)
    assert await forgetting.forget() == 0, "of thirty lines there is a note, and ten of them are young"
    assert await trail.left() == (1, 1)


@pytest.mark.refused("R-8.5")
@pytest.mark.parametrize("there", ["held", "told of"])
async def test_nothing_of_what_is_still_there_goes(
    trail: Trail, chains: Chains, forgetting: TrailForgetting, there: str
) -> None:
    """An open case, a request in the register: from its first line on the trail stays."""
    await trail.tells(1, 9 * YEAR)
    await walked(chains)
    await trail.tells(1, 9 * YEAR, OPEN)
    await trail.tells(1, 9 * YEAR)
    await walked(chains)
    held: dict[str, Any] = {
        "version": 1,
        "holder": "casework",
        "next_holders": [],
        "earlier": [],
        "since": NOW - 9 * YEAR,
    }
    rows = {
        "held": Whereabout(number=OPEN, state="in-execution", **held),
        "told of": Anchor(producer="casework", record=OPEN, turn=3, at=NOW),
    }
    async with trail.platform.database.transaction() as session:
        session.add(rows[there])
    assert await forgetting.forget() == 10
    assert await trail.left() == (11, 11)
    async with trail.platform.database.transaction() as session:
        await session.execute(text("UPDATE whereabout SET state = 'destroyed'"))
        await session.execute(text("DELETE FROM anchor"))
    assert await forgetting.forget() == 20


@pytest.mark.refused("R-8.5", "R-D.5")
async def test_a_chain_of_which_something_is_wrong_stays_for_who_looks_into_it(
    trail: Trail, chains: Chains, forgetting: TrailForgetting, administrator: Sql
) -> None:
    await trail.tells(2, 8 * YEAR)
    await walked(chains)
    await administrator("UPDATE audit_line SET entry = '{}' WHERE seq = 15")
    assert await forgetting.forget() == 0
    assert (await walked(chains))["problem"] is not None
    assert await forgetting.forget() == 0


@pytest.mark.refused("R-8.5", "R-D.5")
@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (["DELETE FROM audit_line WHERE seq <= 30", "DELETE FROM audit_batch WHERE last <= 30"], "vanaf 21 ontbreken"),
        (["DELETE FROM audit_line WHERE seq = 21"], "regel 21 ontbreekt"),
        (["DELETE FROM audit_cut"], "vanaf 1 ontbreken"),
        (["UPDATE audit_cut SET seq = 30"], "vanaf 1 ontbreken"),
        (
            [
                "DELETE FROM audit_line WHERE seq <= 30",
                "DELETE FROM audit_batch WHERE last <= 30",
                "UPDATE audit_cut SET seq = 30, head = (SELECT previous FROM audit_batch WHERE first = 31)",
            ],
            "vanaf 1 ontbreken",
        ),
        (["INSERT INTO audit_line SELECT producer, 7, actor, record, entry FROM audit_line LIMIT 1"], "regel 7 is"),
        (
            ["INSERT INTO audit_batch SELECT producer, 1, 20, '', head, headers, body, mac FROM audit_batch LIMIT 1"],
            "regel 1 is vernietigd na haar termijn en staat er weer",
        ),
    ],
    ids=["more is gone", "one is gone", "no cut", "another cut", "a whole false cut", "a line back", "a message back"],
)
async def test_more_than_the_term_allows_is_missed_and_what_is_put_back_shows(
    trail: Trail,
    chains: Chains,
    forgetting: TrailForgetting,
    administrator: Sql,
    harm: list[str],
    problem: str,
) -> None:
    await cut(trail, chains, forgetting)
    await administrator(*harm)
    assert problem in ((await walked(chains))["problem"] or "nothing")


@pytest.mark.refused("R-8.5")
async def test_the_service_itself_deletes_nothing_young_whatever_it_asks_for(
    trail: Trail, chains: Chains, oversight: Platform
) -> None:
    await trail.tells(1, 2 * YEAR)
    await trail.tells(1, timedelta(days=300))
    async with oversight.database.transaction() as session:
        assert await session.scalar(select(func.forget_trail("intake", 20))) == 10
    assert await trail.left() == (11, 11)
    assert "ontbreken" in ((await walked(chains))["problem"] or "")
    for forbidden in ("DELETE FROM audit_line", "DELETE FROM audit_batch", "UPDATE audit_line SET entry = '{}'"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with oversight.database.transaction() as session:
                await session.execute(text(forbidden))


async def test_what_says_no_moment_goes_with_what_comes_after_it_and_keeps_nothing(
    trail: Trail, chains: Chains, forgetting: TrailForgetting
) -> None:
    """Whoever takes a service over signs what he likes: it has its term when what he signed later has."""
    await trail.tells(1, 8 * YEAR)
    await walked(chains)
    await trail.tells(1, 8 * YEAR, at="niets")
    await walked(chains)
    assert await forgetting.forget() == 10, "it may be of today"
    await trail.tells(1, 8 * YEAR)
    await walked(chains)
    assert await forgetting.forget() == 20
    assert (await walked(chains))["problem"] is None


@pytest.mark.allowed("R-8.5", "R-D.5")
@pytest.mark.refused("R-D.5")
async def test_what_is_left_is_proven_with_files_alone(
    trail: Trail, chains: Chains, forgetting: TrailForgetting, witness: Path, bao_of: BaoOf
) -> None:
    await cut(trail, chains, forgetting)
    names = ("intake", "oversight")
    keys = {name: await public_keys(bao_of(name), name) for name in names}

    async def export(without: bool = False) -> list[str]:
        found = [] if without else [json.dumps(one) for one in await chains.cuts(FG)]
        async with trail.platform.database.reading() as session:
            batches = (await session.scalars(select(AuditBatch).order_by(col(AuditBatch.first)))).all()
        rows = [{"producer": "intake", "headers": one.headers, "body": one.body.decode()} for one in batches]
        return found + [json.dumps(one) for one in rows]

    def judged(lines: list[str]) -> Any:
        (found,) = [one for one in verify(lines, witness, keys) if one.producer == "intake"]
        return found

    whole = judged(await export())
    assert (whole.problems, whole.lines, whole.destroyed, whole.signed) == ([], 40, 20, 2)
    assert judged(await export(without=True)).problems, "without oversight's word the first lines are missing"
    one, *rest = await export()
    assert any("missing" in said for said in judged([one, *rest[1:]]).problems)
    forged = json.dumps(json.loads(one) | {"cut": json.loads(one)["cut"][:-4] + "AAAA"})
    assert any("did not sign" in said for said in judged([forged, *rest]).problems)
    # Where the witness has no note, nobody knows what was there.
    (witness / f"intake-{20:010}.txt").unlink()
    assert any("did not note" in said for said in judged([one, *rest]).problems)


@pytest.mark.refused("R-D.5")
async def test_another_beginning_than_the_witness_noted_is_found(
    trail: Trail, chains: Chains, forgetting: TrailForgetting, oversight: Platform
) -> None:
    """Also when oversight itself would say it, with its own MAC."""
    await cut(trail, chains, forgetting)
    async with oversight.database.transaction() as session:
        row = await session.get_one(AuditCut, "intake")
        row.whole = [bytes(32).hex() for _ in row.whole]
        await vouch_for(oversight.mac, row)
    assert "getuige" in ((await walked(chains))["problem"] or "")
