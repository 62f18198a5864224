"""Signals, items and decisions of phases 1 and 2."""

from shared.database import platform_v1
from shared.engine import tables_v1

revision = "assessment_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("assessment")
    tables_v1.create()
