"""How messages come to a person, and when not."""

import sqlalchemy as sa
from alembic import op

revision = "0048_message_ways"
down_revision = "0047_key_escrow"

HOUR = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Take the step. The default stays in the table: SQLite would have to write it anew to be rid of it."""
    op.add_column("person", sa.Column("pages_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("person", sa.Column("quiet_from", HOUR, nullable=True))
    op.add_column("person", sa.Column("quiet_until", HOUR, nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("person", "quiet_until")
    op.drop_column("person", "quiet_from")
    op.drop_column("person", "pages_only")
