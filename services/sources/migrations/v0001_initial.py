"""Signals, items and decisions of phase 3."""

from shared.database import platform_v1
from shared.engine import tables_v1

revision = "sources_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("sources")
    tables_v1.create()
