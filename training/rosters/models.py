"""The stored form of uploads and their rows; personal data is encrypted and deleted when the upload is settled."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from centre import privacy
from centre.errors import Problem
from centre.people import identity_index
from centre.permissions import Scope
from centre.tables import Base, Instant, OfCentre, Record, coded
from training.rosters.rules import Fate, FieldChange, RosterReading, RosterState, RosterVerdict, Source, Trainee


class RosterMapping(Record):
    """The meaning of the columns in one kind of a school's lists, as the school stated it (列对应关系)."""

    __table_args__ = (UniqueConstraint("provider_id", "fingerprint"),)

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The school itself, and staff who help with its lists."""
        if scope.all_centres or scope.staff:
            return true()
        return cls.provider_id == scope.provider_id if scope.provider_id else false()


class RosterUpload(OfCentre, Record):
    """A trainee list uploaded by a school, until it is imported or discarded (花名册上传)."""

    __table_args__ = (Index("ix_roster_upload_sent", "provider_id", "created_at"),)

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    state: Mapped[RosterState] = mapped_column(coded(RosterState), default=RosterState.UPLOADED, index=True)
    source: Mapped[Source] = mapped_column(coded(Source), default=Source.FILE)
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int]
    key_name: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary, info={"wraps": "key_name"})
    file_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    samples_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    creates: Mapped[int] = mapped_column(default=0)
    updates: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    ignored: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sent_by: Mapped[int | None]
    decided_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def needs_columns(self) -> bool:
        """Whether the school must first say which columns hold names and numbers."""
        return not any({"name", "id_number"} <= sheet["columns"].keys() for sheet in self.columns.values())

    @property
    def changes(self) -> int:
        """How many people confirming would create or change."""
        return self.creates + self.updates

    def seal(self, column: str, value: str) -> bytes:
        """Encrypt a part of the upload. Raises ValueError once the upload is settled."""
        return self._box.seal(column, value)

    def unseal(self, column: str, sealed: bytes) -> str:
        """Decrypt a part of the upload. Raises ValueError once the upload is settled."""
        return self._box.unseal(column, sealed)

    def forget(self) -> None:
        """Drop the unwrapped key."""
        self.__dict__.pop("_box", None)

    @cached_property
    def _box(self) -> privacy.Box:
        if self.wrapped_key is None:
            raise ValueError("the upload is settled, its key is gone")
        return privacy.Box(self.key_name, self.wrapped_key)


class RosterRow(Base):
    """One line of an uploaded roster with its verdict (花名册行).

    `filled` holds a digest of each value that the row wrote, so that a later roster of the same school may correct it
    and nobody else's correction is overwritten.
    """

    __table_args__ = (
        UniqueConstraint("upload_id", "sheet", "row_no"),
        Index("ix_roster_row_verdict", "upload_id", "verdict", "id"),
        Index("ix_roster_row_identity", "upload_id", "identity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("roster_upload.id"))
    sheet: Mapped[str] = mapped_column(String(100))
    row_no: Mapped[int]
    verdict: Mapped[RosterVerdict] = mapped_column(coded(RosterVerdict, "verdict"))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    cells_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    changes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity: Mapped[str] = mapped_column(String(64), default="")
    edited: Mapped[bool] = mapped_column(default=False)
    trainee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    filled: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Everybody who sees the upload."""
        return cls.upload_id.in_(select(RosterUpload.id).where(RosterUpload.visible_to(scope)))

    def read(self, upload: RosterUpload) -> RosterReading:
        """The stored reading; without its cells once the upload is settled."""
        return read_row(upload, self)


class StoredRow(Protocol):
    """What is needed to read a row again: a `RosterRow`, or its columns."""

    @property
    def sheet(self) -> str:
        """The sheet's name."""

    @property
    def row_no(self) -> int:
        """The number that the spreadsheet program shows."""

    @property
    def verdict(self) -> RosterVerdict:
        """The stored verdict."""

    @property
    def problems(self) -> list[dict[str, Any]]:
        """The errors."""

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The warnings."""

    @property
    def cells_sealed(self) -> bytes | None:
        """The contents of the cells."""

    @property
    def changes_sealed(self) -> bytes | None:
        """The compared values."""

    @property
    def identity(self) -> str:
        """The blind index."""


def read_row(upload: RosterUpload, row: StoredRow) -> RosterReading:
    """The reading of a stored row."""
    content: dict[str, Any] = {"cells": {}, "trainee": None}
    changes: list[FieldChange] = []
    if row.cells_sealed is not None and upload.wrapped_key is not None:
        content = json.loads(upload.unseal(_cells(row.sheet, row.row_no), row.cells_sealed))
    if row.changes_sealed is not None and upload.wrapped_key is not None:
        stored = json.loads(upload.unseal(_changes(row.sheet, row.row_no), row.changes_sealed))
        changes = [FieldChange(**change | {"fate": Fate(change["fate"])}) for change in stored]
    trainee = Trainee.of(content["trainee"]) if content["trainee"] else None
    return RosterReading(
        row.sheet,
        row.row_no,
        content["cells"],
        trainee,
        row.verdict,
        [Problem(**problem) for problem in row.problems],
        [Problem(**warning) for warning in row.warnings],
        changes,
        trainee.number if trainee else "",
        row.identity,
    )


def row_values(upload: RosterUpload, reading: RosterReading) -> dict[str, Any]:
    """The columns of a new row: the verdict in plain text, the cells encrypted with the upload's key."""
    trainee = reading.trainee
    content = {"cells": reading.cells, "trainee": trainee.as_dict() if trainee else None}
    sealed = upload.seal(_cells(reading.sheet, reading.row_no), json.dumps(content, ensure_ascii=False))
    return {
        "upload_id": upload.id,
        "sheet": reading.sheet,
        "row_no": reading.row_no,
        "cells_sealed": sealed,
        "identity": index_of(reading),
        **verdict_values(upload, reading),
    }


def index_of(reading: RosterReading) -> str:
    """The blind index of a row's identity number; empty without one."""
    if reading.number and not reading.index:
        reading.index = identity_index(reading.number)
    return reading.index


def verdict_values(upload: RosterUpload, reading: RosterReading) -> dict[str, Any]:
    """The columns that hold a verdict; the compared values are personal and encrypted."""
    compared = json.dumps([asdict(change) for change in reading.changes], ensure_ascii=False)
    return {
        "verdict": reading.verdict,
        "problems": [asdict(problem) for problem in reading.problems],
        "warnings": [asdict(warning) for warning in reading.warnings],
        "changes_sealed": upload.seal(_changes(reading.sheet, reading.row_no), compared) if reading.changes else None,
    }


def _cells(sheet: str, row_no: int) -> str:
    return f"row:{sheet}:{row_no}"


def _changes(sheet: str, row_no: int) -> str:
    return f"changes:{sheet}:{row_no}"
