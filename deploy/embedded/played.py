"""How one report went, and the steps that a file asks for."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from deploy.embedded.home import HouseError
from shared.clock import calendar_date

T = TypeVar("T")
PURPOSE = {"X-Purpose": "besluit-voorbereiden"}
"""Why who plays reads something: the trail asks it of everybody who opens a file or a task."""
USUAL: dict[str, list[dict[str, Any]]] = tomllib.loads((Path(__file__).parent / "usual.toml").read_text())


@dataclass
class Played:
    """How one report went. `hops`: per pair of services, how long a hand-over took, in seconds."""

    name: str
    expected: str
    number: str = ""
    holder: str = "assessment"
    ending: str = ""
    steps: list[str] = field(default_factory=list)
    hops: dict[str, list[float]] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """The tasks that this signal led to."""
    meeting: str | None = None
    problem: str | None = None
    declaration: str | None = None
    only_listed: bool = False
    """The demo leaves it on a destruction list."""

    def note(self, text: str) -> None:
        """One step of its way, with the time of the day."""
        self.steps.append(f"{datetime.now().astimezone():%H:%M:%S} {text}")

    def filled(self, value: Any) -> Any:
        """`@name` and `$today` replaced by what they stand for."""
        if isinstance(value, dict):
            return {key: self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.made[value[1:]]
        if isinstance(value, str) and (days := re.fullmatch(r"\$today([+-]\d+)?", value)):
            return (calendar_date(datetime.now(UTC)) + timedelta(days=int(days[1] or 0))).isoformat()
        return value

    def hop(self, pair: str, seconds: float) -> None:
        self.hops.setdefault(pair, []).append(seconds)


def until(look: Callable[[], T | None], otherwise: str, seconds: float = 60) -> T:
    """Wait until `look` gives something; raises HouseError with `otherwise`. Looks less often as it waits longer:
    each look is a request that is audited too."""
    end, delay = time.monotonic() + seconds, 0.02
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise HouseError(f"{otherwise} within {seconds:.0f} s")
        time.sleep(delay)
        delay = min(0.25, delay * 1.3)


def steps_of(text: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a file, with `usual` ones written out."""
    found: list[dict[str, Any]] = []
    for step in text["steps"]:
        found += USUAL[step["usual"]] if "usual" in step else [step]
    return found


def ending_of(sealed: dict[str, Any]) -> str:
    """How an ending is called: by the decision where its outcome says too little."""
    decision, _, outcome = str(sealed["ending"]).partition(":")
    return decision if decision in ("no-signal", "move-case") else outcome
