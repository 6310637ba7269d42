"""Proof of identity."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0022_proof_of_identity"
down_revision = "0021_void_letters"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "pending_registration",
        sa.Column("asked_digest", sa.String(length=64), nullable=False),
        sa.Column("key_name", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("draft_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("expires_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_registration")),
        sa.UniqueConstraint("asked_digest", name=op.f("uq_pending_registration_asked_digest")),
        sa.UniqueConstraint("key_name", name=op.f("uq_pending_registration_key_name")),
    )
    with op.batch_alter_table("pending_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pending_registration_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "account_approval",
        sa.Column(
            "kind",
            sa.Enum(
                "close_false",
                "reset_factor",
                name="approval_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "refused",
                name="approval_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ends_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state = 'waiting' OR decided_by IS NOT NULL", name=op.f("ck_account_approval_decided")),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_account_approval_second")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_approval_account_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_account_approval_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_approval")),
    )
    with op.batch_alter_table("account_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_approval_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_approval_centre_id"), ["centre_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_proved_at", centre.tables.Instant(timezone=True), nullable=True))

    op.execute(sa.text("DELETE FROM one_time_code"))  # codes last five minutes; who waits for one asks again
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "purpose",
                sa.Enum(
                    "sign_in", "register", name="code_purpose", native_enum=False, create_constraint=True, length=40
                ),
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("asked_digest", sa.String(length=64), nullable=False))
        batch_op.create_index(batch_op.f("ix_one_time_code_asked_digest"), ["asked_digest"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_index", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("phone_verified_at", centre.tables.Instant(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_claimed_index"), ["claimed_index"], unique=False)
    # What a counter wrote down, it was told by the person in front of it.
    op.execute(
        sa.text(
            "UPDATE person SET phone_verified_at = updated_at WHERE source = 'counter' AND phone_index IS NOT NULL"
        )
    )

    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_sealed", sa.LargeBinary(), nullable=True))



def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.drop_column("next_sealed")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_claimed_index"))
        batch_op.drop_column("phone_verified_at")
        batch_op.drop_column("claimed_index")

    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_code_asked_digest"))
        batch_op.drop_constraint(batch_op.f("ck_one_time_code_code_purpose"), type_="check")
        batch_op.drop_column("asked_digest")
        batch_op.drop_column("purpose")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("phone_proved_at")

    with op.batch_alter_table("account_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_approval_centre_id"))
        batch_op.drop_index(batch_op.f("ix_account_approval_account_id"))

    op.drop_table("account_approval")
    with op.batch_alter_table("pending_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_registration_expires_at"))

    op.drop_table("pending_registration")
