"""The published state of a fair's hall while its organiser edits it."""

import sqlalchemy as sa
from alembic import op

revision = "0056_released_halls"
down_revision = "0055_halls"


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("fair", schema=None) as batch_op:
        batch_op.add_column(sa.Column("released", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("fair", schema=None) as batch_op:
        batch_op.drop_column("released")
