"""Letterbox keys between an owner and who seals for it: made once, announced, adopted, outlived; revoked when need be.

What a superuser and whoever can write files make of them is in `test_letterbox_attacks.py`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.openbao import revoke
from shared.contracts.common import LetterboxKeyMade
from shared.database.tables import LetterboxKey
from shared.errors import PartDown
from shared.keys.announced import announcement, revocation
from shared.keys.refused import NOT_IN_OPENBAO, NOT_SIGNED, REVOKED
from shared.keys.signing import NotSigned
from shared.openbao import TIMEOUT_SECONDS, OpenBao
from shared.queue import PATIENCE
from tests.platform.boxes import Box, as_superuser, kid_in, said
from tests.platform.conftest import PlatformOf
from tests.platform.desk import MovedClock
from tests.platform.real import Bao, Postgres


@pytest.fixture
async def owner(platform_of: PlatformOf) -> Box:
    return Box(await platform_of("assessment"))


@pytest.fixture
async def sender(platform_of: PlatformOf) -> Box:
    return Box(await platform_of("intake"))


class Slow(OpenBao):
    """An OpenBao that makes keys, and answers in time only at the third attempt; which keys it was asked for."""

    asked: list[str]

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        answer = await super().call(method, path, body, seconds=seconds)
        if method == "POST" and path.startswith("letterbox-"):
            self.asked.append(path.rsplit("/", 1)[-1])
            if len(self.asked) < 3:
                raise PartDown
        return answer


async def test_a_key_that_openbao_takes_long_to_make_is_made_once(owner: Box, openbao: Bao) -> None:
    slow = Slow(openbao.address, openbao.credentials("assessment"), openbao.tls("assessment"))
    slow.asked = []
    box = Box(owner.platform, bao=slow)
    running = asyncio.create_task(box.boxes.keeping.run())
    async with asyncio.timeout(60):
        while not box.announced:
            await asyncio.sleep(0.01)
    running.cancel()
    await slow.close()
    assert len(slow.asked) == 3
    assert len(set(slow.asked)) == 1
    assert list(await box.own()) == [f"assessment.{slow.asked[0]}"]


async def test_of_two_processes_one_makes_the_key_and_both_announce_it(platform_of: PlatformOf) -> None:
    two = [Box(await platform_of("assessment")) for _ in range(2)]
    said_by_each = await asyncio.gather(*(one.announce() for one in two))
    assert len({kid_in(message) for message in said_by_each}) == 1
    assert len(await two[0].own()) == 1
    first = kid_in(said_by_each[0])
    again = await asyncio.gather(*(one.announce(instead_of=first) for one in two))
    assert {kid_in(message) for message in again} == set(await two[0].own()) - {first}
    assert len(await two[0].own()) == 2


async def test_a_key_that_cannot_be_made_shows(owner: Box, openbao: Bao) -> None:
    clock, nowhere = (
        MovedClock(),
        OpenBao("https://127.0.0.1:9", openbao.credentials("assessment"), openbao.tls("assessment")),
    )
    boxes = Box(owner.platform, bao=nowhere, clock=clock).boxes
    await boxes.keeping.once()
    clock.pass_by(PATIENCE.total_seconds())
    await boxes.keeping.once()
    await nowhere.close()
    shown = boxes.keeping.stuck()
    assert (shown.queue, shown.count, shown.examples[0].attempts) == ("letterboxes", 1, 2)
    assert "OpenBao" in shown.remedy


async def test_what_its_owner_announces_is_sealed_with_and_kept_with_its_signature(owner: Box, sender: Box) -> None:
    message = await owner.announce()
    await sender.hear(message)
    kid = kid_in(message)
    assert sender.seals_with == kid
    assert (await sender.row(kid)).statement == message.statement
    assert sender.on_disk()["assessment"]["kid"] == kid
    assert kid_in(await owner.announce()) == kid, "it is the same until its day is over"


async def test_who_writes_to_itself_learns_its_own_key(sender: Box) -> None:
    await sender.announce()
    key = sender.platform.sealer.newest("intake")
    assert key is not None
    assert (await sender.row(key.kid)).statement == key.statement


async def test_a_newer_key_replaces_an_older_one_and_that_is_finished(platform_of: PlatformOf, owner: Box) -> None:
    clock = MovedClock()
    sender = Box(await platform_of("intake"), margin=60, clock=clock)
    first = await owner.announce()
    await sender.hear(first)
    second = await owner.announce(instead_of=kid_in(first))
    await sender.hear(second)
    await sender.hear(first)
    assert sender.seals_with == kid_in(second) != kid_in(first)
    running = asyncio.create_task(sender.boxes.keeping.run())
    await sender.boxes.look()
    clock.pass_by(3600)
    async with asyncio.timeout(30):
        while not await sender.finished():
            clock.pass_by(60)
            sender.boxes.again()
            await asyncio.sleep(0.05)
    running.cancel()
    assert await sender.finished() == {kid_in(first)}


# --- believed from its owner only ---------------------------------------------------------------------------------------


async def test_only_its_owner_announces_and_revokes_a_key(owner: Box, sender: Box, platform_of: PlatformOf) -> None:
    message = await owner.announce()
    await sender.hear(message)
    sources = await platform_of("sources")
    now = datetime.now(UTC)
    key = announcement(sources.signer, "assessment.20990101-00000000", said(message.statement)["pem"], now)
    for forged in (
        LetterboxKeyMade(statement=key.statement),
        LetterboxKeyMade(statement=message.statement, revoked=(revocation(sources.signer, kid_in(message)),)),
    ):
        for claimed in ("sources", "assessment"):
            with pytest.raises(NotSigned):
                await sender.hear(forged, of=claimed)
    assert sender.seals_with == kid_in(message)


@pytest.mark.parametrize("days", [-2, 1, 3650])
async def test_a_key_is_signed_when_it_is_made(owner: Box, sender: Box, days: int) -> None:
    """Else one that was stolen could be dated ahead, to be the newest for ever."""
    pem = said((await owner.announce()).statement)["pem"]
    made_at = datetime.now(UTC) + timedelta(days=days)
    key = announcement(owner.platform.signer, "assessment.20990101-00000000", pem, made_at)
    with pytest.raises(NotSigned):
        await sender.hear(LetterboxKeyMade(statement=key.statement))
    assert sender.seals_with is None


async def test_the_owner_announces_what_openbao_has_and_nothing_else(owner: Box, openbao: Bao) -> None:
    """Rows that really carry its signature, as whoever has its key in memory can make them."""
    genuine = await owner.announce()
    other = said((await Box(owner.platform).announce(instead_of=kid_in(genuine))).statement)
    pem, now = said(genuine.statement)["pem"], datetime.now(UTC)
    none = announcement(owner.platform.signer, "assessment.20260101-00000000", pem, now)
    wrong = announcement(owner.platform.signer, other["kid"], pem, now)
    async with owner.platform.database.transaction() as session:
        session.add(LetterboxKey(kid=none.kid, statement=none.statement))
        (await session.get_one(LetterboxKey, wrong.kid)).statement = wrong.statement
    announced = said((await owner.announce()).statement)
    assert announced == said(genuine.statement)
    rows = await owner.own()
    assert {rows[one].refused_because for one in (none.kid, wrong.kid)} == {NOT_IN_OPENBAO}
    assert sorted(await owner.trail()) == sorted([(none.kid, "not-in-openbao"), (wrong.kid, "not-in-openbao")])


async def test_a_key_that_was_locked_is_not_announced_any_more(owner: Box, openbao: Bao) -> None:
    kid = kid_in(await owner.announce())
    openbao.administrator.adapter.delete(f"/v1/letterbox-assessment/keys/{kid.split('.')[1]}/soft-delete")
    assert kid_in(await owner.announce()) != kid


# --- revoked ------------------------------------------------------------------------------------------------------------


async def test_a_revoked_key_is_dropped_everywhere_and_stays_so(
    owner: Box, sender: Box, openbao: Bao, platform_of: PlatformOf
) -> None:
    before = await owner.announce()
    await sender.hear(before)
    revoke.revoke_letterbox(openbao.administrator, kid_in(before))
    after = await owner.announce()
    assert kid_in(after) != kid_in(before)
    assert (await owner.own())[kid_in(before)].refused_because == REVOKED
    await sender.hear(after)
    assert sender.seals_with == kid_in(after)
    assert (await sender.row(kid_in(before))).refused_because == REVOKED
    assert sender.on_disk()["assessment"]["kid"] == kid_in(after)
    assert await sender.trail() == [(kid_in(before), "revoked")]
    # What was said before is said again by who recorded it, here and where nothing is known any more.
    await sender.hear(before)
    lost = Box(await platform_of("intake", folder=sender.platform.settings.folder / "lost"))
    await lost.boxes.look()
    for box in (sender, lost):
        assert box.seals_with == kid_in(after)
        assert (await box.row(kid_in(before))).refused_because == REVOKED


async def test_a_key_that_was_forged_with_a_stolen_signature_can_be_revoked(
    owner: Box, sender: Box, openbao: Bao
) -> None:
    """Its owner has no such key; the operator names it all the same."""
    genuine = await owner.announce()
    pem = said(genuine.statement)["pem"]
    stolen = announcement(owner.platform.signer, "assessment.20261231-00000000", pem, datetime.now(UTC))
    await sender.hear(genuine)
    await sender.hear(LetterboxKeyMade(statement=stolen.statement))
    assert sender.seals_with == stolen.kid
    revoke.revoke_letterbox(openbao.administrator, stolen.kid)
    await sender.hear(await owner.announce())
    await sender.boxes.look()
    assert sender.seals_with == kid_in(genuine)
    assert [(row.about["kid"], row.why) for row in await sender.refused()] == [(stolen.kid, REVOKED)]


async def test_with_its_signing_key_goes_what_a_service_announced(
    owner: Box, sender: Box, openbao: Bao, postgres: Postgres
) -> None:
    before = await owner.announce()
    await sender.hear(before)
    revoke.rotate(openbao.administrator, "assessment")
    revoke.end_older(openbao.administrator, "assessment")
    await sender.platform.learn_keys()
    await sender.boxes.look()
    assert sender.seals_with is None
    assert sender.on_disk() == {}
    assert (await sender.row(kid_in(before))).refused_because == NOT_SIGNED
    await owner.platform.certify()
    after = await owner.announce()
    assert (await owner.own())[kid_in(before)].refused_because == NOT_SIGNED
    await sender.hear(after)
    assert sender.seals_with == kid_in(after)
    await sender.boxes._finish()
    assert await sender.finished() == {kid_in(before)}, (
        "the same day, though nobody's word says any more when it was made"
    )
    ignorant = Box(sender.platform)
    await as_superuser(postgres, "intake", "UPDATE sealing_key SET finished_at = NULL")
    await ignorant.boxes.look()
    await ignorant.boxes._finish()
    assert (await sender.row(kid_in(before))).finished_at is None, "who never knew it waits until its day is over"


async def test_a_rotated_signing_key_brings_a_letterbox_before_the_old_one_is_revoked(owner: Box, openbao: Bao) -> None:
    """So that whoever seals is never without one. While there is no newer certificate, another key would not help."""
    before = await owner.announce()
    revoke.rotate(openbao.administrator, "assessment")
    await owner.platform.learn_keys()
    assert kid_in(await owner.announce()) == kid_in(before)
    await owner.platform.signer.certify()
    after = await owner.announce()
    assert kid_in(after) != kid_in(before)
    assert kid_in(await owner.announce()) == kid_in(after)
