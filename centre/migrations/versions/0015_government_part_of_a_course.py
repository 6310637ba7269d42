"""Government part of a course."""

from alembic import op

revision = "0015_government_part_of_a_course"
down_revision = "0014_learning_and_searches"

PARTS = "government_fen >= 0 AND school_waiver_fen + centre_subsidy_fen + government_fen <= tuition_fen"


def upgrade() -> None:
    """Take the step. The check comes with the column, so that SQLite need not write the table anew."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE major ADD COLUMN government_fen {kind} DEFAULT 0 NOT NULL "
        f"CONSTRAINT ck_major_government CHECK ({PARTS})"
    )


def downgrade() -> None:
    """Take it back."""
    op.execute("ALTER TABLE major DROP COLUMN government_fen")
