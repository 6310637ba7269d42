"""Tables of employers."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, String, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Record, coded
from employers.companies.rules import LISTED, RISKS, EmployerNature, EmployerState, Risk


class Employer(Record):
    """An organisation or household that hires (用人单位)."""

    owned_as = "employer_id"

    __table_args__ = (
        CheckConstraint("fair_no_shows >= 0", name="fair_no_shows"),
        Index("ix_employer_name", "name"),
        Index("ix_employer_changed", "updated_at"),
        Index("ix_employer_state", "state", "licence_expires_on"),
    )

    name: Mapped[str] = mapped_column(String(200))
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    nature: Mapped[EmployerNature] = mapped_column(coded(EmployerNature), default=EmployerNature.PRIVATE)
    industry_code: Mapped[str] = mapped_column(String(4), default="")
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    size_band: Mapped[str] = mapped_column(String(40), default="")
    legal_person: Mapped[str] = mapped_column(String(60), default="")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    licence_file: Mapped[str] = mapped_column(String(200), default="")
    licence_expires_on: Mapped[date | None]
    service_licence: Mapped[str] = mapped_column(String(60), default="")
    dispatch_licence: Mapped[str] = mapped_column(String(60), default="")
    hygiene_permit: Mapped[str] = mapped_column(String(60), default="")
    association: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[EmployerState] = mapped_column(coded(EmployerState), default=EmployerState.REGISTERED)
    risk_reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    fair_no_shows: Mapped[int] = mapped_column(default=0)
    no_show_year: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(40), default="counter")
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff see all employers of the network, an employer sees itself, everybody sees the trusted ones."""
        if scope.staff:
            return true()
        listed = cls.state.in_(sorted(LISTED))
        return or_(listed, cls.id == scope.employer_id) if scope.employer_id else listed

    @property
    def risk(self) -> Risk:
        """The risk shown to jobseekers."""
        return RISKS.get(self.state, Risk.NORMAL)

    def no_shows_in(self, year: int) -> int:
        """The number of booths that the employer left empty in a year without notice."""
        return self.fair_no_shows if self.no_show_year == year else 0
