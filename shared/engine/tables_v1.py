"""The first version of the tables of a service that holds dossiers. Frozen: a change is `tables_v2`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.platform_v1 import MOMENT, column, queue_index, waits


def create() -> None:
    """Make them, after the tables that every service has."""
    _dossier()
    create_items()
    create_decisions()
    op.create_table(
        "task",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("item", sa.Text),
        column("kind", sa.Text),
        column("role", sa.Text, index=True),
        column("meeting", sa.Text, null=True, index=True),
        column("until", sa.Date),
        column("due_on", sa.Date, null=True),
        column("opened_at", MOMENT, null=True),
        column("opened_by", sa.Uuid, null=True),
        column("closed_at", MOMENT, null=True),
        column("closed_by", sa.Uuid, null=True),
        column("person", sa.Text, null=True),
    )
    waiting = sa.text("closed_at IS NULL AND opened_at IS NOT NULL")
    op.create_index("task_waiting_idx", "task", ["role", "until"], postgresql_where=waiting)
    op.create_table(
        "draft",
        column("number", sa.Text, key=True),
        column("author", sa.Text, key=True),
        column("form", sa.Text, key=True),
        column("ciphertext", sa.Text),
        column("saved_at", MOMENT),
        column("until", MOMENT, index=True),
    )
    op.create_table(
        "meeting",
        column("id", sa.Text, key=True),
        column("version", sa.Integer),
        column("kind", sa.Text),
        column("held_on", sa.Date),
        column("chair", sa.Text),
        column("members", JSONB),
        column("present", JSONB),
        column("agenda", JSONB),
        column("closed", sa.Boolean),
        column("mac", sa.Text),
    )
    op.create_index("meeting_held_idx", "meeting", ["held_on", "id"])
    # A member finds his own among all of them, and a signal those that it is on.
    for one in ("members", "agenda"):
        index = f"meeting_{one}_idx"
        op.create_index(index, "meeting", [one], postgresql_using="gin", postgresql_ops={one: "jsonb_path_ops"})
    op.create_table(
        "notice",
        column("number", sa.Text, key=True),
        column("subject", sa.Text, key=True),
        column("version", sa.Integer),
        column("state", sa.Text),
        column("review_on", sa.Date, null=True),
        column("weighed_at", MOMENT, null=True),
        column("mac", sa.Text),
    )
    op.create_table(
        "consultation",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("new_signal", sa.Text),
        column("phase", sa.Integer),
        column("person", sa.Text),
        column("until", MOMENT, index=True),
        column("archive", sa.Text),
        column("protocol", sa.Text),
        column("received_on", sa.Date, null=True),
        column("readings", JSONB, null=True),
        column("mac", sa.Text),
    )
    op.create_table(
        "asked_look",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("case", sa.Text),
        column("phase", sa.Integer),
        column("person", sa.Text),
        column("asked_at", MOMENT),
        column("until", MOMENT, index=True),
        column("answers", JSONB),
        column("mac", sa.Text),
    )
    op.create_table(
        "person_asked",
        column("request", sa.Text, key=True),
        column("number", sa.Text, key=True),
        column("kind", sa.Text),
        column("answer_by", sa.Date),
        column("asked_at", MOMENT),
        column("who", sa.Text, null=True),
        column("answered_at", MOMENT, null=True),
        column("answered_by", sa.Text, null=True),
        column("mac", sa.Text),
    )
    unanswered = sa.text("answered_at IS NULL")
    op.create_index(
        "person_asked_waiting_idx", "person_asked", ["asked_at", "request", "number"], postgresql_where=unanswered
    )
    op.create_table(
        "sealed_asked",
        column("request", sa.Text, key=True),
        column("number", sa.Text, key=True, index=True),
        column("kind", sa.Text),
        column("answer_by", sa.Date),
        column("archive", sa.Text),
        column("protocol", sa.Text),
        column("received_on", sa.Date),
        column("asked_at", MOMENT),
        column("until", MOMENT),
        column("decisions", JSONB),
        column("closed_to", JSONB),
        column("readings", JSONB, null=True),
        column("answered_at", MOMENT, null=True),
        column("answered_by", sa.Text, null=True),
        column("over", sa.Boolean),
        column("mac", sa.Text),
    )
    waiting = sa.text("answered_at IS NULL AND over IS FALSE")
    op.create_index(
        "sealed_asked_waiting_idx", "sealed_asked", ["asked_at", "request", "number"], postgresql_where=waiting
    )
    op.create_table(
        "frozen",
        *waits(),
        column("number", sa.Text),
        column("found_at", MOMENT),
        column("least", sa.Integer),
    )
    op.create_index("frozen_number_idx", "frozen", ["number"], unique=True)
    queue_index("frozen", "")
    op.create_table(
        "told_findable",
        *waits(),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        column("changed_at", MOMENT),
        column("told_version", sa.Integer),
        column("waits", sa.Boolean),
    )
    queue_index("told_findable", "waits IS true")
    op.create_table(
        "telling",
        column("id", sa.Integer, key=True),
        column("edition", MOMENT, null=True),
        column("walked", sa.Text, null=True),
        column("seq", sa.Integer),
    )


def create_items() -> None:
    """Documents, where there is a room."""
    op.create_table(
        "item",
        column("number", sa.Text, key=True),
        column("item", sa.Text, key=True),
        column("category", sa.Text),
        column("version", sa.Integer),
        column("ciphertext", sa.Text),
    )


def _dossier() -> None:
    op.create_table(
        "dossier",
        column("number", sa.Text, key=True),
        column("signal", sa.Text, index=True),
        column("subject", sa.Text, null=True),
        column("version", sa.Integer),
        column("state", sa.Text, index=True),
        column("working_name", sa.Text),
        column("room_key", sa.Text, null=True),
        column("protocol", sa.Text),
        column("received_on", sa.Date),
        column("arrived_at", MOMENT),
        column("signed", sa.Boolean),
        column("due_on", sa.Date, null=True),
        column("last_act_on", sa.Date),
        column("people", sa.Integer),
        column("earlier", JSONB),
        column("closed_to", JSONB),
        column("cluster", sa.Text, null=True, index=True),
        column("handing_over_since", MOMENT, null=True),
        column("handed_to", sa.Text, null=True),
        column("left", sa.Boolean),
        column("traceparent", sa.Text, null=True),
        column("turn", sa.Integer),
        column("mac", sa.Text),
    )
    in_hand = sa.text("\"left\" IS FALSE AND state NOT IN ('ended', 'closed', 'duty-done', 'request-done')")
    op.create_index("dossier_arrived_idx", "dossier", ["arrived_at", "number"], postgresql_where=in_hand)
    op.create_index("dossier_due_idx", "dossier", ["due_on", "number"], postgresql_where=in_hand)


def create_decisions() -> None:
    """Decisions; all that a service needs in which something else than a dossier is decided on."""
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
        column("dissenters", JSONB),
        column("recorder", sa.Text),
        column("role", sa.Text),
        column("meeting", sa.Text, null=True),
        column("cluster", sa.Text, null=True),
        column("about", JSONB),
        column("parts", JSONB, null=True),
        column("forwarding", JSONB, null=True),
        column("coded", JSONB, null=True),
        column("taken_at", MOMENT),
        column("effective_at", MOMENT, null=True),
        column("protocol", sa.Text),
        column("traceparent", sa.Text, null=True),
        column("tells", sa.Boolean),
        column("sends", JSONB),
        column("settles", sa.Boolean),
        column("settled_at", MOMENT, null=True),
        column("next_at", MOMENT),
        column("attempts", sa.Integer),
        column("since", MOMENT, null=True),
        column("waits_because", sa.Text, null=True),
        column("parked_at", MOMENT, null=True),
    )
    op.create_index(
        "decision_settles_idx",
        "decision",
        ["next_at"],
        postgresql_where=sa.text("settles AND settled_at IS NULL AND status = 'taken'"),
    )
