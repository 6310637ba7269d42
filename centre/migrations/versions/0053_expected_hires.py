"""How many hires a plan of a night expects, apart from its value, of which places kept for later are taken off."""

import sqlalchemy as sa
from alembic import op

revision = "0053_expected_hires"
down_revision = "0052_email_way"


def upgrade() -> None:
    """Take the step; before it nothing was kept, so the value was what was expected."""
    with op.batch_alter_table("night_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expected", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False))
    op.execute("UPDATE night_plan SET expected = value")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("night_plan", schema=None) as batch_op:
        batch_op.drop_column("expected")
