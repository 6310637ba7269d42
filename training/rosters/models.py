"""Uploads and their rows as they are kept; what is personal in them is sealed and goes when the upload is settled."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from centre import privacy
from centre.database import Instant, Record, coded
from centre.errors import Problem
from centre.permissions import Scope
from training.rosters.rules import Reading, RosterState, Trainee, Verdict


class RosterUpload(Record):
    """A trainee list as a school sent it, from upload to import (花名册上传)."""

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    state: Mapped[RosterState] = mapped_column(coded(RosterState), default=RosterState.UPLOADED)
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int]
    key_name: Mapped[str] = mapped_column(String(32), unique=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    creates: Mapped[int] = mapped_column(default=0)
    updates: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    ignored: Mapped[int] = mapped_column(default=0)
    sent_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The school that sent it, and the staff of its centre."""
        if scope.all_centres:
            return true()
        rules = [cls.provider_id == scope.provider_id] if scope.provider_id else []
        if scope.staff and scope.centre_id:
            rules.append(cls.centre_id == scope.centre_id)
        return or_(false(), *rules)

    def seal(self, column: str, value: str) -> bytes:
        """Encrypt a part of the upload. Raises ValueError once the upload is settled."""
        return privacy.seal(self.key_name, self._key(), column, value)

    def unseal(self, column: str, sealed: bytes) -> str:
        """Decrypt a part of the upload. Raises ValueError once the upload is settled."""
        return privacy.unseal(self.key_name, self._key(), column, sealed)

    def _key(self) -> bytes:
        if self.wrapped_key is None:
            raise ValueError("the upload is settled, its key is gone")
        return self.wrapped_key


class RosterRow(Record):
    """One line of an uploaded roster with its verdict (花名册行)."""

    __table_args__ = (
        UniqueConstraint("upload_id", "sheet", "row_no"),
        Index("ix_roster_row_verdict", "upload_id", "verdict"),
    )

    upload_id: Mapped[int] = mapped_column(ForeignKey("roster_upload.id"))
    sheet: Mapped[str] = mapped_column(String(100))
    row_no: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(coded(Verdict))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    cells_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Whoever sees the upload."""
        return cls.upload_id.in_(select(RosterUpload.id).where(RosterUpload.visible_to(scope)))

    def write(self, upload: RosterUpload, reading: Reading) -> None:
        """Keep a reading: the verdict in clear, what stood in the file sealed under the upload's key."""
        content = {"cells": reading.cells, "trainee": reading.trainee.as_dict() if reading.trainee else None}
        self.cells_sealed = upload.seal(self._name, json.dumps(content, ensure_ascii=False))
        self.judge(reading)

    def judge(self, reading: Reading) -> None:
        """Keep a reading's verdict."""
        self.verdict = reading.verdict
        self.problems = [asdict(problem) for problem in reading.problems]
        self.warnings = [asdict(warning) for warning in reading.warnings]

    def read(self, upload: RosterUpload) -> Reading:
        """The reading as it was kept; without its cells once the upload is settled."""
        content: dict[str, Any] = {"cells": {}, "trainee": None}
        if self.cells_sealed is not None and upload.wrapped_key is not None:
            content = json.loads(upload.unseal(self._name, self.cells_sealed))
        return Reading(
            self.sheet,
            self.row_no,
            content["cells"],
            Trainee.of(content["trainee"]) if content["trainee"] else None,
            self.verdict,
            [Problem(**problem) for problem in self.problems],
            [Problem(**warning) for warning in self.warnings],
        )

    @property
    def _name(self) -> str:
        return f"row:{self.sheet}:{self.row_no}"
