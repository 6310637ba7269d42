"""Floor plans."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0032_floor_plans"
down_revision = "0031_letters_and_interviews"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "hall_grid",
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("walls", sa.JSON(), nullable=False),
        sa.Column("doors", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("width BETWEEN 3 AND 60 AND height BETWEEN 3 AND 60", name=op.f("ck_hall_grid_size")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_hall_grid_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_grid")),
        sa.UniqueConstraint("venue_id", name=op.f("uq_hall_grid_venue_id")),
    )
    op.create_table(
        "booth_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("x", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("y", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booth_place_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_place")),
        sa.UniqueConstraint("fair_id", "booth_no", name=op.f("uq_booth_place_fair_id_booth_no")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("booth_place")
    op.drop_table("hall_grid")
