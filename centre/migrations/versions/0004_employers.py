"""Employers and their openings."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0004_employers"
down_revision = "0003_records"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "employer",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column(
            "nature",
            sa.Enum(
                "state",
                "collective",
                "private",
                "foreign",
                "sole_trader",
                "non_profit",
                "household",
                "public_body",
                name="employer_nature",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("industry_code", sa.String(length=4), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("size_band", sa.String(length=40), nullable=False),
        sa.Column("legal_person", sa.String(length=60), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("licence_file", sa.String(length=200), nullable=False),
        sa.Column("licence_expires_on", sa.Date(), nullable=True),
        sa.Column("service_licence", sa.String(length=60), nullable=False),
        sa.Column("dispatch_licence", sa.String(length=60), nullable=False),
        sa.Column("hygiene_permit", sa.String(length=60), nullable=False),
        sa.Column("association", sa.String(length=60), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "registered",
                "checking",
                "active",
                "watch",
                "suspended",
                "blacklisted",
                "rejected",
                name="employer_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("risk_reasons", sa.JSON(), nullable=False),
        sa.Column("fair_no_shows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("no_show_year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("fair_no_shows >= 0", name=op.f("ck_employer_fair_no_shows")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_employer_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer")),
        sa.UniqueConstraint("uscc", name=op.f("uq_employer_uscc")),
    )
    op.create_index(op.f("ix_employer_centre_id"), "employer", ["centre_id"], unique=False)
    op.create_index("ix_employer_changed", "employer", ["updated_at"], unique=False)
    op.create_index("ix_employer_name", "employer", ["name"], unique=False)
    op.create_index(op.f("ix_employer_region_code"), "employer", ["region_code"], unique=False)
    op.create_index("ix_employer_state", "employer", ["state", "licence_expires_on"], unique=False)
    op.create_table(
        "opening",
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "local",
                "export",
                "flexible",
                "welfare",
                name="opening_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("headcount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.String(length=2000), nullable=False),
        sa.Column("conditions", sa.String(length=2000), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("wage_min_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("wage_max_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "wage_unit",
            sa.Enum(
                "month", "day", "hour", "piece", name="wage_unit", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("base_pay_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("overtime_rule", sa.String(length=200), nullable=False),
        sa.Column("pay_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "employment_type",
            sa.Enum(
                "direct",
                "agency",
                "piecework",
                "seasonal",
                "household",
                "flexible",
                name="employment_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "contract_party",
            sa.Enum("employer", "agency", name="contract_party", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("client_name", sa.String(length=200), nullable=False),
        sa.Column("hours_per_week", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shift", sa.String(length=200), nullable=False),
        sa.Column("night_shift", sa.Boolean(), nullable=True),
        sa.Column("hazardous", sa.Boolean(), nullable=False),
        sa.Column(
            "board",
            sa.Enum(
                "unstated",
                "free",
                "subsidy",
                "paid",
                "none",
                name="board",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "lodging",
            sa.Enum(
                "unstated",
                "free",
                "subsidy",
                "paid",
                "none",
                name="lodging",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "travel_paid_by",
            sa.Enum(
                "unstated",
                "employer",
                "centre",
                "self",
                name="travel_paid_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "medical_paid_by",
            sa.Enum(
                "unstated",
                "employer",
                "centre",
                "self",
                name="medical_paid_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("social_insurance", sa.JSON(), nullable=False),
        sa.Column(
            "min_education",
            sa.Enum(
                "postgraduate",
                "university",
                "college",
                "secondary_vocational",
                "technical",
                "senior",
                "junior",
                "primary",
                "none",
                name="education",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("skill_requirements", sa.JSON(), nullable=False),
        sa.Column("certificate_requirements", sa.JSON(), nullable=False),
        sa.Column("age_min", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("age_max", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("age_reason", sa.String(length=200), nullable=False),
        sa.Column(
            "sex_limit_ground",
            sa.Enum(
                "mine_underground",
                "grade_four_labour",
                "heavy_lifting",
                name="sex_ground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("accepts_training", sa.Boolean(), nullable=False),
        sa.Column("reserved_for", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "direct",
                "fair",
                "partner_centre",
                "repost",
                name="opening_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("screening", sa.JSON(), nullable=False),
        sa.Column("verified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_at", centre.tables.Instant(), nullable=True),
        sa.Column("posted_at", centre.tables.Instant(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "lint",
                "to_verify",
                "verified",
                "open",
                "paused",
                "filled",
                "expired",
                "frozen",
                "closed",
                name="opening_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("source <> 'repost' OR source_name <> ''", name=op.f("ck_opening_source_named")),
        sa.CheckConstraint("headcount >= 1", name=op.f("ck_opening_headcount")),
        sa.CheckConstraint("taken >= 0 AND taken <= headcount", name=op.f("ck_opening_taken")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from IS NULL OR valid_from <= valid_until", name=op.f("ck_opening_validity")
        ),
        sa.CheckConstraint(
            "wage_max_fen IS NULL OR wage_min_fen IS NULL OR wage_min_fen <= wage_max_fen", name=op.f("ck_opening_wage")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_opening_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_opening_employer_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["account.id"], name=op.f("fk_opening_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("source_name", "external_id", name=op.f("uq_opening_source_name_external_id")),
    )
    op.create_index(op.f("ix_opening_centre_id"), "opening", ["centre_id"], unique=False)
    op.create_index("ix_opening_changed", "opening", ["updated_at"], unique=False)
    op.create_index(op.f("ix_opening_employer_id"), "opening", ["employer_id"], unique=False)
    op.create_index("ix_opening_listed", "opening", ["state", "valid_until", "posted_at"], unique=False)
    op.create_index(op.f("ix_opening_occupation_code"), "opening", ["occupation_code"], unique=False)
    op.create_index("ix_opening_place", "opening", ["state", "region_code"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_opening_place", table_name="opening")
    op.drop_index(op.f("ix_opening_occupation_code"), table_name="opening")
    op.drop_index("ix_opening_listed", table_name="opening")
    op.drop_index(op.f("ix_opening_employer_id"), table_name="opening")
    op.drop_index("ix_opening_changed", table_name="opening")
    op.drop_index(op.f("ix_opening_centre_id"), table_name="opening")
    op.drop_table("opening")
    op.drop_index("ix_employer_state", table_name="employer")
    op.drop_index(op.f("ix_employer_region_code"), table_name="employer")
    op.drop_index("ix_employer_name", table_name="employer")
    op.drop_index("ix_employer_changed", table_name="employer")
    op.drop_index(op.f("ix_employer_centre_id"), table_name="employer")
    op.drop_table("employer")
