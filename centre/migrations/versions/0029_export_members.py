"""The members of a batch of labour export."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0029_export_members"
down_revision = "0028_labour_export"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "export_member",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quota_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("worker_name", sa.String(length=50), nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("contact_key_name", sa.String(length=32), nullable=False),
        sa.Column("contact_key", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("emergency_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pick_up", sa.String(length=60), nullable=False),
        sa.Column("seat_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "medical",
            sa.Enum(
                "pending", "passed", "not_passed", name="medical", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "listed",
                "accepted",
                "confirmed",
                "boarded",
                "no_show",
                "arrived",
                "left_en_route",
                "signed",
                "rejected",
                "d30",
                "stable",
                "returned",
                "withdrawn",
                name="member_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("boarded_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("contract_checked_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("wage_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contract_signed_on", sa.Date(), nullable=True),
        sa.Column("flag", sa.String(length=200), nullable=False),
        sa.Column("joined_union_on", sa.Date(), nullable=True),
        sa.Column("day_30_on", sa.Date(), nullable=True),
        sa.Column("day_90_on", sa.Date(), nullable=True),
        sa.Column("placement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.String(length=40), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state <> 'returned' OR returned_on IS NOT NULL", name=op.f("ck_export_member_returned")),
        sa.CheckConstraint("wage_fen IS NULL OR wage_fen >= 0", name=op.f("ck_export_member_wage")),
        sa.ForeignKeyConstraint(["batch_id"], ["export_batch.id"], name=op.f("fk_export_member_batch_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_export_member_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_export_member_employer_id")),
        sa.ForeignKeyConstraint(["group_id"], ["export_group.id"], name=op.f("fk_export_member_group_id")),
        sa.ForeignKeyConstraint(["home_centre_id"], ["centre.id"], name=op.f("fk_export_member_home_centre_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_export_member_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_export_member_person_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_export_member_placement_id")),
        sa.ForeignKeyConstraint(["project_id"], ["export_project.id"], name=op.f("fk_export_member_project_id")),
        sa.ForeignKeyConstraint(["quota_id"], ["export_quota.id"], name=op.f("fk_export_member_quota_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_member")),
        sa.UniqueConstraint("batch_id", "person_id", name=op.f("uq_export_member_batch_id_person_id")),
        sa.UniqueConstraint("batch_id", "seat_no", name=op.f("uq_export_member_batch_id_seat_no")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_export_member_placement_id")),
    )
    with op.batch_alter_table("export_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_member_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_member_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_member_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_member_home_centre_id"), ["home_centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_member_opening_id"), ["opening_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_member_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_export_member_state", ["batch_id", "state"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("export_member")
