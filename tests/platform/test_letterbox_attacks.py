"""A superuser of PostgreSQL, and whoever writes files, try to have letters sealed for themselves; on real parts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from shared.clock import SystemClock
from shared.database.tables import LetterboxKey
from shared.errors import PartDown
from shared.keys.letters import kid_of
from shared.keys.refused import NOT_SIGNED, NOT_WRITTEN_TO
from shared.service.platform import Platform
from tests.platform.boxes import OWN_PEM, Box, altered, as_superuser, file_of, insert_key, kid_in, said
from tests.platform.conftest import PlatformOf
from tests.platform.real import Postgres

NEWER = "assessment.20991231-00000000"


@pytest.fixture
async def owner(platform_of: PlatformOf) -> Box:
    return Box(await platform_of("assessment"))


@pytest.fixture
async def sender(platform_of: PlatformOf) -> Box:
    return Box(await platform_of("intake"))


async def forged(owner: Box, how: str, platform_of: PlatformOf) -> str:
    """The statement of a row that says that the attacker's key is assessment's newest."""
    genuine = (await owner.announce()).statement
    if how == "nobody's":
        return ""
    if how == "his own":
        return altered(genuine, kid=NEWER, pem=OWN_PEM, madeAt="2099-12-31T00:00:00+00:00")
    if how == "of another key":
        return genuine
    if how == "of another service":
        sources = Box(await platform_of("sources"))
        return (await sources.announce()).statement
    head, _, signature = genuine.split(".")
    body = altered(genuine, kid=NEWER, pem=OWN_PEM).split(".")[1]
    return f"{head}.{body}.{signature}"


HOW = ["nobody's", "his own", "of another key", "of another service", "with its signature"]


@pytest.mark.parametrize("how", HOW)
async def test_an_inserted_key_is_never_sealed_with(
    owner: Box, sender: Box, postgres: Postgres, platform_of: PlatformOf, how: str
) -> None:
    statement = await forged(owner, how, platform_of)
    genuine = await owner.announce()
    await sender.hear(genuine)
    await insert_key(postgres, "intake", NEWER, statement)
    await sender.boxes.look()
    again = Box(await platform_of("intake", folder=sender.platform.settings.folder / "lost"))
    await again.boxes.look()
    assert sender.seals_with == again.seals_with == kid_in(genuine)
    assert (await sender.row(NEWER)).refused_because == NOT_SIGNED
    assert [(row.about["kid"], row.why) for row in await sender.refused()] == [(NEWER, NOT_SIGNED)]
    assert await sender.trail() == [(NEWER, "not-signed")], "it is written once"


async def test_an_inserted_key_for_somebody_else_is_never_sealed_with(
    owner: Box, sender: Box, postgres: Postgres
) -> None:
    """A really announced one, under an addressee that it does not belong to, or that nothing is sealed for."""
    genuine = await owner.announce()
    await insert_key(postgres, "intake", kid_in(genuine), genuine.statement, addressee="intake")
    await insert_key(postgres, "intake", "sources.20260101-00000000", genuine.statement, addressee="sources")
    await insert_key(postgres, "intake", "Jan Jansen", genuine.statement)
    await sender.boxes.look()
    assert sender.platform.sealer.all() == {}
    assert {row.why for row in await sender.refused()} == {NOT_SIGNED, NOT_WRITTEN_TO}
    assert (None, "not-signed") in await sender.trail(), "no words of a stranger in the trail"
    assert "Jan Jansen" not in str(await sender.refused())


async def test_an_altered_key_is_dropped_and_put_right_by_its_owner(
    owner: Box, sender: Box, postgres: Postgres, platform_of: PlatformOf
) -> None:
    genuine = await owner.announce()
    await sender.hear(genuine)
    statement = altered(genuine.statement, pem=OWN_PEM)
    await as_superuser(postgres, "intake", "UPDATE sealing_key SET statement = $1", statement)
    await sender.boxes.look()
    assert (await sender.row(kid_in(genuine))).refused_because == NOT_SIGNED
    again = Box(await platform_of("intake", folder=sender.platform.settings.folder / "lost"))
    await again.boxes.look()
    assert again.seals_with is None, "rather nothing than for the attacker"
    await again.hear(genuine)
    assert again.seals_with == kid_in(genuine)
    row = await again.row(kid_in(genuine))
    assert (row.statement, row.refused_because) == (genuine.statement, None)
    assert await again.refused() == []


async def test_an_old_key_that_is_put_back_is_not_sealed_with(
    owner: Box, sender: Box, postgres: Postgres, platform_of: PlatformOf
) -> None:
    old = await owner.announce()
    new = await owner.announce(instead_of=kid_in(old))
    await sender.hear(new)
    await as_superuser(postgres, "intake", "DELETE FROM sealing_key")
    await insert_key(postgres, "intake", kid_in(old), old.statement)
    await sender.boxes.look()
    again = Box(await platform_of("intake"))
    await again.boxes.look()
    assert sender.seals_with == again.seals_with == kid_in(new)
    # With the file lost too, an old one serves until its owner speaks.
    lost = Box(await platform_of("intake", folder=sender.platform.settings.folder / "lost"))
    await lost.boxes.look()
    await lost.hear(await owner.announce())
    assert lost.seals_with == kid_in(new)


async def test_rows_cannot_have_a_key_destroyed_that_is_still_sealed_with(
    owner: Box, sender: Box, postgres: Postgres
) -> None:
    """When every sender has said that it is done with a key, that goes: a sender says it of what is true only."""
    unheard = await owner.announce()
    current = await owner.announce(instead_of=kid_in(unheard))
    await sender.hear(current)
    ahead = await owner.announce(instead_of=kid_in(current))
    await insert_key(postgres, "intake", kid_in(ahead), "")
    await insert_key(postgres, "intake", NEWER, altered(ahead.statement, kid=NEWER, pem=OWN_PEM))
    await insert_key(postgres, "intake", "assessment.20260101-00000000", "")
    await as_superuser(postgres, "intake", "UPDATE sealing_key SET adopted_at = '2026-01-01'")
    await sender.boxes.look()
    for _ in range(2):
        await sender.boxes._finish()
    assert await sender.finished() == {"assessment.20260101-00000000"}, "that day is over, whoever wrote its row"
    await as_superuser(postgres, "intake", "UPDATE sealing_key SET finished_at = now()")
    await sender.hear(current)
    assert (await sender.row(kid_in(current))).finished_at is None, "it is sealed with, whatever the row says"


async def test_a_key_that_is_moved_to_another_addressee_is_not_finished(
    owner: Box, sender: Box, postgres: Postgres
) -> None:
    """Who seals with it knows when it was made; that somebody else's newest is newer says nothing of it."""
    current = await owner.announce()
    await sender.hear(current)
    await sender.announce()
    assert sender.platform.sealer.newest("intake") is not None
    moved = "UPDATE sealing_key SET addressee = 'intake', adopted_at = '2026-01-01' WHERE kid = $1"
    await as_superuser(postgres, "intake", moved, kid_in(current))
    await insert_key(postgres, "intake", "assessment.20260101-00000000", "")
    await sender.boxes.look()
    for _ in range(2):
        await sender.boxes._finish()
    assert await sender.finished() == {"assessment.20260101-00000000"}
    assert (await sender.row(kid_in(current))).finished_at is None
    # Also not by who seals with none of them any more.
    sender.platform.sealer.drop("assessment", kid_in(current))
    await sender.boxes._finish()
    assert (await sender.row(kid_in(current))).finished_at is None


