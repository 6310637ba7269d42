"""Rosters as schools send them."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0007_rosters"
down_revision = "0006_schools"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "roster_mapping",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_roster_mapping_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_mapping")),
        sa.UniqueConstraint("provider_id", "fingerprint", name=op.f("uq_roster_mapping_provider_id_fingerprint")),
    )
    op.create_table(
        "roster_upload",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checked",
                "importing",
                "confirmed",
                "undoing",
                "undone",
                "discarded",
                name="roster_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("file", "api", name="source", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_name", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("file_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("samples_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("creates", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updates", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unchanged", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("errors", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ignored", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reserved", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("withdrawn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failure", sa.JSON(), nullable=True),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", centre.tables.Instant(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_roster_upload_centre_id")),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.id"], name=op.f("fk_roster_upload_class_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["training_provider.id"], name=op.f("fk_roster_upload_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_upload")),
        sa.UniqueConstraint("key_name", name=op.f("uq_roster_upload_key_name")),
    )
    op.create_index(op.f("ix_roster_upload_centre_id"), "roster_upload", ["centre_id"], unique=False)
    op.create_index(op.f("ix_roster_upload_class_id"), "roster_upload", ["class_id"], unique=False)
    op.create_index(op.f("ix_roster_upload_file_digest"), "roster_upload", ["file_digest"], unique=False)
    op.create_index("ix_roster_upload_sent", "roster_upload", ["provider_id", "created_at"], unique=False)
    op.create_index(op.f("ix_roster_upload_state"), "roster_upload", ["state"], unique=False)
    op.create_table(
        "roster_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("row_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "create",
                "update",
                "unchanged",
                "error",
                "ignored",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("cells_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("changes_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("trainee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_roster_row_enrolment_id")),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_roster_row_trainee_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["roster_upload.id"], name=op.f("fk_roster_row_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_row")),
        sa.UniqueConstraint("upload_id", "sheet", "row_no", name=op.f("uq_roster_row_upload_id_sheet_row_no")),
    )
    op.create_index("ix_roster_row_identity", "roster_row", ["upload_id", "identity"], unique=False)
    op.create_index(op.f("ix_roster_row_trainee_id"), "roster_row", ["trainee_id"], unique=False)
    op.create_index("ix_roster_row_verdict", "roster_row", ["upload_id", "verdict", "id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_roster_row_verdict", table_name="roster_row")
    op.drop_index(op.f("ix_roster_row_trainee_id"), table_name="roster_row")
    op.drop_index("ix_roster_row_identity", table_name="roster_row")
    op.drop_table("roster_row")
    op.drop_index(op.f("ix_roster_upload_state"), table_name="roster_upload")
    op.drop_index("ix_roster_upload_sent", table_name="roster_upload")
    op.drop_index(op.f("ix_roster_upload_file_digest"), table_name="roster_upload")
    op.drop_index(op.f("ix_roster_upload_class_id"), table_name="roster_upload")
    op.drop_index(op.f("ix_roster_upload_centre_id"), table_name="roster_upload")
    op.drop_table("roster_upload")
    op.drop_table("roster_mapping")
