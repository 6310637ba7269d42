"""Recognition of hardship in both systems, with grounds and steps of each; one open file a household (困难认定)."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_working_days, add_years
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import PersonCase
from centre.desk.cases.rules import Coded, NotPermitted, StepReason, StepRemark, Told
from centre.drafts import Draft, Fen, Line, Words
from centre.errors import Conflict
from centre.ledger import ServiceCategory
from centre.people import PersonCategory, Recognition
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term


class HardshipSystem(Coded):
    """Which of the two systems recognises (认定系统)."""

    EMPLOYMENT = "employment", N_("人社系统：就业困难人员")
    UNION = "union", N_("工会系统：困难职工")


class HardshipGround(Coded):
    """On what ground; the first ones belong to the employment system, the last three to the union (认定理由)."""

    LONG_UNEMPLOYED = "long_unemployed", N_("失业一年以上")
    GRADUATE = "graduate", N_("毕业半年没有工作")
    DISABLED = "disabled", N_("失业的残疾人")
    VETERAN = "veteran", N_("未安置的退役军人、烈属")
    NEAR_RETIREMENT = "near_retirement", N_("离退休不到十年")
    SINGLE_PARENT = "single_parent", N_("单亲父母")
    ZERO_EMPLOYMENT = "zero_employment", N_("零就业家庭成员")
    LAND_LOST = "land_lost", N_("生活困难的失地农民")
    DEEP = "deep", N_("深度困难")
    RELATIVE = "relative", N_("相对困难")
    ACCIDENT = "accident", N_("意外致困")


UNION_GROUNDS = frozenset({HardshipGround.DEEP, HardshipGround.RELATIVE, HardshipGround.ACCIDENT})
CATEGORIES = {
    HardshipGround.ZERO_EMPLOYMENT: PersonCategory.ZERO_EMPLOYMENT_HOUSEHOLD,
    HardshipGround.DISABLED: PersonCategory.DISABLED,
    HardshipGround.SINGLE_PARENT: PersonCategory.SINGLE_PARENT,
    HardshipGround.LAND_LOST: PersonCategory.LAND_LOST,
    HardshipGround.VETERAN: PersonCategory.VETERAN,
    **dict.fromkeys(UNION_GROUNDS, PersonCategory.UNION_HARDSHIP),
}
"""The group to which a recognition assigns a person; other grounds of the employment system: hard to employ."""


class HardshipState(Coded):
    """Where a recognition stands (认定状态)."""

    APPLIED = "applied", N_("已申请")
    CHECKED = "checked", N_("已核查")
    ON_NOTICE = "on_notice", N_("公示中")
    REVIEWING = "reviewing", N_("复审中")
    RECOGNISED = "recognised", N_("已认定")
    EXITED = "exited", N_("已退出")
    REFUSED = "refused", N_("未认定")


_S = HardshipState
_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
HARDSHIP_MACHINE = Machine(
    "hardship",
    [
        Move(_S.APPLIED, "check", _S.CHECKED, _WORK),
        Move(_S.CHECKED, "notice", _S.ON_NOTICE, _WORK),
        Move(_S.ON_NOTICE, "review", _S.REVIEWING, _WORK),
        Move(_S.REVIEWING, "recognise", _S.RECOGNISED, _DECIDE),
        Move(_S.RECOGNISED, "recheck", _S.RECOGNISED, _WORK),
        Move(_S.RECOGNISED, "exit", _S.EXITED, _WORK),
        Move(_S.EXITED, "reapply", _S.APPLIED, _WORK),
        *(Move(s, "refuse", _S.REFUSED, _WORK) for s in (_S.APPLIED, _S.CHECKED, _S.ON_NOTICE, _S.REVIEWING)),
    ],
    {state: state.label for state in _S},
)
OPEN = (_S.APPLIED, _S.CHECKED, _S.ON_NOTICE, _S.REVIEWING, _S.RECOGNISED)


class FileOpen(Conflict):
    """The household already has an open file in the same system."""

    code = "hardship-file-open"
    message = N_("这一户在这个系统里已有一份档案，请在那一份上办理")


class HardshipDraft(Told):
    """An application for recognition (认定申请)."""

    system: HardshipSystem
    ground: HardshipGround
    household: Annotated[int, Field(ge=1, le=20)] = 1
    income_fen: Fen = 0
    evidence: Line = ""


class HomeCheck(Draft):
    """What the visit at home and the comparison of data showed (入户核查)."""

    evidence: Words
    reason: Line = ""


class Hardship(PersonCase):
    """A household's file in one of the two systems (困难档案)."""

    __table_args__ = (
        CheckConstraint("recognised_by IS NULL OR recognised_by <> opened_by", name="recogniser"),
        CheckConstraint("state <> 'recognised' OR recognition_id IS NOT NULL", name="recognised"),
        Index("ix_hardship_state", "state", "due_on"),
    )

    state: Mapped[HardshipState] = mapped_column(coded(HardshipState), default=HardshipState.APPLIED)
    system: Mapped[HardshipSystem] = mapped_column(coded(HardshipSystem))
    ground: Mapped[HardshipGround] = mapped_column(coded(HardshipGround))
    household: Mapped[int] = mapped_column(default=1)
    income_fen: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(String(200), default="")
    checked_by: Mapped[int | None]
    notice_until_on: Mapped[date | None]
    recognised_by: Mapped[int | None]
    recognised_on: Mapped[date | None]
    recognition_id: Mapped[int | None] = mapped_column(ForeignKey("recognition.id"))


