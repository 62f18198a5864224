"""Lighthouse of the pages that everybody meets: the public form, and logged in Mijn werk and a signal. Nothing leaves the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_least
from bench.pages import WITH_THE_FILE
from bench.visitor import logged_in, opens
from tests.house import TestHouse
from tests.journeys import brought

FOLDER = Path(__file__).parent / "npm"
SCORES = {"performance": 95, "accessibility": 100}
SEEN_ON: dict[str, list[str]] = {"phone": [], "laptop": ["--preset=desktop"]}
"""As Lighthouse has it: a slow telephone on a slow network, and a laptop."""
TRIES = 4
CHROMIUM = "--headless=new --no-sandbox --disable-dev-shm-usage"


def run(house: TestHouse) -> list[Figure]:
    number = brought(house, "check-2a").number
    person = logged_in(house, WITH_THE_FILE[0])
    opens(person, number)
    portal, session = house.client.addresses["portal"], {"Cookie": person.headers["Cookie"]}
    pages = {
        "public form": (house.client.addresses["public"] + "/", {}),
        "Mijn werk": (portal + "/", session),
        "signal": (f"{portal}/dossiers/{number}", session),
    }
    found = []
    for name, (address, headers) in pages.items():
        for where, more in SEEN_ON.items():
            report = _report(house.folder, address, headers, more)
            what = f"Lighthouse, {name} on a {where}"
            for category, aim in SCORES.items():
                score = round(report["categories"][category]["score"] * 100)
                found.append(at_least(f"{what}: {category}", score, "", aim))
            found += [Figure(f"- {what}: {one}", 0, "") for one in _lacking(report)]
    person.close()
    return found


def _report(folder: Path, address: str, headers: dict[str, str], more: list[str]) -> dict[str, Any]:
    """What Lighthouse says of a page. Raises CalledProcessError."""
    program = FOLDER / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        argv = ["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        subprocess.run(argv, cwd=FOLDER, check=True, timeout=600)
    # The session stands in no argument, where others on the machine would read it.
    extra, report = folder / "headers.json", folder / "lighthouse.json"
    extra.touch(0o600)
    extra.write_text(json.dumps(headers))
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or ""
    argv = [str(program), address, f"--extra-headers={extra}", "--output=json", f"--output-path={report}", "--quiet"]
    argv += [
        f"--only-categories={','.join(SCORES)}",
        f"--chrome-flags={CHROMIUM}",
        "--no-enable-error-reporting",
        *more,
    ]
    for attempt in range(1, TRIES + 1):
        # On a machine that is busy it may lose sight of the browser, and asks itself to be run again.
        done = subprocess.run(argv, env={**os.environ, "CHROME_PATH": chromium}, check=attempt == TRIES, timeout=180)
        if done.returncode == 0:
            break
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def _lacking(report: dict[str, Any]) -> list[str]:
    """What lowers a score, by the names that Lighthouse has for it."""
    counts = {
        one["id"] for category in report["categories"].values() for one in category["auditRefs"] if one["weight"] > 0
    }
    return [
        f"{name}: {audit.get('displayValue') or audit['title']}"
        for name, audit in report["audits"].items()
        if name in counts and audit["score"] is not None and audit["score"] < 0.9
    ]
