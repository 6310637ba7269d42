"""Commands about the plans of the nights: planning by hand, looking, checking without the solver, asking why."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from matching.engine.assign.problem import PlanProblem
    from matching.engine.assign.solve import Plan
    from matching.plans.models import NightPlan

app = typer.Typer(help="Suggestions planned together each night.", no_args_is_help=True)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The night; without it the newest.")]


@app.command()
def run() -> None:
    """Plan tonight's suggestions now, as the nightly job does; a night that has a plan keeps it."""
    from centre.database import open_session
    from centre.permissions import Actor
    from matching.planning.jobs import store_night
    from matching.planning.queries import planned_night
    from web.commands.running import import_domain

    import_domain()
    with open_session(Actor.system().scope) as session:
        night = planned_night(session)
    with open_session(Actor.system().scope, write=True) as session:
        store_night(session, night)
    show()


@app.command()
def show(limit: Annotated[int, typer.Option(help="How many nights.")] = 7) -> None:
    """Print the figures of the last nights: people, places, expected hires, the gap to the linear bound, seconds."""
    from centre.database import open_session
    from centre.permissions import Actor
    from matching.planning.evidence import overrides
    from matching.plans.queries import nights

    with open_session(Actor.system().scope) as session:
        typer.echo("day\tstate\tpeople\tplaced\topenings\texpected\tgap_percent\tseconds\tfault")
        for plan in nights(session, limit):
            expected = f"{plan.expected / 1000:.1f}"
            figures = (plan.people, plan.placed, plan.openings, expected, f"{100 * plan.gap:.4f}", plan.seconds)
            typer.echo("\t".join([plan.day.isoformat(), plan.state.value, *map(str, figures), plan.fault]))
        decided = overrides(session)
        typer.echo(f"overrides in 30 days: {decided.overridden} of {decided.decided} ({decided.rate:.1%})")


@app.command()
def check(day: Day = None) -> None:
    """Check a kept plan without the solver, and plan it again: exit code 1 when anything differs."""
    from matching.engine.assign.solve import plan_together
    from matching.engine.assign.storing import digest
    from matching.engine.assign.verify import certified_bound, plan_faults, plan_value
    from matching.planning.queries import code_digest

    plan, problem, kept = _kept(day)
    faults = plan_faults(problem, kept.sent)
    checks = {
        "data as stored": digest(plan.problem or b"") == plan.digest,
        "limits kept": not faults,
        "value": plan_value(problem, kept.sent) == plan.value,
        "bound from the prices": abs(certified_bound(problem, kept.prices) - plan.bound) <= 1e-6 * max(1.0, plan.bound),
        "planned again": plan_together(problem, seconds=float(plan.rules["seconds"])).sent == kept.sent,
    }
    for name, holds in checks.items():
        typer.echo(f"{'yes' if holds else 'NO':<5}{name}")
    if plan.code_digest != code_digest():
        typer.echo("The code that plans has changed since; another plan of the same value may come out.", err=True)
    if not all(checks.values()):
        raise typer.Exit(1)


@app.command()
def why(
    person: Annotated[int, typer.Option(help="Number of the person.")],
    opening: Annotated[int, typer.Option(help="Number of the opening.")],
    day: Day = None,
) -> None:
    """Say why a person is not sent to an opening, and exactly what the plan would lose by it."""
    from sqlalchemy import select

    from centre.database import open_session
    from centre.permissions import Actor
    from centre.translation import translate
    from matching.engine.assign.explain import Reasons, missing_points
    from matching.engine.assign.problem import PlanInfeasible
    from matching.plans.models import PlannedPlace

    plan, problem, kept = _kept(day)
    with open_session(Actor.system().scope) as session:
        place = select(PlannedPlace.unit).where(PlannedPlace.plan_id == plan.id, PlannedPlace.person_id == person)
        unit = session.scalar(place)
    if unit is None:
        typer.echo("This person is not in the plan.", err=True)
        raise typer.Exit(2)
    answer = Reasons(problem, kept).why_not(unit, opening)
    typer.echo(translate("en", answer.message, others=answer.others))
    if answer.code in {"sent", "not-open"}:
        return
    try:
        lost = missing_points(problem, kept, unit, opening, seconds=float(plan.rules["seconds"]))
    except PlanInfeasible:
        typer.echo("No plan sends them there.")
        return
    typer.echo(f"Sending them there would cost {lost} points, {lost / 1000:.3f} expected hires.")


def _kept(day: datetime | None) -> "tuple[NightPlan, PlanProblem, Plan]":
    from sqlalchemy import select
    from sqlalchemy.orm import undefer

    from centre.database import open_session
    from centre.permissions import Actor
    from matching.engine.assign.storing import unpacked
    from matching.plans.models import NightPlan

    wanted = select(NightPlan).where(NightPlan.problem.is_not(None)).options(undefer(NightPlan.problem))
    if day is not None:
        wanted = wanted.where(NightPlan.day == day.date())
    with open_session(Actor.system().scope) as session:
        plan = session.scalar(wanted.order_by(NightPlan.day.desc()).limit(1))
    if plan is None or plan.problem is None:
        typer.echo("No kept plan of that night.", err=True)
        raise typer.Exit(2)
    return (plan, *unpacked(plan.problem))
