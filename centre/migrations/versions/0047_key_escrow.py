"""When each master key was written in two halves."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0047_key_escrow"
down_revision = "0046_public_since"


def upgrade() -> None:
    """Take the step: earlier splits were not recorded, so the keys count as not escrowed."""
    with op.batch_alter_table("key_mark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("split_at", centre.tables.Instant(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("key_mark", schema=None) as batch_op:
        batch_op.drop_column("split_at")
