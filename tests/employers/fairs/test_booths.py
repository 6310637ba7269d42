"""Booths: one for each employer, first come first served, never oversold under concurrency (FA-04, FA-07, VR23, R4)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.database import open_session
from centre.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from centre.permissions import Actor
from centre.states import IllegalMove
from employers.companies.models import Employer
from employers.companies.rules import EmployerNotActive, EmployerState
from employers.fairs.actions import change_fair, schedule_fair
from employers.fairs.booth_rules import (
    BOOTH,
    HOLDING_BOOTH,
    AlreadyApplied,
    BoothDraft,
    BoothState,
    BoothTaken,
    NotBoothTime,
    OpeningNotVerified,
    ProxyBooth,
    TooLateToWithdraw,
    TooManyNoShows,
)
from employers.fairs.booths import (
    apply_for_booth,
    approve_booth,
    assign_all_booths,
    assign_booth,
    check_in_booth,
    leave_booth,
    miss_booth,
    refuse_booth,
    withdraw_booth,
)
from employers.fairs.hall_rules import VenueTaken
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import place_in_queue, shown_openings
from employers.fairs.rules import BeforeTheDay
from employers.openings.actions import create_opening
from tests.employers.world import (
    NEXT_WEEK,
    OFFICER,
    ORGANISER,
    SYSTEM,
    add_employer,
    add_hall,
    at,
    booth_fair,
    boss,
    draft,
    fair_draft,
    found_city,
    published,
)

WANT = BoothDraft(contact_name="王", contact_phone="13812345678")
REQUESTS = 12


def applied(session: Session, fair: Fair, number: int) -> Booth:
    add_employer(session, number)
    return apply_for_booth(session, boss(number), fair_id=fair.id, draft=WANT)


@pytest.mark.rule("booth-ends", "booth")
def test_the_43rd_applicant_for_42_booths_waits_and_moves_up_after_a_withdrawal(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=42)
    booths = [applied(session, fair, number) for number in range(1, 44)]
    assert Counter(booth.state.value for booth in booths) == {"applied": 42, "waitlisted": 1}
    for booth in booths[:42]:
        approve_booth(session, ORGANISER, booth_id=booth.id)
    assert place_in_queue(session, booths[42]) == 1
    with pytest.raises(AlreadyApplied):
        apply_for_booth(session, boss(1), fair_id=fair.id, draft=WANT)
    with clock.frozen(at(18) - timedelta(days=1)):
        withdraw_booth(session, boss(7), booth_id=booths[6].id)
    session.refresh(fair)
    assert (booths[42].state, fair.booths_taken) == (BoothState.APPLIED, 42)
    assert session.get_one(Employer, 7).no_shows_in(2026) == 0


@pytest.mark.rule("one-booth", "booth")
def test_a_refused_second_application_takes_no_booth(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    applied(session, fair, 1)
    session.commit()
    with pytest.raises(AlreadyApplied):
        apply_for_booth(session, boss(1), fair_id=fair.id, draft=WANT)
    session.rollback()
    session.refresh(fair)
    assert fair.booths_taken == 1


@pytest.mark.rule("booth-states", "booth")
def test_withdrawing_on_the_day_is_too_late(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    booth = applied(session, fair, 1)
    with clock.frozen(at(1)), pytest.raises(TooLateToWithdraw):
        withdraw_booth(session, boss(1), booth_id=booth.id)


@pytest.mark.rule("booth-missed", "booth")
def test_third_no_show_bars_employer(session: Session) -> None:
    add_employer(session)
    for week in range(3):
        fair = booth_fair(
            session,
            add_hall(session, f"{week}号厅"),
            starts_at=at(9) + NEXT_WEEK * week,
            ends_at=at(11) + NEXT_WEEK * week,
        )
        booth = apply_for_booth(session, boss(), fair_id=fair.id, draft=WANT)
        approve_booth(session, ORGANISER, booth_id=booth.id)
        assign_booth(session, ORGANISER, booth_id=booth.id)
        with pytest.raises(BeforeTheDay):
            miss_booth(session, ORGANISER, booth_id=booth.id)
        with clock.frozen(fair.starts_at):
            miss_booth(session, ORGANISER, booth_id=booth.id)
        session.refresh(fair)
        assert (booth.state, booth.booth_no, fair.booths_taken) == (BoothState.NO_SHOW, None, 0)
    this_year = booth_fair(session, add_hall(session, "四号厅"))
    with pytest.raises(TooManyNoShows):
        apply_for_booth(session, boss(), fair_id=this_year.id, draft=WANT)
    day = date(2027, 3, 5)
    next_year = booth_fair(session, add_hall(session, "五号厅"), starts_at=at(9, day=day), ends_at=at(11, day=day))
    assert apply_for_booth(session, boss(), fair_id=next_year.id, draft=WANT).state is BoothState.APPLIED


def test_booth_numbers_are_unique_and_within_range(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=3)
    booths = [applied(session, fair, number) for number in (1, 2, 3)]
    for booth in booths:
        approve_booth(session, ORGANISER, booth_id=booth.id)
    assign_booth(session, ORGANISER, booth_id=booths[2].id, booth_no=1)
    with pytest.raises(BoothTaken):
        assign_booth(session, ORGANISER, booth_id=booths[0].id, booth_no=1)
    with pytest.raises(Invalid):
        assign_booth(session, ORGANISER, booth_id=booths[0].id, booth_no=4)
    assert assign_all_booths(session, ORGANISER, fair_id=fair.id) == 2
    assert [booth.booth_no for booth in booths] == [2, 3, 1]


@pytest.mark.rule("booth-states", "booth")
def test_a_booth_is_checked_in_and_left(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    booth = applied(session, fair, 1)
    with clock.frozen(fair.starts_at), pytest.raises(IllegalMove):
        check_in_booth(session, ORGANISER, booth_id=booth.id)
    approve_booth(session, ORGANISER, booth_id=booth.id)
    assign_booth(session, ORGANISER, booth_id=booth.id)
    with pytest.raises(BeforeTheDay):
        check_in_booth(session, ORGANISER, booth_id=booth.id)
    with clock.frozen(fair.starts_at):
        check_in_booth(session, ORGANISER, booth_id=booth.id)
        assert booth.checked_in_at == clock.now()
        assert leave_booth(session, ORGANISER, booth_id=booth.id).state is BoothState.SERVED


def test_a_booth_is_refused_with_the_licence_of_another_company(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    booth = applied(session, fair, 1)
    approve_booth(session, ORGANISER, booth_id=booth.id)
    assign_booth(session, ORGANISER, booth_id=booth.id)
    session.get_one(Employer, 1).uscc = "91610400MA6TT0001X"
    with clock.frozen(fair.starts_at):
        with pytest.raises(ProxyBooth):
            check_in_booth(session, ORGANISER, booth_id=booth.id, licence="91610400MA6TT0002X")
        assert booth.checked_in_at is None
        check_in_booth(session, ORGANISER, booth_id=booth.id, licence="91610400MA6TT0001X")
        assert booth.checked_in_at == clock.now()


@pytest.mark.parametrize("state", [BoothState.SERVED, BoothState.NO_SHOW, BoothState.LAPSED])
def test_a_closed_application_allows_no_further_steps(state: BoothState) -> None:
    for event in {move.event for move in BOOTH.moves}:
        with pytest.raises(IllegalMove):
            BOOTH.find(state, event)


def test_additional_booths_promote_the_waiting_list(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall, booth_count=1)
    booths = [applied(session, fair, number) for number in (1, 2, 3)]
    change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, booth_count=2))
    assert [booth.state.value for booth in booths] == ["applied", "applied", "waitlisted"]


def test_a_refusal_frees_the_booth_and_needs_a_reason(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    first, second = applied(session, fair, 1), applied(session, fair, 2)
    with pytest.raises(Invalid):
        refuse_booth(session, ORGANISER, booth_id=first.id, reason=" ")
    refuse_booth(session, ORGANISER, booth_id=first.id, reason="执照过期")
    assert (first.state, second.state) == (BoothState.REFUSED, BoothState.APPLIED)


@pytest.mark.rule("booth-states", "booth")
def test_applications_are_accepted_only_while_they_are_open(session: Session) -> None:
    add_employer(session)
    fair = schedule_fair(session, ORGANISER, fair_draft(add_hall(session)))
    with pytest.raises(NotBoothTime):
        apply_for_booth(session, boss(), fair_id=fair.id, draft=WANT)


def test_only_trusted_employers_get_a_booth_and_only_for_themselves(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    add_employer(session, 1, state=EmployerState.WATCH)
    add_employer(session, 2)
    with pytest.raises(EmployerNotActive):
        apply_for_booth(session, boss(1), fair_id=fair.id, draft=WANT)
    with pytest.raises(NotFound):
        apply_for_booth(session, boss(2), fair_id=fair.id, draft=WANT.model_copy(update={"employer_id": 1}))
    booth = apply_for_booth(session, boss(2), fair_id=fair.id, draft=WANT)
    with pytest.raises(NotFound):
        withdraw_booth(session, boss(1), booth_id=booth.id)
    with pytest.raises(Forbidden):
        approve_booth(session, boss(2), booth_id=booth.id)
    with pytest.raises(Forbidden):
        approve_booth(session, OFFICER, booth_id=booth.id)


def test_only_verified_openings_of_its_own_are_shown_at_a_booth(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    add_employer(session, 1)
    add_employer(session, 2)
    shown, unchecked = published(session, 1), create_opening(session, boss(1), draft())
    foreign = published(session, 2)
    for opening_id, refusal in ((unchecked.id, OpeningNotVerified), (foreign.id, Invalid)):
        wanted = WANT.model_copy(update={"opening_ids": (opening_id,)})
        with pytest.raises(refusal):
            apply_for_booth(session, boss(1), fair_id=fair.id, draft=wanted)
    booth = apply_for_booth(
        session, boss(1), fair_id=fair.id, draft=WANT.model_copy(update={"opening_ids": (shown.id,)})
    )
    assert shown_openings(session, fair.id) == []
    approve_booth(session, ORGANISER, booth_id=booth.id)
    assert shown_openings(session, fair.id) == [(booth, shown)]


def test_an_employer_sees_only_its_own_application(any_database: str, frozen: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        fair = booth_fair(session, add_hall(session))
        mine = applied(session, fair, 1).id
        applied(session, fair, 2)
    ids = select(Booth.id).order_by(Booth.id)
    with open_session(boss(1).scope) as session:
        assert session.scalars(ids).all() == [mine]
    with open_session(Actor.public().scope) as session:
        assert session.scalars(ids).all() == []


def at_once(work: list[tuple[Actor, object]], act: object) -> list[str]:
    """Run the same action in many threads that start together; returns each outcome."""
    gate = Barrier(len(work))

    def run(job: tuple[Actor, object]) -> str:
        actor, argument = job
        with clock.frozen(at(10) - timedelta(days=4)):
            gate.wait()
            try:
                with open_session(actor.scope, write=True) as session:
                    return str(act(session, actor, argument))  # type: ignore[operator]
            except Refusal as refused:
                return refused.code

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


@pytest.mark.rule("one-booth", "booth")
def test_concurrent_applications_never_oversell_booths(any_database: str, frozen: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        fair_id = booth_fair(session, add_hall(session), booth_count=5).id
        for number in range(1, REQUESTS + 1):
            add_employer(session, number)

    def ask(session: Session, actor: Actor, _argument: object) -> str:
        return apply_for_booth(session, actor, fair_id=fair_id, draft=WANT).state.value

    outcome = Counter(at_once([(boss(number), None) for number in range(1, REQUESTS + 1)], ask))
    assert outcome == {"applied": 5, "waitlisted": REQUESTS - 5}
    with open_session(SYSTEM.scope) as session:
        fair = session.get_one(Fair, fair_id)
        held = session.scalars(select(Booth.id).where(Booth.state.in_(HOLDING_BOOTH))).all()
        assert (fair.booths_taken, len(held)) == (5, 5)


def test_concurrent_schedulers_of_one_hall_get_one_fair(any_database: str, frozen: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        hall = add_hall(session)

    def plan(session: Session, actor: Actor, minutes: object) -> str:
        assert isinstance(minutes, int)
        shift = timedelta(minutes=minutes)
        schedule_fair(session, actor, fair_draft(hall, starts_at=at(9) + shift, ends_at=at(11) + shift))
        return "held"

    outcome = Counter(at_once([(ORGANISER, minutes) for minutes in range(0, 80, 10)], plan))
    assert outcome == {"held": 1, VenueTaken.code: 7}


def test_two_concurrent_withdrawals_promote_two(any_database: str, frozen: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        fair = booth_fair(session, add_hall(session), booth_count=2)
        booths = [applied(session, fair, number).id for number in (1, 2, 3, 4)]
        fair_id = fair.id

    def leave(session: Session, actor: Actor, booth_id: object) -> str:
        assert isinstance(booth_id, int)
        try:
            return withdraw_booth(session, actor, booth_id=booth_id).state.value
        except Conflict:
            return "again"

    outcome = at_once([(boss(1), booths[0]), (boss(2), booths[1])], leave)
    assert outcome == ["withdrawn", "withdrawn"]
    with open_session(SYSTEM.scope) as session:
        states = [booth.state.value for booth in session.scalars(select(Booth).order_by(Booth.id))]
        assert states == ["withdrawn", "withdrawn", "applied", "applied"]
        assert session.get_one(Fair, fair_id).booths_taken == 2
