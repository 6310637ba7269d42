"""A sign-in code that nobody is to get is kept like any other."""

import sqlalchemy as sa
from alembic import op

revision = "0017_message_to_nobody"
down_revision = "0016_proof_of_a_limit_by_sex"

ADDRESSED = "person_id IS NOT NULL OR account_id IS NOT NULL"


def upgrade() -> None:
    """Take the step."""
    _limit(f"{ADDRESSED} OR kind = 'sign-in-code'")


def downgrade() -> None:
    """Take it back."""
    op.execute(sa.text("DELETE FROM message WHERE person_id IS NULL AND account_id IS NULL"))
    _limit(ADDRESSED)


def _limit(condition: str) -> None:
    with op.batch_alter_table("message") as table:
        table.drop_constraint(op.f("ck_message_addressee"), type_="check")
        table.create_check_constraint(op.f("ck_message_addressee"), condition)
