"""Entrances and blocked times of halls, offers of booths that run out, and why a fair was filed late."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0055_halls"
down_revision = "0054_employer_visits"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "venue_block",
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("ends_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("repair", "let", "other", name="block_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_venue_block_times")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_block_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_block")),
    )
    with op.batch_alter_table("venue_block", schema=None) as batch_op:
        batch_op.create_index("ix_venue_block_time", ["venue_id", "starts_at"], unique=False)

    op.create_table(
        "venue_entrance",
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "everybody",
                "visitors",
                "exhibitors",
                name="entrance_use",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("directions", sa.String(length=200), nullable=False),
        sa.Column("x", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("y", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(x IS NULL) = (y IS NULL)", name=op.f("ck_venue_entrance_square")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_venue_entrance_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_entrance")),
        sa.UniqueConstraint("venue_id", "name", name=op.f("uq_venue_entrance_venue_id_name")),
    )
    with op.batch_alter_table("booth", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offer_until", centre.tables.Instant(timezone=True), nullable=True))

    with op.batch_alter_table("fair", schema=None) as batch_op:
        batch_op.add_column(sa.Column("filing_no", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("late_reason", sa.String(length=200), server_default="", nullable=False))



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("fair", schema=None) as batch_op:
        batch_op.drop_column("late_reason")
        batch_op.drop_column("filing_no")

    with op.batch_alter_table("booth", schema=None) as batch_op:
        batch_op.drop_column("offer_until")

    op.drop_table("venue_entrance")
    with op.batch_alter_table("venue_block", schema=None) as batch_op:
        batch_op.drop_index("ix_venue_block_time")

    op.drop_table("venue_block")
