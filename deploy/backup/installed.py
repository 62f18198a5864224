"""Putting a backup back where the parts are addresses: in two steps, between which their operator starts PostgreSQL on what was unpacked.

`unpack` gives a folder that a PostgreSQL takes as its data. `restore` speaks to that PostgreSQL and to an OpenBao of one node that was begun
with the seal key and the provisioner's password of before: OpenBao takes the snapshot, what was destroyed since is destroyed again, and
nobody of before has a way in. Until it has ended well nobody is to be served, and it refuses where somebody is.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import hvac

from deploy.backup import again, between
from deploy.backup.databases import Databases
from deploy.backup.restore import Restored, as_its_own
from deploy.backup.sealed import extract, opened
from deploy.backup.take import HOUSE, OPENBAO, POSTGRES
from deploy.backup.wrong import Asked, Found, look
from deploy.embedded.home import HouseError
from deploy.installation import NoActiveNode, UsersSettings

PATIENCE = 1800
"""Seconds for an operator to start OpenBao again."""
LOOK_SECONDS = 1.0
OTHERS = """SELECT count(*) AS n FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND usename NOT IN ($1, 'openbao')"""
"""Who is at work in any database."""
NODES = "sys/storage/raft/configuration"


def unpack(asked: Asked, target: Path, say: Callable[[str], None]) -> Found:
    """PostgreSQL's data, in a new folder. Raises HouseError with everything that is wrong; then there is none."""
    found = look(None, asked)
    if target.exists():
        raise HouseError(f"{target} is there already: say the name of a new folder")
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    try:
        say("unpacking PostgreSQL's data")
        extract(asked.backup / POSTGRES, found.identity.secret, partial)
        as_its_own(partial)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return found


def restore(asked: Asked, settings: UsersSettings, say: Callable[[str], None], patience: float = PATIENCE) -> Restored:
    """The rest. Raises HouseError with everything that is wrong; it can be done again from its beginning."""
    began = time.monotonic()
    found = look(None, asked)
    try:
        done = _Doing(settings, found, say, patience).run(asked)
    except (hvac.exceptions.VaultError, NoActiveNode, asyncpg.PostgresError, OSError, TimeoutError) as problem:
        raise HouseError(
            f"a part did not do its work, and nobody is to be served: {type(problem).__name__}: {problem}"
        ) from problem
    return Restored(found, len(found.stones), done.keys, done.unlocked, time.monotonic() - began)


class _Doing:
    def __init__(self, settings: UsersSettings, found: Found, say: Callable[[str], None], patience: float) -> None:
        self._settings, self._found, self._say, self._patience = settings, found, say, patience
        self._databases = Databases(settings.superuser)

    def run(self, asked: Asked) -> again.Done:
        secret = self._found.identity.secret
        bao = self._settings.openbao()
        self._look(bao)
        # What was there before the snapshot came is how it is known that the snapshot is there.
        mark = f"sys/policies/acl/before-{secrets.token_hex(8)}"
        bao.write(mark, policy='path "nothing" { capabilities = ["deny"] }')
        self._say("giving OpenBao its snapshot")
        bao.sys.force_restore_raft_snapshot(opened(asked.backup / OPENBAO, secret))
        self._say("OpenBao has sealed itself: START IT AGAIN, with its seal key; this waits until it is there")
        bao = self._restored(mark)
        self._say(f"destroying again what the list of {len(self._found.stones)} destructions names")
        locked = between.noted(opened(asked.backup / HOUSE, secret))
        return again.do(bao, self._databases, self._settings.of_openbao, self._found.stones, locked)

    def _look(self, bao: hvac.Client) -> None:
        problems = asyncio.run(self._of_postgres())
        raft = bao.read(NODES)
        nodes = len(raft["data"]["config"]["servers"]) if raft else 0
        if nodes != 1:
            problems.append(
                f"OpenBao has {nodes} nodes of its own storage (raft): begin it with one, which takes the snapshot; the others join it afterwards, with"
                " empty folders"
            )
        if problems:
            raise HouseError("nothing was restored:\n" + "\n".join(f"· {one}" for one in problems))

    async def _of_postgres(self) -> list[str]:
        problems = []
        ours, theirs = await self._databases.cluster(), self._found.manifest.versions.get("copyOf")
        if ours != theirs:
            problems.append("this PostgreSQL does not have what was unpacked of this backup (`--unpack`)")
        others = (await self._databases.rows("postgres", OTHERS, self._settings.postgres_user))[0]["n"]
        if others:
            problems.append(
                f"{others} are at work in the databases: end the services first, nobody is to be served yet"
            )
        return problems

    def _restored(self, mark: str) -> hvac.Client:
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            try:
                bao = self._settings.openbao()
                if bao.read(mark) is None:
                    return bao
            except (hvac.exceptions.VaultError, NoActiveNode, OSError):
                pass
            time.sleep(LOOK_SECONDS)
        raise HouseError("OpenBao did not come back with its snapshot: start it again, and do this once more")
