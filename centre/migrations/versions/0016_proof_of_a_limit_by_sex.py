"""Proof of a limit by sex."""

import sqlalchemy as sa
from alembic import op

revision = "0016_proof_of_a_limit_by_sex"
down_revision = "0015_government_part_of_a_course"


def upgrade() -> None:
    """Take the step."""
    op.add_column("opening", sa.Column("sex_limit_evidence", sa.String(length=200), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("opening") as table:
        table.drop_column("sex_limit_evidence")
