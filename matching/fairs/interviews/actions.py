"""Actions on interview timetables: plan, pin, repair, release to those whom a change concerns."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.errors import NotFound
from centre.messages import send
from centre.messages.employers import BOOTH_INTERVIEWS
from centre.messages.jobseekers import FAIR_INTERVIEWS, FAIR_NO_INTERVIEW
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from employers.companies.messages import tell_employer
from employers.fairs.fixed import is_over, refuse_over
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import own_fair
from matching.fairs.interviews.drafts import DayDraft, NoTimetable, PlanFaulty
from matching.fairs.interviews.models import BookedInterview, InterviewDay, InterviewGuest
from matching.fairs.interviews.queries import (
    LAST_SLOT,
    PANELS_APART,
    booked,
    interview_day,
    interview_of,
    present_wishes,
    slot_at,
    slot_now,
    wishes_of,
)
from matching.fairs.interviews.released import keep_released, released_plan
from matching.fairs.interviews.rules import Plan, Wishes, faults, why_not
from matching.fairs.interviews.solving import Solved, plain
from matching.fairs.interviews.tables import kept_day
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.tickets import spoken


def set_conditions(session: Session, actor: Actor, *, fair_id: int, draft: DayDraft) -> InterviewDay:
    """Set the length of a slot, the walk, the reserve and the breaks of a fair's timetable."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    with seeing_everything(session):
        day = kept_day(session, fair)
        for name, value in draft.model_dump(exclude={"breaks"}).items():
            setattr(day, name, value)
        day.breaks = sorted(set(draft.breaks))
        session.flush()
    return day


def plan_interviews(session: Session, actor: Actor, *, fair_id: int) -> InterviewDay:
    """Plan all interviews of a fair: a plain plan at once, a better one from the job within minutes.

    After a release or during the fair, what has begun stays and the rest moves as little as possible. Raises
    NoTimetable or FairFixed.
    """
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    day = _day(session, actor, fair)
    with seeing_everything(session):
        wishes, former = present_wishes(session, fair, day)
        if not wishes.weights and not former:
            raise NoTimetable
        _store(session, fair, day, wishes, plain(wishes, former), former=former)
        day.asked_at = clock.now()
        session.flush()
    return day


def drop_booth(session: Session, actor: Actor, *, fair_id: int, booth_id: int) -> InterviewDay:
    """Take a booth that has left out of the timetable and plan its guests elsewhere, moving little else."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    day = _day(session, actor, fair)
    day.panels = day.panels | {str(booth_id): [0, 0, LAST_SLOT]}
    session.flush()
    note(session, actor, action="interviews.drop", subject=f"fair:{fair.id}", detail={"booth": booth_id})
    return plan_interviews(session, actor, fair_id=fair.id)


def keep_solved(
    session: Session, actor: Actor, *, fair_id: int, wishes: Wishes, solved: Solved, former: Plan
) -> InterviewDay:
    """Store the solver's plan, unless the plan or the wishes have changed meanwhile."""
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    day = _day(session, actor, fair)
    with seeing_everything(session):
        unchanged = not is_over(fair) and present_wishes(session, fair, day) == (wishes, former)
        if unchanged and not faults(wishes, solved.plan):
            _store(session, fair, day, wishes, solved, former=former)
        day.asked_at = None
        session.flush()
    return day


def pin_interview(session: Session, actor: Actor, *, interview_id: int, pinned: bool) -> BookedInterview:
    """Keep an interview where it is, whatever is planned again. Raises NotFound."""
    require(actor, Permission.MANAGE_FAIRS)
    row = session.scalar(select(BookedInterview).where(BookedInterview.id == interview_id))
    if row is None:
        raise NotFound
    refuse_over(own_fair(session, actor, row.fair_id))
    row.pinned = pinned
    session.flush()
    return row


def release_interviews(session: Session, actor: Actor, *, fair_id: int) -> int:
    """Release the timetable and tell those whose interviews changed since the last release; returns how many people.

    Raises PlanFaulty when the stored plan no longer keeps every rule.
    """
    require(actor, Permission.MANAGE_FAIRS)
    fair = own_fair(session, actor, fair_id)
    refuse_over(fair)
    day = _day(session, actor, fair)
    with seeing_everything(session):
        rows = session.scalars(booked(fair.id)).all()
        plan = frozenset(interview_of(row) for row in rows)
        wishes = wishes_of(session, fair, day)
        wrong = [fault for fault in faults(wishes, plan) if fault[1].slot >= slot_now(fair, day, clock.now())]
        if wrong:
            raise PlanFaulty(count=len(wrong))
        changed = released_plan(day) ^ plan
        keep_released(day, plan)
        day.released_at = clock.now()
        session.flush()
        concerned = {cell.seeker for cell in changed}
        _tell_visitors(session, fair, day, concerned)
        _tell_employers(session, fair, day, changed)
    note(session, actor, action="interviews.release", subject=f"fair:{fair.id}", detail={"told": len(concerned)})
    return len(concerned)


