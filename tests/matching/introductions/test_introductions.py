"""Introductions: letters, results that count silence, headcount, and what an employer sees (MA-10, MA-11)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.ledger import ServiceCategory, ServiceEvent
from centre.numbers import identity_check
from centre.outbox import Message
from centre.permissions import Actor
from centre.policy import PolicyRule
from centre.states import IllegalMove, Transition
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.models import Opening
from employers.openings.rules import OpeningFull, OpeningState, SexGround
from matching.introductions import actions, jobs, queries
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.rules import (
    AlreadyIntroduced,
    AnswerTooLate,
    FollowUpDraft,
    FollowUpOutcome,
    IntroductionResultDraft,
    IntroductionState,
    LeaveReason,
    NotLawful,
    NotRegistered,
    PlacementState,
    Recommendation,
    Result,
    ResultSource,
    is_letter_number,
)
from matching.profiles.queries import living_registration
from matching.profiles.rules import RegistrationState
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope


def people(town: Town, count: int) -> list[int]:
    """Registered spinners with invented numbers."""
    with open_session(SYSTEM, write=True) as session:
        person_ids = []
        for at in range(count):
            digits = f"61049919800101{100 + at * 2:03d}"
            who = (f"织工{chr(0x4E00 + at)}", digits + identity_check(digits))
            person_ids.append(world.add_worker(session, town, who, phone=f"139000000{at:02d}").id)
        return person_ids


def letter(town: Town, person_id: int, opening: str = "spin", *, share_phone: bool = False) -> int:
    clerk = town.clerk()
    draft = Recommendation(person_id=person_id, opening_id=town.openings[opening], agreed=True, share_phone=share_phone)
    with open_session(clerk.scope, write=True) as session:
        return actions.recommend_worker(session, clerk, draft=draft).id


def tell(town: Town, introduction_id: int, result: Result, **more: object) -> None:
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        draft = IntroductionResultDraft(result=result, **more)  # type: ignore[arg-type]
        actions.record_result(session, clerk, introduction_id=introduction_id, draft=draft)


def state_of(town: Town, key: str = "spin") -> tuple[OpeningState, int]:
    with open_session(SYSTEM) as session:
        opening = session.scalars(select(Opening).where(Opening.id == town.openings[key])).one()
        return opening.state, opening.remaining


def test_a_letter_has_a_check_digit_and_stays_valid_as_long_as_policy_says(any_town: Town) -> None:
    (worker,) = people(any_town, 1)
    number = letter(any_town, worker)
    with open_session(any_town.clerk().scope) as session:
        issued = queries.introduction_in_sight(session, number)
        assert issued.state is IntroductionState.LETTER_ISSUED
        assert issued.letter_no is not None
        assert issued.letter_no.startswith("WC-20260309-0001-")
        assert is_letter_number(issued.letter_no)
        assert not is_letter_number(issued.letter_no.replace("0001", "0007"))
        assert issued.expires_on == world.TODAY + timedelta(days=7)
        assert sum(reason["points"] for reason in issued.reasons) == issued.points


def test_letters_of_one_day_are_numbered_without_gaps(any_town: Town) -> None:
    numbers = [letter(any_town, worker) for worker in people(any_town, 3)]
    with open_session(any_town.clerk().scope) as session:
        letter_numbers = [queries.introduction_in_sight(session, number).letter_no or "" for number in numbers]
    assert [number.split("-")[2] for number in letter_numbers] == ["0001", "0002", "0003"]


def test_each_letter_adds_one_ledger_entry_and_one_message_to_the_worker(town: Town) -> None:
    (worker,) = people(town, 1)
    number = letter(town, worker)
    with open_session(SYSTEM) as session:
        (event,) = session.scalars(select(ServiceEvent).order_by(ServiceEvent.id)).all()
        assert (event.category, event.person_id, event.subject) == (
            ServiceCategory.INTERMEDIATION,
            worker,
            f"introduction:{number}",
        )
        assert session.scalars(select(Message).where(Message.person_id == worker)).one().kind == "letter"


@pytest.mark.rule("letter-needs-open-opening", "letter")
def test_three_hires_fill_three_places_and_a_fourth_introduction_is_refused(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        session.scalars(select(Opening).where(Opening.id == any_town.openings["spin"])).one().headcount = 3
    workers = people(any_town, 4)
    letters = [letter(any_town, worker) for worker in workers[:3]]
    for number in letters:
        tell(any_town, number, Result.HIRED)
    assert state_of(any_town) == (OpeningState.FILLED, 0)
    with pytest.raises(OpeningFull):
        letter(any_town, workers[3])
    clerk = any_town.clerk()
    with clock.frozen(world.MONDAY + timedelta(days=7)), open_session(clerk.scope, write=True) as session:
        call = session.scalars(select(FollowUp).where(FollowUp.day == 7).order_by(FollowUp.id).limit(1)).one()
        draft = FollowUpDraft(outcome=FollowUpOutcome.LEFT, leave_reason=LeaveReason.DISTANCE)
        left = actions.record_follow_up(session, clerk, follow_up_id=call.id, draft=draft)
        assert (left.state, left.ended_on) == (PlacementState.ENDED, clock.today())
    assert state_of(any_town) == (OpeningState.OPEN, 1)
    with open_session(clerk.scope) as session:
        registration = living_registration(session, left.person_id)
        assert registration is not None
        assert registration.state is RegistrationState.ACTIVE


@pytest.mark.rule("opening-places", "letter")
def test_the_last_place_is_not_given_twice(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        session.scalars(select(Opening).where(Opening.id == any_town.openings["spin"])).one().headcount = 1
    first, second = (letter(any_town, worker) for worker in people(any_town, 2))
    tell(any_town, first, Result.HIRED)
    with pytest.raises(OpeningFull):
        tell(any_town, second, Result.HIRED)
    with open_session(any_town.clerk().scope) as session:
        assert queries.introduction_in_sight(session, second).state is IntroductionState.LETTER_ISSUED


@pytest.mark.rule("letter-silence", "letter")
def test_a_response_rate_needs_ten_letters_and_silence_is_never_a_hire(town: Town) -> None:
    letters = [letter(town, worker) for worker in people(town, 10)]
    for number in letters[:4]:
        tell(town, number, Result.HIRED)
    for number in letters[4:6]:
        tell(town, number, Result.REFUSED_BY_EMPLOYER)
    tell(town, letters[6], Result.REFUSED_BY_WORKER)
    with clock.frozen(world.MONDAY + timedelta(days=8)), open_session(SYSTEM, write=True) as session:
        jobs.silence_letters(session)
    with open_session(town.clerk().scope) as session:
        rates = queries.introduction_rates(session)
    assert (rates.letters, rates.hired, rates.unknown) == (10, 4, 3)
    assert (round(rates.of_known * 100, 1), round(rates.of_all * 100, 1)) == (57.1, 40.0)


@pytest.mark.rule("letter-silence", "letter")
def test_a_silent_letter_can_be_answered_for_sixty_days_and_not_longer(town: Town) -> None:
    first, second = (letter(town, worker) for worker in people(town, 2))
    with clock.frozen(world.MONDAY + timedelta(days=8)), open_session(SYSTEM, write=True) as session:
        jobs.silence_letters(session)
    with clock.frozen(world.MONDAY + timedelta(days=50)):
        tell(town, first, Result.REFUSED_BY_EMPLOYER)
    with clock.frozen(world.MONDAY + timedelta(days=61)), pytest.raises(AnswerTooLate):
        tell(town, second, Result.HIRED)


def hush(town: Town, count: int, day: int = 8) -> tuple[EmployerState, list[int]]:
    """Letters that nobody answers, and the state of their employer afterwards."""
    letters = [letter(town, worker) for worker in people(town, count)]
    return after_silence(letters[0], day), letters


def after_silence(number: int, day: int) -> EmployerState:
    with clock.frozen(world.MONDAY + timedelta(days=day)), open_session(SYSTEM, write=True) as session:
        jobs.silence_letters(session)
    with open_session(SYSTEM) as session:
        return session.get_one(Employer, session.get_one(Introduction, number).employer_id).state


@pytest.mark.rule("employer-watch", "job")
def test_an_employer_that_answers_none_of_five_letters_is_watched(town: Town) -> None:
    assert hush(town, 5)[0] is EmployerState.WATCH


def test_without_the_rules_for_silence_letters_end_and_nobody_is_watched(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        session.execute(delete(PolicyRule).where(PolicyRule.key.startswith("silence-watch")))
    state, letters = hush(town, 5)
    assert state is EmployerState.ACTIVE
    with open_session(SYSTEM) as session:
        states = {session.get_one(Introduction, number).state for number in letters}
    assert states == {IntroductionState.UNKNOWN}


@pytest.mark.rule("employer-watch", "job")
def test_four_silent_letters_or_one_answer_among_them_put_nobody_on_watch(town: Town) -> None:
    letters = [letter(town, worker) for worker in people(town, 6)]
    tell(town, letters[0], Result.REFUSED_BY_EMPLOYER, source=ResultSource.EMPLOYER)
    assert after_silence(letters[1], 8) is EmployerState.ACTIVE


def test_a_hire_from_a_letter_is_logged_step_by_step(town: Town) -> None:
    (worker,) = people(town, 1)
    number = letter(town, worker)
    tell(town, number, Result.HIRED)
    with open_session(SYSTEM) as session:
        moves = session.scalars(
            select(Transition.event)
            .where(Transition.machine == "introduction", Transition.record_id == number)
            .order_by(Transition.id)
        ).all()
        placement = session.scalars(select(Placement)).one()
        due = session.scalars(select(FollowUp.due_on).order_by(FollowUp.day)).all()
    assert moves == ["agree", "interview", "offer", "accept"]
    assert [(day - placement.starts_on).days for day in due] == [7, 30, 90]


@pytest.mark.rule("letter-steps", "letter")
def test_a_refused_letter_cannot_become_a_hire(town: Town) -> None:
    (worker,) = people(town, 1)
    number = letter(town, worker)
    tell(town, number, Result.REFUSED_BY_EMPLOYER)
    with pytest.raises(IllegalMove):
        tell(town, number, Result.HIRED)


def test_a_recommendation_the_worker_has_not_accepted_has_no_result(town: Town) -> None:
    (worker,) = people(town, 1)
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        draft = Recommendation(person_id=worker, opening_id=town.openings["spin"])
        introduction = actions.recommend_worker(session, clerk, draft=draft)
    with pytest.raises(IllegalMove):
        tell(town, introduction.id, Result.HIRED)


@pytest.mark.rule("letter-names", "letter")
def test_an_employer_sees_a_name_only_after_the_worker_agrees(town: Town) -> None:
    boss = town.boss("南通海门织彩(虚构)")
    with open_session(SYSTEM, write=True) as session:
        worker = world.add_worker(session, town, recognised=("union_hardship",), phone="13912345678")
    clerk = town.clerk()
    with open_session(clerk.scope, write=True) as session:
        draft = Recommendation(person_id=worker.id, opening_id=town.openings["spin"])
        introduction = actions.recommend_worker(session, clerk, draft=draft)
    with open_session(boss.scope) as session:
        assert queries.applicants(session) == []
    with open_session(town.worker("王秀兰").scope, write=True) as session:
        actions.agree_to_introduction(session, town.worker("王秀兰"), introduction_id=introduction.id)
    with open_session(boss.scope) as session:
        (seen,) = queries.applicants(session)
        assert (seen.name, seen.phone) == ("王秀兰", "")
        shown = repr(seen)
        assert not any(secret in shown for secret in ("610499", "13912345678", "union_hardship", "困难"))


@pytest.mark.rule("letter-names", "letter")
def test_the_telephone_follows_only_when_the_worker_shares_it(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        worker = world.add_worker(session, town, phone="13912345678")
    letter(town, worker.id, share_phone=True)
    with open_session(town.boss("南通海门织彩(虚构)").scope) as session:
        assert queries.applicants(session)[0].phone == "13912345678"


def test_an_employer_neither_sees_nor_settles_the_letters_of_another(town: Town) -> None:
    (worker,) = people(town, 1)
    number = letter(town, worker)
    other = town.boss("渭城新棉制衣(虚构)")
    with open_session(other.scope, write=True) as session:
        assert queries.applicants(session) == []
        with pytest.raises(NotFound):
            actions.record_result(
                session, other, introduction_id=number, draft=IntroductionResultDraft(result=Result.HIRED)
            )


def test_an_employer_records_the_hire_of_its_own_applicant(town: Town) -> None:
    (worker,) = people(town, 1)
    number = letter(town, worker)
    boss = town.boss("南通海门织彩(虚构)")
    with open_session(boss.scope, write=True) as session:
        actions.record_result(session, boss, introduction_id=number, draft=IntroductionResultDraft(result=Result.HIRED))
    assert state_of(town)[1] == 59
    with open_session(town.clerk().scope) as session:
        registration = living_registration(session, worker)
        assert registration is not None
        assert registration.state is RegistrationState.PLACED


def test_a_worker_asks_and_the_centre_writes_the_letter(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, town)
    worker, clerk = town.worker("王秀兰"), town.clerk()
    with open_session(worker.scope, write=True) as session:
        request = actions.ask_for_introduction(session, worker, opening_id=town.openings["spin"])
        again = actions.agree_to_introduction(session, worker, introduction_id=request.id)
        assert again.state is IntroductionState.RECOMMENDED
    with open_session(clerk.scope, write=True) as session:
        assert [introduction.id for introduction in queries.waiting(session)] == [request.id]
        done = actions.agree_to_introduction(session, clerk, introduction_id=request.id)
        assert done.letter_no is not None
    with open_session(worker.scope, write=True) as session, pytest.raises(AlreadyIntroduced):
        actions.ask_for_introduction(session, worker, opening_id=town.openings["spin"])


def test_a_worker_cannot_write_results(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
    number = letter(town, person.id)
    worker = town.worker("王秀兰")
    with open_session(worker.scope, write=True) as session, pytest.raises(Forbidden):
        actions.record_result(
            session, worker, introduction_id=number, draft=IntroductionResultDraft(result=Result.HIRED)
        )


@pytest.mark.rule("registered-only", "letter")
def test_a_person_without_a_registration_cannot_be_introduced(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person = world.add_worker(session, town)
        registration = living_registration(session, person.id)
        assert registration is not None
        registration.state = RegistrationState.LAPSED
    with pytest.raises(NotRegistered):
        letter(town, person.id)


@pytest.mark.rule("law-closes-work", "letter")
def test_a_post_forbidden_by_law_names_the_law(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        woman = world.add_worker(session, town)
        child = world.add_worker(session, town, world.W6, phone="13800000009")
        for key, column in (("mine", {"sex_limit_ground": SexGround.MINE_UNDERGROUND}), ("acid", {"hazardous": True})):
            world.add_opening(
                session, town, key, "渭城新棉制衣(虚构)", title="细纱挡车", occupation_code=world.SPINNING,
                region_code="610404", wage_min_fen=500_000, **column,
            )  # fmt: skip
    with pytest.raises(NotLawful):
        letter(town, woman.id, "mine")
    with pytest.raises(NotLawful):
        letter(town, child.id, "acid")
    assert letter(town, child.id, "sew") > 0


def test_suspending_an_employer_flags_its_letters_and_tells_the_workers(town: Town) -> None:
    (worker,) = people(town, 1)
    letter(town, worker)
    boss = town.employers["南通海门织彩(虚构)"]
    with open_session(SYSTEM, write=True) as session:
        judge_employer(session, Actor.system(), employer_id=boss, event="warn", reason="投诉属实")
        judge_employer(session, Actor.system(), employer_id=boss, event="suspend", reason="拖欠工资")
    with open_session(town.clerk().scope) as session:
        assert [introduction.person_id for introduction in queries.flagged(session)] == [worker]
    with open_session(SYSTEM) as session:
        kinds = session.scalars(select(Message.kind).where(Message.person_id == worker)).all()
    assert "opening-stopped" in kinds


@pytest.mark.rule("placement-follow-up", "action")
def test_three_unanswered_calls_lose_contact_and_a_later_answer_restores_it(town: Town) -> None:
    (worker,) = people(town, 1)
    tell(town, letter(town, worker), Result.HIRED)
    clerk = town.clerk()
    with clock.frozen(world.MONDAY + timedelta(days=30)), open_session(clerk.scope, write=True) as session:
        placement = session.scalars(select(Placement)).one()
        actions.begin_work(session, clerk, placement_id=placement.id)
        calls = queries.follow_ups_due(session, clock.today())
        assert [call.day for call in calls] == [7, 30]
        for _ in range(3):
            draft = FollowUpDraft(outcome=FollowUpOutcome.NO_ANSWER)
            actions.record_follow_up(session, clerk, follow_up_id=calls[0].id, draft=draft)
        lost = placement.state
        draft = FollowUpDraft(outcome=FollowUpOutcome.WORKING)
        actions.record_follow_up(session, clerk, follow_up_id=calls[1].id, draft=draft)
        assert [lost, placement.state] == [PlacementState.LOST_CONTACT, PlacementState.DAY_30]


def test_the_database_itself_refuses_a_second_living_introduction(town: Town) -> None:
    (worker,) = people(town, 1)
    letter(town, worker)
    with open_session(SYSTEM, write=True) as session:
        held = session.scalars(select(Introduction)).one()
        twin = Introduction(
            centre_id=held.centre_id, person_id=held.person_id, opening_id=held.opening_id,
            employer_id=held.employer_id, worker_name="x", channel=held.channel,
        )  # fmt: skip
        session.add(twin)
        with pytest.raises(Exception, match="UNIQUE"):
            session.flush()
        session.rollback()
