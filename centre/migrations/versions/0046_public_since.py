"""Since when an opening is public."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0046_public_since"
down_revision = "0045_fair_invitations"


def upgrade() -> None:
    """Take the step; what was published for everybody counts as public since then."""
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_since", centre.tables.Instant(timezone=True), nullable=True))
    op.execute("UPDATE opening SET public_since = posted_at WHERE CAST(reserved_for AS TEXT) = '[]'")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.drop_column("public_since")
