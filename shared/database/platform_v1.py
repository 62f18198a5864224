"""The first version of the tables that every service has. Frozen: a change is a new module, `platform_v2`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

MOMENT = sa.DateTime(timezone=True)


def column(name: str, kind: Any, *, null: bool = False, key: bool = False, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, primary_key=key, index=index)


def create(service: str) -> None:
    """Make the tables, and take back what the service needs on them less than the default grants."""
    _messages()
    _audit()
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {service}_app")
    op.execute(f"REVOKE DELETE ON audit FROM {service}_app")
    op.create_table(
        "letterbox_key",
        column("kid", sa.Text, key=True),
        column("public_pem", sa.Text),
        column("made_at", MOMENT),
        column("released_at", MOMENT, null=True),
    )
    op.create_table(
        "sealing_key",
        column("kid", sa.Text, key=True),
        column("addressee", sa.Text),
        column("public_pem", sa.Text),
        column("made_at", MOMENT),
        column("adopted_at", MOMENT),
        column("finished_at", MOMENT, null=True),
    )
    op.create_table(
        "lease",
        column("user_id", sa.Text, key=True),
        column("role", sa.Text, key=True),
        column("starts_at", MOMENT),
        column("ends_at", MOMENT),
        column("lease_until", MOMENT),
        column("issued_at", MOMENT),
    )
    op.create_table("tombstone", column("number", sa.Text, key=True), column("destroyed_at", MOMENT))


def _messages() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        column("queue", sa.String(255)),
        column("payload", sa.LargeBinary),
        column("headers", JSONB, null=True),
        sa.Column("attempts_count", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("deliveries_count", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("next_attempt_at", MOMENT, nullable=False, server_default=sa.func.now()),
        column("first_attempt_at", MOMENT, null=True),
        column("last_attempt_at", MOMENT, null=True),
        column("acquired_at", MOMENT, null=True),
        column("acquired_token", sa.Uuid, null=True),
        column("timer_id", sa.String(255), null=True),
        sa.CheckConstraint("(acquired_token IS NULL) = (acquired_at IS NULL)", name="outbox_lease_ck"),
    )
    waiting = ["queue", "next_attempt_at", "id"]
    op.create_index("outbox_pending_idx", "outbox", waiting, postgresql_where=sa.text("acquired_token IS NULL"))
    op.create_index("outbox_leased_idx", "outbox", waiting, postgresql_where=sa.text("acquired_token IS NOT NULL"))
    op.create_index(
        "outbox_timer_id_uq",
        "outbox",
        ["queue", "timer_id"],
        unique=True,
        postgresql_where=sa.text("timer_id IS NOT NULL"),
    )
    op.create_table(
        "outgoing",
        column("id", sa.Uuid, key=True),
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
        column("published_at", MOMENT, null=True, index=True),
        column("attempts", sa.Integer),
        column("receipted_at", MOMENT, null=True),
        column("receipt", JSONB, null=True),
        column("released_at", MOMENT, null=True),
    )
    op.create_table(
        "inbox",
        column("id", sa.Uuid, key=True),
        column("producer", sa.Text),
        column("event", sa.Text),
        column("word", sa.Text, null=True),
        column("handled_at", MOMENT),
    )
    op.create_table(
        "parked",
        column("id", sa.Uuid, key=True),
        column("producer", sa.Text),
        column("event", sa.Text),
        column("reason", sa.Text),
        column("number", sa.Text, null=True, index=True),
        column("headers", JSONB),
        column("body", sa.LargeBinary),
        column("parked_at", MOMENT),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        column("id", sa.Uuid, key=True),
        column("entry", JSONB),
        column("written_at", MOMENT),
        sa.Column("seq", sa.Integer, nullable=True, unique=True),
    )
    op.create_index("audit_waiting_idx", "audit", ["written_at"], postgresql_where=sa.text("seq IS NULL"))
    op.create_table(
        "audit_head", column("id", sa.Integer, key=True), column("seq", sa.Integer), column("chain", sa.Text)
    )
