"""What is in hand elsewhere, without content; and up to when that is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import platform_v1
from shared.database.platform_v1 import MOMENT, column

revision = "worklist_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.create("worklist")
    op.create_table(
        "work",
        column("number", sa.Text, key=True),
        column("service", sa.Text),
        column("version", sa.Integer),
        column("turn", sa.Integer),
        column("here", sa.Boolean),
        column("state", sa.Text),
        column("phase", sa.Integer, null=True),
        column("working_name", sa.Text),
        column("received_on", sa.Date),
        column("due", sa.Text, null=True),
        column("due_on", sa.Date),
        column("closed_to", JSONB),
        column("told_at", MOMENT),
    )
    op.create_index(
        "work_due_idx", "work", ["due_on", "received_on", "number"], postgresql_where=sa.text("here IS TRUE")
    )
    op.create_index("work_gone_idx", "work", ["told_at"], postgresql_where=sa.text("here IS FALSE"))
    op.create_table(
        "work_task",
        column("id", sa.Uuid, key=True),
        column("number", sa.Text, index=True),
        column("service", sa.Text),
        column("kind", sa.Text),
        column("role", sa.Text),
        column("person", sa.Text, null=True),
        column("members", JSONB, null=True),
        column("opened_at", MOMENT),
        column("until", sa.Date),
        column("due_on", sa.Date),
    )
    op.create_index("work_task_role_idx", "work_task", ["role", "due_on", "id"])
    op.create_table("edition", column("id", sa.Integer, key=True), column("begun_at", MOMENT))
    op.create_table(
        "heard",
        column("service", sa.Text, key=True),
        column("edition", MOMENT, null=True),
        column("as_of", MOMENT, null=True),
    )
