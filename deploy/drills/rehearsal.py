"""One alert rehearsed: its condition is made, it is seen, its runbook is followed as it is written, and it is over.

Nothing of a metric is made up: what is scraped is what the services say of themselves. An expression looks back over a quarter
of a minute instead of minutes, and `for:` is not waited for; a span of which the drill says so is shorter too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from deploy.drills.verdict import rows
from deploy.drills.watching import Prometheus
from deploy.embedded.client import HouseClient
from deploy.embedded.home import Home, HouseError
from deploy.observability.alert import Alert
from deploy.observability.runbook import PEOPLE, Command, Step, steps_of

ROOT = Path(__file__).parents[2]
WINDOW = "15s"
SHELL_SECONDS = 240


@dataclass
class Stage:
    """Where it is rehearsed. `clock`: the file by which the clocks of the services run ahead."""

    home: Home
    client: HouseClient
    prometheus: Prometheus
    clock: Path
    folder: Path
    say: Callable[[str], None]
    kept: dict[str, str] = field(default_factory=dict)
    """What an earlier rehearsal made, by name."""

    ahead: float = 0.0

    def later(self, seconds: float) -> None:
        """So much time passes, by every clock of the house."""
        self.ahead += seconds
        Home.write(self.clock, str(self.ahead))

    def sql(self, database: str, query: str) -> list[asyncpg.Record]:
        """By who administers PostgreSQL."""
        return rows(self.home, database, query)

    def pid(self, name: str) -> int:
        return int((self.home.state() or {})["pids"].get(name, 0))


@dataclass(frozen=True)
class Rehearsal:
    """Of the alert `alert`. `begin` makes the condition true, and returns what is filled in in its runbook; `shows`: labels with
    which it is seen then; `before`: what makes it false first; `people`: what people do, at the last step that is theirs; `end`: what is ended whatever happened."""

    alert: str
    cause: str
    begin: Callable[[Stage], Mapping[str, str]]
    shows: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Stage], None] = lambda _stage: None
    people: Callable[[Stage], None] = lambda _stage: None
    end: Callable[[Stage], None] = lambda _stage: None
    passes: bool = False
    """It looks back, and passes by itself: the rest stay until something is done."""
    spans: Mapping[str, str] = field(default_factory=dict)
    """A number of seconds in the expression, and what is taken in its place."""


@dataclass
class Count:
    """What was done of the steps of all runbooks."""

    run: int = 0
    for_people: int = 0
    on_cluster: int = 0


def in_short(expression: str, spans: Mapping[str, str]) -> str:
    """An expression as it is rehearsed; raises HouseError for a span that it does not have."""
    short = re.sub(r"\[\d+[smh]\]", f"[{WINDOW}]", expression)
    for long, instead in spans.items():
        if not re.search(rf"\b{long}\b", short):
            raise HouseError(f"the expression has no {long}")
        short = re.sub(rf"\b{long}\b", instead, short)
    return short


@dataclass(frozen=True)
class Patience:
    """Seconds: for the condition to show in what Prometheus reads, and to be over once the runbook was followed."""

    seen: float = 60.0
    over: float = 90.0


def rehearse(
    stage: Stage,
    one: Rehearsal,
    alert: Alert,
    count: Count,
    *,
    runbook: Path | None = None,
    patience: Patience = Patience(),
) -> list[str]:
    """What is wrong. `runbook`: followed in the place of its own."""
    expression = in_short(alert.expression, one.spans)

    def holds() -> bool:
        found = stage.prometheus.found(expression)
        return any(one.shows.items() <= labels.items() for labels in found)

    try:
        return _rehearsed(stage, one, steps_of(runbook or ROOT / alert.runbook), holds, count, patience)
    except (HouseError, httpx.HTTPError, OSError) as problem:
        return [f"{one.alert}: {type(problem).__name__}: {problem}"]
    finally:
        one.end(stage)
        # Where it went wrong: what was stopped is there again for the next.
        for held in (stage.home.path / "run" / "held").iterdir():
            held.unlink()


def _rehearsed(
    stage: Stage, one: Rehearsal, steps: Sequence[Step], holds: Callable[[], bool], count: Count, patience: Patience
) -> list[str]:
    """What is wrong; raises HouseError where it could not be gone on with."""
    one.before(stage)
    if not _until(lambda: not holds(), patience.over):
        return [f"{one.alert}: it holds before anything was done"]
    began = time.monotonic()
    names = {"FOLDER": _folder(stage, one.alert), **one.begin(stage)}
    if not _until(holds, patience.seen):
        return [f"{one.alert}: it was not seen within {patience.seen:.0f} s ({one.cause})"]
    seen, faults = time.monotonic(), []
    theirs = max((step.number for step in steps if step.mark == PEOPLE), default=0)
    for step in steps:
        count.for_people += step.mark == PEOPLE
        count.on_cluster += bool(step.mark) and step.mark != PEOPLE
        faults += _taken(stage, one, step, names, count)
        if step.number == 0 and not one.passes and not holds():
            faults.append(f"{one.alert}: it was over before anything was done about it")
        if step.number == theirs:
            one.people(stage)
    followed = time.monotonic()
    if not _until(lambda: not holds(), patience.over):
        faults.append(f"{one.alert}: the runbook was followed, and it was not over {patience.over:.0f} s later")
    stage.say(
        f"{one.alert}: {one.cause}; seen after {seen - began:.1f} s, runbook followed in {followed - seen:.1f} s,"
        f" over {time.monotonic() - followed:.1f} s later"
    )
    return faults


def _taken(stage: Stage, one: Rehearsal, step: Step, names: Mapping[str, str], count: Count) -> list[str]:
    """What went wrong at the commands of one step."""
    faults = []
    for command in step.commands:
        try:
            filled = command.filled(names)
        except KeyError as missing:
            faults.append(f"{one.alert}, step {step.number}: nobody says what {missing.args[0]} is")
            continue
        count.run += 1
        if problem := _run(stage, filled):
            faults.append(f"{one.alert}, step {step.number}: {problem}")
    return faults


def _run(stage: Stage, command: Command) -> str | None:
    """What went wrong."""
    if command.language == "promql":
        stage.prometheus.found(re.sub(r"\[\d+[smh]\]", f"[{WINDOW}]", command.text))
        return None
    if command.language == "sql":
        try:
            stage.sql(command.database, command.text)
        except (asyncpg.PostgresError, OSError) as problem:
            return f"{command.text!r}: {problem}"
        return None
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "MELDPUNT_HOME": str(stage.home.path), "PATH": path}
    argv = ["bash", "-euo", "pipefail", "-c", command.text]
    made = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=SHELL_SECONDS, check=False)
    if made.returncode:
        return f"{command.text!r} ended with {made.returncode}: {(made.stderr or made.stdout).strip()[-300:]}"
    return None


def _folder(stage: Stage, name: str) -> str:
    made = stage.folder / name
    made.mkdir(parents=True, exist_ok=True)
    return str(made)


def _until(look: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True
