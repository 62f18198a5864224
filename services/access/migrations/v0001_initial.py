"""Designations, and what was used and may be used once."""

import sqlalchemy as sa
from alembic import op

from shared.database.platform_v1 import MOMENT, column, create

revision = "access_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create("access")
    op.create_table(
        "designation",
        column("id", sa.Uuid, key=True),
        column("user_id", sa.Text, index=True),
        column("role", sa.Text),
        column("starts_at", MOMENT),
        column("ends_at", MOMENT),
        column("designated_by", sa.Text),
        column("basis", sa.Text),
        column("made_at", MOMENT),
    )
    op.create_index("designation_order_idx", "designation", ["made_at", "id"])
    op.create_index("designation_ends_idx", "designation", ["ends_at"])
    op.create_table("used_once", column("hash", sa.Text, key=True), column("until", MOMENT, index=True))
