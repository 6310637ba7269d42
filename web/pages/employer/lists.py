"""Lists of openings in the browser, for employers and the centre's staff: upload, columns, check, confirm, undo."""

from typing import Annotated, Any

from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.rosters import marked_name, spreadsheet
from centre.database import open_session
from centre.drafts import Draft, RecordId
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from centre.sheets.cells import Workbook
from centre.sheets.reading import read_sheets
from employers.openings.columns import COLUMNS, NEEDED
from employers.openings.imports import VERDICT_LABELS, ImportVerdict
from employers.uploads import actions, queries
from employers.uploads.models import OpeningUpload
from employers.uploads.rules import UPLOAD_LABELS, UploadState
from employers.uploads.template import openings_template
from web.columns import chosen_columns, file_sheets
from web.forms import Bound, ButtonForm, bind, blank, upload
from web.rendering import page

routes = Pages("/openings/lists")

ALLOW = Permission.POST_OPENING
ROWS = 50
FIELD_LABELS = {name: titles[0] for name, titles in COLUMNS.items()}


class ListForm(Draft):
    """What is sent with a list: its source, and whether the centre vouches for it (岗位清单)."""

    source_name: Annotated[str, Field(max_length=200)] = ""
    publish: bool = False


class ConfirmationForm(Draft):
    """The confirmation; rows with errors are left out only with `only_good` (确认导入)."""

    only_good: bool = False


def _read_upload(unit: UnitOfWork, **_: Any) -> tuple[bytes, str, Workbook] | Refusal:
    """Parse the sent file in a child process before the transaction begins."""
    try:
        content, name = upload(unit)
        return content, name, read_sheets(content, name, aliases=COLUMNS)
    except Refusal as refusal:
        return refusal


def _read_again(unit: UnitOfWork, upload_id: int) -> Workbook:
    """Parse the stored file again before the transaction that names its columns."""
    with open_session(unit.actor.scope) as session:
        kept = queries.upload_of(session, upload_id)
        if kept.file is None:
            raise NotFound
        content, name = kept.file, kept.file_name
    return read_sheets(content, name, aliases=COLUMNS)


@routes.get("", allow=ALLOW)
def lists(unit: Unit) -> Response:
    """The lists sent before, and the form for a new one."""
    return _form(unit, blank(unit, ListForm))


@routes.get("/template.xlsx", allow=ALLOW)
def template(unit: Unit) -> Response:
    """The workbook to fill in."""
    return spreadsheet(openings_template(own=queries.own_employer(unit.actor) is not None), "岗位清单模板.xlsx")


