"""Letters and interviews."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0031_letters_and_interviews"
down_revision = "0030_roll_and_travel"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "signing_key",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("retired_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("name", name=op.f("uq_signing_key_name")),
        sa.UniqueConstraint("place", name=op.f("uq_signing_key_place")),
    )
    op.create_table(
        "interview",
        sa.Column("introduction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "accepted",
                "declined",
                "withdrawn",
                name="interview_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("answered_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_interview_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_interview_employer_id")),
        sa.ForeignKeyConstraint(["introduction_id"], ["introduction.id"], name=op.f("fk_interview_introduction_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interview_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
    )
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_introduction_id"), ["introduction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interview_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(
            "uq_interview_living",
            ["introduction_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('accepted', 'proposed')"),
            postgresql_where=sa.text("state IN ('accepted', 'proposed')"),
        )

    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("signed_letter", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.alter_column("skills", server_default=None)
        batch_op.alter_column("signed_letter", server_default=None)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.drop_column("signed_letter")
        batch_op.drop_column("skills")

    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_interview_living",
            sqlite_where=sa.text("state IN ('accepted', 'proposed')"),
            postgresql_where=sa.text("state IN ('accepted', 'proposed')"),
        )
        batch_op.drop_index(batch_op.f("ix_interview_starts_at"))
        batch_op.drop_index(batch_op.f("ix_interview_person_id"))
        batch_op.drop_index(batch_op.f("ix_interview_introduction_id"))
        batch_op.drop_index(batch_op.f("ix_interview_employer_id"))
        batch_op.drop_index(batch_op.f("ix_interview_centre_id"))

    op.drop_table("interview")
    op.drop_table("signing_key")