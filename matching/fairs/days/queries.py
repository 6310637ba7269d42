"""What is due for the fairs on an organiser's desk, and who is next at each booth while a fair is on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.scopes import seeing_everything
from centre.translation import N_
from employers.fairs.booth_rules import BoothState
from employers.fairs.models import Booth, Fair
from employers.fairs.phases import FairPhase, phase_of
from employers.fairs.queries import last_day
from employers.fairs.rules import BEFORE_LIVE, PLANS, FairState
from matching.fairs.contacts.models import BoothContact, FairComplaint
from matching.fairs.interviews.models import InterviewDay, InterviewGuest
from matching.fairs.interviews.queries import interview_day, slot_now
from matching.fairs.interviews.released import Appointment, appointments
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import day_truth

LATE_SLOTS = 2
"""How long after its time a visitor still stands in line for an interview."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that an organiser has to do for a fair (要办的事); an urgent one is due today or overdue."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits at some fairs, by fair."""

    booths: dict[tuple[int, BoothState], int]
    complaints: dict[int, int]
    unplanned: dict[int, int]
    """People who wish for interviews at fairs whose timetable is not released."""


def due_of(session: Session, fairs: Sequence[Fair]) -> dict[int, list[Due]]:
    """What is due for each of some fairs, in the phase in which it is; regardless of the reader's scope."""
    counts = _counts(session, [fair.id for fair in fairs])
    return {fair.id: _due(fair, counts) for fair in fairs}


def _counts(session: Session, fair_ids: Sequence[int]) -> Counts:
    with seeing_everything(session):
        booths = select(Booth.fair_id, Booth.state, func.count()).where(Booth.fair_id.in_(fair_ids))
        open_complaints = select(FairComplaint.fair_id, func.count()).where(
            FairComplaint.fair_id.in_(fair_ids), FairComplaint.handled_at.is_(None)
        )
        released = select(InterviewDay.fair_id).where(InterviewDay.released_at.is_not(None))
        wishes = (
            select(InterviewGuest.fair_id, func.count())
            .join(Visitor, Visitor.id == InterviewGuest.visitor_id)
            .where(
                InterviewGuest.fair_id.in_(fair_ids),
                InterviewGuest.fair_id.not_in(released),
                Visitor.cancelled_at.is_(None),
            )
        )
        return Counts(
            {
                (fair_id, state): count
                for fair_id, state, count in session.execute(booths.group_by(Booth.fair_id, Booth.state))
            },
            _by_fair(session, open_complaints.group_by(FairComplaint.fair_id)),
            _by_fair(session, wishes.group_by(InterviewGuest.fair_id)),
        )


def _by_fair(session: Session, counted: Select[int, int]) -> dict[int, int]:
    return {fair_id: count for fair_id, count in session.execute(counted)}  # noqa: C416 - rows, not pairs


def _due(fair: Fair, counts: Counts) -> list[Due]:
    today = clock.today()
    match phase_of(fair.state, is_today=clock.local(fair.starts_at).date() == today):
        case FairPhase.PREPARE:
            due = _to_prepare(fair)
        case FairPhase.APPLY:
            due = _to_fill(fair, counts)
        case FairPhase.TODAY:
            due = _to_run(fair, counts)
        case FairPhase.REPORT:
            day = fair.statistics_due_on
            due = [Due(N_("{day} 前上报数字"), {"day": day.isoformat()}, urgent=day <= today)]
        case _:
            return []
    if fair.state in BEFORE_LIVE and fair.state is not FairState.POSTPONED and last_day(fair) < today:
        due = [Due(N_("日子已经过了，改期或者取消"), urgent=True)]
    if waiting := counts.complaints.get(fair.id, 0):
        due.append(Due(N_("{n} 条投诉没处理"), {"n": waiting}, urgent=True))
    return due


