"""Accepted reports, the reporters' vault, and what the door may do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.platform_v1 import MOMENT, column, create, queue_index, refuse_finished_keys, waits

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
    refuse_finished_keys("melder_letter")
    op.create_table(
        "door_keys",
        column("id", sa.Integer, key=True),
        column("keys", JSONB),
        column("asked_at", MOMENT),
        column("mac", sa.Text),
    )
    # The door inserts. It reads two keyed hashes, to answer a repeated request alike, and what it opens with while
    # OpenBao is away; of whose signatures count nobody but the door reads what was kept for it.
    op.execute("GRANT INSERT ON accepted_report, melder_letter, outgoing, audit, processing_record TO intake_door")
    op.execute("GRANT SELECT (key_hash, body_hash) ON accepted_report TO intake_door")
    op.execute("GRANT SELECT ON sealing_key, door_keys, alembic_version, schema_floor TO intake_door")
    op.execute("REVOKE SELECT, DELETE ON door_keys FROM intake_app")
    op.execute("GRANT SELECT (id, asked_at) ON door_keys TO intake_app")
