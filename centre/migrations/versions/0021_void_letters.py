"""Letters that are void because their opening ended."""

from alembic import op

revision = "0021_void_letters"
down_revision = "0020_failed_jobs"

STATES = (
    "recommended", "letter_issued", "interviewed", "offered", "hired", "refused_by_employer", "refused_by_worker",
    "no_show", "unknown", "set_aside",
)  # fmt: skip


def upgrade() -> None:
    """Take the step."""
    _states((*STATES, "void"))


def downgrade() -> None:
    """Take it back."""
    op.execute("UPDATE introduction SET state = 'unknown' WHERE state = 'void'")
    _states(STATES)


def _states(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("introduction") as table:
        table.drop_constraint(op.f("ck_introduction_introduction_state"), type_="check")
        table.create_check_constraint(op.f("ck_introduction_introduction_state"), f"state IN ({listed})")
