"""Signals, items and decisions of phases 4 and 5, and what receivers outside said of them."""

import sqlalchemy as sa
from alembic import op

from shared.database import platform_v1
from shared.database.platform_v1 import MOMENT, column
from shared.engine import tables_v1

revision = "casework_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("casework")
    tables_v1.create()
    op.create_table(
        "said",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("statement", sa.Text),
        column("heard_at", MOMENT),
    )
