"""How long a backup may be opened: what retention tells everybody who reads a declaration of destruction."""

from __future__ import annotations

import os
from typing import Any

from services.retention.settings import Settings

SETTING = "MELDPUNT_SNAPSHOT_DAYS"


def snapshot_days(state: dict[str, Any] | None = None) -> int:
    """`SNAPSHOT_DAYS` of the running house (`state`), or as a house that is started here would have it."""
    told = (state or {}).get("snapshotDays")
    return int(told or os.environ.get(SETTING) or Settings.model_fields["snapshot_days"].default)
