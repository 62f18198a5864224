"""Somebody who is logged in at the portal and looks at his list again and again, and never logs in a second time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import httpx

from deploy.drills.browsing import Browsing
from deploy.embedded.home import Home
from shared.asking import PORTAL

EVERY_SECONDS = 0.25
Seen = Literal["in", "out", "cut", "away"]
"""How he finds the page: it is his, it asks who he is, nobody answers, or it says that something is away."""


@dataclass(frozen=True)
class Look:
    at: float
    seen: Seen


class Visiting:
    """From `__enter__` until `__exit__`. Raises HouseError when he cannot log in."""

    def __init__(self, home: Home) -> None:
        self._browsing = Browsing(home, PORTAL)
        self._looks: list[Look] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._visits)

    def __enter__(self) -> Visiting:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._browsing.__exit__(kind, problem, trace)

    def between(self, began: float, ended: float) -> dict[Seen, int]:
        """How often he found the page how."""
        found: dict[Seen, int] = {"in": 0, "out": 0, "cut": 0, "away": 0}
        for one in self._looks:
            if began <= one.at <= ended:
                found[one.seen] += 1
        return found

    def sees_who_is_out(self) -> bool:
        """The control: without what his browser has he has to be seen as somebody who is not logged in."""
        return self._browsing.without_cookies().look() == "out"

    def _visits(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            at = time.monotonic()
            try:
                self._looks.append(Look(at, self._browsing.look()))
            except httpx.HTTPError:
                self._looks.append(Look(at, "cut"))
