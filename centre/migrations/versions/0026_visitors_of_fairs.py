"""Visitors of fairs."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0026_visitors_of_fairs"
down_revision = "0025_scans"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "fair_door",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("places", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inside_limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("early_minutes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("gates", sa.JSON(), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("taken >= 0 AND (places = 0 OR taken <= places)", name=op.f("ck_fair_door_taken")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_fair_door_centre_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_door_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_door")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_fair_door_fair_id")),
    )
    with op.batch_alter_table("fair_door", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_door_centre_id"), ["centre_id"], unique=False)

    op.create_table(
        "visitor",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("worker_name", sa.String(length=50), nullable=False),
        sa.Column("heads", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "online",
                "account",
                "counter",
                "walk_in",
                "roll",
                name="ticket_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ban", sa.String(length=200), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("registered_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("cancelled_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_visitor_centre_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_visitor_fair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visitor_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("code", name=op.f("uq_visitor_code")),
        sa.UniqueConstraint("fair_id", "person_id", name=op.f("uq_visitor_fair_id_person_id")),
        sa.UniqueConstraint("subject", name=op.f("uq_visitor_subject")),
    )
    with op.batch_alter_table("visitor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visitor_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visitor_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_visitor_roll", ["fair_id", "id"], unique=False)



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("visitor", schema=None) as batch_op:
        batch_op.drop_index("ix_visitor_roll")
        batch_op.drop_index(batch_op.f("ix_visitor_person_id"))
        batch_op.drop_index(batch_op.f("ix_visitor_centre_id"))

    op.drop_table("visitor")
    with op.batch_alter_table("fair_door", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fair_door_centre_id"))

    op.drop_table("fair_door")
