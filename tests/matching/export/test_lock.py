"""EX-01, EX-05, EX-09, EX-10: what keeps a roster from being locked, and whom a change of the journey reaches."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import Refusal
from centre.outbox import Message
from centre.people import Person
from employers.companies.models import Employer
from employers.openings.rules import EmploymentType
from matching.companions.actions import change_split, put_together
from matching.companions.rules import TravelSplit, TravelTeam, TravelTie
from matching.export import actions, batches, members, queries
from matching.export.drafts import ExportQuotaDraft, GroupDraft
from matching.export.models import ExportBatch, ExportProject, ExportQuota
from matching.export.rules import (
    BatchState,
    DispatchLicenceMissing,
    InspectionMissing,
    LockRefused,
    NoPlaceLeft,
    OutOfScope,
)
from matching.export.seating import Traveller, escort_seats, lock_problems, seat_numbers
from tests.matching import world
from tests.matching.export.journey import (
    SYSTEM,
    Journey,
    add_member,
    add_person,
    batch_draft,
    confirm,
    member_draft,
    open_project,
    project_draft,
    recruit,
    row_of,
    scoped,
)

MET: dict[str, Any] = {
    "seats": 90, "escorts": 2, "insurance_no": "YA", "vehicles": "陕D1", "is_open": True, "working_age": 16,
    "adult_age": 18, "on": date(2026, 3, 19),
}  # fmt: skip


def traveller(**changed: Any) -> Traveller:
    values: dict[str, Any] = {
        "name": "甲", "birth_on": date(1985, 1, 1), "at_night": False, "has_contact": True, "agrees": True,
        "confirmed": True, "elsewhere": False,
    }  # fmt: skip
    return Traveller(**values | changed)


@pytest.mark.rule("seats-of-a-batch", "action")
@pytest.mark.parametrize(("people", "codes"), [(58, []), (88, []), (89, ["no-seats"])])
def test_two_coaches_take_88_and_two_escorts(people: int, codes: list[str]) -> None:
    assert [problem.code for problem in lock_problems([traveller()] * people, **MET)] == codes


@pytest.mark.rule("seats-of-a-batch", "action")
@pytest.mark.rule("export-lock", "action")
@pytest.mark.parametrize(
    ("who", "more", "code"),
    [
        ({}, {"escorts": 0}, "no-escort"),
        ({}, {"insurance_no": ""}, "no-insurance"),
        ({}, {"vehicles": ""}, "no-vehicle"),
        ({}, {"is_open": False}, "project-not-open"),
        ({"birth_on": date(2010, 3, 20)}, {}, "too-young"),
        ({"birth_on": date(2009, 1, 1), "at_night": True}, {}, "too-young-at-night"),
        ({"birth_on": None}, {}, "no-birthday"),
        ({"has_contact": False}, {}, "no-contact"),
        ({"agrees": False}, {}, "no-consent"),
        ({"confirmed": False}, {}, "not-confirmed"),
        ({"elsewhere": True}, {}, "elsewhere"),
        ({"alone": True}, {}, "alone"),
    ],
)
def test_every_guard_is_named(who: dict[str, Any], more: dict[str, Any], code: str) -> None:
    assert [problem.code for problem in lock_problems([traveller(**who)], **MET | more)] == [code]


def test_seats_keep_groups_together_and_leave_the_first_ones_to_the_escorts() -> None:
    members = [(number, 1 if number < 30 else 2 if number < 50 else 0, "") for number in range(58)]
    numbers = seat_numbers(members, vehicles=2, seats=45, escorts=2)
    assert len(set(numbers.values())) == 58
    assert set(numbers.values()).isdisjoint(escort_seats(vehicles=2, seats=45, escorts=2))
    for group in (range(30), range(30, 50)):
        assert len({(numbers[member] - 1) // 45 for member in group}) == 1


def test_a_roster_is_locked_with_seats_and_everybody_hears_of_it(any_town: world.Town) -> None:
    journey = recruit(open_project(any_town), people=3)
    with scoped(journey.officer) as session:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(ExportBatch, journey.batch_id).state is BatchState.LOCKED
        assert [row_of(session, member_id).seat_no for member_id in journey.member_ids] == [2, 3, 4]
        messages = session.scalars(select(Message).where(Message.kind == "export-locked")).all()
        assert len(messages) == 3
        assert any("1 号车 2 号座" in row.body for row in messages)


@pytest.mark.rule("export-lock", "action")
def test_the_lock_names_everything_at_once(town: world.Town) -> None:
    journey = recruit(open_project(town), escorts=0, insurance_no="")
    young = add_member(journey, 1)
    with open_session(SYSTEM.scope, write=True) as session:  # her card was read again after she had been listed
        session.get_one(Person, row_of(session, young).person_id).birth_on = date(2011, 1, 1)
    add_member(journey, 2, emergency_name="")
    with scoped(journey.officer) as session, pytest.raises(LockRefused) as refused:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
    codes = {problem.code: problem.params.get("names") for problem in refused.value.problems}
    assert codes == {"no-escort": None, "no-insurance": None, "too-young": "工人1", "no-contact": "工人2"}
    assert young


@pytest.mark.rule("export-lock", "action")
def test_nobody_is_on_two_locked_batches_at_once(any_town: world.Town) -> None:
    journey = recruit(open_project(any_town), people=1)
    with scoped(journey.officer) as session:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
        person_id = row_of(session, journey.member_ids[0]).person_id
    second = recruit(Journey(any_town, journey.officer, journey.manager, journey.project_id,
                             escort_ids=journey.escort_ids), batch_no="第 2 批")  # fmt: skip
    with open_session(SYSTEM.scope, write=True) as session:
        row = members.list_member(session, SYSTEM, batch_id=second.batch_id, draft=member_draft(second, person_id))
        second.member_ids = [row.id]
    confirm(second, second.member_ids[0])
    with scoped(second.officer) as session, pytest.raises(LockRefused) as refused:
        batches.lock_batch(session, second.officer, batch_id=second.batch_id)
    assert [problem.code for problem in refused.value.problems] == ["elsewhere"]


def test_places_end_with_the_quota_and_come_back_with_a_withdrawal(any_town: world.Town) -> None:
    journey = recruit(open_project(any_town, quota=2), people=2)
    clerk = any_town.clerk()
    third = add_person(journey, 9)
    with pytest.raises(NoPlaceLeft), scoped(clerk) as session:
        members.list_member(session, clerk, batch_id=journey.batch_id, draft=member_draft(journey, third))
    with scoped(clerk) as session:
        members.withdraw_member(session, clerk, member_id=journey.member_ids[0], reason="家里有事")
    with scoped(clerk) as session:
        members.list_member(session, clerk, batch_id=journey.batch_id, draft=member_draft(journey, third))
    with open_session(SYSTEM.scope) as session:
        counted = [session.get_one(ExportBatch, journey.batch_id).taken,
                   session.get_one(ExportProject, journey.project_id).taken,
                   session.scalars(select(ExportQuota.taken)).one()]  # fmt: skip
        assert counted == [2, 2, 2]


def test_a_county_draws_on_its_own_quota(town: world.Town) -> None:
    journey = recruit(open_project(town))
    with scoped(journey.officer) as session:
        own = ExportQuotaDraft(opening_id=town.openings["service"], region_code="610402", places=1)
        actions.set_quota(session, journey.officer, project_id=journey.project_id, draft=own)
    person = add_person(journey, 1)
    clerk = town.clerk()
    draft = member_draft(journey, person, opening_id=town.openings["service"])
    with scoped(clerk) as session, pytest.raises(Refusal) as refused:
        members.list_member(session, clerk, batch_id=journey.batch_id, draft=draft)
    assert refused.value.code == "no-export-quota"


def test_a_moved_departure_is_told_to_each_once_and_raises_the_edition(any_town: world.Town) -> None:
    journey = recruit(open_project(any_town), people=3)
    with scoped(journey.officer) as session:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
        before = session.get_one(ExportBatch, journey.batch_id).edition
    moved = batch_draft()
    moved = moved.model_copy(
        update={"depart_at": moved.depart_at + timedelta(days=1), "arrive_at": moved.arrive_at + timedelta(days=1)}
    )
    with scoped(journey.officer) as session:
        batches.change_batch(session, journey.officer, batch_id=journey.batch_id, draft=moved)
    with open_session(SYSTEM.scope) as session:
        batch = session.get_one(ExportBatch, journey.batch_id)
        assert batch.edition == before + 1
        assert batch.state is BatchState.RECRUITING
        messages = session.scalars(select(Message).where(Message.kind == "export-moved")).all()
        assert sorted((row.person_id is not None, row.account_id is not None) for row in messages) == [
            (False, True), (False, True), (True, False), (True, False), (True, False),
        ]  # fmt: skip


@pytest.mark.rule("export-project", "action")
def test_a_project_needs_inspection_agreement_and_quota(town: world.Town) -> None:
    officer = open_project(town).officer
    with scoped(officer) as session:
        project = actions.plan_project(session, officer, project_draft(town, name="第二个", agreement_no=""))
        with pytest.raises(InspectionMissing) as refused:
            actions.move_project(session, officer, project_id=project.id, event="open")
    assert len(refused.value.params["missing"].messages) == 3


@pytest.mark.rule("export-project", "action")
def test_agency_work_needs_a_licence_and_abroad_is_out_of_scope(town: world.Town) -> None:
    officer = open_project(town).officer
    with scoped(officer) as session, pytest.raises(DispatchLicenceMissing):
        actions.plan_project(session, officer, project_draft(town, contract_type=EmploymentType.AGENCY))
    for code in ("810000", "999999"):
        with scoped(officer) as session, pytest.raises(OutOfScope):
            actions.plan_project(session, officer, project_draft(town, destination_code=code))
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Employer, town.employers["南通海门织彩(虚构)"]).dispatch_licence = "陕派 2026-1"
    with scoped(officer) as session:
        assert actions.plan_project(session, officer, project_draft(town, contract_type=EmploymentType.AGENCY)).id


def test_an_escort_reads_the_sheet_and_nothing_else_until_thirty_days_after_the_hand_over(town: world.Town) -> None:
    journey = recruit(open_project(town), people=2)
    with scoped(journey.officer) as session:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
        group = GroupDraft(name="一组", leader_id=journey.member_ids[0])
        batches.unlock_batch(session, journey.officer, batch_id=journey.batch_id)
        batches.lead_group(session, journey.officer, batch_id=journey.batch_id, draft=group)
    with open_session(journey.escort.scope) as session:
        batch = queries.led_batch(session, journey.escort, journey.batch_id)
        lines = queries.seated(session, batch)
        assert [(line.name, line.emergency_phone, line.pick_up) for line in lines] == [
            ("工人0", "13800000008", "永乐镇"), ("工人1", "13800000008", "永乐镇"),
        ]  # fmt: skip
        assert not hasattr(lines[0], "identity")
    leader = journey.town.worker("工人0")
    with open_session(leader.scope) as session:
        batch = queries.led_batch(session, leader, journey.batch_id)
        assert [line.name for line in queries.seated(session, batch)] == ["工人0"]
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(ExportBatch, journey.batch_id).signed_at = clock.now() - timedelta(days=31)
    with open_session(journey.escort.scope) as session, pytest.raises(Refusal):
        queries.led_batch(session, journey.escort, journey.batch_id)


def test_a_couple_is_not_split_by_a_roster_unless_it_says_so(any_town: world.Town) -> None:
    journey = recruit(open_project(any_town), people=2)
    clerk = any_town.clerk()
    with open_session(SYSTEM.scope) as session:
        here = row_of(session, journey.member_ids[0]).person_id
    left_behind = add_person(journey, 77)
    with scoped(clerk) as session:
        put_together(session, clerk, TravelTeam(tie=TravelTie.COUPLE, person_ids=(here, left_behind)))
    with scoped(journey.officer) as session, pytest.raises(LockRefused) as refused:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
    assert [problem.code for problem in refused.value.problems] == ["alone"]
    with scoped(clerk) as session:
        change_split(session, clerk, person_id=here, draft=TravelSplit(may_split=True))
    with scoped(journey.officer) as session:
        assert batches.lock_batch(session, journey.officer, batch_id=journey.batch_id).taken == 2
