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
    # An end is a statement of its own. What has had its term goes from the first on, and the newest never.
    op.execute("REVOKE DELETE ON designation, known_user FROM access_app")
    op.execute(
        """
        CREATE FUNCTION forget_designations(up_to integer) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
          WITH gone AS (
            DELETE FROM designation WHERE seq <= up_to AND seq < (SELECT max(seq) FROM designation) RETURNING 1)
          SELECT count(*) FROM gone
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION forget_designations FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_designations TO access_app")
