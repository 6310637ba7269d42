"""Fairs: deadlines, plans, permits, halls, series, cancellation (FA-01, FA-03, FA-09, FA-10, FA-11, FA-14, FA-15)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.errors import Conflict, Forbidden, Invalid
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.states import IllegalMove
from centre.tables import Base
from employers.fairs.actions import (
    advance_fair,
    attach_plans,
    cancel_fair,
    change_fair,
    postpone_fair,
    schedule_fair,
    schedule_series,
)
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth
from employers.fairs.due_days import clocks
from employers.fairs.hall_rules import VenueTaken
from employers.fairs.halls import free_days, free_venues
from employers.fairs.jobs import remind_organisers, run_fairs
from employers.fairs.models import Fair
from employers.fairs.queries import fairs, neighbours
from employers.fairs.rules import (
    FAIR,
    FairKind,
    FairState,
    FewerBooths,
    NoticeMissing,
    PermitMissing,
    PlansMissing,
    SeriesDraft,
)
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
    fair_draft,
    found_city,
)

RULE: dict[str, Any] = {"filing_days": 15, "report_days": 7, "list_due": "12-15", "figures_day": 28}


def test_deadlines_of_a_single_fair_count_days_before_and_after() -> None:
    due = clocks(FairKind.ONE_OFF, date(2026, 2, 25), **RULE)
    assert (due.filing_due_on, due.statistics_due_on) == (date(2026, 2, 10), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("day", "figures"),
    [
        (date(2027, 1, 8), date(2027, 1, 28)),
        (date(2027, 1, 29), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 1, 28)),
    ],
)
def test_deadlines_of_a_series_are_the_yearly_list_and_the_monthly_figures(day: date, figures: date) -> None:
    due = clocks(FairKind.PERIODIC, day, **RULE)
    assert (due.filing_due_on, due.statistics_due_on) == (date(2026, 12, 15), figures)


def test_a_fair_stores_its_deadlines_and_place(session: Session) -> None:
    fair = schedule_fair(session, ORGANISER, fair_draft(add_hall(session)))
    assert (fair.filing_due_on, fair.statistics_due_on) == (date(2026, 2, 19), date(2026, 3, 13))
    assert (fair.region_code, fair.centre_id, fair.state) == ("610402", 1, FairState.DRAFT)


@pytest.mark.rule("fair-papers", "action")
def test_a_fair_with_two_of_three_plans_is_not_ready(session: Session) -> None:
    fair = schedule_fair(session, ORGANISER, fair_draft(add_hall(session), security_plan=""))
    with pytest.raises(PlansMissing) as refused:
        advance_fair(session, ORGANISER, fair_id=fair.id, event="prepare")
    assert refused.value.params["missing"].in_locale("en") == "Security plan"
    attach_plans(session, ORGANISER, fair_id=fair.id, security_plan="GQ-3")
    assert advance_fair(session, ORGANISER, fair_id=fair.id, event="prepare").state is FairState.READY


@pytest.mark.rule("permit-from-thousand", "action")
@pytest.mark.parametrize(("visitors", "needed"), [(999, False), (1000, True)])
def test_a_thousand_visitors_need_a_permit(session: Session, visitors: int, needed: bool) -> None:
    fair = schedule_fair(session, ORGANISER, fair_draft(add_hall(session), expected_visitors=visitors))
    for event in ("prepare", "file"):
        advance_fair(session, ORGANISER, fair_id=fair.id, event=event, late_reason="补办")
    if needed:
        with pytest.raises(PermitMissing):
            advance_fair(session, ORGANISER, fair_id=fair.id, event="clear")
    cleared = advance_fair(session, ORGANISER, fair_id=fair.id, event="clear", permit_no="公安1号" if needed else "")
    assert (cleared.state, cleared.filed_at) == (FairState.CLEARED, clock.now())


@pytest.mark.rule("fair-hall", "action")
@pytest.mark.parametrize(
    ("starts", "ends", "clashing"),
    [
        (at(9), at(11, 30), True),
        (at(8), at(9, 1), True),
        (at(11, 29), at(12), True),
        (at(10), at(10, 30), True),
        (at(7), at(18), True),
        (at(8), at(9), False),
        (at(11, 30), at(13), False),
        (at(9) + NEXT_WEEK, at(11) + NEXT_WEEK, False),
    ],
)
def test_a_hall_holds_one_fair_at_a_time(session: Session, starts: datetime, ends: datetime, clashing: bool) -> None:
    hall = add_hall(session)
    schedule_fair(session, ORGANISER, fair_draft(hall, name="第一场"))
    second = fair_draft(hall, name="第二场", starts_at=starts, ends_at=ends)
    if clashing:
        with pytest.raises(VenueTaken) as refused:
            schedule_fair(session, ORGANISER, second)
        assert refused.value.params == {
            "venue": "人力资源市场 一号厅",
            "when": "2026-03-06 09:00–11:30",
            "fair": "第一场",
        }
    else:
        assert schedule_fair(session, ORGANISER, second).id


def test_another_hall_of_the_building_is_free_and_the_other_fair_is_shown(session: Session) -> None:
    first, second = add_hall(session), add_hall(session, "二号厅")
    held = schedule_fair(session, ORGANISER, fair_draft(first))
    assert [venue.id for venue in free_venues(session, at(9), at(11))] == [second]
    other = schedule_fair(session, ORGANISER, fair_draft(second))
    assert [fair.id for fair in neighbours(session, "610402", at(9), but=other.id)] == [held.id]
    assert free_days(session, first, at(9), at(11))[0] == date(2026, 3, 7)


def test_a_cancelled_fair_frees_its_hall(session: Session) -> None:
    hall = add_hall(session)
    first = schedule_fair(session, ORGANISER, fair_draft(hall))
    cancel_fair(session, ORGANISER, fair_id=first.id, notice="")
    assert schedule_fair(session, ORGANISER, fair_draft(hall)).id != first.id


def test_changing_a_fair_does_not_clash_with_itself(session: Session) -> None:
    hall = add_hall(session)
    fair = schedule_fair(session, ORGANISER, fair_draft(hall))
    assert change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, name="改名")).name == "改名"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": at(9)}, "ends_at"),
        ({"ends_at": at(8)}, "ends_at"),
        ({"venue_id": None}, "venue_id"),
        ({"booth_count": 0}, "booth_count"),
        ({"region_code": "999999"}, "region_code"),
    ],
)
def test_an_impossible_fair_is_refused_at_the_field(session: Session, changes: dict[str, Any], field: str) -> None:
    hall = add_hall(session)
    with pytest.raises(Invalid) as refused:
        schedule_fair(session, ORGANISER, fair_draft(**{"venue_id": hall} | changes))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_time_without_zone_is_shanghai_time(session: Session) -> None:
    naive = fair_draft(add_hall(session), starts_at="2026-03-06T09:00", ends_at="2026-03-06T11:30")
    assert schedule_fair(session, ORGANISER, naive).starts_at == datetime(2026, 3, 6, 1, tzinfo=UTC)


def test_only_organisers_and_managers_schedule_fairs(session: Session) -> None:
    hall = add_hall(session)
    for actor in (OFFICER, boss()):
        with pytest.raises(Forbidden):
            schedule_fair(session, actor, fair_draft(hall))


def test_a_weekly_series_skips_public_holidays(session: Session) -> None:
    draft = SeriesDraft(
        name="每周五小型招聘",
        venue_id=add_hall(session),
        weekday=4,
        from_on=date(2026, 1, 1),
        to_on=date(2026, 12, 31),
        starts=time(9),
        ends=time(11, 30),
        booth_count=12,
        expected_visitors=150,
    )
    planned = schedule_series(session, ORGANISER, draft)
    assert (len(planned.fairs), len(planned.holidays), planned.taken) == (46, 6, [])
    assert date(2026, 5, 1) in planned.holidays
    assert {clock.local(fair.starts_at).weekday() for fair in planned.fairs} == {4}
    first, second = planned.fairs[:2]
    moved = fair_draft(draft.venue_id, starts_at=at(14, day=date(2026, 1, 10)), ends_at=at(16, day=date(2026, 1, 10)))
    change_fair(session, ORGANISER, fair_id=first.id, draft=moved)
    assert (first.series_on, second.starts_at) == (date(2026, 1, 9), at(9, day=date(2026, 1, 16)))


def test_a_series_skips_days_on_which_the_hall_is_taken(session: Session) -> None:
    hall = add_hall(session)
    schedule_fair(session, ORGANISER, fair_draft(hall))
    draft = SeriesDraft(
        name="每周五", venue_id=hall, weekday=4, from_on=date(2026, 3, 1), to_on=date(2026, 3, 31),
        starts=time(9), ends=time(11), booth_count=12,
    )  # fmt: skip
    planned = schedule_series(session, ORGANISER, draft)
    assert (len(planned.fairs), planned.taken) == (3, [date(2026, 3, 6)])


def test_a_sunday_fair_keeps_off_the_golden_week_and_the_sunday_that_is_worked(session: Session) -> None:
    draft = SeriesDraft(
        name="周日招聘会", venue_id=add_hall(session), weekday=6, from_on=date(2026, 9, 13), to_on=date(2026, 10, 11),
        starts=time(9), ends=time(11, 30), booth_count=12,
    )  # fmt: skip
    planned = schedule_series(session, ORGANISER, draft)
    days = [clock.local(fair.starts_at).date() for fair in planned.fairs]
    assert date(2026, 10, 4) in planned.holidays
    assert date(2026, 10, 4) not in days


@pytest.mark.rule("fair-notice", "action")
def test_cancelling_an_announced_fair_needs_a_notice_and_tells_every_booth(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    for number in (1, 2):
        add_employer(session, number)
        apply_for_booth(session, boss(number), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
    with pytest.raises(NoticeMissing):
        cancel_fair(session, ORGANISER, fair_id=fair.id, notice=" ")
    revision = fair.revision
    cancel_fair(session, ORGANISER, fair_id=fair.id, notice="因暴雨取消 {抱歉}")
    session.flush()
    messages = session.scalars(select(Message).where(Message.kind == "fair-cancel").order_by(Message.id)).all()
    assert [message.account_id for message in messages] == [1, 2]
    assert messages[0].title == "招聘会“春季招聘会”（2026-03-06 09:00–11:30）已取消"
    assert messages[0].body == "因暴雨取消 {抱歉}"
    assert (fair.state, fair.revision, fair.notice) == (FairState.CANCELLED, revision + 1, "因暴雨取消 {抱歉}")


@pytest.mark.rule("fair-notice", "action")
def test_moving_an_announced_fair_needs_a_notice_and_raises_its_revision(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall)
    add_employer(session)
    apply_for_booth(session, boss(), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
    later = fair_draft(hall, starts_at=at(14), ends_at=at(16))
    with pytest.raises(NoticeMissing):
        change_fair(session, ORGANISER, fair_id=fair.id, draft=later)
    revision = fair.revision
    change_fair(session, ORGANISER, fair_id=fair.id, draft=later, notice="改到下午")
    session.flush()
    message = session.scalars(select(Message).where(Message.kind == "fair-moved")).one()
    assert "2026-03-06 14:00–16:00" in message.title
    assert fair.revision == revision + 1


def test_a_postponed_fair_comes_back_with_a_new_time(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall)
    postpone_fair(session, ORGANISER, fair_id=fair.id, notice="场地检修")
    assert fair.state.value == "postponed"
    again = fair_draft(hall, starts_at=at(9) + NEXT_WEEK, ends_at=at(11) + NEXT_WEEK)
    assert change_fair(session, ORGANISER, fair_id=fair.id, draft=again, notice="改到下周五").state.value == "published"


def test_a_fair_cannot_have_fewer_booths_than_are_taken(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall)
    for number in (1, 2):
        add_employer(session, number)
        apply_for_booth(session, boss(number), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
    with pytest.raises(FewerBooths):
        change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, booth_count=1))


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (FairState.DRAFT, "publish"),
        (FairState.READY, "clear"),
        (FairState.CLEARED, "open_booths"),
        (FairState.LIVE, "cancel"),
        (FairState.ENDED, "cancel"),
        (FairState.ENDED, "archive"),
        (FairState.CANCELLED, "publish"),
        (FairState.DRAFT, "postpone"),
    ],
)
def test_illegal_moves_of_a_fair_are_refused(state: FairState, event: str) -> None:
    with pytest.raises(IllegalMove):
        FAIR.find(state, event)


def test_a_fair_starts_and_ends_on_time_and_is_then_reported(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall)
    for moment, state in [(at(8, 59), "booth_open"), (at(9), "live"), (at(11, 29), "live"), (at(11, 30), "ended")]:
        with clock.frozen(moment):
            run_fairs(session)
        assert fair.state.value == state
    with pytest.raises(Conflict):
        change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall))
    with pytest.raises(Invalid):
        advance_fair(session, ORGANISER, fair_id=fair.id, event="report", figures={"visitors": 5})
    figures = {"employers": 2, "positions": 40, "visitors": 120, "intentions": 9, "hired": 3}
    assert advance_fair(session, ORGANISER, fair_id=fair.id, event="report", figures=figures).figures == figures


def test_organisers_are_reminded_of_their_filing_once(session: Session) -> None:
    session.add(Account(id=901, login="org", name="赵", password_hash="-", roles=[Role.ORGANISER], centre_id=1))
    schedule_fair(session, ORGANISER, fair_draft(add_hall(session)))
    for _ in range(2):
        remind_organisers(session)
        session.flush()
    assert [message.account_id for message in session.scalars(select(Message))] == [901]


def test_the_public_sees_announced_fairs_only(any_database: str, frozen: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        shown = booth_fair(session, add_hall(session)).id
        schedule_fair(session, ORGANISER, fair_draft(add_hall(session, "二号厅")))
    with open_session(Actor.public().scope) as session:
        assert [fair.id for fair in session.scalars(fairs())] == [shown]
        assert session.scalars(fairs(from_on=date(2026, 3, 6), to_on=date(2026, 3, 6), region="610400")).all()
        assert not session.scalars(fairs(from_on=date(2026, 3, 7))).all()
        assert not session.scalars(fairs(region="610404")).all()


@pytest.mark.rule("fair-free", "action")
def test_no_field_of_a_fair_asks_a_worker_for_money() -> None:
    tables = [name for name in Base.metadata.tables if name in ("fair", "booth", "venue", "fair_series")]
    assert len(tables) == 4
    words = ("fen", "fee", "price", "amount", "cost", "charge", "deposit")
    for table in tables:
        names = [column.name for column in Base.metadata.tables[table].c]
        assert not [name for name in names if any(word in name for word in words)]


def test_the_longest_fair_is_a_month(session: Session) -> None:
    hall = add_hall(session)
    with pytest.raises(Invalid):
        schedule_fair(session, ORGANISER, fair_draft(hall, ends_at=at(9) + timedelta(days=32)))
    assert session.scalars(select(Fair.id)).all() == []
