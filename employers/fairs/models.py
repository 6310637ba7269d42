"""Tables of fairs."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    false,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre import clock
from centre.permissions import Scope
from centre.tables import Instant, Record, coded
from employers.companies.models import Employer
from employers.fairs.booth_rules import BoothState
from employers.fairs.hall_rules import BlockKind, EntranceUse
from employers.fairs.rules import PUBLIC_STATES, FairKind, FairMode, FairState, FairTheme

UNLIMITED = 1_000_000
"""The capacity of a fair whose number of booths has no limit."""


class Venue(Record):
    """A hall that holds one fair at a time (招聘场地)."""

    __table_args__ = (UniqueConstraint("name", "hall"),)

    name: Mapped[str] = mapped_column(String(200))
    hall: Mapped[str] = mapped_column(String(200), default="")
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    directions: Mapped[str] = mapped_column(String(200), default="")
    booth_limit: Mapped[int | None]
    visitor_limit: Mapped[int | None]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    bookings: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @property
    def label(self) -> str:
        """The venue with its hall."""
        return f"{self.name} {self.hall}".strip()


class VenueEntrance(Record):
    """A way into a hall, with its square on the grid if it has one (场地入口)."""

    __table_args__ = (
        UniqueConstraint("venue_id", "name"),
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="square"),
    )

    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[str] = mapped_column(String(60))
    use: Mapped[EntranceUse] = mapped_column(coded(EntranceUse), default=EntranceUse.EVERYBODY)
    step_free: Mapped[bool] = mapped_column(default=False)
    directions: Mapped[str] = mapped_column(String(200), default="")
    x: Mapped[int | None]
    y: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)


class VenueBlock(Record):
    """A time in which a hall is closed or let to another party (停用时段). One that was lifted stays on record."""

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="times"),
        Index("ix_venue_block_time", "venue_id", "starts_at"),
    )

    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[BlockKind] = mapped_column(coded(BlockKind), default=BlockKind.REPAIR)
    reason: Mapped[str] = mapped_column(String(200), default="")
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of every centre, since fairs of all centres use the halls; to whom a hall is let is not public."""
        return true() if scope.staff else false()


class FairSeries(Record):
    """A fair that returns every week (定期招聘会)."""

    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    name: Mapped[str] = mapped_column(String(200))
    theme: Mapped[FairTheme] = mapped_column(coded(FairTheme), default=FairTheme.GENERAL)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    weekday: Mapped[int]
    from_on: Mapped[date]
    to_on: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    booth_count: Mapped[int]
    expected_visitors: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)


class Fair(Record):
    """A public hiring event, always free for workers (招聘会, 职介洽谈会)."""

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("booths_taken >= 0 AND (booth_count = 0 OR booths_taken <= booth_count)", name="booths_taken"),
        CheckConstraint("mode = 'online' OR venue_id IS NOT NULL", name="place"),
        UniqueConstraint("series_id", "series_on"),
        Index("ix_fair_venue_time", "venue_id", "starts_at"),
        Index("ix_fair_listed", "starts_at", "state"),
    )

    name: Mapped[str] = mapped_column(String(200))
    theme: Mapped[FairTheme] = mapped_column(coded(FairTheme), default=FairTheme.GENERAL)
    kind: Mapped[FairKind] = mapped_column(coded(FairKind), default=FairKind.ONE_OFF)
    mode: Mapped[FairMode] = mapped_column(coded(FairMode), default=FairMode.ON_SITE)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    co_organisers: Mapped[list[str]] = mapped_column(JSON, default=list)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("fair_series.id"))
    series_on: Mapped[date | None]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    venue: Mapped[Venue | None] = relationship(lazy="raise")
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    online_url: Mapped[str] = mapped_column(String(200), default="")
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    booth_count: Mapped[int] = mapped_column(default=0)
    booths_taken: Mapped[int] = mapped_column(default=0)
    expected_visitors: Mapped[int] = mapped_column(default=0)
    open_to_public: Mapped[bool] = mapped_column(default=True)
    summary: Mapped[str] = mapped_column(String(2000), default="")
    organisation_plan: Mapped[str] = mapped_column(String(200), default="")
    emergency_plan: Mapped[str] = mapped_column(String(200), default="")
    security_plan: Mapped[str] = mapped_column(String(200), default="")
    filing_due_on: Mapped[date]
    filed_at: Mapped[datetime | None] = mapped_column(Instant)
    filing_no: Mapped[str] = mapped_column(String(60), default="")
    late_reason: Mapped[str] = mapped_column(String(200), default="")
    statistics_due_on: Mapped[date]
    permit_no: Mapped[str] = mapped_column(String(60), default="")
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime] = mapped_column(Instant)
    notice: Mapped[str] = mapped_column(String(2000), default="")
    released: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The published state of the hall wherever its organiser has changed something since; empty parts are unchanged."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[FairState] = mapped_column(coded(FairState), default=FairState.DRAFT)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see every fair, employers the announced ones, the public those of them that are open to it."""
        if scope.staff:
            return true()
        announced = and_(cls.state.in_(sorted(PUBLIC_STATES)), cls.published_at.is_not(None))
        return announced if scope.employer_id else and_(announced, cls.open_to_public.is_(True))

    @property
    def booths_left(self) -> int:
        """The number of free booths; 0 for a fair without a limit."""
        return max(self.booth_count - self.booths_taken, 0)

    @hybrid_property
    def booth_capacity(self) -> int:
        """The number of exhibitors that fit in: an online fair without a number of booths has no limit."""
        return self.booth_count or UNLIMITED

    @booth_capacity.inplace.expression
    @classmethod
    def _booth_capacity(cls) -> ColumnElement[int]:
        return case((cls.booth_count == 0, UNLIMITED), else_=cls.booth_count)


class Booth(Record):
    """An employer's application for a booth at one fair, and the booth itself (展位, 参会申请)."""

    __table_args__ = (
        UniqueConstraint("fair_id", "employer_id"),
        UniqueConstraint("fair_id", "booth_no"),
        Index("ix_booth_queue", "fair_id", "state", "id"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    fair: Mapped[Fair] = relationship(lazy="raise")
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    employer: Mapped[Employer] = relationship(lazy="raise")
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    opening_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[BoothState] = mapped_column(coded(BoothState), default=BoothState.APPLIED)
    booth_no: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_in_at: Mapped[datetime | None] = mapped_column(Instant)
    offer_until: Mapped[datetime | None] = mapped_column(Instant)
    """Until when an employer that moved up from the waiting list has to say that it comes; empty when it has."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see all booths, an employer its own."""
        if scope.staff:
            return true()
        return cls.employer_id == scope.employer_id if scope.employer_id else false()
