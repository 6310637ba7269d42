"""Labour export of the demo town: two batches with their figures, and one of 58 that leaves in three days."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.bulk_writes import new_ids
from centre.network import Centre
from centre.numbers import identity_check
from centre.people import Consent, Person
from centre.permissions import Actor
from employers.companies.models import Employer
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType
from matching.companions.actions import put_together
from matching.companions.rules import TravelTeam, TravelTie
from matching.engine.fit.profiles import Leave
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
from matching.export.rules import BatchState, ExportProjectState, Medical, MemberState, Transport
from matching.export.seating import PURPOSE, seat_numbers
from matching.export.stay.queries import list_digest
from matching.introductions.models import FollowUp, Placement
from matching.introductions.rules import FOLLOW_UP_DAYS, LeaveReason, PlacementState
from matching.profiles.models import JobWish, Registration, SkillProfile, WorkedOccupation
from matching.profiles.rules import RegistrationState
from web.demo.city import person_row

SOURCE = "demo-labour"
EMPLOYER, SOUTHERN = "昆山晨屹电子(虚构)", "深圳龙芯电子(虚构)"
PEOPLE, PICK_UPS = 58, ("", "永乐镇", "泾干镇")
PAST = (("signed", 53), ("rejected", 1), ("left", 1), ("no_show", 3))
"""How the first batch went: 58 listed, 55 boarded, 54 arrived, 53 signed."""
SOUTH = (("signed", 11), ("rejected", 0), ("left", 0), ("no_show", 1))
"""How the batch to the south went."""
BACK, SOUTH_BACK, SOUTH_PEOPLE = 8, 3, 12
ASSEMBLY = "6-25-04-07"
COACH = 45
OFFICE = "厂里招聘部(虚构)"


def fill(session: Session, people: dict[str, Person]) -> None:
    """Insert the project with its two batches; all rows are marked as demo data."""
    random = Random(58)
    now, today = clock.now(), clock.today()
    centre = session.scalars(select(Centre).where(Centre.code == "XY00")).one()
    opening = _opening(session, EMPLOYER)
    project, quota = _project(session, centre.id, opening, today, "昆山", "320500", PEOPLE * 2)
    past = _batch(session, project, "昆山第 1 批(演示)", _at(today - timedelta(days=100)), PEOPLE)
    coming = _batch(session, project, "昆山第 2 批(演示)", _at(today + timedelta(days=3)), PEOPLE)
    workers = _workers(session, random, PEOPLE * 2 - 1 + SOUTH_PEOPLE)
    last = PEOPLE * 2 - 1
    _went(session, past, quota, opening, workers[:PEOPLE], PAST, BACK)
    members = _members(session, coming, quota, opening, [people["W1"], *workers[PEOPLE:last]], MemberState.CONFIRMED)
    _lead(session, coming, members, people["W1"])
    project.taken = quota.taken = PEOPLE * 2 - 3
    there = _opening(session, SOUTHERN)
    southern, places = _project(session, centre.id, there, today, "深圳", "440300", SOUTH_PEOPLE)
    south = _batch(session, southern, "深圳第 1 批(演示)", _at(today - timedelta(days=110)), SOUTH_PEOPLE)
    _went(session, south, places, there, workers[last:], SOUTH, SOUTH_BACK)
    southern.taken = places.taken = SOUTH_PEOPLE - 1
    session.add(
        SelfFoundJob(
            person_id=people["W11"].id, centre_id=people["W11"].centre_id, region_code="440300",
            started_on=today - timedelta(days=20), employer_name="朋友介绍的工地(虚构)", is_demo=True,
        )
    )  # fmt: skip
    couple = (people["W4"].id, people["W5"].id)
    put_together(session, Actor.system(), TravelTeam(tie=TravelTie.COUPLE, person_ids=couple))
    session.flush()
    past.updated_at = coming.updated_at = south.updated_at = now


def _opening(session: Session, employer: str) -> Opening:
    named = select(Opening).join(Employer, Employer.id == Opening.employer_id).where(Employer.name == employer)
    return session.scalars(named).one()


def _at(day: date) -> datetime:
    return datetime.combine(day, time(7), clock.SHANGHAI)


def _project(
    session: Session, centre_id: int, opening: Opening, today: date, town: str, destination: str, places: int
) -> tuple[ExportProject, ExportQuota]:
    project = ExportProject(
        centre_id=centre_id, employer_id=opening.employer_id, name=f"{town}电子装接输出(演示)",
        destination_code=destination, contract_type=EmploymentType.DIRECT,
        agreement_no=f"演示协作〔2026〕{town} 1 号", quota=places + 4,
        from_on=today - timedelta(days=120), to_on=today + timedelta(days=200), pay_min_fen=550_000,
        pay_max_fen=700_000, lodging="包吃包住，六人间", state=ExportProjectState.OPEN, is_demo=True,
    )  # fmt: skip
    session.add(project)
    session.flush()
    session.add(
        VisitReport(
            project_id=project.id, centre_id=centre_id, visited_on=today - timedelta(days=118), visitors="老郑、小吴",
            qualification_ok=True, operation_ok=True, intensity_ok=True, lodging_ok=True, pay_ok=True,
            remarks="车间、宿舍、食堂都看过，和在岗老乡聊过（演示）。",
        )
    )  # fmt: skip
    quota = ExportQuota(project_id=project.id, centre_id=centre_id, opening_id=opening.id, places=places)
    session.add(quota)
    session.flush()
    return project, quota


def _batch(session: Session, project: ExportProject, batch_no: str, leaves: datetime, people: int) -> ExportBatch:
    coaches = -(-people // COACH)
    batch = ExportBatch(
        project_id=project.id, centre_id=project.centre_id, employer_id=project.employer_id, batch_no=batch_no,
        depart_at=leaves, arrive_at=leaves + timedelta(hours=18), gather_place="秦都区中心门口",
        pick_ups="永乐镇、泾干镇", mode=Transport.COACH, vehicles="陕D12345、陕D12346(虚构)", vehicle_seats=COACH,
        vehicle_count=coaches, seats=COACH * coaches, taken=people, insurance_no="演示保单 7781", contact_name=OFFICE,
        contact_phone="13800000000", state=BatchState.LOCKED, edition=3, is_demo=True,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    escort = session.scalars(select(Account).where(Account.login == "escort")).one()
    session.add(
        EscortDuty(
            batch_id=batch.id, centre_id=batch.centre_id, account_id=escort.id, name=escort.name, phone="13800000006"
        )
    )
    session.flush()
    return batch


def _workers(session: Session, random: Random, count: int) -> list[Person]:
    """Invented workers of all centres who look for work in assembly."""
    centres = session.scalars(select(Centre).where(Centre.is_demo, Centre.code != "XY00").order_by(Centre.code)).all()
    numbers = new_ids(session, Person, count)
    own: list[dict[str, object]] = []
    rows = []
    for place in range(count):
        born = date(1972, 1, 1) + timedelta(days=random.randrange(365 * 32))
        digits = f"610499{born:%Y%m%d}{place % 100 + 800}" if place < 100 else f"610499{born:%Y%m%d}{place + 600}"
        centre = centres[place % len(centres)]
        identity = digits + identity_check(digits)
        rows.append(person_row(random, numbers[place], centre.id, centre.region_code, identity, born, SOURCE))
        own.append({"person_id": numbers[place], "centre_id": centre.id})
    session.execute(insert(Person), rows)
    valid = clock.today() + timedelta(days=150)
    for part in own:
        session.add(
            Registration(
                **part, state=RegistrationState.ACTIVE, submitted_at=clock.now(), valid_until_on=valid, is_demo=True
            )
        )
        session.add(SkillProfile(**part, occupations_known=True, certificates_known=False))
        session.add(WorkedOccupation(**part, occupation=ASSEMBLY, years=random.randrange(1, 9), self_level=4))
        session.add(
            JobWish(
                **part, occupations=[ASSEMBLY], regions=["320500"], leave_home_ok=Leave.ANY, wage_floor_fen=500_000,
                night_ok=True, accepts_training=True,
            )
        )  # fmt: skip
    session.flush()
    return list(session.scalars(select(Person).where(Person.source == SOURCE).order_by(Person.id)))


def _members(
    session: Session,
    batch: ExportBatch,
    quota: ExportQuota,
    opening: Opening,
    people: Sequence[Person],
    state: MemberState,
) -> list[ExportMember]:
    members = []
    for number, person in enumerate(people):
        member = ExportMember(
            batch_id=batch.id, project_id=batch.project_id, quota_id=quota.id, centre_id=batch.centre_id,
            home_centre_id=person.centre_id, employer_id=batch.employer_id, person_id=person.id,
            opening_id=opening.id, worker_name=person.name, county_code=person.live_region,
            pick_up=PICK_UPS[number % 3], medical=Medical.PASSED, state=state, is_demo=True,
        )  # fmt: skip
        member.share(phone=person.phone, emergency_name="家人(虚构)", emergency_phone="13800000005")
        members.append(member)
        session.add(Consent(person_id=person.id, purpose=PURPOSE, text_version="2026-11"))
    session.add_all(members)
    session.flush()
    return members


def _lead(session: Session, batch: ExportBatch, members: list[ExportMember], leader: Person) -> None:
    """Groups of a coach's corner each, the first led by somebody with an account of the demo."""
    for number in range(0, len(members), 15):
        lot = members[number : number + 15]
        head = leader.id if number == 0 else lot[0].person_id
        group = ExportGroup(
            batch_id=batch.id, centre_id=batch.centre_id, name=f"{number // 15 + 1} 组", leader_person_id=head
        )
        session.add(group)
        session.flush()
        for member in lot:
            member.group_id = group.id
    seats = seat_numbers(
        [(member.id, member.group_id or 0, member.pick_up) for member in members], vehicles=2, seats=45, escorts=1
    )
    for member in members:
        member.seat_no = seats[member.id]


