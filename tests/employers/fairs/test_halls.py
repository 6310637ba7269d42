"""Halls: ways in, times in which nobody can use them, and every door at which such a time is met."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts import Account
from centre.errors import Invalid, OtherCentre
from centre.outbox import Message
from centre.permissions import Actor, Role
from centre.policy import PolicyRule
from employers.fairs import halls
from employers.fairs.actions import (
    advance_fair,
    attach_plans,
    cancel_fair,
    change_fair,
    postpone_fair,
    schedule_fair,
    schedule_series,
)
from employers.fairs.booth_rules import BoothDraft, BoothState, NoOffer
from employers.fairs.booths import apply_for_booth, approve_booth, withdraw_booth
from employers.fairs.hall_rules import (
    BlockDraft,
    BlockKind,
    BlockMeetsFairs,
    EntranceDraft,
    EntranceOutside,
    EntranceUse,
    HallBlocked,
    HallNamed,
    HallTooSmall,
    RegionFixed,
    VenueDraft,
)
from employers.fairs.jobs import run_fairs
from employers.fairs.models import Booth, Venue, VenueBlock
from employers.fairs.offers import confirm_offer
from employers.fairs.plans import entrances
from employers.fairs.plans.actions import draw_hall, move_booth, reset_plan
from employers.fairs.plans.queries import floor_plan
from employers.fairs.plans.rules import GridDraft, PlaceDraft
from employers.fairs.rules import FairFixed, FairState, LateFiling, SeriesDraft
from tests.employers.world import (
    DAY,
    NEXT_WEEK,
    ORGANISER,
    add_employer,
    add_hall,
    at,
    booth_fair,
    boss,
    fair_draft,
)

STRANGER = Actor(account_id=901, roles=frozenset({Role.ORGANISER}), centre_id=2)


def closed(session: Session, hall: int, **changes: Any) -> VenueBlock:
    """The hall closed for the afternoon of the fairs' Friday."""
    values = {"starts_at": at(8), "ends_at": at(18), "reason": "换吊顶"} | changes
    return halls.block_hall(session, ORGANISER, venue_id=hall, draft=BlockDraft.model_validate(values))


@pytest.mark.rule("hall-closed", "action")
def test_no_fair_is_planned_moved_or_announced_again_in_a_closed_hall(session: Session) -> None:
    hall, other = add_hall(session), add_hall(session, "二号厅")
    block = closed(session, hall)
    with pytest.raises(HallBlocked) as refused:
        schedule_fair(session, ORGANISER, fair_draft(hall))
    assert "换吊顶" in str(refused.value.params["why"])
    assert refused.value.params["when"] == "2026-03-06 08:00–18:00"
    later = schedule_fair(session, ORGANISER, fair_draft(hall, starts_at=at(18), ends_at=at(20)))  # half-open
    with pytest.raises(HallBlocked):
        change_fair(session, ORGANISER, fair_id=later.id, draft=fair_draft(hall, starts_at=at(17), ends_at=at(20)))
    elsewhere = booth_fair(session, other)
    with pytest.raises(HallBlocked):
        change_fair(session, ORGANISER, fair_id=elsewhere.id, draft=fair_draft(hall), notice="换厅")
    postpone_fair(session, ORGANISER, fair_id=elsewhere.id, notice="改期")
    with pytest.raises(HallBlocked):
        change_fair(session, ORGANISER, fair_id=elsewhere.id, draft=fair_draft(hall), notice="新日期")
    assert halls.free_venues(session, at(9), at(11)) == [session.get_one(Venue, other)]
    assert halls.free_days(session, hall, at(9) - timedelta(days=1), at(11) - timedelta(days=1))[0] == date(2026, 3, 7)
    halls.lift_block(session, ORGANISER, block_id=block.id)
    assert schedule_fair(session, ORGANISER, fair_draft(hall)).venue_id == hall


