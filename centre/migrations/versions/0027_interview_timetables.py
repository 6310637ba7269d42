"""Interview timetables."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0027_interview_timetables"
down_revision = "0026_visitors_of_fairs"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "interview_day",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gap", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("most", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reserve", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.Column("panels", sa.JSON(), nullable=False),
        sa.Column("asked_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("planned_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("released_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("released", sa.JSON(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reserve BETWEEN 0 AND 90", name=op.f("ck_interview_day_reserve")),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 120", name=op.f("ck_interview_day_slot_minutes")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_interview_day_centre_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_interview_day_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_day")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_interview_day_fair_id")),
    )
    with op.batch_alter_table("interview_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_day_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "booked_interview",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("worker_name", sa.String(length=50), nullable=False),
        sa.Column("panel", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_booked_interview_booth_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_booked_interview_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_booked_interview_employer_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booked_interview_fair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booked_interview_person_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_booked_interview_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booked_interview")),
        sa.UniqueConstraint("booth_id", "panel", "slot", name=op.f("uq_booked_interview_booth_id_panel_slot")),
        sa.UniqueConstraint("visitor_id", "booth_id", name=op.f("uq_booked_interview_visitor_id_booth_id")),
        sa.UniqueConstraint("visitor_id", "slot", name=op.f("uq_booked_interview_visitor_id_slot")),
    )
    with op.batch_alter_table("booked_interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booked_interview_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booked_interview_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booked_interview_fair_id"), ["fair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booked_interview_person_id"), ["person_id"], unique=False)

    op.create_table(
        "interview_guest",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("booth_ids", sa.JSON(), nullable=False),
        sa.Column("from_slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until_slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("from_slot <= until_slot", name=op.f("ck_interview_guest_slots")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_interview_guest_centre_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_interview_guest_fair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interview_guest_person_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_interview_guest_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_guest")),
        sa.UniqueConstraint("visitor_id", name=op.f("uq_interview_guest_visitor_id")),
    )
    with op.batch_alter_table("interview_guest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_guest_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_guest_fair_id"), ["fair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_guest_person_id"), ["person_id"], unique=False)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("interview_guest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_guest_person_id"))
        batch_op.drop_index(batch_op.f("ix_interview_guest_fair_id"))
        batch_op.drop_index(batch_op.f("ix_interview_guest_centre_id"))

    op.drop_table("interview_guest")
    with op.batch_alter_table("booked_interview", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booked_interview_person_id"))
        batch_op.drop_index(batch_op.f("ix_booked_interview_fair_id"))
        batch_op.drop_index(batch_op.f("ix_booked_interview_employer_id"))
        batch_op.drop_index(batch_op.f("ix_booked_interview_centre_id"))

    op.drop_table("booked_interview")
    with op.batch_alter_table("interview_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_day_centre_id"))

    op.drop_table("interview_day")
