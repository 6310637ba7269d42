"""The stored form of closed reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, false, true
from sqlalchemy.orm import Mapped, mapped_column

from centre import clock
from centre.permissions import Scope
from centre.tables import Base, Instant, coded
from matching.reports.rules import ReportKey


class ClosedReport(Base):
    """A report as it was when its month was closed, never changed (月结报表). Without a centre it is the network's.

    `name` says month, centre and report in one, since a key with an empty centre would not be unique.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    month: Mapped[date] = mapped_column(index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    key: Mapped[ReportKey] = mapped_column(coded(ReportKey))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    closed_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    account_id: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """City and audit read all of them, other staff those of their centre."""
        if scope.all_centres:
            return true()
        return cls.centre_id == scope.centre_id if scope.staff and scope.centre_id else false()


def closed_name(month: date, centre_id: int | None, key: ReportKey) -> str:
    """The unique name of a closed report."""
    return f"{month:%Y-%m}:{centre_id or 'network'}:{key.value}"


class PublishedTable(Base):
    """The public figures of one month or year as they were published, for everybody and never changed (公开统计表).

    A hidden figure is listed without its value, so that nothing in the table tells it.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    account_id: Mapped[int | None]
