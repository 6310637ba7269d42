"""Storing a plan as a message to the person, available on its day."""

from sqlalchemy.orm import Session

from centre import clock
from centre.errors import Invalid, NotFound, Problem
from centre.messages import send
from centre.messages.jobseekers import WEEK_PLAN
from centre.permissions import Actor, Permission, require
from centre.translation import N_
from matching.weekly.queries import steps_of_week
from matching.weekly.rules import HALVES, WeekPlan, WeekStep, planned_line


def plan_week(session: Session, actor: Actor, *, plan: WeekPlan) -> str:
    """Write down when the actor means to do which steps; returns the plan. Raises Invalid or NotFound."""
    require(actor, Permission.EDIT_PROFILE)
    if actor.person_id is None:
        raise NotFound
    lines = [line for step in steps_of_week(session, actor.person_id) if (line := _line(step, plan))]
    if not lines:
        raise Invalid([Problem("", "nothing-planned", N_("请至少给一件事选一个日子"))])
    text = "\n".join(lines)
    now = clock.now()
    send(
        session,
        WEEK_PLAN.of(steps=text),
        to_person_id=actor.person_id,
        link="/me/week",
        dedupe_key=f"week-plan:{actor.person_id}:{now.isoformat()}",
    )
    return text


def _line(step: WeekStep, plan: WeekPlan) -> str:
    chosen = plan.day_of(step.errand, clock.today())
    if step.at is not None:
        at = clock.local(step.at)
        day, time = at.date(), f"{at:%H:%M}"
    elif chosen is not None:
        day, time = chosen[0], HALVES[chosen[1]]
    else:
        return ""
    return planned_line(day, time, step)
