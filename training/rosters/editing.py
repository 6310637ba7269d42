"""What a school corrects in an upload before the import: the columns' fields, and single cells."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import audit
from centre.errors import Invalid, NotFound, Problem
from centre.permissions import Actor, Permission, require
from centre.sheets.cells import Workbook
from centre.states import move
from centre.text import clean
from centre.translation import N_
from training.classes.queries import class_parts
from training.rosters import queries
from training.rosters.columns import ALIASES, LABELS, REQUIRED
from training.rosters.imports import judge_rows
from training.rosters.models import RosterMapping, RosterRow, RosterUpload, index_of, row_values
from training.rosters.parsing import ClassFacts, open_roster, read_again, report_duplicates
from training.rosters.rules import ROSTERS, RosterBusy, RosterReading, RosterState
from training.rosters.uploads import check_file, count, locked

LONGEST_CELL = 200


def choose_columns(
    session: Session,
    actor: Actor,
    *,
    upload_id: int,
    chosen: Mapping[str, Mapping[int, str]],
    book: Workbook | None = None,
) -> RosterUpload:
    """Assign fields to the columns of each sheet, remember them for similar files, and check again (列对应).

    `chosen` gives for each sheet the field of every column number, "" for an unused one; `book` is the file as the
    caller has read it. Raises Invalid when two columns are the same field or a required one is missing, RosterBusy
    while the worker has the file, IllegalMove or NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    upload = locked(session, upload_id)
    if upload.state is RosterState.UPLOADED and not upload.needs_columns:
        raise RosterBusy
    if upload.state is not RosterState.UPLOADED:
        move(session, actor, upload, ROSTERS, "reread")
    for sheet, fields in chosen.items():
        _remember(session, upload, sheet, fields)
    session.execute(delete(RosterRow).where(RosterRow.upload_id == upload.id))
    upload.done = upload.total = 0
    book = book or open_roster(queries.file_of(upload), upload.file_name)
    check_file(session, upload, class_parts(session, upload.class_id), book, actor=actor)
    audit.note(session, actor, action="roster.columns", subject=f"roster:{upload.id}")
    return upload


def edit_row(session: Session, actor: Actor, *, upload_id: int, row_id: int, cells: Mapping[str, str]) -> RosterRow:
    """Correct cells of one row before the import, and judge it at once (就地改正).

    An empty value empties the cell. Raises IllegalMove, Invalid for a field without a column in the sheet, or NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    upload = locked(session, upload_id)
    move(session, actor, upload, ROSTERS, "check")
    row = session.scalar(select(RosterRow).where(RosterRow.id == row_id, RosterRow.upload_id == upload.id))
    if row is None:
        raise NotFound
    unknown = [name for name in cells if name not in upload.columns[row.sheet]["columns"]]
    if unknown:
        raise Invalid([Problem(name, "no-column", N_("这份表格里没有这一列")) for name in unknown])
    parts = class_parts(session, upload.class_id)
    facts = queries.facts(session, parts)
    corrected = {name: clean(value[:LONGEST_CELL], field=name) for name, value in cells.items()}
    edited = _read_row(upload, row, facts, corrected)
    readings = {row.id: edited}
    alike = queries.rows_with(upload.id, {row.identity, index_of(edited)} - {""})
    rows = sorted({row, *session.scalars(alike)}, key=lambda kept: kept.id)
    for kept in rows:
        readings.setdefault(kept.id, _read_row(upload, kept, facts, {}))
    report_duplicates([readings[kept.id] for kept in rows])
    for kept in rows:
        for name, value in row_values(upload, readings[kept.id]).items():
            setattr(kept, name, value)
    row.edited = True
    session.flush()
    judge_rows(session, upload, parts[0], rows)
    count(session, upload)
    return row


def _read_row(upload: RosterUpload, row: RosterRow, facts: ClassFacts, corrected: Mapping[str, str]) -> RosterReading:
    cells = {**row.read(upload).cells, **corrected}
    return read_again(row.sheet, row.row_no, cells, list(upload.columns[row.sheet]["columns"]), facts)


def _remember(session: Session, upload: RosterUpload, sheet: str, fields: Mapping[int, str]) -> None:
    if sheet not in upload.columns or any(str(column) not in upload.columns[sheet]["titles"] for column in fields):
        raise NotFound
    used = [name for name in fields.values() if name]
    wrong = [
        Problem(f"{sheet}.{column}", "column-twice", N_("“{name}”只能对应一列"), {"name": LABELS.get(name, name)})
        for column, name in fields.items()
        if name and (used.count(name) > 1 or name not in ALIASES)
    ]
    wrong += [
        Problem(sheet, "column-missing", N_("请指定“{name}”是哪一列"), {"name": LABELS[name]})
        for name in REQUIRED
        if name not in used
    ]
    if wrong:
        raise Invalid(wrong)
    columns = {str(column): name for column, name in fields.items()}
    mark = upload.columns[sheet]["fingerprint"]
    known = session.scalar(queries.mappings(upload.provider_id).where(RosterMapping.fingerprint == mark))
    if known is None:
        session.add(RosterMapping(provider_id=upload.provider_id, fingerprint=mark, columns=columns))
    else:
        known.columns = columns
    session.flush()
