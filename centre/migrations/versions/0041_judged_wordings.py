"""Judged wordings of advertisements."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0041_judged_wordings"
down_revision = "0040_published_figures"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "advert_wording",
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("lawful", sa.Boolean(), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("judged_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["judged_by_id"], ["account.id"], name=op.f("fk_advert_wording_judged_by_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_advert_wording_opening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advert_wording")),
        sa.UniqueConstraint("clause", name=op.f("uq_advert_wording_clause")),
    )
    with op.batch_alter_table("advert_wording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_advert_wording_opening_id"), ["opening_id"], unique=False)

    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.add_column(sa.Column("screened_under", sa.String(length=8), nullable=False, server_default=""))
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.alter_column("screened_under", server_default=None)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.drop_column("screened_under")

    with op.batch_alter_table("advert_wording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_advert_wording_opening_id"))

    op.drop_table("advert_wording")
