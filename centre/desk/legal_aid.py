"""Free legal aid: taken in here, carried out by the legal-aid body (12348), and its outcome (法律援助)."""

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_working_days
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import PersonCase
from centre.desk.cases.rules import Coded, StepReason, StepRemark, Told
from centre.drafts import Draft, Line, Words
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_


class LegalMatter(Coded):
    """What the case is about (案由)."""

    CONTRACT = "contract", N_("劳动合同")
    WAGES = "wages", N_("劳动报酬")
    INJURY = "injury", N_("工伤")
    INSURANCE = "insurance", N_("社会保险")
    FAMILY = "family", N_("婚姻家庭")
    OTHER = "other", N_("其他")


class LegalOutcome(Coded):
    """How a case ended (办理结果)."""

    WON = "won", N_("胜诉")
    SETTLED = "settled", N_("和解或调解")
    LOST = "lost", N_("败诉")
    WITHDRAWN = "withdrawn", N_("撤回")
    ADVISED = "advised", N_("解答咨询")


class LegalAidState(Coded):
    """Where a case stands (援助状态)."""

    RECEIVED = "received", N_("已受理")
    REFERRED = "referred", N_("已转援助机构")
    ACCEPTED = "accepted", N_("机构已接受")
    IN_PROGRESS = "in_progress", N_("办理中")
    DECLINED = "declined", N_("机构未接受")
    CLOSED = "closed", N_("已结案")


_S = LegalAidState
_WORK = Permission.WORK_AT_DESK
LEGAL_AID_MACHINE = Machine(
    "legal_aid",
    [
        Move(_S.RECEIVED, "refer", _S.REFERRED, _WORK),
        Move(_S.RECEIVED, "close", _S.CLOSED, _WORK),
        Move(_S.REFERRED, "accept", _S.ACCEPTED, _WORK),
        Move(_S.REFERRED, "decline", _S.DECLINED, _WORK),
        Move(_S.ACCEPTED, "begin", _S.IN_PROGRESS, _WORK),
        Move(_S.IN_PROGRESS, "close", _S.CLOSED, _WORK),
        Move(_S.DECLINED, "refer", _S.REFERRED, _WORK),
        Move(_S.DECLINED, "close", _S.CLOSED, _WORK),
    ],
    {state: state.label for state in _S},
)


class LegalAidDraft(Told):
    """A request for legal help (援助申请)."""

    matter: LegalMatter
    opponent: Line = ""


class Referral(Draft):
    """The legal-aid body that takes it over (转介)."""

    body: Words = "12348"


class Closing(Draft):
    """The outcome (结案)."""

    outcome: LegalOutcome
    reason: Line = ""


class LegalAid(PersonCase):
    """A legal case that the legal-aid body handles free of charge (法律援助)."""

    __table_args__ = (CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="outcome"),)

    state: Mapped[LegalAidState] = mapped_column(coded(LegalAidState), default=LegalAidState.RECEIVED)
    matter: Mapped[LegalMatter] = mapped_column(coded(LegalMatter))
    opponent: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(String(200), default="")
    referred_on: Mapped[date | None]
    outcome: Mapped[LegalOutcome | None] = mapped_column(coded(LegalOutcome))
    closed_on: Mapped[date | None]


def _refer(session: Session, actor: Actor, case: LegalAid, draft: Referral) -> None:
    today = clock.today()
    case.referred_on = today
    case.due_on = add_working_days(today, int(policy(session, "legal-aid-reply-working-days", on=today)))


def _settle(session: Session, actor: Actor, case: LegalAid, draft: Draft) -> None:
    case.due_on = None


def _close(session: Session, actor: Actor, case: LegalAid, draft: Closing) -> None:
    case.due_on, case.closed_on = None, clock.today()


LEGAL_AID = Kind(
    name="legal_aid",
    path="legal-aid",
    label=N_("法律援助"),
    start=N_("申请法律援助"),
    icon="info",
    model=LegalAid,
    machine=LEGAL_AID_MACHINE,
    draft=LegalAidDraft,
    steps=(
        Step("refer", N_("转法律援助机构"), Referral, _refer),
        Step("accept", N_("机构已接受"), StepRemark, _settle, tells=True),
        Step("decline", N_("机构未接受"), StepReason, _settle, tells=True),
        Step("begin", N_("开始办理"), StepRemark),
        Step("close", N_("结案"), Closing, _close, tells=True),
    ),
    columns=("matter", "opponent", "outcome"),
    labels={
        "matter": N_("案由"),
        "opponent": N_("对方单位或个人"),
        "body": N_("援助机构"),
        "referred_on": N_("转介日期"),
        "closed_on": N_("结案日期"),
    },
    person="must",
    category=ServiceCategory.LEGAL,
    topic="legal-aid",
    counts_opening=True,
)
