"""Statements on designations, who has logged in, what was used and may be used once, and what the portal has kept here."""

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
    op.create_table(
        "portal_session",
        column("name", sa.Text, key=True),
        column("user_id", sa.Text, index=True),
        column("ends_by_leaving_at", MOMENT),
        column("seen", MOMENT, index=True),
        column("idle_seconds", sa.Integer),
        column("is_over", sa.Boolean),
        column("version", sa.Integer),
        column("sealed", sa.Text),
    )
    op.create_table(
        "portal_words",
        column("name", sa.Text, key=True),
        column("user_id", sa.Text, index=True),
        column("until", MOMENT, index=True),
        column("sealed", sa.Text),
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
