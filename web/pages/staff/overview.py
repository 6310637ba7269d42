"""The manager's start page: what is wrong today, and this month of each centre against the last."""

from dataclasses import dataclass
from functools import reduce
from operator import add

from starlette.responses import Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.calendar import add_months
from centre.closing import last_day
from centre.permissions import Permission
from matching.overview.queries import alerts, months_of_centres
from matching.overview.rules import DRILL, MEASURE_LABELS, MONTHS, Measure, Series
from matching.reports.queries import own_centre
from matching.reports.reading import centres_of
from web.formats import yuan
from web.rendering import page

routes = Pages("/manager")

DESKS = {
    "/counter": Permission.LIST_PEOPLE,
    "/counter/verification": Permission.VERIFY_OPENING,
    "/training-desk": Permission.CLAIM_SUBSIDY,
    "/training-desk/flags": Permission.CLEAR_FLAG,
    "/training-desk/funds": Permission.REVIEW_CLAIM,
    "/desk": Permission.READ_DESK,
    "/desk/petitions": Permission.READ_DESK,
    "/organiser": Permission.MANAGE_FAIRS,
    "/outbox": Permission.MANAGE_OUTBOX,
    "/replay": Permission.REPLAY_RULES,
    "/reports#months": Permission.READ_REPORTS,
}
"""The desks that the page links to, and who may open them: auditors read the figures and sit at no desk."""


@dataclass(frozen=True, slots=True)
class CentreLine:
    """One centre in the table; without an id the sum of all."""

    id: int
    name: str
    series: dict[Measure, Series]


@routes.get("", allow=Permission.READ_REPORTS)
def start(unit: Unit) -> Response:
    """Today's exceptions and this month's figures of the reader's centre, or of all."""
    number = own_centre(unit.actor, None)
    centres = centres_of(unit.session, number)
    ids = [centre_id for centre_id, _ in centres]
    known = months_of_centres(unit.session, ids)
    lines = [CentreLine(centre_id, name, known[centre_id]) for centre_id, name in centres]
    whole = {
        measure: reduce(add, (line.series[measure] for line in lines), Series([0] * MONTHS)) for measure in Measure
    }
    month = clock.today().replace(day=1)
    return page(
        unit,
        "staff/overview/start.html",
        alerts=alerts(unit.session, ids),
        lines=lines,
        whole=CentreLine(0, "", whole),
        labels=MEASURE_LABELS,
        drill=DRILL,
        shown=lambda measure, value: yuan(value) if measure is Measure.PAID else f"{value:,}",
        since=month,
        until=last_day(month),
        opens=lambda address: address in DESKS and unit.actor.may(DESKS[address]),
        months=[f"{add_months(month, place - MONTHS + 1):%Y-%m}" for place in range(MONTHS)],
    )
