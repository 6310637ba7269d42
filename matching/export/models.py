"""Tables of labour export: projects with their inspections and quotas, batches with escorts, groups and members."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from centre import privacy
from centre.permissions import Scope
from centre.tables import Instant, OfCentre, Record, coded
from employers.openings.rules import EmploymentType
from matching.export.rules import (
    BatchState,
    ExportProjectState,
    Medical,
    MemberState,
    Transport,
)


def _led_batches(scope: Scope) -> Select[int]:
    """The batches that an account leads, until the sheet leaves its telephone."""
    return select(EscortDuty.batch_id).where(EscortDuty.account_id == scope.account_id, EscortDuty.ended_at.is_(None))


def _joined_batches(scope: Scope) -> Select[int]:
    return select(ExportMember.batch_id).where(ExportMember.person_id == scope.person_id)


class ExportProject(Record):
    """An agreement with an employer elsewhere, inspected before anybody is sent there (劳务输出项目)."""

    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= quota", name="taken"),
        CheckConstraint("from_on <= to_on", name="days"),
        CheckConstraint("pay_min_fen >= 0 AND pay_min_fen <= pay_max_fen", name="pay"),
        Index("ix_export_project_state", "state", "to_on"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    destination_code: Mapped[str] = mapped_column(String(6))
    contract_type: Mapped[EmploymentType] = mapped_column(coded(EmploymentType, "contract_type"))
    agreement_no: Mapped[str] = mapped_column(String(200), default="")
    quota: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    from_on: Mapped[date]
    to_on: Mapped[date]
    pay_min_fen: Mapped[int]
    pay_max_fen: Mapped[int]
    lodging: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(2000), default="")
    state: Mapped[ExportProjectState] = mapped_column(coded(ExportProjectState), default=ExportProjectState.DRAFT)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """All staff, since every county sends people; the employer, the escorts and those who travel."""
        if scope.staff:
            return true()
        rules = [cls.employer_id == scope.employer_id] if scope.employer_id else []
        of_batches = (select(ExportBatch.project_id).where(ExportBatch.id.in_(seen)) for seen in _batches_of(scope))
        rules += [cls.id.in_(own) for own in of_batches]
        return or_(false(), *rules)


class VisitReport(OfCentre, Record):
    """What the centre saw at the employer's (用工考察报告)."""

    project_id: Mapped[int] = mapped_column(ForeignKey("export_project.id"), index=True)
    visited_on: Mapped[date]
    visitors: Mapped[str] = mapped_column(String(200))
    qualification_ok: Mapped[bool] = mapped_column(default=False)
    operation_ok: Mapped[bool] = mapped_column(default=False)
    intensity_ok: Mapped[bool] = mapped_column(default=False)
    lodging_ok: Mapped[bool] = mapped_column(default=False)
    pay_ok: Mapped[bool] = mapped_column(default=False)
    remarks: Mapped[str] = mapped_column(String(2000), default="")
    account_id: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of the network; never the employer that was inspected."""
        return true() if scope.staff else false()

    @property
    def passed(self) -> bool:
        """Whether every point of the inspection is in order."""
        return all((self.qualification_ok, self.operation_ok, self.intensity_ok, self.lodging_ok, self.pay_ok))


class ExportQuota(Record):
    """Places of an opening for one county, or for every county without a region (输出名额)."""

    __table_args__ = (
        UniqueConstraint("project_id", "opening_id", "region_code"),
        CheckConstraint("taken >= 0 AND taken <= places", name="taken"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("export_project.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(6), default="")
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of the network."""
        return true() if scope.staff else false()


