"""Every night suggestions are planned for the whole city; staff hear of it when that fails (每夜统筹)."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from centre import clock
from centre.bulk_writes import insert_rows
from centre.jobs import job
from centre.outbox import post
from centre.records.queries import managers_of
from centre.translation import N_, SOURCE_LOCALE, translate
from matching.engine.assign.storing import digest, packed
from matching.planning.evidence import overrides
from matching.planning.queries import Night, code_digest, planned_night
from matching.plans.models import NightPlan, PlannedPlace
from matching.plans.rules import NightPlanState

FAILED_TITLE = N_("昨夜统筹推荐没有成功，今天各人按自己的排名推荐")
PINS_TITLE = N_("有人工指定的岗位不能同时满足，统筹时没有采用")
BLIND_TITLE = N_("最近 30 天 {percent}% 的统筹推荐原样照办，请抽查是不是有人看过")


@job("plan-night", every=timedelta(days=1), reading=planned_night)
def store_night(session: Session, night: Night) -> None:
    """Plan suggestions for the whole city together, and keep the plan with its data."""
    today = clock.today()
    if session.scalar(select(NightPlan.id).where(NightPlan.day == today)) is not None:
        return
    plan = keep_night(session, night)
    if plan.state is NightPlanState.FAILED:
        _tell(session, "plan-failed", FAILED_TITLE, plan.fault)
    elif night.fault:
        _tell(session, "plan-pins", PINS_TITLE, night.fault)
    decided = overrides(session)
    if decided.is_blind(night.rules["alarm"]):
        title = translate(SOURCE_LOCALE, BLIND_TITLE, percent=round(100 * (1 - decided.rate)))
        _tell(session, "plan-blind", title, "")
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
        plan.placed = sum(len(night.members[unit]) for unit in night.plan.sent)
    session.add(plan)
    session.flush()
    insert_rows(session, PlannedPlace, [row | {"plan_id": plan.id, "day": plan.day} for row in night.rows()])
    return plan


def _tell(session: Session, kind: str, title: str, body: str) -> None:
    for manager in managers_of(session, None):
        post(
            session, kind=kind, to_account_id=manager, title=title, body=body[:2000], link="/counter/plans",
            dedupe_key=f"{kind}:{clock.today().isoformat()}:{manager}",
        )  # fmt: skip


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
