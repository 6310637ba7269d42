"""Funds and integrity flags."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0009_funds"
down_revision = "0008_attendance"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "fund",
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "tuition",
                "subsidy",
                "relief",
                name="fund_purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("balance_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("balance_fen >= 0", name=op.f("ck_fund_balance")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_fund_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_code")),
    )
    op.create_index(op.f("ix_fund_centre_id"), "fund", ["centre_id"], unique=False)
    op.create_table(
        "fund_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grant",
                "charge",
                "release",
                "payment",
                "repayment",
                name="movement_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", centre.tables.Instant(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_fund_movement_amount")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_fund_movement_centre_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_movement_fund_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["fund_movement.id"], name=op.f("fk_fund_movement_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_movement")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_fund_movement_reverses_id")),
    )
    op.create_index("ix_fund_movement_fund", "fund_movement", ["fund_id", "id"], unique=False)
    op.create_index("ix_fund_movement_subject", "fund_movement", ["subject"], unique=False)
    op.create_table(
        "class_funding",
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_class_funding_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_class_funding_class_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_class_funding_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_funding")),
        sa.UniqueConstraint("class_id", name=op.f("uq_class_funding_class_id")),
    )
    op.create_index(op.f("ix_class_funding_centre_id"), "class_funding", ["centre_id"], unique=False)
    op.create_index(op.f("ix_class_funding_fund_id"), "class_funding", ["fund_id"], unique=False)
    op.create_table(
        "flag",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "half_cleared",
                "cleared",
                "confirmed",
                name="flag_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("found", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_ids", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("first_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_reason", sa.String(length=200), nullable=False),
        sa.Column("second_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("second_reason", sa.String(length=200), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state <> 'cleared' OR (first_by IS NOT NULL AND second_by IS NOT NULL)", name=op.f("ck_flag_cleared")
        ),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name=op.f("ck_flag_two_people")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_flag_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_flag_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("class_id", "rule", "digest", name=op.f("uq_flag_class_id_rule_digest")),
    )
    op.create_index(op.f("ix_flag_centre_id"), "flag", ["centre_id"], unique=False)
    op.create_index(op.f("ix_flag_class_id"), "flag", ["class_id"], unique=False)
    op.create_index("ix_flag_state", "flag", ["state", "centre_id"], unique=False)
    op.create_table(
        "integrity_check",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "ok", "flagged", "not_checked", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("found", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checked_at", centre.tables.Instant(), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_integrity_check_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_integrity_check_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_check")),
        sa.UniqueConstraint("class_id", "rule", name=op.f("uq_integrity_check_class_id_rule")),
    )
    op.create_index(op.f("ix_integrity_check_centre_id"), "integrity_check", ["centre_id"], unique=False)
    op.create_index(op.f("ix_integrity_check_class_id"), "integrity_check", ["class_id"], unique=False)
    op.create_table(
        "phone_sample",
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("enrolment_ids", sa.JSON(), nullable=False),
        sa.Column("drawn_from", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_phone_sample_share")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_phone_sample_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_phone_sample_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_sample")),
        sa.UniqueConstraint("class_id", name=op.f("uq_phone_sample_class_id")),
    )
    op.create_index(op.f("ix_phone_sample_centre_id"), "phone_sample", ["centre_id"], unique=False)
    op.create_index(op.f("ix_phone_sample_class_id"), "phone_sample", ["class_id"], unique=False)
    op.create_table(
        "phone_call",
        sa.Column("sample_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "confirmed",
                "denied",
                "unreachable",
                name="call_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_phone_call_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_phone_call_class_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_phone_call_enrolment_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["phone_sample.id"], name=op.f("fk_phone_call_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
        sa.UniqueConstraint("sample_id", "enrolment_id", name=op.f("uq_phone_call_sample_id_enrolment_id")),
    )
    op.create_index(op.f("ix_phone_call_centre_id"), "phone_call", ["centre_id"], unique=False)
    op.create_index(op.f("ix_phone_call_class_id"), "phone_call", ["class_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_phone_call_class_id"), table_name="phone_call")
    op.drop_index(op.f("ix_phone_call_centre_id"), table_name="phone_call")
    op.drop_table("phone_call")
    op.drop_index(op.f("ix_phone_sample_class_id"), table_name="phone_sample")
    op.drop_index(op.f("ix_phone_sample_centre_id"), table_name="phone_sample")
    op.drop_table("phone_sample")
    op.drop_index(op.f("ix_integrity_check_class_id"), table_name="integrity_check")
    op.drop_index(op.f("ix_integrity_check_centre_id"), table_name="integrity_check")
    op.drop_table("integrity_check")
    op.drop_index("ix_flag_state", table_name="flag")
    op.drop_index(op.f("ix_flag_class_id"), table_name="flag")
    op.drop_index(op.f("ix_flag_centre_id"), table_name="flag")
    op.drop_table("flag")
    op.drop_index(op.f("ix_class_funding_fund_id"), table_name="class_funding")
    op.drop_index(op.f("ix_class_funding_centre_id"), table_name="class_funding")
    op.drop_table("class_funding")
    op.drop_index("ix_fund_movement_subject", table_name="fund_movement")
    op.drop_index("ix_fund_movement_fund", table_name="fund_movement")
    op.drop_table("fund_movement")
    op.drop_index(op.f("ix_fund_centre_id"), table_name="fund")
    op.drop_table("fund")
