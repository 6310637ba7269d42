"""E-mail addresses of accounts, and messages by e-mail."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0052_email_way"
down_revision = "0051_key_roots"


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("email_proved_at", centre.tables.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("by_email", sa.Boolean(), server_default=sa.false(), nullable=False))
    _purposes("sign_in", "register", "email")


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM one_time_code WHERE purpose = 'email'")
    _purposes("sign_in", "register")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("by_email")
        batch_op.drop_column("email_proved_at")
        batch_op.drop_column("email_sealed")


def _purposes(*purposes: str) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_one_time_code_code_purpose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_one_time_code_code_purpose"), f"purpose IN ({listed})")
