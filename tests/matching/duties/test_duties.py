"""Introductions that do not go on, and the services that everybody who is registered gets within a time."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.ledger import Channel, ServiceCategory
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.policy import PolicyMissing, PolicyRule
from matching.duties import queries
from matching.duties.queries import services_owed, stalled_introductions
from matching.duties.rules import Duty, Stall
from matching.introductions import actions
from matching.introductions.jobs import chase_employers, silence_letters
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionResultDraft, Recommendation, Result
from matching.profiles.models import Registration
from matching.profiles.visits import VisitDraft, record_visit
from tests.matching import world
from tests.matching.world import Town
from tests.planted import planted

SYSTEM = Actor.system()


def worker(town: Town) -> int:
    with open_session(SYSTEM.scope, write=True) as session:
        person_id = world.add_worker(session, town).id
        session.execute(update(Registration).values(submitted_at=clock.now()))
        return person_id


def propose(town: Town, person_id: int, opening: str = "spin", *, agreed: bool = True) -> int:
    draft = Recommendation(person_id=person_id, opening_id=town.openings[opening], agreed=agreed)
    with open_session(town.clerk().scope, write=True) as session:
        return actions.recommend_worker(session, town.clerk(), draft=draft).id


def stalls(town: Town, days: int) -> list[Stall]:
    with clock.frozen(world.MONDAY + timedelta(days=days)), open_session(town.clerk().scope) as session:
        return [stall for _, stall in stalled_introductions(session)]


def owed(town: Town, days: int) -> list[tuple[int, dict[Duty, int], bool]]:
    with clock.frozen(world.MONDAY + timedelta(days=days)), open_session(town.clerk().scope) as session:
        today = clock.today()
        return [(row.person_id, dict(row.missing), row.is_late(today)) for row in services_owed(session)]


def test_a_proposal_that_nobody_answers_is_stalled_after_three_days(any_town: Town) -> None:
    propose(any_town, worker(any_town), agreed=False)
    assert (stalls(any_town, 2), stalls(any_town, 3)) == ([], [Stall.WORKER])


def test_a_request_waits_for_the_centre_after_two_days(town: Town) -> None:
    person_id = worker(town)
    with open_session(town.worker("王秀兰").scope, write=True) as session:
        actions.ask_for_introduction(
            session, town.worker("王秀兰"), opening_id=town.openings["spin"], share_phone=False
        )
    assert person_id
    assert (stalls(town, 1), stalls(town, 2)) == ([], [Stall.CENTRE])


def test_an_interview_without_result_is_stalled_after_a_week_and_the_employer_is_asked_once(town: Town) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        employer_id = town.employers["南通海门织彩(虚构)"]
        roles = [Role.EMPLOYER]
        session.add(Account(login="boss", name="王", password_hash="-", roles=roles, employer_id=employer_id))
    number = propose(town, worker(town))
    with open_session(town.clerk().scope, write=True) as session:
        draft = IntroductionResultDraft(result=Result.INTERVIEWED)
        actions.record_result(session, town.clerk(), introduction_id=number, draft=draft)
    assert (stalls(town, 6), stalls(town, 7)) == ([], [Stall.RESULT])
    for days, asked in ((4, 0), (7, 1), (8, 1)):
        with clock.frozen(world.MONDAY + timedelta(days=days)), open_session(SYSTEM.scope, write=True) as session:
            chase_employers(session)
            assert len(session.scalars(select(Message).where(Message.kind == "chase")).all()) == asked


def test_a_silent_letter_is_pointed_out_until_it_cannot_be_answered_any_more(town: Town) -> None:
    propose(town, worker(town))
    with clock.frozen(world.MONDAY + timedelta(days=8)), open_session(SYSTEM.scope, write=True) as session:
        silence_letters(session)
    assert (stalls(town, 9), stalls(town, 61)) == ([Stall.SILENCE], [])


def test_an_ended_introduction_waits_for_nobody(town: Town) -> None:
    number = propose(town, worker(town))
    with open_session(town.clerk().scope, write=True) as session:
        draft = IntroductionResultDraft(result=Result.REFUSED_BY_WORKER)
        actions.record_result(session, town.clerk(), introduction_id=number, draft=draft)
        assert session.scalars(select(Introduction)).one().id == number
    assert stalls(town, 30) == []


def test_services_are_owed_two_weeks_before_their_time_and_late_after_it(any_town: Town) -> None:
    person_id = worker(any_town)
    everything = {Duty.GUIDANCE: 1, Duty.INTRODUCTIONS: 3, Duty.TRAINING: 1}
    assert owed(any_town, 75) == []
    assert owed(any_town, 76) == [(person_id, everything, False)]
    assert owed(any_town, 91) == [(person_id, everything, True)]


def test_what_was_done_since_the_registration_is_owed_no_more(town: Town) -> None:
    person_id, clerk = worker(town), town.clerk()
    propose(town, person_id)
    with open_session(clerk.scope, write=True) as session:
        for category in (ServiceCategory.INTERMEDIATION, ServiceCategory.TRAINING):
            draft = VisitDraft(category=category, channel=Channel.COUNTER)
            record_visit(session, clerk, draft=draft, person_id=person_id)
    assert owed(town, 80) == [(person_id, {Duty.INTRODUCTIONS: 2}, False)]


def test_the_registrations_are_read_on_until_enough_is_owed(town: Town) -> None:
    first = worker(town)
    with open_session(SYSTEM.scope, write=True) as session:
        second = world.add_worker(session, town, world.W2).id
        later = clock.now() + timedelta(hours=1)
        session.execute(update(Registration).where(Registration.person_id == second).values(submitted_at=later))
    with planted(queries, MOST=1):
        assert [row[0] for row in owed(town, 80)] == [first, second]


def test_without_its_rule_nothing_is_guessed(town: Town) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(delete(PolicyRule).where(PolicyRule.key == "service-obligation"))
        with pytest.raises(PolicyMissing):
            services_owed(session)
