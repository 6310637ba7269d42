"""Fairs and their booths from the first request to the end: nothing outlives its fair, nobody meets a dead end."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import Invalid
from centre.outbox import Message
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerNotActive, EmployerState
from employers.fairs import booths as stands
from employers.fairs.actions import advance_fair, cancel_fair, change_fair, postpone_fair, schedule_fair
from employers.fairs.booth_rules import (
    HOLDING_BOOTH,
    AlreadyApplied,
    BoothDraft,
    BoothState,
    NoBoothFree,
    TooLateToWithdraw,
)
from employers.fairs.booths import (
    apply_for_booth,
    approve_booth,
    assign_booth,
    check_in_booth,
    miss_booth,
    promote_waiting,
    refuse_booth,
    withdraw_booth,
)
from employers.fairs.jobs import run_fairs
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import days_of, fairs, place_in_queue, span
from employers.fairs.rules import BeforeTheDay, FairOver, FairState, FewerBooths, PermitMissing
from tests.employers.world import (
    DAY,
    MANAGER,
    NEXT_WEEK,
    ORGANISER,
    add_employer,
    add_hall,
    at,
    booth_fair,
    boss,
    fair_draft,
)
from tests.planted import planted

WANT = BoothDraft(contact_name="王", contact_phone="13812345678")


def request(session: Session, fair: Fair, number: int, *, approved: bool = False) -> Booth:
    if session.get(Employer, number) is None:
        add_employer(session, number)
    booth = apply_for_booth(session, boss(number), fair_id=fair.id, draft=WANT)
    if approved:
        approve_booth(session, ORGANISER, booth_id=booth.id)
        assign_booth(session, ORGANISER, booth_id=booth.id)
    return booth


def titles(session: Session, number: int) -> list[str]:
    session.flush()
    return list(session.scalars(select(Message.title).where(Message.account_id == number).order_by(Message.id)))


def counted(session: Session, fair: Fair) -> tuple[int, int]:
    session.refresh(fair)
    states = session.scalars(select(Booth.state).where(Booth.fair_id == fair.id)).all()
    return fair.booths_taken, sum(state in HOLDING_BOOTH for state in states)


def test_an_approved_exhibitor_can_be_removed_with_a_reason_and_the_next_moves_up(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    removed, waiting = request(session, fair, 1, approved=True), request(session, fair, 2)
    with pytest.raises(Invalid):
        refuse_booth(session, ORGANISER, booth_id=removed.id, reason=" ")
    refuse_booth(session, ORGANISER, booth_id=removed.id, reason="被举报收取押金")
    assert (removed.state, removed.booth_no, waiting.state) == (BoothState.REFUSED, None, BoothState.APPLIED)
    assert titles(session, 1)[-1] == "招聘会“春季招聘会”的展位已被收回：被举报收取押金"
    assert counted(session, fair) == (1, 1)


def test_the_organiser_may_withdraw_for_an_employer_on_the_last_day_and_it_is_told(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    booth = request(session, fair, 1, approved=True)
    with clock.frozen(at(7)):
        with pytest.raises(TooLateToWithdraw):
            withdraw_booth(session, boss(1), booth_id=booth.id)
        withdraw_booth(session, ORGANISER, booth_id=booth.id)
    assert titles(session, 1)[-1] == "主办方已为贵单位办理退出招聘会“春季招聘会”"
    assert counted(session, fair) == (0, 0)


@pytest.mark.rule("employer-suspended", "booth")
@pytest.mark.parametrize("event", ["suspend", "blacklist"])
def test_the_booths_of_a_barred_employer_come_free_for_those_who_wait(session: Session, event: str) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    other = booth_fair(session, add_hall(session, "二号厅"), booth_count=1)
    barred, waiting = request(session, fair, 1, approved=True), request(session, fair, 2)
    elsewhere = request(session, other, 1)
    for step in ("warn", "suspend", "blacklist"):
        judge_employer(session, MANAGER, employer_id=1, event=step, reason="收取押金")
        if step == event:
            break
    assert (barred.state, elsewhere.state, waiting.state) == (
        BoothState.REFUSED, BoothState.REFUSED, BoothState.APPLIED
    )  # fmt: skip
    assert sum("收回" in title for title in titles(session, 1)) == 1
    with pytest.raises(EmployerNotActive):
        approve_booth(session, ORGANISER, booth_id=barred.id)


def test_a_waiting_employer_under_restrictions_is_passed_over(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    holder, waiting, behind = (request(session, fair, number) for number in (1, 2, 3))
    session.get_one(Employer, 2).state = EmployerState.CHECKING
    withdraw_booth(session, boss(1), booth_id=holder.id)
    assert (waiting.state, behind.state) == (BoothState.WAITLISTED, BoothState.APPLIED)


def test_who_withdrew_or_was_turned_down_may_ask_again(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=2)
    withdrawn, refused = request(session, fair, 1), request(session, fair, 2)
    withdraw_booth(session, boss(1), booth_id=withdrawn.id)
    refuse_booth(session, ORGANISER, booth_id=refused.id, reason="执照过期")
    for number, booth in ((1, withdrawn), (2, refused)):
        assert request(session, fair, number).id == booth.id
        assert booth.state is BoothState.APPLIED
        with pytest.raises(AlreadyApplied):
            request(session, fair, number)
    assert counted(session, fair) == (2, 2)


def test_who_asks_again_waits_behind_those_who_waited_already(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    again = request(session, fair, 1)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        waiting = request(session, fair, 2)
        withdraw_booth(session, boss(1), booth_id=again.id)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        last = request(session, fair, 3)
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        request(session, fair, 1)
    assert [place_in_queue(session, booth) for booth in (waiting, last, again)] == [0, 1, 2]


def test_a_refusal_can_be_taken_back_while_a_booth_is_free(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    booth = request(session, fair, 1)
    refuse_booth(session, ORGANISER, booth_id=booth.id, reason="资料不全")
    other = request(session, fair, 2)
    with pytest.raises(NoBoothFree):
        approve_booth(session, ORGANISER, booth_id=booth.id)
    withdraw_booth(session, boss(2), booth_id=other.id)
    assert approve_booth(session, ORGANISER, booth_id=booth.id).state is BoothState.APPROVED
    assert counted(session, fair) == (1, 1)


@pytest.mark.rule("fair-notice", "booth")
def test_every_request_lapses_with_a_cancelled_fair_and_nobody_moves_up(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    holder, waiting = request(session, fair, 1, approved=True), request(session, fair, 2)
    cancel_fair(session, ORGANISER, fair_id=fair.id, notice="场地检修")
    assert (holder.state, holder.booth_no, waiting.state) == (BoothState.LAPSED, None, BoothState.LAPSED)
    assert counted(session, fair) == (0, 0)
    assert promote_waiting(session, ORGANISER, fair_id=fair.id) == 0
    late: list[Callable[[], object]] = [
        lambda: withdraw_booth(session, boss(1), booth_id=holder.id),
        lambda: refuse_booth(session, ORGANISER, booth_id=waiting.id, reason="迟了"),
        lambda: approve_booth(session, ORGANISER, booth_id=waiting.id),
    ]
    for act in late:
        with pytest.raises(FairOver):
            act()
    assert [title for title in titles(session, 2) if "取消" in title] == [
        "招聘会“春季招聘会”（2026-03-06 09:00–11:30）已取消"
    ]


def test_promoting_in_a_cancelled_fair_is_caught(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1)
    request(session, fair, 1)
    waiting = request(session, fair, 2)
    with planted(stands, end_requests=lambda *_args, **_options: 0, PROMOTING=tuple(FairState)):
        fair.state = FairState.CANCELLED
        fair.booths_taken = 0
        session.flush()
        promote_waiting(session, ORGANISER, fair_id=fair.id)
    assert waiting.state is BoothState.APPLIED


def test_undecided_requests_lapse_and_present_exhibitors_are_served_when_the_fair_ends(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=3)
    present, absent = request(session, fair, 1, approved=True), request(session, fair, 2, approved=True)
    undecided, waiting = request(session, fair, 3), request(session, fair, 4)
    with clock.frozen(at(9, 30)):
        run_fairs(session)
        check_in_booth(session, ORGANISER, booth_id=present.id)
    with clock.frozen(at(12)):
        run_fairs(session)
        assert [booth.state.value for booth in (present, absent, undecided, waiting)] == [
            "served", "assigned", "lapsed", "lapsed"
        ]  # fmt: skip
        assert miss_booth(session, ORGANISER, booth_id=absent.id).state is BoothState.NO_SHOW
    assert counted(session, fair) == (1, 1)


def test_a_postponed_fair_can_be_left_at_any_time(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    booth = request(session, fair, 1)
    postpone_fair(session, ORGANISER, fair_id=fair.id, notice="延期")
    with clock.frozen(at(8)):
        assert withdraw_booth(session, boss(1), booth_id=booth.id).state is BoothState.WITHDRAWN


def test_a_postponed_fair_is_edited_without_a_hall_and_loses_its_old_notice_with_a_new_day(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall)
    request(session, fair, 1)
    postpone_fair(session, ORGANISER, fair_id=fair.id, notice="场地检修，时间另行通知")
    schedule_fair(session, ORGANISER, fair_draft(hall, name="乙场"))
    change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, summary="补充说明"))
    assert (fair.state, fair.summary, fair.notice) == (FairState.POSTPONED, "补充说明", "场地检修，时间另行通知")
    later = {"starts_at": at(9) + NEXT_WEEK, "ends_at": at(11) + NEXT_WEEK}
    change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, **later))
    assert (fair.state, fair.notice) == (FairState.PUBLISHED, "")
    message = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    assert "另行通知" not in message.title + message.body


def test_exhibitors_are_counted_while_there_is_no_limit_so_that_a_limit_knows_them(session: Session) -> None:
    online = {"mode": "online", "online_url": "https://fair.invalid", "booth_count": 0}
    fair = booth_fair(session, add_hall(session), **online)
    booths = [request(session, fair, number) for number in (1, 2, 3)]
    hall = add_hall(session, "二号厅")
    with pytest.raises(FewerBooths):
        change_fair(
            session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, mode="hybrid", booth_count=2), notice="加现场"
        )
    change_fair(
        session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, mode="hybrid", booth_count=3), notice="加现场"
    )
    waiting = request(session, fair, 4)
    withdraw_booth(session, boss(1), booth_id=booths[0].id)
    assert (waiting.state, counted(session, fair)) == (BoothState.APPLIED, (3, 3))
    request(session, fair, 5)
    change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, **online), notice="改线上")
    assert counted(session, fair) == (4, 4)


def test_a_fair_neither_begins_nor_ends_before_its_day(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    for event in ("start", "finish"):
        with clock.frozen(at(23, 59, DAY - timedelta(days=1))), pytest.raises(BeforeTheDay):
            advance_fair(session, ORGANISER, fair_id=fair.id, event=event)
        with clock.frozen(at(0, 0, DAY)):
            advance_fair(session, ORGANISER, fair_id=fair.id, event=event)
    assert fair.state is FairState.ENDED


@pytest.mark.rule("permit-from-thousand", "action")
def test_a_fair_that_grows_over_the_limit_needs_its_permit(session: Session) -> None:
    hall = add_hall(session)
    fair = schedule_fair(session, ORGANISER, fair_draft(hall, expected_visitors=900))
    for event in ("prepare", "file", "clear", "publish"):
        advance_fair(session, ORGANISER, fair_id=fair.id, event=event, late_reason="补办")
    larger = fair_draft(hall, expected_visitors=1200)
    with pytest.raises(PermitMissing):
        change_fair(session, ORGANISER, fair_id=fair.id, draft=larger)
    session.refresh(fair)
    change_fair(session, ORGANISER, fair_id=fair.id, draft=larger, permit_no="公安许可2号")
    assert (fair.expected_visitors, fair.permit_no) == (1200, "公安许可2号")


def test_a_fair_until_midnight_is_of_one_day_and_one_over_a_months_end_has_all_its_days(session: Session) -> None:
    midnight, hall_id = at(0, day=date(2026, 6, 9)), add_hall(session)
    evening = schedule_fair(
        session, ORGANISER, fair_draft(hall_id, starts_at=midnight - timedelta(hours=6), ends_at=midnight)
    )
    listed = [
        day for day in (7, 8, 9)
        if session.scalars(fairs(from_on=date(2026, 6, day), to_on=date(2026, 6, day))).all()
    ]  # fmt: skip
    assert (listed, days_of(evening), span(evening)) == ([8], [date(2026, 6, 8)], "2026-06-08 18:00–24:00")
    four = schedule_fair(
        session, ORGANISER,
        fair_draft(hall_id, starts_at=at(9, day=date(2026, 8, 30)), ends_at=at(16, day=date(2026, 9, 2))),
    )  # fmt: skip
    assert [day.isoformat()[5:] for day in days_of(four)] == ["08-30", "08-31", "09-01", "09-02"]


def test_days_at_the_edge_of_the_calendar_list_fairs_and_are_no_days_for_a_fair(session: Session) -> None:
    hall_id = add_hall(session)
    fair = booth_fair(session, hall_id)
    assert session.scalars(fairs(from_on=date.min, to_on=date.max)).all() == [fair]
    for year in (1, 1999, 2101, 9999):
        day = date(year, 12, 31)
        with pytest.raises(Invalid) as refusal:
            schedule_fair(session, ORGANISER, fair_draft(hall_id, starts_at=at(22, day=day), ends_at=at(23, day=day)))
        assert refusal.value.problems[0].field == "starts_at"
