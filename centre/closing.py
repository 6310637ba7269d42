"""Months that a centre has closed (月结): what they counted never changes, corrections count when they are made."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_months
from centre.errors import Conflict
from centre.scopes import seeing_everything
from centre.tables import Base, Instant, OfCentre
from centre.translation import N_


class MonthClosed(Conflict):
    """The month of the entry is closed; a correction is a reversal of today."""

    code = "month-closed"
    message = N_("{month} 已经月结，不能再补录；请按今天的日期登记，或者冲正原来的记录")


class ClosedMonth(OfCentre, Base):
    """One month of one centre that was closed, and by whom; never changed (月结)."""

    __table_args__ = (UniqueConstraint("centre_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    month: Mapped[date]
    closed_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    account_id: Mapped[int | None]


def month_of(at: datetime) -> date:
    """The first day of the month of an instant, in Shanghai."""
    return clock.local(at).date().replace(day=1)


def month_start(month: date) -> datetime:
    """The instant at which a month begins in Shanghai."""
    return datetime(month.year, month.month, 1, tzinfo=clock.SHANGHAI)


def last_day(month: date) -> date:
    """The last day of a month."""
    return add_months(month, 1) - timedelta(days=1)


def require_open(session: Session, entries: Iterable[tuple[int, datetime]]) -> None:
    """Let entries, each of a centre at an instant, be added only to months that are still open. Raises MonthClosed."""
    months = {(centre_id, month_of(at)) for centre_id, at in entries}
    if not months:
        return
    with seeing_everything(session):
        closed = select(ClosedMonth.centre_id, ClosedMonth.month).where(
            ClosedMonth.month.in_({month for _, month in months})
        )
        known = {(row[0], row[1]) for row in session.execute(closed)}
    if both := months & known:
        raise MonthClosed(field="occurred_at", month=f"{min(month for _, month in both):%Y-%m}")
