"""Scheduled jobs for interview timetables."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from centre.jobs import job
from centre.permissions import Actor
from employers.fairs.queries import fair
from matching.fairs.interviews.actions import keep_solved
from matching.fairs.interviews.queries import asked_days, present_wishes
from matching.fairs.interviews.rules import Plan, Wishes
from matching.fairs.interviews.solving import Solved, solve

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SolvedTimetable:
    """What the solver gave for one fair."""

    fair_id: int
    wishes: Wishes
    solved: Solved
    former: Plan


def solve_longest_waiting(session: Session) -> SolvedTimetable | None:
    """Solve the timetable that waits longest; slow, and without a lock on anything."""
    day = session.scalars(asked_days().limit(1)).first()
    if day is None:
        return None
    wishes, former = present_wishes(session, fair(session, day.fair_id), day)
    return SolvedTimetable(day.fair_id, wishes, solve(wishes, seconds=SECONDS), former)


@job("plan-interviews", every=timedelta(minutes=1), reading=solve_longest_waiting)
def plan_asked(session: Session, answer: SolvedTimetable | None) -> None:
    """Keep the solved timetable of the fair that waited longest."""
    if answer is not None:
        keep_solved(
            session,
            Actor.system(),
            fair_id=answer.fair_id,
            wishes=answer.wishes,
            solved=answer.solved,
            former=answer.former,
        )
