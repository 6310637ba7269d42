"""Every night suggestions are planned for the whole city; staff hear of it when that fails (每夜统筹)."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import insert_rows
from centre.jobs import job
from centre.messages import Filled, send
from centre.messages.office import PLAN_BLIND, PLAN_FAILED, PLAN_PINS
from centre.records.queries import managers_of
from matching.engine.assign.newcomers import expected_hires
from matching.engine.assign.storing import digest, packed
from matching.planning.evidence import overrides
from matching.planning.queries import Night, code_digest, planned_night
from matching.plans.models import NightPlan, PlannedPlace
from matching.plans.rules import NightPlanState


@job("plan-night", every=timedelta(days=1), reading=planned_night)
def store_night(session: Session, night: Night) -> None:
    """Plan suggestions for the whole city together, and keep the plan with its data."""
    today = clock.today()
    if session.scalar(select(NightPlan.id).where(NightPlan.day == today)) is not None:
        return
    plan = keep_night(session, night)
    if plan.state is NightPlanState.FAILED:
        _tell(session, PLAN_FAILED.of(reason=plan.fault))
    elif night.fault:
        _tell(session, PLAN_PINS.of(reason=night.fault))
    decided = overrides(session)
    if decided.is_blind(night.rules["alarm"]):
        _tell(session, PLAN_BLIND.of(percent=round(100 * (1 - decided.rate))))
    _forget_old(session, int(night.rules["keep_days"]))


def keep_night(session: Session, night: Night) -> NightPlan:
    """Store a night with one row for each person."""
    plan = NightPlan(
        day=clock.today(), rules=dict(night.rules), code_digest=code_digest(), openings=len(night.problem.places),
        people=sum(map(len, night.members.values())), fault=night.fault[:200],
        state=NightPlanState.PLANNED if night.plan else NightPlanState.FAILED,
    )  # fmt: skip
    if night.plan is not None:
        plan.problem = packed(night.problem, night.plan)
        plan.digest = digest(plan.problem)
        plan.value, plan.bound, plan.seconds = night.plan.value, night.plan.bound, round(night.plan.seconds, 3)
        plan.expected = expected_hires(night.problem, night.plan)
        plan.placed = sum(len(night.members[unit]) for unit in night.plan.sent)
    session.add(plan)
    session.flush()
    insert_rows(session, PlannedPlace, [row | {"plan_id": plan.id, "day": plan.day} for row in night.rows()])
    return plan


def _tell(session: Session, message: Filled) -> None:
    for manager in managers_of(session, None):
        key = f"{message.wording.name}:{clock.today().isoformat()}:{manager}"
        send(session, message, to_account_id=manager, link="/counter/plans", dedupe_key=key)


def _forget_old(session: Session, days: int) -> None:
    """Figures of a night stay for good; who went where, and the data, only as long as the rule says."""
    last = clock.today() - timedelta(days=days)
    session.execute(delete(PlannedPlace).where(PlannedPlace.day < last))
    session.execute(
        update(NightPlan)
        .where(NightPlan.day < last, NightPlan.problem.is_not(None))
        .values(problem=None)
        .execution_options(synchronize_session=False)
    )
