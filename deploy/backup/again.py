"""What is done over in a restored house before anybody serves: the destructions that came after the backup.

OpenBao's snapshot has keys again that were destroyed since, and PostgreSQL the rows that they open. Here the keys go, and each destruction
is noted in OpenBao, so that every service deletes its rows before it serves (`shared/tombstones.py`). Then OpenBao's storage is
compacted, since what was deleted is still in its file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import hvac

from deploy.backup import between
from deploy.backup.databases import Databases
from deploy.embedded.home import HouseError
from deploy.openbao import apply as bao_config
from deploy.openbao import revoke
from shared.openbao import LAST_TOMBSTONE, TOMBSTONE_NAMES, TOMBSTONES
from shared.privileges import SERVICES
from shared.tombstones import BATCH_SIZE, stones_of

Stones = dict[str, datetime]
KEYS = "SELECT mount, key FROM signal_key WHERE number = ANY($1::text[])"
"""Of retention: every key that was ever made for these signals, whoever made it."""
LEASED = """SELECT m.rolname FROM pg_roles m WHERE m.rolcanlogin AND EXISTS (SELECT FROM pg_auth_members a
 JOIN pg_roles g ON g.oid = a.roleid WHERE a.member = m.oid AND g.rolname = ANY($1::text[])) AND m.rolname <> 'openbao'"""
"""Users that OpenBao made: members of a group of a service."""


@dataclass(frozen=True)
class Done:
    """`keys`: how many were destroyed again; `unlocked`: of dossiers that had gone on between the two moments of the backup."""

    keys: int
    unlocked: int


def do(
    bao: hvac.Client, databases: Databases, of_openbao: bao_config.Database, stones: Stones, locked: set[between.Key]
) -> Done:
    """All of it, in an OpenBao and a PostgreSQL on what was restored. `locked`: the keys that the backup notes as those of hand-overs;
    `of_openbao`: where OpenBao finds PostgreSQL, so that it can end the users that it made there. Raises HouseError, and what the
    parts say."""
    bao_config.apply(bao, of_openbao)
    keys = asyncio.run(destroy(bao, databases, stones))
    unlocked = between.unlock(bao, locked - set(asyncio.run(between.left(databases))))
    asyncio.run(let_nobody_in(bao, databases))
    return Done(keys, unlocked)


async def destroy(bao: hvac.Client, databases: Databases, stones: Stones) -> int:
    """Note every destruction, and destroy the keys; how many of them there were. Raises HouseError for a key that stays."""
    _note(bao, stones)
    rows = await databases.rows("retention", KEYS, list(stones))
    there = [(row["mount"], row["key"]) for row in rows if bao.read(f"{row['mount']}/keys/{row['key']}")]
    for mount, name in there:
        bao.write(f"{mount}/keys/{name}/config", deletion_allowed=True)
        bao.delete(f"{mount}/keys/{name}")
    left = [name for mount, name in there if bao.read(f"{mount}/keys/{name}")]
    if left:
        raise HouseError(f"{len(left)} keys of what was destroyed are still there: nothing is put back")
    return len(there)


def _note(bao: hvac.Client, stones: Stones) -> None:
    """In OpenBao, where no service can take a note away: what it does not have yet."""
    numbers, names = sorted(stones.keys() - _noted(bao)), list[str]()
    for start in range(0, len(numbers), BATCH_SIZE):
        some = {number: stones[number].isoformat() for number in numbers[start : start + BATCH_SIZE]}
        names.append(str(uuid4()))
        bao.write_data(f"{TOMBSTONES}/{names[-1]}", data={"data": {"stones": some}})
    if names:
        bao.write_data(LAST_TOMBSTONE, data={"data": {"name": names[-1]}})


def _noted(bao: hvac.Client) -> set[str]:
    found: set[str] = set()
    for name in (bao.list(TOMBSTONE_NAMES) or {"data": {"keys": []}})["data"]["keys"]:
        note = bao.read(f"{TOMBSTONES}/{name}")
        # One that cannot be read says nothing: what it may have said is noted anew.
        found |= set(stones_of(note["data"]) or ()) if note else set()
    return found


async def let_nobody_in(bao: hvac.Client, databases: Databases) -> None:
    """Who had a secret id, a token or a user of PostgreSQL in the house of before, has none in this one."""
    for service in SERVICES:
        revoke.end_access(bao, service.name)
    groups = [f"{service.name}_{kind}" for service in SERVICES for kind in ("app", "owner")]
    await _without(databases, [row["rolname"] for row in await databases.rows("postgres", LEASED, groups)])


async def _without(databases: Databases, users: Iterable[str]) -> None:
    for user in users:
        await databases.rows("postgres", f'DROP ROLE IF EXISTS "{user}"')
