"""Remarks on a roster."""

import sqlalchemy as sa
from alembic import op

revision = "0037_remarks_on_a_roster"
down_revision = "0036_queue_numbers"


def upgrade() -> None:
    """Take the step: rosters sent before have no remarks."""
    with op.batch_alter_table("roster_upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remarks", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("roster_upload", schema=None) as batch_op:
        batch_op.alter_column("remarks", server_default=None)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("roster_upload", schema=None) as batch_op:
        batch_op.drop_column("remarks")
