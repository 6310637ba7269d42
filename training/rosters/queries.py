"""Queries for uploads and their rows, and the school's own file with its errors marked."""

import base64
import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import NotFound
from centre.sheets.writing import CellFault, Correction, annotated_copy
from centre.translation import translate
from training.classes.models import TrainingClass
from training.enrolments.effects import Parts
from training.enrolments.queries import least_age
from training.providers.models import Major
from training.rosters.models import RosterMapping, RosterRow, RosterUpload
from training.rosters.parsing import Chosen, ClassFacts
from training.rosters.rules import RosterSettled, RosterState, RosterVerdict

_ORDER = (
    RosterVerdict.ERROR,
    RosterVerdict.CREATE,
    RosterVerdict.UPDATE,
    RosterVerdict.UNCHANGED,
    RosterVerdict.IGNORED,
)


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
    upload = session.scalar(select(RosterUpload).where(RosterUpload.id == upload_id))
    if upload is None:
        raise NotFound
    return upload


def waiting(class_id: int, digest: str) -> Select[RosterUpload]:
    """The unsettled upload of the same file for the same class."""
    return (
        select(RosterUpload)
        .where(
            RosterUpload.class_id == class_id,
            RosterUpload.file_digest == digest,
            RosterUpload.state.in_((RosterState.UPLOADED, RosterState.CHECKED, RosterState.IMPORTING)),
        )
        .order_by(RosterUpload.id)
        .limit(1)
    )


def mappings(provider_id: int) -> Select[RosterMapping]:
    """The column assignments of a school's lists."""
    return select(RosterMapping).where(RosterMapping.provider_id == provider_id).order_by(RosterMapping.id)


def chosen(session: Session, provider_id: int) -> Chosen:
    """The same by fingerprint."""
    return {known.fingerprint: known.columns for known in session.scalars(mappings(provider_id))}


def facts(session: Session, parts: Parts) -> ClassFacts:
    """What reading a roster needs to know of its class."""
    training, major, _ = parts
    age = least_age(session, training)
    return ClassFacts(major.name, major.level, training.start_on, training.end_on, age, clock.today())


def rows_of(upload_id: int, verdict: RosterVerdict | None = None) -> Select[RosterRow]:
    """The rows of an upload: errors first, then in file order."""
    rank = case({verdict: place for place, verdict in enumerate(_ORDER)}, value=RosterRow.verdict)
    statement = select(RosterRow).where(RosterRow.upload_id == upload_id).order_by(rank, RosterRow.id)
    return statement if verdict is None else statement.where(RosterRow.verdict == verdict)


def people_rows(upload_id: int) -> Select[RosterRow]:
    """The rows of an upload with a name, in file order."""
    return select(RosterRow).where(RosterRow.upload_id == upload_id, RosterRow.identity != "").order_by(RosterRow.id)


def good_rows(upload_id: int) -> Select[RosterRow]:
    """The valid rows of an upload, in file order."""
    return people_rows(upload_id).where(
        RosterRow.verdict.in_((RosterVerdict.CREATE, RosterVerdict.UPDATE, RosterVerdict.UNCHANGED))
    )


def pieces(statement: Select[RosterRow]) -> Select[Any]:
    """The same rows as plain columns, which are faster than objects."""
    return statement.with_only_columns(
        RosterRow.id,
        RosterRow.sheet,
        RosterRow.row_no,
        RosterRow.verdict,
        RosterRow.problems,
        RosterRow.warnings,
        RosterRow.cells_sealed,
        RosterRow.changes_sealed,
        RosterRow.identity,
    )


def rows_with(upload_id: int, identities: Collection[str]) -> Select[RosterRow]:
    """The rows of an upload with one of these identity indexes."""
    return people_rows(upload_id).where(RosterRow.identity.in_(sorted(identities)))


def file_of(upload: RosterUpload) -> bytes:
    """The school's own file. Raises RosterSettled once it is deleted."""
    if upload.file_sealed is None or upload.wrapped_key is None:
        raise RosterSettled
    return base64.b64decode(upload.unseal("file", upload.file_sealed))


def samples_of(upload: RosterUpload) -> dict[str, list[list[str]]]:
    """The first lines of each sheet, in the order of its headers; empty once the upload is settled."""
    if upload.samples_sealed is None or upload.wrapped_key is None:
        return {}
    samples: dict[str, list[list[str]]] = json.loads(upload.unseal("samples", upload.samples_sealed))
    return samples


def annotated_file(session: Session, upload: RosterUpload, locale: str) -> bytes:
    """The school's own file with its corrections, red cells and a column 错误说明. Raises RosterSettled once it is
    deleted."""
    content = file_of(upload)
    faults = []
    for row in session.scalars(rows_of(upload.id, RosterVerdict.ERROR)):
        columns = upload.columns[row.sheet]["columns"]
        for problem in row.problems:
            message = translate(locale, problem["message"], **problem["params"])
            faults.append(CellFault(row.sheet, row.row_no, columns.get(problem["field"]), message))
    headers = {sheet: known["header_row"] for sheet, known in upload.columns.items()}
    return annotated_copy(content, upload.file_name, faults, headers, _corrections(session, upload))


def _corrections(session: Session, upload: RosterUpload) -> list[Correction]:
    """What the school has corrected on screen, so that its own file says the same."""
    edited = select(RosterRow).where(RosterRow.upload_id == upload.id, RosterRow.edited).order_by(RosterRow.id)
    return [
        Correction(row.sheet, row.row_no, column, reading.cells.get(name, ""))
        for row in session.scalars(edited)
        for reading in (row.read(upload),)
        for name, column in upload.columns[row.sheet]["columns"].items()
    ]
