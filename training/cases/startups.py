"""Businesses that people start after entrepreneurship training, and the jobs that they make (创业培训成效)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_months
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import PersonCase
from centre.desk.cases.rules import Coded, Count, StepReason
from centre.drafts import Draft, Line, NearDay, Words
from centre.errors import Conflict
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_


class StartupState(Coded):
    """Where a business stands (创业状态)."""

    TRAINED = "trained", N_("已参加创业培训")
    STARTED = "started", N_("已开业")
    RUNNING = "running", N_("回访仍在经营")
    CLOSED = "closed", N_("已停业")


_S = StartupState
_WORK = Permission.WORK_AT_DESK
STARTUPS = Machine(
    "startup",
    [
        Move(_S.TRAINED, "start", _S.STARTED, _WORK),
        Move(_S.TRAINED, "give-up", _S.CLOSED, _WORK),
        Move(_S.STARTED, "confirm", _S.RUNNING, _WORK),
        Move(_S.RUNNING, "confirm", _S.RUNNING, _WORK),
        Move(_S.STARTED, "give-up", _S.CLOSED, _WORK),
        Move(_S.RUNNING, "give-up", _S.CLOSED, _WORK),
    ],
    {state: state.label for state in _S},
)


class StartupDraft(Draft):
    """A person who has been trained to start a business (创业学员)."""

    course: Words
    trained_on: NearDay
    plan: Line = ""


class Opening(Draft):
    """The business that has opened (开业)."""

    business: Words
    started_on: NearDay
    jobs: Annotated[int, Field(ge=1, le=1000)] = 1


class JobsNow(Draft):
    """How many people work there now (回访)."""

    jobs: Count
    reason: Line = ""


class Startup(PersonCase):
    """A business that began with entrepreneurship training (创业带动就业)."""

    __table_args__ = (CheckConstraint("jobs >= 0", name="jobs"),)

    state: Mapped[StartupState] = mapped_column(coded(StartupState), default=StartupState.TRAINED)
    course: Mapped[str] = mapped_column(String(200))
    trained_on: Mapped[date]
    plan: Mapped[str] = mapped_column(String(200), default="")
    business: Mapped[str] = mapped_column(String(200), default="")
    started_on: Mapped[date | None]
    jobs: Mapped[int] = mapped_column(default=0)


def startup_figures(session: Session) -> tuple[int, int, int]:
    """People trained, businesses started, and the jobs in those that run."""
    trained = session.scalar(select(func.count()).select_from(Startup)) or 0
    started = session.scalar(select(func.count()).where(Startup.started_on.is_not(None))) or 0
    jobs = session.scalar(select(func.sum(Startup.jobs)).where(Startup.state.in_((_S.STARTED, _S.RUNNING)))) or 0
    return int(trained), int(started), int(jobs)


def _call_again(session: Session, actor: Actor, case: Startup, draft: Draft) -> None:
    case.due_on = add_months(clock.today(), 6)


def _end(session: Session, actor: Actor, case: Startup, draft: StepReason) -> None:
    case.due_on, case.jobs = None, 0


STARTUP = Kind(
    name="startup",
    path="startups",
    label=N_("创业培训成效"),
    start=N_("登记创业学员"),
    icon="shop",
    model=Startup,
    machine=STARTUPS,
    draft=StartupDraft,
    steps=(
        Step("start", N_("已开业"), Opening, _call_again, records=True),
        Step("confirm", N_("回访"), JobsNow, _call_again),
        Step("give-up", N_("停业或放弃"), StepReason, _end),
    ),
    columns=("course", "business", "started_on", "jobs"),
    labels={
        "course": N_("参加的课程"),
        "trained_on": N_("结业日期"),
        "plan": N_("打算做什么"),
        "business": N_("店名或项目"),
        "started_on": N_("开业日期"),
        "jobs": N_("带动就业人数"),
    },
    person="must",
    category=ServiceCategory.TRAINING,
    topic="startup",
    group="work",
)


class PracticeState(Coded):
    """Where practice stands (实习状态)."""

    PLACED = "placed", N_("已安排实习")
    WORKING = "working", N_("在店上班")
    STABLE = "stable", N_("满 90 天")
    LEFT = "left", N_("已离开")


PRACTICES = Machine(
    "practice",
    [
        Move(PracticeState.PLACED, "hire", PracticeState.WORKING, _WORK),
        Move(PracticeState.PLACED, "leave", PracticeState.LEFT, _WORK),
        Move(PracticeState.WORKING, "day-30", PracticeState.WORKING, _WORK),
        Move(PracticeState.WORKING, "day-90", PracticeState.STABLE, _WORK),
        Move(PracticeState.WORKING, "leave", PracticeState.LEFT, _WORK),
    ],
    {state: state.label for state in PracticeState},
)


class HealthPaperExpired(Conflict):
    """The health certificate has run out; work in a public place needs a valid one."""

    code = "health-paper-expired"
    message = N_("健康证已过期，请先换新证")


class PracticeDraft(Draft):
    """A trainee of the centre's own school and the shop (实习安排)."""

    course: Words
    shop: Words
    health_no: Words
    expires_on: NearDay