@pytest.mark.rule("hall-closed", "action")
def test_a_series_skips_the_days_of_a_closed_hall_and_names_them(session: Session) -> None:
    hall = add_hall(session)
    closed(session, hall)
    weekly = SeriesDraft(
        name="每周五", venue_id=hall, weekday=4, from_on=DAY, to_on=DAY + NEXT_WEEK, starts=at(9).time(),
        ends=at(11).time(), booth_count=5,
    )  # fmt: skip
    planned = schedule_series(session, ORGANISER, weekly)
    assert (planned.blocked, planned.taken) == ([DAY], [])
    assert [clock.local(fair.starts_at).date() for fair in planned.fairs] == [DAY + NEXT_WEEK]


@pytest.mark.rule("hall-closed", "action")
def test_a_hall_with_fairs_is_closed_only_on_purpose_and_their_organisers_hear_of_it(session: Session) -> None:
    session.add(Account(id=950, login="o", name="组织", password_hash="-", roles=[Role.ORGANISER], centre_id=1))
    hall = add_hall(session)
    fair = schedule_fair(session, ORGANISER, fair_draft(hall))
    with pytest.raises(BlockMeetsFairs):
        closed(session, hall)
    assert session.scalars(select(VenueBlock)).all() == []
    block = closed(session, hall, anyway=True)
    message = session.scalars(select(Message).where(Message.account_id == 950)).one()
    assert "春季招聘会" in message.title
    assert message.link == f"/organiser/fairs/{fair.id}"
    assert [waiting.id for waiting in session.scalars(halls.fairs_without_hall(clock.now()))] == [fair.id]
    corrected = change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, name="春季专场"))
    assert corrected.name == "春季专场"
    advance_fair(session, ORGANISER, fair_id=fair.id, event="prepare")
    with pytest.raises(HallBlocked):
        advance_fair(session, ORGANISER, fair_id=fair.id, event="file", late_reason="补办")
    halls.lift_block(session, ORGANISER, block_id=block.id)
    for event in ("file", "clear", "publish"):
        advance_fair(session, ORGANISER, fair_id=fair.id, event=event, late_reason="补办")
    closed(session, hall, anyway=True)
    with pytest.raises(HallBlocked):
        advance_fair(session, ORGANISER, fair_id=fair.id, event="open_booths")
    cancel_fair(session, ORGANISER, fair_id=fair.id, notice="不办了")
    assert session.scalars(halls.fairs_without_hall(clock.now())).all() == []


def test_a_closed_time_is_in_order_and_of_the_same_centre(session: Session) -> None:
    hall = add_hall(session)
    for changes in (
        {"ends_at": at(8)},
        {"ends_at": at(8) + timedelta(days=2000)},
        {"starts_at": at(1) - timedelta(days=20_000)},
    ):
        with pytest.raises(Invalid):
            closed(session, hall, **changes)
    block = closed(session, hall, kind=BlockKind.LET)
    acts: tuple[Callable[[], object], ...] = (
        lambda: halls.block_hall(session, STRANGER, venue_id=hall, draft=BlockDraft(starts_at=at(1), ends_at=at(2))),
        lambda: halls.lift_block(session, STRANGER, block_id=block.id),
        lambda: entrances.add_entrance(session, STRANGER, venue_id=hall, draft=EntranceDraft(name="东门")),
        lambda: draw_hall(session, STRANGER, venue_id=hall, draft=GridDraft(columns=9, rows=9)),
    )
    for act in acts:
        with pytest.raises(OtherCentre):
            act()


