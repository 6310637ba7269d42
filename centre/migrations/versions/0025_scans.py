"""Scans."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0025_scans"
down_revision = "0024_state_of_a_claim_line"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "scan_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("counter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column(
            "act",
            sa.Enum("in", "out", "turned_away", name="act", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("gate", sa.String(length=40), nullable=False),
        sa.Column("heads", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("received_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("by_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_scan_event_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_event")),
        sa.UniqueConstraint(
            "register", "device", "counter", "digest", name=op.f("uq_scan_event_register_device_counter_digest")
        ),
    )
    with op.batch_alter_table("scan_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_event_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_scan_event_subject", ["register", "subject"], unique=False)

    op.create_table(
        "scan_device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("uploads", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gate", sa.String(length=40), nullable=False),
        sa.Column("by_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("last_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_scan_device_by_account_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_scan_device_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_device")),
        sa.UniqueConstraint("register", "device", name=op.f("uq_scan_device_register_device")),
    )
    with op.batch_alter_table("scan_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_device_centre_id"), ["centre_id"], unique=False)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("scan_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scan_device_centre_id"))

    op.drop_table("scan_device")
    with op.batch_alter_table("scan_event", schema=None) as batch_op:
        batch_op.drop_index("ix_scan_event_subject")
        batch_op.drop_index(batch_op.f("ix_scan_event_centre_id"))

    op.drop_table("scan_event")
