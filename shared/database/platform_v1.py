"""The first version of the tables that every service has. Frozen: a change is a new module, `platform_v2`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

MOMENT = sa.DateTime(timezone=True)


def column(name: str, kind: Any, *, null: bool = False, key: bool = False, index: bool = False) -> sa.Column[Any]:
    """A column that is NOT NULL unless `null`, part of the primary key with `key`, indexed with `index`."""
    return sa.Column(name, kind, nullable=null, primary_key=key, index=index)


def waits() -> list[sa.Column[Any]]:
    """The columns of a table that waits (`shared.database.tables.Waits`)."""
    return [
        column("id", sa.Uuid, key=True),
        column("next_at", MOMENT),
        column("attempts", sa.Integer),
        column("since", MOMENT, null=True),
        column("waits_because", sa.Text, null=True),
        column("parked_at", MOMENT, null=True),
    ]


def queue_index(table: str, of: str, name: str = "due") -> None:
    """What `shared.queue` looks for in `table`, by the same predicate `of` as the queue has."""
    for which, parked in ((name, "IS NULL"), (f"{name}_parked", "IS NOT NULL")):
        where = sa.text(f"{of} AND parked_at {parked}" if of else f"parked_at {parked}")
        op.create_index(f"{table}_{which}_idx", table, ["next_at"], postgresql_where=where)


def create(service: str) -> None:
    """Make the tables, and take back what the service needs on them less than the default grants."""
    _messages()
    _audit()
    _processing(service)
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {service}_app")
    _only_old_audit_lines(service)
    op.create_table(
        "letterbox_key",
        column("kid", sa.Text, key=True),
        column("statement", sa.Text),
        column("released_at", MOMENT, null=True),
        column("refused_at", MOMENT, null=True),
        column("refused_because", sa.Text, null=True),
    )
    op.create_table(
        "sealing_key",
        column("kid", sa.Text, key=True),
        column("addressee", sa.Text),
        column("statement", sa.Text),
        column("adopted_at", MOMENT),
        column("finished_at", MOMENT, null=True),
        column("refused_at", MOMENT, null=True),
        column("refused_because", sa.Text, null=True),
    )
    _never_to_a_finished_key()
    op.create_table(
        "lease",
        column("id", sa.Integer, key=True),
        column("headers", JSONB),
        column("body", sa.LargeBinary),
    )
    op.create_table("schema_floor", column("id", sa.Integer, key=True), column("oldest", sa.Integer))
    op.execute("INSERT INTO schema_floor VALUES (1, 1)")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON schema_floor FROM {service}_app")
    op.create_table("tombstone", column("number", sa.Text, key=True), column("destroyed_at", MOMENT))


def _messages() -> None:
    op.create_table(
        "outgoing",
        *waits(),
        column("addressee", sa.Text),
        column("event", sa.Text),
        column("number", sa.Text, null=True, index=True),
        column("kid", sa.Text, null=True, index=True),
        column("headers", JSONB),
        column("body", sa.LargeBinary, null=True),
        column("word_hash", sa.Text, null=True),
        column("lock_mount", sa.Text, null=True),
        column("lock_key", sa.Text, null=True),
        column("created_at", MOMENT),
        column("locked_at", MOMENT, null=True),
        column("receipted_at", MOMENT, null=True),
        column("receipt", JSONB, null=True),
    )
    queue_index("outgoing", "receipted_at IS NULL")
    queue_index("outgoing", "receipted_at IS NOT NULL AND lock_key IS NOT NULL", "grace")
    op.create_table(
        "inbox",
        column("id", sa.Uuid, key=True),
        column("producer", sa.Text),
        column("event", sa.Text),
        column("word", sa.Text, null=True),
        column("handled_at", MOMENT, index=True),
    )
    op.create_table(
        "unhandled",
        *waits(),
        column("producer", sa.Text),
        column("event", sa.Text),
        column("number", sa.Text, null=True, index=True),
        column("headers", JSONB),
        column("body", sa.LargeBinary),
        column("received_at", MOMENT),
    )
    queue_index("unhandled", "")


def _audit() -> None:
    op.create_table(
        "audit",
        column("id", sa.Uuid, key=True),
        column("entry", JSONB),
        column("written_at", MOMENT),
        sa.Column("seq", sa.Integer, nullable=True, unique=True),
        sa.Column("proof", sa.Text, nullable=True),
        column("refused_at", MOMENT, null=True),
    )
    op.create_index("audit_written_at_idx", "audit", ["written_at"], postgresql_where=sa.text("seq IS NOT NULL"))
    op.create_index(
        "audit_waiting_idx", "audit", ["written_at"], postgresql_where=sa.text("seq IS NULL AND refused_at IS NULL")
    )
    op.create_index("audit_refused_idx", "audit", ["refused_at"], postgresql_where=sa.text("refused_at IS NOT NULL"))
    op.create_table(
        "audit_head", column("id", sa.Integer, key=True), column("seq", sa.Integer), column("chain", sa.Text)
    )


def _processing(service: str) -> None:
    """The processing log. A service adds records and deletes those of their age; it changes none."""
    op.create_table(
        "processing_record",
        column("id", sa.Uuid, key=True),
        column("trace_id", sa.Text),
        column("span_id", sa.Text),
        column("parent_span_id", sa.Text, null=True),
        column("status", sa.Text),
        column("name", sa.Text),
        column("started_at", sa.BigInteger),
        column("ended_at", sa.BigInteger),
        column("activity", sa.Text),
        column("subject_kind", sa.Text),
        column("subject", sa.Text),
        column("signal", sa.Text, index=True),
        column("mac", sa.Text),
    )
    op.create_index("processing_record_ended_at_idx", "processing_record", ["ended_at", "id"])
    op.create_index("processing_record_subject_idx", "processing_record", ["subject", "ended_at", "id"])
    op.create_index("processing_record_trace_idx", "processing_record", ["trace_id", "ended_at", "id"])
    op.execute(f"REVOKE UPDATE ON processing_record FROM {service}_app")


def _only_old_audit_lines(service: str) -> None:
    """The service numbers its audit lines or refuses them, and changes nothing else of them; it deletes none that is younger than a
    week, whatever it asks for, nor one of which no receipt has come. The function runs as the owner of the table."""
    op.execute(f"REVOKE UPDATE, DELETE ON audit FROM {service}_app")
    op.execute(f"GRANT UPDATE (seq, refused_at) ON audit TO {service}_app")
    op.execute(
        """
        CREATE FUNCTION prune_audit(before timestamptz, most integer) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
          WITH sent AS (
            SELECT min((convert_from(body, 'UTF8')::jsonb ->> 'first')::bigint) AS first FROM outgoing
            WHERE event = 'audited.v1' AND receipted_at IS NULL),
          gone AS (
            DELETE FROM audit WHERE id IN (
              SELECT id FROM audit, sent
              WHERE seq IS NOT NULL AND (sent.first IS NULL OR seq < sent.first)
                AND written_at < least(before, now() - interval '7 days')
              ORDER BY written_at LIMIT most)
            RETURNING 1)
          SELECT count(*) FROM gone
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION prune_audit FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION prune_audit TO {service}_app")


