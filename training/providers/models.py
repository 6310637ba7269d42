"""The stored form of providers, agreements and majors."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Record, coded
from training.providers.rules import MajorKind, ProviderState


class TrainingProvider(Record):
    """A school that trains for the centre (培训机构)."""

    owned_as = "provider_id"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    employer_code: Mapped[str] = mapped_column(String(18), default="")
    licence_no: Mapped[str] = mapped_column(String(40), default="")
    region_code: Mapped[str] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    occupations: Mapped[list[str]] = mapped_column(JSON, default=list)
    capacity: Mapped[int] = mapped_column(default=0)
    is_own: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ProviderState] = mapped_column(coded(ProviderState), default=ProviderState.ACTIVE)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """A school's own account sees only its school; the list of schools is public otherwise."""
        return cls.id == scope.provider_id if scope.provider_id else true()


class PartnerAgreement(Record):
    """What the centre and a school agreed on, with its days (联合办学协议)."""

    __table_args__ = (CheckConstraint("to_on >= from_on", name="days"),)

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    quota: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff and the school itself."""
        if scope.staff:
            return true()
        return cls.provider_id == scope.provider_id if scope.provider_id else false()


class Major(Record):
    """A course with its price and who takes which part of it (专业)."""

    __table_args__ = (
        UniqueConstraint("provider_id", "name", "level"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint(
            "school_waiver_fen >= 0 AND centre_subsidy_fen >= 0 "
            "AND school_waiver_fen + centre_subsidy_fen <= tuition_fen",
            name="price",
        ),
        CheckConstraint(
            "government_fen >= 0 AND school_waiver_fen + centre_subsidy_fen + government_fen <= tuition_fen",
            name="government",
        ),
    )

    provider_id: Mapped[int] = mapped_column(ForeignKey("training_provider.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    occupation_code: Mapped[str] = mapped_column(String(12), index=True)
    level: Mapped[int | None]
    kind: Mapped[MajorKind] = mapped_column(coded(MajorKind), default=MajorKind.SKILL)
    hours: Mapped[int]
    days: Mapped[int | None]
    tuition_fen: Mapped[int]
    school_waiver_fen: Mapped[int] = mapped_column(default=0)
    centre_subsidy_fen: Mapped[int] = mapped_column(default=0)
    government_fen: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """A school's own account sees its own majors; everybody else sees all."""
        return cls.provider_id == scope.provider_id if scope.provider_id else true()

    @property
    def learner_fen(self) -> int:
        """What a learner without any entitlement pays."""
        return self.tuition_fen - self.school_waiver_fen - self.centre_subsidy_fen - self.government_fen
