"""Reports R1 to R10 on screen, on one page of paper and as a workbook; the monthly close."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.rosters import spreadsheet
from centre import clock
from centre.calendar import add_months
from centre.closing import last_day
from centre.permissions import Permission
from centre.sheets.writing import workbook
from centre.translation import N_, translate
from matching.reports.actions import close_month
from matching.reports.publication import publish_month, published_periods
from matching.reports.queries import WITH_PROGRAMME, closed_months, own_centre, programmes, report
from matching.reports.reading import centres_of
from matching.reports.rules import REPORT_LABELS, REPORT_TEXTS, UNIT_LABELS, MonthDraft, Report, ReportDraft, ReportKey
from web.figures import SIGNATURES, column_title, figure_text, period_text, row_title, sheets
from web.forms import Bound, attempt, bind, bind_query, blank
from web.paper import paper
from web.rendering import page

routes = Pages("/reports")

MONTHS_LISTED = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A period to choose with one tap (常用期间)."""

    label: str
    since: date
    until: date


def periods(today: date) -> list[Period]:
    """The last month and this one, this quarter, this year and the last."""
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return [
        Period(N_("上月"), add_months(month, -1), month - timedelta(days=1)),
        Period(N_("本月"), month, last_day(month)),
        Period(N_("本季度"), quarter, add_months(quarter, 3) - timedelta(days=1)),
        Period(N_("今年"), date(today.year, 1, 1), date(today.year, 12, 31)),
        Period(N_("去年"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]


@routes.get("", allow=Permission.READ_REPORTS)
def desk(unit: Unit) -> Response:
    """The ten reports, and which months are closed."""
    return _desk(unit, blank(unit, MonthDraft))


@routes.post("/publish", allow=Permission.PUBLISH_FIGURES)
def publish(unit: Unit) -> Response:
    """Publish the figures of a closed month."""
    return attempt(
        unit,
        bind(unit, MonthDraft),
        lambda draft: publish_month(unit.session, unit.actor, draft=draft),
        partial(_desk, unit),
        "/figures",
    )


@routes.post("/close", allow=Permission.CLOSE_MONTH)
def close(unit: Unit) -> Response:
    """Close a month of the reader's centre, or of all centres."""
    return attempt(
        unit,
        bind(unit, MonthDraft),
        lambda draft: close_month(unit.session, unit.actor, draft=draft),
        partial(_desk, unit),
        "/reports#months",
    )


def _desk(unit: UnitOfWork, bound: Bound[Any], status_code: int = 200) -> Response:
    first = clock.today().replace(day=1)
    months = [add_months(first, -place) for place in range(1, MONTHS_LISTED + 1)]
    number = own_centre(unit.actor, None)
    centres = centres_of(unit.session, number)
    closed = closed_months(unit.session, months)
    return page(
        unit,
        "staff/reports/desk.html",
        status_code,
        bound=bound,
        labels=REPORT_LABELS,
        texts=REPORT_TEXTS,
        months=[(month, [name for at, name in centres if at not in closed[month]], len(centres)) for month in months],
        last=last_day,
        may_close=unit.actor.may(Permission.CLOSE_MONTH),
        may_publish=unit.actor.may(Permission.PUBLISH_FIGURES),
        public=published_periods(unit.session),
    )


@routes.get("/{key}", allow=Permission.READ_REPORTS)
def show(unit: Unit, key: ReportKey) -> Response:
    """One report of a period, with its charts."""
    bound, figures = _read(unit, key)
    number = own_centre(unit.actor, None)
    return page(
        unit,
        "staff/reports/report.html",
        422 if bound.problems else 200,
        **_view(unit, key, figures),
        labels=REPORT_LABELS,
        bound=bound,
        periods=periods(clock.today()),
        centres=[] if number else centres_of(unit.session, None),
        programmes=programmes(unit.session) if key in WITH_PROGRAMME else [],
    )


@routes.get("/{key}/paper", allow=Permission.READ_REPORTS)
def on_paper(unit: Unit, key: ReportKey) -> Response:
    """One report on one page of A4, with totals and the line for signatures."""
    _, figures = _read(unit, key)
    return paper(unit, "staff/reports/paper.html", **_view(unit, key, figures), signatures=SIGNATURES)


@routes.get("/{key}/table.xlsx", allow=Permission.READ_REPORTS)
def table(unit: Unit, key: ReportKey) -> Response:
    """One report as a workbook with the same figures."""
    _, figures = _read(unit, key)
    name = f"{translate(unit.locale, REPORT_LABELS[key])} {period_text(figures.since, figures.until)}.xlsx"
    return spreadsheet(workbook(sheets(unit.locale, figures)), name)


def _read(unit: UnitOfWork, key: ReportKey) -> tuple[Bound[ReportDraft], Report]:
    """The report that the query asks for; without days, or with faulty ones, that of the last month."""
    bound = bind_query(unit, ReportDraft)
    usual = periods(clock.today())[0]
    draft = bound.draft or ReportDraft()
    since = draft.since or (draft.until.replace(day=1) if draft.until else usual.since)
    until = draft.until or (max(last_day(since.replace(day=1)), usual.until) if draft.since else usual.until)
    figures = report(
        unit.session,
        unit.actor,
        key,
        since=since,
        until=until,
        centre_id=draft.centre_id,
        programme=draft.programme if key in WITH_PROGRAMME else "",
    )
    return bound, figures


def _view(unit: UnitOfWork, key: ReportKey, figures: Report) -> dict[str, Any]:
    return {
        "key": key,
        "label": REPORT_LABELS[key],
        "text": REPORT_TEXTS[key],
        "report": figures,
        "period": period_text(figures.since, figures.until),
        "shown": figure_text,
        "unit_labels": UNIT_LABELS,
        "column_title": partial(column_title, unit.locale),
        "row_title": partial(row_title, unit.locale),
        "today": clock.today(),
    }
