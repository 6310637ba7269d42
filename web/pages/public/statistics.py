"""Public figures: months and years as they were published, and in the demo the ledger of the source article."""

from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.errors import NotFound
from centre.ledger import CATEGORY_LABELS, ServiceCategory
from centre.network import Centre
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.settings import settings
from centre.translation import N_
from matching.reports.publication import published, published_periods
from matching.reports.publishing import ALL, CATEGORIES
from matching.reports.queries import report
from matching.reports.rules import UNIT_LABELS, ReportKey
from web.demo import five_years
from web.demo.files import rows
from web.figures import column_title, figure_text, period_text, row_title
from web.rendering import page

routes = Pages("/figures")


@routes.get("", allow=PUBLIC)
def figures(unit: Unit) -> Response:
    """The published figures of a year; small ones and those that would give them away are hidden."""
    periods = published_periods(unit.session)
    years = sorted({period[:4] for period in periods}, reverse=True)
    asked = unit.request.query_params.get("year", "")
    year = asked if asked in years else (years[0] if years else "")
    centres = [(row[0], row[1]) for row in unit.session.execute(select(Centre.code, Centre.name).order_by(Centre.code))]
    return page(
        unit,
        "public/figures.html",
        year=year,
        years=years,
        published=published(unit.session, year),
        months=sorted(period for period in periods if period[:4] == year and period != year),
        centres=[*centres, (ALL, N_("全市各中心"))],
        categories=[*((code, CATEGORY_LABELS[ServiceCategory(code)]) for code in CATEGORIES), (ALL, N_("合计"))],
        has_year=year in periods and bool(year),
    )


@routes.get("/five-years", allow=PUBLIC)
def article(unit: Unit) -> Response:
    """The article's five years, counted again from 49,154 single services; only in the demo."""
    if not settings().demo:
        raise NotFound
    figures = report(unit.session, Actor.system(), ReportKey.LEDGER, since=five_years.SINCE, until=five_years.UNTIL)
    with seeing_everything(unit.session):
        schooling = five_years.schooling(unit.session)
    kinds, places, spans = figures.tables
    return page(
        unit,
        "public/five-years.html",
        kinds=kinds,
        places=places,
        spans=spans,
        schooling=schooling,
        schools=[(row["name"], schooling.schools[row["key"]]) for row in rows("providers") if row["own"] != "1"],
        period=period_text(figures.since, figures.until),
        shown=figure_text,
        unit_labels=UNIT_LABELS,
        column_title=lambda column: column_title(unit.locale, column),
        row_title=lambda row: row_title(unit.locale, row),
    )
