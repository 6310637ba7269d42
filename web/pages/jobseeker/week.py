"""What the reader means to do this week: a few steps, each with a day."""

from datetime import timedelta

from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock
from centre.errors import NotFound, Refusal
from centre.permissions import Permission
from centre.translation import translate
from matching.weekly.actions import plan_week
from matching.weekly.queries import last_plan, steps_of_week
from matching.weekly.rules import DAYS, ERRANDS, HALF_ENDS, HALVES, WEEKDAYS, WeekPlan
from web.forms import Bound, bind, blank
from web.pages.jobseeker.home import own_id
from web.rendering import page

routes = Pages("/me/week")

ALLOW = Permission.EDIT_PROFILE


@routes.get("", allow=ALLOW)
def week(unit: Unit) -> Response:
    """The steps of the week, and the plan that was written down."""
    return _page(unit, blank(unit, WeekPlan))


@routes.post("", allow=ALLOW)
def plan(unit: Unit) -> Response:
    """Write the plan down."""
    own_id(unit)
    bound = bind(unit, WeekPlan)
    if bound.draft is None:
        return _page(unit, bound, 422)
    try:
        plan_week(unit.session, unit.actor, plan=bound.draft)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse("/me/week", 303)


def _page(unit: Unit, bound: Bound[WeekPlan], status_code: int = 200) -> Response:
    today = clock.today()
    hour = clock.local(clock.now()).hour
    days = [(number, today + timedelta(days=number)) for number in range(DAYS)]
    choices = [
        (
            f"{number}{half}",
            f"{translate(unit.locale, WEEKDAYS[day.weekday()])} {day.month}/{day.day} {translate(unit.locale, label)}",
        )
        for number, day in days
        for half, label in HALVES.items()
        if number or hour < HALF_ENDS[half]
    ]
    return page(
        unit,
        "jobseeker/week.html",
        status_code,
        steps=steps_of_week(unit.session, own_id(unit)),
        errands=ERRANDS,
        days=choices,
        kept=last_plan(unit.session, own_id(unit)),
        bound=bound,
    )
