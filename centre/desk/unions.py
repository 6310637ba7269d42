"""Union enrolment of workers, alone at the counter or as a list from a site (工会入会)."""

from datetime import date

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Step
from centre.desk.cases.models import PersonCase
from centre.desk.cases.rules import Coded, StepReason
from centre.drafts import Draft, Line, Words
from centre.errors import Conflict
from centre.ledger import Channel, ServiceCategory
from centre.permissions import Actor, Permission
from centre.scopes import seeing_everything
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_


class UnionState(Coded):
    """Where a membership stands (会籍状态)."""

    APPLIED = "applied", N_("已申请")
    ENROLLED = "enrolled", N_("已入会")
    MOVED = "moved", N_("已转出")
    LEFT = "left", N_("已退会")


_S = UnionState
_WORK = Permission.WORK_AT_DESK
UNION_MACHINE = Machine(
    "union",
    [
        Move(_S.APPLIED, "enrol", _S.ENROLLED, _WORK),
        Move(_S.APPLIED, "leave", _S.LEFT, _WORK),
        Move(_S.ENROLLED, "transfer", _S.MOVED, _WORK),
        Move(_S.ENROLLED, "leave", _S.LEFT, _WORK),
    ],
    {state: state.label for state in _S},
)


class AlreadyMember(Conflict):
    """The person already has a living membership."""

    code = "union-member"
    message = N_("这个人已经入会或正在申请，不用再登记")


class UnionDraft(Draft):
    """An application to join (入会申请)."""

    channel: Channel = Channel.COUNTER
    branch: Words
    site: Line = ""


class Enrolling(Draft):
    """The number of the member's card (入会)."""

    card_no: Words


class Transfer(Draft):
    """The branch to which a member moves (转会)."""

    moved_to: Words


class UnionMembership(PersonCase):
    """A person's membership in a union branch (工会会籍)."""

    state: Mapped[UnionState] = mapped_column(coded(UnionState), default=UnionState.APPLIED)
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    branch: Mapped[str] = mapped_column(String(200))
    site: Mapped[str] = mapped_column(String(200), default="")
    card_no: Mapped[str] = mapped_column(String(200), default="")
    joined_on: Mapped[date | None]
    moved_to: Mapped[str] = mapped_column(String(200), default="")


_LIVING = UnionMembership.state.in_((_S.APPLIED, _S.ENROLLED))
Index("uq_union_membership_living", UnionMembership.person_id, unique=True,
      sqlite_where=UnionMembership.state.not_in((_S.MOVED, _S.LEFT)),
      postgresql_where=UnionMembership.state.not_in((_S.MOVED, _S.LEFT)))  # fmt: skip


def _apply(session: Session, actor: Actor, case: UnionMembership, draft: UnionDraft) -> None:
    with seeing_everything(session):
        living = select(UnionMembership.id).where(UnionMembership.person_id == case.person_id, _LIVING)
        if session.scalar(living.limit(1)) is not None:
            raise AlreadyMember


def _enrol(session: Session, actor: Actor, case: UnionMembership, draft: Enrolling) -> None:
    case.joined_on = clock.today()


UNION = Kind(
    name="union",
    path="unions",
    label=N_("工会入会"),
    start=N_("办工会入会"),
    icon="people",
    model=UnionMembership,
    machine=UNION_MACHINE,
    draft=UnionDraft,
    steps=(
        Step("enrol", N_("入会"), Enrolling, _enrol, records=True, tells=True),
        Step("transfer", N_("转会"), Transfer),
        Step("leave", N_("退会"), StepReason),
    ),
    columns=("branch", "site", "joined_on"),
    labels={
        "branch": N_("工会名称"),
        "site": N_("单位或工地"),
        "joined_on": N_("入会日期"),
        "moved_to": N_("转到哪个工会"),
        "card_no": N_("会员证号"),
    },
    opening=_apply,
    person="must",
    category=ServiceCategory.OTHER,
    topic="union",
)
