"""What people enter about projects, inspections, quotas, batches and members of labour export."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from centre.drafts import Draft, Fen, Line, NearDay, NearMoment, Paragraph, RecordId, RegionCode, Words
from centre.translation import N_
from employers.companies.rules import Phone
from employers.openings.rules import EmploymentType
from matching.export.rules import Medical, Transport

Count = Annotated[int, Field(ge=1, le=5000)]
ShortWords = Annotated[Words, Field(max_length=60)]


class ExportProjectDraft(Draft):
    """An agreement with an employer to send people there (劳务输出项目)."""

    name: Words
    employer_id: RecordId
    destination_code: RegionCode
    contract_type: EmploymentType = EmploymentType.DIRECT
    agreement_no: Line = ""
    quota: Count
    from_on: NearDay
    to_on: NearDay
    pay_min_fen: Fen
    pay_max_fen: Fen
    lodging: Line = ""
    note: Paragraph = ""

    @model_validator(mode="after")
    def _in_order(self) -> "ExportProjectDraft":
        if self.to_on < self.from_on:
            raise PydanticCustomError("project_days", N_("结束日期要晚于开始日期"))
        if self.pay_max_fen < self.pay_min_fen:
            raise PydanticCustomError("project_pay", N_("工资上限不能低于下限"))
        return self


class VisitReportDraft(Draft):
    """What the centre saw when it inspected the employer on the spot (用工考察报告)."""

    visited_on: NearDay
    visitors: Words
    qualification_ok: bool = False
    operation_ok: bool = False
    intensity_ok: bool = False
    lodging_ok: bool = False
    pay_ok: bool = False
    remarks: Paragraph = ""


class ExportQuotaDraft(Draft):
    """Places of an opening for one county, or for all of them without a region (输出名额)."""

    opening_id: RecordId
    region_code: RegionCode | None = None
    places: Count


class ExportBatchDraft(Draft):
    """One journey of a project (输出批次)."""

    batch_no: Annotated[Words, Field(max_length=40)]
    depart_at: NearMoment
    arrive_at: NearMoment
    gather_place: Words
    pick_ups: Line = ""
    mode: Transport = Transport.COACH
    vehicles: Line = ""
    vehicle_seats: Annotated[int, Field(ge=1, le=2000)]
    vehicle_count: Annotated[int, Field(ge=1, le=50)] = 1
    insurance_no: Annotated[Line, Field(max_length=60)] = ""
    travel_subsidy_fen: Fen = 0
    contact_name: ShortWords
    contact_phone: Phone

    @model_validator(mode="after")
    def _in_order(self) -> "ExportBatchDraft":
        if self.arrive_at <= self.depart_at:
            raise PydanticCustomError("batch_times", N_("到达时间要晚于出发时间"))
        return self


class ExportMemberDraft(Draft):
    """A person put on the roster of a batch, with their consents (报名劳务输出)."""

    person_id: RecordId
    opening_id: RecordId
    emergency_name: Annotated[Line, Field(max_length=60)] = ""
    emergency_phone: Phone = ""
    pick_up: Annotated[Line, Field(max_length=60)] = ""
    group: Annotated[Line, Field(max_length=40)] = ""
    consents: bool = False
    joins_union: bool = False


class MemberChange(Draft):
    """What may still change about a member before the journey (修改输出人员信息)."""

    emergency_name: Annotated[Line, Field(max_length=60)] = ""
    emergency_phone: Phone = ""
    pick_up: Annotated[Line, Field(max_length=60)] = ""
    group: Annotated[Line, Field(max_length=40)] = ""
    consents: bool = False


class MemberStep(Draft):
    """One step of a member before the journey; withdrawing needs a reason (办理输出人员)."""

    event: Annotated[str, Field(pattern=r"^(accept|confirm|withdraw)$")]
    medical: Medical | None = None
    reason: Line = ""


class GroupDraft(Draft):
    """A group of a batch with its leader, who is one of its members (编组)."""

    name: Annotated[Words, Field(max_length=40)]
    leader_id: RecordId


class SelfFoundDraft(Draft):
    """Work elsewhere that a person found without the centre (自发外出就业)."""

    person_id: RecordId
    region_code: RegionCode
    occupation_code: Annotated[str, Field(max_length=12, pattern=r"^([0-9](-[0-9]{2}){0,3})?$")] = ""
    employer_name: Line = ""
    started_on: date
