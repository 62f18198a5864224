"""Sealed signals, keys, lists, declarations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.database.platform_v1 import MOMENT, column, create, queue_index, waits
from shared.engine import tables_v1

revision = "retention_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create("retention")
    tables_v1.create_decisions()
    op.create_table(
        "sealed_signal",
        column("number", sa.Text, key=True),
        column("version", sa.Integer),
        column("state", sa.Text),
        column("phase", sa.Integer),
        column("ending", sa.Text),
        column("article", sa.Text),
        column("protocol", sa.Text),
        column("received_on", sa.Date),
        column("decided_on", sa.Date),
        column("ends_on", sa.Date),
        column("dossier", JSONB, null=True),
        column("decisions", JSONB),
        column("sealed_at", MOMENT),
        column("list_id", sa.Uuid, null=True),
        column("staying", JSONB),
        column("holds", JSONB),
        column("reduced", sa.Boolean),
        column("never_informed", JSONB, null=True),
        column("approver", sa.Text, null=True),
        column("approved_at", MOMENT, null=True),
        column("mac", sa.Text),
    )
    op.create_index("sealed_signal_state_idx", "sealed_signal", ["state", "number"])
    op.create_index("sealed_signal_ends_idx", "sealed_signal", ["state", "ends_on", "number"])
    op.create_index("sealed_signal_list_idx", "sealed_signal", ["list_id", "state"])
    op.create_table(
        "procedure",
        column("number", sa.Text, key=True),
        column("request", sa.Text, key=True),
        column("kind", sa.Text),
        column("runs", sa.Boolean),
        column("turn", sa.Integer),
        column("since", MOMENT),
        column("mac", sa.Text),
    )
    op.create_index(
        "procedure_running_idx", "procedure", ["since", "number", "request"], postgresql_where=sa.text("runs IS true")
    )
    op.create_table(
        "holder",
        column("number", sa.Text, key=True),
        column("holder", sa.Text),
        column("before", JSONB),
        column("mac", sa.Text),
    )
    op.create_table(
        "findable",
        column("number", sa.Text, key=True),
        column("holder", sa.Text),
        column("turn", sa.Integer),
        column("key_version", sa.Integer, index=True),
        column("hashes", ARRAY(sa.Text)),
        column("closed_to", JSONB),
        column("mac", sa.Text),
    )
    # Without a list of what is still to be sorted in, which every look-up would have to read.
    fast = {"fastupdate": False}
    op.create_index("findable_hashes_idx", "findable", ["hashes"], postgresql_using="gin", postgresql_with=fast)
    op.create_table(
        "existence_check", column("id", sa.Uuid, key=True), column("person", sa.Text), column("at", MOMENT, index=True)
    )
    op.create_table(
        "signal_key",
        column("mount", sa.Text, key=True),
        column("key", sa.Text, key=True),
        column("number", sa.Text, index=True),
        column("destroyed_at", MOMENT, null=True),
    )
    op.create_table("carrier", column("number", sa.Text, key=True), column("kid", sa.Text, key=True))
    op.create_table(
        "letterbox",
        column("kid", sa.Text, key=True),
        column("finished_by", JSONB),
        column("rotation_asked_at", MOMENT, null=True),
        column("release_asked_at", MOMENT, null=True),
        column("destroyed_at", MOMENT, null=True),
    )
    op.create_table(
        "destruction_part",
        column("number", sa.Text, key=True),
        column("part", sa.Text, key=True),
        column("done_at", MOMENT),
        column("mac", sa.Text),
    )
    op.create_table(
        "to_declare",
        *waits(),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        column("gone_at", MOMENT),
    )
    queue_index("to_declare", "")
    op.create_table(
        "destruction_list",
        column("id", sa.Uuid, key=True),
        column("listed_on", sa.Date),
        column("approve_before", sa.Date),
        column("ultimate_on", sa.Date),
        column("asked_on", sa.Date, null=True),
    )
    op.create_table(
        "declaration",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text),
        column("declared_on", sa.Date),
        column("content", JSONB),
        column("signature", sa.Text),
    )
    op.create_index("declaration_order_idx", "declaration", ["declared_on", "id"])
    op.create_index("declaration_number_idx", "declaration", ["number", "declared_on", "id"])
    # A declaration is kept for good (Archiefbesluit 1995 art. 8): the service itself cannot take one back.
    op.execute("REVOKE UPDATE, DELETE ON declaration FROM retention_app")
    op.create_table(
        "active_case",
        column("number", sa.Text, key=True),
        column("protocol", sa.Text),
        column("closed_on", sa.Date),
        column("last_act_on", sa.Date),
        column("moves_on", sa.Date),
        column("ordered_on", sa.Date, null=True),
        column("mac", sa.Text),
    )
    op.create_table(
        "hold",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("state", sa.Text),
        column("ground", sa.Text),
        column("items", JSONB),
        column("ends_on", sa.Date),
        column("asked_by", sa.Text),
        column("asked_at", MOMENT),
        column("approved_by", sa.Text, null=True),
        column("mac", sa.Text),
    )
    waiting = sa.text("state IN ('proposed', 'held')")
    op.create_index("hold_waiting_idx", "hold", ["asked_at", "id"], postgresql_where=waiting)