@routes.post("", allow=ALLOW, upload=True, before=_read_upload)
def send_list(unit: Unit) -> Response:
    """Check a list and show its verdicts."""
    bound = bind(unit, ListForm)
    draft = bound.draft or ListForm()
    try:
        if isinstance(unit.prepared, Refusal):
            raise unit.prepared
        content, name, book = unit.prepared
        sent = actions.send_list(
            unit.session,
            unit.actor,
            content=content,
            file_name=name,
            book=book,
            source_name=draft.source_name,
            publish=draft.publish,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return _form(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/openings/lists/{sent.id}{'/columns' if sent.needs_columns else ''}", 303)


@routes.get("/{upload_id}", allow=ALLOW)
def show_list(unit: Unit, upload_id: RecordId, verdict: str = "", page_no: int = 1) -> Response:
    """The verdict on each row, with what was read, or the result of the import."""
    chosen = next((known for known in ImportVerdict if known == verdict), None)
    return _page(unit, queries.upload_of(unit.session, upload_id), chosen, min(max(page_no, 1), 100))


@routes.get("/{upload_id}/columns", allow=ALLOW)
def ask_columns(unit: Unit, upload_id: RecordId) -> Response:
    """The mapping of the file's columns."""
    return _columns(unit, upload_id, blank(unit, ButtonForm))


@routes.post("/{upload_id}/columns", allow=ALLOW, before=_read_again)
def name_columns(unit: Unit, upload_id: RecordId) -> Response:
    """Take the sender's word for the columns and check the file again."""
    kept = queries.upload_of(unit.session, upload_id)
    typed = {name: str(value) for name, value in unit.form.items()} if unit.form else {}
    bound: Bound[ButtonForm] = Bound(typed, unit.locale)
    chosen = chosen_columns(typed, kept.columns)
    try:
        actions.name_columns(unit.session, unit.actor, upload_id=upload_id, chosen=chosen, book=unit.prepared)
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return _columns(unit, upload_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/openings/lists/{upload_id}", 303)


@routes.post("/{upload_id}/rows/{row_id}", allow=ALLOW)
def correct_row(unit: Unit, upload_id: RecordId, row_id: RecordId) -> Response:
    """Correct cells of one row and check it again at once."""
    typed = {name: str(value) for name, value in unit.form.items()} if unit.form else {}
    cells = {name: value for name, value in typed.items() if name in COLUMNS}
    try:
        actions.correct_row(unit.session, unit.actor, upload_id=upload_id, row_id=row_id, cells=cells)
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(unit, upload_id, refusal)
    return RedirectResponse(f"/openings/lists/{upload_id}#row-{row_id}", 303)


@routes.get("/{upload_id}/marked.xlsx", allow=ALLOW)
def marked(unit: Unit, upload_id: RecordId) -> Response:
    """The sender's own file with corrections and errors marked."""
    kept = queries.upload_of(unit.session, upload_id)
    return spreadsheet(queries.annotated_file(unit.session, kept, unit.locale), marked_name(kept.file_name))


@routes.post("/{upload_id}/confirm", allow=ALLOW)
def confirm(unit: Unit, upload_id: RecordId) -> Response:
    """Import the rows that are not refused."""
    bound = bind(unit, ConfirmationForm)
    try:
        only_good = bound.draft.only_good if bound.draft else False
        actions.confirm_list(unit.session, unit.actor, upload_id=upload_id, only_good=only_good)
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(unit, upload_id, refusal)
    return RedirectResponse(f"/openings/lists/{upload_id}", 303)


@routes.post("/{upload_id}/undo", allow=ALLOW)
def undo(unit: Unit, upload_id: RecordId) -> Response:
    """Take an import back."""
    try:
        actions.undo_list(unit.session, unit.actor, upload_id=upload_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(unit, upload_id, refusal)
    return RedirectResponse(f"/openings/lists/{upload_id}", 303)


@routes.post("/{upload_id}/discard", allow=ALLOW)
def discard(unit: Unit, upload_id: RecordId) -> Response:
    """Give a list up."""
    actions.discard_list(unit.session, unit.actor, upload_id=upload_id)
    return RedirectResponse("/openings/lists", 303)


def _form(unit: UnitOfWork, bound: Bound[ListForm], status_code: int = 200) -> Response:
    return page(
        unit,
        "employer/lists.html",
        status_code,
        uploads=list(unit.session.scalars(queries.uploads().limit(ROWS))),
        own=queries.own_employer(unit.actor) is not None,
        states=UPLOAD_LABELS,
        bound=bound,
    )


def _columns(unit: UnitOfWork, upload_id: int, bound: Bound[ButtonForm], status_code: int = 200) -> Response:
    kept = queries.upload_of(unit.session, upload_id)
    if kept.state not in (UploadState.UPLOADED, UploadState.CHECKED):
        raise NotFound
    samples = {sheet: about["samples"] for sheet, about in kept.columns.items()}
    return page(
        unit,
        "employer/list-columns.html",
        status_code,
        upload=kept,
        sheets=file_sheets(kept.columns, samples, NEEDED),
        choices=list(FIELD_LABELS.items()),
        bound=bound,
    )


def _again(unit: UnitOfWork, upload_id: int, refusal: Refusal) -> Response:
    unit.session.rollback()
    bound: Bound[ButtonForm] = blank(unit, ButtonForm).refuse(refusal)
    return _page(unit, queries.upload_of(unit.session, upload_id), None, 1, bound, refusal.status)


def _page(
    unit: UnitOfWork,
    kept: OpeningUpload,
    chosen: ImportVerdict | None,
    number: int,
    bound: Bound[Any] | None = None,
    status_code: int = 200,
) -> Response:
    statement = queries.rows_of(kept.id, chosen).limit(ROWS + 1).offset((number - 1) * ROWS)
    rows = list(unit.session.scalars(statement))
    return page(
        unit,
        "employer/list.html",
        status_code,
        upload=kept,
        rows=rows[:ROWS],
        counts=queries.counts(unit.session, kept.id),
        verdicts=VERDICT_LABELS,
        fields=FIELD_LABELS,
        states=UPLOAD_LABELS,
        own=queries.own_employer(unit.actor) is not None,
        chosen=chosen,
        following=number + 1 if len(rows) > ROWS else None,
        before=number - 1 if number > 1 else None,
        undo_days=queries.undo_days(unit.session, kept),
        lang=unit.locale,
        bound=bound or blank(unit, ButtonForm),
    )
