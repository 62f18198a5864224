"""Accepted reports, the reporters' vault, and what the door may do."""

import sqlalchemy as sa
from alembic import op

from shared.database.platform_v1 import MOMENT, column, create, queue_index, waits

revision = "intake_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create("intake")
    op.create_table(
        "accepted_report",
        column("key_hash", sa.Text, key=True),
        column("body_hash", sa.Text),
        column("receipt_hash", sa.Text, index=True),
        column("number", sa.Text, index=True),
        column("accepted_at", MOMENT),
    )
    op.create_table(
        "melder_letter",
        *waits(),
        column("number", sa.Text, index=True),
        column("kid", sa.Text, index=True),
        column("letter", sa.Text),
        column("sealed_at", MOMENT),
        column("active", sa.Boolean),
    )
    queue_index("melder_letter", "")
    op.create_table(
        "melder_vault",
        column("number", sa.Text, key=True),
        column("room_key", sa.Text),
        column("ciphertext", sa.Text),
        column("active", sa.Boolean),
    )
    # The door inserts; the only thing it reads are two keyed hashes, to answer a repeated request alike.
    op.execute("GRANT INSERT ON accepted_report, melder_letter, outgoing, audit, processing_record TO intake_door")
    op.execute("GRANT SELECT (key_hash, body_hash) ON accepted_report TO intake_door")
