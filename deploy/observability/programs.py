"""Prometheus and its tools, as Debian has them: fetched where they are missing and can be, and not installed.

The packages start a server on every address when they are installed; what is unpacked starts nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parents[2] / ".meldpunt" / "tools"
PACKAGES = {"promtool": "prometheus", "prometheus": "prometheus", "amtool": "prometheus-alertmanager"}


def program(name: str) -> str | None:
    """Where it is; None where there is none and none can be had."""
    here = TOOLS / PACKAGES[name] / "usr" / "bin" / name
    if found := shutil.which(name):
        return found
    if not here.exists() and shutil.which("apt-get") and shutil.which("dpkg-deb"):
        _fetch(PACKAGES[name])
    return str(here) if here.exists() else None


def _fetch(package: str) -> None:
    """Unpack `package` in its folder, whole or not at all: another worker may be at it too."""
    quiet: dict[str, Any] = {"capture_output": True, "check": False, "timeout": 600}
    TOOLS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
        if subprocess.run(["apt-get", "download", package], cwd=folder, **quiet).returncode:
            # Who may not update the lists has to have them.
            subprocess.run(["apt-get", "update", "-qq"], **quiet)
            subprocess.run(["apt-get", "download", package], cwd=folder, **quiet)
        for file in _packages(folder):
            subprocess.run(["dpkg-deb", "-x", str(file), f"{folder}/whole"], **quiet)
            if not (TOOLS / package).exists():
                Path(folder, "whole").rename(TOOLS / package)


def _packages(folder: str) -> Iterator[Path]:
    yield from Path(folder).glob("*.deb")