class Hiring(Draft):
    """The first day at work (上班)."""

    started_on: NearDay
    reason: Line = ""


class Income30(Draft):
    """The income of the first month (30 天收入)."""

    income_30_fen: Annotated[int, Field(ge=0, le=10**8)]


class Income90(Draft):
    """The income of the third month (90 天收入)."""

    income_90_fen: Annotated[int, Field(ge=0, le=10**8)]


class Practice(PersonCase):
    """A trainee's practice in a shop, with health certificate and income afterwards (实习和就业)."""

    state: Mapped[PracticeState] = mapped_column(coded(PracticeState), default=PracticeState.PLACED)
    course: Mapped[str] = mapped_column(String(200))
    shop: Mapped[str] = mapped_column(String(200))
    health_no: Mapped[str] = mapped_column(String(200))
    expires_on: Mapped[date]
    started_on: Mapped[date | None]
    income_30_fen: Mapped[int | None]
    income_90_fen: Mapped[int | None]


def _place(session: Session, actor: Actor, case: Practice, draft: PracticeDraft) -> None:
    if draft.expires_on < clock.today():
        raise HealthPaperExpired(field="expires_on")


def _hire(session: Session, actor: Actor, case: Practice, draft: Hiring) -> None:
    case.due_on = date.fromordinal(draft.started_on.toordinal() + 30)


def _month(session: Session, actor: Actor, case: Practice, draft: Income30) -> None:
    case.due_on = date.fromordinal((case.started_on or clock.today()).toordinal() + 90)


def _finish(session: Session, actor: Actor, case: Practice, draft: Draft) -> None:
    case.due_on = None


PRACTICE = Kind(
    name="practice",
    path="practices",
    label=N_("足疗学校实习和就业"),
    start=N_("安排实习店"),
    icon="foot",
    model=Practice,
    machine=PRACTICES,
    draft=PracticeDraft,
    steps=(
        Step("hire", N_("正式上班"), Hiring, _hire),
        Step("day-30", N_("30 天回访"), Income30, _month),
        Step("day-90", N_("90 天回访"), Income90, _finish),
        Step("leave", N_("离开"), StepReason, _finish),
    ),
    columns=("course", "shop", "expires_on", "income_30_fen", "income_90_fen"),
    labels={
        "course": N_("参加的课程"),
        "shop": N_("实习店"),
        "health_no": N_("健康证号"),
        "expires_on": N_("健康证到期"),
        "started_on": N_("上班日期"),
        "income_30_fen": N_("30 天收入"),
        "income_90_fen": N_("90 天收入"),
    },
    opening=_place,
    person="must",
    signatures=(N_("学校教务"), N_("实习店"), N_("学员")),
    group="work",
)