def _day(session: Session, actor: Actor, fair: Fair) -> InterviewDay:
    return interview_day(session, fair.id) or set_conditions(session, actor, fair_id=fair.id, draft=DayDraft())


def _store(session: Session, fair: Fair, day: InterviewDay, wishes: Wishes, solved: Solved, *, former: Plan) -> None:
    pins = {interview_of(row) for row in session.scalars(booked(fair.id).where(BookedInterview.pinned.is_(True)))}
    session.execute(delete(BookedInterview).where(BookedInterview.fair_id == fair.id))
    tickets = {
        guest.visitor_id: guest
        for guest in session.scalars(select(InterviewGuest).where(InterviewGuest.fair_id == fair.id))
    }
    of_fair = select(Booth.id, Booth.employer_id).where(Booth.fair_id == fair.id)
    owners = {booth_id: employer_id for booth_id, employer_id in session.execute(of_fair)}  # noqa: C416
    named = select(Visitor.id, Visitor.worker_name).where(Visitor.fair_id == fair.id)
    names = {visitor_id: name for visitor_id, name in session.execute(named)}  # noqa: C416
    for cell in sorted(solved.plan):
        booth_id, panel = divmod(cell.panel, PANELS_APART)
        session.add(
            BookedInterview(
                fair_id=fair.id,
                centre_id=fair.centre_id,
                booth_id=booth_id,
                employer_id=owners[booth_id],
                visitor_id=cell.seeker,
                person_id=tickets[cell.seeker].person_id if cell.seeker in tickets else None,
                worker_name=names.get(cell.seeker, ""),
                panel=panel,
                slot=cell.slot,
                pinned=cell in pins,
            )
        )
    reasons = why_not(wishes, solved.plan)
    day.planned_at = clock.now()
    day.figures = {
        "placed": len(solved.plan),
        "people": len({cell.seeker for cell in solved.plan}),
        "wishing": len(wishes.seekers),
        "gap": round(solved.gap, 6),
        "by_solver": solved.by_solver,
        "note": solved.note,
        "kept": len(former & solved.plan),
        "former": len(former),
        "left_out": [[seeker, panel // PANELS_APART, reason.value] for (seeker, panel), reason in reasons.items()],
    }


def _tell_visitors(session: Session, fair: Fair, day: InterviewDay, concerned: set[int]) -> None:
    rows = session.scalars(booked(fair.id)).all()
    for visitor in session.scalars(select(Visitor).where(Visitor.id.in_(sorted(concerned))).order_by(Visitor.id)):
        if visitor.person_id is None:
            continue  # the page of the ticket shows the timetable
        own = [row for row in rows if row.visitor_id == visitor.id]
        times = "；".join(f"{clock.local(slot_at(fair, day, row.slot)):%H:%M} {row.booth.employer.name}" for row in own)
        send(
            session,
            FAIR_INTERVIEWS.of(fair=fair.name, times=times) if own else FAIR_NO_INTERVIEW.of(fair=fair.name),
            link=f"/tickets/{spoken(visitor.code)}",
            to_person_id=visitor.person_id,
            dedupe_key=f"interviews:{day.id}:{day.revision}:{visitor.id}",
            expires_at=fair.ends_at,
        )


def _tell_employers(session: Session, fair: Fair, day: InterviewDay, changed: Plan) -> None:
    counts: dict[int, int] = {}
    for cell in changed:
        counts[cell.panel // PANELS_APART] = counts.get(cell.panel // PANELS_APART, 0) + 1
    for booth in session.scalars(select(Booth).where(Booth.id.in_(sorted(counts))).order_by(Booth.id)):
        tell_employer(
            session,
            booth.employer_id,
            BOOTH_INTERVIEWS.of(fair=fair.name, count=counts[booth.id]),
            link=f"/employer/booths/{booth.id}/interviews",
            dedupe_key=f"interviews:{day.id}:{day.revision}:booth:{booth.id}",
        )
