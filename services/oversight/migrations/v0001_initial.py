"""Audit trail, decisions, disclosures, whereabouts, destruction lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.platform_v1 import MOMENT, column, create, queue_index, waits
from shared.engine import tables_v1

revision = "oversight_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create("oversight")
    tables_v1.create()
    op.create_table(
        "audit_batch",
        column("producer", sa.Text, key=True),
        column("first", sa.Integer, key=True),
        column("last", sa.Integer),
        column("previous", sa.Text),
        column("head", sa.Text),
        column("headers", JSONB),
        column("body", sa.LargeBinary),
        column("mac", sa.Text),
    )
    op.create_table(
        "audit_checkpoint",
        column("producer", sa.Text, key=True),
        column("statement", sa.Text),
        column("note", sa.Text, null=True),
    )
    op.create_table(
        "audit_cut",
        column("producer", sa.Text, key=True),
        column("seq", sa.Integer),
        column("head", sa.Text),
        column("whole", JSONB),
        column("through", sa.Text),
        column("made_at", MOMENT),
        column("mac", sa.Text),
    )
    op.create_table(
        "audit_line",
        column("producer", sa.Text, key=True),
        column("seq", sa.Integer, key=True),
        column("actor", sa.Text, null=True),
        column("record", sa.Text, null=True),
        column("entry", JSONB),
    )
    op.create_index("audit_line_actor_idx", "audit_line", ["actor", "producer", "seq"])
    op.create_index("audit_line_record_idx", "audit_line", ["record", "producer", "seq"])
    op.create_index("audit_line_at_idx", "audit_line", [sa.text("(entry ->> 'at')")])
    op.create_table(
        "decided",
        column("id", sa.Uuid, key=True),
        column("producer", sa.Text),
        column("number", sa.Text),
        column("version", sa.Integer),
        column("facts", JSONB),
        column("room_key", sa.Text),
        column("carried_by", sa.Text),
        column("ciphertext", sa.Text),
        column("taken_at", MOMENT),
        column("mac", sa.Text),
    )
    op.create_index("decided_number_idx", "decided", ["number", "version", "id"])
    op.create_table(
        "disclosure",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text),
        column("facts", JSONB),
        column("decided_at", MOMENT),
        column("mac", sa.Text),
    )
    op.create_index("disclosure_order_idx", "disclosure", ["decided_at", "id"])
    op.create_index("disclosure_number_idx", "disclosure", ["number", "decided_at", "id"])
    urgent = sa.text("(facts ->> 'urgent') = 'true'")
    op.create_index("disclosure_urgent_idx", "disclosure", ["decided_at", "id"], postgresql_where=urgent)
    op.create_table(
        "judgement",
        column("disclosure", sa.Uuid, key=True),
        column("number", sa.Text),
        column("outcome", sa.Text),
        column("because", sa.Text),
        column("judged_by", sa.Text),
        column("judged_at", MOMENT),
        column("mac", sa.Text),
    )
    op.create_table(
        "kept_quarter",
        column("quarter", sa.Text, key=True),
        column("smallest", sa.Integer),
        column("lines", JSONB),
        column("not_believed", sa.Integer),
        column("made_on", sa.Date),
        column("mac", sa.Text),
    )
    op.create_table(
        "kept_statement",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        column("statement", sa.Text),
        column("stated_at", MOMENT),
    )
    op.create_table(
        "whereabout",
        column("number", sa.Text, key=True),
        column("version", sa.Integer),
        column("holder", sa.Text),
        column("state", sa.Text),
        column("since", MOMENT),
        column("next_holders", JSONB),
        column("earlier", JSONB),
    )
    op.create_table(
        "anchor",
        column("producer", sa.Text, key=True),
        column("record", sa.Text, key=True),
        column("turn", sa.Integer),
        column("at", MOMENT),
        column("doubtful", sa.Boolean),
        column("forked", sa.Boolean),
    )
    op.create_index("anchor_doubtful_idx", "anchor", ["record"], postgresql_where=sa.text("doubtful IS TRUE"))
    op.create_table(
        "offered_list",
        column("id", sa.Uuid, key=True),
        column("version", sa.Integer),
        column("state", sa.Text),
        column("protocol", sa.Text),
        column("words_key", sa.Text),
        column("listed_on", sa.Date),
        column("approve_before", sa.Date),
        column("ultimate_on", sa.Date),
        column("escalated", sa.Boolean),
    )
    op.create_index("offered_list_order_idx", "offered_list", ["listed_on", "id"])
    op.create_table(
        "approval",
        *waits(),
        column("list_id", sa.Uuid),
        column("approver", sa.Text, null=True),
        column("approved_at", MOMENT),
        column("effective_at", MOMENT),
        column("statement", sa.Text),
        column("withdrawn", sa.Boolean),
        column("done", sa.Boolean),
    )
    queue_index("approval", "withdrawn IS FALSE AND done IS FALSE")
    op.create_index("approval_list_idx", "approval", ["list_id", "approved_at", "id"])
    op.create_table(
        "listed_signal",
        column("list_id", sa.Uuid, key=True),
        column("number", sa.Text, key=True),
        column("state", sa.Text),
        column("approval", sa.Uuid, null=True, index=True),
        column("facts", JSONB),
        column("archive_keys", JSONB),
        column("duties", JSONB, null=True),
        column("place", sa.Integer),
        column("released_at", MOMENT, null=True),
        column("mac", sa.Text),
    )
    op.create_index("listed_signal_order_idx", "listed_signal", ["list_id", "place", "number"])
    waits_for_release = sa.text("state IN ('approved', 'releasing')")
    op.create_index("listed_signal_waits_idx", "listed_signal", ["approval"], postgresql_where=waits_for_release)
    op.create_index("listed_signal_released_at_idx", "listed_signal", ["released_at"])
    op.create_table(
        "breach",
        column("number", sa.Text, key=True),
        column("kind", sa.Text),
        column("cause", sa.Text),
        column("facts", JSONB),
        column("begun_by", sa.Text, null=True),
        column("discovered_at", MOMENT),
    )
    # Not unique: a row that somebody writes in beforehand keeps nothing from being put before the FG.
    op.create_index("breach_cause_idx", "breach", ["cause"])
    op.create_index("dossier_register_idx", "dossier", ["arrived_at", "number"])
    # Append-only for the service itself, not only by agreement.
    kept = "audit_batch, audit_line, disclosure, judgement, kept_statement"
    op.execute(f"REVOKE UPDATE, DELETE ON {kept} FROM oversight_app")
    op.execute("REVOKE DELETE ON audit_cut FROM oversight_app")
    _forgetting()


def _forgetting() -> None:
    """What has had its term goes by these functions, which run as the owner of the tables. None of them deletes what is younger
    than a year, the shortest term that there can be, whatever the service asks for."""
    _function(
        "forget_disclosures(numbers text[])",
        """
          WITH lines AS (
            DELETE FROM disclosure WHERE number = ANY (numbers) AND decided_at < now() - interval '1 year' RETURNING 1),
          judged AS (
            DELETE FROM judgement WHERE number = ANY (numbers) AND judged_at < now() - interval '1 year' RETURNING 1)
          SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM judged)
        """,
    )
    _function(
        "forget_trail(whose text, up_to integer)",
        # What says no moment that can be read is of no moment: its producer signed it so, and the rest does not wait for it.
        """
          WITH young AS (
            SELECT min(seq) AS seq FROM audit_line
            WHERE producer = whose AND seq <= up_to AND entry ->> 'at' ~ '^[0-9]{4}-'
              AND entry ->> 'at' >= to_char((now() AT TIME ZONE 'UTC') - interval '1 year', 'YYYY-MM-DD"T"HH24:MI:SS')),
          messages AS (
            DELETE FROM audit_batch b USING young
            WHERE b.producer = whose AND b.last <= up_to AND (young.seq IS NULL OR b.last < young.seq)),
          lines AS (
            DELETE FROM audit_line l USING young
            WHERE l.producer = whose AND l.seq <= up_to AND (young.seq IS NULL OR l.seq < young.seq) RETURNING 1)
          SELECT count(*) FROM lines
        """,
    )
    _function(
        "forget_statements(up_to integer)",
        """
          WITH gone AS (
            DELETE FROM kept_statement
            WHERE seq <= up_to AND seq < (SELECT max(seq) FROM kept_statement) AND stated_at < now() - interval '1 year'
            RETURNING 1)
          SELECT count(*) FROM gone
        """,
    )


def _function(header: str, body: str) -> None:
    name = header.partition("(")[0]
    op.execute(
        f"CREATE FUNCTION {header} RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $${body}$$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO oversight_app")
