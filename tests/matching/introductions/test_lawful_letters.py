"""Who may be sent by a letter: age, papers that ran out, retirement; and what a hire does to the registration."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import Invalid
from centre.permissions import Actor
from employers.openings.models import Opening
from employers.openings.rules import CertificateKind
from matching.introductions import actions, jobs
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.rules import (
    FollowUpDraft,
    FollowUpEarly,
    FollowUpOutcome,
    IntroductionResultDraft,
    LeaveReason,
    NotLawful,
    PlacementState,
    Recommendation,
    Result,
)
from matching.profiles.models import HeldCertificate, Registration, SkillProfile
from matching.profiles.rules import RegistrationState
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope


def worker(town: Town, who: tuple[str, str] = world.W1) -> int:
    with open_session(SYSTEM, write=True) as session:
        return world.add_worker(session, town, who).id


def propose(town: Town, person_id: int) -> int:
    clerk = town.clerk()
    draft = Recommendation(person_id=person_id, opening_id=town.openings["spin"], agreed=True)
    with open_session(clerk.scope, write=True) as session:
        return actions.recommend_worker(session, clerk, draft=draft).id


def hire(town: Town, person_id: int) -> int:
    """A hire by a letter; returns the placement."""
    clerk, letter = town.clerk(), propose(town, person_id)
    with open_session(clerk.scope, write=True) as session:
        actions.record_result(
            session, clerk, introduction_id=letter, draft=IntroductionResultDraft(result=Result.HIRED)
        )
    with open_session(SYSTEM) as session:
        return session.scalars(select(Placement.id).where(Placement.introduction_id == letter)).one()


def registered(person_id: int) -> RegistrationState:
    with open_session(SYSTEM) as session:
        return session.scalars(select(Registration.state).where(Registration.person_id == person_id)).one()


@pytest.mark.rule("card-expiry", "letter")
@pytest.mark.parametrize(
    ("issued_on", "lawful"), [(date(2024, 1, 5), True), (date(2022, 1, 5), False), (date(2019, 1, 5), False)]
)
def test_a_card_that_ended_or_missed_its_review_gets_no_letter(town: Town, issued_on: date, lawful: bool) -> None:
    person_id = worker(town)
    with open_session(SYSTEM, write=True) as session:
        session.get_one(Opening, town.openings["spin"]).certificate_requirements = [
            {"kind": "special_operation", "must": True}
        ]
        session.scalars(select(SkillProfile)).one().certificates_known = True
        session.add(
            HeldCertificate(
                person_id=person_id, centre_id=town.centres["wc"], kind=CertificateKind.SPECIAL_OPERATION,
                issued_on=issued_on, expires_on=issued_on.replace(year=issued_on.year + 6),
                review_due_on=issued_on.replace(year=issued_on.year + 3),
            )
        )  # fmt: skip
    if lawful:
        assert propose(town, person_id)
        return
    with pytest.raises(NotLawful):
        propose(town, person_id)


@pytest.mark.rule("working-age", "letter")
@pytest.mark.parametrize("night", [True, False])
def test_somebody_of_sixteen_is_sent_to_day_work_only(town: Town, night: bool) -> None:
    person_id = worker(town, world.W6)
    with open_session(SYSTEM, write=True) as session:
        row = session.get_one(Opening, town.openings["spin"])
        row.night_shift, row.shift = night, "长白班"
    if not night:
        assert propose(town, person_id)
        return
    with pytest.raises(NotLawful):
        propose(town, person_id)


@pytest.mark.rule("retired-unsubsidised", "letter")
def test_who_is_past_the_retirement_age_is_introduced_like_anybody(town: Town) -> None:
    letter = propose(town, worker(town, ("李桂芳", "610499195501120044")))
    with open_session(SYSTEM) as session:
        assert session.get_one(Introduction, letter).letter_no


@pytest.mark.rule("registration-placed", "action")
def test_a_hire_places_and_its_end_brings_back_among_those_who_look(town: Town) -> None:
    person_id = worker(town)
    placement_id = hire(town, person_id)
    assert registered(person_id) is RegistrationState.PLACED
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        actions.end_placement(session, clerk, placement_id=placement_id, reason=LeaveReason.OTHER, on=world.TODAY)
    assert registered(person_id) is RegistrationState.ACTIVE


@pytest.mark.rule("registration-placed", "job")
def test_half_a_year_in_one_job_closes_the_registration_and_a_day_less_does_not(town: Town) -> None:
    person_id, clerk = worker(town), town.clerk()
    hire(town, person_id)
    with clock.frozen(world.MONDAY + timedelta(days=91)), open_session(clerk.scope, write=True) as session:
        for call in session.scalars(select(FollowUp).order_by(FollowUp.day)).all():
            answer = FollowUpDraft(outcome=FollowUpOutcome.WORKING)
            placement = actions.record_follow_up(session, clerk, follow_up_id=call.id, draft=answer)
        assert placement.state is PlacementState.STABLE
    for days, state in ((179, RegistrationState.PLACED), (180, RegistrationState.CLOSED)):
        with clock.frozen(world.MONDAY + timedelta(days=days)), open_session(SYSTEM, write=True) as session:
            jobs.settle_placements(session)
        assert registered(person_id) is state


def test_a_call_ahead_of_its_day_and_an_end_ahead_of_today_are_refused(town: Town) -> None:
    person_id, clerk = worker(town), town.clerk()
    placement_id = hire(town, person_id)
    with open_session(clerk.scope, write=True) as session:
        calls = session.scalars(select(FollowUp).order_by(FollowUp.day)).all()
        for call in calls:
            for outcome in (FollowUpOutcome.WORKING, FollowUpOutcome.NO_ANSWER):
                with clock.frozen(world.MONDAY + timedelta(days=call.day - 1)), pytest.raises(FollowUpEarly):
                    actions.record_follow_up(session, clerk, follow_up_id=call.id, draft=FollowUpDraft(outcome=outcome))
        tomorrow = world.TODAY + timedelta(days=1)
        with pytest.raises(Invalid):
            actions.end_placement(session, clerk, placement_id=placement_id, reason=LeaveReason.PAY, on=tomorrow)
        left = FollowUpDraft(outcome=FollowUpOutcome.LEFT, ended_on=tomorrow)
        with pytest.raises(Invalid):
            actions.record_follow_up(session, clerk, follow_up_id=calls[0].id, draft=left)
        assert session.get_one(Placement, placement_id).state is PlacementState.HIRED
