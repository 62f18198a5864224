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
    gone = sa.text("number = ''")
    op.create_index("accepted_report_gone_idx", "accepted_report", ["accepted_at", "key_hash"], postgresql_where=gone)
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
    _never_under_a_destroyed_number()
    # The door inserts. It reads two keyed hashes, to answer a repeated request alike, and what it opens with while
    # OpenBao is away; of whose signatures count nobody but the door reads what was kept for it.
    op.execute("GRANT INSERT ON accepted_report, melder_letter, outgoing, audit, processing_record TO intake_door")
    op.execute("GRANT SELECT (key_hash, body_hash) ON accepted_report TO intake_door")
    op.execute("GRANT SELECT ON sealing_key, door_keys, alembic_version, schema_floor TO intake_door")
    op.execute("REVOKE SELECT, DELETE ON door_keys FROM intake_app")
    op.execute("GRANT SELECT (id, asked_at) ON door_keys TO intake_app")


def _never_under_a_destroyed_number() -> None:
    """The number of a report is made of the request: one that is sent again when its signal is destroyed, and the hash by which it
    was known has had its term, is refused as what is there already. The function runs as the owner of the table: the door reads
    no numbers."""
    op.execute(
        """
        CREATE FUNCTION refuse_destroyed_number() RETURNS trigger
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
          IF EXISTS (SELECT FROM tombstone WHERE tombstone.number = NEW.number) THEN
            RAISE EXCEPTION 'a report whose signal was destroyed' USING ERRCODE = 'unique_violation';
          END IF;
          RETURN NEW;
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION refuse_destroyed_number FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER refuse_destroyed_number BEFORE INSERT ON accepted_report FOR EACH ROW"
        " EXECUTE FUNCTION refuse_destroyed_number()"
    )
