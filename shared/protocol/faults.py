"""One thing that is wrong with what somebody wants to decide, record or send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Where, why in Dutch, and the article that asks for it; never the value itself. `code` is for machines."""

    field: str
    reason: str
    article: str | None = None
    code: str = "not-accepted"
