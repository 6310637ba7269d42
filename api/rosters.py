"""Trainee rosters: upload as file or rows, checks, corrections, confirmation, progress, undo, transmission report."""

import csv
import io
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from pydantic import Field, StringConstraints
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.dependencies import Routes, Unit, UnitOfWork
from api.paging import Cursor, Offset, page_of
from api.wire import Wire
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId
from centre.errors import Invalid, Problem
from centre.permissions import Permission
from centre.sheets.cells import Workbook
from centre.text import mask_id, mask_phone
from centre.translation import N_, translate
from training.classes.queries import class_parts
from training.rosters import actions, editing, queries
from training.rosters.columns import ALIASES, REQUIRED, roster_template
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.parsing import open_roster
from training.rosters.regularity import transmissions
from training.rosters.rules import AT_ONCE, Fate, FieldChange, RosterState, RosterVerdict, Source

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = Annotated[Line, StringConstraints(max_length=200)]

FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

SHEET: dict[str, Any] = {"response_class": Response, "responses": {200: {"content": {XLSX: {}}}}}

routes = Routes(tags=["rosters"])


class UploadOut(Wire):
    """An uploaded roster and the effect of confirming it (花名册上传)."""

    id: int
    class_id: int
    state: RosterState
    file_name: str
    creates: int
    updates: int
    unchanged: int
    errors: int
    ignored: int
    source: Source
    needs_columns: bool
    total: int
    done: int
    withdrawn: int

    @classmethod
    def of(cls, upload: RosterUpload) -> "UploadOut":
        """The figures of an upload; `done` of `total` rows are checked, imported or undone, depending on the state."""
        return cls(
            id=upload.id, class_id=upload.class_id, state=upload.state, file_name=upload.file_name,
            creates=upload.creates, updates=upload.updates, unchanged=upload.unchanged,
            errors=upload.errors, ignored=upload.ignored, source=upload.source,
            needs_columns=upload.needs_columns, total=upload.total, done=upload.done, withdrawn=upload.withdrawn,
        )  # fmt: skip


class ChangeOut(Wire):
    """A difference between a row and the record; telephone and card numbers are masked."""

    field: str
    before: str
    after: str
    fate: Fate
    why: str

    @classmethod
    def of(cls, change: FieldChange) -> "ChangeOut":
        """A difference as the school sees it."""
        hidden = change.field in ("phone", "bank")
        before, after = (mask_phone(value) if hidden else value for value in (change.before, change.after))
        return cls(field=change.field, before=before, after=after, fate=change.fate, why=change.why)


class PersonIn(Draft):
    """One trainee as a school's software sends it: the columns of the template, as text (学员)."""

    name: Cell = ""
    id_number: Cell = ""
    id_type: Cell = ""
    sex: Cell = ""
    birth: Cell = ""
    education: Cell = ""
    category: Cell = ""
    phone: Cell = ""
    major: Cell = ""
    level: Cell = ""
    days: Cell = ""
    card_no: Cell = ""
    bank: Cell = ""
    hardship_no: Cell = ""
    relation: Cell = ""


class RowsIn(Draft):
    """A roster as rows instead of a file. Sending the same rows again while they are pending yields the same upload."""

    class_id: RecordId
    rows: Annotated[list[PersonIn], Field(min_length=1, max_length=AT_ONCE)]


class ColumnsIn(Draft):
    """The field of each column of a sheet by column number, empty for an unused column."""

    sheet: Annotated[str, Field(max_length=100)]
    columns: Annotated[
        dict[Annotated[int, Field(ge=0, le=600)], Annotated[str, Field(max_length=40)]], Field(max_length=600)
    ]


class CellsIn(Draft):
    """Corrected cells of one row by field; an empty text clears the cell."""

    cells: Annotated[dict[Annotated[str, Field(max_length=40)], Cell], Field(min_length=1, max_length=20)]


class DayOut(Wire):
    """A school's uploads on one day (当日报送)."""

    on: date
    uploads: int
    rows: int
    created: int
    updated: int
    errors: int
    waiting: int


class TransmissionOut(Wire):
    """How regularly a school sends its rosters (报送情况)."""

    provider_id: int
    name: str
    last_at: datetime | None
    recruiting: int
    silent_days: int | None
    is_stale: bool
    days: list[DayOut]


class RowFault(Wire):
    """A problem with one cell."""

    field: str
    code: str
    message: str


