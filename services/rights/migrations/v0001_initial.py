"""Duties to inform and requests, their items and decisions, and which signals wait for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import platform_v1
from shared.database.platform_v1 import MOMENT, column
from shared.engine import tables_v1

revision = "rights_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("rights")
    tables_v1.create()
    op.create_table(
        "asked",
        column("number", sa.Text, key=True),
        column("subjects", sa.Integer),
        column("asked_at", MOMENT),
        column("answered_at", MOMENT, null=True),
        column("acted", JSONB),
        column("mac", sa.Text),
    )
    op.create_table(
        "moment",
        column("number", sa.Text, key=True),
        column("cause", sa.Uuid, key=True),
        column("why", sa.Text),
        column("on", sa.Date),
        column("noted_at", MOMENT),
        column("recipient", sa.Text, null=True),
    )
    op.create_table(
        "request",
        column("number", sa.Text, key=True),
        column("kind", sa.Text),
        column("against", sa.Text, null=True, index=True),
        column("legal_on", sa.Date),
        column("extended", sa.Boolean),
        column("answered_on", sa.Date, null=True),
        column("object_until", sa.Date, null=True),
        column("review_on", sa.Date, null=True),
        column("ends_on", sa.Date, null=True, index=True),
    )
    op.create_table(
        "asked_signal",
        column("request", sa.Text, key=True),
        column("signal", sa.Text, key=True, index=True),
        column("holder", sa.Text),
        column("state", sa.Text),
        column("asked_by", sa.Text),
        column("asked_at", MOMENT),
        column("answered_at", MOMENT, null=True),
        column("found", sa.Boolean, null=True),
        column("asked_as", sa.Text),
        column("subject", sa.Text, null=True),
        column("restricted", sa.Boolean, null=True),
        column("carried_out", JSONB, null=True),
        column("earlier", JSONB, null=True),
        column("missed", sa.Boolean),
        column("mac", sa.Text),
    )
    op.create_table(
        "asked_reader",
        column("request", sa.Text, key=True),
        column("signal", sa.Text, key=True, index=True),
        column("reader", sa.Text, key=True),
        column("state", sa.Text),
        column("asked_at", MOMENT),
        column("until", MOMENT),
        column("answered_at", MOMENT, null=True),
        column("found", sa.Boolean, null=True),
        column("mac", sa.Text),
    )
    op.create_table(
        "asked_service",
        column("request", sa.Text, key=True),
        column("service", sa.Text, key=True),
        column("signal", sa.Text, key=True, index=True),
        column("asked_at", MOMENT),
        column("answered_at", MOMENT, null=True),
        column("holdings", JSONB, null=True),
        column("mac", sa.Text),
    )
    for name, state in (("dossier_asked_idx", "<> 'request-done'"), ("dossier_answered_idx", "= 'request-done'")):
        which = sa.text(f"number LIKE 'V-%' AND state {state}")
        op.create_index(name, "dossier", ["received_on", "number"], postgresql_where=which)
    op.create_table("on_list", column("number", sa.Text, key=True), column("list_id", sa.Uuid, key=True))
    # Among the duties that are in hand, those that were deferred are few.
    deferred = sa.text("\"left\" IS FALSE AND state = 'duty-deferred'")
    op.create_index("dossier_deferred_idx", "dossier", ["due_on", "number"], postgresql_where=deferred)
