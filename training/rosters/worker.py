"""Long rosters processed piece by piece outside any request: checked, imported, undone.

Every piece is a transaction of its own that begins where the last one stopped, so that a killed worker leaves nothing
half done and two workers on one upload help each other. Parsing happens before the lock is taken.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.database import open_session
from centre.errors import Refusal
from centre.permissions import Actor
from centre.states import move
from training.classes.queries import class_parts
from training.rosters import queries
from training.rosters.imports import import_rows
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.parsing import open_roster, read_roster
from training.rosters.rules import ROSTERS, RosterState
from training.rosters.undoing import withdraw_rows
from training.rosters.uploads import close_import, count, finish_check, keep_rows, locked, unreserve, wipe

PIECE = 1_000
SYSTEM = Actor.system()
BREATH = 0.01
"""Seconds between two pieces, in which SQLite lets other writers in."""

RARELY = 20_000
"""Garbage collector threshold: nearly all objects of a piece live until it is written, and with Python's default of 700
the collector would scan them some two hundred times."""

Piece = Callable[[Session, RosterUpload], bool]
Pause = Callable[[float], object]


def work_off(pause: Pause = time.sleep) -> int:
    """Process all waiting uploads, with a `pause` between two pieces; returns the number of processed uploads."""
    with open_session(SYSTEM.scope) as session:
        waiting = session.execute(
            select(RosterUpload.id, RosterUpload.state)
            .where(
                RosterUpload.state.in_((RosterState.UPLOADED, RosterState.IMPORTING, RosterState.UNDOING)),
                RosterUpload.total > 0,
                (RosterUpload.state != RosterState.UPLOADED) | RosterUpload.failure.is_(None),
            )
            .order_by(RosterUpload.id)
        ).all()
    for upload_id, state in waiting:
        with _collecting_rarely():
            _work_on(upload_id, state, pause)
    return len(waiting)


def _work_on(upload_id: int, state: RosterState, pause: Pause) -> None:
    if state is RosterState.UPLOADED:
        try:
            check_upload(upload_id, pause)
        except Refusal as refusal:
            _fail(upload_id, refusal)
        return
    if state is RosterState.IMPORTING:
        import_upload(upload_id, pause)
    _pieces(upload_id, RosterState.UNDOING, _undo_piece, pause)


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(RARELY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def check_upload(upload_id: int, pause: Pause) -> None:
    """Read a long file and write its rows with their verdicts."""
    with open_session(SYSTEM.scope) as session:
        upload = queries.upload_of(session, upload_id)
        if upload.state is not RosterState.UPLOADED:
            return
        parts = class_parts(session, upload.class_id)
        content, name = queries.file_of(upload), upload.file_name
        facts, chosen = queries.facts(session, parts), queries.chosen(session, upload.provider_id)
    roster = read_roster(open_roster(content, name), facts, chosen)

    def keep_piece(session: Session, upload: RosterUpload) -> bool:
        parts = class_parts(session, upload.class_id)
        piece = roster.readings[upload.done : upload.done + PIECE]
        if len(piece) == PIECE:
            keep_rows(session, upload, parts[0], piece)
            return True
        finish_check(session, upload, parts, roster, actor=SYSTEM)
        return False

    _pieces(upload_id, RosterState.UPLOADED, keep_piece, pause)


def import_upload(upload_id: int, pause: Pause) -> None:
    """Import the valid rows of a long roster; a failure reverses the import and undoes everything."""
    try:
        _pieces(upload_id, RosterState.IMPORTING, _import_piece, pause)
    except Refusal as refusal:
        _fail(upload_id, refusal)
        with open_session(SYSTEM.scope, write=True) as session:
            upload = locked(session, upload_id)
            move(session, SYSTEM, upload, ROSTERS, "stop", reason=refusal.code)
            unreserve(session, upload)
            upload.done, upload.total, upload.cursor = 0, upload.done, 0


def _fail(upload_id: int, refusal: Refusal) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        upload = locked(session, upload_id)
        upload.failure = {"code": refusal.code, "message": refusal.message, "params": refusal.params}


def _for(upload: RosterUpload) -> Actor:
    """The service acting for the account that decided, which ledger and log name."""
    return Actor(account_id=upload.decided_by, name="roster", is_system=True)


def _pieces(upload_id: int, state: RosterState, work: Piece, pause: Pause) -> None:
    """Process one piece after another while the upload stays in a state; each is committed before the next."""
    more = True
    while more:
        with open_session(SYSTEM.scope, write=True) as session:
            upload = locked(session, upload_id)
            more = upload.state is state and work(session, upload)
        pause(BREATH)


def _import_piece(session: Session, upload: RosterUpload) -> bool:
    later = queries.good_rows(upload.id).where(RosterRow.id > upload.cursor).limit(PIECE)
    rows = session.execute(queries.pieces(later)).all()
    if rows:
        import_rows(
            session, actor=_for(upload), parts=class_parts(session, upload.class_id), upload=upload, rows=rows
        )  # fmt: skip
        upload.cursor = rows[-1].id
        upload.done += len(rows)
        return True
    move(session, SYSTEM, upload, ROSTERS, "confirm")
    count(session, upload)
    close_import(session, upload, actor=_for(upload))
    return False


def _undo_piece(session: Session, upload: RosterUpload) -> bool:
    if withdraw_rows(session, actor=_for(upload), upload=upload, most=PIECE):
        return True
    move(session, SYSTEM, upload, ROSTERS, "finish")
    if upload.wrapped_key is not None:
        wipe(session, upload)
    return False
