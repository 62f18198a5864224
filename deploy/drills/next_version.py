"""A next version of the house: a copy of the code with another version and with more migrations.

`python -m deploy.drills.next_version HOME SERVICE...`, in such a copy, runs the migrations that it has of these services.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.cluster.home import ClusterHome
from deploy.cluster.nodes import administrator
from deploy.embedded.home import HouseError
from deploy.embedded.parts import HERE
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER
from shared.database.migrate import migrate

ROOT = Path(__file__).parents[2]
PACKAGES = ("deploy", "shared", "services")
VERSION_FILE = Path("shared", "http", "problems.py")
SCHEMA = re.compile(r'^SCHEMA = "(?P<service>[a-z]+)_(?P<number>\d{4})"$', re.MULTILINE)
VERSION = re.compile(r'^VERSION = "(?P<version>[^"]+)"$', re.MULTILINE)
MIGRATION = '''"""What a version that was invented for a drill changes."""

import sqlalchemy as sa
from alembic import op

revision = "{service}_{number:04}"
down_revision = "{service}_{before:04}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {what}
'''
EXPANDS = 'op.add_column("audit", sa.Column("of_the_drill", sa.Text, nullable=True))'
"""To the table into which every deed of the service writes a row, whose columns older code does not know."""
CONTRACTS = 'op.execute("UPDATE schema_floor SET oldest = {number}")'


def made(folder: Path, version: str, services: Sequence[str], what: str, *, of: Path = ROOT) -> Path:
    """The copy, in `folder`: one migration more for each of `services`. Raises HouseError where the code has another shape."""
    for one in PACKAGES:
        shutil.copytree(of / one, folder / one, ignore=shutil.ignore_patterns("__pycache__"))
    _changed(folder / VERSION_FILE, VERSION, f'VERSION = "{version}"')
    for service in services:
        store = folder / "services" / service / "store.py"
        found = SCHEMA.search(store.read_text())
        if found is None:
            raise HouseError(f"{service} does not say in its store which schema it was written for")
        before = int(found["number"])
        number = before + 1
        _changed(store, SCHEMA, f'SCHEMA = "{service}_{number:04}"')
        text = MIGRATION.format(service=service, number=number, before=before, what=what.format(number=number))
        (folder / "services" / service / "migrations" / f"v{number:04}_drill.py").write_text(text)
    return folder


def _changed(file: Path, found: re.Pattern[str], text: str) -> None:
    after, times = found.subn(text, file.read_text())
    if times != 1:
        raise HouseError(f"{file.name} does not have what a next version changes")
    file.write_text(after)


def migrated(code: Path, home: ClusterHome, services: Sequence[str]) -> None:
    """Run the migrations that `code` has. Raises HouseError with what it said when it fails."""
    argv = [sys.executable, "-m", "deploy.drills.next_version", str(home.path), *services]
    env = {"PYTHONPATH": str(code), "PATH": ""}
    ran = subprocess.run(argv, env=env, cwd="/", capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise HouseError(f"the migrations of {code.name} failed: {ran.stderr.strip()}")


async def _migrate(home: ClusterHome, services: Sequence[str]) -> None:
    bao = administrator(home)
    _, _, port = (home.state() or {})["addresses"]["postgres"].rpartition(":")
    for one in services:
        user, password = bao_config.database_user(bao, f"{one}-migrate")
        await migrate(one, [(HERE, int(port))], home.tls(SETUP_USER), user, password)


if __name__ == "__main__":
    asyncio.run(_migrate(ClusterHome(Path(sys.argv[1])), sys.argv[2:]))