_LIVING = Hardship.state.in_(OPEN)
Index("uq_hardship_open", Hardship.person_id, Hardship.system, unique=True,
      sqlite_where=Hardship.state.not_in((_S.EXITED, _S.REFUSED)),
      postgresql_where=Hardship.state.not_in((_S.EXITED, _S.REFUSED)))  # fmt: skip


def _days(session: Session, key: str) -> int:
    return int(policy(session, key, on=clock.today()))


def _apply(session: Session, actor: Actor, case: Hardship, draft: HardshipDraft) -> None:
    if (draft.ground in UNION_GROUNDS) != (draft.system is HardshipSystem.UNION):
        raise NotPermitted(why=Term(N_("认定理由和认定系统对不上，请重新选")))
    _refuse_second(session, case)
    case.due_on = add_working_days(clock.today(), _days(session, "hardship-check-working-days"))


def _refuse_second(session: Session, case: Hardship) -> None:
    with seeing_everything(session):
        other = select(Hardship.id).where(
            Hardship.person_id == case.person_id, Hardship.system == case.system, _LIVING, Hardship.id != (case.id or 0)
        )
        if session.scalar(other.limit(1)) is not None:
            raise FileOpen


def _show(session: Session, actor: Actor, case: Hardship, draft: StepRemark) -> None:
    case.notice_until_on = clock.today() + timedelta(days=_days(session, "hardship-notice-days"))
    case.due_on = case.notice_until_on


def _review(session: Session, actor: Actor, case: Hardship, draft: StepRemark) -> None:
    if case.notice_until_on is None or clock.today() <= case.notice_until_on:
        raise NotPermitted(why=Term(N_("公示期还没有结束，请等公示结束的第二天")))
    case.due_on = add_working_days(clock.today(), _days(session, "hardship-review-working-days"))


def _recognise(session: Session, actor: Actor, case: Hardship, draft: StepRemark) -> None:
    today = clock.today()
    until = add_years(today, 1)
    category = CATEGORIES.get(case.ground, PersonCategory.HARD_TO_EMPLOY)
    recognition = Recognition(
        person_id=case.person_id or 0, category=category, file_no=f"KN-{case.id:06}", from_on=today, to_on=until
    )
    session.add(recognition)
    session.flush()
    case.recognition_id, case.recognised_on, case.due_on = recognition.id, today, until


def _recheck(session: Session, actor: Actor, case: Hardship, draft: StepRemark) -> None:
    recognition = session.get_one(Recognition, case.recognition_id)
    recognition.to_on = case.due_on = add_years(clock.today(), 1)


def _exit(session: Session, actor: Actor, case: Hardship, draft: StepReason) -> None:
    recognition = session.get_one(Recognition, case.recognition_id)
    recognition.to_on = max(recognition.from_on, clock.today())
    case.due_on = None


def _reapply(session: Session, actor: Actor, case: Hardship, draft: StepRemark) -> None:
    _refuse_second(session, case)
    case.recognition_id = case.recognised_by = case.recognised_on = case.notice_until_on = None
    case.due_on = add_working_days(clock.today(), _days(session, "hardship-check-working-days"))


def _drop_clock(session: Session, actor: Actor, case: Hardship, draft: StepReason) -> None:
    case.due_on = None


HARDSHIP = Kind(
    name="hardship",
    path="hardship",
    label=N_("困难认定"),
    start=N_("申请困难认定"),
    icon="home",
    model=Hardship,
    machine=HARDSHIP_MACHINE,
    draft=HardshipDraft,
    steps=(
        Step("check", N_("入户核查完成"), HomeCheck, None, "checked_by"),
        Step("notice", N_("开始公示"), StepRemark, _show),
        Step("review", N_("公示无异议，送复审"), StepRemark, _review),
        Step(
            "recognise",
            N_("认定"),
            StepRemark,
            _recognise,
            "recognised_by",
            ("opened_by", "checked_by"),
            records=True,
            tells=True,
        ),
        Step("recheck", N_("年度复核：仍然困难"), StepRemark, _recheck, "", ("opened_by",)),
        Step("exit", N_("退出"), StepReason, _exit, tells=True),
        Step("reapply", N_("重新申请"), StepRemark, _reapply, "opened_by"),
        Step("refuse", N_("不予认定"), StepReason, _drop_clock, tells=True),
    ),
    columns=("system", "ground", "evidence"),
    labels={
        "system": N_("哪个系统"),
        "ground": N_("认定理由"),
        "household": N_("家里几口人"),
        "income_fen": N_("家庭每人每月收入"),
        "evidence": N_("证明材料"),
        "notice_until_on": N_("公示到"),
        "recognised_on": N_("认定日期"),
    },
    opening=_apply,
    person="must",
    category=ServiceCategory.OTHER,
    topic="hardship",
    signatures=(N_("经办人"), N_("核查人"), N_("审批人"), N_("本人")),
)
