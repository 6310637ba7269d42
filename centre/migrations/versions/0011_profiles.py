"""Registrations, skill profiles and wishes."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0011_profiles"
down_revision = "0010_claims"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "held_certificate",
        sa.Column(
            "kind",
            sa.Enum(
                "skill_level",
                "qualification",
                "special_ability",
                "training",
                "special_operation",
                "health",
                "driving",
                name="certificate_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("occupation", sa.String(length=12), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issuer", sa.String(length=100), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(length=100), nullable=False),
        sa.Column("evidence", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_held_certificate_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_held_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_certificate")),
    )
    op.create_index(op.f("ix_held_certificate_centre_id"), "held_certificate", ["centre_id"], unique=False)
    op.create_index(op.f("ix_held_certificate_person_id"), "held_certificate", ["person_id"], unique=False)
    op.create_table(
        "job_wish",
        sa.Column("occupations", sa.JSON(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column(
            "leave_home_ok",
            sa.Enum(
                "none",
                "county",
                "city",
                "province",
                "any",
                name="leave",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("wage_floor_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "wage_unit",
            sa.Enum(
                "month", "day", "hour", "piece", name="wage_unit", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("employment_types", sa.JSON(), nullable=False),
        sa.Column("night_ok", sa.Boolean(), nullable=True),
        sa.Column("shift_ok", sa.Boolean(), nullable=True),
        sa.Column("needs_board", sa.Boolean(), nullable=False),
        sa.Column("needs_lodging", sa.Boolean(), nullable=False),
        sa.Column("available_from_on", sa.Date(), nullable=True),
        sa.Column("accepts_training", sa.Boolean(), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("wage_floor_fen IS NULL OR wage_floor_fen >= 0", name=op.f("ck_job_wish_wage_floor")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_job_wish_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_job_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_wish")),
        sa.UniqueConstraint("person_id", name=op.f("uq_job_wish_person_id")),
    )
    op.create_index(op.f("ix_job_wish_centre_id"), "job_wish", ["centre_id"], unique=False)
    op.create_index(op.f("ix_job_wish_person_id"), "job_wish", ["person_id"], unique=False)
    op.create_table(
        "registration",
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "active",
                "in_training",
                "placed",
                "lapsed",
                "withdrawn",
                "closed",
                name="registration_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "counter",
                "hotline",
                "letter",
                "web",
                "site",
                "mobile",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", centre.tables.Instant(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_registration_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_index(op.f("ix_registration_centre_id"), "registration", ["centre_id"], unique=False)
    op.create_index("ix_registration_due", "registration", ["state", "valid_until_on"], unique=False)
    op.create_index(op.f("ix_registration_person_id"), "registration", ["person_id"], unique=False)
    op.create_index(
        "uq_registration_living",
        "registration",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("(state NOT IN ('withdrawn', 'closed'))"),
        postgresql_where=sa.text("(state NOT IN ('withdrawn', 'closed'))"),
    )
    op.create_table(
        "skill_profile",
        sa.Column("skills", sa.JSON(), nullable=True),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("occupations_known", sa.Boolean(), nullable=False),
        sa.Column("certificates_known", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_skill_profile_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_skill_profile_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_profile")),
        sa.UniqueConstraint("person_id", name=op.f("uq_skill_profile_person_id")),
    )
    op.create_index(op.f("ix_skill_profile_centre_id"), "skill_profile", ["centre_id"], unique=False)
    op.create_index(op.f("ix_skill_profile_person_id"), "skill_profile", ["person_id"], unique=False)
    op.create_table(
        "worked_occupation",
        sa.Column("occupation", sa.String(length=12), nullable=False),
        sa.Column("years", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_used_year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("self_level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_by", sa.String(length=100), nullable=False),
        sa.Column("evidence", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "self_level IS NULL OR self_level BETWEEN 1 AND 5", name=op.f("ck_worked_occupation_self_level")
        ),
        sa.CheckConstraint(
            "verified_level IS NULL OR (verified_level >= 1 AND verified_level <= 5)",
            name=op.f("ck_worked_occupation_verified_level"),
        ),
        sa.CheckConstraint("years IS NULL OR (years >= 0 AND years <= 60)", name=op.f("ck_worked_occupation_years")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_worked_occupation_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_worked_occupation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worked_occupation")),
        sa.UniqueConstraint("person_id", "occupation", name=op.f("uq_worked_occupation_person_id_occupation")),
    )
    op.create_index(op.f("ix_worked_occupation_centre_id"), "worked_occupation", ["centre_id"], unique=False)
    op.create_index("ix_worked_occupation_code", "worked_occupation", ["occupation"], unique=False)
    op.create_index(op.f("ix_worked_occupation_person_id"), "worked_occupation", ["person_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_worked_occupation_person_id"), table_name="worked_occupation")
    op.drop_index("ix_worked_occupation_code", table_name="worked_occupation")
    op.drop_index(op.f("ix_worked_occupation_centre_id"), table_name="worked_occupation")
    op.drop_table("worked_occupation")
    op.drop_index(op.f("ix_skill_profile_person_id"), table_name="skill_profile")
    op.drop_index(op.f("ix_skill_profile_centre_id"), table_name="skill_profile")
    op.drop_table("skill_profile")
    op.drop_index(
        "uq_registration_living",
        table_name="registration",
        sqlite_where=sa.text("(state NOT IN ('withdrawn', 'closed'))"),
        postgresql_where=sa.text("(state NOT IN ('withdrawn', 'closed'))"),
    )
    op.drop_index(op.f("ix_registration_person_id"), table_name="registration")
    op.drop_index("ix_registration_due", table_name="registration")
    op.drop_index(op.f("ix_registration_centre_id"), table_name="registration")
    op.drop_table("registration")
    op.drop_index(op.f("ix_job_wish_person_id"), table_name="job_wish")
    op.drop_index(op.f("ix_job_wish_centre_id"), table_name="job_wish")
    op.drop_table("job_wish")
    op.drop_index(op.f("ix_held_certificate_person_id"), table_name="held_certificate")
    op.drop_index(op.f("ix_held_certificate_centre_id"), table_name="held_certificate")
    op.drop_table("held_certificate")
