"""What sources sends on: to phase 4 what was found and found relevant."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.assessment import HandedOverFinding, ResearchContent
from shared.contracts.common import Letter


class CaseContent(ResearchContent):
    """What phase 4 may have. Dropped here: questions, answers without a hit, hits that were not relevant, and the
    words of privacy check 1. `closed`: data of relevant hits, each with its source."""

    closed: tuple[HandedOverFinding, ...] = ()

    @property
    def all_findings(self) -> tuple[HandedOverFinding, ...]:
        """What the next holder begins with: also what closed sources gave."""
        return (*self.findings, *self.closed)


class CaseLetter(Letter):
    """A confirmed signal goes on to phase 4."""

    event: ClassVar[str] = "case.v1"
