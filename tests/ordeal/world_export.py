"""The rows of labour export in the ordeal's world: a batch on its way, with an escort, a leader and a fellow."""

from datetime import timedelta
from typing import Any

from centre import clock
from matching.brands.models import BrandStatement, LabourBrand
from matching.brands.rules import BrandState
from matching.export.models import (
    EscortDuty,
    ExportBatch,
    ExportGroup,
    ExportMember,
    ExportProject,
    ExportQuota,
    SelfFoundJob,
    VisitReport,
)
from matching.export.roll.models import RollScan
from matching.export.rules import BatchState, ExportProjectState, MemberState
from matching.export.stay.models import TravelSubsidy
from tests.ordeal.canaries import Canaries


def add_journeys(
    canaries: Canaries, centre_id: int, opening: Any, people: list[Any], *, region: str, escort: int | None
) -> None:
    """The rows of one side: the first person leads the group of both, the escort leads the batch."""
    now, today = clock.now(), clock.today()
    of = {"centre_id": centre_id, "employer_id": opening.employer_id}
    leader, fellow = people
    going = {"person_id": leader.id, "fellow_id": fellow.id}
    seen = going | ({"account_id": escort} if escort else {})
    project = canaries.make(
        ExportProject, destination_code="320600", quota=50, taken=2, from_on=today, to_on=today + timedelta(days=90),
        pay_min_fen=300_000, pay_max_fen=400_000, state=ExportProjectState.OPEN, owners=seen, **of,
    )  # fmt: skip
    canaries.make(VisitReport, project_id=project.id, centre_id=centre_id)
    quota = canaries.make(
        ExportQuota, project_id=project.id, centre_id=centre_id, opening_id=opening.id, region_code="", places=50,
        taken=2,
    )  # fmt: skip
    batch = canaries.make(
        ExportBatch, project_id=project.id, depart_at=now, arrive_at=now + timedelta(hours=9), vehicle_seats=45,
        vehicle_count=1, seats=45, taken=2, travel_subsidy_fen=0, state=BatchState.TRAVELLING, edition=1,
        departed_at=now, signed_digest="", signed_people=0, owners=seen, **of,
    )  # fmt: skip
    there = {"batch_id": batch.id, "centre_id": centre_id}
    if escort:
        expected = going | {"employer_id": opening.employer_id}  # the employer at the gate calls the escort
        canaries.make(EscortDuty, account_id=escort, owners=expected, **there)
    group = canaries.make(ExportGroup, leader_person_id=leader.id, owners=seen, **there)
    for person in people:
        led = {"leader_id": leader.id} | ({"account_id": escort} if escort else {})
        canaries.share(person, "name", employer_id=opening.employer_id, **led)
        member = canaries.make(
            ExportMember, project_id=project.id, quota_id=quota.id, home_centre_id=centre_id, person_id=person.id,
            opening_id=opening.id, group_id=group.id, worker_name=person.name, county_code=region, batch_id=batch.id,
            state=MemberState.BOARDED, boarded_at=now, owners=led, **of,
        )  # fmt: skip
        # Not the person's own number, so that a page that shows it has it from the roster and from nowhere else.
        known = {"phone": canaries.telephone(), "emergency_name": canaries.mark(), "emergency_phone": canaries.mark()}
        member.share(**known)
        canaries.hide(member, known, owners=led)
        canaries.make(
            RollScan, member_id=member.id, device=f"phone-{member.id}", counter=1, word="boarded", source="phone",
            settles=[], owners=led | {"person_id": person.id}, **there,
        )  # fmt: skip
        own = {"person_id": person.id, "centre_id": centre_id}
        canaries.make(TravelSubsidy, member_id=member.id, batch_id=batch.id, amount_fen=50_000, **own)
        canaries.make(SelfFoundJob, region_code="440300", occupation_code="", started_on=today, **own)


def add_brands(canaries: Canaries, centre_id: int, *, region: str) -> None:
    """The brands of one side: one that everybody reads, and one that only staff know."""
    for state in BrandState:
        public = state is BrandState.PUBLISHED
        brand = canaries.make(
            LabourBrand, centre_id=centre_id, occupation_code="4-10-04-02", region_code=region, state=state,
            public=public,
        )  # fmt: skip
        quoted = {"brand_id": brand.id, "centre_id": centre_id, "amount": 100, "year": 2008, "year_about": True}
        canaries.make(BrandStatement, **quoted, public=public, withdrawn_because="")
        canaries.make(BrandStatement, **quoted, withdrawn_at=clock.now())
