"""Visits to employers: who was visited, what they need, and the outcome (走访用工单位)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import Case, CaseLine
from centre.desk.cases.rules import Coded, Count, StepReason
from centre.drafts import Draft, Line, NearDay, RecordId, Words
from centre.errors import Invalid, Problem
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.states import Machine, Move
from centre.tables import Instant, coded
from centre.translation import N_
from employers.cases.choices import all_employers, employer_named


class VisitState(Coded):
    """Where a visit to an employer stands (走访状态)."""

    PLANNED = "planned", N_("约好了")
    VISITED = "visited", N_("去过了，要办的还在办")
    SETTLED = "settled", N_("都办完了")
    DROPPED = "dropped", N_("没有去")


class EmployerNeed(Coded):
    """What an employer needs (单位的需要)."""

    WORKERS = "workers", N_("招人")
    POSTING = "posting", N_("帮忙写招聘简章")
    TRAINING = "training", N_("培训职工")
    MONEY = "money", N_("补贴或贷款政策")
    CONTRACTS = "contracts", N_("合同、社保、工资的规定")
    OTHER = "other", N_("别的")


class VisitOutcome(Coded):
    """What came of a visit (走访结果)."""

    OPENINGS = "openings", N_("发布了岗位")
    PLANS = "plans", N_("以后会招人")
    SERVED = "served", N_("办了别的事")
    NOTHING = "nothing", N_("现在没有需要")


_S = VisitState
_WORK = Permission.WORK_AT_DESK
VISITS = Machine(
    "employer_visit",
    [
        Move(_S.PLANNED, "visit", _S.VISITED, _WORK),
        Move(_S.VISITED, "visit", _S.VISITED, _WORK),
        Move(_S.VISITED, "settle", _S.SETTLED, _WORK),
        Move(_S.PLANNED, "drop", _S.DROPPED, _WORK),
    ],
    {state: state.label for state in _S},
)


class EmployerVisitDraft(Draft):
    """Whom to visit, and when (走访计划)."""

    firm_id: RecordId | None = None
    firm: Words
    due_on: NearDay


class VisitReport(Draft):
    """Who was met on which day, and when to look again (走访记录)."""

    visited_on: NearDay
    met: Words
    wanted: Count = 0
    due_on: NearDay | None = None
    reason: Line = ""


class VisitResult(Draft):
    """The outcome (走访结果)."""

    outcome: VisitOutcome
    opened: Count = 0
    reason: Line = ""


class VisitNeedDraft(Draft):
    """One thing that the employer needs (需要)."""

    need: EmployerNeed
    note: Words


class EmployerVisit(Case):
    """A visit to an employer (走访用工单位)."""

    __table_args__ = (CheckConstraint("wanted >= 0 AND opened >= 0", name="counts"),)

    state: Mapped[VisitState] = mapped_column(coded(VisitState), default=VisitState.PLANNED)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    firm: Mapped[str] = mapped_column(String(200))
    visited_on: Mapped[date | None]
    met: Mapped[str] = mapped_column(String(200), default="")
    wanted: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[VisitOutcome | None] = mapped_column(coded(VisitOutcome))
    opened: Mapped[int] = mapped_column(default=0)


class VisitNeed(CaseLine):
    """One thing that an employer needs, ticked off when it is done (单位的需要)."""

    case_id: Mapped[int] = mapped_column(ForeignKey("employer_visit.id"), index=True)
    need: Mapped[EmployerNeed] = mapped_column(coded(EmployerNeed))
    note: Mapped[str] = mapped_column(String(200))
    met_at: Mapped[datetime | None] = mapped_column(Instant)


def _plan(session: Session, actor: Actor, case: EmployerVisit, draft: EmployerVisitDraft) -> None:
    case.firm_id = case.firm_id or employer_named(session, case.firm)


def _visit(session: Session, actor: Actor, case: EmployerVisit, draft: VisitReport) -> None:
    """What is noted has happened: a visit lies in the past, the next look does not."""
    today = clock.today()
    if draft.visited_on > today:
        raise Invalid([Problem("visited_on", "future", N_("去的那天不能在今天以后"))])
    if draft.due_on is not None and draft.due_on < today:
        raise Invalid([Problem("due_on", "past", N_("下次再看的日子不能早于今天"))])


def _settle(session: Session, actor: Actor, case: EmployerVisit, draft: VisitResult) -> None:
    """A visit is settled when nothing that the employer needs is left open."""
    left = select(VisitNeed.id).where(VisitNeed.case_id == case.id, VisitNeed.met_at.is_(None))
    if draft.outcome is VisitOutcome.NOTHING or session.scalar(left.limit(1)) is None:
        return
    raise Invalid([Problem("outcome", "open", N_("还有单位的需要没有办，办好一项勾一项，都勾了再了结"))])


VISIT = Kind(
    name="employer_visit",
    path="employer-visits",
    label=N_("走访用工单位"),
    start=N_("登记走访"),
    icon="company",
    model=EmployerVisit,
    machine=VISITS,
    draft=EmployerVisitDraft,
    steps=(
        Step("visit", N_("去过了"), VisitReport, _visit, records=True),
        Step("settle", N_("了结"), VisitResult, _settle),
        Step("drop", N_("不去了"), StepReason),
    ),
    columns=("firm", "visited_on", "wanted", "outcome", "due_on"),
    labels={
        "firm_id": N_("单位（已登记的）"),
        "firm": N_("单位名称"),
        "visited_on": N_("走访日期"),
        "met": N_("见了谁"),
        "wanted": N_("想招多少人"),
        "outcome": N_("结果"),
        "opened": N_("发布了几个岗位"),
        "need": N_("需要什么"),
        "met_at": N_("办好了"),
    },
    hints={"firm_id": N_("没有登记过的单位可以不选")},
    options={"firm_id": all_employers},
    opening=_plan,
    category=ServiceCategory.OTHER,
    topic="employer-visit",
    lines=Lines(
        "needs", N_("单位的需要"), VisitNeed, VisitNeedDraft, ("need", "note"),
        while_in=frozenset({_S.VISITED}), mark="met_at", mark_label=N_("办好了"),
    ),
    signatures=(N_("经办人"), N_("单位联系人")),
    group="work",
)  # fmt: skip
