"""Jobs that failed and are tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0020_failed_jobs"
down_revision = "0019_requests_for_booths"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "job_failure",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_failure")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("job_failure")
