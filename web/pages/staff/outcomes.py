"""Training outcomes: seats, people and money, and a forecast of which major to open next."""

from dataclasses import replace
from datetime import date

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.rosters import spreadsheet
from centre.drafts import Draft
from centre.permissions import Permission
from centre.sheets.writing import Column, export
from centre.translation import N_, translate
from matching.learning.outcomes import outcome, prospects
from matching.learning.outcomes import report as lines_of
from training.outcomes.sums import BY_LABELS, By, OutcomeSum, total
from web.forms import Bound, bind_query
from web.rendering import page

routes = Pages("/training-desk")

SEATS = 30
FIGURES = (
    ("classes", N_("班数")),
    ("seats", N_("名额")),
    ("enrolled", N_("录取")),
    ("dropped", N_("中途退学")),
    ("completed", N_("结业")),
    ("certified", N_("取证")),
    ("employed", N_("就业")),
    ("away", N_("外出务工")),
    ("selves", N_("职工本人")),
    ("children", N_("子女")),
    ("spouses", N_("配偶")),
    ("hours", N_("课时")),
    ("tuition_fen", N_("学费")),
    ("waiver_fen", N_("学校减免")),
    ("government_fen", N_("政府补贴")),
    ("centre_fen", N_("中心补助")),
    ("learner_fen", N_("学员自己出")),
)
NAMES = (("school", N_("学校")), ("major", N_("专业")), ("class_no", N_("班号")))


class Period(Draft):
    """The filter of classes, and the grouping of rows (汇总条件)."""

    by: By = By.MAJOR
    since: date | None = None
    until: date | None = None


@routes.get("/report", allow=Permission.READ_OUTCOMES)
def report(unit: Unit) -> Response:
    """Seats, people and money, by school, major or class."""
    bound, lines = _lines(unit)
    return page(
        unit,
        "staff/training/report.html",
        422 if bound.problems else 200,
        lines=lines,
        all=total(lines),
        by=bound.draft.by if bound.draft else By.MAJOR,
        names=dict(zip(By, (label for _, label in NAMES), strict=True)),
        bound=bound,
        by_labels=BY_LABELS,
    )


@routes.get("/report.xlsx", allow=Permission.READ_OUTCOMES)
def report_file(unit: Unit) -> Response:
    """The same rows and their total as a spreadsheet, money in yuan."""
    _, lines = _lines(unit)
    titles = [translate(unit.locale, label) for _, label in (*NAMES, *FIGURES)]
    everything = replace(total(lines), school=translate(unit.locale, N_("合计")))
    rows = [
        [
            *(getattr(line, name) for name, _ in NAMES),
            *(getattr(line, name) / 100 if name.endswith("_fen") else getattr(line, name) for name, _ in FIGURES),
        ]
        for line in [*lines, everything]
    ]
    return spreadsheet(export("training", [Column(title) for title in titles], rows), "培训情况表.xlsx")


@routes.get("/forecast", allow=Permission.READ_OUTCOMES)
def forecast(unit: Unit) -> Response:
    """Forecast of hires by major for the next term, with its uncertainty and the accuracy of past forecasts."""
    forecasts, tested = prospects(unit.session, seats=SEATS)
    return page(
        unit, "staff/training/forecast.html", prospects=forecasts, tested=tested, tally=outcome(unit.session),
        seats=SEATS,
    )  # fmt: skip


def _lines(unit: UnitOfWork) -> tuple[Bound[Period], list[OutcomeSum]]:
    bound = bind_query(unit, Period)
    if bound.draft is None:
        return bound, []
    return bound, lines_of(unit.session, by=bound.draft.by, since=bound.draft.since, until=bound.draft.until)
