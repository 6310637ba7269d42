"""Pairing campaigns: a helper, a household, and what was promised; a job kept for the pair is open to it (结对)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import CaseLine, PersonCase
from centre.desk.cases.rules import Coded, NotPermitted, StepReason, StepRemark
from centre.drafts import Draft, Fen, Line, NearDay, RecordId, Words
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.scopes import seeing_everything
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term
from employers.cases.choices import employers_to_choose


class PairingCampaign(Coded):
    """Which campaign (结对活动)."""

    TRADERS = "traders", N_("千名个体户帮扶")
    MEMBERS = "members", N_("百名政协委员帮扶")
    OWNERS = "owners", N_("百户私营企业主帮扶")
    OTHER = "other", N_("其他结对活动")


class Promise(Coded):
    """What the helper promises (承诺)."""

    JOB = "job", N_("提供岗位")
    MONEY = "money", N_("资金帮助")
    GOODS = "goods", N_("实物帮助")
    STUDY = "study", N_("助学")


class PairingState(Coded):
    """Where a pairing stands (结对状态)."""

    MATCHED = "matched", N_("已结对")
    COMMITTED = "committed", N_("已承诺")
    KEPT = "kept", N_("已兑现")
    BROKEN = "broken", N_("没有兑现")
    ENDED = "ended", N_("已结束")


_S = PairingState
_WORK = Permission.WORK_AT_DESK
PAIRINGS = Machine(
    "pairing",
    [
        Move(_S.MATCHED, "commit", _S.COMMITTED, _WORK),
        Move(_S.COMMITTED, "keep", _S.KEPT, _WORK),
        Move(_S.COMMITTED, "break", _S.BROKEN, _WORK),
        Move(_S.BROKEN, "commit", _S.COMMITTED, _WORK),
        *(Move(state, "end", _S.ENDED, _WORK) for state in (_S.MATCHED, _S.KEPT, _S.BROKEN)),
    ],
    {state: state.label for state in _S},
)


class PairingDraft(Draft):
    """A helper and the household's person (结对)."""

    campaign: PairingCampaign
    helper_id: RecordId | None = None
    helper: Words


class Commitment(Draft):
    """What is promised until when (承诺)."""

    promise: Promise
    value_fen: Fen = 0
    due_on: NearDay
    reason: Line = ""


class PairVisitDraft(Draft):
    """One visit (走访)."""

    visited_on: NearDay
    note: Words


class Pairing(PersonCase):
    """A helper and a household that belong together (结对帮扶)."""

    state: Mapped[PairingState] = mapped_column(coded(PairingState), default=PairingState.MATCHED)
    campaign: Mapped[PairingCampaign] = mapped_column(coded(PairingCampaign))
    helper_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    helper: Mapped[str] = mapped_column(String(200))
    promise: Mapped[Promise | None] = mapped_column(coded(Promise))
    value_fen: Mapped[int] = mapped_column(default=0)
    kept_on: Mapped[date | None]


_LIVING = Pairing.state.not_in((_S.ENDED, _S.BROKEN))
Index("ix_pairing_living", Pairing.person_id, Pairing.helper_id)


class PairVisit(CaseLine):
    """One visit of a helper (走访记录)."""

    case_id: Mapped[int] = mapped_column(ForeignKey("pairing.id"), index=True)
    visited_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200))


def is_paired(session: Session, person_id: int, employer_id: int) -> bool:
    """Whether a living pairing joins a person and an employer: its openings kept for paired people are open to them."""
    with seeing_everything(session):
        pair = select(Pairing.id).where(Pairing.person_id == person_id, Pairing.helper_id == employer_id, _LIVING)
        return session.scalar(pair.limit(1)) is not None


def _commit(session: Session, actor: Actor, case: Pairing, draft: Commitment) -> None:
    if draft.promise is Promise.JOB and case.helper_id is None:
        raise NotPermitted(why=Term(N_("承诺岗位的，请先登记这家单位，再用登记的单位结对")))


def _keep(session: Session, actor: Actor, case: Pairing, draft: StepRemark) -> None:
    case.kept_on, case.due_on = clock.today(), None


def _stop(session: Session, actor: Actor, case: Pairing, draft: StepRemark) -> None:
    case.due_on = None


PAIRING = Kind(
    name="pairing",
    path="pairings",
    label=N_("结对帮扶"),
    start=N_("登记结对"),
    icon="people",
    model=Pairing,
    machine=PAIRINGS,
    draft=PairingDraft,
    steps=(
        Step("commit", N_("作出承诺"), Commitment, _commit),
        Step("keep", N_("已兑现"), StepRemark, _keep, records=True),
        Step("break", N_("没有兑现"), StepReason, _stop),
        Step("end", N_("结束结对"), StepRemark, _stop),
    ),
    columns=("campaign", "helper", "promise", "due_on"),
    labels={
        "campaign": N_("哪项活动"),
        "helper_id": N_("帮扶单位（已登记的）"),
        "helper": N_("帮扶人"),
        "promise": N_("承诺什么"),
        "value_fen": N_("折合金额"),
        "kept_on": N_("兑现日期"),
        "visited_on": N_("走访日期"),
    },
    hints={"helper_id": N_("以后这家单位给结对户留的岗位，本人就能应聘")},
    options={"helper_id": employers_to_choose},
    person="must",
    category=ServiceCategory.OTHER,
    topic="pairing",
    lines=Lines("visits", N_("走访记录"), PairVisit, PairVisitDraft, ("visited_on", "note")),
    signatures=(N_("经办人"), N_("帮扶人"), N_("本人")),
    group="work",
)
