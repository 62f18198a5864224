"""Asking again: what was decided at one service is heard by another a moment later."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from deploy.embedded.client import Refusal

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds; a message that takes longer is shown as the refusal that it is."""

NOT_HEARD = frozenset({"meeting-unknown", "not-on-the-agenda", "no-quorum", "no-meeting-to-come"})
"""What is wrong with a meeting of which not everything was heard yet; the last of a paper for it."""


def insist(act: Callable[[], T], waits: Callable[[dict[str, Any]], bool]) -> T:
    """What `act` answers; a refusal whose problem `waits` for a message is tried again, any other is raised."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except Refusal as refused:
            if not waits(refused.problem) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def for_a_meeting(service: str) -> Callable[[dict[str, Any]], bool]:
    """Whether all that is wrong is that casework has not heard of the meeting yet."""

    def waits(problem: dict[str, Any]) -> bool:
        told = [one.get("code") for one in problem.get("invalidParams", [])]
        return service == "casework" and bool(told) and set(told) <= NOT_HEARD

    return waits


def for_the_purpose(problem: dict[str, Any]) -> bool:
    """Whether all that is wrong is that rights has not heard yet that the signal has begun (art. 1)."""
    return [one.get("code") for one in problem.get("invalidParams", [])] == ["signal-has-begun"]
