"""Queries on interview timetables."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from centre import clock
from centre.scopes import seeing_everything
from employers.fairs.booth_rules import BoothState
from employers.fairs.models import Booth, Fair
from employers.fairs.rules import OVER
from matching.fairs.interviews.models import BookedInterview, InterviewDay, InterviewGuest
from matching.fairs.interviews.rules import Interview, Panel, Plan, Wishes, booking_limit, repair_wishes
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import day_truth

CONFIRMED = (BoothState.APPROVED, BoothState.ASSIGNED, BoothState.PRESENT)
MOST_PANELS = 9
LAST_SLOT = 999
"""A slot after all others."""
PANELS_APART = 10
"""A panel's number in the arithmetic: the booth's number times ten, and its table."""
FEWEST_FOR_A_RATE = 20


def interview_day(session: Session, fair_id: int) -> InterviewDay | None:
    """The conditions of a fair's timetable, if set."""
    with seeing_everything(session):
        return session.scalar(select(InterviewDay).where(InterviewDay.fair_id == fair_id))


@dataclass(frozen=True, slots=True)
class Tables:
    """How many people a booth talks to at a time, and its first and last slot (面谈桌数和时间)."""

    count: int = 1
    first: int = 0
    last: int = LAST_SLOT


def tables_of(day: InterviewDay | None, booth_id: int) -> Tables:
    """The tables of a booth; one for the whole fair by default."""
    kept = day.panels.get(str(booth_id)) if day is not None and day.panels else None
    return Tables(min(max(kept[0], 0), MOST_PANELS), *kept[1:]) if kept else Tables()


def slots_of(fair: Fair, day: InterviewDay) -> int:
    """How many slots fit between the start and the end of a fair."""
    return max(0, min(300, int((fair.ends_at - fair.starts_at) / timedelta(minutes=day.slot_minutes))))


def slot_at(fair: Fair, day: InterviewDay, slot: int) -> datetime:
    """When a slot begins."""
    return fair.starts_at + timedelta(minutes=day.slot_minutes) * slot


def slot_now(fair: Fair, day: InterviewDay, now: datetime) -> int:
    """The first slot that has not begun yet; 0 before the fair."""
    passed = (now - fair.starts_at) / timedelta(minutes=day.slot_minutes)
    return max(0, int(passed) + (1 if passed > 0 else 0))


def open_booths(fair_id: int) -> Select[Booth]:
    """The booths that take interviews, by number."""
    return (
        select(Booth)
        .where(Booth.fair_id == fair_id, Booth.state.in_(CONFIRMED))
        .order_by(Booth.booth_no, Booth.id)
        .options(joinedload(Booth.employer, innerjoin=True))
    )


def guests(fair_id: int) -> Select[InterviewGuest]:
    """The visitors who asked for interviews."""
    return (
        select(InterviewGuest)
        .join(Visitor, Visitor.id == InterviewGuest.visitor_id)
        .where(InterviewGuest.fair_id == fair_id, Visitor.cancelled_at.is_(None))
        .order_by(InterviewGuest.id)
        .options(joinedload(InterviewGuest.visitor, innerjoin=True))
    )


def guest_of(session: Session, visitor_id: int) -> InterviewGuest | None:
    """What a visitor asked for."""
    with seeing_everything(session):
        return session.scalar(select(InterviewGuest).where(InterviewGuest.visitor_id == visitor_id))


def booked(fair_id: int) -> Select[BookedInterview]:
    """The planned interviews of a fair by time, with booth, employer and ticket."""
    return (
        select(BookedInterview)
        .where(BookedInterview.fair_id == fair_id)
        .order_by(BookedInterview.slot, BookedInterview.booth_id, BookedInterview.panel)
        .options(
            joinedload(BookedInterview.booth, innerjoin=True).joinedload(Booth.employer, innerjoin=True),
            joinedload(BookedInterview.visitor, innerjoin=True),
        )
    )


def show_rate(session: Session, centre_id: int) -> float | None:
    """The share of registered visitors who came to the centre's last fairs; None before there are enough of them."""
    with seeing_everything(session):
        held = session.scalars(
            select(Fair)
            .where(Fair.centre_id == centre_id, Fair.state.in_(OVER))
            .order_by(Fair.starts_at.desc())
            .limit(5)
        ).all()
        registered = came = 0
        for fair in held:
            tickets = session.execute(
                select(Visitor.subject, Visitor.heads).where(Visitor.fair_id == fair.id, Visitor.cancelled_at.is_(None))
            ).all()
            stays = day_truth(session, fair.id).stays
            registered += len(tickets)
            came += sum(1 for subject, _ in tickets if subject in stays and stays[subject].first_in is not None)
    return came / registered if registered >= FEWEST_FOR_A_RATE else None


def wishes_of(session: Session, fair: Fair, day: InterviewDay) -> Wishes:
    """Everything that the timetable of a fair is made from; the caller sees everything."""
    everything = frozenset(range(slots_of(fair, day))) - frozenset(day.breaks)
    rate = show_rate(session, fair.centre_id)
    panels, of_booth = {}, {}
    for booth in session.scalars(open_booths(fair.id)):
        tables = tables_of(day, booth.id)
        there = frozenset(slot for slot in everything if tables.first <= slot <= tables.last)
        of_booth[booth.id] = [booth.id * PANELS_APART + table for table in range(tables.count)]
        limit = booking_limit(len(there), reserve=day.reserve / 100, show_rate=rate)
        panels.update({number: Panel(number, there, limit) for number in of_booth[booth.id]})
    seekers, weights = {}, {}
    load: Counter[int] = Counter()
    for guest in session.scalars(guests(fair.id)):
        seekers[guest.visitor_id] = frozenset(
            slot for slot in everything if guest.from_slot <= slot <= guest.until_slot
        )
        for rank, booth_id in enumerate(guest.booth_ids):
            if numbers := of_booth.get(booth_id):
                number = min(numbers, key=lambda number: (load[number], number))
                load[number] += 1
                weights[guest.visitor_id, number] = max(10, 100 - 10 * rank)
    pinned = frozenset(
        interview_of(row)
        for row in session.scalars(booked(fair.id).where(BookedInterview.pinned.is_(True)))
        if row.visitor_id in seekers and row.booth_id in of_booth
    )
    return Wishes(panels, seekers, weights, day.gap, day.most, pinned)


def present_wishes(session: Session, fair: Fair, day: InterviewDay) -> tuple[Wishes, Plan]:
    """What is planned from now on: after a release the wishes with the former plan worth keeping, and that plan."""
    wishes = wishes_of(session, fair, day)
    if day.released_at is None:
        return wishes, frozenset()
    former = frozenset(Interview(*cell) for cell in day.released)
    return repair_wishes(wishes, former, now=slot_now(fair, day, clock.now())), former


def interview_of(row: BookedInterview) -> Interview:
    """A stored interview as the rules see it."""
    return Interview(row.visitor_id, row.booth_id * PANELS_APART + row.panel, row.slot)


def asked_days() -> Select[InterviewDay]:
    """Timetables that wait to be solved, the longest waiting first."""
    return select(InterviewDay).where(InterviewDay.asked_at.is_not(None)).order_by(InterviewDay.asked_at)


def interview_count(session: Session, fair_id: int) -> int:
    """How many interviews are planned."""
    return session.scalar(select(func.count(BookedInterview.id)).where(BookedInterview.fair_id == fair_id)) or 0
