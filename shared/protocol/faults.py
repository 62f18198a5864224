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

    @property
    def sentence(self) -> str:
        """For who is told nothing else."""
        said = f"{self.reason[:1].upper()}{self.reason[1:]}"
        return f"{said} ({self.article})." if self.article else f"{said}."
