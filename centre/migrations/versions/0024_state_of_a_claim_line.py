"""Every line of a claim has a state of its own, since part of a claim may be demanded back while the rest stays paid."""

import sqlalchemy as sa
from alembic import op

revision = "0024_state_of_a_claim_line"
down_revision = "0023_administration"

STATES = ("refused", "granted", "returned", "paid", "demanded", "repaid")


def upgrade() -> None:
    """Take the step."""
    kind = sa.Enum(*STATES, name="line_state", native_enum=False, create_constraint=True, length=40)
    with op.batch_alter_table("claim_line") as table:
        table.add_column(sa.Column("state", kind, nullable=False, server_default="granted"))
    of_claim = "(SELECT claim.state FROM claim WHERE claim.id = claim_line.claim_id)"
    op.execute(
        sa.text(
            "UPDATE claim_line SET state = CASE WHEN verdict = 'refused' THEN 'refused' "
            f"WHEN demanded_fen > 0 AND {of_claim} = 'clawback' THEN 'demanded' "
            "WHEN demanded_fen > 0 THEN 'repaid' "
            f"WHEN {of_claim} = 'returned' THEN 'returned' "
            f"WHEN {of_claim} IN ('paid', 'clawback', 'archived') THEN 'paid' ELSE 'granted' END"
        )
    )
    with op.batch_alter_table("claim_line") as table:
        table.alter_column("state", server_default=None)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("claim_line") as table:
        table.drop_constraint(op.f("ck_claim_line_line_state"), type_="check")
        table.drop_column("state")
