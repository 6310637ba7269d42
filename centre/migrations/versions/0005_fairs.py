"""Venues, fairs and booths."""

import sqlalchemy as sa
from alembic import op

import centre.tables

revision = "0005_fairs"
down_revision = "0004_employers"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "venue",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hall", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("directions", sa.String(length=200), nullable=False),
        sa.Column("booth_limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visitor_limit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("bookings", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_venue_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("name", "hall", name=op.f("uq_venue_name_hall")),
    )
    op.create_index(op.f("ix_venue_region_code"), "venue", ["region_code"], unique=False)
    op.create_table(
        "fair_series",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "theme",
            sa.Enum(
                "general",
                "spring_action",
                "export",
                "migrant",
                "women",
                "textile",
                "foot_therapy",
                "private_firms",
                "disabled",
                "graduate",
                "veteran",
                "seasonal",
                "skilled",
                "hardship",
                "live_stream",
                name="fair_theme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("booth_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expected_visitors", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_fair_series_weekday")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_fair_series_centre_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_fair_series_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_series")),
    )
    op.create_table(
        "fair",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "theme",
            sa.Enum(
                "general",
                "spring_action",
                "export",
                "migrant",
                "women",
                "textile",
                "foot_therapy",
                "private_firms",
                "disabled",
                "graduate",
                "veteran",
                "seasonal",
                "skilled",
                "hardship",
                "live_stream",
                name="fair_theme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("one_off", "periodic", name="fair_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "on_site", "online", "hybrid", name="fair_mode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("centre_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("co_organisers", sa.JSON(), nullable=False),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("series_on", sa.Date(), nullable=True),
        sa.Column("venue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("online_url", sa.String(length=200), nullable=False),
        sa.Column("starts_at", centre.tables.Instant(), nullable=False),
        sa.Column("ends_at", centre.tables.Instant(), nullable=False),
        sa.Column("booth_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booths_taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expected_visitors", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open_to_public", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.String(length=2000), nullable=False),
        sa.Column("organisation_plan", sa.String(length=200), nullable=False),
        sa.Column("emergency_plan", sa.String(length=200), nullable=False),
        sa.Column("security_plan", sa.String(length=200), nullable=False),
        sa.Column("filing_due_on", sa.Date(), nullable=False),
        sa.Column("filed_at", centre.tables.Instant(), nullable=True),
        sa.Column("statistics_due_on", sa.Date(), nullable=False),
        sa.Column("permit_no", sa.String(length=60), nullable=False),
        sa.Column("published_at", centre.tables.Instant(), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revised_at", centre.tables.Instant(), nullable=False),
        sa.Column("notice", sa.String(length=2000), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "ready",
                "filed",
                "cleared",
                "published",
                "booth_open",
                "booth_closed",
                "live",
                "ended",
                "reported",
                "archived",
                "postponed",
                "cancelled",
                name="fair_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("mode = 'online' OR venue_id IS NOT NULL", name=op.f("ck_fair_place")),
        sa.CheckConstraint("booths_taken >= 0 AND booths_taken <= booth_count", name=op.f("ck_fair_booths_taken")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_fair_times")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_fair_centre_id")),
        sa.ForeignKeyConstraint(["series_id"], ["fair_series.id"], name=op.f("fk_fair_series_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_fair_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair")),
        sa.UniqueConstraint("series_id", "series_on", name=op.f("uq_fair_series_id_series_on")),
    )
    op.create_index(op.f("ix_fair_centre_id"), "fair", ["centre_id"], unique=False)
    op.create_index("ix_fair_listed", "fair", ["starts_at", "state"], unique=False)
    op.create_index(op.f("ix_fair_region_code"), "fair", ["region_code"], unique=False)
    op.create_index("ix_fair_venue_time", "fair", ["venue_id", "starts_at"], unique=False)
    op.create_table(
        "booth",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("opening_ids", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "waitlisted",
                "approved",
                "assigned",
                "present",
                "served",
                "no_show",
                "refused",
                "withdrawn",
                name="booth_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("booth_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", centre.tables.Instant(), nullable=True),
        sa.Column("checked_in_at", centre.tables.Instant(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", centre.tables.Instant(), nullable=False),
        sa.Column("updated_at", centre.tables.Instant(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"], name=op.f("fk_booth_employer_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booth_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth")),
        sa.UniqueConstraint("fair_id", "booth_no", name=op.f("uq_booth_fair_id_booth_no")),
        sa.UniqueConstraint("fair_id", "employer_id", name=op.f("uq_booth_fair_id_employer_id")),
    )
    op.create_index(op.f("ix_booth_employer_id"), "booth", ["employer_id"], unique=False)
    op.create_index("ix_booth_queue", "booth", ["fair_id", "state", "id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_booth_queue", table_name="booth")
    op.drop_index(op.f("ix_booth_employer_id"), table_name="booth")
    op.drop_table("booth")
    op.drop_index("ix_fair_venue_time", table_name="fair")
    op.drop_index(op.f("ix_fair_region_code"), table_name="fair")
    op.drop_index("ix_fair_listed", table_name="fair")
    op.drop_index(op.f("ix_fair_centre_id"), table_name="fair")
    op.drop_table("fair")
    op.drop_table("fair_series")
    op.drop_index(op.f("ix_venue_region_code"), table_name="venue")
    op.drop_table("venue")
