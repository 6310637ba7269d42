"""Public figures: the five-year ledger of the source article, in the demo."""

from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.errors import NotFound
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.settings import settings
from matching.reports.queries import report
from matching.reports.rules import UNIT_LABELS, ReportKey
from web.demo import five_years
from web.demo.files import rows
from web.figures import column_title, figure_text, period_text, row_title
from web.rendering import page

routes = Pages("/figures")


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
