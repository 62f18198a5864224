"""What access sends: who is designated, as leases that have to be repeated."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.contracts.common import Frozen, Message


class Designation(Frozen):
    """`user_id` may act as `role` from `starts_at` until `ends_at` (art. 7 lid 2)."""

    user_id: str
    role: str
    starts_at: datetime
    ends_at: datetime


class Leases(Message):
    """All designations in force at `issued_at`; believed until `lease_until`."""

    event: ClassVar[str] = "leases.v1"
    kept: ClassVar[bool] = False
    issued_at: datetime
    lease_until: datetime
    designations: tuple[Designation, ...]
