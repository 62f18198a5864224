"""What retention must be told besides what every service must."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    compaction_days: int = Field(default=1, ge=1)
    """At most so many days after one compaction of OpenBao's storage comes the next; until then its files still hold the
    keys that were destroyed since. Whoever operates it promises that, and nothing is declared while it is not kept."""
    snapshot_days: int = Field(default=14, ge=1)
    """After how many days a copy of OpenBao's storage (a snapshot, a backup of its disk) can no longer be opened."""
    checks_per_hour: int = Field(default=30, ge=1)
    """How often one person may ask in an hour whether there is something already (R-5.9, R-9.10)."""
    run_every_seconds: float = 3600
    """How often the calendar is looked at."""
