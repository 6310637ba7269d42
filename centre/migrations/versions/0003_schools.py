"""Training providers and their majors."""

import sqlalchemy as sa
from alembic import op

import centre.database

revision = "0003_schools"
down_revision = "0002_employers"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "training_provider",
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("employer_code", sa.String(length=18), nullable=False),
        sa.Column("licence_no", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("occupations", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "suspended",
                "ended",
                name="provider_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_training_provider_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_provider")),
        sa.UniqueConstraint("code", name=op.f("uq_training_provider_code")),
        sa.UniqueConstraint("name", name=op.f("uq_training_provider_name")),
    )
    op.create_index(op.f("ix_training_provider_centre_id"), "training_provider", ["centre_id"], unique=False)
    op.create_table(
        "major",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "skill",
                "entrepreneurship",
                "on_the_job",
                "orientation",
                name="major_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hours", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tuition_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_waiver_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_subsidy_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_major_hours")),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_major_level")),
        sa.CheckConstraint(
            "school_waiver_fen >= 0 AND centre_subsidy_fen >= 0 AND school_waiver_fen + centre_subsidy_fen <= tuition_fen",
            name=op.f("ck_major_price"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_major_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major")),
        sa.UniqueConstraint("provider_id", "name", "level", name=op.f("uq_major_provider_id_name_level")),
    )
    op.create_index(op.f("ix_major_occupation_code"), "major", ["occupation_code"], unique=False)
    op.create_index(op.f("ix_major_provider_id"), "major", ["provider_id"], unique=False)
    op.create_table(
        "partner_agreement",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("quota", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_partner_agreement_days")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["training_provider.id"], name=op.f("fk_partner_agreement_provider_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreement")),
    )
    op.create_index(op.f("ix_partner_agreement_provider_id"), "partner_agreement", ["provider_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_partner_agreement_provider_id"), table_name="partner_agreement")
    op.drop_table("partner_agreement")
    op.drop_index(op.f("ix_major_provider_id"), table_name="major")
    op.drop_index(op.f("ix_major_occupation_code"), table_name="major")
    op.drop_table("major")
    op.drop_index(op.f("ix_training_provider_centre_id"), table_name="training_provider")
    op.drop_table("training_provider")
