"""What happens between the moment of PostgreSQL and that of OpenBao, so that every row that is restored has its keys.

A key that is made meanwhile is of no row: it opens nothing. A key that is *destroyed* meanwhile may be of a row, so then the backup is
worth nothing and is made anew. A key that is *locked* meanwhile, because a dossier went to another service, stays for days: it is
unlocked after a restore, when the restored sender knows nothing of having sent it.
"""

from __future__ import annotations

import io
import json
import tarfile

import hvac

from deploy.backup.databases import Databases
from deploy.embedded.home import HouseError
from shared.privileges import ARCHIVES, LETTERBOXES, ROOMS, SERVICES

FILE = "between.json"
Key = tuple[str, str]
"""Mount and name."""
LOCKED = "SELECT lock_mount, lock_key FROM outgoing WHERE lock_key IS NOT NULL"
"""Of a service: the keys of rooms that a hand-over leaves, until their grace period is over."""


def names_of_keys(bao: hvac.Client) -> set[Key]:
    """Every key of a room, an archive or a letterbox."""
    found = set()
    for mount in (*ROOMS, *ARCHIVES, *LETTERBOXES):
        listed = bao.list(f"{mount}/keys") or {"data": {"keys": []}}
        found |= {(mount, name) for name in listed["data"]["keys"]}
    return found


async def left(databases: Databases) -> list[Key]:
    """The keys of hand-overs, as the databases have them now."""
    found = set()
    for service in SERVICES:
        found |= {(row["lock_mount"], row["lock_key"]) for row in await databases.rows(service.name, LOCKED)}
    return sorted(found)


def noted(house: bytes) -> set[Key]:
    """What the backup notes as `left`, out of the tar of what a home has besides."""
    with tarfile.open(fileobj=io.BytesIO(house)) as tar:
        member = tar.extractfile(FILE)
        if member is None:
            raise HouseError(f"{FILE} is missing in the backup")
        return {(mount, key) for mount, key in json.loads(member.read())["locked"]}


def unlock(bao: hvac.Client, keys: set[Key]) -> int:
    """How many of `keys` were locked; they are not any more."""
    count = 0
    for mount, name in sorted(keys):
        about = bao.read(f"{mount}/keys/{name}")
        if about and about["data"].get("soft_deleted"):
            bao.write(f"{mount}/keys/{name}/soft-delete-restore")
            count += 1
    return count
