"""Requests for booths: asked again, ended with their fair, counted also without a limit."""

import sqlalchemy as sa
from alembic import op

revision = "0019_requests_for_booths"
down_revision = "0018_installation"

STATES = ("applied", "waitlisted", "approved", "assigned", "present", "served", "no_show", "refused", "withdrawn")
COUNTED = "booths_taken >= 0 AND (booth_count = 0 OR booths_taken <= booth_count)"
COUNTED_BEFORE = "booths_taken >= 0 AND booths_taken <= booth_count"


def upgrade() -> None:
    """Take the step."""
    op.add_column("booth", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE booth SET asked_at = created_at"))
    _states("booth", (*STATES, "lapsed"), asked=True)
    _limit(COUNTED)
    op.execute(
        sa.text(
            "UPDATE fair SET booths_taken = (SELECT count(*) FROM booth WHERE booth.fair_id = fair.id "
            "AND booth.state IN ('applied', 'approved', 'assigned', 'present', 'served')) WHERE booth_count = 0"
        )
    )
    op.execute(
        sa.text(
            "UPDATE booth SET state = 'lapsed', booth_no = NULL WHERE state IN ('applied', 'waitlisted', 'approved', "
            "'assigned') AND fair_id IN (SELECT id FROM fair WHERE state = 'cancelled')"
        )
    )
    op.execute(sa.text("UPDATE fair SET booths_taken = 0 WHERE state = 'cancelled'"))


def downgrade() -> None:
    """Take it back."""
    op.execute(sa.text("UPDATE booth SET state = 'withdrawn' WHERE state = 'lapsed'"))
    op.execute(sa.text("UPDATE fair SET booths_taken = 0 WHERE booth_count = 0"))
    _limit(COUNTED_BEFORE)
    _states("booth", STATES, asked=False)
    with op.batch_alter_table("booth") as table:
        table.drop_column("asked_at")


def _limit(condition: str) -> None:
    with op.batch_alter_table("fair") as table:
        table.drop_constraint(op.f("ck_fair_booths_taken"), type_="check")
        table.create_check_constraint(op.f("ck_fair_booths_taken"), condition)


def _states(table_name: str, states: tuple[str, ...], *, asked: bool) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table(table_name) as table:
        table.drop_constraint(op.f("ck_booth_booth_state"), type_="check")
        table.create_check_constraint(op.f("ck_booth_booth_state"), f"state IN ({listed})")
        if asked:
            table.alter_column("asked_at", existing_type=sa.DateTime(timezone=True), nullable=False)
