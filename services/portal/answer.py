"""What came from a service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HttpAnswer:
    """As it came: status and bytes."""

    status: int
    content: bytes

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300
