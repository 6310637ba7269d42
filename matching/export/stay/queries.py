"""What is known of labour export after the arrival: the funnel, the monthly report, subsidies (R7)."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre import regions
from centre.errors import NotFound
from centre.network import home
from centre.scopes import seeing_everything
from centre.skills.vocabulary import vocabulary
from employers.openings.models import Opening
from matching.export.models import ExportBatch, ExportMember, ExportProject, SelfFoundJob
from matching.export.rules import MemberState
from matching.export.stay.models import TravelSubsidy
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState


@dataclass(frozen=True, slots=True)
class StayFunnel:
    """How many of those listed came how far; `signed` is what counts as exported (EX-03)."""

    listed: int = 0
    confirmed: int = 0
    boarded: int = 0
    arrived: int = 0
    signed: int = 0
    day_30: int = 0
    day_90: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class ExportReport:
    """The monthly report of labour export (输出月报)."""

    exported: int
    self_found: int
    in_province: int
    elsewhere: int
    day_30: int
    day_90: int
    returned: int
    destinations: dict[str, int] = field(default_factory=dict)
    occupations: dict[str, int] = field(default_factory=dict)
    counties: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    after_training: int = 0

    @property
    def total(self) -> int:
        """Organised and self-found together, never mixed."""
        return self.exported + self.self_found


def funnel_of(rows: Sequence[ExportMember]) -> StayFunnel:
    """The funnel of some members; those who withdrew never count as travelling."""
    confirmed = [
        row for row in rows if row.state not in (MemberState.LISTED, MemberState.ACCEPTED, MemberState.WITHDRAWN)
    ]
    return StayFunnel(
        listed=sum(row.state is not MemberState.WITHDRAWN for row in rows),
        confirmed=len(confirmed),
        boarded=sum(row.boarded_at is not None for row in confirmed),
        arrived=sum(row.arrived_on is not None for row in confirmed),
        signed=sum(row.contract_signed_on is not None for row in rows),
        day_30=sum(row.day_30_on is not None for row in rows),
        day_90=sum(row.day_90_on is not None for row in rows),
        returned=sum(row.state is MemberState.RETURNED for row in rows),
    )


def funnel(session: Session, *, batch_id: int | None = None, project_id: int | None = None) -> StayFunnel:
    """The funnel of a batch, a project or of everything that the reader sees."""
    statement = select(ExportMember).order_by(ExportMember.id)
    if batch_id is not None:
        statement = statement.where(ExportMember.batch_id == batch_id)
    if project_id is not None:
        statement = statement.where(ExportMember.project_id == project_id)
    return funnel_of(session.scalars(statement).all())


def export_report(session: Session, from_on: date, to_on: date) -> ExportReport:
    """What the network exported between two days, both included: people who signed (R7). Figures without names."""
    with seeing_everything(session):
        return _report(session, from_on, to_on)


def _report(session: Session, from_on: date, to_on: date) -> ExportReport:
    signed = session.execute(
        select(ExportMember, ExportProject.destination_code, Opening.occupation_code)
        .join(ExportProject, ExportProject.id == ExportMember.project_id)
        .join(Opening, Opening.id == ExportMember.opening_id, isouter=True)
        .where(ExportMember.contract_signed_on.between(from_on, to_on))
        .order_by(ExportMember.id)
    ).all()
    own = session.scalars(
        select(SelfFoundJob).where(SelfFoundJob.started_on.between(from_on, to_on)).order_by(SelfFoundJob.id)
    ).all()
    returned = session.scalars(
        select(ExportMember.return_reason).where(ExportMember.returned_on.between(from_on, to_on))
    ).all()
    province = home()[:2]
    return ExportReport(
        exported=len(signed),
        self_found=len(own),
        in_province=sum(code[:2] == province for _, code, _ in signed),
        elsewhere=sum(code[:2] != province for _, code, _ in signed),
        day_30=_stayed(session, ExportMember.day_30_on, from_on, to_on),
        day_90=_stayed(session, ExportMember.day_90_on, from_on, to_on),
        returned=len(returned),
        destinations=_counted(code for _, code, _ in signed),
        occupations=_counted(code or "" for _, _, code in signed),
        counties=_counted(row.county_code for row, _, _ in signed),
        reasons=_counted(returned),
        after_training=_trained(session, [row.person_id for row, _, _ in signed]),
    )


def _trained(session: Session, person_ids: Sequence[int]) -> int:
    """How many of those exported had finished a course of the network before (A04)."""
    passed = (EnrolmentState.CERTIFIED, EnrolmentState.EMPLOYED)
    trained = select(Enrolment.person_id).where(Enrolment.person_id.in_(person_ids), Enrolment.state.in_(passed))
    return len(set(session.scalars(trained)))


def _stayed(session: Session, column: object, from_on: date, to_on: date) -> int:
    wanted = select(ExportMember.id).where(column.between(from_on, to_on))  # type: ignore[attr-defined]
    return len(session.scalars(wanted).all())


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def subsidies(batch_id: int | None = None) -> Select[TravelSubsidy, ExportMember]:
    """Travel subsidies with their members, the newest first."""
    statement = (
        select(TravelSubsidy, ExportMember)
        .join(ExportMember, ExportMember.id == TravelSubsidy.member_id)
        .order_by(TravelSubsidy.id.desc())
    )
    return statement if batch_id is None else statement.where(TravelSubsidy.batch_id == batch_id)


def subsidy(session: Session, subsidy_id: int) -> TravelSubsidy:
    """One travel subsidy in the reader's sight. Raises NotFound."""
    record = session.scalar(select(TravelSubsidy).where(TravelSubsidy.id == subsidy_id))
    if record is None:
        raise NotFound
    return record


def list_digest(batch: ExportBatch, rows: Sequence[ExportMember]) -> str:
    """The digest of the list that was signed: batch, edition and who was on it."""
    said = "\n".join([f"{batch.id}:{batch.edition}", *(f"{row.id}:{row.worker_name}" for row in rows)])
    return hashlib.sha256(said.encode()).hexdigest()


def place_name(code: str) -> str:
    """A destination as people call it, with its province."""
    return regions.full_name(code) if code and regions.exists(code) else code


def occupation_name(code: str) -> str:
    """An occupation's name; the code where it is unknown."""
    return vocabulary().name(code) if code else ""
