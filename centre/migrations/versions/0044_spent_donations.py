"""Spent donations: a state, and who got goods that were given."""

import sqlalchemy as sa
from alembic import op

revision = "0044_spent_donations"
down_revision = "0043_promises_kept"

BEFORE = ("pledged", "received", "receipted", "allocated", "returned", "withdrawn")


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("donation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("used_for", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("donation", schema=None) as batch_op:
        batch_op.alter_column("used_for", server_default=None)
    _states((*BEFORE, "spent"))


def downgrade() -> None:
    """Take it back: what is spent counts as allocated, or as receipted where it went to no fund."""
    op.execute("UPDATE donation SET state = 'receipted', allocated_by = NULL WHERE state = 'spent' AND fund_id IS NULL")
    op.execute("UPDATE donation SET state = 'allocated' WHERE state = 'spent'")
    _states(BEFORE)
    with op.batch_alter_table("donation", schema=None) as batch_op:
        batch_op.drop_column("used_for")


def _states(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("donation") as table:
        table.drop_constraint(op.f("ck_donation_donation_state"), type_="check")
        table.create_check_constraint(op.f("ck_donation_donation_state"), f"state IN ({listed})")
