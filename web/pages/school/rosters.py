"""Rosters in the browser: upload, columns, checks, corrections, confirmation, progress, undo, report."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from api.rosters import marked_name, spreadsheet
from centre import clock
from centre.database import open_session
from centre.drafts import Draft, RecordId
from centre.errors import NotFound, Refusal
from centre.people import CATEGORY_LABELS, EDUCATION_LABELS
from centre.permissions import Permission
from centre.policy import policy
from centre.sheets.cells import Workbook
from training.classes import queries as class_queries
from training.funds.queries import is_short
from training.rosters import actions, editing, queries
from training.rosters.columns import LABELS as FIELD_LABELS
from training.rosters.columns import REQUIRED, roster_template
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.parsing import open_roster
from training.rosters.regularity import transmissions
from training.rosters.rules import AT_WORK, KEPT_BECAUSE, VERDICT_LABELS, RosterState, RosterVerdict
from training.rosters.rules import STATE_LABELS as ROSTER_STATES
from training.rosters.undoing import may_undo, undo_days
from web.columns import chosen_columns, file_sheets
from web.forms import Bound, bind, blank, upload
from web.rendering import page

routes = Pages("/school")

ROWS = 50
EDITABLE = tuple(name for name in FIELD_LABELS if name not in ("major", "level", "days"))
"""Cells that can be corrected in place; a wrong class is corrected by uploading to the right class."""

LABELS: dict[str, Any] = {
    "roster_states": ROSTER_STATES,
    "verdicts": VERDICT_LABELS,
    "fields": FIELD_LABELS,
    "educations": EDUCATION_LABELS,
    "categories": CATEGORY_LABELS,
    "reasons": KEPT_BECAUSE,
}


class RosterForm(Draft):
    """A form with a file or only a button (上传花名册)."""


class ConfirmationForm(Draft):
    """The confirmation; rows with errors are skipped only with `only_good` (确认导入)."""

    only_good: bool = False


def _read_upload(unit: UnitOfWork, **_: Any) -> tuple[bytes, str, Workbook] | Refusal:
    """Parse the uploaded file in a child process before the transaction begins."""
    try:
        content, name = upload(unit)
        return content, name, open_roster(content, name)
    except Refusal as refusal:
        return refusal


def _read_again(unit: UnitOfWork, upload_id: int) -> Workbook:
    """Parse the stored file again before the transaction that maps its columns."""
    with open_session(unit.actor.scope) as session:
        upload = queries.upload_of(session, upload_id)
        content, name = queries.file_of(upload), upload.file_name
    return open_roster(content, name)


@routes.get("/classes/{class_id}/template.xlsx", allow=Permission.IMPORT_ROSTER)
def template(unit: Unit, class_id: RecordId) -> Response:
    """The roster template of a class."""
    training, major, _ = class_queries.class_parts(unit.session, class_id)
    return spreadsheet(
        roster_template(training.class_no, major.name, major.level), f"学员花名册-{training.class_no}.xlsx"
    )


@routes.get("/classes/{class_id}/roster", allow=Permission.IMPORT_ROSTER)
def ask_roster(unit: Unit, class_id: RecordId) -> Response:
    """The form for uploading a roster."""
    return _form(unit, class_id, blank(unit, RosterForm))


@routes.post("/classes/{class_id}/roster", allow=Permission.IMPORT_ROSTER, upload=True, before=_read_upload)
def send_roster(unit: Unit, class_id: RecordId) -> Response:
    """Check a roster and show its verdicts."""
    bound: Bound[RosterForm] = Bound({}, unit.locale)
    try:
        if isinstance(unit.prepared, Refusal):
            raise unit.prepared
        content, name, book = unit.prepared
        upload = actions.upload_roster(
            unit.session, unit.actor, class_id=class_id, content=content, file_name=name, book=book
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _form(unit, class_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/rosters/{upload.id}{'/columns' if upload.needs_columns else ''}", 303)


@routes.get("/rosters/{upload_id}", allow=Permission.IMPORT_ROSTER)
def roster(unit: Unit, upload_id: RecordId, verdict: str = "", page_no: int = 1) -> Response:
    """The verdict on each row, the progress, or the result of the import."""
    chosen = next((known for known in RosterVerdict if known == verdict), None)
    return _page(unit, queries.upload_of(unit.session, upload_id), chosen, min(max(page_no, 1), 2_000))


@routes.get("/rosters/{upload_id}/columns", allow=Permission.IMPORT_ROSTER)
def ask_columns(unit: Unit, upload_id: RecordId) -> Response:
    """The mapping of the file's columns."""
    return _columns(unit, upload_id, blank(unit, RosterForm))


