"""Signals, items and decisions of phases 1 and 2."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.platform_v1 import MOMENT, column, create

revision = "assessment_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create("assessment")
    op.create_table(
        "signal",
        column("number", sa.Text, key=True),
        column("version", sa.Integer),
        column("state", sa.Text, index=True),
        column("working_name", sa.Text),
        column("room_key", sa.Text, null=True),
        column("protocol", sa.Text),
        column("received_on", sa.Date),
        column("arrived_at", MOMENT),
        column("signed", sa.Boolean),
        column("handing_over_since", MOMENT, null=True),
        column("handed_to", sa.Text, null=True),
        column("left", sa.Boolean),
    )
    op.create_table(
        "item",
        column("number", sa.Text, key=True),
        column("item", sa.Text, key=True),
        column("category", sa.Text),
        column("version", sa.Integer),
        column("ciphertext", sa.Text),
    )
    op.create_table(
        "decision",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("version", sa.Integer),
        column("key", sa.Text),
        column("outcome", sa.Text),
        column("article", sa.Text),
        column("status", sa.Text),
        column("state_before", sa.Text),
        column("state_after", sa.Text),
        column("ends", sa.Boolean),
        column("deciders", JSONB),
        column("co_signers", JSONB),
        column("recorder", sa.Text),
        column("role", sa.Text),
        column("about", JSONB),
        column("forwarding", JSONB, null=True),
        column("taken_at", MOMENT),
        column("effective_at", MOMENT, null=True, index=True),
        column("settled_at", MOMENT, null=True),
        column("protocol", sa.Text),
        column("traceparent", sa.Text, null=True),
    )
