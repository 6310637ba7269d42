"""A project to 南通 with a batch, as far along its journey as a test asks for."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.actions import create_account
from centre.database import open_session
from centre.numbers import identity_check
from centre.permissions import Actor, Role
from matching.export import actions, batches, members
from matching.export.drafts import (
    ExportBatchDraft,
    ExportMemberDraft,
    ExportProjectDraft,
    ExportQuotaDraft,
    MemberStep,
    VisitReportDraft,
)
from matching.export.models import ExportMember
from matching.export.rules import Medical
from tests.matching import world

SYSTEM = Actor.system()
NANTONG = "南通海门织彩(虚构)"


@dataclass
class Journey:
    """Ids of a project and its batch, and who acts."""

    town: world.Town
    officer: Actor
    manager: Actor
    project_id: int = 0
    batch_id: int = 0
    escort_ids: list[int] = field(default_factory=list)
    member_ids: list[int] = field(default_factory=list)

    @property
    def escort(self) -> Actor:
        """The first escort."""
        return Actor(account_id=self.escort_ids[0], name="带队老何", roles=frozenset({Role.ESCORT}))


def scoped(actor: Actor) -> Any:
    """A writing session in the actor's scope."""
    return open_session(actor.scope, write=True)


def project_draft(town: world.Town, **changed: Any) -> ExportProjectDraft:
    """An agreement with the mill in 南通."""
    values: dict[str, Any] = {
        "name": "南通纺织输出", "employer_id": town.employers[NANTONG], "destination_code": "320600",
        "agreement_no": "协作〔2026〕3 号", "quota": 200, "from_on": date(2026, 3, 1), "to_on": date(2026, 12, 31),
        "pay_min_fen": 550_000, "pay_max_fen": 700_000, "lodging": "夫妻房",
    }  # fmt: skip
    return ExportProjectDraft(**values | changed)


def batch_draft(**changed: Any) -> ExportBatchDraft:
    """Two coaches of 45 in ten days."""
    leaves = datetime(2026, 3, 19, 6, 30, tzinfo=clock.SHANGHAI)
    values: dict[str, Any] = {
        "batch_no": "南通第 1 批", "depart_at": leaves, "arrive_at": leaves + timedelta(hours=18),
        "gather_place": "渭城区中心门口", "vehicles": "陕D12345、陕D12346", "vehicle_seats": 45, "vehicle_count": 2,
        "insurance_no": "YA2026-7781", "contact_name": "厂里老陈", "contact_phone": "13800000009",
    }  # fmt: skip
    return ExportBatchDraft(**values | changed)


def open_project(town: world.Town, **changed: Any) -> Journey:
    """A project that takes people, and its officer at the city centre."""
    city = town.centres["xy"]
    officer = Actor(account_id=905, name="老郑", roles=frozenset({Role.EXPORT_OFFICER}), centre_id=city)
    manager = Actor(account_id=906, name="主任", roles=frozenset({Role.CITY_MANAGER}), centre_id=city)
    journey = Journey(town, officer, manager)
    with scoped(officer) as session:
        project = actions.plan_project(session, officer, project_draft(town, **changed))
        journey.project_id = project.id
        actions.report_visit(
            session, officer, project_id=project.id,
            draft=VisitReportDraft(
                visited_on=date(2026, 2, 20), visitors="老郑、小李", qualification_ok=True, operation_ok=True,
                intensity_ok=True, lodging_ok=True, pay_ok=True,
            ),
        )  # fmt: skip
        quota = ExportQuotaDraft(opening_id=town.openings["spin"], places=60)
        actions.set_quota(session, officer, project_id=project.id, draft=quota)
        actions.move_project(session, officer, project_id=project.id, event="open")
    return journey


def recruit(journey: Journey, *, people: int = 0, escorts: int = 2, **changed: Any) -> Journey:
    """A batch whose roster is open, with confirmed members and escorts."""
    officer = journey.officer
    with scoped(officer) as session:
        batch = batches.plan_batch(session, officer, project_id=journey.project_id, draft=batch_draft(**changed))
        batches.open_roster(session, officer, batch_id=batch.id)
        journey.batch_id = batch.id
    if not journey.escort_ids:
        journey.escort_ids = [add_escort(number) for number in range(escorts)]
    with scoped(officer) as session:
        for account_id in journey.escort_ids:
            batches.appoint_escort(
                session, officer, batch_id=journey.batch_id, account_id=account_id, phone="13800000007"
            )
    journey.member_ids = [add_member(journey, number) for number in range(people)]
    return journey


def add_escort(number: int) -> int:
    """An account that may lead a batch."""
    with open_session(SYSTEM.scope, write=True) as session:
        return create_account(
            session, SYSTEM, login=f"escort{number}", name=f"带队{number}", password="correct-horse-battery",
            roles={Role.ESCORT}, expires_on=date(2026, 8, 1),
        ).id  # fmt: skip


def identity(number: int, born: date = date(1985, 5, 20)) -> str:
    """A valid number of a county that does not exist."""
    digits = f"610499{born:%Y%m%d}{number:03d}"
    return digits + identity_check(digits)


def add_person(journey: Journey, number: int, *, born: date = date(1985, 5, 20), centre: str = "wc") -> int:
    """A registered spinner."""
    with open_session(SYSTEM.scope, write=True) as session:
        who = (f"工人{number}", identity(number, born))
        return world.add_worker(session, journey.town, who, centre=centre, phone=f"1380000{1000 + number}").id


def member_draft(journey: Journey, person_id: int, **changed: Any) -> ExportMemberDraft:
    """What a clerk enters."""
    values: dict[str, Any] = {
        "person_id": person_id, "opening_id": journey.town.openings["spin"], "emergency_name": "家人",
        "emergency_phone": "13800000008", "pick_up": "永乐镇", "consents": True,
    }  # fmt: skip
    return ExportMemberDraft(**values | changed)


def add_member(journey: Journey, number: int, *, born: date = date(1985, 5, 20), **changed: Any) -> int:
    """A confirmed member, listed by a clerk of the county and confirmed by the officer."""
    person_id = add_person(journey, number, born=born)
    clerk = journey.town.clerk()
    with scoped(clerk) as session:
        row = members.list_member(
            session, clerk, batch_id=journey.batch_id, draft=member_draft(journey, person_id, **changed)
        )
        member_id = row.id
    confirm(journey, member_id)
    return member_id


def confirm(journey: Journey, member_id: int) -> None:
    """Interview and medical check passed."""
    with scoped(journey.officer) as session:
        members.step_member(session, journey.officer, member_id=member_id, draft=MemberStep(event="accept"))
        step = MemberStep(event="confirm", medical=Medical.PASSED)
        members.step_member(session, journey.officer, member_id=member_id, draft=step)


def row_of(session: Session, member_id: int) -> ExportMember:
    """A member."""
    return session.get_one(ExportMember, member_id)
