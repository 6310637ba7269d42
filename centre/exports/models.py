"""Tables of exports: requester, reason, approval and number of downloads; never the list itself."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, false, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.exports.rules import ExportState
from centre.permissions import Scope
from centre.tables import Instant, Record, coded


class Export(Record):
    """A request for a list of people as a file (导出申请)."""

    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> account_id", name="second"),
        CheckConstraint("people > 0", name="people"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    provider_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200))
    people: Mapped[int]
    state: Mapped[ExportState] = mapped_column(coded(ExportState), default=ExportState.WAITING)
    decided_by: Mapped[int | None]
    ends_at: Mapped[datetime] = mapped_column(Instant)
    fetched: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Colleagues of the same centre or school see the requests; the city and the auditor see all."""
        if scope.all_centres:
            return true()
        rules = [cls.centre_id == scope.centre_id] if scope.staff and scope.centre_id else []
        if scope.provider_id:
            rules.append(cls.provider_id == scope.provider_id)
        return or_(false(), *rules)
