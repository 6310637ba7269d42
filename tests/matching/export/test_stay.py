"""EX-03, EX-04, EX-06, EX-07 and the travel subsidy: what counts, what is promised, who comes back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.database import open_session
from centre.funds.actions import grant_money, open_fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.ledger import ServiceEvent
from centre.outbox import Message
from centre.permissions import Actor, Role
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from matching.export import batches
from matching.export.drafts import SelfFoundDraft
from matching.export.models import ExportProject
from matching.export.roll import actions as rolls
from matching.export.roll.rules import RollScanDraft, RollWord, ScansDraft
from matching.export.rules import BatchState, ExportProjectState, MemberState, StillWithUs
from matching.export.stay import actions, queries, subsidies
from matching.export.stay.rules import (
    ContractDraft,
    ContractNotChecked,
    ContractWorse,
    HandOverDraft,
    NotSigned,
    RefusalDraft,
    ReturnDraft,
    SameHand,
    SubsidyPayment,
    SubsidyState,
)
from matching.introductions.actions import record_follow_up
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.rules import FollowUpDraft, FollowUpOutcome, LeaveReason, PlacementState
from matching.learning.outcomes import cohorts
from matching.planning.evidence import known_stays
from matching.profiles.models import Registration
from matching.profiles.rules import RegistrationState
from matching.promises.queries import kept_standings
from tests.matching import world
from tests.matching.export.journey import (
    NANTONG,
    SYSTEM,
    Journey,
    add_person,
    open_project,
    recruit,
    row_of,
    scoped,
)
from training.certificates.models import TrainingCertificate
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState
from training.providers.models import Major, TrainingProvider

FINE = ContractDraft(wage_fen=600_000, starts_on=date(2026, 3, 9))


def arrived(town: world.Town, people: int = 3, absent: int = 0, left: int = 0) -> Journey:
    """A batch that has arrived; the last ones did not come or left on the way."""
    journey = recruit(open_project(town), people=people)
    escort = journey.escort
    with scoped(journey.officer) as session:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
    ids = journey.member_ids
    seen = [(who, RollWord.BOARDED) for who in ids[: people - absent]]
    seen += [(who, RollWord.LEFT) for who in ids[people - absent - left : people - absent]]
    scans = [RollScanDraft(counter=at, member_id=who, word=word) for at, (who, word) in enumerate(seen, 1)]
    with scoped(escort) as session:
        rolls.take_scans(session, escort, batch_id=journey.batch_id, draft=ScansDraft(device="phone-a", scans=scans))
        rolls.depart_batch(session, escort, batch_id=journey.batch_id)
        rolls.arrive_batch(session, escort, batch_id=journey.batch_id)
    return journey


def handed_over(journey: Journey) -> Journey:
    """Signed by the employer on a telephone."""
    boss = journey.town.boss(NANTONG)
    with scoped(boss) as session:
        draft = HandOverDraft(signer="老陈", agrees=True)
        actions.hand_over(session, boss, batch_id=journey.batch_id, draft=draft)
    return journey


def sign(journey: Journey, member_id: int, draft: ContractDraft = FINE) -> None:
    """A contract that was compared and signed."""
    with scoped(journey.officer) as session:
        actions.check_contract(session, journey.officer, member_id=member_id, draft=draft)
        actions.sign_contract(session, journey.officer, member_id=member_id, draft=draft)


def call(journey: Journey, member_id: int, day: int, outcome: FollowUpOutcome = FollowUpOutcome.WORKING) -> None:
    """The call of a day of the follow-up, by the clerk of the person's centre."""
    clerk = journey.town.clerk()
    with open_session(SYSTEM.scope) as session:
        placement_id = row_of(session, member_id).placement_id
        calls = select(FollowUp.id).where(FollowUp.placement_id == placement_id, FollowUp.day == day)
        call_id = session.scalars(calls).one()
    reason = LeaveReason.FAMILY_CARE if outcome is FollowUpOutcome.LEFT else None
    with clock.frozen(world.MONDAY + timedelta(days=day)), scoped(clerk) as session:
        draft = FollowUpDraft(outcome=outcome, leave_reason=reason)
        record_follow_up(session, clerk, follow_up_id=call_id, draft=draft)


def certified(session: Session, town: world.Town, person_id: int) -> Enrolment:
    """A certificate of a course that ended a week before the journey."""
    of = {"centre_id": town.centres["xy"]}
    school = TrainingProvider(code="P1", name="咸阳扶贫技校", region_code="610402", **of)
    session.add(school)
    session.flush()
    major = Major(provider_id=school.id, name="纺纱", occupation_code=world.SPINNING, level=5, hours=80, tuition_fen=0)
    session.add(major)
    session.flush()
    course = TrainingClass(
        provider_id=school.id, major_id=major.id, class_no="1", start_on=date(2026, 2, 2), end_on=date(2026, 3, 2),
        seats=30, taken=1, state=ClassState.ASSESSED, **of,
    )  # fmt: skip
    session.add(course)
    session.flush()
    prices = dict.fromkeys(("tuition_fen", "waiver_fen", "government_fen", "centre_fen", "learner_fen"), 0)
    enrolment = Enrolment(
        class_id=course.id, person_id=person_id, provider_id=school.id, trainee_name="-",
        state=EnrolmentState.CERTIFIED, **of, **prices,
    )  # fmt: skip
    session.add(enrolment)
    session.flush()
    session.add(
        TrainingCertificate(
            enrolment_id=enrolment.id, person_id=person_id, provider_id=school.id, class_id=course.id, code="1",
            course="纺纱", occupation_code=world.SPINNING, hours=80, issued_on=date(2026, 3, 3), **of,
        )
    )  # fmt: skip
    session.flush()
    return enrolment


