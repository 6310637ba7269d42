"""What is known of uploads: their rows, the worst first, and the school's own file with its errors."""

import base64

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from centre.sheets.writing import Fault, annotated_copy
from centre.words import translate
from training.classes.models import TrainingClass
from training.providers.models import Major
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.rules import RosterSettled, Verdict

_ORDER = (Verdict.ERROR, Verdict.CREATE, Verdict.UPDATE, Verdict.UNCHANGED, Verdict.IGNORED)


def uploads(class_id: int | None = None) -> Select[RosterUpload, TrainingClass, Major]:
    """Uploads with their class and its major, the newest first."""
    statement = (
        select(RosterUpload, TrainingClass, Major)
        .join(TrainingClass, TrainingClass.id == RosterUpload.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .order_by(RosterUpload.id.desc())
    )
    return statement if class_id is None else statement.where(RosterUpload.class_id == class_id)


def upload_of(session: Session, upload_id: int) -> RosterUpload:
    """One upload. Raises NotFound, also for another school's."""
    found = session.scalar(select(RosterUpload).where(RosterUpload.id == upload_id))
    if found is None:
        raise NotFound
    return found


def rows_of(upload_id: int, verdict: Verdict | None = None) -> Select[RosterRow]:
    """The rows of an upload: errors first, then as in the file."""
    rank = case({verdict: place for place, verdict in enumerate(_ORDER)}, value=RosterRow.verdict)
    statement = select(RosterRow).where(RosterRow.upload_id == upload_id).order_by(rank, RosterRow.id)
    return statement if verdict is None else statement.where(RosterRow.verdict == verdict)


def annotated_file(session: Session, upload: RosterUpload, locale: str) -> bytes:
    """The school's own file with red cells and a column 错误说明. Raises RosterSettled once the file is gone."""
    if upload.file_sealed is None or upload.wrapped_key is None:
        raise RosterSettled
    content = base64.b64decode(upload.unseal("file", upload.file_sealed))
    faults = []
    for row in session.scalars(rows_of(upload.id, Verdict.ERROR)):
        columns = upload.columns[row.sheet]["columns"]
        for problem in row.problems:
            told = translate(locale, problem["message"], **problem["params"])
            faults.append(Fault(row.sheet, row.row_no, columns.get(problem["field"]), told))
    headers = {sheet: known["header_row"] for sheet, known in upload.columns.items()}
    return annotated_copy(content, upload.file_name, faults, headers)
