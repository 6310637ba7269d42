"""The ten reports by their keys, live or as they were closed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.closing import ClosedMonth, last_day
from centre.errors import NotFound
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.tallies.models import ServiceTally
from centre.translation import N_
from matching.reports.holding import fair_tables, scorecard_tables
from matching.reports.models import ClosedReport, closed_name
from matching.reports.placing import export_tables, placement_tables
from matching.reports.reading import ReportScope, centres_of
from matching.reports.reception import ledger_tables
from matching.reports.rules import Report, ReportColumn, ReportKey, ReportRow, ReportTable, Unit
from matching.reports.schooling import training_tables
from matching.reports.supply import demand_tables, seeker_tables, shortage_tables, supply_tables

DEFINITIONS: Mapping[ReportKey, Callable[[Session, ReportScope], list[ReportTable]]] = {
    ReportKey.SUPPLY: supply_tables,
    ReportKey.DEMAND: demand_tables,
    ReportKey.SHORTAGE: shortage_tables,
    ReportKey.SEEKERS: seeker_tables,
    ReportKey.PLACEMENT: placement_tables,
    ReportKey.TRAINING: training_tables,
    ReportKey.EXPORT: export_tables,
    ReportKey.FAIRS: fair_tables,
    ReportKey.LEDGER: ledger_tables,
    ReportKey.SCORECARD: scorecard_tables,
}
"""The one definition of each report."""

WITH_PROGRAMME = frozenset({ReportKey.LEDGER, ReportKey.PLACEMENT, ReportKey.SCORECARD})
"""Reports over the ledger, where each entry has a programme."""

NETWORK = N_("全市各中心")


def own_centre(actor: Actor, centre_id: int | None) -> int | None:
    """The centre whose figures a reader gets: any for city and audit, their own for others. Raises NotFound."""
    if actor.is_system or actor.scope.all_centres:
        return centre_id
    if actor.scope.centre_id is None or centre_id not in (None, actor.scope.centre_id):
        raise NotFound
    return actor.scope.centre_id


def report(
    session: Session,
    actor: Actor,
    key: ReportKey,
    *,
    since: date,
    until: date,
    centre_id: int | None = None,
    programme: str = "",
) -> Report:
    """A report of a period; a closed month is read as it was closed. Raises NotFound for another centre.

    The figures are counted over rows that the reader may not read individually.
    """
    number = own_centre(actor, centre_id)
    with seeing_everything(session):
        closed = None if programme else _closed(session, key, since, until, number)
        if closed is not None:
            return report_from(closed.content, key, since, until)
        centres = centres_of(session, number)
        if not centres:
            raise NotFound
        name = centres[0][1] if number is not None else NETWORK
        tables = DEFINITIONS[key](session, ReportScope(centres, since, until, programme))
    return Report(key, since, until, name, tables, programme)


def _closed(session: Session, key: ReportKey, since: date, until: date, centre_id: int | None) -> ClosedReport | None:
    if since.day != 1 or until != last_day(since):
        return None
    return session.scalar(select(ClosedReport).where(ClosedReport.name == closed_name(since, centre_id, key)))


def content_of(report: Report) -> dict[str, Any]:
    """A report as it is kept when its month is closed."""
    return {"centre": report.centre, "tables": [asdict(table) for table in report.tables]}


def report_from(content: Mapping[str, Any], key: ReportKey, since: date, until: date) -> Report:
    """A closed report as it was."""
    tables = [
        ReportTable(
            **{name: value for name, value in table.items() if name not in ("columns", "rows", "total")},
            columns=[ReportColumn(**{**column, "unit": Unit(column["unit"])}) for column in table["columns"]],
            rows=[ReportRow(**row) for row in table["rows"]],
            total=ReportRow(**table["total"]) if table["total"] else None,
        )
        for table in content["tables"]
    ]
    return Report(key, since, until, content["centre"], tables, closed=True)


def programmes(session: Session) -> list[str]:
    """The programmes that the ledger's counts know, for the filter."""
    rows = select(ServiceTally.programme).where(ServiceTally.programme != "").distinct()
    return list(session.scalars(rows.order_by(ServiceTally.programme)))


def closed_months(session: Session, months: Iterable[date]) -> dict[date, set[int]]:
    """Which centres have closed each of some months."""
    closed: dict[date, set[int]] = {month: set() for month in months}
    with seeing_everything(session):
        rows = select(ClosedMonth.month, ClosedMonth.centre_id).where(ClosedMonth.month.in_(closed))
        for month, centre_id in session.execute(rows.order_by(ClosedMonth.id)):
            closed[month].add(centre_id)
    return closed