class ExportBatch(Record):
    """One journey of a project from the gathering place to the gate (输出批次)."""

    __table_args__ = (
        UniqueConstraint("project_id", "batch_no"),
        CheckConstraint("taken >= 0 AND taken <= seats", name="taken"),
        CheckConstraint("depart_at < arrive_at", name="times"),
        CheckConstraint("state <> 'handed_over' OR signed_at IS NOT NULL", name="signed"),
        Index("ix_export_batch_due", "state", "depart_at"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("export_project.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    batch_no: Mapped[str] = mapped_column(String(40))
    depart_at: Mapped[datetime] = mapped_column(Instant)
    arrive_at: Mapped[datetime] = mapped_column(Instant)
    gather_place: Mapped[str] = mapped_column(String(200))
    pick_ups: Mapped[str] = mapped_column(String(200), default="")
    mode: Mapped[Transport] = mapped_column(coded(Transport))
    vehicles: Mapped[str] = mapped_column(String(200), default="")
    vehicle_seats: Mapped[int]
    vehicle_count: Mapped[int] = mapped_column(default=1)
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    insurance_no: Mapped[str] = mapped_column(String(60), default="")
    travel_subsidy_fen: Mapped[int] = mapped_column(default=0)
    contact_name: Mapped[str] = mapped_column(String(60))
    contact_phone: Mapped[str] = mapped_column(String(40))
    state: Mapped[BatchState] = mapped_column(coded(BatchState), default=BatchState.PLANNED)
    edition: Mapped[int] = mapped_column(default=1)
    departed_at: Mapped[datetime | None] = mapped_column(Instant)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_by: Mapped[str] = mapped_column(String(60), default="")
    signed_digest: Mapped[str] = mapped_column(String(64), default="")
    signed_people: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """All staff; the employer, the escorts and those who travel."""
        if scope.staff:
            return true()
        rules = [cls.employer_id == scope.employer_id] if scope.employer_id else []
        rules += [cls.id.in_(seen) for seen in _batches_of(scope)]
        return or_(false(), *rules)


class EscortDuty(Record):
    """An account that leads a batch, until its sheet leaves the telephone (带队)."""

    __table_args__ = (UniqueConstraint("batch_id", "account_id"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("export_batch.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """All staff; the escorts of a batch see one another, and those who travel see who leads them."""
        if scope.staff:
            return true()
        rules = [cls.account_id == scope.account_id] if scope.account_id else []
        if scope.person_id:
            rules.append(cls.batch_id.in_(_joined_batches(scope)))
        return or_(false(), *rules)


class ExportGroup(Record):
    """A part of a batch with its leader, one of its members (编组, 组长)."""

    __table_args__ = (UniqueConstraint("batch_id", "name"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("export_batch.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    name: Mapped[str] = mapped_column(String(40))
    leader_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """All staff, the escorts, and those who travel."""
        if scope.staff:
            return true()
        return or_(false(), *(cls.batch_id.in_(seen) for seen in _batches_of(scope)))


class ExportMember(Record):
    """A person on the roster of a batch (输出人员).

    It carries the name, and telephone and emergency contact under a key of its own, so that escorts and group leaders
    read this row and never the person. `home_centre_id` is the centre that serves the person, `centre_id` the one that
    organises the journey.
    """

    __table_args__ = (
        UniqueConstraint("batch_id", "person_id"),
        UniqueConstraint("batch_id", "seat_no"),
        CheckConstraint("wage_fen IS NULL OR wage_fen >= 0", name="wage"),
        CheckConstraint("state <> 'returned' OR returned_on IS NOT NULL", name="returned"),
        Index("ix_export_member_state", "batch_id", "state"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("export_batch.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("export_project.id"), index=True)
    quota_id: Mapped[int] = mapped_column(ForeignKey("export_quota.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    home_centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("export_group.id"), index=True)
    worker_name: Mapped[str] = mapped_column(String(50))
    county_code: Mapped[str] = mapped_column(String(6), default="")
    contact_key_name: Mapped[str] = mapped_column(String(32), default="")
    contact_key: Mapped[bytes | None] = mapped_column(LargeBinary, info={"wraps": "contact_key_name"})
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    emergency_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pick_up: Mapped[str] = mapped_column(String(60), default="")
    seat_no: Mapped[int | None]
    medical: Mapped[Medical] = mapped_column(coded(Medical), default=Medical.PENDING)
    state: Mapped[MemberState] = mapped_column(coded(MemberState), default=MemberState.LISTED)
    boarded_at: Mapped[datetime | None] = mapped_column(Instant)
    arrived_on: Mapped[date | None]
    contract_checked_at: Mapped[datetime | None] = mapped_column(Instant)
    wage_fen: Mapped[int | None]
    contract_signed_on: Mapped[date | None]
    flag: Mapped[str] = mapped_column(String(200), default="")
    joined_union_on: Mapped[date | None]
    day_30_on: Mapped[date | None]
    day_90_on: Mapped[date | None]
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"), unique=True)
    returned_on: Mapped[date | None]
    return_reason: Mapped[str] = mapped_column(String(40), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The organising and the sending centre; the escorts; a leader the own group; the employer from the departure.

        Before the departure the employer knows numbers only.
        """
        if scope.all_centres:
            return true()
        rules = []
        if scope.staff and scope.centre_id:
            rules += [cls.centre_id == scope.centre_id, cls.home_centre_id == scope.centre_id]
        if scope.person_id:
            led = select(ExportGroup.id).where(
                ExportGroup.leader_person_id == scope.person_id, ExportGroup.ended_at.is_(None)
            )
            rules += [cls.person_id == scope.person_id, cls.group_id.in_(led)]
        if scope.employer_id:
            gone = select(ExportBatch.id).where(
                ExportBatch.employer_id == scope.employer_id, ExportBatch.departed_at.is_not(None)
            )
            rules.append(cls.batch_id.in_(gone))
        if scope.account_id:
            rules.append(cls.batch_id.in_(_led_batches(scope)))
        return or_(false(), *rules)

    def share(self, *, phone: str, emergency_name: str, emergency_phone: str) -> None:
        """Seal what the escort may read under a key of this row alone."""
        if not self.contact_key:
            self.contact_key_name, self.contact_key = privacy.new_key()
        self.phone_sealed = self._sealed("phone", phone)
        self.emergency_sealed = self._sealed("emergency", f"{emergency_name}\n{emergency_phone}".strip())

    def _sealed(self, place: str, value: str) -> bytes | None:
        if not value or not self.contact_key:
            return None
        return privacy.seal(self.contact_key_name, self.contact_key, place, value)

    def _open(self, place: str, sealed: bytes | None) -> str:
        if not sealed or not self.contact_key:
            return ""
        return privacy.unseal(self.contact_key_name, self.contact_key, place, sealed)

    @property
    def phone(self) -> str:
        """The member's telephone in clear, for the escort's sheet."""
        return self._open("phone", self.phone_sealed)

    @property
    def emergency(self) -> tuple[str, str]:
        """Name and telephone of the emergency contact."""
        name, _, phone = self._open("emergency", self.emergency_sealed).partition("\n")
        return name, phone


class SelfFoundJob(OfCentre, Record):
    """Work elsewhere that a person found without the centre; counted apart from what it organises (自发外出就业)."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    region_code: Mapped[str] = mapped_column(String(6))
    occupation_code: Mapped[str] = mapped_column(String(12), default="")
    employer_name: Mapped[str] = mapped_column(String(200), default="")
    started_on: Mapped[date]
    account_id: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)


def _batches_of(scope: Scope) -> list[Select[int]]:
    """The batches of a user who is not staff: those led, and those travelled with."""
    seen = []
    if scope.account_id:
        seen.append(_led_batches(scope))
    if scope.person_id:
        seen.append(_joined_batches(scope))
    return seen
