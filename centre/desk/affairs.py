"""The centres themselves: building standard, staff in post, budget by year, leaders' contact points (中心建设)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import Case, CaseLine, PersonCase
from centre.desk.cases.rules import Coded, Count, Money, NotPermitted, StepReason, StepRemark
from centre.drafts import Draft, Fen, Line, NearDay, Words
from centre.errors import Conflict
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term

_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
Year = Annotated[int, Field(ge=2000, le=2100)]
Score = Annotated[int, Field(ge=0, le=100)]


class StandardState(Coded):
    """How far a centre meets the standard (建设状态)."""

    PLANNED = "planned", N_("已规划")
    BUILDING = "building", N_("建设中")
    SELF_CHECKED = "self_checked", N_("已自查")
    INSPECTED = "inspected", N_("已验收检查")
    TO_CORRECT = "to_correct", N_("待整改")
    PASSED = "passed", N_("已达标")


_S = StandardState
STANDARDS = Machine(
    "standard",
    [
        Move(_S.PLANNED, "build", _S.BUILDING, _WORK),
        Move(_S.BUILDING, "self-check", _S.SELF_CHECKED, _WORK),
        Move(_S.SELF_CHECKED, "inspect", _S.INSPECTED, _DECIDE),
        Move(_S.INSPECTED, "pass", _S.PASSED, _DECIDE),
        Move(_S.INSPECTED, "correct", _S.TO_CORRECT, _DECIDE),
        Move(_S.TO_CORRECT, "self-check", _S.SELF_CHECKED, _WORK),
        Move(_S.PASSED, "renew", _S.BUILDING, _DECIDE),
    ],
    {state: state.label for state in _S},
)


class StandardDraft(Draft):
    """The version of the standard that a centre is built to (规范版本)."""

    title: Words


class ItemDraft(Draft):
    """One item of the standard with its evidence and score (规范条目)."""

    item: Words
    proof: Line = ""
    score: Score


class BuildingStandard(Case):
    """A centre measured against the building standard (规范化建设)."""

    __table_args__ = (CheckConstraint("inspected_by IS NULL OR inspected_by <> opened_by", name="inspector"),)

    state: Mapped[StandardState] = mapped_column(coded(StandardState), default=StandardState.PLANNED)
    title: Mapped[str] = mapped_column(String(200))
    score: Mapped[int | None]
    inspected_by: Mapped[int | None]
    inspected_on: Mapped[date | None]


class StandardItem(CaseLine):
    """One item of the standard (规范条目)."""

    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 100", name="score"), UniqueConstraint("case_id", "item"))

    case_id: Mapped[int] = mapped_column(ForeignKey("building_standard.id"), index=True)
    item: Mapped[str] = mapped_column(String(200))
    proof: Mapped[str] = mapped_column(String(200), default="")
    score: Mapped[int]


def average_score(session: Session, standard_id: int) -> int | None:
    """The mean score of all items, rounded down; None without items."""
    mean = session.scalar(select(func.avg(StandardItem.score)).where(StandardItem.case_id == standard_id))
    return None if mean is None else int(mean)


def _self_check(session: Session, actor: Actor, case: BuildingStandard, draft: StepRemark) -> None:
    case.score = average_score(session, case.id)
    if case.score is None:
        raise NotPermitted(why=Term(N_("还没有填规范条目，请先逐条打分")))


def _inspect(session: Session, actor: Actor, case: BuildingStandard, draft: StepRemark) -> None:
    case.inspected_on = clock.today()
    case.score = average_score(session, case.id)


def _pass(session: Session, actor: Actor, case: BuildingStandard, draft: StepRemark) -> None:
    least = int(policy(session, "standard-pass-score", on=clock.today()))
    if (case.score or 0) < least:
        raise NotPermitted(why=Term(N_("平均分没到达标线，请先整改")))


STANDARD = Kind(
    name="standard",
    path="standards",
    label=N_("规范化建设"),
    start=N_("对照规范建设"),
    icon="building",
    model=BuildingStandard,
    machine=STANDARDS,
    draft=StandardDraft,
    steps=(
        Step("build", N_("开始建设"), StepRemark),
        Step("self-check", N_("自查完成"), StepRemark, _self_check),
        Step("inspect", N_("验收检查"), StepRemark, _inspect, "inspected_by", ("opened_by",)),
        Step("pass", N_("达标"), StepRemark, _pass),
        Step("correct", N_("要求整改"), StepReason),
        Step("renew", N_("重新建设"), StepReason),
    ),
    columns=("title", "score", "inspected_on"),
    labels={
        "title": N_("规范名称和版本"),
        "score": N_("得分"),
        "inspected_on": N_("检查日期"),
        "item": N_("条目"),
        "proof": N_("依据材料"),
    },
    opens=_DECIDE,
    lines=Lines("items", N_("规范条目"), StandardItem, ItemDraft, ("item", "proof", "score"), None,
                frozenset({StandardState.PLANNED.value, StandardState.BUILDING.value, StandardState.TO_CORRECT.value})),
    signatures=(N_("中心主任"), N_("检查人")),
    group="centres",
)  # fmt: skip


class BudgetState(Coded):
    """Where a year's money stands (预算状态)."""

    BUDGETED = "budgeted", N_("已列预算")
    RECEIVED = "received", N_("已到账")
    LAPSED = "lapsed", N_("未到账")


