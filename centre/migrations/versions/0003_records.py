"""Consent, reveals, erasure: what people may ask about their record."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0003_records"
down_revision = "0002_ground"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "reveal_day",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("people", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_reveal_day_people")),
        sa.PrimaryKeyConstraint("account_id", "on_day", name=op.f("pk_reveal_day")),
    )
    op.create_table(
        "erasure_request",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "withdrawn", "done", name="erasure_state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("asked_at", centre.tables.Instant(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", centre.tables.Instant(), nullable=True),
        sa.Column("certificate_no", sa.String(length=30), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (certificate_no IS NOT NULL AND done_at IS NOT NULL)",
            name=op.f("ck_erasure_request_done"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
        sa.UniqueConstraint("certificate_no", name=op.f("uq_erasure_request_certificate_no")),
    )
    op.create_index("ix_erasure_request_due", "erasure_request", ["state", "due_on"], unique=False)
    op.create_index(op.f("ix_erasure_request_person_id"), "erasure_request", ["person_id"], unique=False)
    op.create_table(
        "reveal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "column",
            sa.Enum("identity", "phone", name="sealed_column", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "call",
                "check",
                "form",
                "payment",
                "complaint",
                "other",
                name="reveal_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", centre.tables.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_reveal_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reveal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveal")),
    )
    op.create_index("ix_reveal_account", "reveal", ["account_id", "on_day"], unique=False)
    op.create_index(op.f("ix_reveal_person_id"), "reveal", ["person_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_reveal_person_id"), table_name="reveal")
    op.drop_index("ix_reveal_account", table_name="reveal")
    op.drop_table("reveal")
    op.drop_index(op.f("ix_erasure_request_person_id"), table_name="erasure_request")
    op.drop_index("ix_erasure_request_due", table_name="erasure_request")
    op.drop_table("erasure_request")
    op.drop_table("reveal_day")
