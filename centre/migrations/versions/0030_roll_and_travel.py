"""The roll call of a batch, travel subsidies, and funds that pay them."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0030_roll_and_travel"
down_revision = "0029_export_members"

PURPOSES = ("tuition", "subsidy", "relief")


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "roll_scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("counter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "word",
            sa.Enum(
                "boarded",
                "absent",
                "left",
                "arrived",
                name="roll_word",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "phone",
                "sheet",
                "paper",
                "desk",
                name="roll_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("said_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("received_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("settles", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["export_batch.id"], name=op.f("fk_roll_scan_batch_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_roll_scan_centre_id")),
        sa.ForeignKeyConstraint(["member_id"], ["export_member.id"], name=op.f("fk_roll_scan_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_scan")),
        sa.UniqueConstraint(
            "batch_id",
            "device",
            "counter",
            "member_id",
            "word",
            name=op.f("uq_roll_scan_batch_id_device_counter_member_id_word"),
        ),
    )
    with op.batch_alter_table("roll_scan", schema=None) as batch_op:
        batch_op.create_index("ix_roll_scan_batch", ["batch_id", "member_id"], unique=False)

    op.create_table(
        "travel_subsidy",
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "entered",
                "approved",
                "paid",
                "refused",
                "demanded",
                name="subsidy_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paid_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paid_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state <> 'paid' OR movement_id IS NOT NULL", name=op.f("ck_travel_subsidy_paid")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_travel_subsidy_amount")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> entered_by", name=op.f("ck_travel_subsidy_approver")),
        sa.CheckConstraint(
            "paid_by IS NULL OR (paid_by <> entered_by AND paid_by <> approved_by)",
            name=op.f("ck_travel_subsidy_payer"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["export_batch.id"], name=op.f("fk_travel_subsidy_batch_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_travel_subsidy_centre_id")),
        sa.ForeignKeyConstraint(["member_id"], ["export_member.id"], name=op.f("fk_travel_subsidy_member_id")),
        sa.ForeignKeyConstraint(["movement_id"], ["fund_movement.id"], name=op.f("fk_travel_subsidy_movement_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_travel_subsidy_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_subsidy")),
        sa.UniqueConstraint("member_id", name=op.f("uq_travel_subsidy_member_id")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_travel_subsidy_movement_id")),
    )
    with op.batch_alter_table("travel_subsidy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_subsidy_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_travel_subsidy_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_travel_subsidy_person_id"), ["person_id"], unique=False)
    _purposes((*PURPOSES, "travel"))


def downgrade() -> None:
    """Take it back."""
    op.execute("UPDATE fund SET purpose = 'relief' WHERE purpose = 'travel'")
    _purposes(PURPOSES)
    op.drop_table("travel_subsidy")
    op.drop_table("roll_scan")


def _purposes(purposes: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    with op.batch_alter_table("fund") as table:
        table.drop_constraint(op.f("ck_fund_fund_purpose"), type_="check")
        table.create_check_constraint(op.f("ck_fund_fund_purpose"), f"purpose IN ({listed})")