@pytest.mark.rule("export-counts-signed", "action")
def test_only_those_who_signed_are_exported(any_town: world.Town) -> None:
    journey = handed_over(arrived(any_town, people=6, absent=1, left=1))
    for member_id in journey.member_ids[:3]:
        sign(journey, member_id)
    with scoped(journey.officer) as session:
        refusal = RefusalDraft(reason="想去别的厂")
        actions.reject_contract(session, journey.officer, member_id=journey.member_ids[3], draft=refusal)
    with open_session(journey.manager.scope) as session:
        funnel = queries.funnel(session, batch_id=journey.batch_id)
        assert (funnel.listed, funnel.boarded, funnel.arrived, funnel.signed) == (6, 5, 4, 3)
        report = queries.export_report(session, date(2026, 3, 1), date(2026, 3, 31))
        assert (report.exported, report.self_found, report.elsewhere) == (3, 0, 3)
        assert report.destinations == {"320600": 3}
        assert session.get_one(ExportProject, journey.project_id).taken == 5
        events = session.scalars(select(ServiceEvent).where(ServiceEvent.topic == "labour-export")).all()
        assert len(events) == 3


def test_the_hand_over_needs_a_signature(any_town: world.Town) -> None:
    journey = arrived(any_town)
    boss = journey.town.boss(NANTONG)
    with scoped(boss) as session, pytest.raises(NotSigned):
        actions.hand_over(session, boss, batch_id=journey.batch_id, draft=HandOverDraft(signer="老陈"))
    handed_over(journey)
    with open_session(SYSTEM.scope) as session:
        batch = row_of(session, journey.member_ids[0])
        assert batch.state is MemberState.ARRIVED


def test_a_contract_below_the_promise_stops_the_project_and_warns_the_others(any_town: world.Town) -> None:
    journey = handed_over(arrived(any_town))
    first, *others = journey.member_ids
    low = ContractDraft(wage_fen=380_000, starts_on=date(2026, 3, 9))
    officer = journey.officer
    with scoped(officer) as session, pytest.raises(ContractNotChecked):
        actions.sign_contract(session, officer, member_id=first, draft=FINE)
    for _ in range(2):
        with scoped(officer) as session:
            actions.check_contract(session, officer, member_id=first, draft=low)
    with open_session(SYSTEM.scope) as session:
        assert row_of(session, first).flag == "合同工资 3800 元，招工时说最低 5500 元"
        assert session.get_one(Employer, any_town.employers[NANTONG]).state is EmployerState.WATCH
        assert session.get_one(ExportProject, journey.project_id).state is ExportProjectState.PAUSED
        messages = session.scalars(select(Message.person_id).where(Message.kind == "export-warned")).all()
        assert set(messages) == {row_of(session, who).person_id for who in others}
        assert len(messages) == len(others)
    with scoped(officer) as session, pytest.raises(ContractWorse):
        actions.sign_contract(session, officer, member_id=first, draft=low)
    with scoped(officer) as session:
        knowing = low.model_copy(update={"knows_less": True})
        actions.sign_contract(session, officer, member_id=first, draft=knowing)


@pytest.mark.rule("export-counts-signed", "action")
def test_calls_move_the_member_and_whoever_returns_looks_for_work_the_same_day(any_town: world.Town) -> None:
    journey = handed_over(arrived(any_town))
    first, second, third = journey.member_ids
    for member_id in (first, second, third):
        sign(journey, member_id)
    for day in (7, 30, 90):
        call(journey, first, day)
    call(journey, second, 30)
    call(journey, second, 90, FollowUpOutcome.LEFT)
    with scoped(journey.officer) as session:
        back = ReturnDraft(reason=LeaveReason.HEALTH, on=date(2026, 3, 9))
        actions.record_return(session, journey.officer, member_id=third, draft=back)
    with open_session(SYSTEM.scope) as session:
        assert [row_of(session, who).state for who in journey.member_ids] == [
            MemberState.STABLE, MemberState.RETURNED, MemberState.RETURNED,
        ]  # fmt: skip
        assert row_of(session, second).day_30_on == date(2026, 4, 8)
        people = [row_of(session, who).person_id for who in (second, third)]
        states = session.scalars(select(Registration.state).where(Registration.person_id.in_(people))).all()
        assert states == [RegistrationState.ACTIVE] * 2
        messages = session.scalars(select(Message).where(Message.kind == "export-back")).all()
        assert len(messages) == 2
        report = queries.export_report(session, date(2026, 3, 1), date(2026, 6, 30))
        assert (report.day_30, report.day_90, report.returned) == (2, 1, 2)
        assert report.reasons == {"family_care": 1, "health": 1}
    with scoped(journey.officer) as session:
        assert actions.close_batch(session, journey.officer, batch_id=journey.batch_id).state is BatchState.CLOSED


