"""What the work list must be told: nothing besides what every service must."""

from __future__ import annotations

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    pass
