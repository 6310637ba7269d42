"""The stored form of fairness figures: one report a day, about groups and never about persons."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, false, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Record


class FairnessReport(Record):
    """The figures of one day by sex, age band, county and hardship (公平监测报告)."""

    day: Mapped[date] = mapped_column(unique=True)
    lists: Mapped[int]
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff read it; no figure of it belongs to one centre."""
        return true() if scope.staff else false()
