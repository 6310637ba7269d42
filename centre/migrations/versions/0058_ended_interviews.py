"""Released interviews that ended, which calendars have to cancel."""

import sqlalchemy as sa
from alembic import op

revision = "0058_ended_interviews"
down_revision = "0057_talks_without_network"


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("interview_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("interview_day", schema=None) as batch_op:
        batch_op.drop_column("ended")
