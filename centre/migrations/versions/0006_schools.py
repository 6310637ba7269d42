"""Schools, majors, classes and enrolments."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0006_schools"
down_revision = "0005_fairs"


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
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
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
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
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
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_partner_agreement_days")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["training_provider.id"], name=op.f("fk_partner_agreement_provider_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreement")),
    )
    op.create_index(op.f("ix_partner_agreement_provider_id"), "partner_agreement", ["provider_id"], unique=False)
    op.create_table(
        "training_class",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("major_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_no", sa.String(length=40), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column(
            "daypart",
            sa.Enum(
                "morning",
                "afternoon",
                "evening",
                "full_day",
                name="daypart",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("teacher", sa.String(length=60), nullable=False),
        sa.Column("seats", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "applied",
                "recruiting",
                "locked",
                "in_session",
                "suspended",
                "finished",
                "assessed",
                "claiming",
                "reviewed",
                "noticed",
                "paid",
                "clawback",
                "archived",
                "cancelled",
                name="class_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("applied_at", centre.tables.Instant(), nullable=True),
        sa.Column("applied_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", centre.tables.Instant(), nullable=True),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_training_class_days")),
        sa.CheckConstraint("taken >= 0 AND taken <= seats", name=op.f("ck_training_class_seats")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_training_class_centre_id")),
        sa.ForeignKeyConstraint(["major_id"], ["major.id"], name=op.f("fk_training_class_major_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_training_class_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_class")),
        sa.UniqueConstraint("provider_id", "class_no", name=op.f("uq_training_class_provider_id_class_no")),
    )
    op.create_index(op.f("ix_training_class_centre_id"), "training_class", ["centre_id"], unique=False)
    op.create_index(op.f("ix_training_class_major_id"), "training_class", ["major_id"], unique=False)
    op.create_index(op.f("ix_training_class_provider_id"), "training_class", ["provider_id"], unique=False)
    op.create_index("ix_training_class_state", "training_class", ["state", "start_on"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "accepted",
                "waitlisted",
                "offered",
                "refused",
                "withdrawn",
                "attending",
                "completed",
                "resit",
                "failed",
                "dropped",
                "certified",
                "employed",
                name="enrolment_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("trainee_name", sa.String(length=50), nullable=False),
        sa.Column(
            "beneficiary_relation",
            sa.Enum("self", "child", "spouse", name="relation", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("beneficiary_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "category_at_enrol",
            sa.Enum(
                "laid_off",
                "registered_unemployed",
                "union_hardship",
                "hardship_child",
                "hard_to_employ",
                "zero_employment_household",
                "rural_transfer",
                "poverty_lifted",
                "monitored",
                "graduate",
                "veteran",
                "disabled",
                "single_parent",
                "land_lost",
                "released",
                "other",
                name="person_category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entitled_by", sa.String(length=40), nullable=False),
        sa.Column("tuition_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("waiver_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("government_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("learner_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("web", "counter", "roster", name="origin", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("to_check", sa.String(length=40), nullable=False),
        sa.Column("bank_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("card_no", sa.String(length=40), nullable=False),
        sa.Column("enrolled_at", centre.tables.Instant(), nullable=False),
        sa.Column("service_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "beneficiary_relation = 'self' OR beneficiary_of_id IS NOT NULL", name=op.f("ck_enrolment_beneficiary")
        ),
        sa.CheckConstraint(
            "tuition_fen = waiver_fen + government_fen + centre_fen + learner_fen AND waiver_fen >= 0 AND government_fen >= 0 AND centre_fen >= 0 AND learner_fen >= 0",
            name=op.f("ck_enrolment_split"),
        ),
        sa.ForeignKeyConstraint(["beneficiary_of_id"], ["person.id"], name=op.f("fk_enrolment_beneficiary_of_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_enrolment_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_enrolment_class_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_enrolment_provider_id")),
        sa.ForeignKeyConstraint(["service_event_id"], ["service_event.id"], name=op.f("fk_enrolment_service_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("class_id", "person_id", name=op.f("uq_enrolment_class_id_person_id")),
    )
    op.create_index(op.f("ix_enrolment_beneficiary_of_id"), "enrolment", ["beneficiary_of_id"], unique=False)
    op.create_index(op.f("ix_enrolment_centre_id"), "enrolment", ["centre_id"], unique=False)
    op.create_index("ix_enrolment_person", "enrolment", ["person_id", "state"], unique=False)
    op.create_index(op.f("ix_enrolment_provider_id"), "enrolment", ["provider_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_enrolment_provider_id"), table_name="enrolment")
    op.drop_index("ix_enrolment_person", table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_centre_id"), table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_beneficiary_of_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index("ix_training_class_state", table_name="training_class")
    op.drop_index(op.f("ix_training_class_provider_id"), table_name="training_class")
    op.drop_index(op.f("ix_training_class_major_id"), table_name="training_class")
    op.drop_index(op.f("ix_training_class_centre_id"), table_name="training_class")
    op.drop_table("training_class")
    op.drop_index(op.f("ix_partner_agreement_provider_id"), table_name="partner_agreement")
    op.drop_table("partner_agreement")
    op.drop_index(op.f("ix_major_provider_id"), table_name="major")
    op.drop_index(op.f("ix_major_occupation_code"), table_name="major")
    op.drop_table("major")
    op.drop_index(op.f("ix_training_provider_centre_id"), table_name="training_provider")
    op.drop_table("training_provider")
