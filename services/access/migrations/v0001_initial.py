"""Statements on designations, who has logged in, and what was used and may be used once."""

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
        # Numbers come from the statements.
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        column("about", sa.Integer, index=True),
        column("statement", sa.Text),
    )
    op.create_table("used_once", column("hash", sa.Text, key=True), column("until", MOMENT, index=True))
    op.create_table("logged_out", column("user_id", sa.Text, key=True), column("at", MOMENT, index=True))
    op.create_table(
        "known_user",
        column("user_id", sa.Text, key=True),
        column("statement", sa.Text),
        column("seen_at", MOMENT),
    )
    # An end is a statement of its own.
    op.execute("REVOKE DELETE ON designation, known_user FROM access_app")