BUDGETS = Machine(
    "budget",
    [
        Move(BudgetState.BUDGETED, "receive", BudgetState.RECEIVED, _DECIDE),
        Move(BudgetState.BUDGETED, "lapse", BudgetState.LAPSED, _DECIDE),
    ],
    {state: state.label for state in BudgetState},
)


class BudgetDraft(Draft):
    """What the finance bureau has set aside for a year, and the posts (年度预算)."""

    year: Year
    budgeted_fen: Money
    posts: Count
    in_post: Count


class Arrival(Draft):
    """What came in (到账)."""

    received_fen: Fen
    reason: Line = ""


class CentreBudget(Case):
    """A centre's budget and staff of one year (年度预算和人员)."""

    __table_args__ = (UniqueConstraint("centre_id", "year"), CheckConstraint("received_fen >= 0", name="received"))

    state: Mapped[BudgetState] = mapped_column(coded(BudgetState), default=BudgetState.BUDGETED)
    year: Mapped[int]
    budgeted_fen: Mapped[int]
    received_fen: Mapped[int] = mapped_column(default=0)
    posts: Mapped[int]
    in_post: Mapped[int]


class BudgetKept(Conflict):
    """The centre has a budget of that year already."""

    code = "budget-kept"
    message = N_("{year} 年的预算已经登记过了，请打开那一条")


def _one_a_year(session: Session, actor: Actor, case: CentreBudget, draft: BudgetDraft) -> None:
    kept = select(CentreBudget.id).where(CentreBudget.centre_id == case.centre_id, CentreBudget.year == draft.year)
    if session.scalar(kept) is not None:
        raise BudgetKept(field="year", year=draft.year)


BUDGET = Kind(
    name="budget",
    path="budgets",
    label=N_("年度预算和人员"),
    start=N_("登记年度预算"),
    icon="chart",
    model=CentreBudget,
    machine=BUDGETS,
    draft=BudgetDraft,
    steps=(Step("receive", N_("已到账"), Arrival), Step("lapse", N_("未到账"), StepReason)),
    columns=("year", "budgeted_fen", "received_fen", "posts", "in_post"),
    labels={
        "year": N_("年度"),
        "budgeted_fen": N_("预算"),
        "received_fen": N_("到账"),
        "posts": N_("编制人数"),
        "in_post": N_("在岗人数"),
    },
    opening=_one_a_year,
    opens=_DECIDE,
    signatures=(N_("中心主任"), N_("财务")),
    group="centres",
)


class ContactState(Coded):
    """Where a leader's contact stands (联系状态)."""

    ASSIGNED = "assigned", N_("已结对")
    VISITED = "visited", N_("已走访")
    ASSESSED = "assessed", N_("已考核")


CONTACTS = Machine(
    "contact",
    [
        Move(ContactState.ASSIGNED, "visit", ContactState.VISITED, _WORK),
        Move(ContactState.VISITED, "visit", ContactState.VISITED, _WORK),
        Move(ContactState.VISITED, "assess", ContactState.ASSESSED, _DECIDE),
        Move(ContactState.ASSIGNED, "assess", ContactState.ASSESSED, _DECIDE),
    ],
    {state: state.label for state in ContactState},
)


class ContactDraft(Draft):
    """A leader, the department, and what is to be reached in the year (联系点)."""

    leader: Words
    department: Words
    year: Year
    goal: Line = ""


class Assessment(Draft):
    """The score of the year (考核)."""

    score: Score
    reason: Line = ""


class VisitDraft(Draft):
    """One visit to the household (走访)."""

    visited_on: NearDay
    note: Words


class LeaderContact(PersonCase):
    """A household that a leader keeps in touch with (领导干部联系点)."""

    __table_args__ = (CheckConstraint("assessed_by IS NULL OR assessed_by <> opened_by", name="assessor"),)

    state: Mapped[ContactState] = mapped_column(coded(ContactState), default=ContactState.ASSIGNED)
    leader: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    goal: Mapped[str] = mapped_column(String(200), default="")
    score: Mapped[int | None]
    assessed_by: Mapped[int | None]


class ContactVisit(CaseLine):
    """One visit to a household (走访记录)."""

    case_id: Mapped[int] = mapped_column(ForeignKey("leader_contact.id"), index=True)
    visited_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200))


CONTACT = Kind(
    name="contact",
    path="contact-points",
    label=N_("领导干部联系点"),
    start=N_("结对联系"),
    icon="user",
    model=LeaderContact,
    machine=CONTACTS,
    draft=ContactDraft,
    steps=(
        Step("visit", N_("已走访"), StepRemark),
        Step("assess", N_("年度考核"), Assessment, None, "assessed_by", ("opened_by",)),
    ),
    columns=("leader", "department", "year", "score"),
    labels={
        "leader": N_("领导干部"),
        "department": N_("部门"),
        "year": N_("年度"),
        "goal": N_("年度目标"),
        "score": N_("得分"),
        "visited_on": N_("走访日期"),
    },
    person="must",
    lines=Lines("visits", N_("走访记录"), ContactVisit, VisitDraft, ("visited_on", "note")),
    signatures=(N_("联系领导"), N_("考核人")),
    group="centres",
)
