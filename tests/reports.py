"""What a failed run leaves behind: what failed, and the logs of the houses in which it did, under `.meldpunt/`."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

_OWN = Path(__file__).parents[1] / ".meldpunt" / "failed" / f"{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
FOLDER = Path(os.environ.setdefault("MELDPUNT_FAILED_RUN", str(_OWN)))
"""One for all workers of a run: they inherit it from the process that started them."""
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
failed: list[str] = []
"""The tests that failed so far."""


def note(test: str, text: str) -> None:
    failed.append(test)
    if _IS_WORKER:
        # Who started it hears of it too, and writes it down.
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "report.txt").open("a") as stream:
        stream.write(f"=== {datetime.now():%H:%M:%S} {test}\n{text}\n\n")


def keep(logs: Path, name: str) -> Path:
    """Copy the logs of a house; returns where they are."""
    target = FOLDER / name
    shutil.copytree(logs, target, dirs_exist_ok=True)
    return target
