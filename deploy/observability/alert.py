"""What an alert is, and how one is tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

DAY = 24 * 3600
Severity = Literal["page", "ticket", "security"]
PAGE: Final = "page"
TICKET: Final = "ticket"
SECURITY: Final = "security"
"""Somebody has to look now; on a working day; or it is for who watches over security, now."""


@dataclass(frozen=True)
class Example:
    """`series`: what is scraped each minute, by series, in promtool's notation. `at`: when is looked. `fires`: the labels with
    which it fires then, once for each; none: it is silent."""

    series: Mapping[str, str]
    at: str
    fires: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Alert:
    """`expression`: PromQL over metrics of the list. `lasts`: for how long before it fires. `says`: one sentence."""

    name: str
    expression: str
    lasts: str
    severity: Severity
    says: str
    examples: tuple[Example, ...]

    @property
    def runbook(self) -> str:
        """Its page, from the top of the project."""
        return f"docs/operations/runbooks/{self.name}.md"

    @property
    def reads(self) -> frozenset[str]:
        """The names of the series that it looks at."""
        return named_in(self.expression)


OF_PROMETHEUS = {"up": frozenset({"job"})}
"""What Prometheus says itself of whom it asks, with the labels that are looked at."""


def named_in(expression: str) -> frozenset[str]:
    """Every series that a PromQL expression names, of ours and of Prometheus."""
    return frozenset(re.findall(rf"\bmeldpunt_[a-z_]+|\b(?:{'|'.join(OF_PROMETHEUS)})(?=\{{)", expression))
