"""Which master key the blind indexes are under."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0051_key_roots"
down_revision = "0050_night_plans"


def upgrade() -> None:
    """Take the step: until now it was the first key of every installation."""
    with op.batch_alter_table("key_mark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roots_at", centre.tables.Instant(timezone=True), nullable=True))
    op.execute("UPDATE key_mark SET roots_at = added_at WHERE place = 0")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("key_mark", schema=None) as batch_op:
        batch_op.drop_column("roots_at")
