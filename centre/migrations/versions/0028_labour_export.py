"""Projects of labour export with their inspections, quotas, batches, escorts and groups."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0028_labour_export"
down_revision = "0027_interview_timetables"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "export_project",
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("destination_code", sa.String(length=6), nullable=False),
        sa.Column(
            "contract_type",
            sa.Enum(
                "direct",
                "agency",
                "piecework",
                "seasonal",
                "household",
                "flexible",
                name="contract_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agreement_no", sa.String(length=200), nullable=False),
        sa.Column("quota", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("pay_min_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pay_max_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lodging", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "paused",
                "closed",
                name="export_project_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_export_project_days")),
        sa.CheckConstraint("pay_min_fen >= 0 AND pay_min_fen <= pay_max_fen", name=op.f("ck_export_project_pay")),
        sa.CheckConstraint("taken >= 0 AND taken <= quota", name=op.f("ck_export_project_taken")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_export_project_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_export_project_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_project")),
    )
    with op.batch_alter_table("export_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_project_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_project_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index("ix_export_project_state", ["state", "to_on"], unique=False)

    op.create_table(
        "self_found_job",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("employer_name", sa.String(length=200), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_self_found_job_centre_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_self_found_job_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_found_job")),
    )
    with op.batch_alter_table("self_found_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_self_found_job_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_self_found_job_person_id"), ["person_id"], unique=False)

    op.create_table(
        "export_batch",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_no", sa.String(length=40), nullable=False),
        sa.Column("depart_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("arrive_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("gather_place", sa.String(length=200), nullable=False),
        sa.Column("pick_ups", sa.String(length=200), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "coach", "train", "air", "self", name="transport", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("vehicles", sa.String(length=200), nullable=False),
        sa.Column("vehicle_seats", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seats", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("insurance_no", sa.String(length=60), nullable=False),
        sa.Column("travel_subsidy_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "recruiting",
                "locked",
                "travelling",
                "arrived",
                "handed_over",
                "closed",
                "cancelled",
                name="batch_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("edition", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("departed_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("arrived_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("signed_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=60), nullable=False),
        sa.Column("signed_digest", sa.String(length=64), nullable=False),
        sa.Column("signed_people", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("state <> 'handed_over' OR signed_at IS NOT NULL", name=op.f("ck_export_batch_signed")),
        sa.CheckConstraint("depart_at < arrive_at", name=op.f("ck_export_batch_times")),
        sa.CheckConstraint("taken >= 0 AND taken <= seats", name=op.f("ck_export_batch_taken")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_export_batch_centre_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_export_batch_employer_id")),
        sa.ForeignKeyConstraint(["project_id"], ["export_project.id"], name=op.f("fk_export_batch_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_batch")),
        sa.UniqueConstraint("project_id", "batch_no", name=op.f("uq_export_batch_project_id_batch_no")),
    )
    with op.batch_alter_table("export_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_batch_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index("ix_export_batch_due", ["state", "depart_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_batch_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_batch_project_id"), ["project_id"], unique=False)

    op.create_table(
        "visit_report",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("visitors", sa.String(length=200), nullable=False),
        sa.Column("qualification_ok", sa.Boolean(), nullable=False),
        sa.Column("operation_ok", sa.Boolean(), nullable=False),
        sa.Column("intensity_ok", sa.Boolean(), nullable=False),
        sa.Column("lodging_ok", sa.Boolean(), nullable=False),
        sa.Column("pay_ok", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.String(length=2000), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_visit_report_centre_id")),
        sa.ForeignKeyConstraint(["project_id"], ["export_project.id"], name=op.f("fk_visit_report_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_report")),
    )
    with op.batch_alter_table("visit_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_report_centre_id"), ["centre_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_report_project_id"), ["project_id"], unique=False)

    op.create_table(
        "escort_duty",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("ended_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_escort_duty_account_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["export_batch.id"], name=op.f("fk_escort_duty_batch_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_escort_duty_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escort_duty")),
        sa.UniqueConstraint("batch_id", "account_id", name=op.f("uq_escort_duty_batch_id_account_id")),
    )
    with op.batch_alter_table("escort_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escort_duty_account_id"), ["account_id"], unique=False)

    op.create_table(
        "export_group",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("leader_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", centre.tables.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["export_batch.id"], name=op.f("fk_export_group_batch_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_export_group_centre_id")),
        sa.ForeignKeyConstraint(["leader_person_id"], ["person.id"], name=op.f("fk_export_group_leader_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_group")),
        sa.UniqueConstraint("batch_id", "name", name=op.f("uq_export_group_batch_id_name")),
    )
    with op.batch_alter_table("export_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_group_leader_person_id"), ["leader_person_id"], unique=False)

    op.create_table(
        "export_quota",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("places", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= places", name=op.f("ck_export_quota_taken")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_export_quota_centre_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_export_quota_opening_id")),
        sa.ForeignKeyConstraint(["project_id"], ["export_project.id"], name=op.f("fk_export_quota_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_quota")),
        sa.UniqueConstraint(
            "project_id", "opening_id", "region_code", name=op.f("uq_export_quota_project_id_opening_id_region_code")
        ),
    )
    with op.batch_alter_table("export_quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_quota_opening_id"), ["opening_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("export_quota")
    op.drop_table("export_group")
    op.drop_table("escort_duty")
    op.drop_table("visit_report")
    op.drop_table("export_batch")
    op.drop_table("self_found_job")
    op.drop_table("export_project")