@pytest.mark.parametrize("how", ["nobody's", "his own", "of another service", "with its signature"])
async def test_the_owner_announces_no_inserted_key(
    owner: Box, postgres: Postgres, platform_of: PlatformOf, how: str
) -> None:
    statement = await forged(owner, how, platform_of)
    genuine = await owner.announce()
    query = "INSERT INTO letterbox_key (kid, statement) VALUES ($1, $2)"
    await as_superuser(postgres, "assessment", query, NEWER, statement)
    assert said((await owner.announce()).statement) == said(genuine.statement)
    assert (await owner.own())[NEWER].refused_because == NOT_SIGNED
    assert [row.about["kid"] for row in await owner.refused()] == [NEWER]


async def test_the_owner_makes_another_key_when_its_own_was_altered(owner: Box, postgres: Postgres) -> None:
    genuine = await owner.announce()
    statement = altered(genuine.statement, pem=OWN_PEM)
    await as_superuser(postgres, "assessment", "UPDATE letterbox_key SET statement = $1", statement)
    made = await owner.announce()
    assert kid_in(made) != kid_in(genuine)
    assert said(made.statement)["pem"] not in (OWN_PEM, said(genuine.statement)["pem"])
    rows: dict[str, LetterboxKey] = await owner.own()
    assert rows[kid_in(genuine)].refused_because == NOT_SIGNED


# --- the file ---------------------------------------------------------------------------------------------------------


class Report(BaseModel):
    text: str = "Een schuur vol."


Door = Callable[..., Box]


@pytest.fixture
def door() -> Door:
    """`door(sender)`: intake as it starts while OpenBao is sealed, with what the set-up gave it and its own folder."""

    def start(sender: Box, **more: Any) -> Box:
        settings = sender.platform.settings.model_copy(update={"openbao_address": "https://127.0.0.1:1"} | more)
        return Box(Platform("intake", settings, SystemClock(), "none"))

    return start


async def test_the_door_seals_with_what_is_on_disk_while_openbao_is_away(owner: Box, sender: Box, door: Door) -> None:
    genuine = await owner.announce()
    await sender.hear(genuine)
    sealed = door(sender).platform.sealer.seal("assessment", Report())
    assert kid_of(sealed.text) == kid_in(genuine)


@pytest.mark.parametrize("how", HOW[1:])
async def test_what_somebody_writes_into_the_file_is_never_sealed_with(
    owner: Box, sender: Box, door: Door, platform_of: PlatformOf, how: str
) -> None:
    statement = await forged(owner, how, platform_of)
    if how == "of another key":
        statement = altered(statement, pem=OWN_PEM)
    await sender.announce()
    await sender.hear(await owner.announce())
    file = file_of(sender.platform)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"assessment": statement}))
    found = door(sender)
    with pytest.raises(PartDown):
        found.platform.sealer.seal("assessment", Report())
    assert found.platform.sealer.newest("intake") is not None, "the other entry holds"
    await sender.boxes.look()
    again = Box(await platform_of("intake"))
    await again.boxes.look()
    assert again.seals_with == kid_in(await owner.announce()), "the database has what its owner signed"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[" * 100_000, '{"assessment": {"kid": 1}}', '{"assessment": "a.b.c"}']
)
async def test_a_broken_file_is_no_reason_not_to_start(owner: Box, sender: Box, door: Door, text: str) -> None:
    await sender.hear(await owner.announce())
    file_of(sender.platform).write_text(text)
    assert door(sender).seals_with is None


async def test_without_the_word_of_the_set_up_nothing_on_disk_is_believed(owner: Box, sender: Box, door: Door) -> None:
    """Keys that a service writes into its own folder prove nothing: whoever writes the one file writes the other."""
    await sender.hear(await owner.announce())
    folder, given = sender.platform.settings.folder, sender.platform.settings.signing_keys
    assert given is not None
    (folder / "public-keys.json").write_text(given.read_text())
    assert door(sender, signing_keys=None).seals_with is None
