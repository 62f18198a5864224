"""What a failed run leaves behind: what failed, and the logs of the houses in which it did, under `.meldpunt/`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

_OWN = Path(__file__).parents[1] / ".meldpunt" / "failed" / f"{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
FOLDER = Path(os.environ.setdefault("MELDPUNT_FAILED_RUN", str(_OWN)))
"""One for all workers of a run: they inherit it from the process that started them."""
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
failed: list[str] = []
"""The tests that failed so far."""
open_houses: list[Path] = []
"""The logs of the houses that run now."""
MOST = 30
BEGUN = {"at": datetime.now(UTC)}
"""When the test that runs now began."""


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


def warned() -> str:
    """What the services of the open houses warned of since this test began, the last of it: what a run elsewhere shows of
    a failure is its output, not the logs."""
    lines = sorted(line for logs in open_houses for file in logs.glob("*.log") for line in _warnings(file))
    # What is repeated is shown when it was said last.
    last = {said: f"{at} {said}" for at, said in (line.split(" ", 1) for line in lines)}
    return "\n".join(line[:300] for line in sorted(last.values())[-MOST:])


def _warnings(file: Path) -> Iterator[str]:
    for line in file.read_text(errors="replace").splitlines():
        try:
            said = json.loads(line)
            at = datetime.fromisoformat(said.pop("timestamp"))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if at >= BEGUN["at"] and said.get("level") in ("warning", "error", "critical"):
            words = " ".join(
                f"{name}={value}" for name, value in said.items() if name not in ("service", "level", "event")
            )
            yield f"{at:%H:%M:%S.%f} {said.get('service', file.stem)}: {said.get('event')} {words}"