def _went(
    session: Session,
    batch: ExportBatch,
    quota: ExportQuota,
    opening: Opening,
    people: list[Person],
    past: Sequence[tuple[str, int]],
    back: int,
) -> None:
    """A batch, all the way to the calls after ninety days; `back` of its people came home before."""
    members = _members(session, batch, quota, opening, people, MemberState.NO_SHOW)
    left, arrived = batch.depart_at, clock.local(batch.arrive_at).date()
    batch.departed_at, batch.arrived_at = left, batch.arrive_at
    batch.signed_at, batch.signed_by = batch.arrive_at, OFFICE
    batch.state = BatchState.HANDED_OVER
    at = 0
    for outcome, count in past:
        for member in members[at : at + count]:
            if outcome == "no_show":
                continue
            member.boarded_at = left
            if outcome == "left":
                member.state = MemberState.LEFT_EN_ROUTE
                continue
            member.arrived_on = arrived
            member.state = MemberState.REJECTED
            if outcome == "signed":
                _signed(session, member, opening, arrived, members.index(member) < back)
        at += count
    came = [member for member in members if member.arrived_on]
    batch.signed_people, batch.signed_digest = len(came), list_digest(batch, came)
    opening.taken += past[0][1] - back


def _signed(session: Session, member: ExportMember, opening: Opening, day: date, back: bool) -> None:
    placement = Placement(
        centre_id=member.home_centre_id, person_id=member.person_id, employer_id=member.employer_id,
        opening_id=opening.id, starts_on=day, wage_fen=600_000, region_code=opening.region_code,
        state=PlacementState.STABLE, is_demo=True,
    )  # fmt: skip
    session.add(placement)
    session.flush()
    gone = day + timedelta(days=45)
    if back:
        placement.state, placement.ended_on, placement.leave_reason = (
            PlacementState.ENDED,
            gone,
            LeaveReason.FAMILY_CARE,
        )
    for step in FOLLOW_UP_DAYS:
        due = day + timedelta(days=step)
        called = datetime.combine(due, time(10), clock.SHANGHAI) if not back or due < gone else None
        session.add(
            FollowUp(
                placement_id=placement.id, centre_id=member.home_centre_id, day=step, due_on=due, done_at=called,
            )
        )  # fmt: skip
    member.placement_id, member.wage_fen, member.contract_signed_on = placement.id, 600_000, day
    member.contract_checked_at = datetime.combine(day, time(9), clock.SHANGHAI)
    member.day_30_on = day + timedelta(days=30)
    member.state = MemberState.STABLE
    if back:
        member.state, member.returned_on, member.return_reason = MemberState.RETURNED, gone, "family_care"
    else:
        member.day_90_on = day + timedelta(days=90)
        registration = session.scalars(select(Registration).where(Registration.person_id == member.person_id)).one()
        registration.state = RegistrationState.PLACED
