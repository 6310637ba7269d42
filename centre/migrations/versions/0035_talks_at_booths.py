"""Talks at booths."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0035_talks_at_booths"
down_revision = "0034_desk_employers_and_schools"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "fair_complaint",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "fee",
                "false",
                "discrimination",
                "proxy",
                "safety",
                "other",
                name="complaint_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("handled_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_fair_complaint_centre_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_complaint_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_complaint")),
    )
    with op.batch_alter_table("fair_complaint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_complaint_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fair_complaint_fair_id"), ["fair_id"], unique=False)

    op.create_table(
        "booth_contact",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "talked",
                "intention",
                "interview_set",
                "offer",
                "none",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booth.id"], name=op.f("fk_booth_contact_booth_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_booth_contact_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_booth_contact_employer_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booth_contact_fair_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_booth_contact_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booth_contact_person_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_booth_contact_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_contact")),
        sa.UniqueConstraint("booth_id", "visitor_id", name=op.f("uq_booth_contact_booth_id_visitor_id")),
    )
    with op.batch_alter_table("booth_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booth_contact_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booth_contact_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index("ix_booth_contact_fair", ["fair_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booth_contact_person_id"), ["person_id"], unique=False)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("booth_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booth_contact_person_id"))
        batch_op.drop_index("ix_booth_contact_fair")
        batch_op.drop_index(batch_op.f("ix_booth_contact_employer_id"))
        batch_op.drop_index(batch_op.f("ix_booth_contact_centre_id"))

    op.drop_table("booth_contact")
    with op.batch_alter_table("fair_complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fair_complaint_fair_id"))
        batch_op.drop_index(batch_op.f("ix_fair_complaint_centre_id"))

    op.drop_table("fair_complaint")
