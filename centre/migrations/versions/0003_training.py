"""Classes, enrolments and rosters."""

import sqlalchemy as sa
from alembic import op

import centre.database

revision = "0003_training"
down_revision = "0003_schools"


def upgrade() -> None:
    """Take the step."""
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
        sa.Column("applied_at", centre.database.Instant(), nullable=True),
        sa.Column("applied_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", centre.database.Instant(), nullable=True),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
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
        sa.Column("enrolled_at", centre.database.Instant(), nullable=False),
        sa.Column("service_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
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
    op.create_table(
        "roster_upload",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checked",
                "confirmed",
                "discarded",
                name="roster_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_name", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("file_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("creates", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updates", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unchanged", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("errors", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ignored", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", centre.database.Instant(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_roster_upload_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_roster_upload_class_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_roster_upload_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_upload")),
        sa.UniqueConstraint("key_name", name=op.f("uq_roster_upload_key_name")),
    )
    op.create_index(op.f("ix_roster_upload_centre_id"), "roster_upload", ["centre_id"], unique=False)
    op.create_index(op.f("ix_roster_upload_class_id"), "roster_upload", ["class_id"], unique=False)
    op.create_index(op.f("ix_roster_upload_file_digest"), "roster_upload", ["file_digest"], unique=False)
    op.create_index(op.f("ix_roster_upload_provider_id"), "roster_upload", ["provider_id"], unique=False)
    op.create_table(
        "roster_row",
        sa.Column("upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("row_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "create",
                "update",
                "unchanged",
                "error",
                "ignored",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("cells_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.database.Instant(), nullable=False),
        sa.Column("updated_at", centre.database.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_roster_row_enrolment_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["roster_upload.id"], name=op.f("fk_roster_row_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_row")),
        sa.UniqueConstraint("upload_id", "sheet", "row_no", name=op.f("uq_roster_row_upload_id_sheet_row_no")),
    )
    op.create_index("ix_roster_row_verdict", "roster_row", ["upload_id", "verdict"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_roster_row_verdict", table_name="roster_row")
    op.drop_table("roster_row")
    op.drop_index(op.f("ix_roster_upload_provider_id"), table_name="roster_upload")
    op.drop_index(op.f("ix_roster_upload_file_digest"), table_name="roster_upload")
    op.drop_index(op.f("ix_roster_upload_class_id"), table_name="roster_upload")
    op.drop_index(op.f("ix_roster_upload_centre_id"), table_name="roster_upload")
    op.drop_table("roster_upload")
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