@routes.post("/rosters/{upload_id}/columns", allow=Permission.IMPORT_ROSTER, before=_read_again)
def choose_columns(unit: Unit, upload_id: RecordId) -> Response:
    """Apply the school's column mapping and check the file again."""
    upload = queries.upload_of(unit.session, upload_id)
    typed = {name: str(value) for name, value in unit.form.items()} if unit.form else {}
    chosen = chosen_columns(typed, upload.columns)
    bound: Bound[RosterForm] = Bound(typed, unit.locale)
    try:
        changed = editing.choose_columns(
            unit.session, unit.actor, upload_id=upload_id, chosen=chosen, book=unit.prepared
        )
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return _columns(unit, upload_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/rosters/{changed.id}", 303)


@routes.post("/rosters/{upload_id}/rows/{row_id}", allow=Permission.IMPORT_ROSTER)
def edit_row(unit: Unit, upload_id: RecordId, row_id: RecordId) -> Response:
    """Correct cells of one row and check it again at once."""
    typed = {name: str(value) for name, value in unit.form.items()} if unit.form else {}
    cells = {name: value for name, value in typed.items() if name in EDITABLE}
    bound: Bound[RosterForm] = Bound({}, unit.locale)
    try:
        row = editing.edit_row(unit.session, unit.actor, upload_id=upload_id, row_id=row_id, cells=cells)
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(unit, upload_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/rosters/{upload_id}?{_place_of(typed)}#row-{row.id}", 303)


@routes.get("/rosters/{upload_id}/marked.xlsx", allow=Permission.IMPORT_ROSTER)
def marked(unit: Unit, upload_id: RecordId) -> Response:
    """The school's file with errors in red."""
    upload = queries.upload_of(unit.session, upload_id)
    return spreadsheet(queries.annotated_file(unit.session, upload, unit.locale), marked_name(upload.file_name))


@routes.post("/rosters/{upload_id}/confirm", allow=Permission.IMPORT_ROSTER)
def confirm(unit: Unit, upload_id: RecordId) -> Response:
    """Import the valid rows."""
    bound = bind(unit, ConfirmationForm)
    try:
        only_good = bound.draft.only_good if bound.draft else False
        actions.confirm_roster(unit.session, unit.actor, upload_id=upload_id, only_good=only_good)
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(unit, upload_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/rosters/{upload_id}", 303)


@routes.post("/rosters/{upload_id}/stop", allow=Permission.IMPORT_ROSTER)
def stop(unit: Unit, upload_id: RecordId) -> Response:
    """Stop a background import."""
    actions.stop_roster(unit.session, unit.actor, upload_id=upload_id)
    return RedirectResponse(f"/school/rosters/{upload_id}", 303)


@routes.post("/rosters/{upload_id}/undo", allow=Permission.IMPORT_ROSTER)
def undo(unit: Unit, upload_id: RecordId) -> Response:
    """Undo an import."""
    bound = blank(unit, RosterForm)
    try:
        actions.undo_roster(unit.session, unit.actor, upload_id=upload_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(unit, upload_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/school/rosters/{upload_id}", 303)


@routes.post("/rosters/{upload_id}/discard", allow=Permission.IMPORT_ROSTER)
def discard(unit: Unit, upload_id: RecordId) -> Response:
    """Discard an upload."""
    upload = queries.upload_of(unit.session, upload_id)
    actions.discard_roster(unit.session, unit.actor, upload_id=upload_id)
    return RedirectResponse(f"/school/classes/{upload.class_id}", 303)


@routes.get("/transmissions", allow=Permission.IMPORT_ROSTER)
def report(unit: Unit) -> Response:
    """How regularly the schools send rosters."""
    schools = transmissions(unit.session, provider_id=unit.actor.provider_id)
    return page(unit, "school/transmissions.html", schools=schools, own=unit.actor.provider_id is not None, **LABELS)


def _place_of(typed: dict[str, str]) -> str:
    """The list that the reader came from, for the way back."""
    verdict = next((known.value for known in RosterVerdict if known == typed.get("_verdict")), "")
    number = typed.get("_page", "1")
    number = number if number.isascii() and number.isdigit() and len(number) < 5 else "1"
    return f"verdict={verdict}&page_no={number}"


def _form(unit: UnitOfWork, class_id: int, bound: Bound[RosterForm], status_code: int = 200) -> Response:
    training, major, provider = class_queries.class_parts(unit.session, class_id)
    return page(
        unit,
        "school/upload.html",
        status_code,
        training=training,
        major=major,
        provider=provider,
        bound=bound,
        **LABELS,
    )


def _columns(unit: UnitOfWork, upload_id: int, bound: Bound[RosterForm], status_code: int = 200) -> Response:
    upload = queries.upload_of(unit.session, upload_id)
    if upload.state not in (RosterState.UPLOADED, RosterState.CHECKED):
        raise NotFound
    training, major, _ = class_queries.class_parts(unit.session, upload.class_id)
    return page(
        unit,
        "school/columns.html",
        status_code,
        upload=upload,
        training=training,
        major=major,
        sheets=file_sheets(upload.columns, queries.samples_of(upload), REQUIRED),
        choices=list(FIELD_LABELS.items()),
        bound=bound,
        **LABELS,
    )


def _again(unit: UnitOfWork, upload_id: int, bound: Bound[Any], status_code: int) -> Response:
    unit.session.rollback()
    return _page(unit, queries.upload_of(unit.session, upload_id), None, 1, bound, status_code)


def _page(
    unit: UnitOfWork,
    upload: RosterUpload,
    chosen: RosterVerdict | None,
    number: int,
    bound: Bound[Any] | None = None,
    status_code: int = 200,
) -> Response:
    training, major, _ = class_queries.class_parts(unit.session, upload.class_id)
    statement = queries.rows_of(upload.id, chosen).limit(ROWS + 1).offset((number - 1) * ROWS)
    rows: list[RosterRow] = list(unit.session.scalars(statement))
    return page(
        unit,
        _template(upload),
        status_code,
        upload=upload,
        training=training,
        major=major,
        rows=[(row, row.read(upload)) for row in rows[:ROWS]],
        following=number + 1 if len(rows) > ROWS else None,
        before=number - 1 if number > 1 else None,
        page_no=number,
        chosen=chosen,
        editable=EDITABLE,
        fund_short=upload.state is RosterState.CHECKED
        and is_short(unit.session, upload.class_id, places=upload.creates, centre_fen=major.centre_subsidy_fen),
        undo_days=undo_days(unit.session, upload),
        returned_days=policy(unit.session, "roster-returned-days", on=clock.today()),
        may_undo=upload.state is RosterState.CONFIRMED and may_undo(unit.session, upload, training),
        bound=bound or blank(unit, RosterForm),
        **LABELS,
    )


def _template(upload: RosterUpload) -> str:
    if upload.state is RosterState.CHECKED:
        return "school/roster.html"
    if upload.state is RosterState.UPLOADED or upload.state in AT_WORK:
        return "school/progress.html"
    return "school/result.html"