class RowOut(Wire):
    """One row of the file, by sheet and row number as a spreadsheet program shows it."""

    id: int
    sheet: str
    row: int
    verdict: RosterVerdict
    name: str
    identity_masked: str
    problems: list[RowFault]
    warnings: list[RowFault]
    changes: list[ChangeOut]
    enrolment_id: int | None

    @classmethod
    def of(cls, row: RosterRow, upload: RosterUpload, locale: str) -> "RowOut":
        """A row in the reader's language; personal data is masked, and deleted once the upload is settled."""
        reading = row.read(upload)
        number = reading.trainee.number if reading.trainee else ""
        return cls(
            id=row.id, sheet=row.sheet, row=row.row_no, verdict=row.verdict, name=reading.cells.get("name", ""),
            identity_masked=mask_id(number), problems=_faults(row.problems, locale),
            warnings=_faults(row.warnings, locale), changes=[ChangeOut.of(change) for change in reading.changes],
            enrolment_id=row.enrolment_id,
        )  # fmt: skip


def _faults(kept: list[dict[str, Any]], locale: str) -> list[RowFault]:
    return [
        RowFault(
            field=fault["field"], code=fault["code"], message=translate(locale, fault["message"], **fault["params"])
        )
        for fault in kept
    ]


@routes.get("/classes/{class_id}/roster-template", allow=Permission.IMPORT_ROSTER, **SHEET)
def template(unit: Unit, class_id: RecordId) -> Response:
    """Get the .xlsx template of a class, with drop-downs."""
    training, major, _ = class_parts(unit.session, class_id)
    return spreadsheet(
        roster_template(training.class_no, major.name, major.level), f"学员花名册-{training.class_no}.xlsx"
    )


def _read_upload(unit: UnitOfWork, class_id: int, file_name: str) -> tuple[bytes, str, Workbook]:  # noqa: ARG001
    """Parse the uploaded file in a child process before the transaction begins."""
    content, name = _content(unit, file_name)
    return content, name, open_roster(content, name)


def _write_rows(unit: UnitOfWork, body: RowsIn) -> tuple[bytes, str, Workbook]:  # noqa: ARG001
    """Turn rows into a file, so that they take the same path as uploaded files."""
    packed = io.StringIO(newline="")
    names = list(PersonIn.model_fields)
    used = [name for name in names if name in REQUIRED or any(getattr(row, name) for row in body.rows)]
    writer = csv.writer(packed)
    writer.writerow([ALIASES[name][0] for name in used])
    writer.writerows([getattr(row, name) for name in used] for row in body.rows)
    content = packed.getvalue().encode("utf-8-sig")
    return content, "rows.csv", open_roster(content, "rows.csv")


@routes.post("/rosters/rows", allow=Permission.IMPORT_ROSTER, status_code=201, upload=True, before=_write_rows)
def send_rows(unit: Unit, body: RowsIn) -> UploadOut:
    """Upload trainees as rows from a school's software. Nothing is enrolled before confirmation."""
    content, name, book = unit.prepared
    roster = actions.upload_roster(
        unit.session,
        unit.actor,
        class_id=body.class_id,
        content=content,
        file_name=name,
        book=book,
        source=Source.API,
    )
    return UploadOut.of(roster)


@routes.post(
    "/rosters",
    allow=Permission.IMPORT_ROSTER,
    status_code=201,
    upload=True,
    openapi_extra=FILE,
    before=_read_upload,
)
def upload(
    unit: Unit,
    class_id: Annotated[int, Query(ge=1, le=BIGGEST_ID)],
    file_name: Annotated[str, Query(max_length=200)] = "roster.xlsx",  # noqa: ARG001  read before
) -> UploadOut:
    """Upload a roster for a class: a multipart form with `file`, or the file as the body. Nothing is enrolled yet.

    With `needs_columns` the columns of the file must still be assigned. More than 2,000 rows are checked in the
    background.
    """
    content, name, book = unit.prepared
    roster = actions.upload_roster(
        unit.session, unit.actor, class_id=class_id, content=content, file_name=name, book=book
    )
    return UploadOut.of(roster)


@routes.get("/rosters/{upload_id}", allow=Permission.IMPORT_ROSTER)
def roster(unit: Unit, upload_id: RecordId) -> UploadOut:
    """Get the figures of an upload."""
    return UploadOut.of(queries.upload_of(unit.session, upload_id))


