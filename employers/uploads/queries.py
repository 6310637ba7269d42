"""What is known of lists of openings, and the sender's own file with its corrections and errors."""

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import NotFound
from centre.permissions import Actor
from centre.policy import policy
from centre.sheets.writing import CellFault, Correction, annotated_copy
from employers.openings.imports import ImportVerdict
from employers.uploads.models import OpeningMapping, OpeningUpload, OpeningUploadRow

ORDER = (
    ImportVerdict.REFUSED,
    ImportVerdict.KEPT,
    ImportVerdict.UPDATED,
    ImportVerdict.OPEN,
    ImportVerdict.UNCHANGED,
)


def uploads() -> Select[OpeningUpload]:
    """The lists that the reader may see, the newest first."""
    return select(OpeningUpload).order_by(OpeningUpload.id.desc())


def upload_of(session: Session, upload_id: int) -> OpeningUpload:
    """One list. Raises NotFound, also for another sender's."""
    upload = session.scalar(select(OpeningUpload).where(OpeningUpload.id == upload_id))
    if upload is None:
        raise NotFound
    return upload


def rows_of(upload_id: int, verdict: ImportVerdict | None = None) -> Select[OpeningUploadRow]:
    """The rows of a list, refused ones first."""
    rank = case({verdict: place for place, verdict in enumerate(ORDER)}, value=OpeningUploadRow.verdict)
    rows = select(OpeningUploadRow).where(OpeningUploadRow.upload_id == upload_id).order_by(rank, OpeningUploadRow.id)
    return rows if verdict is None else rows.where(OpeningUploadRow.verdict == verdict)


def counts(session: Session, upload_id: int) -> dict[ImportVerdict, int]:
    """How many rows have each verdict."""
    counted = (
        select(OpeningUploadRow.verdict, func.count())
        .where(OpeningUploadRow.upload_id == upload_id)
        .group_by(OpeningUploadRow.verdict)
        .order_by(OpeningUploadRow.verdict)
    )
    kept = dict(session.execute(counted).all())
    return {verdict: kept.get(verdict, 0) for verdict in ORDER}


def mappings(session: Session, actor: Actor) -> dict[str, dict[str, str]]:
    """What this sender has said of columns before, by the fingerprint of the header."""
    known = select(OpeningMapping).where(OpeningMapping.employer_id.is_not_distinct_from(own_employer(actor)))
    return {mapping.fingerprint: mapping.columns for mapping in session.scalars(known.order_by(OpeningMapping.id))}


def own_employer(actor: Actor) -> int | None:
    """The employer that a sender represents; none for the centre's staff."""
    return None if actor.scope.staff else actor.employer_id


def undo_days(session: Session, upload: OpeningUpload) -> int:
    """For how many days an import can be undone."""
    settled = upload.settled_at or clock.now()
    return int(policy(session, "opening-list-undo-days", on=clock.local(settled).date()))


def annotated_file(session: Session, upload: OpeningUpload, locale: str) -> bytes:
    """The sender's own file with its corrections, faulty cells red and a column 错误说明. Raises NotFound."""
    if upload.file is None:
        raise NotFound
    faults: list[CellFault] = []
    corrections: list[Correction] = []
    for row in session.scalars(rows_of(upload.id)):
        columns = upload.columns[row.sheet]["columns"]
        if row.verdict in (ImportVerdict.REFUSED, ImportVerdict.KEPT):
            faults += [
                CellFault(row.sheet, row.row_no, columns.get(problem["field"]), problem["texts"][locale])
                for problem in row.said.get("problems", ())
            ]
        if row.edited:
            corrections += [
                Correction(row.sheet, row.row_no, column, row.cells.get(name, "")) for name, column in columns.items()
            ]
    headers = {sheet: about["header_row"] for sheet, about in upload.columns.items()}
    return annotated_copy(upload.file, upload.file_name, faults, headers, corrections)