def _to_prepare(fair: Fair) -> list[Due]:
    today, filing = clock.today(), {"day": fair.filing_due_on.isoformat()}
    if fair.state is FairState.POSTPONED:
        return [Due(N_("定新的时间"), urgent=True)]
    due = []
    if fair.state is FairState.DRAFT and (missing := sum(not getattr(fair, name) for name in PLANS)):
        due.append(Due(N_("三个方案还差 {n} 个"), {"n": missing}))
    if fair.state in (FairState.DRAFT, FairState.READY):
        due.append(Due(N_("{day} 前备案"), filing, urgent=fair.filing_due_on <= today))
    if fair.state is FairState.FILED:
        due.append(Due(N_("核对安全许可，转为可以发布")))
    if fair.state is FairState.CLEARED:
        due.append(Due(N_("公布")))
    return due


def _to_fill(fair: Fair, counts: Counts) -> list[Due]:
    due = [Due(N_("开放展位申请"))] if fair.state is FairState.PUBLISHED and fair.booth_count else []
    waiting = {state: counts.booths.get((fair.id, state), 0) for state in BoothState}
    if count := waiting[BoothState.APPLIED]:
        due.append(Due(N_("{n} 家单位等审核"), {"n": count}))
    if count := waiting[BoothState.APPROVED]:
        due.append(Due(N_("{n} 家单位还没有展位号"), {"n": count}))
    if count := counts.unplanned.get(fair.id, 0):
        due.append(Due(N_("{n} 人想约面谈，排期还没公布"), {"n": count}))
    if fair.released:
        due.append(Due(N_("有改动还没公布，大家看到的还是原来的"), urgent=True))
    return due


def _to_run(fair: Fair, counts: Counts) -> list[Due]:
    due = _to_fill(fair, counts)
    if fair.starts_at <= clock.now():
        absent = sum(counts.booths.get((fair.id, state), 0) for state in (BoothState.APPROVED, BoothState.ASSIGNED))
        due = [row for row in due if row.message != N_("{n} 家单位还没有展位号")]
        if absent:
            due.append(Due(N_("{n} 个展位没人签到"), {"n": absent}, urgent=True))
    return due


@dataclass(frozen=True, slots=True)
class BoothQueue:
    """Who waits at a booth, the next first, by the call numbers of their tickets (展位排队)."""

    booth: Booth
    calls: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A visitor's position in the line of a booth: 1 is next or at the table now (排队位次)."""

    interview: Appointment
    place: int


def turns(session: Session, fair: Fair) -> list[Turn]:
    """The lines of a fair's booths, from the released interviews: first who is due first at each table.

    A visitor stands in one line at a time, that of the next interview without a talk; a booth that writes down no
    talks loses its line two slots after their time. The caller has checked the right, the wall shows numbers only.
    """
    day = interview_day(session, fair.id)
    if day is None or day.released_at is None or fair.state is not FairState.LIVE:
        return []
    truth = day_truth(session, fair.id)
    with seeing_everything(session):
        talked = {
            (booth_id, visitor_id)
            for booth_id, visitor_id in session.execute(
                select(BoothContact.booth_id, BoothContact.visitor_id).where(BoothContact.fair_id == fair.id)
            )
        }
    late = slot_now(fair, day, clock.now()) - LATE_SLOTS
    seated: set[int] = set()
    line: Counter[tuple[int, int]] = Counter()
    standing = []
    for meeting in appointments(session, day):
        visitor, booth = meeting.visitor, meeting.booth
        waits = meeting.slot >= late and visitor.id not in seated and (booth.id, visitor.id) not in talked
        if waits and truth.is_inside(visitor.subject):
            seated.add(visitor.id)
            line[booth.id, meeting.panel] += 1
            standing.append(Turn(meeting, line[booth.id, meeting.panel]))
    return standing


def lines_of(standing: Sequence[Turn]) -> list[BoothQueue]:
    """The lines of all booths, by booth number."""
    waiting: dict[int, list[Turn]] = {}
    for turn in standing:
        waiting.setdefault(turn.interview.booth.id, []).append(turn)
    lines = [
        BoothQueue(
            turns_there[0].interview.booth,
            tuple(turn.interview.visitor.id for turn in sorted(turns_there, key=lambda turn: turn.place)),
        )
        for turns_there in waiting.values()
    ]
    return sorted(lines, key=lambda line: (line.booth.booth_no or 0, line.booth.id))
