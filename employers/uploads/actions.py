"""What a sender does with a list of openings: send it, say what its columns are, correct, confirm, undo, discard."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.errors import Invalid, NotFound, Problem
from centre.permissions import Actor, Permission, require
from centre.sheets.cells import Workbook
from centre.sheets.header import Header
from centre.states import move
from centre.text import clean
from centre.translation import N_
from employers.companies.models import Employer
from employers.openings.actions import close_opening
from employers.openings.columns import COLUMNS, NEEDED
from employers.openings.imports import ImportVerdict
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from employers.uploads import queries
from employers.uploads.checking import (
    check_file,
    headers_of,
    keep_columns,
    line_of,
    take,
    trial,
    verdict_values,
)
from employers.uploads.models import OpeningMapping, OpeningUpload, OpeningUploadRow
from employers.uploads.rules import (
    OPENING_UPLOADS,
    ListHasErrors,
    NothingToTake,
    UndoOver,
    UploadState,
)

LONGEST_CELL = 4_000


def send_list(
    session: Session,
    actor: Actor,
    *,
    content: bytes,
    file_name: str,
    book: Workbook,
    source_name: str = "",
    publish: bool = False,
) -> OpeningUpload:
    """Store a list and give every row its verdict; nothing is imported yet. `book` is the file as the caller has read
    it, before the transaction began.

    The centre's staff name the source and may vouch for it (`publish`). Raises SheetRefused, TooManyOpenings, Invalid.
    """
    require(actor, Permission.POST_OPENING)
    employer_id = queries.own_employer(actor)
    employer = session.get_one(Employer, employer_id) if employer_id else None
    if employer is None:
        require(actor, Permission.IMPORT_OPENINGS)
        if not source_name.strip():
            raise Invalid([Problem("source_name", "source-missing", N_("转载的岗位要写明来源名称"))])
    name = clean(file_name.replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "list"
    upload = OpeningUpload(
        centre_id=employer.centre_id if employer else actor.centre_id,
        employer_id=employer_id,
        state=UploadState.UPLOADED,
        file_name=name,
        file=content,
        source_name=employer.name if employer else source_name.strip()[:200],
        publish=publish and employer is None,
        sent_by=actor.account_id,
    )
    session.add(upload)
    session.flush()
    audit.note(session, actor, action="opening-list.send", subject=f"opening_upload:{upload.id}")
    headers = headers_of(book, queries.mappings(session, actor))
    keep_columns(upload, book, headers)
    _check(session, actor, upload, book, headers)
    return upload


def name_columns(
    session: Session, actor: Actor, *, upload_id: int, chosen: Mapping[str, Mapping[int, str]], book: Workbook
) -> OpeningUpload:
    """Say what the columns of each sheet are; it is remembered for lists with the same header, and the rows are checked
    again. Raises Invalid, IllegalMove or NotFound."""
    require(actor, Permission.POST_OPENING)
    upload = _locked(session, upload_id)
    headers = headers_of(book, {})
    for sheet, fields in chosen.items():
        if sheet not in headers or any(column not in headers[sheet].titles for column in fields):
            raise NotFound
        _refuse_twice(sheet, fields)
        columns = {name: column for column, name in fields.items() if name}
        headers[sheet] = replace(headers[sheet], columns=columns)
        _remember(session, actor, upload, sheet, fields)
    keep_columns(upload, book, headers)
    session.execute(delete(OpeningUploadRow).where(OpeningUploadRow.upload_id == upload.id))
    _check(session, actor, upload, book, headers)
    return upload


def correct_row(
    session: Session, actor: Actor, *, upload_id: int, row_id: int, cells: Mapping[str, str]
) -> OpeningUploadRow:
    """Correct cells of one row, and judge it and every row with its id at once (就地改正). Raises NotFound, Invalid."""
    require(actor, Permission.POST_OPENING)
    upload = _locked(session, upload_id)
    move(session, actor, upload, OPENING_UPLOADS, "check")
    row = session.scalar(
        select(OpeningUploadRow).where(OpeningUploadRow.id == row_id, OpeningUploadRow.upload_id == upload.id)
    )
    if row is None:
        raise NotFound
    if any(name not in upload.columns[row.sheet]["columns"] for name in cells):
        raise Invalid([Problem(next(iter(cells)), "no-column", N_("这份表格里没有这一列"))])
    ids = {row.cells.get("id", ""), cells.get("id", row.cells.get("id", ""))} - {""}
    corrected = {name: clean(text[:LONGEST_CELL], paragraphs=True, field=name) for name, text in cells.items()}
    row.cells = {**row.cells, **corrected}
    row.unread = [problem for problem in row.unread if problem["field"] not in (*cells, "")]
    row.edited = True
    rows = [kept for kept in session.scalars(queries.rows_of(upload.id)) if kept is row or kept.cells.get("id") in ids]
    rows.sort(key=lambda kept: kept.id)
    report = trial(session, actor, upload, [line_of(upload, kept) for kept in rows])
    for kept, result in zip(rows, report.rows, strict=True):
        for name, value in verdict_values(result).items():
            setattr(kept, name, value)
    session.flush()
    return row


def confirm_list(session: Session, actor: Actor, *, upload_id: int, only_good: bool = False) -> OpeningUpload:
    """Import every row that is not refused (确认导入). Raises ListHasErrors, NothingToTake or IllegalMove."""
    require(actor, Permission.POST_OPENING)
    upload = _locked(session, upload_id)
    move(session, actor, upload, OPENING_UPLOADS, "confirm")
    rows = sorted(session.scalars(queries.rows_of(upload.id)), key=lambda row: row.id)
    good = [row for row in rows if row.verdict is not ImportVerdict.REFUSED]
    if not good:
        raise NothingToTake
    if len(good) < len(rows) and not only_good:
        raise ListHasErrors(errors=len(rows) - len(good))
    report = take(session, actor, upload, [line_of(upload, row) for row in good])
    session.flush()
    for row, result in zip(good, report.rows, strict=True):
        for name, value in verdict_values(result).items():
            setattr(row, name, value)
        row.opening_id = result.opening_id
        row.version = session.get_one(Opening, result.opening_id).version if result.opening_id else None
    upload.settled_at = clock.now()
    audit.note(session, actor, action="opening-list.confirm", subject=f"opening_upload:{upload.id}")
    return upload


def undo_list(session: Session, actor: Actor, *, upload_id: int) -> OpeningUpload:
    """Close the openings that the import made and that are unchanged since (撤回导入). Changed openings stay as they
    are. Raises UndoOver or IllegalMove."""
    require(actor, Permission.POST_OPENING)
    upload = _locked(session, upload_id)
    move(session, actor, upload, OPENING_UPLOADS, "undo")
    days = queries.undo_days(session, upload)
    if upload.settled_at is None or clock.now() > upload.settled_at + timedelta(days=days):
        raise UndoOver(days=days)
    upload.withdrawn = 0
    for row in session.scalars(queries.rows_of(upload.id).where(OpeningUploadRow.is_new)):
        opening = session.get(Opening, row.opening_id) if row.opening_id else None
        if opening is None or opening.version != row.version or opening.taken or opening.state is OpeningState.CLOSED:
            continue
        close_opening(session, actor, opening_id=opening.id, reason=upload.source_name)
        opening.external_id = None  # so that the same list can be sent again
        upload.withdrawn += 1
    audit.note(session, actor, action="opening-list.undo", subject=f"opening_upload:{upload.id}")
    return upload


def discard_list(session: Session, actor: Actor, *, upload_id: int) -> OpeningUpload:
    """Give a list up; its file is deleted. Raises IllegalMove or NotFound."""
    require(actor, Permission.POST_OPENING)
    upload = _locked(session, upload_id)
    move(session, actor, upload, OPENING_UPLOADS, "discard")
    upload.file, upload.settled_at = None, clock.now()
    session.execute(delete(OpeningUploadRow).where(OpeningUploadRow.upload_id == upload.id))
    audit.note(session, actor, action="opening-list.discard", subject=f"opening_upload:{upload.id}")
    return upload


def _check(
    session: Session, actor: Actor, upload: OpeningUpload, book: Workbook, headers: Mapping[str, Header]
) -> None:
    if upload.needs_columns:
        return
    check_file(session, actor, upload, book, headers)
    move(session, actor, upload, OPENING_UPLOADS, "check")


def _locked(session: Session, upload_id: int) -> OpeningUpload:
    queries.upload_of(session, upload_id)
    locked = select(OpeningUpload).where(OpeningUpload.id == upload_id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()


def _refuse_twice(sheet: str, fields: Mapping[int, str]) -> None:
    used = [name for name in fields.values() if name]
    wrong = [
        Problem(f"{sheet}.{column}", "column-twice", N_("“{name}”只能对应一列"), {"name": _label(name)})
        for column, name in fields.items()
        if name and (used.count(name) > 1 or name not in COLUMNS)
    ]
    wrong += [
        Problem(sheet, "column-missing", N_("请指定“{name}”是哪一列"), {"name": _label(name)})
        for name in NEEDED
        if name not in used
    ]
    if wrong:
        raise Invalid(wrong)


def _label(name: str) -> str:
    return COLUMNS[name][0] if name in COLUMNS else name[:40]


def _remember(session: Session, actor: Actor, upload: OpeningUpload, sheet: str, fields: Mapping[int, str]) -> None:
    mark = upload.columns[sheet]["fingerprint"]
    columns = {str(column): name for column, name in fields.items()}
    employer_id = queries.own_employer(actor)
    known = session.scalar(
        select(OpeningMapping)
        .where(OpeningMapping.fingerprint == mark, OpeningMapping.employer_id.is_not_distinct_from(employer_id))
        .order_by(OpeningMapping.id)
        .limit(1)
    )
    if known is None:
        session.add(
            OpeningMapping(centre_id=upload.centre_id, employer_id=employer_id, fingerprint=mark, columns=columns)
        )
    else:
        known.columns = columns
    session.flush()
