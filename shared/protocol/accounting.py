"""What a verantwoordingsdossier calls a decision or a record: every decision, check and source of a signal (art. 2)."""

from __future__ import annotations

from typing import Literal

from shared.protocol.model import Law

CHECKS = (
    "check-1",
    "check-1-done",
    "hit-check-done",
    "check-1b",
    "check-2a",
    "check-2a-done",
    "check-2b",
    "check-2b-done",
)
"""The privacy checks, by the keys of their decisions (art. 17, 18, 19 and 23)."""
CONSULTED = ("source-list", "answer")
"""Which sources are asked, and of each whether it had a hit, none, or was not consulted (art. 18)."""


def decision_kind(key: str) -> Literal["decision", "check", "source"]:
    """As what a decision stands in the file, by its key."""
    if key in CHECKS:
        return "check"
    return "source" if key in CONSULTED else "decision"


def record_kind(law: Law, category: str) -> Literal["source", "record"]:
    """As what a record stands in it: a source that was consulted, or something else that was written down."""
    return "source" if any(one.key == category for one in law.choices.sources) else "record"