def test_entrances_are_doors_of_the_floor_plan_and_the_visitors_come_first(session: Session) -> None:
    hall = add_hall(session)
    draw_hall(session, ORGANISER, venue_id=hall, draft=GridDraft(columns=9, rows=9, doors="4,8", walls="0,0"))
    back = EntranceDraft(name="货门", use=EntranceUse.EXHIBITORS, x=8, y=4)
    entrances.add_entrance(session, ORGANISER, venue_id=hall, draft=back)
    front = EntranceDraft(name="东门", directions="人民路一侧", step_free=True, x=8, y=7)
    way = entrances.add_entrance(session, ORGANISER, venue_id=hall, draft=front)
    plan = floor_plan(session, schedule_fair(session, ORGANISER, fair_draft(hall)))
    assert plan.grid.doors == ((8, 7), (4, 8), (8, 4))
    assert plan.grid.entrance == (8, 7)
    assert plan.door_names == {(8, 4): "货门", (8, 7): "东门"}
    with pytest.raises(HallNamed):
        entrances.add_entrance(session, ORGANISER, venue_id=hall, draft=EntranceDraft(name="东门"))
    with pytest.raises(EntranceOutside):
        entrances.add_entrance(session, ORGANISER, venue_id=hall, draft=EntranceDraft(name="墙", x=0, y=0))
    with pytest.raises(EntranceOutside):
        draw_hall(session, ORGANISER, venue_id=hall, draft=GridDraft(columns=8, rows=8))
    with pytest.raises(Invalid):
        entrances.change_entrance(session, ORGANISER, entrance_id=way.id, draft=EntranceDraft(name="东门", x=3))
    entrances.change_entrance(session, ORGANISER, entrance_id=way.id, draft=EntranceDraft(name="南门", x=2, y=8))
    entrances.remove_entrance(session, ORGANISER, entrance_id=way.id)
    assert [left.name for left in halls.entrances(session, hall)] == ["货门"]


def test_a_booth_does_not_stay_on_a_square_that_became_an_entrance(session: Session) -> None:
    hall = add_hall(session)
    draw_hall(session, ORGANISER, venue_id=hall, draft=GridDraft(columns=9, rows=9))
    fair = schedule_fair(session, ORGANISER, fair_draft(hall))
    move_booth(session, ORGANISER, fair_id=fair.id, draft=PlaceDraft(booth_no=1, x=8, y=5))
    entrances.add_entrance(session, ORGANISER, venue_id=hall, draft=EntranceDraft(name="东门", x=8, y=5))
    assert (8, 5) not in floor_plan(session, fair).places.values()


def test_a_hall_keeps_what_its_planned_fairs_need(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall, booth_count=20, expected_visitors=600)
    about = {"name": "人力资源市场", "hall": "一号厅", "region_code": "610402"}

    def change(**changes: Any) -> Venue:
        draft = VenueDraft.model_validate(about | changes)
        return halls.change_venue(session, ORGANISER, venue_id=hall, draft=draft)

    for refusal, changes in (
        (HallTooSmall, {"booth_limit": 19}),
        (HallTooSmall, {"visitor_limit": 599}),
        (RegionFixed, {"region_code": "610404"}),
    ):
        with pytest.raises(refusal):
            change(**changes)
    revision = fair.revision
    assert change(address="人民路 5 号", booth_limit=20).address == "人民路 5 号"
    assert fair.revision == revision + 1
    add_hall(session, "二号厅")
    with pytest.raises(HallNamed):
        change(hall="二号厅")


def test_nothing_of_an_ended_fair_is_planned_any_more(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    with clock.frozen(datetime(2026, 3, 6, 4, tzinfo=UTC)):
        advance_fair(session, ORGANISER, fair_id=fair.id, event="start")
        advance_fair(session, ORGANISER, fair_id=fair.id, event="finish")
    acts: tuple[Callable[[], object], ...] = (
        lambda: change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(fair.venue_id or 0)),
        lambda: attach_plans(session, ORGANISER, fair_id=fair.id, security_plan="GQ-9"),
        lambda: move_booth(session, ORGANISER, fair_id=fair.id, draft=PlaceDraft(booth_no=1, x=1, y=1)),
        lambda: reset_plan(session, ORGANISER, fair_id=fair.id),
    )
    for act in acts:
        with pytest.raises(FairFixed) as refused:
            act()
        assert refused.value.params["fair"] == "春季招聘会"


