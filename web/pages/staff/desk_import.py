"""Lists of desk cases as spreadsheets: the template, the check of every row, and the import of all rows or none."""

from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.desk import KINDS
from centre.desk.cases.imports import Import, columns_of, import_cases
from centre.desk.cases.kinds import Kind
from centre.errors import Problem, Refusal
from centre.sheets.reading import read_sheets
from centre.sheets.writing import template
from centre.translation import translate
from web.desk_forms import label_of
from web.forms import Bound, ButtonForm, blank, upload
from web.rendering import page

routes = Pages("/desk-import")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _read(unit: Unit) -> Any:
    """The uploaded file, read before the transaction begins; what stops it is shown on the page."""
    try:
        return read_sheets(*upload(unit))
    except Refusal as refusal:
        return refusal


def _declare(kind: Kind) -> None:
    @routes.get(f"/{kind.path}", allow=kind.opens)
    def form(unit: Unit) -> Response:
        return _page(unit, kind, blank(unit, ButtonForm))

    @routes.get(f"/{kind.path}/template", allow=kind.opens)
    def sheet(unit: Unit) -> Response:
        content = template(translate(unit.locale, kind.label), columns_of(kind, label_of))
        headers = {"content-disposition": f'attachment; filename="{kind.path}.xlsx"'}
        return Response(content, 200, headers, XLSX)

    @routes.post(f"/{kind.path}", allow=kind.opens, upload=True, before=_read)
    def take(unit: Unit) -> Response:
        bound: Bound[Any] = blank(unit, ButtonForm)
        if isinstance(unit.prepared, Refusal):
            return _page(unit, kind, bound.refuse(unit.prepared), unit.prepared.status)
        try:
            done = import_cases(unit.session, unit.actor, kind=kind, book=unit.prepared, labels=label_of)
        except Refusal as refusal:
            unit.session.rollback()
            return _page(unit, kind, bound.refuse(refusal), refusal.status)
        return _page(unit, kind, bound, 422 if done.bad else 200, done)


def _page(
    unit: UnitOfWork, kind: Kind, bound: Bound[Any], status_code: int = 200, done: Import | None = None
) -> Response:
    rows = [
        (row.number, [_words(unit, kind, problem) for problem in row.problems]) for row in (done.bad if done else ())
    ]
    return page(unit, "staff/desk/import.html", status_code, kind=kind, bound=bound, done=done, rows=rows)


def _words(unit: UnitOfWork, kind: Kind, problem: Problem) -> tuple[str, str]:
    label = kind.label_of(problem.field) or problem.field
    return label, translate(unit.locale, problem.message, **problem.params)


for _kind in KINDS:
    _declare(_kind)
