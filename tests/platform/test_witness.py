"""A witness of the audit trail: what it was told once cannot be rewritten or cut unseen (R-D.5).

The administrator here has all of oversight's database and puts back everything together: lines, the messages that
brought them, and the checkpoint that oversight once signed.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.oversight.use_cases.chains import Chains
from shared.errors import PartDown
from shared.keys.signing import public_keys
from shared.service.platform import Platform
from shared.transparency import Checkpoint, note, opened
from shared.witness import origin_of
from tests.platform.conftest import PlatformOf
from tests.platform.real import Postgres
from tests.platform.test_audit_chains import BATCH, PAGE, tell

TABLES = ("audit_line", "audit_batch", "audit_checkpoint")


@pytest.fixture
async def oversight(platform_of: PlatformOf) -> Platform:
    return await platform_of("oversight")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "witness"
    made.mkdir()
    return made


@pytest.fixture
def chains(oversight: Platform, folder: Path) -> Chains:
    return Chains(oversight, folder, page=PAGE)


class Administrator:
    """Of PostgreSQL: keeps a copy of all that oversight has of the trail, and puts it back."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def run(self, *statements: str) -> None:
        connection = await self._postgres.connect("oversight")
        try:
            for one in statements:
                await connection.execute(one)
        finally:
            await connection.close()

    async def keep(self) -> None:
        await self.run(*(f"CREATE TABLE old_{one} AS TABLE {one}" for one in TABLES))

    async def put_back(self) -> None:
        await self.run(
            *(f"DELETE FROM {one}" for one in TABLES), *(f"INSERT INTO {one} TABLE old_{one}" for one in TABLES)
        )


async def whole(chains: Chains) -> dict[str, Any]:
    return await chains.check("intake", "start")


async def test_a_walk_leaves_a_note_that_anybody_can_check(oversight: Platform, chains: Chains, folder: Path) -> None:
    """Few lines a day, with the key of oversight; nothing for a trail without lines, nothing twice."""
    await chains.walk_what_is_due()
    assert list(folder.glob("*")) == []
    at = await tell(oversight, PAGE)
    found = await whole(chains)
    (file,) = folder.glob("*")
    assert file.read_text() == found["note"]
    assert len(found["note"].splitlines()) == 5
    (key,) = await public_keys(oversight.bao, "oversight")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
    assert opened(found["note"], origin_of("intake"), public).size == PAGE
    again = await whole(chains)
    assert (again["problem"], again["witnessed"], again["note"]) == (None, 1, found["note"])
    await tell(oversight, BATCH, at)
    await whole(chains)
    assert (await whole(chains))["witnessed"] == 2
    assert (await chains.check("intake", "checkpoint"))["problem"] is None


async def test_yesterday_put_back_whole_is_found(oversight: Platform, chains: Chains, postgres: Postgres) -> None:
    """Lines, batches with their MAC, and the checkpoint of that day: all genuine, and only the witness knows better."""
    administrator = Administrator(postgres)
    at = await tell(oversight, PAGE)
    await whole(chains)
    await administrator.keep()
    await tell(oversight, PAGE, at)
    assert (await whole(chains))["problem"] is None
    await administrator.put_back()
    for begin in ("start", "checkpoint"):
        assert "ontbreken" in ((await chains.check("intake", begin))["problem"] or ""), begin
    assert (await Chains(oversight, page=PAGE).check("intake", "start"))["problem"] is None


async def test_history_that_oversight_itself_would_write_anew_is_found(
    oversight: Platform, chains: Chains, postgres: Postgres
) -> None:
    """Longer than it was, whole in itself, with good MACs: another root where the witness noted one."""
    await tell(oversight, PAGE)
    await whole(chains)
    await Administrator(postgres).run(*(f"DELETE FROM {one}" for one in TABLES))
    await tell(oversight, 2 * PAGE, word="forged")
    found = await whole(chains)
    assert found["problem"] == f"regels tot en met {PAGE} zijn vervangen sinds een getuige ze heeft genoteerd"
    assert found["note"] is None


async def test_what_is_wrong_is_not_witnessed(
    oversight: Platform, chains: Chains, folder: Path, postgres: Postgres
) -> None:
    await tell(oversight, PAGE)
    await Administrator(postgres).run("UPDATE audit_line SET entry = '{}' WHERE seq = 5")
    assert (await whole(chains))["problem"] is not None
    assert list(folder.glob("*")) == []


async def test_a_note_that_oversight_did_not_sign_says_nothing(
    oversight: Platform, chains: Chains, folder: Path
) -> None:
    await tell(oversight, PAGE)
    forged = Ed25519PrivateKey.generate()
    checkpoint = Checkpoint(origin_of("intake"), PAGE, bytes(32))
    (folder / "intake-1.txt").write_text(note(checkpoint, forged.public_key(), forged.sign(checkpoint.text.encode())))
    (folder / "intake-2.txt").write_text("")
    (folder / "intake-3.txt").write_bytes(b"\xff\xfe")
    found = await whole(chains)
    assert (found["problem"], found["witnessed"], found["unreadable"]) == (None, 0, 3)
    other = await chains.check("sources", "start")
    assert (other["witnessed"], other["unreadable"]) == (0, 0)


async def test_a_witness_that_is_not_there_shows(oversight: Platform, chains: Chains, folder: Path) -> None:
    """Not mounted, or a file: the daily walk fails, and `meldpunt status` has the row `audit-chains`. It is no new one."""
    await tell(oversight, PAGE)
    folder.rmdir()
    with pytest.raises(PartDown, match="witness"):
        await chains.walk_what_is_due()
    folder.write_text("no folder")
    with pytest.raises(PartDown, match="witness"):
        await chains.walk_what_is_due()


async def test_a_witness_that_forgot_is_told(oversight: Platform, chains: Chains, folder: Path) -> None:
    """Somebody empties the folder, so that yesterday could be put back: oversight signed how much was noted."""
    await tell(oversight, PAGE)
    await whole(chains)
    for file in folder.iterdir():
        file.unlink()
    for begin in ("start", "checkpoint"):
        found = await chains.check("intake", begin)
        assert found["problem"] == f"de getuige heeft de verklaring over {PAGE} regels niet meer"
