"""What intake must be told besides what every service must."""

from __future__ import annotations

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    door_password: Path
    """A file: the password of the INSERT-only database user; it does not expire with OpenBao."""
    door_secret: Path
    """A file: the key from which repeated requests get the same answer."""
    web_reports_per_minute: int = 120
    """For the public channel as a whole, and a quarter of it for one visitor."""