def test_a_batch_stays_open_while_somebody_is_followed(town: world.Town) -> None:
    journey = handed_over(arrived(town, people=1))
    sign(journey, journey.member_ids[0])
    with scoped(journey.officer) as session, pytest.raises(StillWithUs):
        actions.close_batch(session, journey.officer, batch_id=journey.batch_id)


def test_work_found_alone_is_counted_apart_and_is_no_introduction(town: world.Town) -> None:
    journey = open_project(town)
    person = add_person(journey, 1)
    clerk = town.clerk()
    with scoped(clerk) as session:
        draft = SelfFoundDraft(person_id=person, region_code="440300", started_on=date(2026, 3, 5))
        actions.record_self_found(session, clerk, draft=draft)
    with open_session(journey.manager.scope) as session:
        report = queries.export_report(session, date(2026, 3, 1), date(2026, 3, 31))
        assert (report.exported, report.self_found) == (0, 1)
        assert session.scalars(select(Introduction)).all() == []


def test_a_travel_subsidy_passes_three_hands_after_thirty_days(any_town: world.Town) -> None:
    journey = handed_over(arrived(any_town, people=2))
    for member_id in journey.member_ids:
        sign(journey, member_id)
    call(journey, journey.member_ids[0], 30)
    officer = journey.officer
    with scoped(officer) as session:
        (entered,) = subsidies.enter_subsidies(session, officer, batch_id=journey.batch_id)
        assert entered.amount_fen == 50_000
        subsidy_id = entered.id
    chief = Actor(account_id=907, roles=frozenset({Role.CITY_MANAGER}), centre_id=officer.centre_id)
    with scoped(journey.manager) as session:
        subsidies.decide_subsidy(session, journey.manager, subsidy_id=subsidy_id, event="approve")
        fund = open_fund(
            session, journey.manager, draft=FundDraft(code="TR1", name="交通补贴", purpose=FundPurpose.TRAVEL)
        )
        grant_money(session, journey.manager, fund_id=fund.id, draft=GrantDraft(amount_fen=60_000, voucher="拨1"))
        payment = SubsidyPayment(fund_id=fund.id, voucher="付1")
        with pytest.raises(SameHand):
            subsidies.pay_subsidy(session, journey.manager, subsidy_id=subsidy_id, draft=payment)
    with scoped(chief) as session:
        paid = subsidies.pay_subsidy(session, chief, subsidy_id=subsidy_id, draft=payment)
        assert paid.state is SubsidyState.PAID
    call(journey, journey.member_ids[0], 90, FollowUpOutcome.LEFT)
    with open_session(SYSTEM.scope) as session:
        assert queries.subsidy(session, subsidy_id).state is SubsidyState.PAID


def test_a_stay_of_ninety_days_feeds_the_course_the_forecast_the_registration_and_the_next_plan(
    any_town: world.Town,
) -> None:
    journey = handed_over(arrived(any_town, people=2))
    stays, leaves = journey.member_ids
    with open_session(SYSTEM.scope, write=True) as session:
        stayer = row_of(session, stays).person_id
        enrolment = certified(session, any_town, stayer)
        enrolment_id = enrolment.id
    for member_id in (stays, leaves):
        sign(journey, member_id)
    call(journey, leaves, 7, FollowUpOutcome.LEFT)
    for day in (7, 30, 90):
        call(journey, stays, day)
    later = world.MONDAY + timedelta(days=150)
    with clock.frozen(later), open_session(SYSTEM.scope) as session:
        assert session.get_one(Enrolment, enrolment_id).state is EnrolmentState.EMPLOYED
        (cohort,) = cohorts(session, clock.today())
        assert (cohort.certified, cohort.placed) == (1, 1)
        states = select(Registration.state).where(Registration.person_id == stayer)
        assert session.scalar(states) is RegistrationState.PLACED
        employer_id = row_of(session, stays).employer_id
        assert sorted(known_stays(session)) == [(employer_id, False), (employer_id, True)]


def test_an_employer_whose_people_soon_leave_loses_health_among_equals(town: world.Town) -> None:
    kept, left = town.employers[NANTONG], town.employers["渭城新棉制衣(虚构)"]
    with open_session(SYSTEM.scope, write=True) as session:
        before = kept_standings(session)
        person = world.add_worker(session, town).id
        for number in range(20):
            for employer_id, state in ((kept, PlacementState.STABLE), (left, PlacementState.ENDED)):
                session.add(
                    Placement(
                        centre_id=town.centres["wc"], person_id=person, employer_id=employer_id, state=state,
                        starts_on=date(2026, 1, 1), ended_on=date(2026, 1, 5 + number % 9),
                    )
                )  # fmt: skip
    with open_session(SYSTEM.scope) as session:
        after = kept_standings(session)
    assert before.health(kept) == before.health(left) == after.health(kept)
    assert after.health(left) < before.health(left) / 2
