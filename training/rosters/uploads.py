"""How uploads and their rows are stored: rows inserted in batches, counts, and the deletion of personal data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.bulk_writes import insert_rows
from centre.counters import give_back
from centre.permissions import Actor
from centre.scopes import seeing_everything
from centre.sheets.cells import Workbook
from centre.states import move
from training.classes.models import TrainingClass
from training.enrolments.effects import Parts
from training.rosters import queries
from training.rosters.models import RosterRow, RosterUpload, index_of, row_values
from training.rosters.parsing import MOST_ROWS, Layout, Roster, layouts_of, read_roster, remarks_of
from training.rosters.rules import AT_ONCE, ROSTERS, RosterReading, RosterVerdict, TooManyRows
from training.rosters.verdicts import judge, look_up

MOST_REMARKS = 100


def locked(session: Session, upload_id: int) -> RosterUpload:
    """The upload, locked until the transaction ends. Raises NotFound."""
    queries.upload_of(session, upload_id)
    statement = select(RosterUpload).where(RosterUpload.id == upload_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def check_file(session: Session, upload: RosterUpload, parts: Parts, book: Workbook, *, actor: Actor) -> None:
    """Find the columns of a file and, if it is short enough, check its rows now; otherwise the worker does.

    Raises NoHeader or TooManyRows.
    """
    chosen = queries.chosen(session, upload.provider_id)
    layouts = layouts_of(book, chosen)
    _keep_layouts(upload, layouts)
    upload.remarks = [asdict(remark) for remark in remarks_of(book, layouts)[:MOST_REMARKS]]
    first = {name: layout.header.last_row for name, layout in layouts.items() if layout.is_complete}
    if not first:
        return
    below = (
        row.number > first[sheet.name[:100]]
        for sheet in book.data_sheets
        if sheet.name[:100] in first
        for row in sheet.rows
    )
    upload.total = sum(below)
    if upload.total > MOST_ROWS:
        raise TooManyRows(limit=MOST_ROWS)
    if upload.total > AT_ONCE:
        return
    roster = read_roster(book, queries.facts(session, parts), chosen)
    finish_check(session, upload, parts, roster, actor=actor)


def finish_check(session: Session, upload: RosterUpload, parts: Parts, roster: Roster, *, actor: Actor) -> None:
    """Write the missing rows and finish the check."""
    upload.total = len(roster.readings)
    keep_rows(session, upload, parts[0], roster.readings[upload.done :])
    count(session, upload)
    move(session, actor, upload, ROSTERS, "check")


def keep_rows(
    session: Session, upload: RosterUpload, training: TrainingClass, readings: Sequence[RosterReading]
) -> None:
    """Judge readings and write them as rows."""
    known = look_up(session, {index_of(reading) for reading in readings if reading.number}, training)
    judge(training, upload, readings, known)
    insert_rows(session, RosterRow, [row_values(upload, reading) for reading in readings])
    upload.done += len(readings)


def count(session: Session, upload: RosterUpload) -> None:
    """Count the verdicts of an upload's rows."""
    session.flush()
    counted = select(RosterRow.verdict, func.count()).where(RosterRow.upload_id == upload.id)
    counts = dict(session.execute(counted.group_by(RosterRow.verdict)).all())
    upload.creates, upload.updates = counts.get(RosterVerdict.CREATE, 0), counts.get(RosterVerdict.UPDATE, 0)
    upload.unchanged, upload.errors = counts.get(RosterVerdict.UNCHANGED, 0), counts.get(RosterVerdict.ERROR, 0)
    upload.ignored = counts.get(RosterVerdict.IGNORED, 0)


def unreserve(session: Session, upload: RosterUpload) -> None:
    """Return reserved seats that no row needed."""
    if upload.reserved:
        with seeing_everything(session):
            give_back(session, TrainingClass, upload.class_id, count=upload.reserved)
        upload.reserved = 0


def close_import(session: Session, upload: RosterUpload, *, actor: Actor) -> None:
    """Finish a complete import: unused seats are returned and personal data is deleted.

    A file with errors or corrections stays, encrypted, for the days of the policy, so that the school can take it back.
    """
    unreserve(session, upload)
    edited = select(RosterRow.id).where(RosterRow.upload_id == upload.id, RosterRow.edited).order_by(RosterRow.id)
    if upload.errors or session.scalar(edited.limit(1)) is not None:
        _settle(session, upload, RosterRow.edited.is_(False), RosterRow.verdict != RosterVerdict.ERROR)
    else:
        wipe(session, upload)
    detail = {"created": upload.creates, "updated": upload.updates}
    audit.note(session, actor, action="roster.confirm", subject=f"roster:{upload.id}", detail=detail)


def wipe(session: Session, upload: RosterUpload) -> None:
    """Settle an upload: delete the file, the cells and their key."""
    upload.file_sealed = upload.wrapped_key = None
    upload.forget()
    _settle(session, upload)


def _settle(session: Session, upload: RosterUpload, *rows: ColumnElement[bool]) -> None:
    """Delete the samples and the cells of the rows, and note when the upload was first settled."""
    upload.samples_sealed = None
    upload.settled_at = upload.settled_at or clock.now()
    session.flush()
    with seeing_everything(session):
        session.execute(
            update(RosterRow)
            .where(RosterRow.upload_id == upload.id, *rows)
            .values(cells_sealed=None, changes_sealed=None, identity="")
            .execution_options(synchronize_session=False)
        )


def _keep_layouts(upload: RosterUpload, layouts: Mapping[str, Layout]) -> None:
    upload.columns = {sheet: layout.as_dict() for sheet, layout in layouts.items()}
    samples = {sheet: [list(line) for line in layout.samples] for sheet, layout in layouts.items()}
    upload.samples_sealed = upload.seal("samples", json.dumps(samples, ensure_ascii=False))
