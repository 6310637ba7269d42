"""Talks that a device at a booth recorded without network, and may send more than once."""

import sqlalchemy as sa
from alembic import op

revision = "0057_talks_without_network"
down_revision = "0056_released_halls"


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("booth_contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_as", sa.String(length=80), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_booth_contact_booth_id_sent_as"), ["booth_id", "sent_as"])


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("booth_contact", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_booth_contact_booth_id_sent_as"), type_="unique")
        batch_op.drop_column("sent_as")
