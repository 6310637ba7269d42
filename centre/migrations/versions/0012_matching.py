"""Introductions, letters, placements and what follows."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0012_matching"
down_revision = "0011_profiles"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "letter_book",
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_letter_book_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "day", name=op.f("pk_letter_book")),
    )
    op.create_table(
        "introduction",
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worker_name", sa.String(length=50), nullable=False),
        sa.Column("contact_key_name", sa.String(length=32), nullable=False),
        sa.Column("contact_key", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
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
        sa.Column(
            "state",
            sa.Enum(
                "recommended",
                "letter_issued",
                "interviewed",
                "offered",
                "hired",
                "refused_by_employer",
                "refused_by_worker",
                "no_show",
                "unknown",
                "set_aside",
                name="introduction_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agreed_at", centre.tables.Instant(), nullable=True),
        sa.Column("letter_no", sa.String(length=40), nullable=True),
        sa.Column("issued_at", centre.tables.Instant(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("result_at", centre.tables.Instant(), nullable=True),
        sa.Column(
            "result_source",
            sa.Enum(
                "employer",
                "worker",
                "visit",
                "insurance",
                name="result_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "result_reason",
            sa.Enum(
                "pay",
                "distance",
                "family",
                "health",
                "skill",
                "places_gone",
                "conditions_differ",
                "found_other",
                "other",
                name="result_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("flag", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state <> 'hired' OR result_at IS NOT NULL", name=op.f("ck_introduction_told")),
        sa.CheckConstraint(
            "state NOT IN ('letter_issued', 'interviewed', 'offered', 'hired', 'unknown') OR (agreed_at IS NOT NULL AND letter_no IS NOT NULL)",
            name=op.f("ck_introduction_agreed"),
        ),
        sa.CheckConstraint(
            "letter_no IS NULL OR (issued_at IS NOT NULL AND expires_on IS NOT NULL)",
            name=op.f("ck_introduction_letter"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_introduction_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_introduction_employer_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_introduction_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_introduction_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint("letter_no", name=op.f("uq_introduction_letter_no")),
    )
    op.create_index("ix_introduction_employer", "introduction", ["employer_id", "state"], unique=False)
    op.create_index(op.f("ix_introduction_opening_id"), "introduction", ["opening_id"], unique=False)
    op.create_index(op.f("ix_introduction_person_id"), "introduction", ["person_id"], unique=False)
    op.create_index("ix_introduction_queue", "introduction", ["state", "centre_id", "issued_at"], unique=False)
    op.create_index(
        "uq_introduction_living",
        "introduction",
        ["person_id", "opening_id"],
        unique=True,
        sqlite_where=sa.text(
            "(state NOT IN ('hired', 'no_show', 'refused_by_employer', 'refused_by_worker', 'set_aside'))"
        ),
        postgresql_where=sa.text(
            "(state NOT IN ('hired', 'no_show', 'refused_by_employer', 'refused_by_worker', 'set_aside'))"
        ),
    )
    op.create_table(
        "placement",
        sa.Column("introduction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "hired",
                "working",
                "d7",
                "d30",
                "stable",
                "lost_contact",
                "ended",
                name="placement_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("wage_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("missed_calls", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "leave_reason",
            sa.Enum(
                "pay",
                "distance",
                "family_care",
                "health",
                "conditions_differ",
                "contract_end",
                "dismissed",
                "better_job",
                "other",
                name="leave_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state <> 'ended' OR ended_on IS NOT NULL", name=op.f("ck_placement_ended")),
        sa.CheckConstraint("wage_fen IS NULL OR wage_fen >= 0", name=op.f("ck_placement_wage")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_placement_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_placement_employer_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_placement_enrolment_id")),
        sa.ForeignKeyConstraint(["introduction_id"], ["introduction.id"], name=op.f("fk_placement_introduction_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_placement_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_placement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("introduction_id", name=op.f("uq_placement_introduction_id")),
    )
    op.create_index(op.f("ix_placement_centre_id"), "placement", ["centre_id"], unique=False)
    op.create_index(op.f("ix_placement_employer_id"), "placement", ["employer_id"], unique=False)
    op.create_index(op.f("ix_placement_enrolment_id"), "placement", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_placement_opening_id"), "placement", ["opening_id"], unique=False)
    op.create_index(op.f("ix_placement_person_id"), "placement", ["person_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("placement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "working",
                "left",
                "no_answer",
                name="follow_up_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("done_at", centre.tables.Instant(), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_follow_up_centre_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_follow_up_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("placement_id", "day", name=op.f("uq_follow_up_placement_id_day")),
    )
    op.create_index("ix_follow_up_due", "follow_up", ["centre_id", "done_at", "due_on"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_follow_up_due", table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index(op.f("ix_placement_person_id"), table_name="placement")
    op.drop_index(op.f("ix_placement_opening_id"), table_name="placement")
    op.drop_index(op.f("ix_placement_enrolment_id"), table_name="placement")
    op.drop_index(op.f("ix_placement_employer_id"), table_name="placement")
    op.drop_index(op.f("ix_placement_centre_id"), table_name="placement")
    op.drop_table("placement")
    op.drop_index(
        "uq_introduction_living",
        table_name="introduction",
        sqlite_where=sa.text(
            "(state NOT IN ('hired', 'no_show', 'refused_by_employer', 'refused_by_worker', 'set_aside'))"
        ),
        postgresql_where=sa.text(
            "(state NOT IN ('hired', 'no_show', 'refused_by_employer', 'refused_by_worker', 'set_aside'))"
        ),
    )
    op.drop_index("ix_introduction_queue", table_name="introduction")
    op.drop_index(op.f("ix_introduction_person_id"), table_name="introduction")
    op.drop_index(op.f("ix_introduction_opening_id"), table_name="introduction")
    op.drop_index("ix_introduction_employer", table_name="introduction")
    op.drop_table("introduction")
    op.drop_table("letter_book")
