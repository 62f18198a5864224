"""What export must be told besides what every service must."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    pickup_days: int = Field(default=30, ge=1, le=90)
    """For how many days what was shared waits to be fetched or answered; then its key is destroyed."""
    pickups_per_minute: int = 60
    """How often strangers may try to fetch something, all together; a quarter of it for one of them."""
