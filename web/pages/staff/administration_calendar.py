"""The calendar of each year: rules in force, proposals, the days they would change, and a second person's approval."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock, policy_changes, working_days
from centre.calendar import YearPlan
from centre.drafts import Draft, LongWords, Paragraph
from centre.errors import Forbidden, Refusal
from centre.permissions import Permission
from centre.policy import CALENDAR, PolicyRule, year_plan
from centre.policy_changes import PolicyChange, RuleDraft
from centre.privacy import token_digest
from centre.working_days import ChangedDay
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages("/administration/calendar")

Year = Annotated[int, Path(ge=2000, le=2100)]
AHEAD = 2
"""Years shown besides this one: the notice of the next comes in November."""


class YearForm(Draft):
    """The days off and the made-up working days of a year, as its notice names them (放假和调休)."""

    off: Paragraph
    work: Paragraph = ""
    source: Annotated[LongWords, StringConstraints(min_length=4, max_length=300)]
    seen: str = ""


@dataclass(frozen=True, slots=True)
class YearLine:
    """A year of the calendar with the plan that holds (日历年份); without a rule the service's own tables hold."""

    year: int
    rule: PolicyRule | None
    off: str
    work: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan that waits for a second person, with the days that it would change (待同意的日历)."""

    change: PolicyChange
    days: list[ChangedDay]


@routes.get("", allow=Permission.APPROVE_RULES)
def years(unit: Unit) -> Response:
    """Every year that was entered, this one and those to come."""
    entered = {rule.from_on.year for rule in _rules(unit.session)}
    this = clock.today().year
    return page(
        unit,
        "staff/administration/years.html",
        years=[_line(unit.session, year) for year in sorted(entered | {this + step for step in range(AHEAD)})],
        waiting={change.from_on.year for change in _changes(unit.session)},
        operates=unit.actor.may(Permission.READ_OPERATION),
    )


@routes.get("/{year}", allow=Permission.APPROVE_RULES)
def year(unit: Unit, year: Year) -> Response:
    """One year, and what waits for a second person with the days that would change."""
    waiting = [
        Waiting(change, working_days.changed_days(year, year_plan(change.value)))
        for change in _changes(unit.session)
        if change.from_on.year == year
    ]
    return page(
        unit,
        "staff/administration/year.html",
        line=_line(unit.session, year),
        waiting=waiting,
        may_enter=unit.actor.may(Permission.ENTER_RULES),
        operates=unit.actor.may(Permission.READ_OPERATION),
    )


@routes.get("/{year}/new", allow=Permission.ENTER_RULES)
def ask_year(unit: Unit, year: Year) -> Response:
    """The form for a year, begun from what holds."""
    line = _line(unit.session, year)
    return _form(unit, year, blank(unit, YearForm, off=line.off, work=line.work))


@routes.post("/{year}/new", allow=Permission.ENTER_RULES, keep=False)
def write_year(unit: Unit, year: Year) -> Response:
    """Show which days would change; when that was seen, put the year before a second person."""
    bound = bind(unit, YearForm)
    if bound.draft is None:
        return _form(unit, year, bound, 422)
    try:
        plan = YearPlan(
            working_days.read_days("off", bound.draft.off), working_days.read_days("work", bound.draft.work)
        )
        rule = _rule(year, plan, bound.draft.source)
        policy_changes.checked_value(unit.session, rule)
        seen = token_digest(rule.model_dump_json())
        if bound.draft.seen != seen:
            return _form(unit, year, bound, preview=working_days.changed_days(year, plan), seen=seen)
        policy_changes.propose_rule(unit.session, unit.actor, draft=rule)
    except Forbidden:
        raise
    except Refusal as refusal:
        return _form(unit, year, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/administration/calendar/{year}", 303)


def _rule(year: int, plan: YearPlan, source: str) -> RuleDraft:
    return RuleDraft(
        key=CALENDAR,
        value=json.dumps(working_days.plan_value(plan)),
        from_on=date(year, 1, 1),
        to_on=date(year, 12, 31),
        source=source,
    )


def _rules(session: Session) -> list[PolicyRule]:
    return [rule for rule in policy_changes.rules_kept(session) if rule.key == CALENDAR]


def _changes(session: Session) -> list[PolicyChange]:
    return list(session.scalars(policy_changes.changes_waiting().where(PolicyChange.key == CALENDAR)))


def _line(session: Session, year: int) -> YearLine:
    rules = sorted((rule for rule in _rules(session) if rule.from_on.year == year), key=lambda rule: rule.id)
    plan = year_plan(rules[-1].value) if rules else working_days.plan_in_force(year)
    off, work = working_days.written_days(plan.off), working_days.written_days(plan.work)
    return YearLine(year, rules[-1] if rules else None, off, work)


def _form(
    unit: Unit,
    year: int,
    bound: Bound[YearForm],
    status_code: int = 200,
    *,
    preview: list[ChangedDay] | None = None,
    seen: str = "",
) -> Response:
    return page(
        unit, "staff/administration/year_form.html", status_code, year=year, bound=bound, preview=preview, seen=seen
    )