def _never_to_a_finished_key() -> None:
    """A letter that is sealed to a letterbox key with which this service is done is refused, whoever still believes that
    key to be the newest: a process that hears nothing of OpenBao and of the bus any more does.

    Who finishes a key takes the same lock alone (`shared.keys.letterboxes`), and then looks what was sealed with it: a
    letter is there by then, or it comes too late. The function runs as the owner of the table, for the door reads no more
    than it is told to; it looks anew after it has waited, which a function that changes nothing would not.
    """
    op.execute(
        """
        CREATE FUNCTION refuse_finished_key() RETURNS trigger
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock_shared(4715, hashtext(NEW.kid));
          IF EXISTS (SELECT FROM sealing_key WHERE kid = NEW.kid AND finished_at IS NOT NULL) THEN
            RAISE EXCEPTION 'sealed to a letterbox key that is finished' USING ERRCODE = 'ML001';
          END IF;
          RETURN NEW;
        END
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION refuse_finished_key FROM PUBLIC")
    refuse_finished_keys("outgoing")


def refuse_finished_keys(table: str) -> None:
    """The letters in `table` are sealed to the key in its column `kid`."""
    op.execute(
        f"CREATE TRIGGER refuse_finished_key BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.kid IS NOT NULL)"
        " EXECUTE FUNCTION refuse_finished_key()"
    )
