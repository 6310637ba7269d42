"""What a school does with a roster: upload, confirm, stop, undo, discard; editing it is in `editing`."""

import base64
from hashlib import sha256

from sqlalchemy.orm import Session

from centre import audit, privacy
from centre.counters import take_some
from centre.permissions import Actor, Permission, require
from centre.sheets.cells import Workbook
from centre.states import move
from centre.text import clean
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.classes.rules import ClassState
from training.enrolments.rules import ClassNotOpen
from training.providers.rules import require_responsible
from training.rosters import queries
from training.rosters.imports import import_rows, judge_rows
from training.rosters.models import RosterUpload
from training.rosters.parsing import open_roster
from training.rosters.rules import (
    AT_ONCE,
    ROSTERS,
    ColumnsMissing,
    NothingToImport,
    RosterBusy,
    RosterFull,
    RosterHasErrors,
    RosterState,
    Source,
)
from training.rosters.undoing import require_recent, withdraw_rows
from training.rosters.uploads import check_file, close_import, count, locked, unreserve, wipe


def upload_roster(
    session: Session,
    actor: Actor,
    *,
    class_id: int,
    content: bytes,
    file_name: str,
    book: Workbook | None = None,
    source: Source = Source.FILE,
) -> RosterUpload:
    """Store a school's file and check every row, without enrolling anybody.

    `book` is the file as the caller has read it, before the transaction began. A file with unknown columns, or with
    more than AT_ONCE rows, stays `uploaded`: the school names the columns, the worker checks the rows. Sending the same
    file again while it waits gives the same upload. Raises SheetRefused, NoHeader, TooManyRows, ClassNotOpen or
    NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    parts = class_parts(session, class_id)
    require_responsible(actor, provider_id=parts[0].provider_id, centre_id=parts[0].centre_id)
    if parts[0].state is not ClassState.RECRUITING:
        raise ClassNotOpen
    digest = sha256(content).hexdigest()
    waiting = session.scalar(queries.waiting(class_id, digest))
    if waiting is not None:
        if waiting.state is RosterState.CHECKED and waiting.total <= AT_ONCE:
            _judge_again(session, waiting, parts[0])
        return waiting
    name = clean(file_name.replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "roster"
    book = book or open_roster(content, name)
    upload = _new_upload(actor, parts[0], name, content, digest, source)
    session.add(upload)
    session.flush()
    audit.note(session, actor, action="roster.upload", subject=f"roster:{upload.id}")
    check_file(session, upload, parts, book, actor=actor)
    return upload


def confirm_roster(session: Session, actor: Actor, *, upload_id: int, only_good: bool = False) -> RosterUpload:
    """Enrol everybody with a valid row, all or none, and delete the file and its cells (确认导入).

    Rows are judged again, so that changes since the check count. For more than AT_ONCE rows the seats are reserved now
    and the worker imports the rows. Raises RosterHasErrors unless `only_good` says to skip rows with errors, RosterFull
    when there are more new trainees than seats, NothingToImport, IllegalMove, ClassNotOpen or NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    upload = locked(session, upload_id)
    is_long = upload.total > AT_ONCE
    if upload.state is RosterState.UPLOADED:
        raise ColumnsMissing if upload.needs_columns else RosterBusy
    move(session, actor, upload, ROSTERS, "queue" if is_long else "confirm")
    parts = class_parts(session, upload.class_id)
    if parts[0].state is not ClassState.RECRUITING:
        raise ClassNotOpen
    if not is_long:
        _judge_again(session, upload, parts[0])
    if not upload.creates + upload.updates + upload.unchanged:
        raise NothingToImport
    if upload.errors and not only_good:
        raise RosterHasErrors(errors=upload.errors)
    if not take_some(session, TrainingClass, upload.class_id, upload.creates):
        raise RosterFull(rows=upload.creates, left=parts[0].seats_left)
    upload.reserved, upload.done, upload.cursor = upload.creates, 0, 0
    upload.decided_by = actor.account_id
    if is_long:
        audit.note(session, actor, action="roster.queue", subject=f"roster:{upload.id}")
        return upload
    rows = session.execute(queries.pieces(queries.good_rows(upload.id))).all()
    import_rows(session, actor=actor, parts=parts, upload=upload, rows=rows)
    close_import(session, upload, actor=actor)
    return upload


def discard_roster(session: Session, actor: Actor, *, upload_id: int) -> RosterUpload:
    """Discard an upload; only the fact that it arrived is kept. Raises IllegalMove or NotFound."""
    require(actor, Permission.IMPORT_ROSTER)
    upload = locked(session, upload_id)
    move(session, actor, upload, ROSTERS, "discard")
    wipe(session, upload)
    audit.note(session, actor, action="roster.discard", subject=f"roster:{upload.id}")
    return upload


def stop_roster(session: Session, actor: Actor, *, upload_id: int) -> RosterUpload:
    """Stop an import that the worker is running; its enrolments are withdrawn (停止导入). Raises IllegalMove."""
    require(actor, Permission.IMPORT_ROSTER)
    upload = locked(session, upload_id)
    move(session, actor, upload, ROSTERS, "stop")
    unreserve(session, upload)
    upload.done, upload.total, upload.cursor = 0, upload.done, 0
    upload.decided_by = actor.account_id
    audit.note(session, actor, action="roster.stop", subject=f"roster:{upload.id}")
    return upload


def undo_roster(session: Session, actor: Actor, *, upload_id: int) -> RosterUpload:
    """Undo an import within the period of the policy: exactly those of its enrolments that are unchanged since.

    People and corrected fields stay as they are (撤回导入). Raises UndoTooLate, IllegalMove or NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    upload = locked(session, upload_id)
    training = class_parts(session, upload.class_id)[0]
    move(session, actor, upload, ROSTERS, "undo")
    require_recent(session, upload, training)
    upload.done, upload.total, upload.cursor = 0, upload.creates, 0
    upload.decided_by = actor.account_id
    audit.note(session, actor, action="roster.undo", subject=f"roster:{upload.id}")
    if upload.creates <= AT_ONCE:
        withdraw_rows(session, actor=actor, upload=upload, most=AT_ONCE)
        move(session, actor, upload, ROSTERS, "finish")
    return upload


def _judge_again(session: Session, upload: RosterUpload, training: TrainingClass) -> None:
    """Give the rows of an upload fresh verdicts."""
    judge_rows(session, upload, training, session.execute(queries.pieces(queries.people_rows(upload.id))).all())
    count(session, upload)


def _new_upload(
    actor: Actor, training: TrainingClass, name: str, content: bytes, digest: str, source: Source
) -> RosterUpload:
    key_name, wrapped = privacy.new_key()
    upload = RosterUpload(
        provider_id=training.provider_id,
        centre_id=training.centre_id,
        class_id=training.id,
        state=RosterState.UPLOADED,
        source=source,
        file_name=name,
        file_digest=digest,
        file_size=len(content),
        key_name=key_name,
        wrapped_key=wrapped,
        sent_by=actor.account_id,
    )
    upload.file_sealed = upload.seal("file", base64.b64encode(content).decode())
    return upload
