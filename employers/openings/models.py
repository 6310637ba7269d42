"""Tables of openings."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    cast,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre import clock
from centre.people import Education, PersonCategory, Recognition
from centre.permissions import Scope
from centre.tables import Instant, Record, coded
from employers.companies.models import Employer
from employers.openings.rules import (
    ContractParty,
    EmploymentType,
    OpeningKind,
    OpeningSource,
    OpeningState,
    Payer,
    Provision,
    ReservedFor,
    SexGround,
    WageUnit,
    recruiter,
)


class Opening(Record):
    """A vacancy with a number of places (岗位).

    `public_since` is when it was first public: only openings of which others may hold a copy are listed as withdrawn.
    """

    __table_args__ = (
        CheckConstraint("headcount >= 1", name="headcount"),
        CheckConstraint("taken >= 0 AND taken <= headcount", name="taken"),
        CheckConstraint("wage_max_fen IS NULL OR wage_min_fen IS NULL OR wage_min_fen <= wage_max_fen", name="wage"),
        CheckConstraint("valid_until IS NULL OR valid_from IS NULL OR valid_from <= valid_until", name="validity"),
        CheckConstraint("source <> 'repost' OR source_name <> ''", name="source_named"),
        UniqueConstraint("source_name", "external_id"),
        Index("ix_opening_listed", "state", "valid_until", "posted_at"),
        Index("ix_opening_place", "state", "region_code"),
        Index("ix_opening_changed", "updated_at"),
    )

    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    employer: Mapped[Employer] = relationship(lazy="raise")
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    occupation_code: Mapped[str] = mapped_column(String(12), default="", index=True)
    kind: Mapped[OpeningKind] = mapped_column(coded(OpeningKind), default=OpeningKind.LOCAL)
    headcount: Mapped[int] = mapped_column(default=1)
    taken: Mapped[int] = mapped_column(default=0)
    content: Mapped[str] = mapped_column(String(2000), default="")
    conditions: Mapped[str] = mapped_column(String(2000), default="")
    region_code: Mapped[str] = mapped_column(String(6), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    wage_min_fen: Mapped[int | None]
    wage_max_fen: Mapped[int | None]
    wage_unit: Mapped[WageUnit] = mapped_column(coded(WageUnit), default=WageUnit.MONTH)
    base_pay_fen: Mapped[int | None]
    overtime_rule: Mapped[str] = mapped_column(String(200), default="")
    pay_day: Mapped[int | None]
    employment_type: Mapped[EmploymentType] = mapped_column(coded(EmploymentType), default=EmploymentType.DIRECT)
    contract_party: Mapped[ContractParty | None] = mapped_column(coded(ContractParty))
    client_name: Mapped[str] = mapped_column(String(200), default="")
    hours_per_week: Mapped[int | None]
    shift: Mapped[str] = mapped_column(String(200), default="")
    night_shift: Mapped[bool | None]
    hazardous: Mapped[bool] = mapped_column(default=False)
    board: Mapped[Provision] = mapped_column(coded(Provision, "board"), default=Provision.UNSTATED)
    lodging: Mapped[Provision] = mapped_column(coded(Provision, "lodging"), default=Provision.UNSTATED)
    travel_paid_by: Mapped[Payer] = mapped_column(coded(Payer, "travel_paid_by"), default=Payer.UNSTATED)
    medical_paid_by: Mapped[Payer] = mapped_column(coded(Payer, "medical_paid_by"), default=Payer.UNSTATED)
    social_insurance: Mapped[list[str]] = mapped_column(JSON, default=list)
    min_education: Mapped[Education | None] = mapped_column(coded(Education))
    skill_requirements: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    certificate_requirements: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    age_min: Mapped[int | None]
    age_max: Mapped[int | None]
    age_reason: Mapped[str] = mapped_column(String(200), default="")
    sex_limit_ground: Mapped[SexGround | None] = mapped_column(coded(SexGround))
    sex_limit_evidence: Mapped[str] = mapped_column(String(200), default="")
    accepts_training: Mapped[bool] = mapped_column(default=False)
    reserved_for: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    source: Mapped[OpeningSource] = mapped_column(coded(OpeningSource), default=OpeningSource.DIRECT)
    source_name: Mapped[str] = mapped_column(String(200), default="")
    external_id: Mapped[str | None] = mapped_column(String(80))
    screening: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    screened_under: Mapped[str] = mapped_column(String(8), default="")
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    public_since: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[OpeningState] = mapped_column(coded(OpeningState), default=OpeningState.DRAFT)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Open ones are for everybody unless they are kept for a group, an employer sees its own, staff see all.

        An employer's suspension freezes its openings in the same transaction, so "open" already says that its
        employer is trusted.
        """
        if scope.staff:
            return true()
        rules = [rule(scope) for rule in READER_RULES]
        if scope.person_id:
            rules.append(and_(cls.state == OpeningState.OPEN, cls._kept_for(scope.person_id)))
        if scope.employer_id:
            rules.append(cls.employer_id == scope.employer_id)
        return or_(and_(cls.state == OpeningState.OPEN, cls.for_everybody()), *rules)

    @classmethod
    def for_everybody(cls) -> ColumnElement[bool]:
        """The SQL condition that an opening is not kept for a group (定向招用)."""
        return cast(cls.reserved_for, String) == "[]"

    @classmethod
    def _kept_for(cls, person_id: int) -> ColumnElement[bool]:
        """That one of the groups has the person recognised, at whatever time; letters ask for the day."""
        recognised = select(Recognition.id).where(Recognition.person_id == person_id)
        recorded = {category.value for category in PersonCategory}
        groups = [group for group in ReservedFor if group.value in recorded]
        written = cast(cls.reserved_for, String)
        return or_(
            *(
                and_(written.contains(f'"{group}"'), recognised.where(Recognition.category == group.value).exists())
                for group in groups
            )
        )

    @property
    def remaining(self) -> int:
        """The number of places still free."""
        return self.headcount - self.taken

    def recruiter(self, locale: str) -> str:
        """The displayed name of who offers the job, an agency with the employer for whom it recruits."""
        return recruiter(locale, self.employer.name, self.client_name)

    @property
    def shown_state(self) -> OpeningState:
        """The displayed state: past its validity an opening has expired, even before the job has run."""
        lapses = self.state in (OpeningState.OPEN, OpeningState.PAUSED, OpeningState.FROZEN)
        ended = self.valid_until is not None and self.valid_until < clock.today()
        return OpeningState.EXPIRED if lapses and ended else self.state


READER_RULES: list[Callable[[Scope], ColumnElement[bool]]] = []
"""Visibility rules added by higher packages, for example for people who were introduced to a closed opening."""
