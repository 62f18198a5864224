"""What retention must be told besides what every service must."""

from __future__ import annotations

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    snapshot_days: int = 14
    """After how many days the key of an OpenBao snapshot is destroyed; the declaration names that date."""
    run_every_seconds: float = 3600
    """How often the calendar is looked at."""
