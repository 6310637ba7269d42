"""The plan of the week: what the caller could do within seven days, and on which day she means to do it."""

from datetime import datetime

from api.dependencies import Routes, Unit
from api.profiles import own_person_id
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.permissions import Permission
from centre.translation import translate
from matching.weekly.actions import plan_week
from matching.weekly.queries import KeptPlan, last_plan, steps_of_week
from matching.weekly.rules import ERRANDS, Errand, WeekPlan

routes = Routes(tags=["weeks"])


class WeekStepOut(Wire):
    """A step that the caller could take this week; one with a time of its own needs no day (打算)."""

    errand: Errand
    text: str
    link: str
    at: datetime | None


class WeekOut(Wire):
    """The steps of the week, the most urgent first, and the plan that was written down last (一周打算)."""

    steps: list[WeekStepOut]
    plan: str
    written_at: datetime | None


@routes.get("/me/week", allow=Permission.EDIT_PROFILE)
def week(unit: Unit) -> WeekOut:
    """Get the caller's steps and plan."""
    kept = last_plan(unit.session, own_person_id(unit))
    tell_version(unit, kept)
    return _out(unit, kept)


@routes.put("/me/week", allow=Permission.EDIT_PROFILE)
def write(unit: Unit, plan: WeekPlan) -> WeekOut:
    """Write down on which day the caller means to take which step; it takes the place of the last plan."""
    person_id = own_person_id(unit)
    expect_version(unit, last_plan(unit.session, person_id))
    plan_week(unit.session, unit.actor, plan=plan)
    kept = last_plan(unit.session, person_id)
    tell_version(unit, kept)
    return _out(unit, kept)


def _out(unit: Unit, kept: KeptPlan | None) -> WeekOut:
    steps = [
        WeekStepOut(
            errand=step.errand,
            text=translate(unit.locale, ERRANDS[step.errand], **step.words),
            link=step.link,
            at=step.at,
        )
        for step in steps_of_week(unit.session, own_person_id(unit))
    ]
    return WeekOut(steps=steps, plan=kept.text if kept else "", written_at=kept.written_at if kept else None)
