"""What oversight must be told besides what every service must."""

from __future__ import annotations

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    witness: Path | None = None
    """A folder for notes on the audit trail, which somebody else keeps than who keeps the databases (shared/witness.py); None: no
    witness, and the newest note only stands in `/v1/audit-chains`."""
