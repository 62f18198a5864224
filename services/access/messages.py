"""Bus: access listens to nothing but receipts, which the platform handles."""

from __future__ import annotations

from shared.service.platform import Platform


def listen(platform: Platform) -> None:
    """Access has no signals and keeps its own leases."""
