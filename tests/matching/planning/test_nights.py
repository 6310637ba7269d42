"""The plan of a night: stored whole, planned again to the digit, followed by both pages, and explained."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.accounts.models import Account
from centre.database import open_session
from centre.errors import Forbidden
from centre.ledger import Channel
from centre.numbers import identity_check
from centre.outbox import Message
from centre.people import Consent
from centre.permissions import Actor, Role
from centre.policy import policy
from centre.records.erasure import erase_person
from employers.openings.models import Opening
from matching.companions import actions as companions
from matching.companions.rules import TravelTeam, TravelTie
from matching.engine.assign.problem import PlanLate
from matching.engine.assign.solve import plan_together
from matching.engine.assign.storing import digest, packed, unpacked
from matching.engine.assign.verify import certified_bound, plan_faults, plan_value
from matching.engine.fit.profiles import Leave
from matching.introductions.models import Introduction, Placement
from matching.introductions.rules import IntroductionState, PlacementState
from matching.live.openings import board
from matching.planning import jobs, queries
from matching.planning.evidence import overrides
from matching.planning.rules import hire_chances, stay_shares
from matching.plans.actions import end_pin, pin_person
from matching.plans.models import NightPlan, PlannedPlace
from matching.plans.rules import NightPlanState, Overrides, PinDoesNotFit, PlanPinDraft
from matching.profiles.models import Registration
from matching.profiles.rules import RegistrationState
from matching.suggestions.fits import candidates_for, suggestions_for
from tests.matching import world
from tests.matching.world import Town
from tests.planted import planted

SYSTEM = Actor.system().scope
NEAR = {"occupation_code": world.SPINNING, "region_code": "610404", "wage_min_fen": 400_000, "wage_max_fen": 450_000}
NUMBERS = ("610499197503080022", "610499196801120040", "610499199511110075", "610499198001010016")


@pytest.fixture
def people(any_town: Town) -> Town:
    """Two spinners, one far more experienced, and one near place that both of them like best."""
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town, world.W1, years=18)
        world.add_worker(session, any_town, world.W2, phone="13800000002", years=1)
        world.add_opening(session, any_town, "near", "渭城新棉制衣(虚构)", title="细纱工", headcount=1, **NEAR)
        centre_id = any_town.centres["xy"]
        session.add(Account(login="boss", password_hash="-", roles=[Role.CITY_MANAGER], centre_id=centre_id, name="王"))
    return any_town


def plan_tonight() -> NightPlan:
    board()._compared = board()._looked = float("-inf")
    with open_session(SYSTEM) as session:
        night = queries.planned_night(session)
    with open_session(SYSTEM, write=True) as session:
        jobs.store_night(session, night)
    with open_session(SYSTEM) as session:
        plan = session.scalars(select(NightPlan).order_by(NightPlan.day.desc())).first()
        assert plan is not None
        assert plan.problem is None or plan.problem
        return plan


def places(plan: NightPlan) -> dict[int, int | None]:
    with open_session(SYSTEM) as session:
        rows = session.scalars(select(PlannedPlace).where(PlannedPlace.plan_id == plan.id))
        return {row.person_id: row.opening_id for row in rows}


def limit_advice(people_per_place: int = 1) -> Any:
    """The rule of the night with so many people for each place."""

    def changed(*args: Any, **words: Any) -> Any:
        return {**policy(*args, **words), "people_per_place": people_per_place}

    return planted(queries, policy=changed)


def test_a_place_for_one_is_advised_to_one_and_the_other_reads_why(people: Town) -> None:
    with limit_advice():
        plan = plan_tonight()
    near, spin = people.openings["near"], people.openings["spin"]
    skilled, beginner = people.people["王秀兰"], people.people["李桂芳"]
    assert sorted(places(plan).values(), key=str) == sorted([near, spin], key=str)
    with open_session(people.clerk().scope) as session:
        for person_id in (skilled, beginner):
            shown = suggestions_for(session, person_id, locale="zh-Hans")
            assert shown.matches[0].listed.id == places(plan)[person_id]
            assert shown.matches[0].is_planned
        other = next(number for number, place in places(plan).items() if place == spin)
        (near_match,) = [m for m in suggestions_for(session, other, locale="zh-Hans").matches if m.listed.id == near]
    assert near_match.why_not.startswith("已推荐 1 位更合适的人去那里")


def test_the_officers_list_begins_with_those_whom_the_plan_sends(people: Town) -> None:
    with limit_advice():
        plan = plan_tonight()
    near = people.openings["near"]
    sent = [person for person, place in places(plan).items() if place == near]
    with open_session(people.officer().scope) as session:
        listed = candidates_for(session, people.officer(), opening_id=near, locale="zh-Hans")
    assert [candidate.person_id for candidate in listed if candidate.is_planned] == sent == [listed[0].person_id]


def test_a_stored_plan_is_checked_and_planned_again_to_the_digit(people: Town) -> None:
    plan = plan_tonight()
    with open_session(SYSTEM) as session:
        data = session.scalar(select(NightPlan.problem).where(NightPlan.id == plan.id)) or b""
    assert digest(data) == plan.digest
    problem, kept = unpacked(data)
    assert plan_faults(problem, kept.sent) == []
    assert plan_value(problem, kept.sent) == plan.value == plan_together(problem).value
    assert plan_together(problem).sent == kept.sent
    assert certified_bound(problem, kept.prices) == pytest.approx(plan.bound)
    assert packed(problem, kept) == data
    assert plan.rules["chances"][50] == 300
    for name in people.people:
        assert name.encode() not in data


def test_the_next_night_keeps_the_places_of_the_last(people: Town) -> None:
    first = places(plan_tonight())
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        assert places(plan_tonight()) == first


def test_without_a_plan_or_after_a_failed_night_everybody_keeps_their_own_ranking(people: Town) -> None:
    person = people.people["李桂芳"]
    with open_session(people.clerk().scope) as session:
        own = [match.listed.id for match in suggestions_for(session, person, locale="zh-Hans").matches]
    with limit_advice():
        plan_tonight()

    def late(*_: Any, **__: Any) -> Any:
        raise PlanLate("no plan in time")

    with clock.frozen(world.MONDAY + timedelta(days=1)):
        with planted(queries, plan_together=late):
            failed = plan_tonight()
        assert (failed.state, failed.fault) == (NightPlanState.FAILED, "no plan in time")
        with open_session(people.clerk().scope) as session:
            shown = suggestions_for(session, person, locale="zh-Hans")
        assert [match.listed.id for match in shown.matches] == own
        assert not any(match.is_planned or match.why_not for match in shown.matches)
    with open_session(SYSTEM) as session:
        assert session.scalars(select(Message.kind)).all() == ["plan-failed"]


def test_an_officers_choice_holds_at_once_and_in_the_next_plan(people: Town) -> None:
    person, far = people.people["王秀兰"], people.openings["spin"]
    with open_session(people.officer().scope, write=True) as session:
        draft = PlanPinDraft(person_id=person, opening_id=far, reason="本人要去南通找亲戚")
        pin = pin_person(session, people.officer(), draft)
        pin_id = pin.id
    with open_session(people.clerk().scope) as session:
        assert suggestions_for(session, person, locale="zh-Hans").matches[0].listed.id == far
    assert places(plan_tonight())[person] == far
    with open_session(SYSTEM) as session:
        assert overrides(session) == Overrides(accepted=0, overridden=1)
    with open_session(people.officer().scope, write=True) as session:
        end_pin(session, people.officer(), pin_id=pin_id)
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        assert places(plan_tonight())[person] is not None


def test_nobody_is_pinned_where_the_conditions_do_not_hold_nor_by_the_worker(people: Town) -> None:
    draft = PlanPinDraft(person_id=people.people["王秀兰"], opening_id=people.openings["service"], reason="试试")
    with open_session(people.officer().scope, write=True) as session, pytest.raises(PinDoesNotFit):
        pin_person(session, people.officer(), draft)
    worker = people.worker("王秀兰")
    with open_session(worker.scope, write=True) as session, pytest.raises(Forbidden):
        pin_person(session, worker, draft)


def test_a_pair_is_sent_together_or_not_at_all_and_alone_when_it_says_so(people: Town) -> None:
    pair = sorted((people.people["王秀兰"], people.people["李桂芳"]))
    with open_session(people.clerk().scope, write=True) as session:
        companions.put_together(session, people.clerk(), TravelTeam(tie=TravelTie.FAMILY, person_ids=tuple(pair)))
    plan = plan_tonight()
    near, spin = people.openings["near"], people.openings["spin"]
    assert places(plan) == dict.fromkeys(pair, spin)  # the near place takes one
    with open_session(people.clerk().scope) as session:
        shown = [match.listed.id for match in suggestions_for(session, pair[0], locale="zh-Hans").matches]
    assert spin in shown
    assert near not in shown
    with open_session(SYSTEM, write=True) as session:  # one of them stops looking: nothing for the other one alone
        session.add(Consent(person_id=pair[1], purpose="matching", text_version="1", withdrawn_at=clock.now()))
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        assert pair[0] not in places(plan_tonight())


def test_results_and_stays_feed_the_next_night(people: Town) -> None:
    before = plan_tonight().rules
    with open_session(SYSTEM, write=True) as session:
        spin = session.get_one(Opening, people.openings["spin"])
        for number in range(30):
            session.add(
                Placement(
                    centre_id=people.centres["wc"], person_id=people.people["李桂芳"], employer_id=spin.employer_id,
                    opening_id=spin.id, state=PlacementState.ENDED, starts_on=date(2026, 1, 1),
                    ended_on=date(2026, 1, 11) + timedelta(days=number % 3),
                )
            )  # fmt: skip
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        plan = plan_tonight()
    assert plan.rules["stays"][str(spin.employer_id)] < before["usual_stay"] / 3
    assert places(plan)[people.people["王秀兰"]] == people.openings["near"]


def test_chances_follow_results_and_never_fall_with_the_points() -> None:
    chances = hire_chances([(85, False)] * 200 + [(45, True)] * 200, per_point=6)
    assert chances == sorted(chances)
    assert chances[45] > 800
    assert hire_chances([], per_point=6)[:3] == [1, 6, 12]
    shares, usual = stay_shares([])
    assert (shares, usual) == ({}, 700)


def test_an_acceptance_above_95_percent_raises_an_alarm_and_fewer_does_not(people: Town) -> None:
    plan = plan_tonight()
    place = places(plan)[people.people["李桂芳"]]
    with open_session(SYSTEM, write=True) as session:
        opening = session.get_one(Opening, place or 0)
        for _ in range(40):
            session.add(
                Introduction(
                    centre_id=people.centres["wc"], person_id=people.people["李桂芳"], opening_id=opening.id,
                    employer_id=opening.employer_id, worker_name="李桂芳", channel=Channel.COUNTER,
                    state=IntroductionState.SET_ASIDE,
                )
            )  # fmt: skip
    with open_session(SYSTEM) as session:
        assert overrides(session) == Overrides(40, 0)
    with clock.frozen(world.MONDAY + timedelta(days=1)):
        plan_tonight()
    with open_session(SYSTEM) as session:
        assert "100%" in session.scalars(select(Message.title).where(Message.kind == "plan-blind")).one()
    alarm = {"share": 0.95, "least": 40}
    assert not Overrides(38, 2).is_blind(alarm)
    assert not Overrides(39, 0).is_blind(alarm)


def test_an_erased_person_leaves_the_plan_and_old_data_go(people: Town) -> None:
    plan = plan_tonight()
    with open_session(SYSTEM, write=True) as session:
        erase_person(session, Actor.system(), person_id=people.people["王秀兰"])
    assert set(places(plan)) == {people.people["李桂芳"]}
    with clock.frozen(world.MONDAY + timedelta(days=36)):
        plan_tonight()
        assert places(plan) == {}
        with open_session(SYSTEM) as session:
            old = session.get_one(NightPlan, plan.id)
            assert (old.problem, old.digest) == (None, plan.digest)


def came(town: Town, spinners: int, *, first: int = 120) -> None:
    """Spinners who cannot leave home; they came in the last quarter and have work by now, one came `first` days ago."""
    day = world.MONDAY
    with open_session(SYSTEM, write=True) as session:
        for number in range(spinners + 1):
            identity = f"61049919800101{number:03d}"
            person = world.add_worker(
                session, town, (f"先来{number}", identity + identity_check(identity)), phone=f"139000000{number:02d}",
                leave_home_ok=Leave.CITY,
            )  # fmt: skip
            registration = session.scalars(select(Registration).where(Registration.person_id == person.id)).one()
            registration.state = RegistrationState.PLACED
            registration.submitted_at = day - timedelta(days=first if number == spinners else 30)


def beginner_alone(town: Town) -> int:
    """Only the beginner still looks for work tonight, and would like the near place better than the other."""
    with open_session(SYSTEM, write=True) as session:
        skilled = session.scalars(select(Registration).where(Registration.person_id == town.people["王秀兰"])).one()
        skilled.state = RegistrationState.PLACED
    return town.people["李桂芳"]


@pytest.mark.parametrize(
    ("spinners", "first", "goes_to"),
    [(40, 120, "spin"), (40, 60, "near"), (0, 120, "near"), (1, 120, "near")],
    ids=["many-came", "young", "nobody-came", "room-for-all"],
)
def test_a_crowded_place_is_left_to_others_when_many_came_in_the_last_quarter(
    people: Town, spinners: int, first: int, goes_to: str
) -> None:
    beginner = beginner_alone(people)
    came(people, spinners, first=first)
    plan = plan_tonight()
    assert places(plan) == {beginner: people.openings[goes_to]}
    assert plan.expected >= plan.value > 0
