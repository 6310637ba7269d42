"""Trainee rosters: upload, verdicts per row, the school's own file with its errors, confirmation."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.dependencies import Routes, Unit, UnitOfWork
from centre.drafts import BIGGEST_ID, RecordId
from centre.errors import Invalid, Problem
from centre.permissions import Permission
from centre.text import mask_id
from centre.words import N_, translate
from training.classes.queries import class_parts
from training.rosters import actions, queries
from training.rosters.columns import roster_template
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.rules import RosterState, Verdict

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

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

routes = Routes(tags=["rosters"])


class UploadOut(BaseModel):
    """An uploaded roster and what confirming it would do (花名册上传)."""

    id: int
    class_id: int
    state: RosterState
    file_name: str
    creates: int
    updates: int
    unchanged: int
    errors: int
    ignored: int

    @classmethod
    def of(cls, found: RosterUpload) -> "UploadOut":
        """An upload in figures."""
        return cls(
            id=found.id, class_id=found.class_id, state=found.state, file_name=found.file_name, creates=found.creates,
            updates=found.updates, unchanged=found.unchanged, errors=found.errors, ignored=found.ignored,
        )  # fmt: skip


class FaultOut(BaseModel):
    """One thing to know of one cell."""

    field: str
    code: str
    message: str


class RowOut(BaseModel):
    """One line of the file, by sheet and by the row number that the spreadsheet program shows."""

    sheet: str
    row: int
    verdict: Verdict
    name: str
    identity_masked: str
    problems: list[FaultOut]
    warnings: list[FaultOut]
    enrolment_id: int | None

    @classmethod
    def of(cls, row: RosterRow, upload: RosterUpload, locale: str) -> "RowOut":
        """A row in the reader's language; what is personal is masked, and gone once the upload is settled."""
        reading = row.read(upload)
        number = reading.trainee.number if reading.trainee else ""
        return cls(
            sheet=row.sheet, row=row.row_no, verdict=row.verdict, name=reading.cells.get("name", ""),
            identity_masked=mask_id(number), problems=_faults(row.problems, locale),
            warnings=_faults(row.warnings, locale), enrolment_id=row.enrolment_id,
        )  # fmt: skip


def _faults(kept: list[dict[str, Any]], locale: str) -> list[FaultOut]:
    return [
        FaultOut(field=one["field"], code=one["code"], message=translate(locale, one["message"], **one["params"]))
        for one in kept
    ]


@routes.get("/classes/{class_id}/roster-template", allow=Permission.IMPORT_ROSTER)
def template(unit: Unit, class_id: RecordId) -> Response:
    """The .xlsx template of a class, with drop-downs."""
    found, major, _ = class_parts(unit.session, class_id)
    return spreadsheet(roster_template(found.class_no, major.name, major.level), f"学员花名册-{found.class_no}.xlsx")


@routes.post("/rosters", allow=Permission.IMPORT_ROSTER, status_code=201, upload=True, openapi_extra=FILE)
def upload(
    unit: Unit,
    class_id: Annotated[int, Query(ge=1, le=BIGGEST_ID)],
    file_name: Annotated[str, Query(max_length=200)] = "roster.xlsx",
) -> UploadOut:
    """Send a roster for a class: a multipart form with `file`, or the file itself as the body. Nothing is saved yet."""
    content, name = _content(unit, file_name)
    made = actions.upload_roster(unit.session, unit.actor, class_id=class_id, content=content, file_name=name)
    return UploadOut.of(made)


@routes.get("/rosters/{upload_id}", allow=Permission.IMPORT_ROSTER)
def roster(unit: Unit, upload_id: RecordId) -> UploadOut:
    """An upload in figures."""
    return UploadOut.of(queries.upload_of(unit.session, upload_id))


@routes.get("/rosters/{upload_id}/rows", allow=Permission.IMPORT_ROSTER)
def rows(
    unit: Unit,
    upload_id: RecordId,
    verdict: Verdict | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> list[RowOut]:
    """The verdict on every row, errors first."""
    found = queries.upload_of(unit.session, upload_id)
    kept = unit.session.scalars(queries.rows_of(found.id, verdict).limit(limit).offset(offset))
    return [RowOut.of(row, found, unit.locale) for row in kept]


@routes.get("/rosters/{upload_id}/file", allow=Permission.IMPORT_ROSTER)
def returned_file(unit: Unit, upload_id: RecordId) -> Response:
    """The school's own file with red cells and a column that explains them; 409 once the upload is settled."""
    found = queries.upload_of(unit.session, upload_id)
    content = queries.annotated_file(unit.session, found, unit.locale)
    return spreadsheet(content, marked_name(found.file_name))


@routes.post("/rosters/{upload_id}/confirmation", allow=Permission.IMPORT_ROSTER)
def confirm(unit: Unit, upload_id: RecordId) -> UploadOut:
    """Enrol everybody whose row is good, all or nobody."""
    return UploadOut.of(actions.confirm_roster(unit.session, unit.actor, upload_id=upload_id))


@routes.post("/rosters/{upload_id}/discarding", allow=Permission.IMPORT_ROSTER)
def discard(unit: Unit, upload_id: RecordId) -> UploadOut:
    """Throw an upload away with everything personal in it."""
    return UploadOut.of(actions.discard_roster(unit.session, unit.actor, upload_id=upload_id))


def spreadsheet(content: bytes, name: str) -> Response:
    """An .xlsx to save under a Chinese name; never kept by browsers or proxies."""
    headers = {
        "Content-Disposition": f"attachment; filename=\"roster.xlsx\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


def marked_name(file_name: str) -> str:
    """What the school's own file is called when it comes back."""
    return f"{file_name.rsplit('.', 1)[0]}-错误说明.xlsx"


def _content(unit: UnitOfWork, file_name: str) -> tuple[bytes, str]:
    if unit.form is None:
        return unit.content, file_name
    file = unit.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid([Problem("file", "missing", N_("请先选择文件"))])
    file.file.seek(0)
    return file.file.read(), file.filename