@routes.get("/rosters/{upload_id}/rows", allow=Permission.IMPORT_ROSTER)
def rows(
    unit: Unit,
    upload_id: RecordId,
    verdict: RosterVerdict | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    offset: Offset = 0,
    cursor: Cursor = "",
) -> list[RowOut]:
    """List the rows with their verdicts, errors first."""
    roster = queries.upload_of(unit.session, upload_id)
    part = page_of(unit, queries.rows_of(roster.id, verdict), limit=limit, cursor=cursor, offset=offset)
    return [RowOut.of(row, roster, unit.locale) for row in part.records]


@routes.get("/rosters/{upload_id}/file", allow=Permission.IMPORT_ROSTER, **SHEET)
def returned_file(unit: Unit, upload_id: RecordId) -> Response:
    """Get the school's file with faulty cells in red and explanations; 409 once the upload is settled."""
    roster = queries.upload_of(unit.session, upload_id)
    content = queries.annotated_file(unit.session, roster, unit.locale)
    return spreadsheet(content, marked_name(roster.file_name))


@routes.post("/rosters/{upload_id}/confirmation", allow=Permission.IMPORT_ROSTER)
def confirm(unit: Unit, upload_id: RecordId, only_good: bool = False) -> UploadOut:
    """Enrol all trainees, or with `only_good` those without errors, in one transaction.

    More than 2,000 rows are imported in the background.
    """
    return UploadOut.of(actions.confirm_roster(unit.session, unit.actor, upload_id=upload_id, only_good=only_good))


@routes.post("/rosters/{upload_id}/columns", allow=Permission.IMPORT_ROSTER)
def columns(unit: Unit, upload_id: RecordId, body: ColumnsIn) -> UploadOut:
    """Map the columns of a sheet; remembered for the school's next file with the same header."""
    chosen = {body.sheet: body.columns}
    return UploadOut.of(editing.choose_columns(unit.session, unit.actor, upload_id=upload_id, chosen=chosen))


@routes.post("/rosters/{upload_id}/rows/{row_id}", allow=Permission.IMPORT_ROSTER)
def correct(unit: Unit, upload_id: RecordId, row_id: RecordId, body: CellsIn) -> RowOut:
    """Correct cells of one row, which is checked again at once."""
    row = editing.edit_row(unit.session, unit.actor, upload_id=upload_id, row_id=row_id, cells=body.cells)
    return RowOut.of(row, queries.upload_of(unit.session, upload_id), unit.locale)


@routes.post("/rosters/{upload_id}/stopping", allow=Permission.IMPORT_ROSTER)
def stop(unit: Unit, upload_id: RecordId) -> UploadOut:
    """Stop a background import; its enrolments are withdrawn."""
    return UploadOut.of(actions.stop_roster(unit.session, unit.actor, upload_id=upload_id))


@routes.post("/rosters/{upload_id}/undoing", allow=Permission.IMPORT_ROSTER)
def undo(unit: Unit, upload_id: RecordId) -> UploadOut:
    """Undo an import: exactly those of its enrolments that have not changed since."""
    return UploadOut.of(actions.undo_roster(unit.session, unit.actor, upload_id=upload_id))


@routes.get("/transmissions", allow=Permission.IMPORT_ROSTER)
def report(unit: Unit) -> list[TransmissionOut]:
    """Report how regularly schools send rosters, overdue ones first; a school sees only itself."""
    schools = transmissions(unit.session, provider_id=unit.actor.provider_id)
    return [TransmissionOut.model_validate(school, from_attributes=True) for school in schools]


@routes.post("/rosters/{upload_id}/discarding", allow=Permission.IMPORT_ROSTER)
def discard(unit: Unit, upload_id: RecordId) -> UploadOut:
    """Discard an upload with its personal data."""
    return UploadOut.of(actions.discard_roster(unit.session, unit.actor, upload_id=upload_id))


def spreadsheet(content: bytes, name: str) -> Response:
    """An .xlsx download with a Chinese file name; never cached by browsers or proxies."""
    headers = {
        "Content-Disposition": f"attachment; filename=\"roster.xlsx\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


def marked_name(file_name: str) -> str:
    """The file name of the annotated copy."""
    return f"{file_name.rsplit('.', 1)[0]}-错误说明.xlsx"


def _content(unit: UnitOfWork, file_name: str) -> tuple[bytes, str]:
    if unit.form is None:
        return unit.content, file_name
    file = unit.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid([Problem("file", "missing", N_("请先选择文件"))])
    file.file.seek(0)
    return file.file.read(), file.filename
