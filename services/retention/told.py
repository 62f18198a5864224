"""What retention tells others about a sealed signal."""

from __future__ import annotations

from datetime import datetime

from services.retention.domain import going
from services.retention.tables import SealedSignal
from shared.contracts.common import KeyRef, Whereabouts


def here(row: SealedSignal, now: datetime) -> Whereabouts:
    return Whereabouts(number=row.number, version=row.version, holder="retention", state=row.state, since=now)


def going_keys(row: SealedSignal) -> set[KeyRef]:
    """The archive keys that go when the signal is destroyed."""
    return {KeyRef(mount=mount, key=key) for mount, key in going(row)}
