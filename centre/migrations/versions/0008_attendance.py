"""Lessons, attendance, assessments and certificates."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0008_attendance"
down_revision = "0007_rosters"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "lesson",
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", centre.tables.Instant(), nullable=False),
        sa.Column("ends_at", centre.tables.Instant(), nullable=False),
        sa.Column("hours", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room", sa.String(length=60), nullable=False),
        sa.Column("teacher", sa.String(length=60), nullable=False),
        sa.Column("reported_at", centre.tables.Instant(), nullable=True),
        sa.Column("reported_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_lesson_times")),
        sa.CheckConstraint("hours > 0", name=op.f("ck_lesson_hours")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_lesson_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_lesson_class_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_lesson_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("class_id", "starts_at", name=op.f("uq_lesson_class_id_starts_at")),
    )
    op.create_index(op.f("ix_lesson_centre_id"), "lesson", ["centre_id"], unique=False)
    op.create_index(op.f("ix_lesson_provider_id"), "lesson", ["provider_id"], unique=False)
    op.create_index("ix_lesson_times", "lesson", ["starts_at", "ends_at"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("theory", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("practice", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("body", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("attempt BETWEEN 1 AND 2", name=op.f("ck_assessment_attempt")),
        sa.CheckConstraint("theory BETWEEN 0 AND 100 AND practice BETWEEN 0 AND 100", name=op.f("ck_assessment_marks")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_assessment_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_assessment_class_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_assessment_enrolment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assessment_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_assessment_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("enrolment_id", "attempt", name=op.f("uq_assessment_enrolment_id_attempt")),
    )
    op.create_index(op.f("ix_assessment_centre_id"), "assessment", ["centre_id"], unique=False)
    op.create_index(op.f("ix_assessment_class_id"), "assessment", ["class_id"], unique=False)
    op.create_index(op.f("ix_assessment_person_id"), "assessment", ["person_id"], unique=False)
    op.create_index(op.f("ix_assessment_provider_id"), "assessment", ["provider_id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("lesson_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("in_at", centre.tables.Instant(), nullable=True),
        sa.Column("out_at", centre.tables.Instant(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "code", "card", "face", "register", name="method", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("hours", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("method = 'register' OR in_at IS NOT NULL", name=op.f("ck_attendance_came")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_attendance_hours")),
        sa.CheckConstraint("out_at IS NULL OR out_at >= in_at", name=op.f("ck_attendance_went")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_attendance_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_attendance_class_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_attendance_enrolment_id")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_attendance_lesson_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_attendance_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("lesson_id", "enrolment_id", name=op.f("uq_attendance_lesson_id_enrolment_id")),
    )
    op.create_index(op.f("ix_attendance_centre_id"), "attendance", ["centre_id"], unique=False)
    op.create_index(op.f("ix_attendance_class_id"), "attendance", ["class_id"], unique=False)
    op.create_index("ix_attendance_enrolment", "attendance", ["enrolment_id", "lesson_id"], unique=False)
    op.create_index(op.f("ix_attendance_person_id"), "attendance", ["person_id"], unique=False)
    op.create_index(op.f("ix_attendance_provider_id"), "attendance", ["provider_id"], unique=False)
    op.create_table(
        "seat_offer",
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("offered_at", centre.tables.Instant(), nullable=False),
        sa.Column("until_at", centre.tables.Instant(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "taken",
                "declined",
                "lapsed",
                name="offer_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("settled_at", centre.tables.Instant(), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name=op.f("ck_seat_offer_settled")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_seat_offer_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_seat_offer_class_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_seat_offer_enrolment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_offer_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_seat_offer_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_offer")),
    )
    op.create_index(op.f("ix_seat_offer_centre_id"), "seat_offer", ["centre_id"], unique=False)
    op.create_index(op.f("ix_seat_offer_class_id"), "seat_offer", ["class_id"], unique=False)
    op.create_index("ix_seat_offer_due", "seat_offer", ["outcome", "until_at"], unique=False)
    op.create_index(op.f("ix_seat_offer_person_id"), "seat_offer", ["person_id"], unique=False)
    op.create_index(op.f("ix_seat_offer_provider_id"), "seat_offer", ["provider_id"], unique=False)
    op.create_index(
        "uq_seat_offer_living",
        "seat_offer",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "training_certificate",
        sa.Column("code", sa.String(length=14), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course", sa.String(length=60), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hours", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("official_no", sa.String(length=40), nullable=True),
        sa.Column(
            "state",
            sa.Enum("valid", "revoked", name="certificate_state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("revoked_at", centre.tables.Instant(), nullable=True),
        sa.Column("revoked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f("ck_training_certificate_revoked")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_training_certificate_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_training_certificate_class_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_training_certificate_enrolment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_certificate_person_id")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["training_provider.id"], name=op.f("fk_training_certificate_provider_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_training_certificate_code")),
        sa.UniqueConstraint("official_no", name=op.f("uq_training_certificate_official_no")),
    )
    op.create_index(op.f("ix_training_certificate_centre_id"), "training_certificate", ["centre_id"], unique=False)
    op.create_index(op.f("ix_training_certificate_class_id"), "training_certificate", ["class_id"], unique=False)
    op.create_index(
        op.f("ix_training_certificate_enrolment_id"), "training_certificate", ["enrolment_id"], unique=False
    )
    op.create_index(
        "ix_training_certificate_person", "training_certificate", ["person_id", "occupation_code"], unique=False
    )
    op.create_index(op.f("ix_training_certificate_provider_id"), "training_certificate", ["provider_id"], unique=False)
    op.create_index(
        "uq_training_certificate_living",
        "training_certificate",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'valid'"),
        postgresql_where=sa.text("state = 'valid'"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index(
        "uq_training_certificate_living",
        table_name="training_certificate",
        sqlite_where=sa.text("state = 'valid'"),
        postgresql_where=sa.text("state = 'valid'"),
    )
    op.drop_index(op.f("ix_training_certificate_provider_id"), table_name="training_certificate")
    op.drop_index("ix_training_certificate_person", table_name="training_certificate")
    op.drop_index(op.f("ix_training_certificate_enrolment_id"), table_name="training_certificate")
    op.drop_index(op.f("ix_training_certificate_class_id"), table_name="training_certificate")
    op.drop_index(op.f("ix_training_certificate_centre_id"), table_name="training_certificate")
    op.drop_table("training_certificate")
    op.drop_index(
        "uq_seat_offer_living",
        table_name="seat_offer",
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.drop_index(op.f("ix_seat_offer_provider_id"), table_name="seat_offer")
    op.drop_index(op.f("ix_seat_offer_person_id"), table_name="seat_offer")
    op.drop_index("ix_seat_offer_due", table_name="seat_offer")
    op.drop_index(op.f("ix_seat_offer_class_id"), table_name="seat_offer")
    op.drop_index(op.f("ix_seat_offer_centre_id"), table_name="seat_offer")
    op.drop_table("seat_offer")
    op.drop_index(op.f("ix_attendance_provider_id"), table_name="attendance")
    op.drop_index(op.f("ix_attendance_person_id"), table_name="attendance")
    op.drop_index("ix_attendance_enrolment", table_name="attendance")
    op.drop_index(op.f("ix_attendance_class_id"), table_name="attendance")
    op.drop_index(op.f("ix_attendance_centre_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_assessment_provider_id"), table_name="assessment")
    op.drop_index(op.f("ix_assessment_person_id"), table_name="assessment")
    op.drop_index(op.f("ix_assessment_class_id"), table_name="assessment")
    op.drop_index(op.f("ix_assessment_centre_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_index("ix_lesson_times", table_name="lesson")
    op.drop_index(op.f("ix_lesson_provider_id"), table_name="lesson")
    op.drop_index(op.f("ix_lesson_centre_id"), table_name="lesson")
    op.drop_table("lesson")
