"""What was shared and waits for its receiver, what he said of it, and what he is told when it was destroyed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import platform_v1
from shared.database.platform_v1 import MOMENT, column, queue_index, waits

revision = "export_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("export")
    op.create_table(
        "share",
        *waits(),
        column("number", sa.Text, index=True),
        column("recipient_kind", sa.Text),
        column("recipient", sa.Text),
        column("state", sa.Text),
        column("room_key", sa.Text),
        column("ciphertext", sa.Text),
        column("made_at", MOMENT),
        column("until", MOMENT),
        sa.Column("link", sa.Text, nullable=True, unique=True),
        column("secret", sa.Text, null=True),
        column("tries", sa.Integer),
        column("fetched_at", MOMENT, null=True),
        column("sealed", sa.Boolean),
        column("issued", JSONB),
        column("received_at", MOMENT, null=True),
        column("said_of", sa.Text, null=True),
        column("answered_at", MOMENT, null=True),
        column("answered_how", sa.Text, null=True),
        column("reason", sa.Text, null=True),
        column("ended_at", MOMENT, null=True),
        column("restricted", JSONB, null=True),
        column("mac", sa.Text),
    )
    op.create_table(
        "restricted",
        column("number", sa.Text, key=True),
        column("request", sa.Text, key=True),
        column("subject", sa.Text),
        column("items", JSONB),
        column("whole", sa.Boolean),
        column("restricted", sa.Boolean),
        column("at", MOMENT),
        column("mac", sa.Text),
    )
    queue_index("share", "ended_at IS NULL")
    op.create_index("share_made_idx", "share", ["made_at", "id"])
    op.create_index(
        "share_inbox_idx",
        "share",
        ["recipient", "until", "id"],
        postgresql_where=sa.text("recipient_kind = 'department' AND ended_at IS NULL"),
    )
    op.create_table(
        "said_of_share",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("share", sa.Uuid, index=True),
        column("statement", sa.Text),
        column("said_at", MOMENT),
        column("mac", sa.Text),
    )
    op.create_table(
        "ending",
        column("id", sa.Uuid, key=True),
        column("recipient", sa.Text, index=True),
        column("destroyed_on", sa.Date),
        column("told_at", MOMENT, null=True),
        column("mac", sa.Text),
    )
