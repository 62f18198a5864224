"""Signals, items and decisions of phases 4 and 5."""

from shared.database import platform_v1
from shared.engine import tables_v1

revision = "casework_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("casework")
    tables_v1.create()
