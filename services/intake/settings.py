"""What intake must be told besides what every service must."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    door_password: Path
    """A file: the password of the INSERT-only database user; it does not expire with OpenBao."""
    door_secret: Path
    """A file: the key from which repeated requests get the same answer."""
    door_connections: int = Field(default=20, ge=2)
    """At most so many of one process with the door's user, besides `database_connections`."""
    web_reports_per_minute: int = 120
    """For the public channel as a whole, and a quarter of it for one visitor."""