def test_a_late_filing_says_why_and_keeps_its_number(session: Session) -> None:
    fair = schedule_fair(session, ORGANISER, fair_draft(add_hall(session)))
    advance_fair(session, ORGANISER, fair_id=fair.id, event="prepare")
    assert fair.filing_due_on < clock.today()
    with pytest.raises(LateFiling):
        advance_fair(session, ORGANISER, fair_id=fair.id, event="file", late_reason=" ")
    advance_fair(session, ORGANISER, fair_id=fair.id, event="file", filing_no="咸人社备12", late_reason="场地临时定")
    assert (fair.state, fair.filing_no, fair.late_reason) == (FairState.FILED, "咸人社备12", "场地临时定")
    timely = schedule_fair(session, ORGANISER, fair_draft(add_hall(session, "二号厅"), **_days(40)))
    advance_fair(session, ORGANISER, fair_id=timely.id, event="prepare")
    advance_fair(session, ORGANISER, fair_id=timely.id, event="file", late_reason="没有用")
    assert timely.late_reason == ""


def _days(later: int) -> dict[str, Any]:
    return {"starts_at": at(9) + timedelta(days=later), "ends_at": at(11) + timedelta(days=later)}


def state_of(booth: Booth) -> BoothState:
    """The state of a booth, read anew."""
    return booth.state


def test_an_offer_from_the_waiting_list_runs_out_and_goes_to_the_next(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1, **_days(20))
    first, second, third = (
        apply_for_booth(session, add_employer(session, number), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
        for number in (1, 2, 3)
    )
    withdraw_booth(session, boss(1), booth_id=first.id)
    assert state_of(second) is BoothState.APPLIED
    assert second.offer_until == clock.now() + timedelta(hours=24)
    approve_booth(session, ORGANISER, booth_id=second.id)  # the organiser's yes is not the employer's word
    run_fairs(session)
    assert state_of(second) is BoothState.APPROVED
    with clock.frozen(clock.now() + timedelta(hours=25)):
        with pytest.raises(NoOffer):
            confirm_offer(session, boss(2), booth_id=second.id)
        run_fairs(session)
        assert (second.state, third.state) == (BoothState.WITHDRAWN, BoothState.APPLIED)
        gone = select(Message.title).where(Message.account_id == 2).order_by(Message.id.desc()).limit(1)
        assert "没有按时确认" in str(session.scalar(gone))
        confirm_offer(session, boss(3), booth_id=third.id)
    with clock.frozen(clock.now() + timedelta(days=5)):
        run_fairs(session)
    assert (third.state, fair.booths_taken) == (BoothState.APPLIED, 1)


def test_the_offer_of_a_postponed_fair_waits_for_its_new_day(session: Session) -> None:
    hall = add_hall(session)
    fair = booth_fair(session, hall, booth_count=1, **_days(20))
    first, second = (
        apply_for_booth(session, add_employer(session, number), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
        for number in (1, 2)
    )
    withdraw_booth(session, boss(1), booth_id=first.id)
    postpone_fair(session, ORGANISER, fair_id=fair.id, notice="改期")
    with clock.frozen(clock.now() + timedelta(days=3)):
        run_fairs(session)
        assert second.state is BoothState.APPLIED
        change_fair(session, ORGANISER, fair_id=fair.id, draft=fair_draft(hall, booth_count=1, **_days(30)))
        run_fairs(session)
        assert (second.state, second.offer_until) == (BoothState.APPLIED, clock.now() + timedelta(hours=24))


def test_without_the_rule_for_offers_a_booth_can_still_be_left_and_its_offer_has_no_end(session: Session) -> None:
    fair = booth_fair(session, add_hall(session), booth_count=1, **_days(20))
    first, second = (
        apply_for_booth(session, add_employer(session, number), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
        for number in (1, 2)
    )
    session.execute(delete(PolicyRule).where(PolicyRule.key == "fair-offer-hours"))
    withdraw_booth(session, boss(1), booth_id=first.id)
    assert (state_of(second), second.offer_until) == (BoothState.APPLIED, None)
