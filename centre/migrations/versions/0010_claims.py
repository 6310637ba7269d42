"""Claims for subsidies."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0010_claims"
down_revision = "0009_funds"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "claim",
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "programme",
            sa.Enum(
                "per_day",
                "per_certificate",
                "per_level",
                "per_hour",
                name="programme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "checking",
                "reviewed",
                "noticed",
                "released",
                "paid",
                "clawback",
                "archived",
                "returned",
                name="claim_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("persons", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refused", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repaid_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("notice_until_on", sa.Date(), nullable=True),
        sa.Column("released_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paid_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paid_at", centre.tables.Instant(), nullable=True),
        sa.Column("movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state NOT IN ('paid', 'clawback') OR movement_id IS NOT NULL", name=op.f("ck_claim_paid")),
        sa.CheckConstraint(
            "amount_fen >= 0 AND repaid_fen >= 0 AND repaid_fen <= amount_fen", name=op.f("ck_claim_amounts")
        ),
        sa.CheckConstraint(
            "paid_by IS NULL OR (paid_by <> entered_by AND paid_by <> released_by)", name=op.f("ck_claim_payer")
        ),
        sa.CheckConstraint("released_by IS NULL OR released_by <> entered_by", name=op.f("ck_claim_releaser")),
        sa.CheckConstraint("reviewed_by IS NULL OR reviewed_by <> entered_by", name=op.f("ck_claim_reviewer")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_claim_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_claim_class_id")),
        sa.ForeignKeyConstraint(["movement_id"], ["fund_movement.id"], name=op.f("fk_claim_movement_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_claim_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_claim_movement_id")),
    )
    op.create_index(op.f("ix_claim_centre_id"), "claim", ["centre_id"], unique=False)
    op.create_index(op.f("ix_claim_class_id"), "claim", ["class_id"], unique=False)
    op.create_index(op.f("ix_claim_provider_id"), "claim", ["provider_id"], unique=False)
    op.create_index("ix_claim_state", "claim", ["state", "centre_id"], unique=False)
    op.create_index(
        "uq_claim_living",
        "claim",
        ["class_id"],
        unique=True,
        sqlite_where=sa.text("state != 'returned'"),
        postgresql_where=sa.text("state != 'returned'"),
    )
    op.create_table(
        "claim_line",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "programme",
            sa.Enum(
                "per_day",
                "per_certificate",
                "per_level",
                "per_hour",
                name="programme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hours", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("granted", "refused", name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("other_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("once", sa.String(length=60), nullable=True),
        sa.Column("demanded_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(verdict = 'granted') = (amount_fen > 0)", name=op.f("ck_claim_line_amount")),
        sa.CheckConstraint("once IS NULL OR verdict = 'granted'", name=op.f("ck_claim_line_once")),
        sa.CheckConstraint("demanded_fen >= 0 AND demanded_fen <= amount_fen", name=op.f("ck_claim_line_demanded")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_claim_line_centre_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_line_claim_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_claim_line_enrolment_id")),
        sa.ForeignKeyConstraint(["other_line_id"], ["claim_line.id"], name=op.f("fk_claim_line_other_line_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_line_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_claim_line_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_line")),
        sa.UniqueConstraint("claim_id", "enrolment_id", name=op.f("uq_claim_line_claim_id_enrolment_id")),
        sa.UniqueConstraint("once", name=op.f("uq_claim_line_once")),
    )
    op.create_index(op.f("ix_claim_line_centre_id"), "claim_line", ["centre_id"], unique=False)
    op.create_index(op.f("ix_claim_line_enrolment_id"), "claim_line", ["enrolment_id"], unique=False)
    op.create_index("ix_claim_line_person", "claim_line", ["person_id", "completed_on"], unique=False)
    op.create_index(op.f("ix_claim_line_provider_id"), "claim_line", ["provider_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_claim_line_provider_id"), table_name="claim_line")
    op.drop_index("ix_claim_line_person", table_name="claim_line")
    op.drop_index(op.f("ix_claim_line_enrolment_id"), table_name="claim_line")
    op.drop_index(op.f("ix_claim_line_centre_id"), table_name="claim_line")
    op.drop_table("claim_line")
    op.drop_index(
        "uq_claim_living",
        table_name="claim",
        sqlite_where=sa.text("state != 'returned'"),
        postgresql_where=sa.text("state != 'returned'"),
    )
    op.drop_index("ix_claim_state", table_name="claim")
    op.drop_index(op.f("ix_claim_provider_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_class_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_centre_id"), table_name="claim")
    op.drop_table("claim")
