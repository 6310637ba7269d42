"""The name of an installation, the marks of its keys, and what became of each message."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0018_installation"
down_revision = "0017_message_to_nobody"

STATES = "'waiting', 'sent', 'inbox', 'expired', 'dead'"
DELIVERY = sa.Enum(
    "waiting", "sent", "inbox", "expired", "dead", name="delivery", native_enum=False, create_constraint=False, length=40
)


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("hotline", sa.String(length=40), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_only_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "key_mark",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_key_mark")),
        sa.UniqueConstraint("digest", name=op.f("uq_key_mark_digest")),
    )
    with op.batch_alter_table("message") as table:
        # What was posted until now was never sent, and is too old to be sent now.
        table.add_column(sa.Column("delivery", DELIVERY, nullable=False, server_default="inbox"))
        table.add_column(sa.Column("expires_at", centre.tables.Instant(timezone=True), nullable=True))
        table.add_column(sa.Column("claimed_until", centre.tables.Instant(timezone=True), nullable=True))
        table.add_column(sa.Column("address_sealed", sa.LargeBinary(), nullable=True))
        table.drop_index("ix_message_due")
        table.create_index("ix_message_due", ["delivery", "due_at"], unique=False)
    with op.batch_alter_table("message") as table:
        table.alter_column("delivery", server_default=None)
        table.create_check_constraint(op.f("ck_message_delivery"), f"delivery IN ({STATES})")



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("message") as table:
        table.drop_constraint(op.f("ck_message_delivery"), type_="check")
        table.drop_index("ix_message_due")
        table.create_index("ix_message_due", ["sent_at", "due_at"], unique=False)
        table.drop_column("address_sealed")
        table.drop_column("claimed_until")
        table.drop_column("expires_at")
        table.drop_column("delivery")
    op.drop_table("key_mark")
    op.drop_table("installation")
