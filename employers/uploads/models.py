"""Lists of openings and their rows as they are stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Base, Instant, OfCentre, Record, coded
from employers.openings.imports import ImportVerdict
from employers.uploads.rules import UploadState


class OpeningUpload(OfCentre, Record):
    """A list of openings that an employer or the centre sent (岗位清单).

    Without an employer it is a list of the centre's staff, about many employers. `columns` holds for each sheet its
    titles, the field of each column and the fingerprint of the header.
    """

    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    state: Mapped[UploadState] = mapped_column(coded(UploadState), default=UploadState.UPLOADED, index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_name: Mapped[str] = mapped_column(String(200))
    publish: Mapped[bool] = mapped_column(default=False)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    withdrawn: Mapped[int] = mapped_column(default=0)
    sent_by: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def needs_columns(self) -> bool:
        """Whether no sheet's required columns are known."""
        return not any({"title", "area"} <= about["columns"].keys() for about in self.columns.values())


class OpeningUploadRow(Base):
    """One row of a list of openings with its verdict (岗位清单行).

    `cells` are its texts by field, `unread` the cells that held no value, `readings` what was understood; `said` holds
    problems and notes in every language. `version` is that of the opening right after the import.
    """

    __table_args__ = (
        UniqueConstraint("upload_id", "sheet", "row_no"),
        Index("ix_opening_upload_row_verdict", "upload_id", "verdict", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("opening_upload.id"))
    sheet: Mapped[str] = mapped_column(String(100))
    row_no: Mapped[int]
    verdict: Mapped[ImportVerdict] = mapped_column(coded(ImportVerdict, "verdict"))
    is_new: Mapped[bool] = mapped_column(default=False)
    cells: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    unread: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    said: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    edited: Mapped[bool] = mapped_column(default=False)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"), index=True)
    version: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Everybody who sees the list."""
        return cls.upload_id.in_(select(OpeningUpload.id).where(OpeningUpload.visible_to(scope)))


class OpeningMapping(OfCentre, Record):
    """What the columns of one kind of list mean, as its sender said (岗位清单列对应)."""

    __table_args__ = (Index("ix_opening_mapping_print", "centre_id", "employer_id", "fingerprint"),)

    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
