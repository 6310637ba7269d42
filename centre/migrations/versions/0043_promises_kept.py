"""Promises kept."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0043_promises_kept"
down_revision = "0042_names_in_any_spelling"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "stated_terms",
        sa.Column("introduction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "letter",
                "contract",
                "payslip",
                "at_work",
                name="promise_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "worker",
                "clerk",
                "employer",
                "opening",
                name="terms_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "reported",
                "confirmed",
                "dismissed",
                name="statement_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("days_worked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("worse", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("source <> 'opening' OR stage = 'letter'", name=op.f("ck_stated_terms_opening")),
        sa.CheckConstraint(
            "days_worked IS NULL OR days_worked BETWEEN 1 AND 31", name=op.f("ck_stated_terms_days_worked")
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_stated_terms_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_stated_terms_employer_id")),
        sa.ForeignKeyConstraint(["introduction_id"], ["introduction.id"], name=op.f("fk_stated_terms_introduction_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_stated_terms_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stated_terms_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_terms")),
        sa.UniqueConstraint(
            "introduction_id", "stage", "source", name=op.f("uq_stated_terms_introduction_id_stage_source")
        ),
    )
    with op.batch_alter_table("stated_terms", schema=None) as batch_op:
        batch_op.create_index("ix_stated_terms_employer", ["employer_id", "stated_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_stated_terms_opening_id"), ["opening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stated_terms_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_stated_terms_queue", ["state", "centre_id"], unique=False)

    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promised", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.alter_column("promised", server_default=None)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.drop_column("promised")

    with op.batch_alter_table("stated_terms", schema=None) as batch_op:
        batch_op.drop_index("ix_stated_terms_queue")
        batch_op.drop_index(batch_op.f("ix_stated_terms_person_id"))
        batch_op.drop_index(batch_op.f("ix_stated_terms_opening_id"))
        batch_op.drop_index("ix_stated_terms_employer")

    op.drop_table("stated_terms")
